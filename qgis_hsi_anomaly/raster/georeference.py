"""Where a raster lies: geotransform, CRS and ground control points, as the file has them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Optional, Tuple

from osgeo import gdal, osr

from ..core.errors import RasterError
from .dataset import as_text, gdal_failures

EARTH_RADIUS = 6371007.2
"""Metres; radius of the sphere with the area of the WGS 84 ellipsoid."""


@dataclass(frozen=True)
class Georeference:
    """A raster's size and place.

    geotransform : GDAL's six terms, or None where the file has none. crs : WKT, or "".
    gcps : ground control points as (pixel, line, x, y, z, id), whose CRS is `crs` too.
    """

    columns: int
    rows: int
    geotransform: Optional[Tuple[float, ...]] = None
    crs: str = ""
    gcps: Tuple[Tuple[float, float, float, float, float, str], ...] = ()

    @classmethod
    def of(cls, dataset: Any) -> Georeference:
        """Read it from an open GDAL dataset."""
        geotransform = dataset.GetGeoTransform(can_return_null=True)
        gcps = tuple(
            (gcp.GCPPixel, gcp.GCPLine, gcp.GCPX, gcp.GCPY, gcp.GCPZ, gcp.Id)
            for gcp in dataset.GetGCPs() or ()
        )
        crs = as_text(dataset.GetProjection() or (dataset.GetGCPProjection() if gcps else "") or "")
        if crs.startswith('LOCAL_CS["Arbitrary"'):
            # What an ENVI header says where there is no CRS.
            crs = ""
        return cls(
            dataset.RasterXSize,
            dataset.RasterYSize,
            tuple(geotransform) if geotransform is not None else None,
            crs,
            gcps,
        )

    def put(self, dataset: Any) -> None:
        """Write it to a GDAL dataset of the same size."""
        if self.geotransform is not None:
            dataset.SetGeoTransform(self.geotransform)
            if self.crs:
                dataset.SetProjection(self.crs)
        elif self.gcps:
            points = [gdal.GCP(x, y, z, pixel, line, "", id) for pixel, line, x, y, z, id in self.gcps]
            dataset.SetGCPs(points, self.crs)
        elif self.crs:
            dataset.SetProjection(self.crs)

    @property
    def pixel_area(self) -> Optional[float]:
        """Square map units a pixel covers; square meters, at the middle row, where the CRS is geographic.

        None without a geotransform, or a CRS that can be understood.
        """
        if self.geotransform is None or not self.crs:
            return None
        _, across_x, down_x, top, across_y, down_y = self.geotransform
        area = abs(across_x * down_y - down_x * across_y)
        reference = osr.SpatialReference()
        try:
            with gdal_failures("The CRS cannot be understood"):
                reference.ImportFromWkt(self.crs)
        except RasterError:
            return None
        if reference.IsGeographic():
            latitude = top + across_y * self.columns / 2 + down_y * self.rows / 2
            unit = reference.GetAngularUnits()
            area *= (unit * EARTH_RADIUS) ** 2 * math.cos(latitude * unit)
        return area

    def as_shown(self) -> Georeference:
        """Return it with the geotransform QGIS gives a raster without one: x the column, y minus the row."""
        if self.geotransform is not None or self.gcps:
            return self
        return replace(self, geotransform=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0))

    def same_place(self, other: Georeference) -> bool:
        """Tell whether every corner is within half a pixel of the other's, as far as both say where they lie."""
        if self.geotransform is None or other.geotransform is None:
            return True
        half = math.hypot(other.geotransform[1], other.geotransform[4]) / 2
        corners = ((0, 0), (self.columns, 0), (0, self.rows), (self.columns, self.rows))
        return all(
            math.dist(_map_point(self.geotransform, corner), _map_point(other.geotransform, corner)) <= half
            for corner in corners
        )


def _map_point(geotransform: Tuple[float, ...], pixel: Tuple[int, int]) -> Tuple[float, float]:
    left, across_x, down_x, top, across_y, down_y = geotransform
    column, row = pixel
    return left + across_x * column + down_x * row, top + across_y * column + down_y * row
