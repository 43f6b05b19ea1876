"""Write score layers and cubes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Tuple

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
_BLOCK_BYTES = 2**26
_KINDS = {
    "u1": (gdal.GDT_Byte, "u1"),
    "b1": (gdal.GDT_Byte, "u1"),
    "i1": (gdal.GDT_Int16, "i2"),
    "u2": (gdal.GDT_UInt16, "u2"),
    "i2": (gdal.GDT_Int16, "i2"),
    "u4": (gdal.GDT_UInt32, "u4"),
    "i4": (gdal.GDT_Int32, "i4"),
    "f4": (gdal.GDT_Float32, "f4"),
}
"""GDAL's number type, and numpy's, in which numbers of a type are written."""


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


def write_byte_band(
    path: str,
    blocks: Iterable[Tuple[int, Array]],
    georeference: Georeference,
    description: str,
    nodata: int,
    metadata: Dict[str, str],
) -> None:
    """Write one band of bytes as GeoTIFF or ENVI, block by block.

    blocks : (first row, (some rows, columns) uint8). nodata : the value that stands for none. Others, errors: as
    `write_map`.
    """
    driver = _driver(path)
    options = [option for option in _OPTIONS[driver] if not option.startswith("PREDICTOR")]
    with gdal_failures(f"The output {path} cannot be written"):
        dataset = _create(path, driver, (georeference.columns, georeference.rows, 1), options, gdal.GDT_Byte)
        georeference.put(dataset)
        dataset.SetMetadata({key: str(value) for key, value in metadata.items()})
        band = dataset.GetRasterBand(1)
        band.SetDescription(description)
        band.SetNoDataValue(nodata)
        for start, values in blocks:
            part = np.ascontiguousarray(values, dtype=np.uint8)
            band.WriteRaster(
                0, start, georeference.columns, len(part), part.tobytes(), buf_type=gdal.GDT_Byte
            )
        dataset.FlushCache()
        del band, dataset
        _check_complete(path, driver)


def write_cube(
    path: str, cube: Cube, georeference: Georeference, metadata: Dict[str, str], run: Run = ALONE
) -> None:
    """Write a cube's bands as float32 GeoTIFF or ENVI, row block by row block, NaN where not valid.

    Bands keep wavelength and fwhm. path, metadata, errors: as `write_map`.
    """
    with gdal_failures(f"The output {path} cannot be written"):
        _write_bands(path, _driver(path), cube, georeference, metadata, run)


def write_array(
    path: str,
    array: Array,
    georeference: Georeference,
    metadata: Dict[str, str],
    wavelengths: Optional[Array] = None,
    fwhm: Optional[Array] = None,
    run: Run = ALONE,
) -> None:
    """Write an array in memory as GeoTIFF or ENVI in its own number type, row block by row block.

    array : (rows, columns, bands). Types that not every GDAL can write become the next that holds them: int8 int16,
    and integers of 64 bits float64. wavelengths, fwhm : (bands,) in nanometers. path, metadata, errors: as `write_map`.
    """
    rows, columns, bands = array.shape
    kind, dtype = _KINDS.get(array.dtype.str[1:], (gdal.GDT_Float64, "f8"))
    driver = _driver(path)
    options = [option for option in _OPTIONS[driver] if not option.startswith("PREDICTOR")]
    if driver == "GTiff":
        options += ["INTERLEAVE=PIXEL", f"PREDICTOR={3 if dtype[0] == 'f' else 2}"]
    else:
        options += ["INTERLEAVE=BIP"]
    height = max(_TILE, _BLOCK_BYTES // (columns * bands * array.itemsize) // _TILE * _TILE)
    with gdal_failures(f"The output {path} cannot be written"):
        dataset = _create(path, driver, (columns, rows, bands), options, kind)
        georeference.put(dataset)
        dataset.SetMetadata({key: str(value) for key, value in metadata.items()})
        nodata = float("nan") if dtype[0] == "f" else None
        _describe_bands(dataset, np.arange(1, bands + 1), wavelengths, fwhm, nodata)
    for start in range(0, rows, height):
        part = array[start : start + height].astype(dtype, copy=False)
        with gdal_failures(f"The output {path} cannot be written"):
            dataset.WriteRaster(
                0,
                start,
                columns,
                len(part),
                part.tobytes(),
                buf_type=kind,
                buf_pixel_space=part.itemsize * bands,
                buf_line_space=part.itemsize * bands * columns,
                buf_band_space=part.itemsize,
            )
            dataset.FlushCache()  # else GDAL keeps what is written, up to a fraction of all memory
        run.update((start + len(part)) / rows)
    with gdal_failures(f"The output {path} cannot be written"):
        dataset.FlushCache()
        del dataset
        _check_complete(path, driver)


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


def _create(
    path: str, driver: str, size: Tuple[int, int, int], options: List[str], kind: int = gdal.GDT_Float32
) -> Any:
    dataset = gdal.GetDriverByName(driver).Create(path, *size, kind, options)
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
    _describe_bands(dataset, cube.band_numbers, cube.wavelengths, cube.fwhm, float("nan"))
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
    del dataset
    _check_complete(path, driver)


def _describe_bands(
    dataset: Any,
    numbers: Array,
    wavelengths: Optional[Array],
    fwhm: Optional[Array],
    nodata: Optional[float],
) -> None:
    """Name the bands of an open dataset, and say what is known of them, in nanometers."""
    known = {"wavelength": wavelengths, "fwhm": fwhm}
    for index, number in enumerate(numbers):
        band = dataset.GetRasterBand(index + 1)
        band.SetDescription(f"band {int(number)}")
        if nodata is not None:
            band.SetNoDataValue(nodata)
        values = {name: f"{given[index]:g}" for name, given in known.items() if given is not None}
        if values:
            band.SetMetadata({**values, "wavelength_units": "Nanometers"})
