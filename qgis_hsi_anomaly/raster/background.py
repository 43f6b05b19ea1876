"""Where the background may be learned: a mask raster or polygons, on the image's grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.cube import Array
from ..core.errors import DataError
from ..core.run import ALONE, Run
from .areas import Areas, check_grid, open_region
from .georeference import Georeference
from .rows import RasterRows

_WHO = "BACKGROUND"


def read_background(path: str, georeference: Georeference, run: Run = ALONE) -> Array:
    """Return (rows, columns) bool on the image's grid, True where the background may be learned.

    path : a raster of the same grid (its first band: not 0 and valid = background), or polygons in any
    format and CRS; see `Areas`. Of objects with a field `status`, all is background but those that are true.
    Raises RasterError or DataError.
    """
    region = open_region(path, _WHO)
    if not isinstance(region, Areas):
        return _from_raster(path, region, georeference)
    if not region.ticked:
        return _covered(region, georeference)
    if not region.has("true"):
        raise DataError(
            f"{_WHO}: no object of {region.path} has the status true: tick those to be left out of the background, "
            "or give polygons without a field status."
        )
    objects = _covered(region, georeference, "true")
    run.message(
        f"The objects in {region.path} that are ticked true, {int(objects.sum())} pixels, are left out of the "
        "background; all else belongs to it."
    )
    return ~objects


def _from_raster(path: str, dataset: Any, georeference: Georeference) -> Array:
    check_grid(_WHO, path, Georeference.of(dataset), georeference, "the image")
    source = RasterRows(dataset, path, [1])
    values = source.read(0, source.rows)
    invalid = source.invalid(values, 0)
    shown = values[:, 0] != 0
    return np.asarray(shown if invalid is None else shown & ~invalid[:, 0])


def _covered(areas: Areas, georeference: Georeference, status: str = "") -> Array:
    inside = areas.cover(georeference, status)
    if not inside.any():
        raise DataError(
            f"{_WHO}: no polygon of {areas.path} covers a pixel of the image: check place and CRS."
        )
    return inside
