"""Where a raster lies: geotransform, CRS and ground control points, as the file has them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, List, Optional, Tuple

import numpy as np
from osgeo import gdal, osr

from ..core.cube import Array
from ..core.errors import ParameterError, RasterError
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
        try:
            reference = self._reference()
        except RasterError:
            return None
        if reference.IsGeographic():
            latitude = top + across_y * self.columns / 2 + down_y * self.rows / 2
            unit = reference.GetAngularUnits()
            area *= (unit * EARTH_RADIUS) ** 2 * math.cos(latitude * unit)
        return area

    def square_meters(self, rows: Array, columns: Array) -> Optional[Array]:
        """Return the area of the pixels at rows and columns, (n,) each, counted from 0 at pixel centers; (n,) float64.

        On the CRS's ellipsoid where it is geographic. None where `pixel_area` is None.
        """
        flat = self.pixel_area
        if flat is None or self.geotransform is None:
            return None
        reference = self._reference()
        if not reference.IsGeographic():
            return np.full(len(rows), flat * reference.GetLinearUnits() ** 2)
        _, across_x, down_x, _, across_y, down_y = self.geotransform
        unit = reference.GetAngularUnits()
        latitude = unit * self.map_points(rows, columns)[1]
        # Radii of curvature along the meridian and across it.
        equator, flattening = reference.GetSemiMajor(), 1 / (reference.GetInvFlattening() or np.inf)
        squared = flattening * (2 - flattening)
        across = equator / np.sqrt(1 - squared * np.sin(latitude) ** 2)
        along = across**3 * (1 - squared) / equator**2
        return np.asarray(
            abs(across_x * down_y - down_x * across_y) * unit**2 * across * along * np.cos(latitude)
        )

    def map_points(self, rows: Array, columns: Array) -> Tuple[Array, Array]:
        """Return x and y, (n,) each, of rows and columns counted from 0 at pixel centers; see `as_shown`."""
        place = self.as_shown()
        if place.geotransform is not None:
            left, across_x, down_x, top, across_y, down_y = place.geotransform
            column, row = np.asarray(columns) + 0.5, np.asarray(rows) + 0.5
            return left + across_x * column + down_x * row, top + across_y * column + down_y * row
        dataset = gdal.GetDriverByName("MEM").Create("", self.columns, self.rows, 0)
        self.put(dataset)
        with gdal_failures("The ground control points do not say where pixels lie"):
            transformer = gdal.Transformer(dataset, None, ["METHOD=GCP_POLYNOMIAL"])
            points, _ = transformer.TransformPoints(0, [(c + 0.5, r + 0.5) for r, c in zip(rows, columns)])
        found = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        return found[:, 0], found[:, 1]

    def longitude_latitude(self, x: Array, y: Array) -> Optional[Tuple[Array, Array]]:
        """Return degrees on WGS 84 of map points (n,) each; None without a CRS that can be understood."""
        if not self.crs or (self.geotransform is None and not self.gcps):
            return None
        world = osr.SpatialReference()
        world.ImportFromEPSG(4326)
        world.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        try:
            with gdal_failures("The CRS cannot be understood"):
                transformation = osr.CoordinateTransformation(self._reference(), world)
                points = transformation.TransformPoints(np.column_stack([x, y]).tolist())
        except RasterError:
            return None
        found = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        return found[:, 0], found[:, 1]

    def as_reference(self) -> Any:
        """Return the CRS as GDAL's object, x before y; None without one. RasterError where it cannot be understood."""
        return self._reference() if self.crs else None

    def _reference(self) -> Any:
        reference = osr.SpatialReference()
        with gdal_failures("The CRS cannot be understood"):
            reference.ImportFromWkt(self.crs)
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        return reference

    def as_shown(self) -> Georeference:
        """Return it with the geotransform QGIS gives a raster without one: x the column, y minus the row."""
        if self.geotransform is not None or self.gcps:
            return self
        return replace(self, geotransform=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0))

    def same_place(self, other: Georeference) -> bool:
        """Tell whether every corner is within half a pixel of the other's, as far as both say where they lie.

        Where they are in different CRSs, corners are compared in the other's.
        """
        if self.geotransform is None or other.geotransform is None:
            return True
        half = math.hypot(other.geotransform[1], other.geotransform[4]) / 2
        corners = ((0, 0), (self.columns, 0), (0, self.rows), (self.columns, self.rows))
        own = self._in_crs_of(other, [_map_point(self.geotransform, corner) for corner in corners])
        return all(
            math.dist(point, _map_point(other.geotransform, corner)) <= half
            for point, corner in zip(own, corners)
        )

    def _in_crs_of(self, other: Georeference, points: List[Tuple[float, float]]) -> List[Tuple[float, float]]:
        """Return points in another's CRS; as they are where one has none, or they are one and the same."""
        if not self.crs or not other.crs or self.crs == other.crs:
            return points
        try:
            own, its = self._reference(), other._reference()
            if own.IsSame(its):
                return points
            with gdal_failures("The CRS cannot be understood"):
                moved = osr.CoordinateTransformation(own, its).TransformPoints(points)
        except RasterError:
            # Nothing leads from one to the other, as with a CRS of its own on a scene: the numbers have to do.
            return points
        return [(x, y) for x, y, _ in moved]


def crs_of_text(text: str) -> str:
    """Return the WKT of a CRS as users write it, such as EPSG:32611. ParameterError where it cannot be understood."""
    reference = osr.SpatialReference()
    try:
        with gdal_failures("It cannot be understood"):
            code = reference.SetFromUserInput(text)
        wkt = str(reference.ExportToWkt()) if code == 0 else ""
    except RasterError:
        wkt = ""
    if not wkt:
        raise ParameterError(f"CRS {text} cannot be understood: give a code such as EPSG:32611, or WKT.")
    return wkt


def _map_point(geotransform: Tuple[float, ...], pixel: Tuple[int, int]) -> Tuple[float, float]:
    left, across_x, down_x, top, across_y, down_y = geotransform
    column, row = pixel
    return left + across_x * column + down_x * row, top + across_y * column + down_y * row
