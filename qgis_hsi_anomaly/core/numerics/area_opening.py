"""Area openings of images: bright parts no larger than an area are lowered to what surrounds them.

The tree of bright parts (max-tree: P. Salembier, A. Oliveras, L. Garrido, IEEE Trans. Image Processing 7 (1998)
555-570) is built from the brightest level downwards, all pixels of a level at once, so that numpy and scipy do. For
that an image is cut into levels first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from ..cube import Array
from .ranks import rank_normal

LEVELS = 512


def rank_levels(values: Array, levels: int = LEVELS) -> Array:
    """Return the levels of finite values, (n,) int16 from 0: evenly spaced in normal scores. Needs scipy.

    Most levels are so spent on the few brightest and darkest pixels, which tell one part from another.
    """
    normal = rank_normal(values)
    low, high = normal.min(), normal.max()
    if high == low:
        return np.zeros(len(values), dtype=np.int16)
    return np.asarray(np.rint((normal - low) * ((levels - 1) / (high - low))), dtype=np.int16)


def area_openings(level: Array, areas: Sequence[int]) -> Array:
    """Return the image with 4-connected bright parts of at most so many pixels lowered, (areas, rows, columns) int16.

    level : (rows, columns) int16, at least 0; negative where there is no pixel. A pixel gets the highest level at which
    its part has more than `area` pixels; groups of no more than `area` pixels in all stay as they are.
    """
    known = level >= 0
    opened = np.repeat(level[None], len(areas), axis=0)
    if known.any():
        tree = _bright_parts(level)
        for one, area in zip(opened, areas):
            found = tree.opened(area)
            large = known & (found >= 0)
            one[large] = found[large]
    return opened


@dataclass(frozen=True)
class _BrightParts:
    """The parts of an image, level by level: `parent` is the part around one at a lower level, itself for the last.

    pixel : (rows, columns) int32, the part each pixel belongs to at its own level. level : (parts,) int16. The others :
    (parts,) int32. Numbers this small are half the memory and a third less time.
    """

    pixel: Array
    level: Array
    size: Array
    parent: Array

    def opened(self, area: int) -> Array:
        """Return the highest level at which a pixel's part is larger than `area`, -1 where none is."""
        target = np.where(self.size > area, np.arange(len(self.parent), dtype=np.int32), self.parent)
        while True:
            further = target[target]
            if np.array_equal(further, target):
                break
            target = further
        return np.asarray(np.where(self.size > area, self.level, np.int16(-1))[target][self.pixel])


def _bright_parts(level: Array) -> _BrightParts:
    """Build the tree: sets of connected pixels grow and unite as the level falls."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    padded = np.pad(level, 1, constant_values=-1)
    height = padded.ravel()
    pixels = np.flatnonzero(height >= 0).astype(np.int32)
    pixels = pixels[np.argsort(-height[pixels], kind="stable")]
    stops = np.flatnonzero(np.diff(height[pixels], append=np.int16(-1))) + 1
    beside = np.array([-padded.shape[1], -1, 1, padded.shape[1]], dtype=np.int32)

    leader = np.arange(
        height.size, dtype=np.int32
    )  # stands for a set, found in a few steps from each of its pixels
    size = np.ones(height.size, dtype=np.int32)  # of a leader's set
    part = np.full(height.size, -1, dtype=np.int32)  # of a leader's set; it has none before its first level
    own = np.zeros(height.size, dtype=np.int32)
    place = np.empty(height.size, dtype=np.int32)
    size_of, parent = (np.empty(len(pixels), dtype=np.int32) for _ in range(2))
    level_of = np.empty(len(pixels), dtype=np.int16)
    ones = np.ones(4 * max(np.diff(stops, prepend=0)))
    parts = 0
    for start, stop in zip([0, *stops[:-1]], stops):
        new = pixels[start:stop]
        neighbors = new[:, None] + beside
        linked = height[neighbors] >= height[new[0]]
        sets = np.concatenate([new, _leaders(leader, neighbors[linked])])
        # A set may stand in `sets` more than once: only its first place counts, and new pixels come first.
        place[sets[::-1]] = np.arange(len(sets) - 1, -1, -1, dtype=np.int32)
        inside = place[sets]
        begins = np.full(len(sets) + 1, len(sets) - len(new), dtype=np.int32)
        begins[: len(new) + 1] = np.concatenate([[0], np.cumsum(linked.sum(axis=1))])
        graph = csr_matrix((ones[: begins[-1]], inside[len(new) :], begins), shape=(len(sets), len(sets)))
        united = connected_components(graph, directed=False)[1]

        # Each set that grew has a new pixel.
        grew = np.zeros(united.max() + 1, dtype=np.int32)
        grew[united[: len(new)]] = 1
        once = np.flatnonzero(inside == np.arange(len(sets)))
        sets, into = sets[once], (np.cumsum(grew) - 1)[united[once]]
        # The largest of the sets leads, so that ways to leaders stay short.
        order = np.argsort(size[sets], kind="stable")
        leads = np.empty(grew.sum(), dtype=np.int32)
        leads[into[order]] = sets[order]
        total = np.bincount(into, weights=size[sets]).astype(np.int32)

        found = np.arange(parts, parts + len(leads), dtype=np.int32)
        had = part[sets] >= 0
        parent[part[sets[had]]] = found[into[had]]
        leader[sets] = leads[into]
        size[leads], part[leads] = total, found
        level_of[found], size_of[found], parent[found] = height[new[0]], total, found
        own[new] = part[leader[new]]
        parts += len(leads)
    inner = own.reshape(padded.shape)[1:-1, 1:-1]
    return _BrightParts(inner, level_of[:parts], size_of[:parts], parent[:parts])


def _leaders(leader: Array, pixels: Array) -> Array:
    """Follow leaders to the last, and remember the last for these pixels."""
    found = leader[pixels]
    while True:
        further = leader[found]
        if np.array_equal(further, found):
            leader[pixels] = found
            return np.asarray(found)
        found = further
