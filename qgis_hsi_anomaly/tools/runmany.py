"""An archive: many rasters, one after the other or several at once, here or on a cluster."""

from __future__ import annotations

import csv
import hashlib
import io
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, Generator, List, Sequence, Tuple

from ..core.detectors.registry import detector_ids
from ..core.errors import DataError, ParameterError, RasterError
from ..core.model_file import read_header
from ..core.parameters import allow, bands, choice, file, flag, integer, number, output, text
from ..core.run import ALONE, Run
from ..jobs.commands import threads_of
from ..jobs.execution import Execution
from ..jobs.pools import Result, each_here, each_on_dask
from ..outputs import Outputs
from .base import Heading, Tool
from .scenes import DONE, FAILED, SKIPPED, SceneTask, failed, parsed_part, part_of, perform_scene, scenes_of

COLUMNS = ("scene", "state", "seconds", "reason", "pixels", "objects", "input")
"""Of the table."""


@dataclass(frozen=True)
class RunMany(Tool):
    """Find anomalies in many scenes."""

    id: ClassVar[str] = "runmany"
    command: ClassVar[str] = "run-many"
    label: ClassVar[str] = "Find anomalies in many scenes"
    group: ClassVar[Heading] = Heading.DECISIONS
    order: ClassVar[int] = 30
    page: ClassVar[str] = "archives"
    summary: ClassVar[str] = (
        "Finds anomalies in many rasters, each in a process of its own: scores, objects and a report in a folder "
        "for each, with a record of the run. A scene that fails does not stop the others. What is complete is not done "
        "again, so an interrupted run is simply started anew. At the end there is a table of all scenes; collect makes "
        "one GeoPackage of them. Parts of a list can run at the same time on different machines, and a Dask cluster "
        "can do the work."
    )
    returns: ClassVar[Dict[str, str]] = {
        "SCENES": "Scenes of this run",
        "DONE": "Scenes done by it",
        "SKIPPED": "Scenes that were done already",
    }
    places: ClassVar[Tuple[str, ...]] = ("command",)

    list: str = file(
        "List",
        "The scenes: a text file with one raster a line, relative to it (# begins a comment); or a folder of rasters; "
        "or a pattern in quotes, such as 'archive/*/*SPECTRAL_IMAGE.TIF', with ** for folders at any depth.",
        positional=True,
    )
    output: str = output(
        "folder",
        "Folder",
        "Where a folder is made for each scene, named after its file, and where the table scenes.csv is written.",
    )
    detector: str = choice(
        "consensus",
        tuple(detector_ids()),
        "Detector",
        "What scores the pixels, with its defaults. Not used with MODEL.",
    )
    model: str = file(
        "Model",
        "A model file, of merge for example: every scene is then compared with the same background. Scores and objects "
        "are written, and no report.",
        optional=True,
    )
    rate: float = number(
        1e-3,
        "False-alarm rate",
        "The share of background pixels that may be flagged in each scene: 0.001 is one pixel in a thousand.",
        above=0,
        maximum=0.1,
    )
    min_area: float = number(
        0,
        "Least area",
        "Smaller objects are left out. Without a coordinate reference system it counts pixels.",
        minimum=0,
        unit="m²",
    )
    max_area: float = number(
        0,
        "Largest area",
        "Larger objects are left out; 0 keeps all. Without a coordinate reference system it counts pixels.",
        minimum=0,
        unit="m²",
    )
    bands: Tuple[int, ...] = bands()
    allow: Tuple[str, ...] = allow()
    part: str = text(
        "",
        "Part",
        "K/N does every N-th scene of the list from the K-th on, so that N runs, such as the jobs of a SLURM array, "
        "share it. The table is then scenes-K-of-N.csv.",
    )
    processes: int = integer(
        1,
        "Processes",
        "How many scenes are worked on at once. The cores are divided among them; memory is needed for each.",
        minimum=1,
        maximum=256,
    )
    dask: str = text(
        "",
        "Dask",
        "Address of a Dask scheduler, such as tcp://10.0.0.1:8786: its workers do the work, and PROCESSES has no "
        "meaning. They need this software and the same folders. Needs the library distributed.",
    )
    again: bool = flag(False, "Again", "Also do scenes that are complete, and replace their files.")

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Do what is not done, and write the table. DataError at the end where scenes have failed."""
        if self.max_area and self.max_area < self.min_area:
            raise ParameterError("runmany: MAX_AREA is smaller than MIN_AREA: no object can be both.")
        if self.part:
            parsed_part(self.part)
        scenes = part_of(scenes_of(self.list), self.part)
        if self.model:
            read_header(self.model)
        folder = _made(Path(self.output).absolute())
        table = str(folder / _table_name(self.part))
        outputs = Outputs([self.list if Path(self.list).is_file() else None, self.model or None])
        outputs.claim(table, "table")
        settings = self._settings()
        tasks = [SceneTask(scene, str(folder), settings, self.again, self._threads()) for scene in scenes]
        records: List[Dict[str, Any]] = [{} for _ in tasks]
        # Closed, so that a cancel ends the processes before it goes on.
        with closing(self._results(tasks, run)) as results:
            for count, (index, found) in enumerate(results, 1):
                record = failed(tasks[index], _in_words(found)) if isinstance(found, Exception) else found
                records[index] = record
                run.message(f"{count} of {len(tasks)}: {_told(record)}")
                run.update(count / len(tasks))
        if not tasks:
            run.message(f"Part {self.part} holds no scene: the list has fewer scenes than there are parts.")
        with outputs:
            outputs.write(table, _table(records))
        states = [record["state"] for record in records]
        if FAILED in states:
            names = [record["scene"] for record in records if record["state"] == FAILED]
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            raise DataError(
                f"{len(names)} of {len(tasks)} scenes failed, {', '.join(names[:3])}{more}; the reasons are in {table}."
            )
        return {
            "SCENES": len(states),
            "DONE": states.count(DONE),
            "SKIPPED": states.count(SKIPPED),
            "table": table,
        }

    def _settings(self) -> Dict[str, Any]:
        """Return what the results of a scene depend on."""
        return {
            "detector": "" if self.model else self.detector,
            "model": str(Path(self.model).absolute()) if self.model else "",
            "model_digest": hashlib.sha256(Path(self.model).read_bytes()).hexdigest() if self.model else "",
            "rate": self.rate,
            "min_area": self.min_area,
            "max_area": self.max_area,
            "bands": [int(band) for band in self.bands],
            "allow": list(self.allow),
        }

    def _threads(self) -> int:
        return threads_of(self.processes) if self.processes > 1 and not self.dask else 0

    def _results(self, tasks: Sequence[SceneTask], run: Run) -> Generator[Result, None, None]:
        if self.dask:
            return each_on_dask(perform_scene, tasks, self.dask, run)
        return each_here(perform_scene, tasks, self.processes, run)

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return it as text."""
        return f"{answer['SCENES']} scenes: {answer['DONE']} done, {answer['SKIPPED']} were done already."


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise RasterError(
            f"The folder {folder} cannot be made ({error.strerror or error}): choose another."
        ) from error
    return folder


def _table_name(part: str) -> str:
    return "scenes-{}-of-{}.csv".format(*parsed_part(part)) if part else "scenes.csv"


def _table(records: Sequence[Dict[str, Any]]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue().encode()


def _told(record: Dict[str, Any]) -> str:
    name, state = record["scene"], record["state"]
    if state == DONE:
        return f"{name}, {record['seconds']:.1f} s, {record['objects']} objects."
    return f"{name} is complete." if state == SKIPPED else f"{name} failed: {record['reason']}"


def _in_words(error: Exception) -> str:
    """Return in one sentence why nobody came back from a scene."""
    if type(error).__name__ == "KilledWorker":
        return "Every worker that tried it died, perhaps for want of memory."
    return " ".join(f"{type(error).__name__}: {error}".split())
