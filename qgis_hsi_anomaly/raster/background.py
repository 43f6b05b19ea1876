"""Where the background may be learned: a mask raster or polygons, on the image's grid."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Dict, Tuple

import numpy as np
from osgeo import gdal, ogr

from ..core.cube import Array
from ..core.errors import DataError, RasterError
from .dataset import gdal_failures, open_dataset
from .georeference import Georeference
from .rows import RasterRows

_AREAS = {ogr.wkbPolygon, ogr.wkbMultiPolygon, ogr.wkbCurvePolygon, ogr.wkbMultiSurface}


def read_background(path: str, georeference: Georeference) -> Array:
    """Return (rows, columns) bool on the image's grid, True where the background may be learned.

    path : a raster of the same grid (its first band: not 0 and valid = background), or polygons in any
    format and CRS. Polygons without CRS are taken to be in the image's; where the image has no
    geotransform, x is the column and y minus the row, as QGIS shows it. The source of a QGIS layer may carry
    `|layername=`, `|layerid=` and `|subset=`. A pixel belongs to the polygon that its center lies in.
    Raises RasterError or DataError.
    """
    plain, options = _source(path)
    if not options:
        try:
            dataset = open_dataset(plain)
        except RasterError:
            if not os.path.exists(plain):
                raise
        else:
            return _from_raster(plain, dataset, georeference)
    return _from_polygons(plain, options, georeference)


def _source(path: str) -> Tuple[str, Dict[str, str]]:
    plain, *parts = path.split("|")
    return plain, {key.lower(): value for key, _, value in (part.partition("=") for part in parts)}


def _from_raster(path: str, dataset: Any, georeference: Georeference) -> Array:
    own = Georeference.of(dataset)
    if (own.rows, own.columns) != (georeference.rows, georeference.columns):
        raise DataError(
            f"BACKGROUND: {path} has {own.rows} rows and {own.columns} columns, the image {georeference.rows} "
            f"and {georeference.columns}: a raster must have the image's grid."
        )
    if not own.same_place(georeference):
        raise DataError(f"BACKGROUND: {path} does not lie where the image lies: a raster must have its grid.")
    source = RasterRows(dataset, path, [1])
    values = source.read(0, source.rows)
    invalid = source.invalid(values, 0)
    shown = values[:, 0] != 0
    return np.asarray(shown if invalid is None else shown & ~invalid[:, 0])


def _from_polygons(path: str, options: Dict[str, str], georeference: Georeference) -> Array:
    with gdal_failures(f"BACKGROUND: {path} cannot be opened as a raster or as polygons"):
        vector = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_VERBOSE_ERROR)
    layer = _layer(path, vector, options)
    with gdal_failures(f"BACKGROUND: {path} cannot be read"):
        for feature in layer:
            geometry = feature.GetGeometryRef()
            if geometry is not None and ogr.GT_Flatten(geometry.GetGeometryType()) not in _AREAS:
                kind = geometry.GetGeometryName().lower()
                raise RasterError(f"BACKGROUND: {path} holds a {kind}: only polygons can be used.")
        layer.ResetReading()
        reference = layer.GetSpatialRef()
    if reference is None or reference.GetName().startswith("Undefined"):
        # GeoPackage has a CRS of that name for "none". Without a CRS on the grid, nothing is transformed.
        georeference = replace(georeference, crs="")
    mask = gdal.GetDriverByName("MEM").Create("", georeference.columns, georeference.rows, 1, gdal.GDT_Byte)
    georeference.as_shown().put(mask)
    with gdal_failures(f"BACKGROUND: the polygons of {path} cannot be brought to the image's grid"):
        gdal.RasterizeLayer(mask, [1], layer, burn_values=[1])
    inside = np.frombuffer(mask.ReadRaster(buf_type=gdal.GDT_Byte), dtype=np.uint8)
    if not inside.any():
        raise DataError(f"BACKGROUND: no polygon of {path} covers a pixel of the image: check place and CRS.")
    return inside.reshape(georeference.rows, georeference.columns) > 0


def _layer(path: str, vector: Any, options: Dict[str, str]) -> Any:
    if "layername" in options:
        layer = vector.GetLayerByName(options["layername"])
    else:
        layer = vector.GetLayer(int(options.get("layerid", 0)))
    if layer is None:
        names = ", ".join(vector.GetLayer(index).GetName() for index in range(vector.GetLayerCount()))
        raise RasterError(f"BACKGROUND: {path} has no such layer; it has {names or 'none'}.")
    if "subset" in options:
        with gdal_failures(f"BACKGROUND: the filter {options['subset']} does not suit {path}"):
            layer.SetAttributeFilter(options["subset"])
    return layer
