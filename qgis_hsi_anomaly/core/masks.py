"""Pixels that a product itself marks: kinds of marks, and a margin around them."""

from __future__ import annotations

import numpy as np

from .cube import Array

KINDS = {
    "nodata": "without data",
    "cloud": "cloud",
    "cirrus": "cirrus",
    "haze": "haze",
    "shadow": "shadow of a cloud",
    "saturated": "saturated",
    "bad": "bad pixel",
}
"""What a mark says of a pixel, by its name: such pixels are not valid unless somebody lets them in."""


def grow(marked: Array, pixels: int) -> Array:
    """Return (rows, columns) bool, true within `pixels` rows and columns of a true one."""
    for axis in (0, 1):
        grown = marked.copy()
        for step in range(1, pixels + 1):
            ahead = [slice(None)] * 2
            behind = [slice(None)] * 2
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            grown[tuple(ahead)] |= marked[tuple(behind)]
            grown[tuple(behind)] |= marked[tuple(ahead)]
        marked = grown
    return np.asarray(marked)
