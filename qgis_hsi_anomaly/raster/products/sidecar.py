"""A GeoTIFF that does not know its wavelengths, and a header or XML of the same name beside it that does (Pixxel)."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Dict, Optional, Tuple

import numpy as np

from ...core.errors import RasterError
from ..dataset import open_dataset
from ..spectral import band_table, in_nanometres
from .base import Product, ProductReader
from .envi_header import read_header, said_of_bands
from .files import base_name, beside, read_xml

_IMAGE = re.compile(r"\.tiff?$", re.IGNORECASE)
_ENVI_DATA = ("", ".dat", ".img", ".bsq", ".bil", ".bip", ".raw")
_CENTERS = (
    "wavelengthcenterofband",
    "centerwavelength",
    "center_wavelength",
    "centralwavelength",
    "central_wavelength",
    "wavelength",
)
_WIDTHS = ("fwhmofband", "wavelengthwidthofband", "fwhm")


class Sidecar(ProductReader):
    """The reader."""

    id: ClassVar[str] = "sidecar"
    label: ClassVar[str] = "GeoTIFF with a header or XML beside it (Pixxel and others)"
    levels: ClassVar[str] = "any"
    give: ClassVar[str] = "`NAME.tif`, where `NAME.hdr` or `NAME.xml` lies beside it; or `NAME.hdr`"
    spectral: ClassVar[str] = (
        "ENVI header: `wavelength`, `fwhm`, `bbl`, `data gain values`, `data offset values`, `data ignore value`; XML: "
        "a wavelength and FWHM a band. Only where the GeoTIFF has no wavelengths of its own"
    )
    masked: ClassVar[str] = "nodata"
    place: ClassVar[str] = "of the GeoTIFF"
    limits: ClassVar[str] = "A header or XML of another number of bands is not used, and the log says so."
    order: ClassVar[int] = 900

    def recognizes(self, path: str) -> bool:
        """By a file of the same name that speaks of wavelengths, beside an image that does not."""
        image, beside_it = _pair(path)
        if image is None or beside_it is None or not _said(beside_it):
            return False
        try:
            dataset = open_dataset(image)
        except RasterError:
            return False
        return dataset.RasterCount > 1 and not bool(np.isfinite(band_table(dataset).wavelengths).any())

    def open(self, path: str) -> Tuple[Any, Product]:
        """Open the image, with what lies beside it."""
        image, beside_it = _pair(path)
        if image is None or beside_it is None:
            raise RasterError(f"{path} has no header or XML beside it.")
        dataset = open_dataset(image)
        said = _said(beside_it, dataset.RasterCount)
        notes: Tuple[str, ...] = ()
        warnings: Tuple[str, ...] = ()
        if "wavelengths" in said:
            notes = (f"Wavelengths are those in {beside_it}.",)
        else:
            said = {}
            warnings = (
                f"{beside_it} does not describe the {dataset.RasterCount} bands of {image}: it is not used.",
            )
        return dataset, Product(
            "GeoTIFF", "", "", "", "", (image, beside_it), notes=notes, warnings=warnings, **said
        )


def _pair(path: str) -> Tuple[Optional[str], Optional[str]]:
    """Return the image and the file beside it; None for what there is not."""
    name = base_name(path)
    if _IMAGE.search(name):
        stem = _IMAGE.sub("", name)
        return path, beside(path, f"{stem}.hdr", f"{stem}.xml")
    if name.lower().endswith(".hdr"):
        stem = name[: -len(".hdr")]
        if beside(path, *(f"{stem}{ending}" for ending in _ENVI_DATA)) is None:
            return beside(path, f"{stem}.tif", f"{stem}.tiff"), path
    return None, None


def _said(path: str, bands: Optional[int] = None) -> Dict[str, Any]:
    """Return what a header or XML says about bands, as Product takes it; nothing where it says nothing of wavelengths.

    bands : how many there must be; any number where it is None.
    """
    try:
        if path.lower().endswith(".hdr"):
            fields = read_header(path) or {}
            if "wavelength" not in fields:
                return {}
            count = len(fields["wavelength"].split(",")) if bands is None else bands
            return said_of_bands(fields, count)
        root = read_xml(path)
    except RasterError:
        return {}  # of something else: the image can do without it
    centers = [element for name in _CENTERS for element in root.all(name)]
    name = centers[0].name.lower() if centers else ""
    texts = [element.text for element in centers if element.name.lower() == name]
    widths = next((found for found in ([e.text for e in root.all(name)] for name in _WIDTHS) if found), [])
    try:
        wavelengths = np.array([float(text) for text in texts])
        fwhm = np.array([float(text) for text in widths]) if len(widths) == len(texts) else None
    except ValueError:
        return {}
    if not len(wavelengths) or (bands is not None and len(wavelengths) != bands):
        return {}
    unit = next((e.attributes[key] for e in centers for key in ("unit", "units") if key in e.attributes), "")
    wavelengths, fwhm = in_nanometres(wavelengths, fwhm, unit)
    return {"wavelengths": wavelengths, "fwhm": fwhm}
