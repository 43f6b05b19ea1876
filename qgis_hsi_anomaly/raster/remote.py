"""Rasters that are not on this machine: fetched once, into a private folder, for as long as they are worked with.

Every detector reads its pixels two times at least, and GDAL keeps only 16 MB of what it has fetched. So the file is
copied as it is, in one pass, and read from the disk.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from typing import Iterator, List, Optional, Tuple

from osgeo import gdal

from ..core.addresses import gdal_name, is_remote, without_secrets
from ..core.errors import RasterError
from ..core.run import Run
from ..core.scratch import Scratch, clear_away
from .dataset import gdal_failures

PREFIX = "hsi-anomaly-remote-"
_CHUNK = 2**23
_PATIENCE = {
    "GDAL_HTTP_CONNECTTIMEOUT": "20",
    "GDAL_HTTP_LOW_SPEED_TIME": "60",  # seconds below the next line's bytes a second
    "GDAL_HTTP_LOW_SPEED_LIMIT": "1",
    "GDAL_HTTP_MAX_RETRY": "3",
    # GDAL asks for these beside every file: they would each be a request.
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
}
"""What holds while a file is fetched unless the user has set it otherwise."""


def fetch(path: str, run: Run) -> Tuple[str, Scratch]:
    """Copy a file that is not on this machine, with an ENVI header or .aux.xml beside it, into a folder.

    Returns the copy's name, and the folder, to be removed when it is no longer read. Raises RasterError where the
    file cannot be had or does not fit on the disk, and Cancelled.
    """
    shown = without_secrets(path)
    clear_away(PREFIX, tempfile.gettempdir())
    with _patient():
        files = [(source, size) for source in _with_headers(path) if (size := _size(source)) is not None]
        if not files or files[0][0] != gdal_name(path):
            raise RasterError(f"{shown} cannot be read: check the address, and whether you may read it.")
        total = sum(size for _, size in files)
        scratch = Scratch(PREFIX)
        try:
            _check_room(shown, total, shutil.disk_usage(scratch.path).free)
            run.message(f"Fetching {shown}, {total / 1e6:.1f} MB.")
            done = 0
            for source, size in files:
                copy = os.path.join(scratch.path, os.path.basename(without_secrets(source)))
                for count in _copied(source, size, copy, shown):
                    done += count
                    run.update(done / max(total, 1))
        except BaseException:
            scratch.remove()
            raise
    return os.path.join(scratch.path, os.path.basename(without_secrets(gdal_name(path)))), scratch


def _check_room(shown: str, size: int, free: int) -> None:
    if size > free:
        raise RasterError(
            f"{shown} has {size / 1e9:.1f} GB and is fetched before it is read, but the folder for temporary files has "
            f"room for {free / 1e9:.1f} GB: set TMPDIR to a folder on a larger disk."
        )


def _with_headers(path: str) -> List[str]:
    """Return the names of a file and of what would lie beside it; addresses with a query have nothing beside them."""
    name = gdal_name(path)
    if not is_remote(path) or "?" in name:
        return [name]
    stem, extension = os.path.splitext(name)
    headers = (
        [] if extension.lower() in (".tif", ".tiff", ".nc", ".h5", ".he5") else [f"{stem}.hdr", f"{name}.hdr"]
    )
    return list(dict.fromkeys([name, *headers, f"{name}.aux.xml"]))


def _size(name: str) -> Optional[int]:
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        found = gdal.VSIStatL(name, gdal.VSI_STAT_EXISTS_FLAG | gdal.VSI_STAT_SIZE_FLAG)
    except RuntimeError:  # with exceptions on
        return None
    finally:
        gdal.PopErrorHandler()
    return None if found is None or found.IsDirectory() else int(found.size)


def _copied(source: str, size: int, copy: str, shown: str) -> Iterator[int]:
    """Copy a file in pieces; yield the bytes of each."""
    sentence = f"{shown} could not be fetched whole"
    with gdal_failures(sentence):
        remote = gdal.VSIFOpenL(source, "rb")
    if remote is None:
        raise RasterError(f"{sentence}: it cannot be opened.")
    try:
        with open(copy, "xb") as stream:
            left = size
            while left:
                with gdal_failures(sentence):
                    piece = gdal.VSIFReadL(1, min(_CHUNK, left), remote)
                if not piece:
                    raise RasterError(f"{sentence}: {left} of {size} bytes are missing, try again.")
                stream.write(piece)
                left -= len(piece)
                yield len(piece)
    except OSError as error:
        if isinstance(error, RasterError):
            raise
        raise RasterError(
            f"{shown} cannot be kept in the folder for temporary files: {error.strerror}."
        ) from error
    finally:
        gdal.VSIFCloseL(remote)


@contextmanager
def _patient() -> Iterator[None]:
    """Wait for slow servers, but not for ever."""
    changed = [name for name in _PATIENCE if gdal.GetConfigOption(name) is None]
    # Of this thread alone where GDAL's Python module has it: QGIS fetches with options of its own.
    set_option = getattr(gdal, "SetThreadLocalConfigOption", gdal.SetConfigOption)
    for name in changed:
        set_option(name, _PATIENCE[name])
    try:
        yield
    finally:
        for name in changed:
            set_option(name, None)
