"""DESIS L2A and L1C: a GeoTIFF with an ENVI header or XML of metadata and layers of quality beside it.

Structure: DESIS products specification (DLR, Teledyne Brown Engineering).
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, ClassVar, Dict, List, Optional, Tuple

import numpy as np

from ...core.cube import Array
from ...core.errors import RasterError
from ..dataset import open_dataset
from .base import CLOUD_MARGIN, Mask, Product, ProductReader
from .envi_header import read_header, said_of_bands
from .files import base_name, beside, match_name, read_layer, read_xml

_NAME = re.compile(
    r"^(?P<stem>DESIS-HSI-(?P<level>\w+)-.+)-(?P<part>SPECTRAL_IMAGE|METADATA)\.(?P<kind>tiff?|hdr|xml)$",
    re.IGNORECASE,
)
_LEVELS = {
    "L2A": ("surface reflectance", "1"),
    "L1C": ("radiance at the sensor, orthorectified", "mW/cm2/sr/um"),
}
_QUALITY = {"shadow": (1,), "haze": (4, 5), "cloud": (6, 7)}
"""Bands of QL_QUALITY-2: shadow, land, snow, haze over land, over water, cloud over land, over water, water."""


class Desis(ProductReader):
    """The reader."""

    id: ClassVar[str] = "desis"
    label: ClassVar[str] = "DESIS"
    levels: ClassVar[str] = "L2A, L1C"
    give: ClassVar[str] = "`DESIS-HSI-L2A-…-SPECTRAL_IMAGE.tif`, its `.hdr`, or `…-METADATA.xml`"
    spectral: ClassVar[str] = (
        "`…-SPECTRAL_IMAGE.hdr`, else `METADATA.xml`: wavelength, FWHM, gain and offset a band"
    )
    masked: ClassVar[str] = (
        "`QL_QUALITY-2` (L2A): cloud (grown by 2 pixels), haze, shadow, over land and water; nodata"
    )
    place: ClassVar[str] = "of the GeoTIFF"
    limits: ClassVar[str] = "L1B is refused. Snow stays in. `QL_QUALITY`, of single bands, is not read."
    order: ClassVar[int] = 70

    def recognizes(self, path: str) -> bool:
        """By its name."""
        return _NAME.match(base_name(path)) is not None

    def open(self, path: str) -> Tuple[Any, Product]:
        """Open the image, with what its header or XML and its masks say."""
        match = match_name(_NAME, path)
        stem, level = match["stem"], match["level"].upper()
        if level not in _LEVELS:
            raise RasterError(
                f"{path} is of the processing level {level}, of DESIS L2A and L1C are read: order one of these."
            )
        image = beside(path, f"{stem}-SPECTRAL_IMAGE.tif", f"{stem}-SPECTRAL_IMAGE.tiff")
        if image is None:
            raise RasterError(
                f"{path} describes a DESIS image that does not lie beside it: put {stem}-SPECTRAL_IMAGE.tif there."
            )
        dataset = open_dataset(image)
        header = beside(path, f"{stem}-SPECTRAL_IMAGE.hdr")
        metadata = beside(path, f"{stem}-METADATA.xml")
        said, source = _bands(header, metadata, dataset.RasterCount)
        warnings: List[str] = []
        if source is None:
            warnings.append(
                f"{image} is a DESIS image without its header and {stem}-METADATA.xml: wavelengths and scale are "
                "unknown."
            )
        quality = beside(path, f"{stem}-QL_QUALITY-2.tif")
        masks, notes = [], []
        if quality is not None:
            rows, columns = dataset.RasterYSize, dataset.RasterXSize
            masks = [
                Mask(
                    kind,
                    "QL_QUALITY-2",
                    partial(_marked, quality, rows, columns, bands),
                    CLOUD_MARGIN if kind == "cloud" else 0,
                )
                for kind, bands in _QUALITY.items()
            ]
        else:
            notes.append(f"No {stem}-QL_QUALITY-2.tif lies beside the image: clouds are not left out.")
        quantity, unit = _LEVELS[level]
        return dataset, Product(
            "DESIS",
            level,
            "DESIS",
            quantity,
            unit,
            tuple(filter(None, (image, source, quality))),
            masks=tuple(masks),
            notes=tuple(notes),
            warnings=tuple(warnings),
            **{"nodata": -32768.0, **said},
        )


def _marked(layer: str, rows: int, columns: int, bands: Tuple[int, ...]) -> Array:
    read = [read_layer(layer, rows, columns, band) for band in bands]
    return np.asarray(np.any([(values > 0) & (values < 255) for values in read], axis=0))


def _bands(
    header: Optional[str], metadata: Optional[str], count: int
) -> Tuple[Dict[str, Any], Optional[str]]:
    """Return what the header, else the XML, says about the bands, as Product takes it; and which of them it was."""
    fields = read_header(header) if header is not None else None
    if header is not None and fields is not None and "wavelength" in fields:
        said = said_of_bands(fields, count)
        if "wavelengths" not in said:
            raise RasterError(
                f"{header} does not describe the {count} bands of its image: they are not of one product."
            )
        return said, header
    if metadata is None:
        return {}, None
    listed = read_xml(metadata).first("bandcharacterisation")
    bands = list(listed.all("band")) if listed is not None else []
    if len(bands) != count:
        raise RasterError(
            f"{metadata} describes {len(bands)} bands, its image has {count}: they are not of one product."
        )
    gain = np.array([band.number("gainofband") for band in bands])
    offset = np.array([band.number("offsetofband") for band in bands])
    return {
        "wavelengths": np.array([band.number("wavelengthcenterofband") for band in bands]),
        "fwhm": np.array([band.number("wavelengthwidthofband") for band in bands]),
        "scale": np.where(np.isfinite(gain), gain, 1.0),
        "offset": np.where(np.isfinite(offset), offset, 0.0),
    }, metadata
