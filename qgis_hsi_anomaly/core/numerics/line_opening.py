"""Line openings of images, and their residue: what is compact stands out of it, large areas, roads and edges do not."""

from __future__ import annotations

import math
from typing import Callable, Sequence

import numpy as np

from ..cube import Array
from ..threads import map_threads

_STRIP = 512
"""Rows that a thread opens at a time."""
_DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))


def line_residue(image: Array, valid: Array, lengths: Sequence[int]) -> Array:
    """Return how far an image stands out of its openings by lines, added up over `lengths`, (rows, columns), >= 0.

    image, valid, lengths : see `line_opening`. 0 where not valid.
    """
    found = np.zeros_like(image)
    for length in lengths:
        found += image - line_opening(image, valid, length)
    return found


def line_opening(image: Array, valid: Array, length: int) -> Array:
    """Return the highest of the openings by lines in four directions, (rows, columns), nowhere above the image.

    image : (rows, columns), finite where `valid`; what it holds elsewhere does not matter, and stays. length : of the
    lines in pixels, odd; diagonal ones have as many pixels as span that distance. Roads and edges of large areas stay,
    what is shorter in every direction goes. A line may end outside of the image, or in pixels that are not valid, with
    less than half of its length: as if what it follows went on. P. Soille, H. Talbot, IEEE Trans. PAMI 23 (2001)
    1313-1329.
    """
    half = length // 2
    reaches = []
    for down, right in _DIRECTIONS:
        reach = half if down == 0 or right == 0 else round(half / math.sqrt(2))
        # A longer line covers no more of the image.
        reaches.append(min([reach, *(side - 1 for side, step in zip(image.shape, (down, right)) if step)]))

    def opened(start: int) -> Array:
        # What an opening makes of a row depends on two reaches of rows on both sides.
        low, stop = max(start - 2 * half, 0), start + _STRIP
        rows = slice(low, stop + 2 * half)
        return _opened(image[rows], valid[rows], reaches)[start - low : stop - low]

    found = np.empty_like(image)
    starts = range(0, len(image), _STRIP)
    for start, strip in zip(starts, map_threads(opened, starts)):
        found[start : start + _STRIP] = strip
    return found


def _opened(image: Array, valid: Array, reaches: Sequence[int]) -> Array:
    """Return the openings of one strip. reaches : how far lines reach from their middle, for each direction."""
    opened = np.full_like(image, -np.inf)
    beyond = np.where(valid, image, np.inf).astype(image.dtype)
    for (down, right), reach in zip(_DIRECTIONS, reaches):
        border = ((reach * abs(down),) * 2, (reach * abs(right),) * 2)
        padded = np.pad(beyond, border, constant_values=np.inf)
        eroded = _along(np.minimum, padded, down, right, 2 * reach + 1)
        padded = np.pad(np.where(valid, eroded, -np.inf), border, constant_values=-np.inf)
        np.maximum(opened, _along(np.maximum, padded, down, right, 2 * reach + 1), out=opened)
    return np.where(valid, opened, image)


def _along(extreme: Callable[..., Array], image: Array, down: int, right: int, count: int) -> Array:
    """Return the extreme of `count` pixels along a direction, for those places where all lie in the image."""
    if right < 0:
        return _along(extreme, image[:, ::-1], down, -right, count)[:, ::-1]
    covered = 1
    while covered < count:
        step = min(covered, count - covered)
        ahead = image[down * step :, right * step :]
        image = extreme(image[: ahead.shape[0], : ahead.shape[1]], ahead)
        covered += step
    return image
