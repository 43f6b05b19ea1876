"""Write score layers and cubes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List, Tuple

import numpy as np
from osgeo import gdal

from ..core.cube import Array, Cube
from ..core.errors import RasterError
from ..core.run import ALONE, Run
from .dataset import gdal_failures
from .georeference import Georeference

DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".img": "ENVI", ".dat": "ENVI", ".bsq": "ENVI"}
"""GDAL driver by file extension, lower case. `.img` is ENVI here, not ERDAS."""

_OPTIONS = {
    "GTiff": ["TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=3", "BIGTIFF=IF_SAFER"],
    "ENVI": [],
}
_TILE = 256


def write_map(
    path: str, array: Array, georeference: Georeference, description: str, metadata: Dict[str, str]
) -> None:
    """Write one band of scores as GeoTIFF or ENVI, by extension (see `DRIVERS`).

    array : (rows, columns), written as float32 with NaN as nodata. description : the band's name.
    metadata : method and parameters, kept in the file. Statistics of the finite values are kept too.
    Raises RasterError; what is left after a failure is for the caller to remove.
    """
    with gdal_failures(f"The output {path} cannot be written"):
        _write(path, _driver(path), array, georeference, description, metadata)


def write_cube(
    path: str, cube: Cube, georeference: Georeference, metadata: Dict[str, str], run: Run = ALONE
) -> None:
    """Write a cube's bands as float32 GeoTIFF or ENVI, row block by row block, NaN where not valid.

    Bands keep wavelength and fwhm. path, metadata, errors: as `write_map`.
    """
    with gdal_failures(f"The output {path} cannot be written"):
        _write_bands(path, _driver(path), cube, georeference, metadata, run)


def sidecars(target: Path) -> List[Path]:
    """List the files that GDAL would read with an output."""
    beside = [target.with_name(target.name + suffix) for suffix in (".aux.xml", ".ovr", ".msk")]
    return [*beside, target.with_suffix(".hdr")] if DRIVERS[target.suffix.lower()] == "ENVI" else beside


def _driver(path: str) -> str:
    driver = DRIVERS.get(Path(path).suffix.lower())
    if driver is None:
        raise RasterError(f"The extension of the output {path} is not known: use {', '.join(DRIVERS)}.")
    return driver


def _write(
    path: str,
    driver: str,
    array: Array,
    georeference: Georeference,
    description: str,
    metadata: Dict[str, str],
) -> None:
    rows, columns = array.shape
    dataset = _create(path, driver, (columns, rows, 1), _OPTIONS[driver])
    georeference.put(dataset)
    dataset.SetMetadata({key: str(value) for key, value in metadata.items()})
    band = dataset.GetRasterBand(1)
    band.SetDescription(description)
    band.SetNoDataValue(float("nan"))
    # Whole rows of tiles at a time, so that no second copy of the map is made.
    for start in range(0, rows, _TILE):
        part = np.ascontiguousarray(array[start : start + _TILE], dtype="<f4" if np.little_endian else ">f4")
        band.WriteRaster(0, start, columns, len(part), part.tobytes(), buf_type=gdal.GDT_Float32)
    finite = array[np.isfinite(array)]
    if finite.size:
        band.SetStatistics(
            float(finite.min()),
            float(finite.max()),
            float(finite.mean(dtype=np.float64)),
            float(finite.std(dtype=np.float64)),
        )
    dataset.FlushCache()
    del band, dataset
    _check_complete(path, driver)


def _create(path: str, driver: str, size: Tuple[int, int, int], options: List[str]) -> Any:
    dataset = gdal.GetDriverByName(driver).Create(path, *size, gdal.GDT_Float32, options)
    if dataset is None:
        # GDAL has said why, as a rule; it is quiet where there is no room for the first byte.
        raise RuntimeError(gdal.GetLastErrorMsg() or "there is no room, or it is not permitted")
    return dataset


def _check_complete(path: str, driver: str) -> None:
    # GDAL says nothing where there is no room for what ENVI's own header does not hold.
    if driver == "ENVI" and not os.path.exists(f"{path}.aux.xml"):
        raise RasterError(f"The output {path} cannot be written: there is no room for its metadata.")


def _write_bands(
    path: str,
    driver: str,
    cube: Cube,
    georeference: Georeference,
    metadata: Dict[str, str],
    run: Run,
) -> None:
    options = [*_OPTIONS[driver], "INTERLEAVE=PIXEL" if driver == "GTiff" else "INTERLEAVE=BIP"]
    dataset = _create(path, driver, (cube.columns, cube.rows, cube.bands), options)
    georeference.put(dataset)
    dataset.SetMetadata({key: str(value) for key, value in metadata.items()})
    for index in range(cube.bands):
        band = dataset.GetRasterBand(index + 1)
        band.SetDescription(f"band {int(cube.band_numbers[index])}")
        band.SetNoDataValue(float("nan"))
        known = {"wavelength": cube.wavelengths, "fwhm": cube.fwhm}
        values = {name: f"{given[index]:g}" for name, given in known.items() if given is not None}
        if values:
            band.SetMetadata({**values, "wavelength_units": "Nanometers"})
    height = -(-cube.block_height() // _TILE) * _TILE if driver == "GTiff" else cube.block_height()
    for start in range(0, cube.rows, height):
        stop = min(start + height, cube.rows)
        pixels = cube.read_rows(start, stop).astype("<f4" if np.little_endian else ">f4")
        pixels[~cube.valid[start:stop]] = np.nan
        dataset.WriteRaster(
            0,
            start,
            cube.columns,
            stop - start,
            pixels.tobytes(),
            buf_type=gdal.GDT_Float32,
            buf_pixel_space=4 * cube.bands,
            buf_line_space=4 * cube.bands * cube.columns,
            buf_band_space=4,
        )
        run.update(stop / cube.rows)
    dataset.FlushCache()
    del band, dataset
    _check_complete(path, driver)
