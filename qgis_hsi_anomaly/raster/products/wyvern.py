"""Wyvern Dragonette: a GeoTIFF that knows its wavelengths, with a usable data mask beside it.

Structure: Wyvern data product guide, versions 1.5 and 2.0.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, ClassVar, List, Tuple

import numpy as np

from ...core.cube import Array
from ..dataset import open_dataset
from .base import CLOUD_MARGIN, Mask, Product, ProductReader
from .files import base_name, beside, match_name, read_layer

_NAME = re.compile(
    r"^(?P<stem>wyvern_(?!.*_(?:data_mask|pixel_quality\w*|preview|thumbnail)\.).+)\.(?P<kind>tiff?)$",
    re.IGNORECASE,
)
_MASKS = ((2, "cloud"), (3, "haze"), (4, "shadow"))
"""Bands of the mask, the first being what is clear; version 1.5 has two of them."""


class Wyvern(ProductReader):
    """The reader."""

    id: ClassVar[str] = "wyvern"
    label: ClassVar[str] = "Wyvern Dragonette"
    levels: ClassVar[str] = "L1B, L2A"
    give: ClassVar[str] = "`wyvern_….tiff`"
    spectral: ClassVar[str] = "of the GeoTIFF's bands: `Wavelength`, `FWHM`, `Wavelength_Units`"
    masked: ClassVar[str] = "`…_data_mask.tiff`: cloud (grown by 2 pixels), haze, shadow; nodata"
    place: ClassVar[str] = "of the GeoTIFF"
    limits: ClassVar[str] = "The pixel quality mask is not read."
    order: ClassVar[int] = 80

    def recognizes(self, path: str) -> bool:
        """By its name."""
        return _NAME.match(base_name(path)) is not None

    def open(self, path: str) -> Tuple[Any, Product]:
        """Open the image, with its mask."""
        match = match_name(_NAME, path)
        dataset = open_dataset(path)
        rows, columns = dataset.RasterYSize, dataset.RasterXSize
        layer = beside(path, f"{match['stem']}_data_mask.tiff", f"{match['stem']}_data_mask.tif")
        masks: List[Mask] = []
        notes: Tuple[str, ...] = ()
        if layer is None:
            notes = (f"No {match['stem']}_data_mask.tiff lies beside the image: clouds are not left out.",)
        else:
            there = open_dataset(layer).RasterCount
            masks = [
                Mask(
                    kind,
                    "data mask",
                    partial(_marked, layer, rows, columns, band),
                    CLOUD_MARGIN if kind == "cloud" else 0,
                )
                for band, kind in _MASKS
                if band <= there
            ]
        reflectance = match["stem"].lower().endswith("_l2a")
        return dataset, Product(
            "Wyvern Dragonette",
            "L2A" if reflectance else "L1B",
            "Dragonette",
            "surface reflectance" if reflectance else "radiance at the sensor",
            "1" if reflectance else "W/m2/sr/um",
            tuple(filter(None, (path, layer))),
            masks=tuple(masks),
            notes=notes,
        )


def _marked(layer: str, rows: int, columns: int, band: int) -> Array:
    return np.asarray(read_layer(layer, rows, columns, band) == 1)
