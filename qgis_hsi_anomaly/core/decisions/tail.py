"""A generalised Pareto distribution for the upper tail of a background's scores, targets left out.

J. B. Broadwater, R. Chellappa, "Adaptive threshold estimation via extreme value theory", IEEE Trans. Signal
Processing 58 (2010) 490-500: while a Kolmogorov-Smirnov test refuses the fit, the largest scores are taken for
targets and dropped. Fitted as in J. Zhang, M. A. Stephens, Technometrics 51 (2009) 316-325.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

import numpy as np

from ..cube import Array
from ..errors import DataError
from .scores import Largest

SHARE = 0.1
"""Share of the pixels that make up the tail."""
MOST = 2_000_000
"""Scores of a tail, at most."""
_FEWEST = 30
_SIGNIFICANCE = 0.05
_STEP = 0.01
_TESTED = 1000
"""Size of sample the test is made for: with millions of scores it would refuse every fit."""
_SLACK = 4.0
"""The fit may take no more than this many times the asked share of all pixels: an upper bound of the false alarms
that holds without any model, since no more pixels than are flagged can be false alarms."""
_TOO_MANY = 100.0
_LEAST_P = 1e-12


@dataclass(frozen=True)
class Tail:
    """The share of background pixels above a score s: share (1 + shape (s - start) / scale) ** (-1 / shape).

    start : score where the tail begins. share : of the background above it. dropped : how many of the largest scores
    were taken for targets. groups : how many of the scores count as independent. pixels : scores in all.
    """

    start: float
    share: float
    shape: float
    scale: float
    dropped: int
    groups: int
    pixels: int

    def threshold(self, rate: float) -> float:
        """Return the score above which a share `rate` of the background lies."""
        return self.start + self.scale * _growth(np.log(self.share / rate), self.shape)

    def p_value(self, scores: Array) -> Array:
        """Return the share of the background at or above scores (n,); `share` where they are below the tail."""
        over = np.maximum(np.asarray(scores, dtype=np.float64) - self.start, 0) / self.scale
        if abs(self.shape) < 1e-9:
            return np.asarray(np.maximum(self.share * np.exp(-over), _LEAST_P))
        inside = np.maximum(1 + self.shape * over, 0)
        with np.errstate(divide="ignore"):
            return np.asarray(np.maximum(self.share * inside ** (-1 / self.shape), _LEAST_P))

    def interval(self, rate: float) -> Tuple[float, float]:
        """Return 95 % bounds of the threshold, from the fit's own uncertainty (delta method)."""
        log, xi, sigma, n = np.log(self.share / rate), max(self.shape, -0.45), self.scale, max(self.groups, 1)
        by_scale, step = _growth(log, xi), 1e-5
        by_shape = sigma * (_growth(log, xi + step) - _growth(log, xi - step)) / (2 * step)
        # Asymptotic covariance of the maximum likelihood estimates (R. L. Smith, 1987).
        variance = (
            (1 + xi)
            / n
            * ((1 + xi) * by_shape**2 - 2 * sigma * by_shape * by_scale + 2 * sigma**2 * by_scale**2)
        )
        # Of the logarithm of what lies above the start, so that no bound falls below it.
        over = max(self.threshold(rate) - self.start, 1e-300)
        factor = float(np.exp(1.96 * np.sqrt(max(variance, 0.0)) / over))
        return self.start + over / factor, self.start + over * factor


def fit_tail(largest: Largest, groups: int = 0) -> Tail:
    """Fit the tail of a map to its largest scores: `SHARE` of all pixels, `MOST` at most.

    groups : how many separate groups of pixels lie in the tail, since neighbors are not independent.
    Raises DataError where too few scores lie in the tail, or they are all equal.
    """
    count = tail_size(largest.pixels)
    start = float(largest.values[count]) if count < len(largest.values) else float(largest.values[-1])
    over = largest.values[:count] - start
    over = over[over > 0][::-1]
    if len(over) < _FEWEST or over[0] == over[-1]:
        raise DataError(
            f"The tail holds {len(over)} scores above its start, a fit needs {_FEWEST} that differ: use METHOD "
            f"quantile or budget."
        )
    step, least = max(1, int(_STEP * len(over))), len(over) // 2
    kept = over
    while True:
        shape, scale = _fit(kept)
        if len(kept) - step < least or _fits(kept, shape, scale):
            break
        kept = kept[: len(kept) - step]
    kept = _without_outliers(kept, least)
    shape, scale = _fit(kept)
    dropped = len(over) - len(kept)
    pixels = largest.pixels - dropped
    independent = round(groups * len(kept) / len(over)) if groups else len(kept)
    return Tail(start, len(kept) / pixels, shape, scale, dropped, independent, largest.pixels)


def _without_outliers(kept: Array, least: int) -> Array:
    """Return the rising scores without those that lie far beyond the fit: too few for the test of the whole to see.

    The i-th largest goes, and all above it, where there are `_TOO_MANY` times as many as the fit expects.
    """
    while len(kept) > least:
        shape, scale = _fit(kept)
        top = kept[::-1][: len(kept) - least]
        expected = len(kept) * Tail(0.0, 1.0, shape, scale, 0, 1, 1).p_value(top)
        too_many = np.flatnonzero(expected * _TOO_MANY < np.arange(1, len(top) + 1))
        if not len(too_many):
            break
        kept = kept[: len(kept) - (too_many[-1] + 1)]
    return kept


def bounded_threshold(tail: Tail, largest: Largest, rate: float) -> float:
    """Return the tail's threshold, kept where at least `rate` and at most `_SLACK` times it of all pixels lie above."""
    least, most = largest.quantile(_SLACK * rate), largest.quantile(rate)
    return min(max(tail.threshold(rate), least), most)


def tail_size(pixels: int) -> int:
    """Return how many of so many scores make up the tail."""
    return min(int(SHARE * pixels), MOST)


def _growth(log: float, shape: float) -> float:
    return float(log) if abs(shape) < 1e-9 else float(np.expm1(shape * log) / shape)


def _fit(over: Array) -> Tuple[float, float]:
    """Return shape and scale for what scores lie over the start by, (n,), rising and positive."""
    n = len(over)
    if n > 20 * _TESTED:
        # The estimate is settled long before: every so manyth will do.
        over = over[:: n // (10 * _TESTED)]
        n = len(over)
    trials = 20 + int(np.sqrt(n))
    quartile = over[int(n / 4 + 0.5) - 1]
    rates = (1 - np.sqrt(trials / (np.arange(1, trials + 1) - 0.5))) / (3 * quartile) + 1 / over[-1]
    shapes = np.log1p(-rates[:, None] * over).mean(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        likelihoods = n * (np.log(-rates / shapes) - shapes - 1)
    likelihoods[~np.isfinite(likelihoods)] = -np.inf
    weights = np.exp(likelihoods - likelihoods.max())
    rate = float((rates * weights).sum() / weights.sum())
    shape = float(np.log1p(-rate * over).mean())
    return shape, -shape / rate


def _fits(over: Array, shape: float, scale: float) -> bool:
    """Tell whether a Kolmogorov-Smirnov test accepts the fit."""
    from scipy.special import kolmogorov

    n = len(over)
    distribution = Tail(0.0, 1.0, shape, scale, 0, n, n)
    cumulative = 1 - distribution.p_value(over)
    steps = np.arange(n + 1) / n
    distance = max(float((steps[1:] - cumulative).max()), float((cumulative - steps[:-1]).max()))
    size = np.sqrt(min(n, _TESTED))
    return bool(kolmogorov((size + 0.12 + 0.11 / size) * distance) >= _SIGNIFICANCE)
