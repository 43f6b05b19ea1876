"""The score that separates anomalies from background, chosen for a stated rate of false alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple

import numpy as np

from ..cube import Array
from ..errors import DataError, ParameterError
from ..parameters import Parameters, choice, number, region
from ..run import ALONE, Run
from .components import budget_threshold
from .scores import Largest, Scores, largest_scores
from .tail import Tail, bounded_threshold, fit_tail, tail_size

METHODS = ("tail", "quantile", "budget", "conformal")
UNITS = ("pixels", "objects", "objects_per_km2")
_TILE = 10
"""Pixels along the side of the tiles that are taken for independent of each other."""
_FEWEST_TILES = 20


@dataclass(frozen=True)
class ThresholdParameters(Parameters):
    """How a threshold is chosen."""

    method: str = choice(
        "tail",
        METHODS,
        "Method",
        "tail: a generalized Pareto distribution is fitted to the largest scores, with those that do not fit left "
        "out as targets; the threshold is where it says that RATE of the background lies above. "
        "quantile: RATE of the pixels lie above. budget: as many pixels or objects lie above as you can look at "
        "(BUDGET, UNIT). conformal: RATE of a background region that you give (BACKGROUND) lies above; the "
        "surest where the region is spread over the whole scene.",
    )
    rate: float = number(
        1e-3,
        "False-alarm rate",
        "The share of background pixels that may be flagged: 0.001 is one pixel in a thousand. Not used by budget.",
        above=0,
        maximum=0.1,
    )
    budget: float = number(
        100, "Alarm budget", "How many alarms there may be, in units of UNIT. For budget only.", above=0
    )
    unit: str = choice(
        "pixels",
        UNITS,
        "Unit of the budget",
        "pixels, objects (groups of pixels that touch), or objects_per_km2 (needs a coordinate reference system). "
        "For budget only.",
    )
    background: str = region(
        "Background region",
        "Where there is background and nothing else: polygons, a raster of the scores' size in which it is not 0, or "
        "an objects layer with ticked objects, which are left out. Needed by conformal; tail and quantile then "
        "take the scores in it alone. A region in one corner does not stand for the scene: choose several places.",
        optional=True,
    )


@dataclass(frozen=True)
class Threshold:
    """A threshold and what is known of it. Pixels with a larger score are flagged.

    score : the threshold. method : the one that was used. flagged, pixels : of the map, above it and in all.
    expected : false alarms to expect, in pixels. interval : 95 % bounds of the score, None where there are none.
    tail : the fit, None where there is none. reference : the largest scores of the background, or of the map.
    """

    score: float
    method: str
    flagged: int
    pixels: int
    expected: float
    interval: Optional[Tuple[float, float]]
    tail: Optional[Tail]
    reference: Largest

    def p_values(self, scores: Array) -> Array:
        """Return the share of the background at or above scores (n,) that lie above the threshold.

        From the fit of the tail where there is one; for conformal (1 + how many of the n reference scores are at
        least as large) / (n + 1).
        """
        if self.tail is not None and self.method != "conformal":
            return self.tail.p_value(scores)
        rising = self.reference.values[::-1]
        at_least = len(rising) - np.searchsorted(rising, np.asarray(scores, dtype=np.float64), side="left")
        return np.asarray((1 + at_least) / (self.reference.pixels + 1))


def choose_threshold(
    scores: Scores,
    wanted: ThresholdParameters,
    background: Optional[Array] = None,
    square_kilometers: Optional[float] = None,
    run: Run = ALONE,
) -> Threshold:
    """Choose the threshold of a map.

    background : (rows, columns) bool, True where there is background alone. square_kilometers : covered by a pixel,
    None where that is not known.
    Raises DataError where the scores do not suffice, ParameterError where parameters do not suit each other.
    """
    if wanted.method == "conformal" and background is None:
        raise ParameterError(
            "METHOD conformal needs BACKGROUND: give polygons or a mask of places without targets."
        )
    size = scores.rows * scores.columns
    count = max(tail_size(size), int(wanted.rate * size), _budgeted(wanted, square_kilometers, size)) + 2
    every = largest_scores(scores, count, run.part(0, 0.4))
    if every.pixels == 0:
        raise DataError("The score layer holds no pixel with a score.")
    chosen = scores if wanted.method == "budget" else scores.within(background)
    reference = every if chosen is scores else largest_scores(chosen, count, run.part(0.4, 0.7))
    if reference.pixels == 0:
        raise DataError("BACKGROUND covers no pixel with a score.")
    last = run.part(0.7, 1)
    if wanted.method == "conformal":
        score, interval, tail = _conformal(chosen, reference, wanted.rate, last)
        return _result(score, "conformal", every, reference, interval, tail, wanted.rate * every.pixels)
    tail = _tail(chosen, reference, run)
    if wanted.method == "budget":
        score = _budget(scores, every, wanted, square_kilometers, last)
        flagged = int(np.count_nonzero(every.values > score))
        expected = (
            flagged
            if tail is None
            else min(flagged, float(tail.p_value(np.array([score]))[0]) * every.pixels)
        )
        return _result(score, "budget", every, reference, None, tail, expected)
    if wanted.method == "tail" and (tail is None or wanted.rate > tail.share / 2):
        run.warning("The tail of the scores cannot be fitted at this RATE: the quantile is used instead.")
    elif wanted.method == "tail" and tail is not None:
        score, bounds = bounded_threshold(tail, reference, wanted.rate), tail.interval(wanted.rate)
        interval = min(bounds[0], score), max(bounds[1], score)
        # Where a bound has moved the threshold, what the fit says of where it is now.
        expected = float(tail.p_value(np.array([score]))[0]) * every.pixels
        return _result(score, "tail", every, reference, interval, tail, expected)
    score = reference.quantile(wanted.rate)
    interval = _order_interval(chosen, reference, score, last)
    return _result(score, "quantile", every, reference, interval, tail, wanted.rate * every.pixels)


def _result(
    score: float,
    method: str,
    every: Largest,
    reference: Largest,
    interval: Optional[Tuple[float, float]],
    tail: Optional[Tail],
    expected: float,
) -> Threshold:
    flagged = int(np.count_nonzero(every.values > score))
    return Threshold(score, method, flagged, every.pixels, expected, interval, tail, reference)


def _tail(scores: Scores, reference: Largest, run: Run) -> Optional[Tail]:
    try:
        tail = fit_tail(reference)
        effect = _design_effect(scores, tail.start, run)
        return fit_tail(reference, max(1, round(tail_size(reference.pixels) / effect)))
    except DataError as error:
        run.message(str(error))
        return None


def _conformal(
    region: Scores, reference: Largest, rate: float, run: Run
) -> Tuple[float, Tuple[float, float], Optional[Tail]]:
    """Return the smallest calibration score whose p-value is no more than `rate`."""
    if rate * (reference.pixels + 1) < 1:
        raise DataError(
            f"BACKGROUND covers {reference.pixels} pixels: a RATE of {rate:g} needs at least {int(1 / rate)}. Enlarge "
            f"the region or raise RATE."
        )
    score = float(reference.values[int(rate * (reference.pixels + 1) + 1e-9) - 1])
    return score, _order_interval(region, reference, score, run), None


def _budget(
    scores: Scores,
    every: Largest,
    wanted: ThresholdParameters,
    square_kilometers: Optional[float],
    run: Run,
) -> float:
    budget = _budgeted(wanted, square_kilometers, every.pixels)
    if budget < 1:
        raise ParameterError(f"BUDGET allows less than one of the {wanted.unit.partition('_')[0]}: raise it.")
    if wanted.unit == "pixels" and budget >= every.pixels:
        raise ParameterError(
            f"BUDGET allows {budget} pixels and the layer has {every.pixels}: all would be flagged. Lower it."
        )
    if wanted.unit == "pixels":
        return float(every.values[budget])
    return budget_threshold(scores, every, budget, run)


def _budgeted(wanted: ThresholdParameters, square_kilometers: Optional[float], pixels: int) -> int:
    """Return how many pixels or objects a budget allows in a map of so many pixels; 0 for the other methods."""
    if wanted.method != "budget":
        return 0
    budget = min(wanted.budget, float(pixels))
    if wanted.unit == "objects_per_km2":
        if square_kilometers is None:
            raise ParameterError(
                "UNIT objects_per_km2 needs a score layer with a coordinate reference system: use objects."
            )
        budget = min(wanted.budget * square_kilometers * pixels, float(pixels))
    return int(budget)


def _order_interval(scores: Scores, reference: Largest, score: float, run: Run) -> Tuple[float, float]:
    """Return 95 % bounds of a quantile: scores of the ranks that it may have, as neighbors are alike."""
    above = int(np.count_nonzero(reference.values > score)) + 1
    half = 1.96 * np.sqrt(above * _design_effect(scores, score, run))
    ranks = np.clip([above - 1 - half, above - 1 + half], 0, len(reference.values) - 1).astype(int)
    return float(reference.values[ranks[1]]), float(reference.values[ranks[0]])


def _design_effect(scores: Scores, level: float, run: Run) -> float:
    """Return by how much the number of pixels above `level` varies more from tile to tile than independent ones would.

    At least 1. Tiles are `_TILE` pixels square, cut from the map's first pixel.
    """
    down, across = -(-scores.rows // _TILE), -(-scores.columns // _TILE)
    counts, sizes = np.zeros(down * across), np.zeros(down * across)
    for start, values in scores.blocks():
        tiles = (np.arange(start, start + len(values)) // _TILE)[:, None] * across + np.arange(
            values.shape[1]
        ) // _TILE
        found = np.isfinite(values)
        sizes += np.bincount(tiles[found], minlength=len(sizes))
        counts += np.bincount(tiles[found & (values > level)], minlength=len(counts))
        run.update((start + len(values)) / scores.rows)
    there = sizes > 0
    share = counts.sum() / sizes.sum()
    if there.sum() < _FEWEST_TILES or share in (0, 1):
        return 1.0
    expected = share * (1 - share) * sizes[there].sum()
    return max(1.0, float(((counts - share * sizes)[there] ** 2).sum() / expected))
