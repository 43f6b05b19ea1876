"""Small rasters for the tests of the raster room."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Tuple

import numpy as np
from osgeo import gdal

TYPES = {
    "uint8": gdal.GDT_Byte,
    "uint16": gdal.GDT_UInt16,
    "int16": gdal.GDT_Int16,
    "int32": gdal.GDT_Int32,
    "float32": gdal.GDT_Float32,
    "float64": gdal.GDT_Float64,
}
UTM33 = 32633
PLACE = (380000.0, 30.0, 0.0, 5820000.0, 0.0, -30.0)

# Name: driver, file name, creation options.
LAYOUTS: Dict[str, Tuple[str, str, Sequence[str]]] = {
    "tiff-pixel-strips": ("GTiff", "cube.tif", ["INTERLEAVE=PIXEL"]),
    "tiff-band-strips": ("GTiff", "cube.tif", ["INTERLEAVE=BAND"]),
    "tiff-pixel-tiles-deflate": (
        "GTiff",
        "cube.tif",
        [
            "INTERLEAVE=PIXEL",
            "TILED=YES",
            "BLOCKXSIZE=16",
            "BLOCKYSIZE=16",
            "COMPRESS=DEFLATE",
            "PREDICTOR=2",
        ],
    ),
    "tiff-band-tiles-lzw": (
        "GTiff",
        "cube.tif",
        ["INTERLEAVE=BAND", "TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16", "COMPRESS=LZW"],
    ),
    "tiff-one-strip": ("GTiff", "cube.tif", ["INTERLEAVE=BAND", "BLOCKYSIZE=1000", "COMPRESS=DEFLATE"]),
    "bigtiff": ("GTiff", "cube.tif", ["BIGTIFF=YES"]),
    "envi-bsq": ("ENVI", "cube.bsq", ["INTERLEAVE=BSQ"]),
    "envi-bil": ("ENVI", "cube.bil", ["INTERLEAVE=BIL"]),
    "envi-bip": ("ENVI", "cube.bip", ["INTERLEAVE=BIP"]),
    "envi-without-extension": ("ENVI", "cube", ["INTERLEAVE=BIP"]),
    "erdas": ("HFA", "cube.img", []),
}


def spectra(rows: int = 37, columns: int = 29, bands: int = 5, dtype: str = "int16", seed: int = 0) -> Any:
    """Return (rows, columns, bands) of distinct values, none of them 0."""
    values = np.random.default_rng(seed).integers(1, 200, (rows, columns, bands))
    return values.astype(dtype)


def write_raster(
    path: Path,
    array: Any,
    driver: str = "GTiff",
    options: Sequence[str] = (),
    *,
    nodata: Optional[float] = None,
    geotransform: Optional[Tuple[float, ...]] = None,
    epsg: Optional[int] = None,
    metadata: Optional[Dict[str, str]] = None,
) -> str:
    """Write (rows, columns, bands) and return the path as text."""
    rows, columns, bands = array.shape
    kind = TYPES[str(array.dtype)]
    dataset = gdal.GetDriverByName(driver).Create(str(path), columns, rows, bands, kind, list(options))
    if geotransform is not None:
        dataset.SetGeoTransform(geotransform)
    if epsg is not None:
        dataset.SetProjection(wkt(epsg))
    if metadata is not None:
        dataset.SetMetadata(metadata)
    for number in range(1, bands + 1):
        band = dataset.GetRasterBand(number)
        if nodata is not None:
            band.SetNoDataValue(nodata)
        values = np.ascontiguousarray(array[:, :, number - 1])
        band.WriteRaster(0, 0, columns, rows, values.tobytes(), buf_type=kind)
    dataset.FlushCache()
    return str(path)


def edit(path: str) -> Any:
    """Open a raster to change it; the change is written when the result is deleted."""
    return gdal.OpenEx(path, gdal.OF_RASTER | gdal.OF_UPDATE)


def wkt(epsg: int) -> str:
    from osgeo import osr

    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    return str(reference.ExportToWkt())
