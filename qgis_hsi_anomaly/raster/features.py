"""The features of a vector layer as pixels of an image."""

from __future__ import annotations

from typing import Any, List, Optional, Tuple

import numpy as np
from osgeo import gdal, ogr, osr

from ..core.cube import Array
from ..core.decisions.chosen import Chosen
from ..core.errors import DataError, RasterError
from ..core.run import ALONE, Run
from .dataset import gdal_failures
from .georeference import Georeference
from .vector import has_no_crs, open_layer

_AREAS = {ogr.wkbPolygon, ogr.wkbMultiPolygon, ogr.wkbCurvePolygon, ogr.wkbMultiSurface}
_POINTS = {ogr.wkbPoint, ogr.wkbMultiPoint}
_WHO = "OBJECTS"


def read_features(path: str, georeference: Georeference, run: Run = ALONE) -> List[Chosen]:
    """Return the features of a vector layer with the pixels they cover, by rank where they have one, else in order.

    path : polygons or points in any format and CRS, as QGIS names a source (`|layername=`, `|layerid=`, `|subset=`).
    Without a CRS they are taken to be in the image's; where the image has no geotransform, x is the column
    and y minus the row, as QGIS shows it. A pixel belongs to the polygon that its center lies in; a polygon
    in which no center lies has the pixel that its own middle lies in. A feature is named by its field `rank`, else
    by its id. Features outside the image are left out, with a warning.
    Raises RasterError or DataError.
    """
    _dataset, layer = open_layer(path, _WHO, "a vector layer")
    grid = _Grid(path, layer, georeference)
    rank = layer.GetLayerDefn().GetFieldIndex("rank")
    found: List[Tuple[float, Chosen]] = []
    outside = 0
    total = max(layer.GetFeatureCount(), 1)
    with gdal_failures(f"{_WHO}: {path} cannot be read"):
        for number, feature in enumerate(layer, 1):
            pixels = grid.pixels(feature.GetGeometryRef())
            if pixels is None:
                outside += 1
            elif rank >= 0 and feature.IsFieldSetAndNotNull(rank):
                order = feature.GetFieldAsDouble(rank)
                found.append((order, Chosen(f"Object {feature.GetFieldAsString(rank)}", *pixels)))
            else:
                found.append((np.inf, Chosen(f"Feature {feature.GetFID()}", *pixels)))
            run.update(min(number / total, 1.0))
    if not found:
        raise DataError(f"{_WHO}: no feature of {path} lies on a pixel of the image: check place and CRS.")
    if outside:
        run.warning(f"{_WHO}: {outside} of {len(found) + outside} features lie outside the image.")
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


class _Grid:
    """Brings a layer's geometries to an image's pixels."""

    def __init__(self, path: str, layer: Any, georeference: Georeference) -> None:
        self._path, self._size = path, (georeference.rows, georeference.columns)
        self._to_image = _transformation(path, layer, georeference)
        # Without bands: only its place is asked for.
        self._image = gdal.GetDriverByName("MEM").Create("", georeference.columns, georeference.rows, 0)
        georeference.as_shown().put(self._image)
        with gdal_failures("The place of the image cannot be understood"):
            self._to_pixels = gdal.Transformer(self._image, None, [])

    def pixels(self, geometry: Optional[Any]) -> Optional[Tuple[Array, Array]]:
        """Return the rows and columns that a geometry covers, each pixel once; None where it is outside.

        Raises RasterError for what is neither a polygon nor a point, or cannot be brought to the grid.
        """
        if geometry is None or geometry.IsEmpty():
            return None
        kind = ogr.GT_Flatten(geometry.GetGeometryType())
        if kind not in _AREAS | _POINTS:
            name = geometry.GetGeometryName().lower()
            raise RasterError(f"{_WHO}: {self._path} holds a {name}: only polygons and points can be used.")
        geometry = geometry.GetLinearGeometry() if kind in _AREAS else geometry.Clone()
        geometry.CloseRings()
        with gdal_failures(f"{_WHO}: the features of {self._path} cannot be brought to the image's grid"):
            if self._to_image is not None:
                geometry.Transform(self._to_image)
            lines = [self._line(line) for line in _lines(geometry)]
        if kind in _AREAS:
            rows, columns = _inside(lines, self._size)
            if not len(rows):
                # The ring begins and ends in the same point.
                rows, columns = _pixels_of(lines[0][:-1].mean(axis=0, keepdims=True), self._size)
        else:
            rows, columns = _pixels_of(np.concatenate(lines), self._size)
        return (rows, columns) if len(rows) else None

    def _line(self, line: Any) -> Array:
        """Return the points of a ring, or a point, as columns and rows, (n, 2) float64; centers are at one half."""
        points = [(line.GetX(index), line.GetY(index)) for index in range(line.GetPointCount())]
        moved, good = self._to_pixels.TransformPoints(1, points)
        found = np.array(moved)[:, :2]
        if not all(good) or not np.isfinite(found).all():
            raise RuntimeError("a point has no place there")
        return found


def _transformation(path: str, layer: Any, georeference: Georeference) -> Optional[Any]:
    """Return what takes a layer's coordinates to the image's CRS; None where one of them has none."""
    if not georeference.crs or has_no_crs(layer):
        return None
    with gdal_failures(f"{_WHO}: {path} cannot be brought from its CRS to the image's"):
        image = osr.SpatialReference()
        image.ImportFromWkt(georeference.crs)
        image.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        return osr.CoordinateTransformation(layer.GetSpatialRef(), image)


def _lines(geometry: Any) -> List[Any]:
    """List the rings, or points, that a geometry is made of."""
    parts = geometry.GetGeometryCount()
    if not parts:
        return [geometry] if geometry.GetPointCount() else []
    return [line for index in range(parts) for line in _lines(geometry.GetGeometryRef(index))]


def _pixels_of(points: Array, size: Tuple[int, int]) -> Tuple[Array, Array]:
    """Return rows and columns of the pixels that points (n, 2) of column and row lie in, without those outside."""
    columns, rows = np.floor(points).T
    inside = (rows >= 0) & (columns >= 0) & (rows < size[0]) & (columns < size[1])
    places = np.unique(np.stack([rows, columns])[:, inside].astype(np.intp), axis=1)
    return places[0], places[1]


def _inside(rings: List[Array], size: Tuple[int, int]) -> Tuple[Array, Array]:
    """Return rows and columns of the pixels whose centers lie in polygons: within an odd number of their rings."""
    starts = np.concatenate([ring[:-1] for ring in rings])
    stops = np.concatenate([ring[1:] for ring in rings])
    low, high = starts.min(axis=0), starts.max(axis=0)
    left, right = max(int(np.floor(low[0])), 0), min(int(np.ceil(high[0])), size[1])
    top, bottom = max(int(np.floor(low[1])), 0), min(int(np.ceil(high[1])), size[0])
    centers = np.arange(left, right) + 0.5
    rows: List[Array] = [np.zeros(0, np.intp)]
    columns: List[Array] = [np.zeros(0, np.intp)]
    for row in range(top, bottom):
        y = row + 0.5
        crossing = (starts[:, 1] <= y) != (stops[:, 1] <= y)
        (x0, y0), (x1, y1) = starts[crossing].T, stops[crossing].T
        crossings = np.sort(x0 + (y - y0) / (y1 - y0) * (x1 - x0))
        here = left + np.flatnonzero(np.searchsorted(crossings, centers) % 2)
        rows.append(np.full(len(here), row))
        columns.append(here)
    return np.concatenate(rows), np.concatenate(columns)
