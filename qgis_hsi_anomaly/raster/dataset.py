"""Open files with GDAL so that every failure is one sentence for the user."""

from __future__ import annotations

import math
import os
import re
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple, Union

from osgeo import gdal

from ..core.addresses import gdal_name
from ..core.errors import RasterError
from .axes import by_axes

_GZIP = b"\x1f\x8b"
_NOT_DATA = {".hdr", ".xml", ".sta", ".enp", ".txt", ".properties", ".ovr", ".msk"}


@contextmanager
def gdal_failures(sentence: str) -> Iterator[List[str]]:
    """Raise RasterError, beginning with `sentence`, where GDAL reports a failure within the block.

    Yields the failures so far, from which a block may take those that do not matter.

    Works with and without `gdal.UseExceptions()`, which is a switch for the whole (QGIS) process and is
    left as it is. Keep the block small: without exceptions it runs on after a failure.
    """
    failures: List[str] = []

    def collect(severity: int, number: int, message: str) -> None:
        if severity >= gdal.CE_Failure:
            failures.append(message)

    gdal.ErrorReset()
    gdal.PushErrorHandler(collect)
    try:
        yield failures
    except RasterError:
        raise
    except UnicodeDecodeError as error:
        failures.append(as_text(error.object))  # a message that is not UTF-8, in newer GDAL
    except (RuntimeError, SystemError, AttributeError, TypeError) as error:
        # Attribute and type errors: the block went on with the None of a call that failed.
        if not failures and not isinstance(error, (RuntimeError, SystemError)):
            raise
        # System errors, and errors without a text: GDAL's message is not UTF-8, and Python was not given it.
        told = "" if isinstance(error, SystemError) else str(error)
        failures.append(told or as_text(gdal.GetLastErrorMsg()) or "GDAL does not say why")
    finally:
        gdal.PopErrorHandler()
    if failures:
        raise RasterError(f"{sentence}: {' '.join(failures[0].split()).rstrip('.')}.")


@contextmanager
def quiet_gdal() -> Iterator[None]:
    """Keep GDAL from printing within the block, where somebody else opens rasters.

    QGIS asks every raster it loads for its place, and GDAL prints an "ERROR 1" for those without a georeference.
    """
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        yield
    finally:
        gdal.PopErrorHandler()


def choose_error_mode() -> None:
    """Tell GDAL, in a process of ours, that errors need not be exceptions: newer ones warn until somebody chooses.

    Nor is it to print: what matters is raised by `gdal_failures`.
    """
    gdal.DontUseExceptions()
    gdal.SetErrorHandler("CPLQuietErrorHandler")


def as_text(value: Union[str, bytes]) -> str:
    """Return a text that GDAL read from a file, which may be in Latin-1, as Windows software writes it."""
    raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def gdal_version() -> str:
    """Return GDAL's version, such as 3.6.2."""
    return str(gdal.__version__)


def open_dataset(path: str) -> Any:
    """Open a raster for reading; where `path` is an ENVI header, the data file beside it.

    Raises RasterError where the file is missing, not a raster, a container of several rasters, a header
    without data, or cut short.
    """
    path = gdal_name(os.fspath(path))
    if not path.strip():
        raise RasterError("The name of a raster is empty: give a file.")
    try:
        dataset = _open(path)
    except RasterError:
        if path.lower().endswith(".hdr") and os.path.exists(path):
            return open_dataset(data_of_header(path))
        if not os.path.exists(path) and not path.startswith("/vsi") and ":" not in path[2:]:
            raise RasterError(f"{path} does not exist: check the name of the file.") from None
        raise
    if dataset.RasterCount == 0:
        subdatasets = [name for name, _ in dataset.GetSubDatasets()]
        if subdatasets:
            raise RasterError(f"{path} holds several rasters: choose one, for example {subdatasets[0]}")
        raise RasterError(f"{path} holds no raster bands.")
    _refuse_short_envi(path, dataset)
    return dataset


Stamps = Dict[str, Tuple[int, int]]
"""Size and time of change, in nanoseconds, of files by name: two states of a file are told by them."""


def file_stamps(dataset: Any) -> Stamps:
    """Return the state of the files on disk that an open raster's pixels lie in."""
    names = dict.fromkeys(map(as_text, dataset.GetFileList() or []))
    return {
        name: _stamp(name)
        for name in names
        if os.path.isfile(name) and Path(name).suffix.lower() not in _NOT_DATA
    }


def check_unchanged(path: str, since: Stamps) -> None:
    """Raise RasterError where one of the files of the raster `path` is not what it was."""
    for name, stamp in since.items():
        if _stamp(name) != stamp:
            which = "" if os.path.abspath(name) == os.path.abspath(path) else f" ({name})"
            raise RasterError(
                f"{path} was changed{which} while it was read: wait until it is complete, and start again."
            )


def _stamp(name: str) -> Tuple[int, int]:
    try:
        found = os.stat(name)
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def data_of_header(header: str) -> str:
    """Return the data file an ENVI header belongs to. Raises RasterError where there is none."""
    stem = header[: -len(".hdr")]
    name = os.path.basename(stem) + "."
    beside = sorted(str(file) for file in Path(header).parent.iterdir() if file.name.startswith(name))
    for candidate in [stem, *beside]:
        if os.path.isfile(candidate) and Path(candidate).suffix.lower() not in _NOT_DATA:
            try:
                dataset = _open(candidate)
                # GDAL takes whatever lies beside a header for its data: a file too small is not.
                _refuse_short_envi(candidate, dataset)
            except RasterError:
                continue
            files = dataset.GetFileList()
            if any(os.path.samefile(file, header) for file in files if os.path.exists(file)):
                return candidate
    raise RasterError(f"{header} is a header without its data: put the whole data file beside it.")


def _open(path: str) -> Any:
    shown = path.encode("utf-8", "replace").decode()
    if shown != path:
        raise RasterError(f"{shown} cannot be opened: its name is not UTF-8, rename it.")
    if not may_be_opened(path):
        raise RasterError(f"{path} is a device or a pipe: give a file.")
    with gdal_failures(f"{path} cannot be opened as a raster") as failures:
        dataset = gdal.OpenEx(path, gdal.OF_RASTER | gdal.OF_VERBOSE_ERROR)
        if dataset is not None:
            dataset = by_axes(path, dataset)
            # What went wrong on the way (a CRS not understood) does not keep the pixels from being read.
            failures.clear()
        return dataset


def may_be_opened(path: str) -> bool:
    """Say whether a path leads to no device or pipe, which might never come to an end."""
    try:
        kind = os.stat(path).st_mode
    except (OSError, ValueError):
        return True  # no file on this disk: GDAL will say
    return stat.S_ISREG(kind) or stat.S_ISDIR(kind)


def _refuse_short_envi(path: str, dataset: Any) -> None:
    # Of all formats GDAL reads, ENVI alone gives zeros, without a word, where the file ends too early.
    if not _is_envi(dataset):
        return
    # A VRT or a /vsi path has no size of its own to ask the system for.
    data = dataset.GetDescription()
    if not os.path.isfile(data):
        return
    size = gdal.GetDataTypeSize(dataset.GetRasterBand(1).DataType) // 8
    header_bytes = _header_bytes(path, dataset.GetMetadataItem("header_offset", "ENVI") or "0")
    expected = header_bytes + dataset.RasterXSize * dataset.RasterYSize * dataset.RasterCount * size
    found = os.path.getsize(data)
    with open(data, "rb") as stream:
        if stream.read(2) == _GZIP and dataset.GetMetadataItem("file_compression", "ENVI") == "1":
            # A gzip file ends with its unpacked size, modulo 2^32.
            stream.seek(-4, os.SEEK_END)
            found = int.from_bytes(stream.read(4), "little")
            expected %= 2**32
    if found < expected:
        raise RasterError(
            f"{path} is cut short: its header promises {expected} bytes, it has {found}; copy the file again."
        )


def _header_bytes(path: str, text: str) -> int:
    """Return an ENVI header's `header offset`. Raises RasterError where GDAL takes it for another number than it is."""
    begins = re.match(r"\s*[+-]?\d+", text)
    taken = int(begins[0]) if begins else 0
    try:
        meant = float(text.strip("{} \t"))
    except ValueError:
        meant = math.nan
    if meant != taken:
        raise RasterError(
            f"{path} has the header offset {text[:40]}, which is not a whole number: correct it in the header."
        )
    return taken


_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".shp.xml")


def _is_envi(dataset: Any) -> bool:
    driver = dataset.GetDriver()  # none where the dataset is a view of an array
    return driver is not None and driver.ShortName == "ENVI"


def input_files(name: str) -> List[str]:
    """Return every file that is read with an input, as the user named it: what GDAL lists, and its headers."""
    plain = name.split("|", maxsplit=1)[0]
    files = [plain]
    if not may_be_opened(plain):
        return files
    for kind in (gdal.OF_RASTER, gdal.OF_VECTOR):
        try:
            with gdal_failures(name):
                dataset: Any = gdal.OpenEx(plain, kind)
                files += (dataset.GetFileList() or []) if dataset is not None else []
        except RasterError:
            continue
    if plain.lower().endswith(".hdr") and os.path.exists(plain):
        with suppress(RasterError):
            files.append(data_of_header(plain))
    # What stands beside them, or would be taken with them if it did; and what an archive lies in.
    beside = [
        os.path.splitext(file)[0] + extension
        for file in files
        for extension in (*_SHAPEFILE, ".hdr")
        if extension == ".hdr" or file.lower().endswith(".shp")
    ]
    return list(dict.fromkeys([*files, *beside, *filter(None, map(_archive, files))]))


def _archive(file: str) -> str:
    """Return the file on disk that a /vsi path leads into; empty where it leads into none."""
    if not file.startswith("/vsi"):
        return ""
    path = re.sub(r"^(/vsi[a-z]+/)+", "", file).replace("{", "").replace("}", "")
    for start in (path, "/" + path.lstrip("/")):
        for part in (start, *(str(parent) for parent in Path(start).parents)):
            if os.path.isfile(part):
                return part
    return ""
