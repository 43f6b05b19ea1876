"""K-means: Lloyd's iterations from k-means++ seeds, with bounded memory."""

from __future__ import annotations

from typing import Iterator

import numpy as np

from .cube import Array
from .progress import SILENT, Progress

ITERATIONS = 100
_CHUNK_BYTES = 32 * 2**20


def nearest_centre(points: Array, centres: Array) -> Array:
    """Return the index of the centre nearest to every point, (n_points,) int; the first one of equals.

    points : (n_points, features). centres : (k, features).
    """
    # |x - c|^2 without |x|^2, which is the same for all centres.
    half = 0.5 * np.einsum("ij,ij->i", centres, centres)
    labels = np.empty(len(points), dtype=np.intp)
    for rows in _chunks(len(points), len(centres) + points.shape[1]):
        labels[rows] = np.argmin(half - points[rows] @ centres.T, axis=1)
    return labels


def k_means(
    points: Array, clusters: int, seed: int = 0, iterations: int = ITERATIONS, progress: Progress = SILENT
) -> Array:
    """Return the centres of at most `clusters` clusters, (k, features) float64.

    points : (n_points, features), finite. Fewer centres come back where the points have fewer distinct values.
    S. P. Lloyd, IEEE Trans. Information Theory 28 (1982) 129-137, from the seeds of D. Arthur and
    S. Vassilvitskii, SODA 2007. Time O(n_points k features) an iteration; stops when no label changes.
    """
    shift = points.mean(axis=0, dtype=np.float64)
    centred = points - shift
    centres = seed_centres(centred, clusters, seed)
    labels = np.full(len(points), -1, dtype=np.intp)
    for iteration in range(iterations):
        progress.update(iteration / iterations)
        found = nearest_centre(centred, centres)
        if np.array_equal(found, labels):
            break
        labels = found
        centres = _means(centred, labels, centres)
    progress.update(1.0)
    return np.asarray(centres + shift)


def seed_centres(points: Array, clusters: int, seed: int) -> Array:
    """Draw k-means++ seeds: each point with a chance that grows as its squared distance to the drawn ones."""
    generator = np.random.default_rng(seed)
    chosen = [int(generator.integers(len(points)))]
    distances = _squared(points, points[chosen[0]])
    while len(chosen) < clusters and distances.max() > 0:
        running = np.cumsum(distances, dtype=np.float64)
        chosen.append(int(np.searchsorted(running, generator.random() * running[-1], side="right")))
        distances = np.minimum(distances, _squared(points, points[chosen[-1]]))
    return np.asarray(points[chosen], dtype=np.float64)


def _squared(points: Array, centre: Array) -> Array:
    difference = points - centre
    return np.asarray(np.einsum("ij,ij->i", difference, difference))


def _means(points: Array, labels: Array, centres: Array) -> Array:
    """Mean of every cluster's points; an empty cluster keeps its centre."""
    counts = np.bincount(labels, minlength=len(centres))
    sums = np.stack(
        [np.bincount(labels, weights=column, minlength=len(centres)) for column in points.T], axis=1
    )
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)


def _chunks(points: int, numbers: int) -> Iterator[slice]:
    """Cut the points so that `numbers` float64 a point stay small."""
    height = max(1, _CHUNK_BYTES // (8 * numbers))
    for start in range(0, points, height):
        yield slice(start, start + height)
