"""K-means: Lloyd's iterations from k-means++ seeds, with bounded memory."""

from __future__ import annotations

from typing import Iterator, Tuple

import numpy as np

from ..cube import Array
from ..run import ALONE, Run
from .matrix_product import matrix_product

ITERATIONS = 100
_CHUNK_BYTES = 32 * 2**20


def nearest_center(points: Array, centers: Array) -> Array:
    """Return the index of the center nearest to every point, (n_points,) int; the first one of equals.

    points : (n_points, features). centers : (k, features) float64.
    """
    labels = np.empty(len(points), dtype=np.intp)
    for rows in _chunks(len(points), len(centers) + points.shape[1]):
        labels[rows] = _nearest(points[rows], centers)
    return labels


def k_means(
    points: Array, clusters: int, seed: int = 0, iterations: int = ITERATIONS, run: Run = ALONE
) -> Array:
    """Return the centers of at most `clusters` clusters, (k, features) float64.

    points : (n_points, features), finite; they are compared in their own precision. Fewer centers come back where
    the points have fewer distinct values.
    S. P. Lloyd, IEEE Trans. Information Theory 28 (1982) 129-137, from the seeds of D. Arthur and
    S. Vassilvitskii, SODA 2007. Time O(n_points k features) an iteration; stops when no label changes.
    """
    shift = points.mean(axis=0, dtype=np.float64).astype(points.dtype)
    centered = points - shift
    # So that no square overflows single precision, as that of an undeclared fill value would.
    scale = float(np.abs(centered).max()) or 1.0
    centered /= centered.dtype.type(scale)
    centers = seed_centers(centered, clusters, seed)
    labels = np.full(len(points), -1, dtype=np.intp)
    sums, counts = np.zeros_like(centers), np.zeros((len(centers), 1))
    for iteration in range(iterations):
        run.update(iteration / iterations)
        found = np.empty_like(labels)
        for rows in _chunks(len(points), len(centers)):
            found[rows] = _nearest(centered[rows], centers.astype(points.dtype))
        # Only points that changed sides change a mean: few of them after the first iterations.
        moved = np.flatnonzero(found != labels)
        if len(moved) == 0:
            break
        for sides, sign in ((found[moved], 1), (labels[moved], -1)):
            known, order, starts = _sorted(sides)
            if known[0] >= 0:
                sums[known] += sign * np.add.reduceat(
                    centered[moved[order]], starts, axis=0, dtype=np.float64
                )
                counts[known, 0] += sign * np.diff(starts, append=len(order))
        labels = found
        # An empty cluster keeps its center.
        centers = np.where(counts > 0, sums / np.maximum(counts, 1), centers)
    run.update(1.0)
    return np.asarray(centers * scale + shift)


def by_label(labels: Array) -> Iterator[Tuple[int, Array]]:
    """Yield every label that occurs among (n,) int, and where it does, both in rising order."""
    if len(labels) > 0:
        known, order, starts = _sorted(labels)
        yield from zip(known, np.split(order, starts[1:]))


def seed_centers(points: Array, clusters: int, seed: int) -> Array:
    """Draw k-means++ seeds: each point with a chance that grows as its squared distance to the drawn ones."""
    generator = np.random.default_rng(seed)
    chosen = [int(generator.integers(len(points)))]
    distances = _squared(points, points[chosen[0]])
    while len(chosen) < clusters and distances.max() > 0:
        running = np.cumsum(distances, dtype=np.float64)
        chosen.append(int(np.searchsorted(running, generator.random() * running[-1], side="right")))
        distances = np.minimum(distances, _squared(points, points[chosen[-1]]))
    return np.asarray(points[chosen], dtype=np.float64)


def _squared(points: Array, center: Array) -> Array:
    difference = points - center
    return np.asarray(np.einsum("ij,ij->i", difference, difference))


def _sorted(labels: Array) -> Tuple[Array, Array, Array]:
    """Sort (n,) labels, n > 0: return those that occur, the order, and where each begins in it."""
    order = np.argsort(labels, kind="stable")
    ordered = labels[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return ordered[starts], order, starts


def _nearest(points: Array, centers: Array) -> Array:
    # (|x - c|^2 - |x - o|^2) / 2, with o the centers' mean: the nearest is the same, and where values are large and
    # centers near each other nothing is lost.
    origin = centers.mean(axis=0)
    apart = centers - origin
    half = 0.5 * np.einsum("ij,ij->i", apart, centers + origin)
    return np.asarray(np.argmin(half - matrix_product(points, apart.T), axis=1))


def _chunks(points: int, numbers: int) -> Iterator[slice]:
    """Cut the points so that `numbers` float64 a point stay small."""
    height = max(1, _CHUNK_BYTES // (8 * numbers))
    for start in range(0, points, height):
        yield slice(start, start + height)
