"""Many scenes in one folder: which there are, what is done for one of them, and the record that is kept of it."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import platform
import re
import shutil
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from ..core.errors import DataError, ParameterError, RasterError
from ..jobs.commands import run_command, signal_name
from ..outputs import Outputs
from ..record import json_text, read_record, versions

RECORD = "scene.json"
"""The record of a scene, in its folder."""
LOG = "log.txt"
NOT_ALWAYS = ("spread.tif", "report.html")
"""Files that some settings write and others do not."""
DONE, FAILED, SKIPPED, STOPPED = "done", "failed", "skipped", "stopped"

_RASTERS = (".tif", ".tiff", ".img", ".dat", ".bsq", ".bil", ".bip", ".vrt", ".nc", ".h5", ".he5", ".jp2")
"""What is taken from a folder."""
_LONGEST = 100
_LINES = 100_000


@dataclass(frozen=True)
class Scene:
    """A raster to be worked on. name : of its folder. input : as GDAL opens it."""

    name: str
    input: str


@dataclass(frozen=True)
class SceneTask:
    """What is to be done with a scene.

    folder : where its folder is made. settings : JSON values that its results depend on. again : also where it is done
    already. threads : to compute with, 0 for all cores.
    """

    scene: Scene
    folder: str
    settings: Dict[str, Any] = field(default_factory=dict)
    again: bool = False
    threads: int = 0

    @property
    def place(self) -> Path:
        """The scene's folder."""
        return Path(self.folder) / self.scene.name


def scenes_of(source: str) -> List[Scene]:
    """Return the scenes that a list, a folder or a pattern names, in its order, each once, with names of their own.

    source : a text file with one raster a line, relative to it, where # begins a comment; or a folder, of which
    the rasters are taken; or a pattern such as archive/*/*_SPECTRAL.TIF (** for folders at any depth).
    Raises DataError where there is none, or it is no list.
    """
    path = Path(source)
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in _RASTERS and file.is_file())
        inputs = [str(file) for file in files]
        nothing = f"The folder {source} holds no raster ({', '.join(_RASTERS)}): give a list, or a pattern."
    elif path.is_file():
        inputs = [_located(line, path.parent) for line in _lines(path)]
        nothing = f"The list {source} is empty: write one raster a line."
    elif glob.has_magic(source):
        inputs = sorted(file for file in glob.glob(source, recursive=True) if not file.endswith(os.sep))
        nothing = f"No file matches {source}: check the pattern, and put it in quotes."
    else:
        raise DataError(
            f"The list {source} does not exist: give a text file, a folder, or a pattern in quotes."
        )
    if not inputs:
        raise DataError(nothing)
    inputs = list(dict.fromkeys(map(_absolute, inputs)))
    return [Scene(name, input) for name, input in zip(_names(inputs), inputs)]


def part_of(scenes: Sequence[Scene], part: str) -> List[Scene]:
    """Return every N-th of the scenes from the K-th on, for a part K/N; all for no part. See `parsed_part`."""
    if not part:
        return list(scenes)
    number, count = parsed_part(part)
    return list(scenes[number - 1 :: count])


def parsed_part(part: str) -> Tuple[int, int]:
    """Return K and N of a part K/N. ParameterError where it is none."""
    match = re.fullmatch(r"(\d{1,6})\s*/\s*(\d{1,6})", part)
    number, count = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= count:
        raise ParameterError(f"PART must be K/N with K from 1 to N, such as 3/10; got {part!r}.")
    return number, count


def perform_scene(task: SceneTask, stopped: Callable[[], bool] = lambda: False) -> Dict[str, Any]:
    """Work on one scene, and return its record, which lies in its folder too.

    Where it is done already, by the same settings and from the same file, nothing is done but that. A scene that fails
    is no error: its record says why. A scene that is stopped leaves no record.
    """
    place = task.place
    if stopped():
        return {"scene": task.scene.name, "input": task.scene.input, "state": STOPPED}
    before = read_scene(place)
    if not task.again and is_complete(before, place, task):
        return {**before, "state": SKIPPED}
    new = not place.exists()
    record: Dict[str, Any] = {
        "scene": task.scene.name,
        "input": task.scene.input,
        "state": FAILED,
        "reason": "",
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "seconds": 0.0,
        "machine": platform.node(),
        "settings": task.settings,
        "stamp": _stamp(task.scene.input),
        "versions": versions(),
    }
    clock = time.monotonic()
    try:
        place.mkdir(exist_ok=True)
        for name in (RECORD, LOG):
            (place / name).unlink(missing_ok=True)
        for hidden in place.glob(".hsi-anomaly-*"):  # of a process that was killed
            shutil.rmtree(hidden, ignore_errors=True)
        earlier = {name: _stamp(str(place / name)) for name in NOT_ALWAYS}
        record.update(_carried_out(task, stopped))
        for name, stamp in earlier.items():
            if record["state"] == DONE and stamp is not None and _stamp(str(place / name)) == stamp:
                (place / name).unlink(missing_ok=True)
                record["files"].remove(name)
    except OSError as error:
        record["reason"] = f"{error.filename or place}: {error.strerror or error}."
    record["seconds"] = round(time.monotonic() - clock, 2)
    if stopped() and record["state"] != DONE:
        if new:
            _forget(place)
        return {**record, "state": STOPPED}
    write_scene(place, record)
    return record


def failed(task: SceneTask, reason: str) -> Dict[str, Any]:
    """Return, and keep in its folder, the record of a scene that whoever worked on it did not come back from."""
    record = {
        "scene": task.scene.name,
        "input": task.scene.input,
        "state": FAILED,
        "reason": reason,
        "settings": task.settings,
        "versions": versions(),
    }
    write_scene(task.place, record)
    return record


def read_scene(place: Path) -> Dict[str, Any]:
    """Return the record in a scene's folder; empty where there is none, or it cannot be read."""
    try:
        found = json.loads((place / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and "scene" in found and "state" in found else {}


def write_scene(place: Path, record: Dict[str, Any]) -> None:
    """Write the record of a scene: whole, or not at all."""
    with suppress(OSError, RasterError):  # a scene without a record is done again
        place.mkdir(exist_ok=True)
        outputs = Outputs()
        outputs.claim(str(place / RECORD), "record")
        with outputs:
            outputs.write(str(place / RECORD), (json_text(record, indent=2) + "\n").encode())


def is_complete(record: Dict[str, Any], place: Path, task: SceneTask) -> bool:
    """Tell whether a scene is done: by these settings, from this file as it is now, and its files are all there."""
    return (
        record.get("state") == DONE
        and record.get("input") == task.scene.input
        and record.get("settings") == json.loads(json_text(task.settings))
        and record.get("stamp") == _stamp(task.scene.input)
        and bool(record.get("files"))
        and all((place / name).exists() for name in record["files"])
    )


def _carried_out(task: SceneTask, stopped: Callable[[], bool]) -> Dict[str, Any]:
    """Run the commands for a scene, one after the other, and return what is known of it then."""
    place, log = task.place, task.place / LOG
    answer: Dict[str, Any] = {}
    for arguments in _commands(task):
        ended = run_command([*arguments, "--json"], str(log), stopped, task.threads)
        if ended.status != 0:
            return {"reason": _reason(ended.status, log)}
        answer.update(json.loads(ended.output))
    detection = read_record(str(place / "scores.tif"))
    files = sorted(
        file.name for file in place.iterdir() if file.name not in (RECORD, LOG) and file.name[0] != "."
    )
    return {
        "state": DONE,
        "pixels": detection.get("valid_pixels"),
        "bands": len(detection.get("bands") or ()),
        "objects": answer.get("OBJECT_COUNT"),
        "threshold": answer.get("THRESHOLD"),
        "warnings": detection.get("warnings") or [],
        "files": files,
    }


def _commands(task: SceneTask) -> List[List[str]]:
    """Return the command lines for a scene: find anomalies; or with a model, apply it, then list the objects."""
    input, place, settings = task.scene.input, task.place, task.settings
    limits = [
        *("--rate", repr(settings["rate"])),
        *("--min-area", repr(settings["min_area"])),
        *("--max-area", repr(settings["max_area"])),
    ]
    scores, objects = str(place / "scores.tif"), str(place / "objects.gpkg")
    allow = ["--allow", ",".join(settings["allow"])] if settings["allow"] else []
    if settings["model"]:
        return [
            ["apply", settings["model"], input, scores, *allow],
            ["objects", scores, objects, "--input", input, *allow, *limits],
        ]
    bands = ["--bands", ",".join(map(str, settings["bands"]))] if settings["bands"] else []
    return [["findanomalies", input, str(place), "--detector", settings["detector"], *bands, *allow, *limits]]


def _reason(status: int, log: Path) -> str:
    """Return in one sentence why a command failed."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    said = [line.strip() for line in lines if line.strip() and not line.startswith(" ")]
    if status < 0:
        last = f" Its last words: {said[-1]}" if said else ""
        memory = ", perhaps for want of memory" if signal_name(status) == "SIGKILL" else ""
        return f"The process was ended by {signal_name(status)}{memory}.{last}"
    return said[-1] if said else f"The process ended with status {status} and said nothing."


def _stamp(input: str) -> Optional[List[int]]:
    """Return what changes when a file does; None for what is no file."""
    try:
        found = os.stat(input)
    except (OSError, ValueError):
        return None
    return [found.st_size, found.st_mtime_ns]


def _forget(place: Path) -> None:
    """Remove the folder of a scene that was not begun before, unless there is more in it than we put there."""
    with suppress(OSError):
        (place / LOG).unlink(missing_ok=True)
        place.rmdir()


def _lines(path: Path) -> List[str]:
    """Return the rasters that a list names. DataError where it is no text."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            lines = [_unquoted(re.sub(r"(^|\s)#.*", "", line).strip()) for line in stream]
    except (UnicodeDecodeError, OSError) as error:
        raise DataError(
            f"{path} is no list: give a text file with one raster a line, a folder, or a pattern in quotes."
        ) from error
    if any("\0" in line for line in lines[:_LINES]) or (lines and lines[0] == "ENVI"):
        raise DataError(f"{path} is no list: give a text file with one raster a line, not the raster itself.")
    return [line for line in lines if line]


def _unquoted(line: str) -> str:
    return line[1:-1] if len(line) > 1 and line[0] == line[-1] and line[0] in "\"'" else line


def _located(line: str, folder: Path) -> str:
    """Return a raster that a list in `folder` names, as it can be opened from anywhere."""
    beside = str(folder / line)
    return line if _is_elsewhere(line) and not os.path.exists(beside) else beside


def _absolute(input: str) -> str:
    return input if _is_elsewhere(input) and not os.path.exists(input) else os.path.abspath(input)


def _is_elsewhere(input: str) -> bool:
    """Tell whether a text is no file's name but something else that GDAL opens, such as NETCDF:"a.nc":band."""
    return input.startswith("/vsi") or re.match(r"[A-Za-z0-9_]{2,}:", input) is not None


def _names(inputs: Sequence[str]) -> List[str]:
    """Return a name for each raster: its file's, with as many of the folders above it as tell it from the others."""
    parts = [
        [_plain(part) for part in Path(re.sub(r"\.\w{1,8}$", "", input)).parts if _plain(part)]
        for input in inputs
    ]
    folded = Counter("/".join(own).casefold() for own in parts)
    full = [folded["/".join(own).casefold()] for own in parts]
    depth = [1] * len(inputs)
    while True:
        names = [
            "_".join(own[-count:])[-_LONGEST:].lstrip(".-_") or "scene" for own, count in zip(parts, depth)
        ]
        met = Counter(name.casefold() for name in names)
        alike = [index for index, name in enumerate(names) if met[name.casefold()] > 1]
        longer = [index for index in alike if depth[index] < len(parts[index]) and full[index] == 1]
        if not longer:
            break
        for index in longer:
            depth[index] += 1
    for index in alike:
        # Nothing but the extension, or the case, tells them apart.
        names[index] += "-" + hashlib.sha256(inputs[index].encode()).hexdigest()[:8]
    return names


def _plain(part: str) -> str:
    return re.sub(r"[^\w.\-]+", "_", part).strip("_")
