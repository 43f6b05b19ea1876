"""What every product reader gives: an open dataset, and what the product says about it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, ClassVar, Dict, Optional, Sequence, Tuple

import numpy as np

from ...core.cube import Array
from ...core.errors import RasterError
from ..georeference import Georeference

CLOUD_MARGIN = 2
"""Pixels by which the marks of clouds are grown where a product gives no margin of its own."""


@dataclass(frozen=True)
class Mask:
    """Pixels that a product marks.

    kind : one of `core.masks.KINDS`. source : the file or array it is read from, in words.
    read : returns (rows, columns) bool, true where marked. margin : pixels around that are taken too.
    """

    kind: str
    source: str
    read: Callable[[], Array]
    margin: int = 0


@dataclass(frozen=True)
class BandFlags:
    """Marks of single values: of pixels in bands.

    read : first row, row after the last, band numbers -> (rows, bands, columns) of codes.
    kinds : kind -> its codes as a half-open range. source : in words.
    """

    source: str
    read: Callable[[int, int, Sequence[int]], Array]
    kinds: Dict[str, Tuple[int, int]]


@dataclass(frozen=True)
class Ortho:
    """The map grid of a product that is measured, and scored, on the grid of the sensor.

    georeference : of the map grid. load : returns its lookup, (rows, columns) int64: the position of the measured
    pixel, counted row by row from 0, or -1 where there is none.
    """

    georeference: Georeference
    load: Callable[[], Array] = field(repr=False)

    @cached_property
    def index(self) -> Array:
        """The lookup, read at its first use."""
        return self.load()

    def lay(self, values: Array) -> Array:
        """Return values (rows, columns) of the sensor's grid on the map grid, float32, NaN where there are none."""
        laid = np.full(self.index.shape, np.nan, dtype=np.float32)
        found = self.index >= 0
        laid[found] = values.reshape(-1)[self.index[found]]
        return laid

    def bring_back(self, marked: Array, shape: Tuple[int, int]) -> Array:
        """Return, on the sensor's grid of a shape, the pixels that lie in `marked`, (rows, columns) bool of the map."""
        found = np.zeros(shape[0] * shape[1], dtype=bool)
        found[self.index[marked & (self.index >= 0)]] = True
        return found.reshape(shape)


@dataclass(frozen=True)
class Product:
    """What a product says about its image; bands in the order of the dataset.

    label, level, sensor : as users call them. quantity, unit : what the numbers are after `scale` and `offset`.
    files : all that are read with it, first the one that opens it again.
    wavelengths, fwhm : (bands,) float64 in nanometers, NaN where unknown; None where the dataset says them.
    unusable : band number -> why it is left out. scale, offset : (bands,) float64, None where the dataset says them.
    nodata : of a dataset that does not say it; NaN where what it says is not to be believed.
    notes, warnings : sentences for the log.
    """

    label: str
    level: str
    sensor: str
    quantity: str
    unit: str
    files: Tuple[str, ...]
    wavelengths: Optional[Array] = None
    fwhm: Optional[Array] = None
    unusable: Dict[int, str] = field(default_factory=dict)
    scale: Optional[Array] = None
    offset: Optional[Array] = None
    nodata: Optional[float] = None
    masks: Tuple[Mask, ...] = ()
    flags: Optional[BandFlags] = None
    ortho: Optional[Ortho] = None
    notes: Tuple[str, ...] = ()
    warnings: Tuple[str, ...] = ()

    @property
    def is_radiance(self) -> bool:
        """Whether the numbers are radiances."""
        return "radiance" in self.quantity


class ProductReader(ABC):
    """Base of the product readers: class attributes describe, for the table in docs/products.md.

    A module in this package that defines a class with an id is a reader; nothing else is to be edited.

    id : the module's name. label : the product as users call it. levels : processing levels that are read.
    give : the file to give. spectral, masked, place : where wavelengths, masks and the georeference are from.
    limits : what is not read. order : of the readers, the first that recognizes a file has it.
    """

    id: ClassVar[str]
    label: ClassVar[str]
    levels: ClassVar[str]
    give: ClassVar[str]
    spectral: ClassVar[str]
    masked: ClassVar[str]
    place: ClassVar[str]
    limits: ClassVar[str] = ""
    order: ClassVar[int] = 100

    @abstractmethod
    def recognizes(self, path: str) -> bool:
        """Tell whether a file belongs to this product. Quick: this is asked of every file."""

    @abstractmethod
    def open(self, path: str) -> Tuple[Any, Product]:
        """Return GDAL's dataset and what the product says. Raises RasterError, one sentence."""


def leave_out_overlap(path: str, first: Array, second: Array) -> Tuple[Array, str]:
    """Return which bands of the first detector lie where the second begins, (bands,) bool, and a sentence; "" for none.

    first, second : wavelengths in nanometers, NaN where a band is empty. Where both measure, the first (silicon) is
    near the end of its sensitivity: the defaults of EnPT and prismaread keep the second too.
    Raises RasterError where the second does not reach beyond the first: two wavelength grids, none after the other.
    """
    if not np.isfinite(first).any() or not np.isfinite(second).any():
        return np.zeros(len(first), dtype=bool), ""
    low, high = np.nanmin(second), np.nanmax(first)
    if np.nanmin(first) >= low or high >= np.nanmax(second):
        raise RasterError(
            f"{path} has two overlapping wavelength grids, {np.nanmin(first):.0f} to {high:.0f} nm and {low:.0f} to "
            f"{np.nanmax(second):.0f} nm, of which neither goes on where the other ends: its metadata cannot be right."
        )
    twice = np.asarray(first >= low)
    if not twice.any():
        return twice, ""
    return twice, (
        f"Both detectors measure {low:.0f} to {high:.0f} nm: there the {int(twice.sum())} bands of the first (VNIR), "
        "near the end of its sensitivity, are left out."
    )
