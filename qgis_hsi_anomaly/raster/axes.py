"""Arrays of netCDF, HDF5 and Zarr files: which axis is which is told by their names, never by their order.

GDAL's classic view takes the first axis for bands, where many products have the last, and turns arrays upside down
whose direction it does not know. So arrays are read as arrays, line by line.
"""

from __future__ import annotations

import html
import os
import re
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np
from osgeo import gdal

from ..core.cube import Array
from ..core.errors import RasterError

_DRIVERS = {"netCDF", "HDF5", "HDF5Image", "HDF4Image", "Zarr"}
_BANDS = {
    "band",
    "bands",
    "nbands",
    "wavelength",
    "wavelengths",
    "wl",
    "lambda",
    "channel",
    "channels",
    "spectral",
}
_ROWS = {
    "y",
    "lat",
    "latitude",
    "northing",
    "downtrack",
    "down_track",
    "along_track",
    "line",
    "lines",
    "row",
    "rows",
}
_COLUMNS = {
    "x",
    "lon",
    "longitude",
    "easting",
    "crosstrack",
    "cross_track",
    "sample",
    "samples",
    "column",
    "columns",
}
_SUBDATASET = re.compile(r'(?:NETCDF|HDF5|ZARR):"?(?P<file>.+?)"?:/*(?P<array>[^:]+)$', re.IGNORECASE)
_SOURCE = re.compile(r"<SourceFilename([^>]*)>([^<]+)</SourceFilename>")


@dataclass(frozen=True)
class ArrayView:
    """An array of two or three dimensions as lines, samples and bands.

    array : GDAL's. rows, columns, bands : which of its dimensions they are; bands None where there are two.
    together : lines that lie together in the file, where GDAL does not say it of the array itself.
    """

    array: Any
    rows: int
    columns: int
    bands: Optional[int]
    together: int = 1

    def classic(self) -> Any:
        """Return GDAL's classic dataset of it: for place and metadata, not for pixels."""
        dataset = self.array.AsClassicDataset(self.columns, self.rows)
        dataset.array_view = self
        return dataset

    def read(self, start: int, stop: int, bands: Sequence[int], dtype: Any) -> Array:
        """Return lines [start, stop) of bands (from 0) as (stop - start, bands, columns)."""
        sizes = [int(dimension.GetSize()) for dimension in self.array.GetDimensions()]
        begin, count = [0] * len(sizes), list(sizes)
        begin[self.rows], count[self.rows] = start, stop - start
        first = min(bands)
        if self.bands is not None:
            begin[self.bands], count[self.bands] = first, max(bands) - first + 1
        buffer = self.array.Read(array_start_idx=begin, count=count)
        values = np.frombuffer(buffer, dtype=dtype).reshape(count)
        if self.bands is None:
            return np.ascontiguousarray(values.transpose(self.rows, self.columns)[:, None])
        values = values.transpose(self.rows, self.bands, self.columns)
        return np.ascontiguousarray(values[:, [band - first for band in bands]])

    @property
    def block_rows(self) -> int:
        """Lines that lie together in the file."""
        return int(self.array.GetBlockSize()[self.rows] or self.together)

    @property
    def size(self) -> Tuple[int, int]:
        """Lines and samples."""
        dimensions = self.array.GetDimensions()
        return int(dimensions[self.rows].GetSize()), int(dimensions[self.columns].GetSize())

    @property
    def wavelengths(self) -> Tuple[Optional[Array], str]:
        """Values of the bands' own axis, (bands,) float64, and their unit; None where it has none."""
        variable = None
        if self.bands is not None:
            variable = self.array.GetDimensions()[self.bands].GetIndexingVariable()
        if variable is None or variable.GetDataType().GetClass() != gdal.GEDTC_NUMERIC:
            return None, ""
        kind = gdal.ExtendedDataType.Create(gdal.GDT_Float64)
        return np.frombuffer(variable.Read(buffer_datatype=kind), dtype=np.float64), variable.GetUnit() or ""


@dataclass(frozen=True)
class JoinedView:
    """Bands of one or several arrays of the same lines and samples, in an order of their own.

    views : the arrays. places : of every band, from 0: which array, and which of its bands.
    """

    views: Tuple[ArrayView, ...]
    places: Tuple[Tuple[int, int], ...]
    _kept: Dict[Tuple[int, Tuple[int, ...]], Array] = field(default_factory=dict, compare=False, repr=False)

    def read(self, start: int, stop: int, bands: Sequence[int], dtype: Any) -> Array:
        """Return lines [start, stop) of bands (from 0) as (stop - start, bands, columns); not to be written to."""
        height, (rows, columns) = self.block_rows, self.size
        first = start // height * height
        last = min(first + height, rows)
        whole = height * columns * len(bands) * np.dtype(dtype).itemsize
        if stop > last or stop - start == last - first or whole > gdal.GetCacheMax():
            return self._unpacked(start, stop, bands, dtype)
        # GDAL keeps no unpacked chunks of arrays as it does of rasters: lines that lie together are kept here.
        key = (first, tuple(bands))
        if key not in self._kept:
            self._kept.clear()
            self._kept[key] = self._unpacked(first, last, bands, dtype)
        return self._kept[key][start - first : stop - first]

    def _unpacked(self, start: int, stop: int, bands: Sequence[int], dtype: Any) -> Array:
        if len(self.views) == 1:
            return self.views[0].read(start, stop, [self.places[band][1] for band in bands], dtype)
        values = np.empty((stop - start, len(bands), self.size[1]), dtype=dtype)
        for number, view in enumerate(self.views):
            wanted = [position for position, band in enumerate(bands) if self.places[band][0] == number]
            if wanted:
                own = [self.places[bands[position]][1] for position in wanted]
                values[:, wanted] = view.read(start, stop, own, dtype)
        return values

    @property
    def block_rows(self) -> int:
        """Lines that lie together in the file."""
        return max(view.block_rows for view in self.views)

    @property
    def size(self) -> Tuple[int, int]:
        """Lines and samples."""
        return self.views[0].size

    @property
    def wavelengths(self) -> Tuple[Optional[Array], str]:
        """None: they are not the axis' own."""
        return None, ""


def by_axes(path: str, dataset: Any) -> Any:
    """Return a dataset whose lines, samples and bands are those of the array it shows.

    dataset : as GDAL opened it. Returned as it is where the format has no named axes, or GDAL's view is right and says
    where the array lies. Raises RasterError where the axes cannot be told: nothing is guessed.
    """
    driver = dataset.GetDriver()
    if driver is not None and driver.ShortName == "VRT":
        _check_sources(path, dataset)
    if driver is None or driver.ShortName not in _DRIVERS or dataset.RasterCount == 0:
        return dataset
    array = _array_of(dataset)
    if array is None and dataset.RasterCount == 1:
        return dataset
    if array is None:
        raise _untold(f"{path} shows an array that cannot be looked at by its axes")
    dimensions = [
        (dimension.GetName().lower(), int(dimension.GetSize())) for dimension in array.GetDimensions()
    ]
    rows, columns, bands = (_position(dimensions, names) for names in (_ROWS, _COLUMNS, _BANDS))
    if len(dimensions) == 2:
        turned = rows == 1 or columns == 0
        return _kept_or_viewed(dataset, ArrayView(array, int(turned), int(not turned), None), not turned)
    known = [axis for axis in (bands, rows, columns) if axis is not None]
    if len(dimensions) != 3 or len(known) < 2:
        axes = " x ".join(f"{name} ({size})" for name, size in dimensions)
        raise _untold(f"{path} has the axes {axes}")
    left = 3 - sum(known)  # the third axis, where two are known
    rows, columns, bands = (left if axis is None else axis for axis in (rows, columns, bands))
    view = ArrayView(array, rows, columns, bands)
    return _kept_or_viewed(dataset, view, (bands, rows, columns) == (0, 1, 2))


def _kept_or_viewed(dataset: Any, view: ArrayView, in_order: bool) -> Any:
    # Without a place GDAL takes the first line for the lowest, and turns the array over.
    if in_order and dataset.GetGeoTransform(can_return_null=True) is not None:
        return dataset
    return view.classic()


def _check_sources(path: str, dataset: Any) -> None:
    """Raise RasterError where a VRT was made from GDAL's classic view of an array that this view gets wrong."""
    for text in dataset.GetMetadata("xml:VRT") or []:
        for options, name in set(_SOURCE.findall(text)):
            source = html.unescape(name)
            named = _SUBDATASET.match(source)
            if named is None:
                continue
            if 'relativeToVRT="1"' in options:
                source = source.replace(named["file"], os.path.join(os.path.dirname(path), named["file"]))
            opened = gdal.OpenEx(source, gdal.OF_RASTER)
            view = getattr(by_axes(source, opened), "array_view", None) if opened is not None else None
            if view is not None and (view.bands, view.rows, view.columns) not in ((0, 1, 2), (None, 0, 1)):
                raise RasterError(
                    f"{path} takes {source} for an array with bands first, which it is not: give that instead."
                )


def _position(dimensions: List[Tuple[str, int]], names: Any) -> Optional[int]:
    found = [index for index, (name, _) in enumerate(dimensions) if name in names]
    return found[0] if len(found) == 1 else None


def _array_of(dataset: Any) -> Any:
    """Return the array that an open dataset shows; None where it cannot be found."""
    description = dataset.GetDescription()
    named = _SUBDATASET.match(description)
    file = named["file"] if named else description
    wanted = named["array"] if named else dataset.GetRasterBand(1).GetMetadataItem("NETCDF_VARNAME")
    container = gdal.OpenEx(file, gdal.OF_MULTIDIM_RASTER)
    if container is None:
        return None
    # The classic drivers write an underscore for a space, and a band's own name of its array leaves out the group.
    arrays = [(name.replace(" ", "_"), array) for name, array in _arrays(container.GetRootGroup(), "")]
    wanted = "" if wanted is None else "/" + wanted.replace(" ", "_")
    found = [array for name, array in arrays if name == wanted or (not named and name.endswith(wanted))]
    found = [array for array in found if wanted or array.GetDimensionCount() == 3]
    return found[0] if len(found) == 1 else None


def _arrays(group: Any, path: str) -> Iterator[Tuple[str, Any]]:
    for name in group.GetMDArrayNames() or []:
        yield f"{path}/{name}", group.OpenMDArray(name)
    for name in group.GetGroupNames() or []:
        yield from _arrays(group.OpenGroup(name), f"{path}/{name}")


def _untold(what: str) -> RasterError:
    return RasterError(
        f"{what}: which of them are lines, samples and bands cannot be told. Convert it to GeoTIFF or ENVI "
        "with the sensor's own software, or give a file whose axes have names."
    )
