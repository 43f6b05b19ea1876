"""Hyperbolic anomalous change detection: pixels whose pair of spectra is rare, though each alone is not.

J. Theiler, S. Perkins, "Proposed framework for anomalous change detection", ICML Workshop on Machine Learning
Algorithms for Surveillance and Event Detection, 2006. Misregistration: J. Theiler, B. Wohlberg, "Local coregistration
adjustment for anomalous change detection", IEEE TGRS 50 (2012) 3107-3116.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Optional, Tuple

import numpy as np

from .cube import Array, Cube, restrict_background
from .errors import DataError
from .numerics.statistics import (
    SAME_SPECTRUM,
    Moments,
    gather_moments,
    pilot_mean,
    regularized_covariance,
    squared_mahalanobis,
    whitening,
)
from .run import ALONE, Run
from .threads import CHUNK, map_threads

METHODS = ("hyperbolic", "chronochrome")
_STRONGEST = 1 - 1e-10
"""Correlation at which two directions count as the same."""
_FEW = 10
"""Background pixels a band, below which chance patterns are learned."""


class Pair(Cube):
    """Two cubes of one grid as one: a pixel's spectrum before, then its spectrum after.

    Valid is what is valid at both dates. The dates may differ in bands and units.

    before, after : the cubes. background : (rows, columns) bool, where the background may be learned; all by default.
    Raises DataError where the sizes differ or fewer than two pixels are valid at both dates.
    """

    def __init__(self, before: Cube, after: Cube, background: Optional[Array] = None) -> None:
        if (before.rows, before.columns) != (after.rows, after.columns):
            raise DataError(
                f"The date before has {before.rows} rows and {before.columns} columns, the date after {after.rows} "
                f"and {after.columns}: both must cover the same pixels."
            )
        self.before, self.after = before, after
        self.rows, self.columns = before.rows, before.columns
        self.bands = before.bands + after.bands
        self.valid = before.valid & after.valid
        if self.valid.sum() < 2:
            raise DataError(
                f"At least 2 pixels must be valid at both dates; {int(self.valid.sum())} are: check that both "
                "rasters cover the same place."
            )
        self.background = restrict_background(self.valid, background)
        self.band_numbers = np.arange(1, self.bands + 1)
        self.raster_bands = self.bands
        self.memory_budget = min(before.memory_budget, after.memory_budget)
        self.block_rows = before.block_rows

    def block_height(self, bytes_per_pixel: Optional[int] = None) -> int:
        """Return how many rows fit the budget; whole blocks of the file before where that can be."""
        return self.before.block_height(bytes_per_pixel or self.bands * 24)

    def read_rows(self, start: int, stop: int) -> Array:
        """Return rows [start, stop) as (stop - start, columns, bands) float32, 0 where not valid."""
        both = (self.before.read_rows(start, stop), self.after.read_rows(start, stop))
        pixels = np.concatenate(both, axis=2)
        pixels[~self.valid[start:stop]] = 0
        return np.asarray(pixels)


@dataclass(frozen=True)
class Chunk:
    """Some pixels in canonical coordinates.

    before, after : (n, r), so that their product is the cross term of the score. own_before, own_after : (n,) the
    terms of one date alone.
    """

    before: Array
    after: Array
    own_before: Array
    own_after: Array


@dataclass(frozen=True)
class JointBackground:
    """How the spectra of two dates go together in the background.

    With z = (x, y), covariance S of z and its blocks Sx and Sy, the hyperbolic score is
    z' S^-1 z - x' Sx^-1 x - y' Sy^-1 y. In canonical coordinates u and v of x and y (each white, and correlated only
    in pairs, by rho) it is the sum of (rho^2 (u^2 + v^2) - 2 rho u v) / (1 - rho^2): one short vector a date and pixel,
    whatever the dates are shifted against each other. The chronochrome score, the squared Mahalanobis distance of y
    from what is predicted linearly from x, is the same plus y' Sy^-1 y.

    mean : (bands,) of z. bands_before : how many of them are x's. axes_before, axes_after : (bands of the date, r),
    spectra to u and v times sqrt(rho / (1 - rho^2)). correlations : rho, (r,).
    white_after : (bands after, rank), lower triangular, W W' the inverse of Sy.
    """

    mean: Array
    axes_before: Array
    axes_after: Array
    correlations: Array
    white_after: Array

    def score(self, pair: Pair, method: str = "hyperbolic", shift: int = 0, run: Run = ALONE) -> Array:
        """Return (rows, columns) float32, larger = more anomalous change, NaN where not valid at both dates.

        method : one of `METHODS`. shift : the least score over shifts of a date by up to so many pixels is taken, for
        each date shifted against the other, and of these two the larger: a one-sided least would let every small
        object vanish that is there at the shifted date only, since its neighbors fit.
        """
        scores = np.full((pair.rows, pair.columns), np.nan, dtype=np.float32)
        # Spectra, their float64 copies a chunk at a time, coordinates and their shifted products.
        needed = 8 * pair.bands + 16 * len(self.correlations) + 128
        for block, part in run.blocks(pair, halo=shift, bytes_per_pixel=needed):
            found = self._score_block(block.pixels, block.valid, method, shift, part)
            kept = pair.valid[block.start : block.stop]
            scores[block.start : block.stop][kept] = found[kept]
        return scores

    def _score_block(self, pixels: Array, valid: Array, method: str, shift: int, run: Run) -> Array:
        """Score the rows of a block that are not its halo of `shift` rows: (rows, columns) float64."""
        rows, columns, bands = pixels.shape
        count, size = rows * columns, len(self.correlations)
        spectra = pixels.reshape(count, bands)
        u: Array = np.empty((count, size))
        v: Array = np.empty((count, size))
        own_u: Array = np.empty(count)
        own_v: Array = np.empty(count)
        starts = range(0, count, CHUNK)
        parts = map_threads(lambda start: self._chunk(spectra[start : start + CHUNK], method), starts)
        for start, chunk in zip(starts, parts):
            place = slice(start, start + CHUNK)
            u[place], v[place] = chunk.before, chunk.after
            own_u[place], own_v[place] = chunk.own_before, chunk.own_after
            run.update(0.7 * min(start + CHUNK, count) / count)
        # What is not valid at both dates fits nothing.
        missing = ~valid.ravel()
        own_u[missing] = own_v[missing] = np.inf
        u, v = u.reshape(rows, columns, size), v.reshape(rows, columns, size)
        own_u, own_v = own_u.reshape(rows, columns), own_v.reshape(rows, columns)
        after_shifted = np.full((rows - 2 * shift, columns), np.inf)
        before_shifted = np.full_like(after_shifted, np.inf)
        for here, there in _shifts(rows, columns, shift):
            inner = slice(here[0].start - shift, here[0].stop - shift), here[1]
            for least, fixed, own_fixed, moved, own_moved in (
                (after_shifted, u, own_u, v, own_v),
                (before_shifted, v, own_v, u, own_u),
            ):
                cross = np.einsum("ijk,ijk->ij", fixed[here], moved[there])
                np.fmin(least[inner], own_fixed[here] + own_moved[there] - 2 * cross, out=least[inner])
            run.check_cancelled()
        return np.asarray(np.maximum(after_shifted, before_shifted))

    def _chunk(self, spectra: Array, method: str) -> Chunk:
        bands = len(self.axes_before)
        centered = spectra - self.mean
        u, v = centered[:, :bands] @ self.axes_before, centered[:, bands:] @ self.axes_after
        own_u, own_v = (u**2) @ self.correlations, (v**2) @ self.correlations
        if method == "chronochrome":
            own_v = own_v + squared_mahalanobis(np.ascontiguousarray(centered[:, bands:]), self.white_after)
        return Chunk(u, v, own_u, own_v)


def learn_pairs(pair: Pair, regularization: str = "ledoitwolf", run: Run = ALONE) -> JointBackground:
    """Learn how the spectra of two dates go together, from the background pixels, in two passes.

    regularization : of the covariance of both dates together, see `regularized_covariance`. Each date is first
    divided by the root of its mean band variance, so that the dates' units make no difference to it (ours; `none` is
    not changed by it, nor by any other invertible linear change of a date).
    Raises DataError where a date has the same spectrum everywhere.
    """
    pixels = int(pair.background.sum())
    if pixels < _FEW * pair.bands:
        run.warning(
            f"The background has {pixels} pixels for {pair.bands} bands of both dates: with fewer than {_FEW} a band, "
            "what goes together by chance is learned too; give fewer bands or a larger scene."
        )
    first = pair.before.bands
    scale = _scale(pair, run.part(0.0, 0.3))
    moments: Moments = gather_moments(
        pair, run.part(0.3, 0.95), lambda spectra: spectra * scale, pilot_mean(pair) * scale
    )
    covariance = regularized_covariance(moments, regularization, run)
    white_before = whitening(covariance[:first, :first], run)
    white_after = whitening(covariance[first:, first:], run)
    left, correlations, right = np.linalg.svd(
        white_before.T @ covariance[:first, first:] @ white_after, full_matrices=False
    )
    exact = int((correlations > _STRONGEST).sum())
    if exact:
        run.warning(
            f"The dates agree exactly along {exact} of {len(correlations)} directions: is one a copy of the other?"
        )
    correlations = np.minimum(correlations, _STRONGEST)
    gain = np.sqrt(correlations / ((1 - correlations) * (1 + correlations)))
    run.metric(
        "canonical_correlations", {"highest": float(correlations[0]), "lowest": float(correlations[-1])}
    )
    run.update(1.0)
    return JointBackground(
        moments.mean / scale,
        scale[:first, None] * (white_before @ left) * gain,
        scale[first:, None] * (white_after @ right.T) * gain,
        correlations,
        scale[first:, None] * white_after,
    )


def _scale(pair: Pair, run: Run) -> Array:
    """Return what each band is multiplied by, (bands,): one over the root of its date's mean band variance."""
    pilot = pilot_mean(pair)
    total, squares, count = np.zeros(pair.bands), np.zeros(pair.bands), 0
    for block, _ in run.blocks(pair):
        spectra = pair.learning_spectra(block)
        for start in range(0, len(spectra), CHUNK):
            centered = spectra[start : start + CHUNK] - pilot
            total += centered.sum(axis=0)
            squares += np.einsum("ij,ij->j", centered, centered)
        count += len(spectra)
    variances = squares / count - (total / count) ** 2
    scale = np.empty(pair.bands)
    for date in (slice(0, pair.before.bands), slice(pair.before.bands, None)):
        mean = float(variances[date].mean())
        if mean <= (float(np.abs(pilot[date]).max()) * 1e-12) ** 2:
            raise DataError(SAME_SPECTRUM)
        scale[date] = 1 / np.sqrt(mean)
    return scale


def _shifts(rows: int, columns: int, shift: int) -> Iterator[Tuple[Tuple[slice, slice], Tuple[slice, slice]]]:
    """Yield pixels without the halo of `shift` rows, and the same pixels moved, for every shift: rows and columns."""
    for down in range(-shift, shift + 1):
        for right in range(-shift, shift + 1):
            left, end = max(0, -right), columns - max(0, right)
            if left < end:
                here = slice(shift, rows - shift), slice(left, end)
                there = slice(shift + down, rows - shift + down), slice(left + right, end + right)
                yield here, there
