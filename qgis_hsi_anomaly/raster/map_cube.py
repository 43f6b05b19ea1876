"""A product that is measured on the grid of the sensor, as a cube on its map grid."""

from __future__ import annotations

import tempfile
from typing import Optional

import numpy as np

from ..core.cube import Array, Cube
from ..core.errors import RasterError
from ..core.run import ALONE, Run
from .products.base import Ortho
from .raster_cube import RasterCube


class MapCube(RasterCube):
    """The spectra of a cube laid on its product's map grid, where layers and objects lie: measured pixels may repeat.

    cube : on the grid of the sensor. ortho : the map grid of its product. The cube is copied once to a working file, as
    rows of the map run across the swath. Scores are made from the cube itself, each measured pixel once.
    Raises RasterError where there is no room for the copy.
    """

    def __init__(self, cube: RasterCube, ortho: Ortho, run: Run = ALONE) -> None:
        self.__dict__.update(cube.__dict__)
        self._ortho = None
        self._index, self.georeference = ortho.index, ortho.georeference
        self.rows, self.columns = self._index.shape
        there = self._index >= 0
        self.valid, self.background = (
            there & mask.reshape(-1)[np.where(there, self._index, 0)]
            for mask in (cube.valid, cube.background)
        )
        size = (cube.rows * cube.columns, cube.bands)
        try:
            # It is gone with the last that looks at it.
            with tempfile.TemporaryFile(prefix="hsi-anomaly-") as file:
                self._pixels = np.memmap(file, dtype=np.float32, mode="w+", shape=size)
        except OSError as error:
            raise RasterError(
                f"There is no room for a working copy of {cube.path}, {4e-9 * size[0] * size[1]:.1f} GB, in "
                f"{tempfile.gettempdir()}: {error.strerror or error}."
            ) from error
        for block, part in run.blocks(cube):
            first, last = block.start * cube.columns, block.stop * cube.columns
            self._pixels[first:last] = block.pixels.reshape(-1, cube.bands)
            part.check_cancelled()

    def block_height(self, bytes_per_pixel: Optional[int] = None) -> int:
        """Return how many rows fit the budget."""
        return Cube.block_height(self, bytes_per_pixel)

    def read_rows(self, start: int, stop: int) -> Array:
        """Return rows [start, stop) of the map as (stop - start, columns, bands) float32, 0 where not valid."""
        start, stop, _ = slice(start, stop).indices(self.rows)
        stop = max(start, stop)
        pixels = np.zeros((stop - start, self.columns, self.bands), dtype=np.float32)
        valid = self.valid[start:stop]
        pixels[valid] = self._pixels[self._index[start:stop][valid]]
        return pixels
