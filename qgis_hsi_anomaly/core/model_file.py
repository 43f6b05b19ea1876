"""Model files: a detector's background as arrays and a JSON header, in the format of `array_file`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from .array_file import content_of, pack, reading, unpack
from .cube import Array, Cube
from .detectors.base import Fitted, Method
from .detectors.registry import make_method
from .errors import DataError, ModelError

_WHAT, _AGAIN = "model file", "fit it again"


@dataclass(frozen=True)
class ModelHeader:
    """What a model file says of itself.

    method : the detector or pre-processor, with the parameters it was fitted with.
    bands : number of bands it was fitted on. wavelengths : theirs, in nanometers, or None.
    band_numbers : their numbers in the raster it was fitted on, from 1. raster_bands : how many that raster has.
    versions : versions of the software that fitted it.
    """

    method: Method
    bands: int
    wavelengths: Optional[List[float]]
    band_numbers: List[int]
    raster_bands: int
    versions: Dict[str, str]


@dataclass(frozen=True)
class Model(ModelHeader):
    """A fitted method as a model file holds it. fitted : what it learned."""

    fitted: Fitted


def model_of(method: Method, fitted: Fitted, cube: Cube, versions: Dict[str, str]) -> Model:
    """Return the model of a method fitted on `cube`; ModelError where nothing it learned can be saved."""
    if not method.can_save:
        raise ModelError(
            f"{method.id} learns no background that could be saved: run it on each raster instead."
        )
    wavelengths = None if cube.wavelengths is None else [float(value) for value in cube.wavelengths]
    numbers = [int(number) for number in cube.band_numbers]
    return Model(method, cube.bands, wavelengths, numbers, cube.raster_bands, versions, fitted)


def write_model(path: str, model: Model) -> None:
    """Write a model file."""
    Path(path).write_bytes(model_bytes(model))


def model_bytes(model: Model) -> bytes:
    """Return the content of a model file."""
    header: Dict[str, Any] = {
        "kind": "model",
        "method": model.method.id,
        "parameters": model.method.values(),
        "bands": model.bands,
        "wavelengths": model.wavelengths,
        "band_numbers": model.band_numbers,
        "raster_bands": model.raster_bands,
        "versions": model.versions,
        "facts": model.fitted.facts(),
    }
    arrays = model.fitted.arrays()
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise DataError(
                f"{model.method.id}: what was learned ({name}) is not finite: the image's values, or a parameter, are "
                "too large or too small to compute with."
            )
    return pack(header, arrays)


def read_header(path: str) -> ModelHeader:
    """Read what a model file says of itself; torch is not needed. Raises ModelError as `read_model`."""
    return _parse(content_of(path, _WHAT), path)[0]


def read_model(path: str) -> Model:
    """Read a model file. Raises ModelError where it is missing, cut short or not a model."""
    return model_from(content_of(path, _WHAT), path)


def model_from(content: bytes, path: str = "") -> Model:
    """Return the model that is the content of the file `path`. Raises ModelError as `read_model`."""
    header, arrays, facts = _parse(content, path)
    with reading(path, _WHAT, _AGAIN):
        _check_shapes(header, arrays, facts)
        return Model(**vars(header), fitted=header.method.restore(arrays, facts))


def _check_shapes(header: ModelHeader, arrays: Dict[str, Array], facts: Dict[str, Any]) -> None:
    """Raise ValueError or KeyError where the shapes of arrays contradict each other or the number of bands."""
    lengths = {"bands": header.bands}
    for name, dimensions in header.method.shapes.items():
        shape = arrays[name].shape
        if len(shape) != len(dimensions):
            raise ValueError(f"{name} has {len(shape)} dimensions.")
        for dimension, length in zip(dimensions, shape):
            if length != lengths.setdefault(dimension, length):
                raise ValueError(f"{name} has {length} {dimension}, not {lengths[dimension]}.")
    if int(facts.get("bands", header.bands)) != header.bands:
        raise ValueError("The network is of another number of bands.")


def _parse(raw: bytes, path: str) -> Tuple[ModelHeader, Dict[str, Array], Dict[str, Any]]:
    """Return header, arrays and facts of a model file's content."""
    with reading(path, _WHAT, _AGAIN):
        header, arrays = unpack(raw)
        if header.get("kind", "model") != "model":
            raise DataError(
                "it holds the sums of a background: merge it, alone or with others, into a model."
            )
        return _header(header), arrays, dict(header["facts"])


def _header(header: Dict[str, Any]) -> ModelHeader:
    """Return our part of the header. ValueError and others where its parts do not fit each other."""
    numbers = [int(number) for number in header["band_numbers"]]
    wavelengths = header["wavelengths"]
    if wavelengths is not None:
        wavelengths = [float(value) for value in wavelengths]
    found = ModelHeader(
        make_method(header["method"], dict(header["parameters"])),
        int(header["bands"]),
        wavelengths,
        numbers,
        int(header["raster_bands"]),
        dict(header["versions"]),
    )
    if found.bands != len(numbers) or min(numbers) < 1 or max(numbers) > found.raster_bands:
        raise ValueError("The numbers of the bands contradict each other.")
    if wavelengths is not None and (found.bands != len(wavelengths) or not np.isfinite(wavelengths).all()):
        raise ValueError("The wavelengths are not those of the bands.")
    return found
