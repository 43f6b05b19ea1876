"""What a raster says about its bands: wavelengths, widths, bad bands."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from osgeo import gdal

from ..core.bands import BandTable
from ..core.cube import Array
from .dataset import as_text

NANOMETRES = {
    "nm": 1.0,
    "nanometer": 1.0,
    "nanometre": 1.0,
    "um": 1e3,
    "µm": 1e3,
    "μm": 1e3,
    "micrometer": 1e3,
    "micrometre": 1e3,
    "micron": 1e3,
    "mm": 1e6,
    "millimeter": 1e6,
    "millimetre": 1e6,
    "cm": 1e7,
    "centimeter": 1e7,
    "centimetre": 1e7,
    "m": 1e9,
    "meter": 1e9,
    "metre": 1e9,
    "angstrom": 0.1,
    "å": 0.1,
}
"""Length of a unit, lower case and singular, in nanometres."""

WAVENUMBERS = {"wavenumber", "cm-1", "1/cm", "cm^-1"}
_NOT_LENGTHS = {"index", "ghz", "mhz"}

_WAVELENGTH_KEYS = (
    "wavelength",
    "wavelengths",
    "center_wavelength",
    "central_wavelength",
    "netcdf_dim_wavelength",
)
_WIDTH_KEYS = ("fwhm", "fwhms")
_UNIT_KEYS = ("wavelength_units", "wavelength_unit", "wavelength#units")
_BAD_KEYS = ("bbl", "bad_bands_list", "bad_band_multiplier")
_IN_NAME = re.compile(
    r"(\d+(?:\.\d+)?)\s*(nm|nanomet(?:er|re)s?|[uµμ]m|micromet(?:er|re)s?|microns?|angstroms?)\b",
    re.IGNORECASE,
)


def band_table(dataset: Any) -> BandTable:
    """Return what an open GDAL dataset, or the product it is of, says about its bands."""
    count = dataset.RasterCount
    bands = [dataset.GetRasterBand(number) for number in range(1, count + 1)]
    names = tuple(as_text(band.GetDescription()) for band in bands)
    own = [_lower(band.GetMetadata()) for band in bands]
    imagery = [_lower(band.GetMetadata("IMAGERY")) for band in bands]
    whole = {**_lower(dataset.GetMetadata()), **_lower(dataset.GetMetadata("ENVI"))}

    wavelengths, fwhm = np.full(count, np.nan), np.full(count, np.nan)
    centers = _values(own, whole, _WAVELENGTH_KEYS, count)
    widths = _values(own, whole, _WIDTH_KEYS, count)
    unit = _text(own, _UNIT_KEYS) or _text([whole], _UNIT_KEYS)
    view = getattr(dataset, "array_view", None)
    if view is not None and view.wavelengths[0] is not None:
        centers, unit = view.wavelengths
    if np.array_equal(centers, np.arange(1, count + 1)):
        centers = np.full(count, np.nan)  # band numbers: what GDAL shows of an axis without values
    if np.isfinite(centers).any():
        wavelengths, fwhm = in_nanometres(centers, widths, unit)
    elif any("central_wavelength_um" in items for items in imagery):
        centers = np.array([_number(items.get("central_wavelength_um")) for items in imagery])
        widths = np.array([_number(items.get("fwhm_um")) for items in imagery])
        wavelengths, fwhm = in_nanometres(centers, widths, "um")
    else:
        found = [_IN_NAME.findall(name) for name in names]
        if all(found):
            wavelengths = np.array([float(number) * _length(unit) for *_, (number, unit) in found])
    # Some writers leave 0 for "unknown".
    wavelengths[~(wavelengths > 0)] = np.nan
    good = _values(own, whole, _BAD_KEYS, count)
    mask = np.array([band.GetColorInterpretation() == gdal.GCI_AlphaBand for band in bands])
    bad = good == 0
    product = getattr(dataset, "product", None)
    if product is not None:
        wavelengths = wavelengths if product.wavelengths is None else product.wavelengths
        fwhm = fwhm if product.fwhm is None else product.fwhm
        bad[[number - 1 for number in product.unusable]] = True
    return BandTable(names, wavelengths, fwhm, bad, mask)


def in_nanometres(centers: Array, widths: Optional[Array], unit: str) -> Tuple[Array, Array]:
    """Return centers and widths, (bands,) float64, in nanometres.

    unit : as the file has it. Where it is empty or unknown, the size of the numbers tells: below 100 it
    must be micrometres, else nanometres. Wavenumbers are per centimetre.
    """
    widths = np.full(len(centers), np.nan) if widths is None else widths
    name = unit.strip().lower()
    if name in WAVENUMBERS:
        with np.errstate(divide="ignore"):
            wavelengths = 1e7 / centers
        return wavelengths, wavelengths**2 * widths * 1e-7
    factor = _length(name)
    if np.isnan(factor) and name not in _NOT_LENGTHS:
        factor = 1e3 if np.nanmax(centers) < 100 else 1.0
    return centers * factor, widths * factor


def _length(unit: str) -> float:
    name = unit.strip().lower()
    return NANOMETRES.get(name, NANOMETRES.get(name.rstrip("s"), np.nan))


def _lower(metadata: Optional[Dict[str, str]]) -> Dict[str, str]:
    return {as_text(key).lower().replace(" ", "_"): as_text(value) for key, value in (metadata or {}).items()}


def _text(places: Sequence[Dict[str, str]], keys: Sequence[str]) -> str:
    return next((items[key] for items in places for key in keys if key in items), "")


def _values(own: List[Dict[str, str]], whole: Dict[str, str], keys: Sequence[str], count: int) -> Array:
    # The bands' own values go before a list for the whole file.
    values = np.array([_number(_text([items], keys)) for items in own])
    if np.isfinite(values).any():
        return values
    listed = [_number(text) for text in re.split(r"[,;\s]+", _text([whole], keys).strip("{}[]() \n")) if text]
    return np.array(listed) if len(listed) == count else np.full(count, np.nan)


def _number(text: Optional[str]) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
