"""From a hyperspectral raster to a list of objects in one step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, List, Sequence, Tuple

from ..core.decisions.explanation import explain
from ..core.detectors.registry import detector_ids, make_detector
from ..core.errors import ParameterError, RasterError
from ..core.libraries import check_libraries
from ..core.parameters import allow, background, bands, choice, image, number, output
from ..core.run import ALONE, Run
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.polygons import refuse_to_replace
from ..raster.reader import open_cube, read_map
from ..record import record_path
from ..report.findings import Findings, findings_report
from ..workflow import claim_style, detect
from .base import Heading, Tool
from .objects import FoundObjects, ObjectsTool, answer_of
from .threshold import FIGURES

EXPLAINED = 10
"""Objects whose spectra the report shows."""


@dataclass(frozen=True)
class FindAnomalies(Tool):
    """Detect, choose a threshold, list the objects, write a report."""

    id: ClassVar[str] = "findanomalies"
    label: ClassVar[str] = "Find anomalies"
    group: ClassVar[Heading] = Heading.DECISIONS
    order: ClassVar[int] = 0
    page: ClassVar[str] = "decisions"
    icon: ClassVar[str] = "detector"
    keywords: ClassVar[Sequence[str]] = ("detection", "targets", "one step", "start here", "consensus")
    summary: ClassVar[str] = (
        "From a hyperspectral raster to a list of objects in one step: a detector scores every pixel, a threshold "
        "is chosen for the stated false-alarm rate, and what lies above it becomes polygons, the most anomalous "
        "first. The report shows the map, the list and the spectra of the first objects. Each step is an algorithm "
        'of its own too: a detector, "Threshold scores", "Anomalous objects", "Explain objects".'
    )
    requires: ClassVar[Tuple[str, ...]] = ("matplotlib",)
    returns: ClassVar[Dict[str, str]] = {"OBJECT_COUNT": "Objects", **FIGURES}
    executes: ClassVar[bool] = True

    input: str = image()
    folder: str = output(
        "folder",
        "Folder",
        "Where everything is written that has no name of its own below: scores.tif, spread.tif, objects.gpkg and "
        "report.html.",
        positional=True,
        optional=True,
    )
    detector: str = choice(
        "consensus",
        tuple(detector_ids()),
        "Detector",
        "What scores the pixels, with its defaults. The consensus of several is the surest where little is known of "
        "the targets.",
    )
    rate: float = number(
        3e-3,
        "False-alarm rate",
        "The share of background pixels that may be flagged: 0.003 is three pixels in a thousand. Lower it for large "
        "rasters or little time, raise it to see more candidates; the list stays in order.",
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
    background: str = background()
    allow: Tuple[str, ...] = allow()
    scores: str = output(
        "raster", "Scores", "The score of every pixel, larger is more anomalous.", optional=True, offered=True
    )
    objects: str = output(
        "vector", "Objects", "One polygon an object, with its figures.", optional=True, offered=True
    )
    report: str = output(
        "file",
        "Report",
        "One self-contained file: map, list of objects, spectra of the first ten.",
        extensions=(".html",),
        optional=True,
        offered=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.folder and not (self.scores and self.objects):
            raise ParameterError("findanomalies: nowhere to write: give FOLDER, or both SCORES and OBJECTS.")

    def written(self) -> Dict[str, str]:
        """Return the files it writes, by field name: those asked for, and in the folder the others; spread too."""
        standard = {"scores": "scores.tif", "objects": "objects.gpkg", "report": "report.html"}
        given = {name: getattr(self, name) for name in standard if getattr(self, name)}
        if self.folder:
            given = {**{name: str(Path(self.folder) / file) for name, file in standard.items()}, **given}
        if self.detector == "consensus":
            scores = Path(given["scores"])
            name = "spread" if scores.stem == "scores" else f"{scores.stem}_spread"
            given["spread"] = str(scores.with_name(f"{name}{scores.suffix}"))
        return given

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Do all steps; nothing is written unless all of them succeed."""
        files = self.written()
        if "report" in files:
            check_libraries(self.id, self.requires)
        folder = Path(self.folder) if self.folder else None
        new = folder is not None and not folder.exists()
        if folder is not None and new:
            _make(folder)
        try:
            return answer_of(self._search(self._claim(files), files, execution, _Noted(run)))
        except BaseException:
            if folder is not None and new:
                folder.rmdir()
            raise

    def _claim(self, files: Dict[str, str]) -> Outputs:
        outputs = Outputs([self.input, self.background or None])
        for path in filter(None, (files["scores"], files.get("spread"))):
            outputs.claim(path, "raster")
            claim_style(outputs, path)
        outputs.claim(record_path(files["scores"]), "run record")
        outputs.claim(files["objects"], "vector")
        refuse_to_replace(files["objects"])
        claim_style(outputs, files["objects"])
        if "report" in files:
            outputs.claim(files["report"], "html")
        return outputs

    def _search(
        self, outputs: Outputs, files: Dict[str, str], execution: Execution, noted: _Noted
    ) -> FoundObjects:
        """Make the files in hiding, one from the other, and put them in their places together."""
        detector, run = make_detector(self.detector, {}), noted.run
        with outputs:
            with outputs.writing(files["scores"]) as scores:
                spread = (
                    str(Path(scores).with_name(Path(files["spread"]).name)) if "spread" in files else None
                )
                detect(
                    detector,
                    self.input,
                    scores,
                    bands=self.bands or None,
                    background=self.background or None,
                    allow=self.allow,
                    spread=spread,
                    execution=execution,
                    run=run.part(0, 0.6),
                )
            with outputs.writing(files["objects"]) as objects:
                tool = ObjectsTool(
                    scores=scores,
                    output=objects,
                    input=self.input,
                    allow=self.allow,
                    spread=spread or "",
                    rate=self.rate,
                    min_area=self.min_area,
                    max_area=self.max_area,
                )
                found = tool.find(run.part(0.6, 0.8))
            if "report" in files:
                outputs.write(
                    files["report"],
                    self._report(scores, detector.label, found, noted.warnings, run.part(0.8, 1)).encode(),
                )
        return found

    def _report(self, scores: str, label: str, found: FoundObjects, warnings: Sequence[str], run: Run) -> str:
        cube = open_cube(
            self.input,
            self.bands or None,
            self.background or None,
            run=run.part(0, 0.2),
            allow=self.allow,
            on_map=True,
        )
        findings = Findings(
            Path(self.input).stem,
            self.detector,
            label,
            f"a false-alarm rate of {self.rate:g}",
            read_map(scores)[0],
            found.threshold,
            found.objects,
            found.fields,
            warnings,
        )
        chosen = found.objects.chosen()
        explained = None
        if chosen:
            explained = explain(cube, chosen[:EXPLAINED], chosen[EXPLAINED:], run.part(0.2, 0.9))
        return findings_report(findings, cube, explained)


class _Noted:
    """A run whose warnings are kept, each once, for the report."""

    def __init__(self, run: Run) -> None:
        self.warnings: List[str] = []
        self.run = run.part(0.0, 1.0)
        self._tell = run.warning
        self.run.on_warning = self._note

    def _note(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)
        self._tell(text)


def _make(folder: Path) -> None:
    try:
        folder.mkdir()
    except OSError as error:
        raise RasterError(
            f"The folder {folder} cannot be made ({error.strerror or error}): choose another."
        ) from error
