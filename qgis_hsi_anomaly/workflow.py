"""Files in, files out: the one place where the toolbox and the command line meet the detectors.

Each function checks all it can before the work starts, runs the detector here or in a worker process,
and writes the outputs last, so that a failure or a cancel leaves everything as it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, cast

from . import __version__
from .core.bands import match_bands
from .core.cube import Array
from .core.detectors.base import Detector
from .core.detectors.suppressbackground import SuppressBackground, SuppressedCube, Suppressor
from .core.errors import ModelError, ParameterError
from .core.metrics import figures, label_scores
from .core.model_file import model_bytes, model_from, model_of, read_header, read_model
from .core.progress import SILENT, Progress
from .jobs.execution import Execution
from .jobs.run import run_in_worker
from .outputs import Outputs
from .raster.reader import RasterCube, open_cube, read_band_table, read_map, read_truth
from .raster.writer import write_cube, write_map
from .record import Record, record_path, versions
from .style import is_foreign, score_style, style_path


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
    checkpoint = _checkpoint(detector, output, execution)
    outputs = _claim([input, background], [output, spread], model, checkpoint)
    record = _begin("detect", detector, input, progress)
    cube = open_cube(input, bands, background, detector.memory_budget, record.part(0.0, 0.15))
    _describe(cube, record, background)
    record.lap("read")

    working = record.part(0.15, 0.95)
    if detector.needs_torch or execution.several:
        done = run_in_worker(
            "detect", cube, detector, None, execution, working, model is not None, checkpoint
        )
        maps, learnt = done.maps, done.model
    else:
        fitted = detector.fit(cube, working.part(0.0, 0.5))
        maps = fitted.maps(cube, working.part(0.5, 1.0))
        learnt = model_bytes(model_of(detector, fitted, cube, versions())) if model is not None else b""
    record.lap("learn and score")
    if not maps:
        return _nothing_to_write(cube, progress)
    with outputs:
        _write_maps(outputs, maps, output, spread, cube, detector, record)
        if model is not None:
            outputs.write(model, learnt)
        progress.update(1.0)
    _forget(checkpoint)
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
    checkpoint = _checkpoint(detector, model, execution)
    outputs = _claim([input, background], [], model, checkpoint)
    outputs.claim(record_path(model), "run record")
    record = _begin("fit", detector, input, progress)
    cube = open_cube(input, bands, background, detector.memory_budget, record.part(0.0, 0.2))
    _describe(cube, record, background)
    record.lap("read")
    working = record.part(0.2, 1.0)
    if detector.needs_torch or execution.several:
        learnt = run_in_worker("fit", cube, detector, None, execution, working, True, checkpoint).model
        if execution.machine > 0:
            return _nothing_to_write(cube, progress)
    else:
        learnt = model_bytes(model_of(detector, detector.fit(cube, working), cube, versions()))
    record.lap("learn")
    with outputs:
        outputs.write(model, learnt)
        outputs.write(record_path(model), record.content())
        progress.update(1.0)
    _forget(checkpoint)
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
    # A damaged file is reported before the raster is read.
    background = None if elsewhere else read_model(model).background
    if spread is not None and not detector.gives_spread:
        raise ParameterError(f"{detector.id}: SPREAD needs a detector of several members.")
    outputs = _claim([input, model], [output, spread])
    record = _begin("apply", detector, input, progress)
    record.note(model=model)
    bands = match_bands(fitted.wavelengths, fitted.band_numbers, fitted.raster_bands, read_band_table(input))
    cube = open_cube(input, bands, None, detector.memory_budget, record.part(0.0, 0.15), drop=False)
    _describe(cube, record, None)
    record.lap("read")
    working = record.part(0.15, 0.95)
    if background is None:
        maps = run_in_worker("apply", cube, detector, model, execution, working).maps
    else:
        maps = background.maps(cube, working)
    record.lap("score")
    if not maps:
        return _nothing_to_write(cube, progress)
    with outputs:
        _write_maps(outputs, maps, output, spread, cube, detector, record)
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
    outputs = _claim([input, background], [])
    outputs.claim(output, "raster")
    outputs.claim(record_path(output), "run record")
    record = _begin("suppressbackground", suppression, input, progress)
    cube = open_cube(input, bands, background, progress=record.part(0.0, 0.1))
    _describe(cube, record, background)
    record.lap("read")
    done = run_in_worker("fit", cube, suppression, None, execution, record.part(0.1, 0.8), True)
    suppressor = cast(Suppressor, model_from(done.model).background)
    record.lap("learn")
    with outputs:
        with outputs.writing(output) as hidden:
            suppressed = SuppressedCube(cube, suppressor)
            write_cube(
                hidden, suppressed, cube.georeference, _metadata(suppression, cube), record.part(0.8, 1.0)
            )
        record.lap("write")
        outputs.write(record_path(output), record.content())
        progress.update(1.0)
    return Outcome(cube.valid_pixels, cube.bands, progress.metrics)


def evaluate(
    scores: str, truth: str, report: Optional[str] = None, progress: Progress = SILENT
) -> Dict[str, float]:
    """Return the figures of merit of a score layer against a truth raster (nonzero = anomaly), by name.

    report : self-contained html with curves, histograms, map and figures.
    """
    outputs = Outputs([scores, truth])
    if report is not None:
        outputs.claim(report, "html")
    score_map, _ = read_map(scores)
    labels = read_truth(truth, score_map.shape)
    progress.update(0.3)
    labelled = label_scores(score_map, labels)
    found = figures(labelled)
    progress.update(0.6)
    if report is not None:
        from .report import evaluation_report

        text = evaluation_report(Path(scores).name, Path(truth).name, score_map, labels, labelled, found)
        with outputs:
            outputs.write(report, text.encode())
            progress.update(1.0)
    return found


def _claim(
    inputs: Sequence[Optional[str]],
    maps: Sequence[Optional[str]],
    model: Optional[str] = None,
    checkpoint: Optional[str] = None,
) -> Outputs:
    """Check where a run will write. maps : the score raster, whose record lies beside it, and further ones."""
    outputs = Outputs(inputs)
    for path in maps:
        if path is not None:
            outputs.claim(path, "raster")
            outputs.claim(style_path(path), "style file")
    if maps and maps[0] is not None:
        outputs.claim(record_path(maps[0]), "run record")
    if model is not None:
        outputs.claim(model, "model file")
    if checkpoint is not None:
        outputs.claim(checkpoint, "checkpoint")
    return outputs


def _checkpoint(detector: Detector, output: str, execution: Execution) -> Optional[str]:
    """Return where trainings keep their state while they run; None where nobody asked for it."""
    return f"{output}.checkpoint" if execution.resume and detector.needs_torch else None


def _forget(checkpoint: Optional[str]) -> None:
    """Remove the trainings' state: the run has come to its end."""
    if checkpoint is not None:
        Path(checkpoint).unlink(missing_ok=True)


def _nothing_to_write(cube: RasterCube, progress: Progress) -> Outcome:
    """End a run whose results another machine holds."""
    progress.update(1.0)
    return Outcome(cube.valid_pixels, cube.bands, progress.metrics, written=False)


def _begin(task: str, detector: Detector, input: str, progress: Progress) -> Record:
    return Record(task, progress, detector=detector.id, parameters=detector.values(), input=input)


def _describe(cube: RasterCube, record: Record, background: Optional[str]) -> None:
    """Say which pixels and bands are used, and note them in the record."""
    record.note(
        size=[cube.rows, cube.columns],
        bands=[int(number) for number in cube.band_numbers],
        dropped_bands={str(band.number): band.reason for band in cube.dropped},
        valid_pixels=cube.valid_pixels,
        background=background,
        background_pixels=int(cube.background.sum()),
    )
    share = 100 * cube.valid_pixels / (cube.rows * cube.columns)
    record.progress.message(
        f"{cube.rows} rows, {cube.columns} columns, {cube.bands} bands used; "
        f"{cube.valid_pixels} valid pixels ({share:.1f} %)."
    )
    if background is not None:
        record.progress.message(f"The background is learnt from {int(cube.background.sum())} pixels.")
    needed = cube.memory_budget + 16 * cube.rows * cube.columns
    record.progress.message(f"Memory needed: about {needed / 2**20:.0f} MiB beside the program.")


def _write_maps(
    outputs: Outputs,
    maps: Dict[str, Array],
    output: str,
    spread: Optional[str],
    cube: RasterCube,
    detector: Detector,
    record: Record,
) -> None:
    """Write score rasters with their styles, and the record of the run."""
    metadata = _metadata(detector, cube)
    wanted = [("score", output, f"{detector.label} anomaly score")]
    if spread is not None:
        wanted.append(("spread", spread, f"{detector.label} spread of the members"))
    for name, path, description in wanted:
        record.progress.check_cancelled()
        with outputs.writing(path) as hidden:
            write_map(hidden, maps[name], cube.georeference, description, metadata)
        _write_style(outputs, path, maps[name], record)
    record.lap("write")
    outputs.write(record_path(output), record.content())


def _write_style(outputs: Outputs, raster: str, scores: Array, record: Record) -> None:
    """Write the style of a score raster, unless there is one that somebody else made."""
    path, style = style_path(raster), score_style(scores)
    if is_foreign(path):
        record.progress.message(f"{path} is kept: it is a style of your own.")
    elif style:
        outputs.write(path, style.encode())
    else:
        outputs.remove(path)


def _metadata(detector: Detector, cube: RasterCube) -> Dict[str, str]:
    """Method and parameters, to be kept in the output."""
    return {
        "HSI_ANOMALY_DETECTOR": detector.id,
        "HSI_ANOMALY_PARAMETERS": json.dumps(detector.values()),
        "HSI_ANOMALY_VERSION": __version__,
        "HSI_ANOMALY_BANDS_USED": str(cube.bands),
    }
