"""Which axis of a netCDF, HDF5 or Zarr array holds the bands: GDAL takes the first, many products have the last."""

from __future__ import annotations

import re
from typing import Any, Iterator, List, Optional, Tuple

from osgeo import gdal

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
_SUBDATASET = re.compile(r'(?:NETCDF|HDF5|ZARR):"?(?P<file>.+?)"?:/*(?P<array>[^:]+)$')


def bands_first(path: str, dataset: Any) -> Any:
    """Return a dataset whose bands are the array's band axis, and whose rows and columns are its rows and columns.

    dataset : as GDAL opened it. Returned as it is where GDAL's view is right, or where the format has no such axes.
    Raises RasterError where the axes have no names by which they could be told: nothing is guessed.
    """
    if (
        dataset.GetDriver() is None
        or dataset.GetDriver().ShortName not in _DRIVERS
        or dataset.RasterCount < 2
    ):
        return dataset
    array = _array_of(dataset)
    if array is None:
        raise _untold(path, "is no array that could be looked at by its axes")
    dimensions = [
        (dimension.GetName().lower(), int(dimension.GetSize())) for dimension in array.GetDimensions()
    ]
    rows, columns = (_position(dimensions, names) for names in (_ROWS, _COLUMNS))
    bands = _position(dimensions, _BANDS)
    known = [axis for axis in (bands, rows, columns) if axis is not None]
    if len(dimensions) != 3 or len(known) < 2:
        axes = " x ".join(f"{name} ({size})" for name, size in dimensions)
        raise _untold(path, f"has the axes {axes}")
    left = 3 - sum(known)  # the third axis, where two are known
    rows, columns = (left if axis is None else axis for axis in (rows, columns))
    return dataset if (rows, columns) == (1, 2) else array.AsClassicDataset(columns, rows)


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


def _untold(path: str, what: str) -> RasterError:
    return RasterError(
        f"{path} {what}: which of them are lines, samples and bands cannot be told. Convert it to GeoTIFF or ENVI "
        "with the sensor's own software, or give a file whose axes have names."
    )
