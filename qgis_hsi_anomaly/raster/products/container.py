"""HDF5 and netCDF files by the names of what they hold, with GDAL alone."""

from __future__ import annotations

import os
import re
from typing import Any, List, Optional, Tuple

import numpy as np
from osgeo import gdal

from ...core.cube import Array
from ...core.errors import RasterError
from ..axes import ArrayView, JoinedView
from ..dataset import gdal_failures
from ..georeference import Georeference
from ..rows import DTYPES

_EXTENSIONS = (".h5", ".he5", ".hdf5", ".nc", ".nc4", ".hdf")
_SUBDATASET = re.compile(r'^(?:NETCDF|HDF5):"?(?P<file>.+?)"?:/*(?P<array>[^:]+)$', re.IGNORECASE)
_SIGNATURE = b"\x89HDF\r\n\x1a\n"


class Container:
    """An open HDF5 or netCDF file. `path` : the file.

    Raises RasterError where it is damaged or cut short.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        _refuse_short(path)
        sentence = f"{path} cannot be opened, it may be damaged or cut short: download it again"
        with gdal_failures(sentence) as failures:
            self._dataset = gdal.OpenEx(path, gdal.OF_MULTIDIM_RASTER | gdal.OF_VERBOSE_ERROR)
            self._root = self._dataset.GetRootGroup()
            # Newer GDAL reads structure metadata itself, and complains of some that its own axes do not need.
            failures[:] = [failure for failure in failures if "StructMetadata" not in failure]

    def array(self, name: str) -> Any:
        """Return an array by its full name. RasterError where it is not there."""
        found = self._find(name)
        if found is None:
            raise RasterError(f"{self.path} has no {name}: it is not a whole product, download it again.")
        return found

    def has(self, name: str) -> bool:
        """Tell whether there is an array of a full name."""
        return self._find(name) is not None

    def chunk(self, name: str, axis: int) -> int:
        """Return how long an array's chunks are along an axis, at least 1; 1 where it cannot be told."""
        found = self.array(name).GetBlockSize()[axis]
        with _quietly():
            if not found:
                # The driver of HDF5 does not tell it; that of netCDF reads most such files, and does.
                options = {"allowed_drivers": ["netCDF"]}
                other = gdal.OpenEx(f'NETCDF:"{self.path}"', gdal.OF_MULTIDIM_RASTER, **options)
                same = None if other is None else other.GetRootGroup().OpenMDArrayFromFullname(f"/{name}")
                found = 0 if same is None else same.GetBlockSize()[axis]
        return int(found or 1)

    def groups(self, name: str = "") -> List[str]:
        """Return the names of the groups within a group; none where it is not there."""
        group = self._group(name)
        return list(group.GetGroupNames() or []) if group is not None else []

    def values(self, name: str) -> Array:
        """Return all numbers of an array. RasterError where it is not there or cannot be read."""
        array = self.array(name)
        sizes = [int(dimension.GetSize()) for dimension in array.GetDimensions()]
        kind = gdal.ExtendedDataType.Create(gdal.GDT_Float64)
        with gdal_failures(f"{name} in {self.path} cannot be read"):
            return np.frombuffer(array.Read(buffer_datatype=kind), dtype=np.float64).reshape(sizes)

    def texts(self, name: str) -> List[str]:
        """Return the texts in an array; none where it is not there."""
        array = self._find(name)
        read = array.Read() if array is not None else None
        if isinstance(read, (list, tuple)):
            return [str(text) for text in read]
        return [str(read)] if isinstance(read, str) else []

    def attribute(self, name: str, of: str = "") -> Any:
        """Return an attribute of a group or an array by its full name, of the root by default; None for none."""
        owner = self._group(of) if not of or self._find(of) is None else self._find(of)
        found = None
        with _quietly():
            found = owner.GetAttribute(name) if owner is not None else None
        return found.Read() if found is not None else None

    def numbers(self, name: str, of: str = "") -> Array:
        """Return the numbers of an attribute, (n,) float64. RasterError where it is not there."""
        read = self.attribute(name, of)
        if read is None:
            raise RasterError(
                f"{self.path} has no {name}{f' at {of}' if of else ''}: it is not a whole product, download it again."
            )
        try:
            return np.atleast_1d(np.array(read, dtype=np.float64))
        except ValueError as error:
            raise RasterError(f"{self.path}: {name} does not hold numbers.") from error

    def number(self, name: str, of: str = "") -> float:
        """Return an attribute that is a number. RasterError where it is not there."""
        return float(self.numbers(name, of)[0])

    def _find(self, name: str) -> Any:
        with _quietly():
            return self._root.OpenMDArrayFromFullname("/" + name.strip("/"))

    def _group(self, name: str) -> Any:
        with _quietly():
            return self._root.OpenGroupFromFullname("/" + name.strip("/")) if name else self._root


class _quietly:  # noqa: N801 (reads as a word)
    """Keep GDAL from telling, or raising, what is not found within the block."""

    def __enter__(self) -> None:
        gdal.PushErrorHandler("CPLQuietErrorHandler")

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        gdal.PopErrorHandler()
        return isinstance(error, RuntimeError)


def container_of(path: str) -> Tuple[Optional[Container], str]:
    """Return the container that a file is, or a subdataset's name leads into, and the array it names; None for none.

    Raises RasterError where the file is one by its first bytes, and cannot be opened.
    """
    named = _SUBDATASET.match(path)
    file, array = (named["file"], named["array"]) if named else (path, "")
    if not file.lower().endswith(_EXTENSIONS) or not _is_hdf5(file):
        return None, ""
    return Container(file), array.replace(" ", "_")


def opened(path: str) -> Container:
    """Return the container that a file is, or a subdataset's name leads into. RasterError where it is none."""
    container, _ = container_of(path)
    if container is None:
        raise RasterError(f"{path} is neither HDF5 nor netCDF.")
    return container


def _is_hdf5(file: str) -> bool:
    return _beginning(file).startswith(_SIGNATURE)


def _beginning(file: str) -> bytes:
    """Return the first bytes of a file; none where it cannot be read."""
    if not file.startswith("/vsi") and not os.path.isfile(file):
        return b""
    stream = gdal.VSIFOpenL(file, "rb")
    if stream is None:
        return b""
    try:
        return bytes(gdal.VSIFReadL(1, 64, stream) or b"")
    finally:
        gdal.VSIFCloseL(stream)


def _refuse_short(file: str) -> None:
    """Raise RasterError where an HDF5 file ends before the end that it tells: netCDF reads nothing there, and is quiet.

    The end's place in the superblock: HDF5 file format specification, version 3, section II.A.
    """
    begin = _beginning(file)
    if not begin.startswith(_SIGNATURE) or len(begin) < 52:
        return
    place = {0: 40, 1: 44, 2: 28, 3: 28}.get(begin[8])
    wide = begin[13] if begin[8] < 2 else begin[9]  # bytes of an address
    if place is None or wide != 8:
        return
    promised, found = int.from_bytes(begin[place : place + 8], "little"), int(gdal.VSIStatL(file).size)
    if found < promised:
        raise RasterError(
            f"{file} is cut short: it promises {promised} bytes and has {found}; download it again."
        )


def names_other(array: str, *arrays: str) -> bool:
    """Tell whether an array was asked for by name, and it is none of a product's own."""
    return bool(array) and all(
        array.strip("/") != own.strip("/").replace(" ", "_") and array.strip("/") != own.rpartition("/")[2]
        for own in arrays
    )


def dataset_of(
    path: str, view: JoinedView, bands: int, georeference: Georeference, nodata: Optional[float]
) -> Any:
    """Return a dataset that has the place of an image and reads its pixels from arrays.

    view : lines, samples and bands of the arrays. Raises RasterError where their numbers are of no known type.
    """
    kind = view.views[0].array.GetDataType().GetNumericDataType()
    rows, columns = view.size
    dataset = gdal.GetDriverByName("VRT").Create("", columns, rows, bands, kind)
    if dataset is None:
        raise RasterError(
            f"{path} holds {rows} rows, {columns} columns and {bands} bands, which cannot be right."
        )
    georeference.put(dataset)
    if nodata is not None:
        for number in range(1, bands + 1):
            dataset.GetRasterBand(number).SetNoDataValue(nodata)
    # Without a name: GDAL writes a dataset of this kind to the file it is named after, which would be the product.
    dataset.array_view = view
    return dataset


def dtype_of(view: ArrayView) -> Any:
    """Return numpy's number type of an array. RasterError where it is not of real numbers."""
    name = gdal.GetDataTypeName(view.array.GetDataType().GetNumericDataType())
    if name not in DTYPES:
        raise RasterError(
            f"{view.array.GetFullName()} holds numbers of type {name}: only real numbers can be used."
        )
    return np.dtype(DTYPES[name])


def view_of(container: Container, name: str, axes: str, bands: int) -> ArrayView:
    """Return an array as lines, samples and bands.

    axes : their order as the product's specification has it, such as "lsb". bands : how many there must be.
    Raises RasterError where the array has others.
    """
    array = container.array(name)
    sizes = [int(dimension.GetSize()) for dimension in array.GetDimensions()]
    if len(sizes) != 3 or sizes[axes.index("b")] != bands:
        shown = " x ".join(str(size) for size in sizes)
        raise RasterError(
            f"{name} in {container.path} is {shown}, and not an image of the {bands} bands that the product lists: "
            "it is damaged, or of another version."
        )
    lines = axes.index("l")
    return ArrayView(array, lines, axes.index("s"), axes.index("b"), container.chunk(name, lines))
