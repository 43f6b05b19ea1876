"""From the longitude and latitude of every measured pixel to a map grid."""

from __future__ import annotations

import numpy as np
from osgeo import osr

from ...core.cube import Array
from ...core.errors import RasterError
from ..dataset import gdal_failures
from ..georeference import Georeference

_REACH = 1.0
"""Pixels of the map that a measured one may lie away: neighbors are about that far apart."""


def nearest_measured(latitude: Array, longitude: Array, place: Georeference, path: str) -> Array:
    """Return the position of the nearest measured pixel for every pixel of a map grid, -1 where none is near.

    latitude, longitude : (rows, columns) degrees on WGS 84, of pixel centers, not finite where unknown.
    place : the map grid.
    Returns (rows, columns) int64; exact: of all within `_REACH` map pixels, the nearest.
    Raises RasterError where none lies on the map.
    """
    known = np.flatnonzero(
        np.isfinite(latitude) & np.isfinite(longitude) & (np.abs(latitude) <= 90) & (np.abs(longitude) <= 360)
    )
    world = osr.SpatialReference()
    world.ImportFromEPSG(4326)
    world.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    with gdal_failures(f"The geolocation of {path} cannot be brought to its map"):
        transformation = osr.CoordinateTransformation(world, place.as_reference())
        degrees = np.column_stack([longitude.reshape(-1)[known], latitude.reshape(-1)[known]])
        points = np.array(transformation.TransformPoints(degrees.tolist())).reshape(-1, 3)
    left, across, _, top, _, down = place.geotransform or (0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    column, row = (points[:, 0] - left) / across - 0.5, (points[:, 1] - top) / down - 0.5
    cells, positions, distances = [], [], []
    for below in (0, 1):
        for right in (0, 1):
            near_row = np.floor(row).astype(np.int64) + below
            near_column = np.floor(column).astype(np.int64) + right
            away = np.hypot(row - near_row, column - near_column)
            kept = (
                (near_row >= 0) & (near_row < place.rows) & (near_column >= 0) & (near_column < place.columns)
            )
            kept &= away <= _REACH
            cells.append((near_row * place.columns + near_column)[kept])
            positions.append(known[kept])
            distances.append(away[kept])
    cell, position, distance = (np.concatenate(parts) for parts in (cells, positions, distances))
    if not len(cell):
        raise RasterError(f"No pixel of {path} lies on the map that it names: its geolocation is damaged.")
    index = np.full(place.rows * place.columns, -1, dtype=np.int64)
    far_first = np.argsort(-distance, kind="stable")
    index[cell[far_first]] = position[far_first]
    return index.reshape(place.rows, place.columns)
