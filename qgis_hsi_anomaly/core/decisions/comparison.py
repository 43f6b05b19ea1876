"""What several score maps of one scene have in common: ranks, alarms at an equal rate, the highest pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Sequence, Tuple

import numpy as np

from ..cube import Array
from ..errors import DataError
from ..metrics import figures, label_scores, roc
from ..numerics.ranks import average_ranks
from ..run import ALONE, Run

TOP = 100
"""How many of the highest pixels of each map are looked for among those of the others."""
_AT_ONCE = 2**18
"""Pixels of all maps whose float64 copies are made at a time."""
_CURVE_POINTS = 600
"""Rates of false alarms at which a curve is kept."""


@dataclass(frozen=True)
class Comparison:
    """Figures of k maps over the n pixels that are valid in all of them.

    valid : (rows, columns) bool, with n pixels True.
    above : (k, n) float32, in row order, the share of the pixels that score higher; of equal scores, half.
    rank_correlations : (k, k) float64, Spearman's; NaN where a map is constant.
    asked : how many pixels were to be flagged in each map. flagged, alone : (k,) int, how many are, and how many in no
    other map. overlap : (k, k) float64, pixels flagged in both maps over those flagged in either; NaN where none are.
    shared_top : (k, k) int, how many of the `TOP` highest pixels of one map are among those of the other.
    """

    valid: Array
    above: Array
    rank_correlations: Array
    asked: int
    flagged: Array
    alone: Array
    overlap: Array
    shared_top: Array

    @property
    def pixels(self) -> int:
        """Number of pixels valid in all maps."""
        return int(self.above.shape[1])


@dataclass(frozen=True)
class Judgment:
    """One map against truth. figures : of `metrics.FIGURES`. alarms, detections : its ROC curve, PF and PD, (m,)."""

    figures: Dict[str, float]
    alarms: Array
    detections: Array


def compare_maps(maps: Sequence[Array], rate: float, run: Run = ALONE) -> Comparison:
    """Compare score maps.

    maps : (rows, columns) each, NaN where not valid. rate : share of the pixels to flag in each map, at least one
    pixel. Only pixels are flagged that score higher than all the rest: where equal scores straddle the cut they are
    left out, so that no order of pixels decides.
    Raises DataError where fewer than two pixels are valid in all maps.
    """
    valid = np.logical_and.reduce([np.isfinite(scores) for scores in maps])
    pixels = int(np.count_nonzero(valid))
    if pixels < 2:
        raise DataError(f"At least 2 pixels must have a score in every map; {pixels} have.")
    above = np.empty((len(maps), pixels), dtype=np.float32)
    flagged, top = np.empty_like(above, dtype=bool), np.empty_like(above, dtype=bool)
    asked = max(1, int(rate * pixels + 1e-9))
    for index, scores in enumerate(maps):
        values = scores[valid]
        above[index] = (pixels + 0.5 - average_ranks(values)) / pixels
        flagged[index], top[index] = highest(values, asked), highest(values, TOP)
        run.update((index + 1) / len(maps))
    both = _shared(flagged)
    counts = np.diag(both)
    either = counts[:, None] + counts[None, :] - both
    overlap = np.where(either > 0, both / np.maximum(either, 1), np.nan)
    alone = np.count_nonzero(flagged & (flagged.sum(axis=0) == 1), axis=1)
    return Comparison(valid, above, _correlations(above), asked, counts.copy(), alone, overlap, _shared(top))


def highest(values: Array, count: int) -> Array:
    """Tell which of (n,) values are the `count` highest, (n,) bool; fewer where equal ones straddle the cut."""
    if count >= len(values):
        return np.ones(len(values), dtype=bool)
    place = len(values) - 1 - count
    return np.asarray(values > np.partition(values, place)[place])


def judge_map(scores: Array, valid: Array, truth: Array) -> Judgment:
    """Compare a map with truth over the pixels valid in all maps, (rows, columns) each; errors as `label_scores`."""
    labeled = label_scores(np.where(valid, scores, np.nan), truth)
    _, detections, alarms = roc(labeled)
    rates = np.geomspace(1 / len(labeled.background), 1, _CURVE_POINTS)
    # Of the thresholds with no more false alarms than a rate, the last one detects most.
    reached = np.searchsorted(alarms, rates * (1 + 1e-12), side="right") - 1
    found = np.where(reached >= 0, detections[np.maximum(reached, 0)], 0.0)
    return Judgment(figures(labeled), rates, found)


def highest_of_squares(values: Array, side: int) -> Array:
    """Return (rows, columns) values reduced to the highest of each square of `side` pixels; NaN counts for nothing."""
    tops, lefts = (np.arange(0, length, side) for length in values.shape)
    return np.asarray(np.fmax.reduceat(np.fmax.reduceat(values, tops, axis=0), lefts, axis=1))


def least_of_pairs(matrix: Array) -> Tuple[float, int, int]:
    """Return the least entry of a (k, k) symmetric matrix off its diagonal, and its row and column."""
    first, second = np.triu_indices(len(matrix), 1)
    values = np.where(np.isnan(matrix[first, second]), np.inf, matrix[first, second])
    least = int(values.argmin())
    return float(matrix[first[least], second[least]]), int(first[least]), int(second[least])


def _correlations(above: Array) -> Array:
    products = np.zeros((len(above), len(above)))
    for start in range(0, above.shape[1], _AT_ONCE):
        centered = above[:, start : start + _AT_ONCE] - np.float64(0.5)
        products += centered @ centered.T
    norms = np.sqrt(np.diag(products))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = products / (norms[:, None] * norms[None, :])
    # Of a constant map's ranks, rounding may be left.
    constant = norms < 1e-6 * np.sqrt(above.shape[1])
    found[constant] = found[:, constant] = np.nan
    return np.asarray(np.clip(found, -1, 1))


def _shared(chosen: Array) -> Array:
    """Count the pixels that two maps have both chosen: (k, n) bool to (k, k) int."""
    return np.array([[np.count_nonzero(one & other) for other in chosen] for one in chosen])
