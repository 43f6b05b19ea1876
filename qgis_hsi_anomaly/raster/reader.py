"""Open raster files as cubes, score layers, and truth."""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from osgeo import gdal

from ..core.addresses import is_remote
from ..core.bands import BandTable, numbers_text
from ..core.cube import MEMORY_BUDGET, Array, restrict_background
from ..core.errors import DataError, HsiAnomalyError, ParameterError
from ..core.run import ALONE, Run
from .background import read_background
from .dataset import file_stamps, open_dataset
from .georeference import Georeference
from .image import open_image, product_of
from .map_cube import MapCube
from .products.base import Product
from .products.masking import check_allowed, flagged_pixels, marked_pixels, often_flagged, without_marked
from .raster_cube import DroppedBand, RasterCube
from .remote import fetch
from .rows import RasterRows, first_band
from .scan import scan
from .spectral import band_table
from .truth import read_labels

__all__ = ["RasterCube", "open_cube", "read_band_table", "read_map", "read_truth"]


def open_cube(
    path: str,
    bands: Optional[Sequence[int]] = None,
    background: Optional[str] = None,
    memory_budget: int = MEMORY_BUDGET,
    run: Run = ALONE,
    drop: bool = True,
    allow: Sequence[str] = (),
    on_map: bool = False,
) -> RasterCube:
    """Open a raster, or a product of a sensor, as a cube, after one pass over its pixels for the valid ones.

    bands : numbers of the bands to use, from 1, in this order; all by default, those of a product by wavelength.
    background : raster of the same grid or polygon layer: where the background may be learned.
    memory_budget : bytes for row blocks. drop : leave out bands that are marked bad, constant, or nodata
    throughout, and say so; else every band asked for is used (a model needs all of its bands).
    allow : kinds of `core.masks.KINDS` that a product marks and that are valid all the same.
    on_map : a product measured on the grid of the sensor as it lies on its map grid; see `MapCube`.
    A file that is not on this machine is fetched first; see `remote`.
    Raises RasterError, ParameterError (bands) or DataError (too little valid data), one sentence each.
    """
    if not is_remote(path):
        return _open_here(path, bands, background, memory_budget, run, drop, allow, on_map)
    copy, scratch = fetch(path, run.part(0.0, 0.5))
    try:
        part = run.part(0.5, 1.0)
        cube = _open_here(copy, bands, background, memory_budget, part, drop, allow, on_map)
    except HsiAnomalyError as error:
        scratch.remove()
        raise type(error)(str(error).replace(copy, path)) from error
    except BaseException:
        scratch.remove()
        raise
    weakref.finalize(cube, scratch.remove)
    return cube


def _open_here(
    path: str,
    bands: Optional[Sequence[int]],
    background: Optional[str],
    memory_budget: int,
    run: Run,
    drop: bool,
    allow: Sequence[str],
    on_map: bool,
) -> RasterCube:
    """Open an image on this machine; see `open_cube`."""
    check_allowed(allow)
    dataset = open_image(path)
    since, product = file_stamps(dataset), product_of(dataset)
    if dataset.RasterCount < 2:
        raise DataError(f"{path} has 1 band: anomaly detection on spectra needs at least 2.")
    asked = _asked(path, bands, dataset.RasterCount)
    table = band_table(dataset)
    reasons: Dict[int, str] = {}
    for number in asked:
        if drop and product is not None and number in product.unusable:
            reasons[number] = product.unusable[number]
        elif drop and table.bad[number - 1]:
            reasons[number] = "marked bad"
        elif drop and table.mask[number - 1]:
            reasons[number] = "a mask"
    candidates = [number for number in asked if number not in reasons]
    _need_two(path, candidates, reasons)
    # Before the pass over the pixels, so that a mistake is told at once.
    mask = None if background is None else _background(background, dataset, run)
    _introduce(product, run)
    marks = marked_pixels(product, allow, run)
    if drop:
        reasons.update(often_flagged(product, RasterRows(dataset, path, candidates), allow, run))
        candidates = [number for number in candidates if number not in reasons]
        _need_two(path, candidates, reasons)
    found = scan(RasterRows(dataset, path, candidates, since), memory_budget, drop, run)
    for number, empty, constant in zip(candidates, found.empty, found.constant):
        if drop and (empty or constant):
            reasons[number] = "nodata throughout" if empty else "constant"
    used = [number for number in candidates if number not in reasons]
    if bands is None and product is not None:
        used.sort(key=lambda number: (np.nan_to_num(table.wavelengths[number - 1], nan=np.inf), number))
    dropped = [DroppedBand(number, reason) for number, reason in sorted(reasons.items())]
    _report(dropped, dataset.RasterCount, run)
    _need_two(path, used, reasons)
    _need_pixels(path, used, found.valid, found.band_pixels[[candidates.index(number) for number in used]])
    _warn_of_rounding(path, [number for number in used if found.coarse[candidates.index(number)]], run)
    if any(is_remote(name) for name in dataset.GetFileList() or []):
        run.warning(
            f"Parts of {path} are not on this machine and are fetched again in every pass, three times or more: "
            "gdal_translate makes a copy of it that is."
        )
    source = RasterRows(dataset, path, used, since)
    for kind, marked in flagged_pixels(product, source, allow, run).items():
        marks[kind] = marks[kind] | marked if kind in marks else marked
    valid, masked = without_marked(path, found.valid, marks, run)
    if source.block_bytes > gdal.GetCacheMax():
        run.warning(
            f"{path} is stored in blocks of {source.block_rows} rows, which take {source.block_bytes / 1e6:.0f} MB "
            f"unpacked: more than GDAL keeps, so they are unpacked several times; the environment variable "
            f"GDAL_CACHEMAX={source.block_bytes // 10**6 + 1} makes reading faster."
        )
    index = np.asarray(used) - 1
    wavelengths, fwhm = table.wavelengths[index], table.fwhm[index]
    cube = RasterCube(
        dataset,
        path,
        source,
        valid,
        restrict_background(valid, mask),
        dropped,
        wavelengths if np.isfinite(wavelengths).all() else None,
        fwhm if np.isfinite(fwhm).all() else None,
        memory_budget,
        masked,
        int(found.valid.sum()),
    )
    ortho = product.ortho if product is not None else None
    return MapCube(cube, ortho, run) if on_map and ortho is not None else cube


def read_band_table(path: str) -> BandTable:
    """Return what a file says about its bands, without reading pixels. Raises RasterError."""
    return band_table(open_image(path))


def read_map(path: str) -> Tuple[Array, Georeference]:
    """Return a raster's first band, (rows, columns) float32 with NaN where nodata, and its georeference."""
    dataset = open_dataset(path)
    return first_band(dataset, path), Georeference.of(dataset)


def read_truth(path: str, shape: Tuple[int, ...]) -> Array:
    """Return the anomalies of a truth raster of `shape`, wherever it lies: (rows, columns) bool; see `read_labels`."""
    return read_labels(path, Georeference(shape[1], shape[0])).anomaly


def _background(path: str, dataset: Any, run: Run) -> Array:
    """Return where the background may be learned, on the image's grid; it is given on that of the scores."""
    product, place = product_of(dataset), Georeference.of(dataset)
    if product is None or product.ortho is None:
        return read_background(path, place, run)
    region = read_background(path, product.ortho.georeference, run)
    return product.ortho.bring_back(region, (place.rows, place.columns))


def _introduce(product: Optional[Product], run: Run) -> None:
    """Say what the image was understood as."""
    if product is None:
        return
    name = f"{product.label} {product.level}".strip()
    run.message(f"{name}: {product.quantity}." if product.quantity else f"{name}.")
    if product.is_radiance:
        run.message(
            "Radiance, not reflectance: RX minds it little where the atmosphere is one over the scene; detectors that "
            "compare spectra as they are (CRD, nearest neighbors, attribute filter) depend on it."
        )
    for sentence in product.notes:
        run.message(sentence)
    for sentence in product.warnings:
        run.warning(sentence)
    run.metric("product", f"{product.label} {product.level}".strip())


def _asked(path: str, bands: Optional[Sequence[int]], count: int) -> List[int]:
    if bands is None:
        return list(range(1, count + 1))
    asked = list(dict.fromkeys(int(number) for number in bands))
    outside = [number for number in asked if not 1 <= number <= count]
    if outside:
        raise ParameterError(f"BANDS: {path} has bands 1 to {count}; there is no {numbers_text(outside)}.")
    return asked


def _need_two(path: str, used: Sequence[int], reasons: Dict[int, str]) -> None:
    if len(used) >= 2:
        return
    why = f" ({_in_words(reasons)})" if reasons else ""
    raise DataError(f"At least 2 bands are needed; {path} leaves {len(used)} of those asked for{why}.")


def _need_pixels(path: str, used: Sequence[int], valid: Array, band_pixels: Array) -> None:
    count = int(np.count_nonzero(valid))
    if count >= 2:
        return
    worst = int(band_pixels.argmin())
    raise DataError(
        f"{path} has {count} pixels that are valid in all {len(used)} bands used, at least 2 are needed; band "
        f"{used[worst]} has the fewest, {band_pixels[worst]}: leave such bands out with BANDS."
    )


def _warn_of_rounding(path: str, coarse: Sequence[int], run: Run) -> None:
    """Warn of bands whose differences single precision blurs."""
    if not coarse:
        return
    what = f"band {coarse[0]}" if len(coarse) == 1 else f"bands {numbers_text(coarse)}"
    run.warning(
        f"The values of {what} of {path} differ by less than a 4096th of their size, and images are computed with "
        "7 digits: the scores may be far off. Give the bands offsets (gdal_translate -a_offset) so that their values "
        "lie about 0."
    )


def _report(dropped: Sequence[DroppedBand], count: int, run: Run) -> None:
    if not dropped:
        return
    reasons = {band.number: band.reason for band in dropped}
    run.message(f"Bands not used, {len(dropped)} of {count}: {_in_words(reasons)}.")
    run.metric("dropped_bands", {str(number): reason for number, reason in reasons.items()})


def _in_words(reasons: Dict[int, str]) -> str:
    numbers: Dict[str, List[int]] = {}
    for number, reason in sorted(reasons.items()):
        numbers.setdefault(reason, []).append(number)
    return "; ".join(f"{reason}: {numbers_text(group)}" for reason, group in numbers.items())
