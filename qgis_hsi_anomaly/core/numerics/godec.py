"""GoDec: spectra divided into a low-rank background, a few large deviations, and noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Tuple

import numpy as np

from ..cube import Array, Cube
from ..run import ALONE, Run
from .matrix_product import matrix_product
from .sampling import sample_spectra
from .statistics import check_varies, gather_moments, vary

SAMPLE_VALUES = 10**7
"""Band values (pixels times bands) of the background the decomposition is learned from, at most."""
ITERATIONS = 10
POWER = 2
"""Products with X'X that sharpen the random projection: 2 is the published power scheme with q = 1."""
CONVERGED = 1e-3
"""Relative change of the noise's norm below which the iterations stop."""


@dataclass(frozen=True)
class GoDec:
    """X - mean = L + S + N, with L of rank r and S the largest entries of what L leaves, for any pixels.

    Every iteration projects X - S on r axes and takes into S the entries of the rest above a threshold. Axes and
    thresholds of all iterations are kept: a pixel is divided by going through them again, so that nothing is
    stored a pixel and the rows may come in blocks, or from another raster.

    mean : (bands,). axes : (iterations, bands, r), orthonormal columns. thresholds : (iterations,). All float64.
    """

    mean: Array
    axes: Array
    thresholds: Array

    def divide(self, spectra: Array) -> Tuple[Array, Array]:
        """Return L with the mean added, and S, each (n_pixels, bands) float64."""
        centered = spectra - self.mean
        sparse = np.zeros_like(centered)
        low = sparse
        for axes, threshold in zip(self.axes, self.thresholds):
            low = matrix_product(matrix_product(centered - sparse, axes), axes.T)
            sparse = centered - low
            sparse[np.abs(sparse) < threshold] = 0.0
        return low + self.mean, sparse

    def arrays(self) -> Dict[str, Array]:
        """Return what a model file must hold."""
        return {"mean": self.mean, "axes": self.axes, "thresholds": self.thresholds}


def learn_godec(
    cube: Cube,
    rank: int,
    fraction: float,
    energy: float,
    seed: int,
    run: Run = ALONE,
    left: int = 0,
) -> GoDec:
    """Learn the decomposition from a random sample of the background: all of it up to 10^7 band values.

    rank : of L; 0 takes the fewest components that hold the fraction `energy` of the variance.
    fraction : of all entries that go into S. left : directions, of those in which the background varies, that L must
    leave to S and N. Where `energy` needs more, the background is of no low rank and L is its mean; a higher rank
    that was asked for is lowered. A warning says so. Two passes over the data. DataError where nothing varies.
    """
    moments = gather_moments(cube, run.part(0.0, 0.4))
    check_varies(moments)
    count = max(SAMPLE_VALUES // cube.bands, 1)
    sample = sample_spectra(cube, count, seed, run.part(0.4, 0.6))
    centered = sample - moments.mean
    values = np.maximum(np.linalg.eigvalsh(moments.covariance)[::-1], 0.0)
    varying = int(vary(values).sum())
    most = varying - left
    if rank > most:
        run.warning(f"RANK {rank} is too high where {varying} directions vary: {most} was used.")
        rank = most
    elif rank == 0:
        rank = int(np.searchsorted(np.cumsum(values) / values.sum(), energy) + 1)
        if rank > most:
            run.warning(
                f"No low rank holds {energy:.1%} of the background's variance: deviations are measured from its mean."
            )
            rank = 0
        else:
            run.message(f"Rank {rank} of the background holds {energy:.1%} of the variance.")
        run.metric("rank", rank)
    axes, thresholds = godec(centered, rank, fraction, seed, run.part(0.6, 1.0))
    return GoDec(moments.mean, axes, thresholds)


def sample_bytes(cube: Cube) -> int:
    """Return about how many bytes `learn_godec` takes: six float64 a value of the sample."""
    return 48 * min(SAMPLE_VALUES, int(np.count_nonzero(cube.background)) * cube.bands)


def godec(pixels: Array, rank: int, fraction: float, seed: int = 0, run: Run = ALONE) -> Tuple[Array, Array]:
    """Return axes (iterations, bands, rank) and thresholds (iterations,) of the decomposition of `pixels`.

    pixels : (n_pixels, bands) float64, mean taken off (a departure: an offset of all bands then changes nothing).
    fraction : of the n_pixels * bands entries that go into S. T. Zhou, D. Tao, ICML 2011, 33-40: bilateral random
    projections A = X'X ... G of a Gaussian matrix G, orthonormalized, in place of singular vectors; at most
    10 iterations. Time O(n_pixels bands rank) an iteration.
    """
    random = np.random.default_rng(seed)
    kept = int(fraction * pixels.size)
    # Three arrays of the sample's size, written again and again: new ones would take longer than the arithmetic.
    rest, sparse, sizes = pixels.copy(), np.empty_like(pixels), np.empty_like(pixels)
    all_axes: List[Array] = []
    thresholds: List[float] = []
    before = np.inf
    for iteration in range(ITERATIONS):
        run.update(iteration / ITERATIONS)
        basis = random.normal(size=(pixels.shape[1], rank))
        for _ in range(POWER):
            basis = matrix_product(rest.T, matrix_product(rest, basis))
        axes = np.linalg.qr(basis)[0]
        low = np.matmul(rest @ axes, axes.T, out=rest)
        np.subtract(pixels, low, out=sparse)
        np.abs(sparse, out=sizes)
        threshold = _threshold(sizes, kept)
        noise = sizes < threshold
        all_axes.append(axes)
        thresholds.append(threshold)
        np.copyto(sparse, 0.0, where=noise)
        norm = float(np.linalg.norm(np.multiply(sizes, noise, out=sizes)))
        if abs(before - norm) <= CONVERGED * norm:
            break
        before = norm
        np.subtract(pixels, sparse, out=rest)
    run.update(1.0)
    return np.stack(all_axes), np.array(thresholds)


def _threshold(sizes: Array, kept: int) -> float:
    """Return a value below the `kept` largest sizes and above the others: midway, so that rounding decides nothing."""
    if kept == 0:
        return float("inf")
    if kept >= sizes.size:
        return 0.0
    place = sizes.size - kept
    ordered = np.partition(sizes, [place - 1, place], axis=None)
    return float((ordered[place - 1] + ordered[place]) / 2)
