"""Files of arrays with a JSON header: what model files and files of sums are. Data only, nothing is executed.

The format is safetensors (any reader of it opens our files; writing it takes numpy alone): eight bytes
of header length, a JSON header that places every array, the arrays. Our own header is one JSON text
under `__metadata__`/`qgis_hsi_anomaly`; its `format` says how it is to be read.
"""

from __future__ import annotations

import json
import os
import struct
from contextlib import contextmanager
from typing import Any, Dict, Iterator, Tuple

import numpy as np

from .cube import Array
from .errors import HsiAnomalyError, ModelError

FORMAT = 3
"""What is written: since 3, model files of `rx` hold the moments they were made from, and there are files of sums."""
READ = (2, 3)
"""What is read."""

_DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U8": "|u1", "BOOL": "|b1"}
_NAMES = {np.dtype(code): name for name, code in _DTYPES.items()}
_KEY = "qgis_hsi_anomaly"
_LONGEST_HEADER = 100_000_000
"""Bytes, as readers of safetensors have it."""


def pack(header: Dict[str, Any], arrays: Dict[str, Array]) -> bytes:
    """Return the content of a file. TypeError for arrays of a type that it cannot hold."""
    entries: Dict[str, Any] = {"__metadata__": {_KEY: json.dumps({"format": FORMAT, **header})}}
    chunks, offset = [], 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array)
        data = data.astype(data.dtype.newbyteorder("<"))
        if data.dtype not in _NAMES:
            raise TypeError(f"{name} is {data.dtype}; files hold {', '.join(_DTYPES)}.")
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


def unpack(raw: bytes) -> Tuple[Dict[str, Any], Dict[str, Array]]:
    """Return our header and the arrays of a file's content; to be called within `reading`."""
    header, entries, data = _headers(raw)
    form = header.get("format")
    if form not in READ:
        raise _OtherFormatError(form)
    return header, _arrays(entries, data)


def content_of(path: str, what: str) -> bytes:
    """Return a file's content. what : what it is, for the message of the ModelError where it cannot be read."""
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise ModelError(f"{path} is not a {what} of this software: it is a device or a pipe.")
    try:
        with open(path, "rb") as stream:
            start = stream.read(9)
            # Of any other file, which may be a raster of any size, no more is read.
            if start[8:] != b"{" or struct.unpack("<Q", start[:8])[0] > _LONGEST_HEADER:
                return start
            return start + stream.read()
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The {what} {path} cannot be read: {getattr(error, 'strerror', None) or error}."
        ) from error


@contextmanager
def reading(path: str, what: str, again: str) -> Iterator[None]:
    """Raise ModelError, one sentence, for whatever is found wrong within the block.

    what : what the file should be, such as model file. again : what makes a new one, such as "fit it again".
    """
    try:
        yield
    except _NotOursError as error:
        raise ModelError(f"{path} is not a {what} of this software.") from error
    except _OtherFormatError as error:
        raise ModelError(
            f"The {what} {path} has format {error} and this version reads format {READ[0]} to {READ[-1]}: {again}."
        ) from error
    except EOFError as error:
        raise ModelError(f"The {what} {path} is cut short: copy it again, or {again}.") from error
    except HsiAnomalyError as error:
        raise ModelError(f"The {what} {path} cannot be used: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, IndexError) as error:
        raise ModelError(f"The {what} {path} is damaged: {again}.") from error


class _NotOursError(Exception):
    """It is another kind of file."""


class _OtherFormatError(Exception):
    """It is of a version that is not known; its format is the message."""


def _headers(raw: bytes) -> Tuple[Dict[str, Any], Dict[str, Any], bytes]:
    """Return our header, the arrays' places, and their bytes."""
    if len(raw) < 10 or raw[8:9] != b"{":
        raise _NotOursError
    (length,) = struct.unpack("<Q", raw[:8])
    if length > len(raw) - 8:
        raise EOFError("the header is not complete")
    try:
        entries = json.loads(raw[8 : 8 + length])
        header = json.loads(entries.pop("__metadata__")[_KEY])
        header.get("format")
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise _NotOursError from error
    return header, entries, raw[8 + length :]


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
