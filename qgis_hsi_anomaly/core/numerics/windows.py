"""Dual windows around every pixel: geometry, border, invalid pixels and sums, one definition for all local methods.

The local background of a pixel is its ring: the pixels within the outer window and outside the inner one
(the guard), both square and centered on it. At the raster's edge the image is mirrored, the edge pixel not
repeated. A mirrored pixel whose original lies in the guard is no part of the ring, so what is being judged
never judges itself. Invalid pixels are no part of a ring.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Callable, Iterator, Tuple

import numpy as np

from ..cube import Array, Block, Cube
from ..errors import DataError, ParameterError
from ..run import ALONE, Run
from ..threads import core_count, map_threads
from .matrix_product import matrix_product

_ALWAYS = 101
"""Width up to which windows are allowed however small the image is: they cost nothing there."""


@dataclass(frozen=True)
class DualWindow:
    """inner, outer : odd widths of guard and outer window, pixels; inner < outer."""

    inner: int
    outer: int

    @classmethod
    def checked(cls, who: str, inner: int, outer: int) -> DualWindow:
        """Build one from the parameters of detector `who`; ParameterError where nothing is between the windows."""
        if inner >= outer:
            raise ParameterError(
                f"{who}: INNER_WINDOW must be smaller than OUTER_WINDOW; got {inner} and {outer}."
            )
        return cls(inner, outer)

    def check_fits(self, who: str, cube: Cube) -> None:
        """Raise DataError where the outer window is so wide that it holds little but mirror images of the cube."""
        widest = max(3 * max(cube.rows, cube.columns), _ALWAYS)
        if self.outer > widest:
            raise DataError(
                f"{who}: OUTER_WINDOW must be at most {widest} for an image of {cube.rows} x {cube.columns} pixels; "
                f"got {self.outer}."
            )

    @property
    def reach(self) -> int:
        """Rows and columns the outer window extends from its center."""
        return self.outer // 2

    @property
    def guard(self) -> int:
        """Rows and columns the inner window extends from its center."""
        return self.inner // 2

    @property
    def size(self) -> int:
        """Number of pixels in a full ring."""
        return self.outer**2 - self.inner**2


@dataclass(frozen=True)
class Tile:
    """A rectangle of pixels and, `reach` wide on every side, the surroundings their windows need.

    rows, columns : slices of the raster the tile is about.
    features : (height + 2 reach, width + 2 reach, p) float64, 0 where not valid.
    valid : (height + 2 reach, width + 2 reach) bool.
    row_numbers, column_numbers : where in the raster the rows and columns of `features` come from.
    """

    rows: slice
    columns: slice
    features: Array
    valid: Array
    row_numbers: Array
    column_numbers: Array


def score_windows(
    cube: Cube,
    window: DualWindow,
    transform: Callable[[Array], Array],
    score_tile: Callable[[Tile], Array],
    tile_size: int,
    bytes_per_pixel: int,
    run: Run = ALONE,
) -> Array:
    """Score every pixel from its window, tile by tile in as many threads as there are cores.

    transform : takes spectra (n_pixels, bands) float32 to features (n_pixels, p).
    score_tile : takes a tile to the scores of its pixels, (height, width); those of invalid ones are ignored.
    bytes_per_pixel : of a row block: its spectra and features, with the copies that are made of them.
    Returns (rows, columns) float32, NaN where not valid, the whole map in every process.
    """
    scores: Array = np.zeros((cube.rows, cube.columns), dtype=np.float32)
    for block, part in run.blocks(cube, window.reach, bytes_per_pixel):
        tiles = list(_tiles(block, cube, window.reach, transform, tile_size))
        for number, (tile, found) in enumerate(zip(tiles, map_threads(score_tile, tiles)), 1):
            scores[tile.rows, tile.columns] = found
            part.update(number / len(tiles))
    scores = run.sum(scores)
    scores[~cube.valid] = np.nan
    return scores


def window_memory(cube: Cube, window: DualWindow, features: int, thread: int) -> int:
    """Return about how many bytes `score_windows` takes for the surroundings of its rows, and of its tiles.

    features : p. thread : bytes that a thread's work on one tile takes.
    """
    around = 4 * window.reach * (cube.columns + 2 * window.reach)
    return around * (cube.bands * 4 + features * 8) + core_count() * thread


def _tiles(
    block: Block, cube: Cube, reach: int, transform: Callable[[Array], Array], size: int
) -> Iterator[Tile]:
    """Cut a row block into tiles, views of one array of features."""
    # Row by row: without a copy of the block, and to the last digit the same wherever the block begins.
    features = np.stack(list(map_threads(transform, block.pixels)))
    features[~block.valid] = 0.0
    sides = ((0, 0), (reach, reach))
    features = np.pad(features, (*sides, (0, 0)), mode="reflect")
    valid = np.pad(block.valid, sides, mode="reflect")
    row_numbers = mirrored(block.start - reach, block.stop + reach, cube.rows)
    column_numbers = mirrored(-reach, cube.columns + reach, cube.columns)
    for top in range(block.start, block.stop, size):
        bottom = min(top + size, block.stop)
        down = slice(top - block.start, bottom - block.start + 2 * reach)
        for left in range(0, cube.columns, size):
            right = min(left + size, cube.columns)
            across = slice(left, right + 2 * reach)
            yield Tile(
                slice(top, bottom),
                slice(left, right),
                features[down, across],
                valid[down, across],
                row_numbers[down],
                column_numbers[across],
            )


def mirrored(start: int, stop: int, length: int) -> Array:
    """Return where in 0..length-1 the positions start..stop-1 lie once mirrored at both ends, (stop - start,) int.

    >>> mirrored(-2, 6, 4)
    array([2, 1, 0, 1, 2, 3, 2, 1])
    """
    period = max(2 * (length - 1), 1)
    folded = np.arange(start, stop) % period
    return np.asarray(np.minimum(folded, period - folded) if length > 1 else folded * 0)


def window_members(numbers: Array, window: DualWindow) -> Tuple[Array, Array]:
    """Say along one axis which positions lie in a pixel's outer window, and which of them in its guard.

    numbers : (n + 2 reach,) positions in the raster, as in `Tile`. Returns two (n, n + 2 reach) bool.
    A pixel is in the ring when it is in the outer window along both axes, and not in the guard along both.
    """
    reach = window.reach
    position = np.arange(len(numbers))
    center = position[reach : len(numbers) - reach, None]
    outer = np.abs(position - center) <= reach
    return outer, outer & (np.abs(numbers - numbers[center]) <= window.guard)


def ring_members(tile: Tile, window: DualWindow, rows: slice, columns: slice) -> Array:
    """Return 1 where a surrounding pixel is in the ring of a pixel of the patch, else 0, (n_pixels, n_around) float64.

    rows, columns : the patch, counted within the tile. Its surroundings are `reach` wider on every side.
    Not to be written to: patches may share it.
    """
    wider = 2 * window.reach
    row_numbers = tile.row_numbers[rows.start : rows.stop + wider]
    column_numbers = tile.column_numbers[columns.start : columns.stop + wider]
    # Neighbors are one apart or mirrored. Where nothing is mirrored, all patches of one size look alike.
    if all(numbers[-1] - numbers[0] == len(numbers) - 1 for numbers in (row_numbers, column_numbers)):
        members = _inner_members(len(row_numbers), len(column_numbers), window)
    else:
        members = _members(row_numbers, column_numbers, window)
    valid = tile.valid[rows.start : rows.stop + wider, columns.start : columns.stop + wider]
    return members if valid.all() else members * valid.ravel()


def _members(row_numbers: Array, column_numbers: Array, window: DualWindow) -> Array:
    # Along each axis 1 = in the outer window, 3 = in the guard too: of both axes, 1 is the ring.
    down, across = (
        outer + np.uint8(2) * guard
        for outer, guard in (window_members(row_numbers, window), window_members(column_numbers, window))
    )
    members = (down[:, None, :, None] & across[None, :, None, :]) == 1
    return np.asarray(members.reshape(members.shape[0] * members.shape[1], -1), dtype=np.float64)


@lru_cache(maxsize=8)
def _inner_members(height: int, width: int, window: DualWindow) -> Array:
    members = _members(np.arange(height), np.arange(width), window)
    members.flags.writeable = False
    return members


def ring_sums(planes: Array, tile: Tile, window: DualWindow) -> Array:
    """Sum planes over the ring of each pixel.

    planes : (height + 2 reach, k, width + 2 reach) float64, 0 where not valid. Returns (k, height, width).
    The sums along an axis are products with a matrix of zeros and ones: unlike running sums they lose nothing
    to cancellation, and do not depend on where the tile begins.
    """
    height, k, width = planes.shape
    outer, guard = (
        matrix_product(
            matrix_product(down.astype(np.float64), planes.reshape(height, k * width)).reshape(-1, width),
            across.T.astype(np.float64),
        )
        for down, across in zip(
            window_members(tile.row_numbers, window), window_members(tile.column_numbers, window)
        )
    )
    return np.asarray((outer - guard).reshape(height - 2 * window.reach, k, -1).transpose(1, 0, 2))
