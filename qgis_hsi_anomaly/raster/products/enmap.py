"""EnMAP L2A and L1C: a GeoTIFF with one XML of metadata and a mask a file beside it.

Structure: EnMAP HSI Level 1B/1C/2A product specification (DLR); masks as its quality layers are described there.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, ClassVar, Dict, List, Optional, Tuple

import numpy as np

from ...core.cube import Array
from ...core.errors import RasterError
from ..dataset import open_dataset
from .base import CLOUD_MARGIN, Mask, Product, ProductReader, leave_out_overlap
from .files import Element, base_name, beside, match_name, read_layer, read_xml, zero_throughout

_NAME = re.compile(
    r"^(?P<stem>.*?)-(?P<part>SPECTRAL_IMAGE(?:_VNIR|_SWIR)?|METADATA)(?P<cog>_COG)?\.(?P<kind>tiff?|bsq|bil|bip|xml)$",
    re.IGNORECASE,
)
_IMAGES = (".TIF", "_COG.TIF", ".TIFF", ".BSQ", ".BIL", ".BIP")
_LEVEL = re.compile(r"(?<![A-Z0-9])L[0-4][A-Z](?![A-Z0-9])")
_LEVELS = {
    "L2A": ("surface reflectance", "1"),
    "L1C": ("radiance at the sensor, orthorectified", "W/m2/sr/nm"),
}
_MASKS = (("cloud", "CLOUD"), ("cirrus", "CIRRUS"), ("haze", "HAZE"), ("shadow", "CLOUDSHADOW"))
_BACKGROUND = 3
"""Of the classes 1 land, 2 water and 3 background."""


class EnMap(ProductReader):
    """The reader."""

    id: ClassVar[str] = "enmap"
    label: ClassVar[str] = "EnMAP"
    levels: ClassVar[str] = "L2A, L1C"
    give: ClassVar[str] = "`…-SPECTRAL_IMAGE.TIF` (also `_COG.TIF`, `.BSQ`) or `…-METADATA.XML`"
    spectral: ClassVar[str] = (
        "`METADATA.XML`: wavelength, FWHM, gain and offset a band; where both detectors measure, SWIR is kept; "
        "bands without data by the band statistics"
    )
    masked: ClassVar[str] = (
        "`QL_QUALITY_CLOUD` (grown by 2 pixels), `CIRRUS` (thin to thick), `HAZE`, `CLOUDSHADOW`; background by "
        "`QL_QUALITY_CLASSES`"
    )
    place: ClassVar[str] = "of the GeoTIFF"
    limits: ClassVar[str] = (
        "L1B is refused (its detectors are not registered to each other). Snow stays in. Test flags and the pixel mask "
        "are not read."
    )
    order: ClassVar[int] = 10

    def recognizes(self, path: str) -> bool:
        """By the name: ENMAP at its beginning, or EnMAP's own XML beside an image of that name."""
        match = _NAME.match(base_name(path))
        if match is None:
            return False
        if base_name(path).upper().startswith("ENMAP"):
            return True
        metadata = path if match["part"].upper() == "METADATA" else _metadata(path, match["stem"])
        return metadata is not None and _is_enmap(metadata)

    def open(self, path: str) -> Tuple[Any, Product]:
        """Open the image, with what its XML and its masks say."""
        match = match_name(_NAME, path)
        stem, part = match["stem"], match["part"].upper()
        metadata = path if part == "METADATA" else _metadata(path, stem)
        level = _level(path, stem, read_xml(metadata) if metadata else None)
        image = path
        if part == "METADATA":
            found = beside(path, *(f"{stem}-SPECTRAL_IMAGE{ending}" for ending in _IMAGES))
            if found is None:
                raise RasterError(
                    f"{path} describes an EnMAP image that does not lie beside it: put {stem}-SPECTRAL_IMAGE.TIF there."
                )
            image = found
        dataset = open_dataset(image)
        if metadata is None:
            warning = (
                f"{image} is an EnMAP image without its {stem}-METADATA.XML: wavelengths, bad bands and scale are "
                "those of the file, if it has any."
            )
            return dataset, _product(dataset, image, stem, level, None, [warning])
        return dataset, _product(dataset, image, stem, level, metadata, [])


def _metadata(path: str, stem: str) -> Optional[str]:
    return beside(path, f"{stem}-METADATA.XML")


def _is_enmap(metadata: str) -> bool:
    """Tell whether an XML is EnMAP's: by its bands' tags, which DESIS spells in another way."""
    try:
        root = read_xml(metadata)
    except RasterError:
        return False
    return root.first("bandid") is not None and root.first("fwhmofband") is not None


def _level(path: str, stem: str, root: Optional[Element]) -> str:
    """Return the processing level. RasterError where it is not read here."""
    said = root.value("level", "processinglevel").upper() if root is not None else ""
    named = _LEVEL.findall(stem.upper().replace("_", "-"))
    level = said or (named[0] if named else "")
    if level in _LEVELS:
        return level
    if level == "L1B":
        raise RasterError(
            f"{path} is of EnMAP's level L1B, whose two detectors are not registered to each other: use L1C or L2A."
        )
    raise RasterError(
        f"{path} is of the processing level {level or 'unknown'}, of EnMAP L2A and L1C are read: order one of these."
    )


def _product(
    dataset: Any, image: str, stem: str, level: str, metadata: Optional[str], warnings: List[str]
) -> Product:
    rows, columns, count = dataset.RasterYSize, dataset.RasterXSize, dataset.RasterCount
    masks: List[Mask] = []
    files = [image, *([metadata] if metadata else [])]
    notes: List[str] = []
    missing: List[str] = []
    for kind, name in _MASKS:
        layer = _layer(image, stem, name)
        if layer is None:
            missing.append(kind)
            continue
        files.append(layer)
        margin = CLOUD_MARGIN if kind == "cloud" else 0
        masks.append(Mask(kind, f"QL_QUALITY_{name}", partial(_marked, layer, rows, columns), margin))
    if missing:
        notes.append(
            f"Masks of the product that do not lie beside the image ({stem}-QL_QUALITY_…): {', '.join(missing)}; such "
            "pixels are not left out."
        )
    classes = _layer(image, stem, "CLASSES")
    if classes is not None:
        files.append(classes)
        masks.insert(0, Mask("nodata", "QL_QUALITY_CLASSES", partial(_outside, classes, rows, columns)))
    if level == "L1C":
        numbers = list(range(1, count + 1))
        masks.insert(0, Mask("nodata", "0 in all bands", partial(zero_throughout, dataset, image, numbers)))
    quantity, unit = _LEVELS[level]
    said: Dict[str, Any] = {}
    if metadata is not None:
        said, more = _bands(metadata, read_xml(metadata), count)
        notes += more
    return Product(
        "EnMAP",
        level,
        "EnMAP HSI",
        quantity,
        unit,
        tuple(files),
        # 0 is a radiance too, in bands of strong water vapor: only pixels that are 0 throughout are without data.
        nodata=-32768.0 if level == "L2A" else float("nan"),
        masks=tuple(masks),
        notes=tuple(notes),
        warnings=tuple(warnings),
        **said,
    )


def _layer(image: str, stem: str, name: str) -> Optional[str]:
    return beside(image, f"{stem}-QL_QUALITY_{name}.TIF", f"{stem}-QL_QUALITY_{name}_COG.TIF")


def _marked(layer: str, rows: int, columns: int) -> Array:
    values = read_layer(layer, rows, columns)
    return np.asarray((values > 0) & (values < 255))


def _outside(layer: str, rows: int, columns: int) -> Array:
    return np.asarray(read_layer(layer, rows, columns) == _BACKGROUND)


def _bands(path: str, root: Element, count: int) -> Tuple[Dict[str, Any], List[str]]:
    """Return what the XML says about the bands, as Product takes it, and sentences."""
    listed = root.first("bandcharacterisation")
    bands = list(listed.all("bandid")) if listed is not None else []
    if len(bands) != count:
        raise RasterError(
            f"{path} describes {len(bands)} bands, its image has {count}: they are not of one product."
        )
    bands.sort(key=lambda band: int(band.attributes.get("number", 0)))
    wavelengths = np.array([band.number("wavelengthcenterofband") for band in bands])
    fwhm = np.array([band.number("fwhmofband") for band in bands])
    gain = np.array([band.number("gainofband") for band in bands])
    offset = np.array([band.number("offsetofband") for band in bands])
    if not (np.isfinite(wavelengths).all() and (wavelengths > 0).all()):
        raise RasterError(f"{path} does not give a wavelength for every band: download it again.")
    unusable = {number: "without data, by the metadata" for number in _empty(root) if number <= count}
    shown = wavelengths.copy()
    shown[[number - 1 for number in unusable]] = np.nan
    first = _first_detector(root, wavelengths)
    twice, sentence = leave_out_overlap(path, shown[:first], shown[first:])
    unusable.update({int(index) + 1: "measured by both detectors" for index in np.flatnonzero(twice)})
    said = {
        "wavelengths": wavelengths,
        "fwhm": fwhm,
        "scale": np.where(np.isfinite(gain), gain, 1.0),
        "offset": np.where(np.isfinite(offset), offset, 0.0),
        "unusable": unusable,
    }
    return said, [sentence] if sentence else []


def _first_detector(root: Element, wavelengths: Array) -> int:
    """Return how many bands the VNIR detector has, which come first."""
    said = root.number("numberofvnirbands")
    if np.isfinite(said) and 0 < said <= len(wavelengths):
        return int(said)
    back = np.flatnonzero(np.diff(wavelengths) < 0)
    return int(back[0]) + 1 if len(back) else len(wavelengths)


def _empty(root: Element) -> List[int]:
    """Return the numbers of bands that the statistics know to be without data: nothing varies, the mean is absurd."""
    statistics = root.first("bandstatistics")
    found = []
    for band in statistics.all("bandid") if statistics is not None else ():
        numbers = {child.name.lower(): child.text.strip() for child in band.children}
        mean = [text for name, text in numbers.items() if name.startswith("mean")]
        deviation = [text for name, text in numbers.items() if name.startswith("std")]
        if mean and deviation and _is(mean[0], -1e6) and _is(deviation[0], 0.0):
            found.append(int(band.attributes.get("number", 0)))
    return found


def _is(text: str, value: float) -> bool:
    try:
        return float(text) == value
    except ValueError:
        return False
