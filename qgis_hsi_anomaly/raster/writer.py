"""Write score layers and cubes, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import numpy as np
from osgeo import gdal

from ..core.cube import Array, Cube
from ..core.errors import RasterError
from ..core.progress import SILENT, Progress
from .dataset import gdal_failures
from .georeference import Georeference

DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".img": "ENVI", ".dat": "ENVI", ".bsq": "ENVI"}
"""GDAL driver by file extension, lower case. `.img` is ENVI here, not ERDAS."""

_EXTENSIONS = {"raster": tuple(DRIVERS), "html": (".html", ".htm")}
_OPTIONS = {
    "GTiff": ["TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=3", "BIGTIFF=IF_SAFER"],
    "ENVI": [],
}
_TILE = 256


def check_output(path: str, inputs: Sequence[str], kind: str = "raster") -> None:
    """Refuse an output that cannot be written, before any work is done.

    inputs : every file the run reads, as the user named them. kind : raster, html, or another word for a
    file of any extension. Raises RasterError where the extension is unknown, the folder is missing or
    not writable, or writing would change a file of an input (also through a link, or an ENVI header).
    """
    target = Path(path)
    extensions = _EXTENSIONS.get(kind)
    if extensions is not None and target.suffix.lower() not in extensions:
        raise RasterError(
            f"The extension of the output {path} is not known: {kind} files end in {', '.join(extensions)}."
        )
    folder = target.parent
    if not folder.is_dir():
        raise RasterError(f"The folder of the output {path} does not exist: create it or choose another.")
    if target.is_dir():
        raise RasterError(f"The output {path} is a folder: give a file name.")
    if not os.access(folder, os.W_OK) or not _takes_files(folder):
        raise RasterError(f"The folder of the output {path} cannot be written to: choose another.")
    written = [target, *_sidecars(target)] if kind == "raster" else [target]
    for name in inputs:
        for read in _files_of(name):
            for file in written:
                if file.exists() and os.path.exists(read) and os.path.samefile(file, read):
                    raise RasterError(f"The output {path} would overwrite the input {read}: choose another.")


def write_map(
    path: str, array: Array, georeference: Georeference, description: str, metadata: Dict[str, str]
) -> None:
    """Write one band of scores as GeoTIFF or ENVI, by extension (see `DRIVERS`), replacing what is there.

    array : (rows, columns), written as float32 with NaN as nodata. description : the band's name.
    metadata : method and parameters, kept in the file. Statistics of the finite values are kept too.
    Written in a scratch folder beside the output and moved: after a failure nothing new is left.
    Raises RasterError.
    """
    with _appearing(path) as (scratch, driver):
        _write(scratch, driver, array, georeference, description, metadata)


def write_cube(
    path: str, cube: Cube, georeference: Georeference, metadata: Dict[str, str], progress: Progress = SILENT
) -> None:
    """Write a cube's bands as float32 GeoTIFF or ENVI, row block by row block, NaN where not valid.

    Bands keep wavelength and fwhm. path, metadata, errors: as `write_map`.
    """
    with _appearing(path) as (scratch, driver):
        _write_bands(scratch, driver, cube, georeference, metadata, progress)


@contextmanager
def _appearing(path: str) -> Iterator[Tuple[str, str]]:
    """Yield a file name in a scratch folder beside the output, and the driver; move what is there at the end."""
    target = Path(path)
    driver = DRIVERS.get(target.suffix.lower())
    if driver is None:
        raise RasterError(f"The extension of the output {path} is not known: use {', '.join(DRIVERS)}.")
    try:
        scratch = Path(tempfile.mkdtemp(prefix=".hsi-anomaly-", dir=target.parent))
    except OSError as error:
        raise RasterError(f"The output {path} cannot be written: {error.strerror or error}.") from error
    try:
        with gdal_failures(f"The output {path} cannot be written"):
            yield str(scratch / target.name), driver
        _move(scratch, target)
    except OSError as error:
        if isinstance(error, RasterError):
            raise
        raise RasterError(f"The output {path} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _write(
    path: str,
    driver: str,
    array: Array,
    georeference: Georeference,
    description: str,
    metadata: Dict[str, str],
) -> None:
    rows, columns = array.shape
    dataset = gdal.GetDriverByName(driver).Create(path, columns, rows, 1, gdal.GDT_Float32, _OPTIONS[driver])
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


def _write_bands(
    path: str,
    driver: str,
    cube: Cube,
    georeference: Georeference,
    metadata: Dict[str, str],
    progress: Progress,
) -> None:
    options = [*_OPTIONS[driver], "INTERLEAVE=PIXEL" if driver == "GTiff" else "INTERLEAVE=BIP"]
    dataset = gdal.GetDriverByName(driver).Create(
        path, cube.columns, cube.rows, cube.bands, gdal.GDT_Float32, options
    )
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
        progress.update(stop / cube.rows)
    dataset.FlushCache()


def _move(scratch: Path, target: Path) -> None:
    # The raster itself first: where it cannot be replaced (open elsewhere), nothing has changed yet.
    made = sorted(scratch.iterdir(), key=lambda file: file.name != target.name)
    for file in made:
        os.replace(file, target.with_name(file.name))
    names = {file.name for file in made}
    for stale in _sidecars(target):
        if stale.exists() and stale.name not in names:
            stale.unlink()


def _sidecars(target: Path) -> List[Path]:
    """List the files GDAL would read with an output; those of an earlier output must not outlive it."""
    beside = [target.with_name(target.name + suffix) for suffix in (".aux.xml", ".ovr", ".msk")]
    return [*beside, target.with_suffix(".hdr")] if DRIVERS[target.suffix.lower()] == "ENVI" else beside


def _takes_files(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _files_of(name: str) -> List[str]:
    plain = name.split("|", maxsplit=1)[0]
    try:
        with gdal_failures(name):
            dataset: Any = gdal.OpenEx(plain, gdal.OF_RASTER)
            files = dataset.GetFileList() if dataset is not None else None
    except RasterError:
        files = None
    return [plain, *(files or [])]
