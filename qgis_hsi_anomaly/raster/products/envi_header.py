"""ENVI headers as texts: GDAL reads them with ENVI's own files only, and many lie beside a GeoTIFF."""

from __future__ import annotations

import re
from typing import Any, Dict, Optional

import numpy as np

from ...core.cube import Array
from ..spectral import in_nanometres
from .files import content

_FIELD = re.compile(r"^[ \t]*([^=\n;{}]+?)[ \t]*=[ \t]*(\{[^}]*\}|[^\n]*)", re.MULTILINE)


def read_header(path: str) -> Optional[Dict[str, str]]:
    """Return the fields of a header by name in lower case; None where it is none."""
    text = content(path)
    if not text.lstrip("\ufeff \t\r\n").startswith("ENVI"):
        return None
    return {name.lower(): value.strip() for name, value in _FIELD.findall(text.replace("\r", ""))}


def list_of(fields: Dict[str, str], name: str) -> Optional[Array]:
    """Return the numbers of a field, (n,) float64; None where it is missing or holds others."""
    texts = [text for text in re.split(r"[,\s]+", fields.get(name, "").strip("{} \n")) if text]
    try:
        return np.array([float(text) for text in texts]) if texts else None
    except ValueError:
        return None


def said_of_bands(fields: Dict[str, str], bands: int) -> Dict[str, Any]:
    """Return what a header says about its bands, as Product takes it, in nanometers."""
    wavelengths, fwhm = list_of(fields, "wavelength"), list_of(fields, "fwhm")
    said: Dict[str, Any] = {}
    if wavelengths is not None and len(wavelengths) == bands:
        widths = fwhm if fwhm is not None and len(fwhm) == bands else None
        said["wavelengths"], said["fwhm"] = in_nanometres(
            wavelengths, widths, fields.get("wavelength units", "")
        )
    good = list_of(fields, "bbl")
    if good is not None and len(good) == bands:
        said["unusable"] = {int(band) + 1: "marked bad" for band in np.flatnonzero(good == 0)}
    gain, offset = list_of(fields, "data gain values"), list_of(fields, "data offset values")
    if gain is not None and len(gain) == bands:
        said["scale"] = gain
        said["offset"] = offset if offset is not None and len(offset) == bands else np.zeros(bands)
    nodata = list_of(fields, "data ignore value")
    if nodata is not None:
        said["nodata"] = float(nodata[0])
    return said
