"""What is known to be an anomaly: a raster of labels or polygons, on the grid of the scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.cube import Array
from ..core.errors import DataError
from .areas import Areas, check_grid, open_region
from .georeference import Georeference
from .rows import first_band

_WHO = "TRUTH"
_PICTURE_BANDS = 4
"""Bands of a picture, with its transparency: labels are often drawn, and saved as one."""


@dataclass(frozen=True)
class Labels:
    """anomaly, known : (rows, columns) bool. What is known and no anomaly is background; the rest is neither."""

    anomaly: Array
    known: Array


def read_labels(path: str, georeference: Georeference) -> Labels:
    """Return the truth on the grid of the scores.

    path : a raster of the same grid, of whose first band 0 is background, other values are anomalies and nodata is
    neither, unless the nodata value is 0 itself (palette images are read by index); or polygons in any format and
    CRS: anomalies inside, background outside. Of objects with a field `status`, those that are true are anomalies and
    those that are unknown are neither; all else is background.
    Raises RasterError, or DataError where the grid is another or there is one class.
    """
    region = open_region(path, _WHO)
    labels = (
        _of_polygons(region, georeference)
        if isinstance(region, Areas)
        else _of_raster(path, region, georeference)
    )
    if not labels.anomaly.any() or labels.anomaly[labels.known].all():
        raise DataError(f"The truth {path} has one class: anomalies (not 0) and background (0) are needed.")
    return labels


def _of_raster(path: str, dataset: Any, georeference: Georeference) -> Labels:
    if dataset.RasterCount > _PICTURE_BANDS:
        raise DataError(
            f"{_WHO}: {path} has {dataset.RasterCount} bands: that is an image; a truth raster has one, not 0 where "
            "there is an anomaly."
        )
    check_grid(_WHO, path, Georeference.of(dataset), georeference, "the score layer")
    values = first_band(dataset, path)
    known = np.isfinite(values)
    if dataset.GetRasterBand(1).GetNoDataValue() == 0:
        known[:] = True  # 0 is what lies outside the anomalies, as tools that burn polygons write it
    return Labels(np.isfinite(values) & (values != 0), known)


def _of_polygons(areas: Areas, georeference: Georeference) -> Labels:
    if not areas.ticked:
        anomaly = areas.cover(georeference)
        known = np.ones_like(anomaly)
    elif not areas.has("true"):
        raise DataError(
            f"{_WHO}: no object of {areas.path} has the status true: tick what is known to be an anomaly, or give "
            "polygons without a field status."
        )
    else:
        anomaly = areas.cover(georeference, "true")
        known = anomaly | areas.cover(georeference, "false") | ~areas.cover(georeference, "unknown")
    if not anomaly.any():
        raise DataError(
            f"{_WHO}: no polygon of {areas.path} covers a pixel of the score layer: check place and CRS."
        )
    return Labels(anomaly, known)
