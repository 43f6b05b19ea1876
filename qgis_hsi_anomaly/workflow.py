"""Files in, files out: the one place where the toolbox and the command line meet the detectors.

Each function checks all it can before the work starts, runs the detector here or in a worker process,
and writes the outputs last, so that a failure or a cancel leaves nothing behind.
"""

from __future__ import annotations

import json
import math
import platform
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, cast

import numpy as np

from . import __version__
from .core.bands import match_bands
from .core.cube import Array
from .core.detectors.base import Detector
from .core.detectors.suppressbackground import SuppressBackground, SuppressedCube, Suppressor
from .core.errors import ModelError, ParameterError
from .core.metrics import figures, label_scores
from .core.model_file import model_of, read_header, read_model, write_model
from .core.progress import SILENT, Progress
from .jobs.execution import Execution
from .jobs.run import run_in_worker
from .raster.dataset import gdal_version
from .raster.reader import RasterCube, open_cube, read_band_table, read_map, read_truth
from .raster.writer import check_output, write_cube, write_map


@dataclass(frozen=True)
class Outcome:
    """What a run gives back beside its files.

    valid_pixels, bands_used : what entered. metrics : figures the run reported, as in the run record.
    written : whether the files were written here; of several machines, machine 0 writes them.
    """

    valid_pixels: int
    bands_used: int
    metrics: Dict[str, Any]
    written: bool = True


@dataclass
class _Run:
    """Notes taken during a run, for its record."""

    progress: Progress
    record: Dict[str, Any]
    warnings: List[str] = field(default_factory=list)
    seconds: Dict[str, float] = field(default_factory=dict)
    _clock: float = field(default_factory=time.monotonic)

    def part(self, start: float, stop: float) -> Progress:
        """Progress for a stretch of the run that also notes warnings."""
        part = self.progress.part(start, stop)
        part.on_warning = self._warn
        return part

    def lap(self, name: str) -> None:
        """Note the seconds since the last lap."""
        now = time.monotonic()
        self.seconds[name] = round(now - self._clock, 3)
        self._clock = now

    def _warn(self, text: str) -> None:
        self.warnings.append(text)
        self.progress.warning(text)

    def write_record(self, output: str) -> None:
        """Write the run record beside `output`."""
        self.record.update(warnings=self.warnings, seconds=self.seconds, metrics=self.progress.metrics)
        Path(record_path(output)).write_text(json_text(self.record, indent=2) + "\n", encoding="utf-8")


def detect(
    detector: Detector,
    input: str,
    output: str,
    *,
    bands: Optional[Sequence[int]] = None,
    background: Optional[str] = None,
    spread: Optional[str] = None,
    model: Optional[str] = None,
    execution: Execution = Execution(),
    progress: Progress = SILENT,
) -> Outcome:
    """Learn the background of a raster and write its anomaly scores, larger = more anomalous.

    bands : band numbers from 1. background : raster or polygons where the background is learnt.
    spread : raster for the disagreement of the detector's members. model : file for what was learnt.
    """
    if spread is not None and not detector.gives_spread:
        raise ParameterError(f"{detector.id}: SPREAD needs a detector of several members.")
    if model is not None and not detector.can_save:
        raise ModelError(f"{detector.id} learns no background that could be saved: leave MODEL empty.")
    inputs = [path for path in (input, background) if path is not None]
    _check_outputs([output, spread], model, inputs)
    run = _begin("detect", detector, input, progress)
    cube = open_cube(input, bands, background, detector.memory_budget, run.part(0.0, 0.15))
    _describe(cube, run, background)
    run.lap("read")

    working = run.part(0.15, 0.95)
    if detector.needs_torch or execution.several:
        state = _checkpoint(output, execution)
        maps = run_in_worker(
            "detect", cube, detector, None, execution, working, save_model=model, checkpoint=state
        )
        fitted = None
    else:
        learnt = detector.fit(cube, working.part(0.0, 0.5))
        maps = learnt.maps(cube, working.part(0.5, 1.0))
        fitted = model_of(detector, learnt, cube, versions()) if model is not None else None
    run.lap("learn and score")
    if not maps:
        return _nothing_to_write(cube, progress)
    with _Outputs() as outputs:
        if model is not None:
            outputs.add(model)
        if fitted is not None and model is not None:
            write_model(model, fitted)
        _write_maps(outputs, maps, output, spread, cube, detector, run)
    _forget(output, execution)
    progress.update(1.0)
    return Outcome(cube.valid_pixels, cube.bands, progress.metrics)


def fit(
    detector: Detector,
    input: str,
    model: str,
    *,
    bands: Optional[Sequence[int]] = None,
    background: Optional[str] = None,
    execution: Execution = Execution(),
    progress: Progress = SILENT,
) -> Outcome:
    """Learn the background of a raster and write it to a model file."""
    if not detector.can_save:
        raise ModelError(
            f"{detector.id} learns no background that could be saved: run it on each raster instead."
        )
    _check_outputs([], model, [path for path in (input, background) if path is not None])
    run = _begin("fit", detector, input, progress)
    cube = open_cube(input, bands, background, detector.memory_budget, run.part(0.0, 0.2))
    _describe(cube, run, background)
    run.lap("read")
    with _Outputs() as outputs:
        outputs.add(model)
        working = run.part(0.2, 1.0)
        if detector.needs_torch or execution.several:
            state = _checkpoint(model, execution)
            run_in_worker("fit", cube, detector, None, execution, working, save_model=model, checkpoint=state)
            if execution.machine > 0:
                return _nothing_to_write(cube, progress)
        else:
            write_model(model, model_of(detector, detector.fit(cube, working), cube, versions()))
        run.lap("learn")
        outputs.add(record_path(model))
        run.write_record(model)
    _forget(model, execution)
    progress.update(1.0)
    return Outcome(cube.valid_pixels, cube.bands, progress.metrics)


def apply(
    model: str,
    input: str,
    output: str,
    *,
    spread: Optional[str] = None,
    execution: Execution = Execution(),
    progress: Progress = SILENT,
) -> Outcome:
    """Score a raster against the background in a model file.

    Bands are matched by wavelength, else by count; ModelError, with both lists, where neither fits.
    """
    fitted = read_header(model)
    detector = fitted.detector
    elsewhere = detector.needs_torch or execution.several
    # Before the raster is read, so that a damaged file is told at once.
    background = None if elsewhere else read_model(model).background
    if spread is not None and not detector.gives_spread:
        raise ParameterError(f"{detector.id}: SPREAD needs a detector of several members.")
    _check_outputs([output, spread], None, [input, model])
    run = _begin("apply", detector, input, progress)
    run.record["model"] = model
    bands = match_bands(fitted.wavelengths, fitted.band_numbers, fitted.raster_bands, read_band_table(input))
    cube = open_cube(input, bands, None, detector.memory_budget, run.part(0.0, 0.15), drop=False)
    _describe(cube, run, None)
    run.lap("read")
    working = run.part(0.15, 0.95)
    if background is None:
        maps = run_in_worker("apply", cube, detector, model, execution, working)
    else:
        maps = background.maps(cube, working)
    run.lap("score")
    if not maps:
        return _nothing_to_write(cube, progress)
    with _Outputs() as outputs:
        _write_maps(outputs, maps, output, spread, cube, detector, run)
    progress.update(1.0)
    return Outcome(cube.valid_pixels, cube.bands, progress.metrics)


def suppress_background(
    suppression: SuppressBackground,
    input: str,
    output: str,
    *,
    bands: Optional[Sequence[int]] = None,
    background: Optional[str] = None,
    execution: Execution = Execution(),
    progress: Progress = SILENT,
) -> Outcome:
    """Write a raster's spectra without what a network learnt to be background, for any detector to work on."""
    if execution.machines > 1:
        raise ParameterError("suppressbackground: MACHINES must be 1; use PROCESSES to share the work.")
    _check_outputs([output], None, [path for path in (input, background) if path is not None])
    run = _begin("suppressbackground", suppression, input, progress)
    cube = open_cube(input, bands, background, progress=run.part(0.0, 0.1))
    _describe(cube, run, background)
    run.lap("read")
    with tempfile.TemporaryDirectory(prefix="hsi-anomaly-") as scratch:
        fitted = str(Path(scratch) / "model")
        run_in_worker("fit", cube, suppression, None, execution, run.part(0.1, 0.8), save_model=fitted)
        suppressor = cast(Suppressor, read_model(fitted).background)
    run.lap("learn")
    with _Outputs() as outputs:
        outputs.add(output)
        suppressed = SuppressedCube(cube, suppressor)
        write_cube(output, suppressed, cube.georeference, _metadata(suppression, cube), run.part(0.8, 1.0))
        _finish(outputs, output, run)
    progress.update(1.0)
    return Outcome(cube.valid_pixels, cube.bands, progress.metrics)


def evaluate(
    scores: str, truth: str, report: Optional[str] = None, progress: Progress = SILENT
) -> Dict[str, float]:
    """Return the figures of merit of a score layer against a truth raster (nonzero = anomaly), by name.

    report : self-contained html with curves, histograms, map and figures.
    """
    if report is not None:
        check_output(report, [scores, truth], kind="html")
    score_map, _ = read_map(scores)
    labels = read_truth(truth, score_map.shape)
    progress.update(0.3)
    labelled = label_scores(score_map, labels)
    found = figures(labelled)
    progress.update(0.6)
    if report is not None:
        from .report import evaluation_report

        text = evaluation_report(Path(scores).name, Path(truth).name, score_map, labels, labelled, found)
        progress.update(0.9)
        with _Outputs() as outputs:
            outputs.add(report)
            Path(report).write_text(text, encoding="utf-8")
    progress.update(1.0)
    return found


def record_path(output: str) -> str:
    """Return where the run record of an output is written."""
    return f"{output}.json"


def json_text(value: Any, indent: Optional[int] = None) -> str:
    """Return JSON, with null for figures that are infinite or not a number: JSON has no word for them."""
    return json.dumps(_finite(value), indent=indent, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def versions() -> Dict[str, str]:
    """Return the versions of the software at work."""
    return {
        "qgis_hsi_anomaly": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "gdal": gdal_version(),
    }


def _checkpoint(output: str, execution: Execution) -> Optional[str]:
    """Return where trainings keep their state while they run; None where nobody asked for it."""
    return f"{output}.checkpoint" if execution.resume else None


def _forget(output: str, execution: Execution) -> None:
    """Remove the trainings' state: the run has come to its end."""
    state = _checkpoint(output, execution)
    if state is not None:
        Path(state).unlink(missing_ok=True)


def _nothing_to_write(cube: RasterCube, progress: Progress) -> Outcome:
    """End a run whose results another machine holds."""
    progress.update(1.0)
    return Outcome(cube.valid_pixels, cube.bands, progress.metrics, written=False)


class _Outputs:
    """Files about to be written; what of them is new is removed when the run does not come to its end."""

    def __init__(self) -> None:
        self.before: Dict[Path, Any] = {}

    def add(self, path: str) -> None:
        """Note a file, and those written beside it, before anything is written."""
        target = Path(path)
        for file in (target, target.with_name(target.name + ".aux.xml"), target.with_suffix(".hdr")):
            self.before[file] = _identity(file)

    def __enter__(self) -> _Outputs:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None:
            return
        for file, before in self.before.items():
            if _identity(file) not in (None, before):
                file.unlink()


def _identity(file: Path) -> Optional[Tuple[int, int, int]]:
    """Return by what a file is told from another of its name; None where there is none."""
    if not file.exists():
        return None
    found = file.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _check_outputs(rasters: Sequence[Optional[str]], model: Optional[str], inputs: Sequence[str]) -> None:
    taken = list(inputs)
    for path in rasters:
        if path is not None:
            check_output(path, taken)
            taken.append(path)
    if model is not None:
        check_output(model, taken, kind="model")


def _begin(task: str, detector: Detector, input: str, progress: Progress) -> _Run:
    record = {
        "task": task,
        "detector": detector.id,
        "parameters": detector.values(),
        "input": input,
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "versions": versions(),
    }
    return _Run(progress, record)


def _describe(cube: RasterCube, run: _Run, background: Optional[str]) -> None:
    """Say which pixels and bands are used, and note them in the record."""
    run.record.update(
        size=[cube.rows, cube.columns],
        bands=[int(number) for number in cube.band_numbers],
        dropped_bands={str(band.number): band.reason for band in cube.dropped},
        valid_pixels=cube.valid_pixels,
        background=background,
        background_pixels=int(cube.background.sum()),
    )
    share = 100 * cube.valid_pixels / (cube.rows * cube.columns)
    run.progress.message(
        f"{cube.rows} rows, {cube.columns} columns, {cube.bands} bands used; "
        f"{cube.valid_pixels} valid pixels ({share:.1f} %)."
    )
    if background is not None:
        run.progress.message(f"The background is learnt from {int(cube.background.sum())} pixels.")
    needed = cube.memory_budget + 16 * cube.rows * cube.columns
    run.progress.message(f"Memory needed: about {needed / 2**20:.0f} MiB beside the program.")


def _write_maps(
    outputs: _Outputs,
    maps: Dict[str, Array],
    output: str,
    spread: Optional[str],
    cube: RasterCube,
    detector: Detector,
    run: _Run,
) -> None:
    metadata = _metadata(detector, cube)
    wanted = [("score", output, f"{detector.label} anomaly score")]
    if spread is not None:
        wanted.append(("spread", spread, f"{detector.label} spread of the members"))
    for name, path, description in wanted:
        run.progress.check_cancelled()
        outputs.add(path)
        write_map(path, maps[name], cube.georeference, description, metadata)
    _finish(outputs, output, run)


def _metadata(detector: Detector, cube: RasterCube) -> Dict[str, str]:
    """Method and parameters, to be kept in the output."""
    return {
        "HSI_ANOMALY_DETECTOR": detector.id,
        "HSI_ANOMALY_PARAMETERS": json.dumps(detector.values()),
        "HSI_ANOMALY_VERSION": __version__,
        "HSI_ANOMALY_BANDS_USED": str(cube.bands),
    }


def _finish(outputs: _Outputs, output: str, run: _Run) -> None:
    """Write the record, the last of a run's files."""
    run.lap("write")
    outputs.add(record_path(output))
    run.write_record(output)
