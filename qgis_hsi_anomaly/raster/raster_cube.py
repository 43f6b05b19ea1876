"""A raster file as a cube: rows on demand, never the whole of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from ..core.cube import Array, Cube
from ..core.threads import ahead
from .georeference import Georeference
from .image import product_of
from .rows import RasterRows


@dataclass(frozen=True)
class DroppedBand:
    """A band that was asked for and is not used. number : from 1. reason : why, in words."""

    number: int
    reason: str


class RasterCube(Cube):
    """The used bands of a raster file; see `open_cube`.

    path : the file. georeference : where it lies. dropped : bands left out, with reasons.
    product : what its product says, None for any other raster. masked : pixels that its masks
    took, by kind. data_pixels : how many have data in every used band, marked or not.
    Of a product on the grid of the sensor, `georeference` is that grid, without a place; `on_map` lays scores on its
    map.
    """

    def __init__(
        self,
        dataset: Any,
        path: str,
        source: RasterRows,
        valid: Array,
        background: Array,
        dropped: List[DroppedBand],
        wavelengths: Optional[Array],
        fwhm: Optional[Array],
        memory_budget: int,
        masked: Optional[Dict[str, int]] = None,
        data_pixels: Optional[int] = None,
    ) -> None:
        self.path, self.dropped = path, dropped
        self.product, self.masked = product_of(dataset), masked or {}
        self.georeference = Georeference.of(dataset)
        self.rows, self.columns, self.bands = source.rows, source.columns, len(source.numbers)
        self.valid, self.background = valid, background
        self.data_pixels = int(valid.sum()) if data_pixels is None else data_pixels
        self.wavelengths, self.fwhm = wavelengths, fwhm
        self.band_numbers, self.raster_bands = np.asarray(source.numbers), int(dataset.RasterCount)
        self.driver = str(dataset.GetDriver().ShortName) if dataset.GetDriver() is not None else ""
        ortho = self.product.ortho if self.product is not None else None
        self._ortho = ortho
        self.pixel_area = (self.georeference if ortho is None else ortho.georeference).pixel_area
        # GDAL keeps a row of the file's blocks unpacked while blocks of the cube go through it.
        self.memory_budget = max(memory_budget - source.block_bytes, memory_budget // 4)
        # A new row is unpacked before the last is given up, and the next rows are read while some are worked on.
        whole = 4 * self.rows * self.columns * self.bands
        self.reading_bytes = 2 * source.block_bytes + min(3 * self.memory_budget // 8, 3 * whole // 2)
        self._source = source

    def on_map(self, values: Array) -> Tuple[Array, Georeference]:
        """Return a map of the pixels (rows, columns), and where it lies.

        As it is; of a product that is scored on the grid of the sensor, laid on the product's map grid.
        """
        if self._ortho is None:
            return values, self.georeference
        return self._ortho.lay(values), self._ortho.georeference

    def block_height(self, bytes_per_pixel: Optional[int] = None) -> int:
        """Return how many rows fit the budget, whole blocks of the file where that can be."""
        height = super().block_height(bytes_per_pixel)
        return height if self.block_rows is not None else self._source.aligned(height)

    def read_each(self, spans: Sequence[Tuple[int, int]]) -> Iterator[Array]:
        """Yield the rows of half-open spans; the next are read while one is worked on."""
        return ahead(lambda span: self.read_rows(*span), spans)

    def read_rows(self, start: int, stop: int) -> Array:
        """Return rows [start, stop) as (stop - start, columns, bands) float32, 0 where not valid.

        Raises RasterError where the file cannot be read, or has been changed since the cube was opened.
        """
        start, stop, _ = slice(start, stop).indices(self.rows)
        stop = max(start, stop)
        pixels = np.empty((stop - start, self.columns, self.bands), dtype=np.float32)
        for first, last in self._source.spans(start, stop, self.memory_budget // 16):
            values = self._source.read(first, last)
            with np.errstate(over="ignore", invalid="ignore"):
                pixels[first - start : last - start] = self._source.measured(values).transpose(0, 2, 1)
        valid = self.valid[start:stop]
        if not valid.all():
            pixels[~valid] = 0
        return pixels
