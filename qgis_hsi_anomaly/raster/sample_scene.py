"""The sample scene as a product is stored: int16 reflectance, a tilted swath with nodata beside it, bad bands."""

from __future__ import annotations

from typing import Any

import numpy as np
from osgeo import gdal

from ..core.cube import Array
from ..core.run import ALONE, Run
from ..core.sample_scene import COLUMNS, FWHM, ROWS, TRUTH_SHARE, WAVELENGTHS, bad_bands
from .dataset import gdal_failures
from .georeference import Georeference, crs_of_text

SCALE = 0.0001
NODATA = -32768
DEAD_BANDS = (121, 124)
"""Numbers, from 1, of bands without data in any pixel."""
_PIXEL = 30.0  # meters
_EAST, _NORTH = 366_000.0, 5_808_000.0  # upper left corner, UTM zone 33N: south-west of Berlin


def write_sample_scene(path: str, reflectance: Array, run: Run = ALONE) -> None:
    """Write reflectance (rows, columns, bands), NaN where there is no data, as GeoTIFF with wavelengths and bad bands.

    Raises RasterError where it cannot be written.
    """
    bad = bad_bands()
    counts = np.where(np.isnan(reflectance), NODATA, np.rint(np.nan_to_num(reflectance) / SCALE)).astype(
        "<i2"
    )
    with gdal_failures(f"The output {path} cannot be written"):
        scene = _create(path, WAVELENGTHS.size, gdal.GDT_Int16, ["PREDICTOR=2", "TILED=YES"])
        for index, (wavelength, width) in enumerate(zip(WAVELENGTHS, FWHM)):
            band = scene.GetRasterBand(index + 1)
            band.SetNoDataValue(NODATA)
            band.SetScale(SCALE)
            band.SetOffset(0)
            band.SetDescription(f"{wavelength:.1f} nm")
            band.SetMetadata(
                {
                    "wavelength": f"{wavelength:.2f}",
                    "wavelength_units": "Nanometers",
                    "fwhm": f"{width:.2f}",
                    "bbl": "0" if bad[index] else "1",
                }
            )
            values = counts[..., index]
            if index + 1 in DEAD_BANDS:
                values = np.full_like(values, NODATA)
            band.WriteRaster(0, 0, COLUMNS, ROWS, values.tobytes(), buf_type=gdal.GDT_Int16)
            run.update((index + 1) / WAVELENGTHS.size)
        scene.FlushCache()


def write_sample_truth(path: str, share: Array) -> None:
    """Write where targets are: 1 where their share (rows, columns) of a pixel is large enough, else 0."""
    with gdal_failures(f"The output {path} cannot be written"):
        truth = _create(path, 1, gdal.GDT_Byte, [])
        band = truth.GetRasterBand(1)
        band.SetDescription(f"1 = at least {TRUTH_SHARE:.0%} target material")
        values = (share >= TRUTH_SHARE).astype(np.uint8)
        band.WriteRaster(0, 0, COLUMNS, ROWS, values.tobytes(), buf_type=gdal.GDT_Byte)
        truth.FlushCache()


def _create(path: str, bands: int, kind: int, options: Any) -> Any:
    """Return a new GeoTIFF with the scene's size and place."""
    driver = gdal.GetDriverByName("GTiff")
    dataset = driver.Create(path, COLUMNS, ROWS, bands, kind, ["COMPRESS=DEFLATE", *options])
    if dataset is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    place = (_EAST, _PIXEL, 0.0, _NORTH, 0.0, -_PIXEL)
    Georeference(COLUMNS, ROWS, place, crs_of_text("EPSG:32633")).put(dataset)
    return dataset
