"""Model files: a detector's background as arrays and a JSON header. Data only, nothing is executed.

The format is safetensors (any reader of it opens our files; writing it takes numpy alone): eight bytes
of header length, a JSON header that places every array, the arrays. Our own header is one JSON text
under `__metadata__`/`qgis_hsi_anomaly`.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from .cube import Array, Cube
from .detectors.base import Fitted, Method
from .detectors.registry import make_method
from .errors import HsiAnomalyError, ModelError

FORMAT = 2
_DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U8": "|u1", "BOOL": "|b1"}
_NAMES = {np.dtype(code): name for name, code in _DTYPES.items()}
_KEY = "qgis_hsi_anomaly"


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
        "format": FORMAT,
        "method": model.method.id,
        "parameters": model.method.values(),
        "bands": model.bands,
        "wavelengths": model.wavelengths,
        "band_numbers": model.band_numbers,
        "raster_bands": model.raster_bands,
        "versions": model.versions,
        "facts": model.fitted.facts(),
    }
    entries: Dict[str, Any] = {"__metadata__": {_KEY: json.dumps(header)}}
    chunks, offset = [], 0
    for name, array in model.fitted.arrays().items():
        data = np.ascontiguousarray(array)
        data = data.astype(data.dtype.newbyteorder("<"))
        if data.dtype not in _NAMES:
            raise TypeError(
                f"{model.method.id}: {name} is {data.dtype}; model files hold {', '.join(_DTYPES)}."
            )
        raw = data.tobytes()
        entries[name] = {
            "dtype": _NAMES[data.dtype],
            "shape": list(data.shape),
            "data_offsets": [offset, offset + len(raw)],
        }
        chunks.append(raw)
        offset += len(raw)
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *chunks])


def read_header(path: str) -> ModelHeader:
    """Read what a model file says of itself; torch is not needed. Raises ModelError as `read_model`."""
    return _parse(_content(path), path)[0]


def read_model(path: str) -> Model:
    """Read a model file. Raises ModelError where it is missing, cut short or not a model."""
    return model_from(_content(path), path)


def model_from(content: bytes, path: str = "") -> Model:
    """Return the model that is the content of the file `path`. Raises ModelError as `read_model`."""
    header, arrays, facts = _parse(content, path)
    try:
        fitted = header.method.restore(arrays, facts)
    except HsiAnomalyError as error:
        raise ModelError(f"The model file {path} cannot be used: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"The model file {path} is damaged: fit it again.") from error
    return Model(**vars(header), fitted=fitted)


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error.strerror or error}.") from error


def _parse(raw: bytes, path: str) -> Tuple[ModelHeader, Dict[str, Array], Dict[str, Any]]:
    """Return header, arrays and facts of a model file's content."""
    not_a_model = ModelError(f"{path} is not a model file of this software.")
    if len(raw) < 10 or raw[8:9] != b"{":
        raise not_a_model
    (length,) = struct.unpack("<Q", raw[:8])
    if length > len(raw) - 8:
        raise ModelError(f"The model file {path} is cut short: copy or fit it again.")
    try:
        entries = json.loads(raw[8 : 8 + length])
        header = json.loads(entries.pop("__metadata__")[_KEY])
        form = header.get("format")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise not_a_model from error
    if form != FORMAT:
        raise ModelError(
            f"The model file {path} has format {form} and this version reads format {FORMAT}: fit it again."
        )
    try:
        return _header(header), _arrays(entries, raw[8 + length :]), dict(header["facts"])
    except EOFError as error:
        raise ModelError(f"The model file {path} is cut short: copy or fit it again.") from error
    except HsiAnomalyError as error:
        raise ModelError(f"The model file {path} cannot be used: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ModelError(f"The model file {path} is damaged: fit it again.") from error


def _arrays(entries: Dict[str, Any], data: bytes) -> Dict[str, Array]:
    """Return the arrays by name. EOFError where the data end too early, ValueError where an array makes no sense."""
    arrays = {}
    for name, entry in entries.items():
        start, end = entry["data_offsets"]
        if end > len(data):
            raise EOFError(f"{name} is not complete")
        found = np.frombuffer(data[start:end], dtype=_DTYPES[entry["dtype"]]).reshape(entry["shape"]).copy()
        if not np.isfinite(found).all():
            raise ValueError(f"{name} is not finite")
        arrays[name] = found
    return arrays


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
