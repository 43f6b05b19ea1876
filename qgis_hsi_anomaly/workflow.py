"""Files in, files out: the one place where the toolbox and the command line meet the detectors.

Each function checks all it can before the work starts, runs the detector here or in a worker process,
and writes the outputs last, so that a failure or a cancel leaves everything as it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

from . import __version__
from .core.bands import match_bands
from .core.cube import Array, ArrayCube
from .core.detectors.base import Detector, Method, Preprocessor
from .core.errors import ModelError
from .core.free_memory import free_memory
from .core.libraries import library_versions
from .core.model_file import read_header, read_model
from .core.run import ALONE, Run
from .core.scene_checks import check_scene
from .core.tasks import Apply, Fit
from .jobs.compute import check_execution, compute
from .jobs.execution import Execution
from .outputs import Outputs
from .raster.reader import RasterCube, open_cube, read_band_table
from .raster.writer import write_cube, write_map
from .record import Record, record_path, versions
from .style import is_foreign, score_style, spread_style, style_path, true_color_style


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
    allow: Sequence[str] = (),
    spread: Optional[str] = None,
    model: Optional[str] = None,
    execution: Execution = Execution(),
    run: Run = ALONE,
) -> Outcome:
    """Learn the background of a raster and write its anomaly scores, larger = more anomalous.

    bands : band numbers from 1. background : raster or polygons where the background is learned.
    allow : kinds of pixels (`core.masks.KINDS`) that a product's masks mark and that are used all the same.
    spread : raster for the disagreement of the detector's members. model : file for what was learned.
    """
    check_execution(detector, execution, run)
    if spread is not None:
        detector.check_spread()
    if model is not None and not detector.can_save:
        raise ModelError(f"{detector.id} learns no background that could be saved: leave MODEL empty.")
    checkpoint = _checkpoint(output, execution)
    outputs = _claim([input, background], [output, spread], model, checkpoint)
    record = _begin("detect", detector, input, run)
    cube = open_cube(input, bands, background, detector.memory_budget, record.part(0.0, 0.15), allow=allow)
    _describe(cube, detector, record, background)
    record.lap("read")
    task, working = Fit(detector, scores=True, saved=model is not None), record.part(0.15, 0.95)
    with compute(task, cube, execution, versions(), working, checkpoint) as results:
        record.lap("learn and score")
        if not results.maps:
            return _nothing_to_write(cube, run)
        with outputs:
            _write_maps(outputs, results.maps, output, spread, cube, detector, record)
            if model is not None:
                outputs.write(model, results.model)
            run.update(1.0)
    _forget(checkpoint)
    return Outcome(cube.valid_pixels, cube.bands, run.metrics)


def fit(
    method: Method,
    input: str,
    model: str,
    *,
    bands: Optional[Sequence[int]] = None,
    background: Optional[str] = None,
    allow: Sequence[str] = (),
    execution: Execution = Execution(),
    run: Run = ALONE,
) -> Outcome:
    """Learn the background of a raster, for a detector or a pre-processor, and write it to a model file."""
    check_execution(method, execution, run)
    if not method.can_save:
        raise ModelError(
            f"{method.id} learns no background that could be saved: run it on each raster instead."
        )
    checkpoint = _checkpoint(model, execution)
    outputs = _claim([input, background], [], model, checkpoint)
    outputs.claim(record_path(model), "run record")
    record = _begin("fit", method, input, run)
    cube = open_cube(input, bands, background, method.memory_budget, record.part(0.0, 0.2), allow=allow)
    _describe(cube, method, record, background)
    record.lap("read")
    working = record.part(0.2, 1.0)
    with compute(Fit(method), cube, execution, versions(), working, checkpoint) as results:
        record.lap("learn")
        if not results.model:
            return _nothing_to_write(cube, run)
        with outputs:
            outputs.write(model, results.model)
            outputs.write(record_path(model), record.content())
            run.update(1.0)
    _forget(checkpoint)
    return Outcome(cube.valid_pixels, cube.bands, run.metrics)


def apply(
    model: str,
    input: str,
    output: str,
    *,
    spread: Optional[str] = None,
    allow: Sequence[str] = (),
    execution: Execution = Execution(),
    run: Run = ALONE,
) -> Outcome:
    """Score a raster, or suppress its background, with what a model file holds.

    Bands are matched by wavelength, else by count; ModelError, with both lists, where neither fits.
    """
    # A damaged file is reported before the raster is read; one that needs torch cannot be read whole here.
    fitted = read_header(model)
    method = fitted.method
    if not method.needs_torch:
        read_model(model)
    check_execution(method, execution, run)
    if spread is not None:
        method.check_spread()
    outputs = _claim([input, model], [output, spread])
    record = _begin("apply", method, input, run)
    record.note(model=model)
    bands = match_bands(fitted.wavelengths, fitted.band_numbers, fitted.raster_bands, read_band_table(input))
    cube = open_cube(
        input, bands, None, method.memory_budget, record.part(0.0, 0.15), drop=False, allow=allow
    )
    _describe(cube, method, record, None, learning=False)
    record.lap("read")
    with compute(Apply(model), cube, execution, versions(), record.part(0.15, 0.8)) as results:
        record.lap("score")
        if not results.maps and results.cube is None:
            return _nothing_to_write(cube, run)
        with outputs:
            if results.cube is not None:
                _write_cube(outputs, results.cube, output, cube, method, record)
            else:
                _write_maps(outputs, results.maps, output, spread, cube, method, record)
            run.update(1.0)
    return Outcome(cube.valid_pixels, cube.bands, run.metrics)


def suppress_background(
    suppression: Preprocessor,
    input: str,
    output: str,
    *,
    bands: Optional[Sequence[int]] = None,
    background: Optional[str] = None,
    allow: Sequence[str] = (),
    model: Optional[str] = None,
    execution: Execution = Execution(),
    run: Run = ALONE,
) -> Outcome:
    """Write a raster's spectra without what a network learned to be background, for any detector to work on.

    model : file for what was learned, to be applied to other rasters.
    """
    check_execution(suppression, execution, run)
    checkpoint = _checkpoint(output, execution)
    outputs = _claim([input, background], [output], model, checkpoint)
    record = _begin("suppress", suppression, input, run)
    cube = open_cube(input, bands, background, suppression.memory_budget, record.part(0.0, 0.1), allow=allow)
    _describe(cube, suppression, record, background)
    record.lap("read")
    task = Fit(suppression, scores=True, saved=model is not None)
    with compute(task, cube, execution, versions(), record.part(0.1, 0.8), checkpoint) as results:
        record.lap("learn and suppress")
        if results.cube is None:
            return _nothing_to_write(cube, run)
        with outputs:
            _write_cube(outputs, results.cube, output, cube, suppression, record)
            if model is not None:
                outputs.write(model, results.model)
            run.update(1.0)
    _forget(checkpoint)
    return Outcome(cube.valid_pixels, cube.bands, run.metrics)


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
            claim_style(outputs, path)
    if maps and maps[0] is not None:
        outputs.claim(record_path(maps[0]), "run record")
    if model is not None:
        outputs.claim(model, "model file")
    if checkpoint is not None:
        outputs.claim(checkpoint, "checkpoint")
    return outputs


def _checkpoint(output: str, execution: Execution) -> Optional[str]:
    """Return where trainings keep their state while they run; None where nobody asked for it."""
    return f"{output}.checkpoint" if execution.resume else None


def _forget(checkpoint: Optional[str]) -> None:
    """Remove the trainings' state: the run has come to its end."""
    if checkpoint is not None:
        Path(checkpoint).unlink(missing_ok=True)


def _nothing_to_write(cube: RasterCube, run: Run) -> Outcome:
    """End a run whose results another machine holds."""
    run.update(1.0)
    return Outcome(cube.valid_pixels, cube.bands, run.metrics, written=False)


def _begin(task: str, method: Method, input: str, run: Run) -> Record:
    facts = {"detector": method.id, "parameters": method.values(), "input": input}
    return Record(task, run, **facts, libraries=library_versions(method.requires))


def _describe(
    cube: RasterCube, method: Method, record: Record, background: Optional[str], learning: bool = True
) -> None:
    """Say which pixels and bands are used and what is doubtful about them, and note it in the record."""
    record.note(
        size=[cube.rows, cube.columns],
        bands=[int(number) for number in cube.band_numbers],
        dropped_bands={str(band.number): band.reason for band in cube.dropped},
        valid_pixels=cube.valid_pixels,
        background=background,
        background_pixels=int(cube.background.sum()),
        product=None if cube.product is None else f"{cube.product.label} {cube.product.level}".strip(),
        masked_pixels=cube.masked,
    )
    share = 100 * cube.valid_pixels / (cube.rows * cube.columns)
    record.run.message(
        f"{cube.rows} rows, {cube.columns} columns, {cube.bands} bands used; "
        f"{cube.valid_pixels} valid pixels ({share:.1f} %)."
    )
    if background is not None:
        record.run.message(f"The background is learned from {int(cube.background.sum())} pixels.")
    needed = method.memory_needed(cube)
    record.run.message(f"Memory needed: about {needed / 2**20:.0f} MiB beside the program.")
    free = free_memory()
    if free is not None and needed > free:
        record.part(0.15, 0.15).warning(
            f"About {needed / 2**20:.0f} MiB of memory are needed, {free / 2**20:.0f} MiB are free: close other "
            "programs or use fewer bands (BANDS), else the run may become very slow, or be ended by the system."
        )
    check_scene(cube, record.part(0.15, 0.15), learning)


def _write_maps(
    outputs: Outputs,
    maps: Dict[str, Array],
    output: str,
    spread: Optional[str],
    cube: RasterCube,
    method: Method,
    record: Record,
) -> None:
    """Write score rasters with their styles, and the record of the run."""
    metadata = _metadata(method, cube)
    wanted = [("score", output, f"{method.label} anomaly score")]
    if spread is not None:
        wanted.append(("spread", spread, f"{method.label} spread of the members"))
    for name, path, description in wanted:
        record.run.check_cancelled()
        with outputs.writing(path) as hidden:
            write_map(hidden, *cube.on_map(maps[name]), description, metadata)
        of_scores = name == "score"
        style = score_style(maps[name], path, method.id) if of_scores else spread_style(maps[name], path)
        write_style(outputs, path, style, record.run)
    record.lap("write")
    outputs.write(record_path(output), record.content())


def _write_cube(
    outputs: Outputs, values: Array, output: str, cube: RasterCube, method: Method, record: Record
) -> None:
    """Write a raster with a cube's bands and place, and the record of the run."""
    made = ArrayCube(
        values,
        valid=cube.valid,
        wavelengths=cube.wavelengths,
        fwhm=cube.fwhm,
        band_numbers=[int(number) for number in cube.band_numbers],
        memory_budget=cube.memory_budget,
    )
    with outputs.writing(output) as hidden:
        write_cube(hidden, made, cube.georeference, _metadata(method, cube), record.part(0.8, 1.0))
    write_style(outputs, output, true_color_style(made, output), record.run)
    record.lap("write")
    outputs.write(record_path(output), record.content())


def claim_style(outputs: Outputs, layer: str) -> None:
    """Claim the style file of a raster or vector output, unless there is one that somebody else made."""
    if not is_foreign(layer):
        outputs.claim(style_path(layer), "style file")


def write_style(outputs: Outputs, layer: str, style: str, run: Run = ALONE) -> None:
    """Write the style of a raster or vector output, unless there is one that somebody else made.

    style : of `style`'s functions; where it is empty, that of an earlier run is removed.
    """
    path = style_path(layer)
    if is_foreign(layer):
        run.message(f"{path} is kept: it is a style of your own, or of another layer.")
    elif style:
        outputs.write(path, style.encode())
    else:
        outputs.remove(path)


def _metadata(method: Method, cube: RasterCube) -> Dict[str, str]:
    """Method and parameters, to be kept in the output."""
    return {
        "HSI_ANOMALY_DETECTOR": method.id,
        "HSI_ANOMALY_PARAMETERS": json.dumps(method.values()),
        "HSI_ANOMALY_VERSION": __version__,
        "HSI_ANOMALY_BANDS_USED": str(cube.bands),
    }
