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
    """Return the levels of finite values, (n,) int64 from 0: evenly spaced in normal scores. Needs scipy.

    Most levels are so spent on the few brightest and darkest pixels, which tell one part from another.
    """
    normal = rank_normal(values)
    low, high = normal.min(), normal.max()
    if high == low:
        return np.zeros(len(values), dtype=np.int64)
    return np.asarray(np.rint((normal - low) / (high - low) * (levels - 1)), dtype=np.int64)


def area_openings(level: Array, areas: Sequence[int]) -> Array:
    """Return the image with 4-connected bright parts of at most so many pixels lowered, (areas, rows, columns) int64.

    level : (rows, columns) int64, at least 0; negative where there is no pixel. A pixel gets the highest level at which
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

    pixel : (rows, columns) int64, the part each pixel belongs to at its own level. The others : (parts,) int64.
    """

    pixel: Array
    level: Array
    size: Array
    parent: Array

    def opened(self, area: int) -> Array:
        """Return the highest level at which a pixel's part is larger than `area`, -1 where none is."""
        target = np.where(self.size > area, np.arange(len(self.parent)), self.parent)
        while True:
            further = target[target]
            if np.array_equal(further, target):
                break
            target = further
        return np.asarray(np.where(self.size > area, self.level, -1)[target][self.pixel])


def _bright_parts(level: Array) -> _BrightParts:
    """Build the tree: sets of connected pixels grow and unite as the level falls."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    padded = np.pad(level, 1, constant_values=-1)
    height = padded.ravel()
    pixels = np.flatnonzero(height >= 0)
    pixels = pixels[np.argsort(-height[pixels], kind="stable")]
    stops = np.flatnonzero(np.diff(height[pixels], append=-1)) + 1
    beside = np.array([-padded.shape[1], -1, 1, padded.shape[1]])

    leader = np.arange(height.size)  # stands for a set, found in a few steps from each of its pixels
    size = np.ones(height.size, dtype=np.int64)  # of a leader's set
    part = np.full(height.size, -1)  # of a leader's set; it has none before its first level
    own = np.zeros(height.size, dtype=np.int64)
    place = np.empty(height.size, dtype=np.int64)
    level_of, size_of, parent = (np.empty(len(pixels), dtype=np.int64) for _ in range(3))
    parts = 0
    for start, stop in zip([0, *stops[:-1]], stops):
        new = pixels[start:stop]
        neighbors = new[:, None] + beside
        linked = height[neighbors] >= height[new[0]]
        sets = np.concatenate([new, _leaders(leader, neighbors[linked])])
        place[sets] = np.arange(len(sets))
        inside = place[sets]
        edges = np.nonzero(linked)[0], inside[len(new) :]
        edges = inside[edges[0]], edges[1]
        graph = coo_matrix((np.ones(len(edges[0]), dtype=np.int8), edges), shape=(len(sets), len(sets)))
        united = connected_components(graph, directed=False)[1]

        # A set may stand in `sets` more than once: only its last place counts. Each one that grew has a new pixel.
        grew = np.zeros(united.max() + 1, dtype=np.int64)
        grew[united[inside[: len(new)]]] = 1
        once = np.flatnonzero(inside == np.arange(len(sets)))
        sets, into = sets[once], (np.cumsum(grew) - 1)[united[once]]
        # The largest of the sets leads, so that ways to leaders stay short.
        order = np.argsort(size[sets], kind="stable")
        leads = np.empty(grew.sum(), dtype=np.int64)
        leads[into[order]] = sets[order]
        total = np.bincount(into, weights=size[sets]).astype(np.int64)

        found = np.arange(parts, parts + len(leads))
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
