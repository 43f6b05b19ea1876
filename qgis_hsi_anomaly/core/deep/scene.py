"""The pixels one process learns from or scores: normalized, on its device, a cache-sized chunk at a time."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Iterator, Optional, Tuple

import numpy as np
import torch
from torch import Tensor

from ..cube import Array, Cube
from ..errors import DataError
from ..run import ALONE, Run

CHUNK = 2048
"""Pixels worked on at once on a CPU: what is made of them then stays in its cache."""
CUDA_CHUNK = 65536
"""Pixels worked on at once on a GPU."""
HALO = 2
"""Rows around a block that two 3 x 3 convolutions look at."""


@dataclass(frozen=True)
class Rows:
    """Rows [start, stop) of the image with HALO more on both sides.

    pixels : (rows + 2 HALO, columns, bands) float32, 0 where not in the mask. mask : their mask, bool; rows
    beyond the image are not in it, or are those of the opposite edge where the scene is circular.
    """

    start: int
    stop: int
    pixels: Tensor
    mask: Tensor


class Scene:
    """The pixels of `mask` in this process's rows, as (x - minimum) / (maximum - minimum) float32.

    cube : where they are read. mask : (rows, columns) bool of the whole image. value_range : minimum and maximum.
    circular : whether the image goes on at its opposite edge, or ends.
    first, last : this process's rows. count, total : pixels in the mask here, and of all processes.
    spare_bytes : budget left after the pixels.

    They are kept on the device where half of the cube's memory budget holds them (on a GPU, three eighths of its
    free memory), unless the cube's block height is fixed; else they are read again every time.
    """

    def __init__(
        self, cube: Cube, mask: Array, value_range: Tuple[float, float], run: Run, circular: bool = False
    ) -> None:
        self.cube, self.mask, self.value_range, self.circular = cube, mask, value_range, circular
        self.first, self.last = run.rows(cube.rows)
        self.count = int(np.count_nonzero(mask[self.first : self.last]))
        self.total = int(np.count_nonzero(mask))
        self.device = torch.device(run.processes.device)
        self.chunk = CHUNK if self.device.type == "cpu" else CUDA_CHUNK
        if cube.block_rows is not None:
            self.chunk = min(self.chunk, cube.block_rows * cube.columns)
        self.spare_bytes = 0
        self._kept: Optional[Rows] = None
        size = (self.last - self.first + 2 * HALO) * cube.columns * cube.bands * 4
        budget = self._budget()
        if cube.block_rows is None and size <= budget // 2:
            self._kept = self._read(self.first, self.last)
            self.spare_bytes = budget - size

    def _budget(self) -> int:
        if self.device.type == "cuda":
            # A quarter stays free for what a chunk's layers make on the way.
            return int(torch.cuda.mem_get_info(self.device)[0] * 3 // 4)
        return self.cube.memory_budget

    def spectra(self) -> Iterator[Tuple[slice, Tensor]]:
        """Go through the pixels in row order: their places among this process's, and (n, bands) spectra."""
        done = 0
        columns = self.cube.columns
        for rows in self._blocks(self.cube.block_height()):
            inner = slice(HALO, HALO + rows.stop - rows.start)
            pixels = rows.pixels[inner].reshape(-1, self.cube.bands)
            mask = rows.mask[inner].reshape(-1)
            full = bool(self.mask[rows.start : rows.stop].all())
            for start in range(0, (rows.stop - rows.start) * columns, self.chunk):
                chunk = pixels[start : start + self.chunk]
                if not full:
                    chunk = chunk[mask[start : start + self.chunk]]
                if len(chunk):
                    yield slice(done, done + len(chunk)), chunk
                    done += len(chunk)

    def rows(self) -> Iterator[Rows]:
        """Go through this process's rows in blocks with a halo."""
        height = max(16 * self.chunk // self.cube.columns, 8)
        if self._kept is None:
            height = min(height, self.cube.block_height())
        yield from self._blocks(height)

    def map_of(self, values: Tensor) -> Array:
        """Return (count,) values of this process's pixels as (rows, columns) float32, 0 elsewhere."""
        image = np.zeros(self.mask.shape, dtype=np.float32)
        image[self.first : self.last][self.mask[self.first : self.last]] = values.cpu().numpy()
        return image

    def _blocks(self, height: int) -> Iterator[Rows]:
        for start in range(self.first, self.last, height):
            stop = min(start + height, self.last)
            if self._kept is None:
                yield self._read(start, stop)
            else:
                part = slice(start - self.first, stop - self.first + 2 * HALO)
                yield Rows(start, stop, self._kept.pixels[part], self._kept.mask[part])

    def _read(self, start: int, stop: int) -> Rows:
        """Read rows [start, stop) and their halo."""
        wanted = np.arange(start - HALO, stop + HALO)
        inside = (wanted >= 0) & (wanted < self.cube.rows)
        low, high = max(start - HALO, 0), min(stop + HALO, self.cube.rows)
        pixels = np.zeros((len(wanted), self.cube.columns, self.cube.bands), dtype=np.float32)
        mask = np.zeros((len(wanted), self.cube.columns), dtype=bool)
        pixels[inside], mask[inside] = self.cube.read_rows(low, high), self.mask[low:high]
        if self.circular:
            for place in np.flatnonzero(~inside):
                row = int(wanted[place] % self.cube.rows)
                pixels[place], mask[place] = self.cube.read_rows(row, row + 1)[0], self.mask[row]
        minimum, maximum = self.value_range
        tensor = torch.from_numpy(pixels).to(self.device)
        tensor.sub_(minimum).mul_(1.0 / (maximum - minimum))
        known = torch.from_numpy(mask).to(self.device)
        if not mask.all():
            tensor[~known] = 0.0
        return Rows(start, stop, tensor, known)


def value_range(cube: Cube, run: Run = ALONE) -> Tuple[float, float]:
    """Return the smallest and largest value of all background pixels and bands.

    Raises DataError where they are equal, or their difference is beyond what single precision divides by.
    """
    low, high = np.inf, -np.inf
    for block, _ in run.blocks(cube):
        spectra = cube.learning_spectra(block)
        if len(spectra):
            low, high = min(low, float(spectra.min())), max(high, float(spectra.max()))
    low, high = extremes(low, high, run)
    if not low < high:
        raise DataError("All background pixels have the same value in every band: there is nothing to learn.")
    if not 1e-38 < high - low < 1e38:
        raise DataError(
            f"The values of the image range from {low:g} to {high:g}, which cannot be computed with: rescale it."
        )
    return low, high


def fingerprint(cube: Cube, run: Run = ALONE) -> int:
    """Return a number that tells the background pixels of a cube from those of any other of its size.

    The same however the cube is cut: the sum over rows of checksums.
    """
    total = 0
    for block, _ in run.blocks(cube):
        inner = block.pixels[block.halo : block.halo + block.stop - block.start]
        for row, pixels in enumerate(inner, block.start):
            kept = cube.background[row]
            known = zlib.crc32(kept.tobytes(), row)
            total += zlib.crc32(np.ascontiguousarray(pixels[kept], dtype="<f4").tobytes(), known)
    return int(run.sum(np.array([total], dtype=np.int64))[0])


def extremes(low: float, high: float, run: Run) -> Tuple[float, float]:
    """Return the smallest `low` and the largest `high` of all processes."""
    table: Array = np.zeros((run.processes.size, 2))
    table[run.processes.rank] = low, high
    table = run.sum(table)
    return float(table[:, 0].min()), float(table[:, 1].max())
