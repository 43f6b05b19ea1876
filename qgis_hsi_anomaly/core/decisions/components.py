"""Groups of flagged pixels that touch: found from horizontal runs of pixels, however the map is cut into blocks.

A run is a stretch of pixels of one row whose scores all lie above a level. Runs take the place of pixels: there are
fewer of them, none crosses a border of blocks, and two of neighboring rows that touch belong to one object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Tuple

import numpy as np

from ..cube import Array
from ..errors import DataError
from ..run import ALONE, Run
from .scores import Largest, Scores

MOST_RUNS = 10_000_000
"""Runs that are held at a time: some 0.5 GB."""


@dataclass(frozen=True)
class Runs:
    """Runs of pixels above a level, from the top left to the bottom right.

    columns : of the map. start, stop : (n,) int64, position in the map of the first pixel and behind the last, row by
    row. highest : (n,) float64. peak : (n,) int64, position of the highest score. total : (n,) float64, sum of scores.
    """

    columns: int
    start: Array
    stop: Array
    highest: Array
    peak: Array
    total: Array

    def labels(self) -> Tuple[Array, int]:
        """Return the number of the 8-connected group each run belongs to, (n,) int from 0, and how many there are."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        first, second = self._touching()
        count = len(self.start)
        graph = coo_matrix((np.ones(len(first), dtype=bool), (first, second)), shape=(count, count))
        number, labels = connected_components(graph, directed=False)
        return labels, int(number)

    def where(self, chosen: Array) -> Runs:
        """Return the runs where `chosen` (n,) is True."""
        figures = (self.start, self.stop, self.highest, self.peak, self.total)
        return Runs(self.columns, *(values[chosen] for values in figures))

    def _touching(self) -> Tuple[Array, Array]:
        """Return pairs of runs in neighboring rows that touch, also at a corner: two of (m,) int64."""
        below = (self.start // self.columns + 1) * self.columns
        left = np.maximum(self.start + self.columns - 1, below)
        right = np.minimum(self.stop + self.columns + 1, below + self.columns)
        begin = np.searchsorted(self.stop, left, side="right")
        end = np.maximum(np.searchsorted(self.start, right, side="left"), begin)
        each = end - begin
        first = np.repeat(np.arange(len(each)), each)
        second = np.arange(len(first)) - np.repeat(np.cumsum(each) - each, each) + np.repeat(begin, each)
        return first, second


def runs_above(scores: Scores, level: float, run: Run = ALONE) -> Runs:
    """Find the runs of pixels whose score is larger than `level`.

    Raises DataError where there are more than `MOST_RUNS`.
    """
    found = [_no_runs(scores.columns)]
    count = 0
    for first_row, values in scores.blocks():
        with np.errstate(invalid="ignore"):
            positions = np.flatnonzero(values > level)
        runs = _join(positions + first_row * scores.columns, values.ravel()[positions], scores.columns)
        found.append(runs)
        count += len(runs.start)
        if count > MOST_RUNS:
            raise DataError(
                f"The pixels above {level:g} form more than {MOST_RUNS:,} pieces, too many for a list of objects: "
                f"lower RATE or BUDGET."
            )
        run.update((first_row + len(values)) / scores.rows)
    columns = [
        np.concatenate(parts)
        for parts in zip(*((r.start, r.stop, r.highest, r.peak, r.total) for r in found))
    ]
    return Runs(scores.columns, *columns)


def budget_threshold(scores: Scores, largest: Largest, budget: int, run: Run = ALONE) -> float:
    """Return a threshold above which no more than `budget` groups of pixels lie.

    Groups are counted above more and more pixels, a tenth more each time; between the last number of pixels that keeps
    within the budget and the next, the largest that does is searched for by halving.
    """
    values = largest.values
    positions, highest = _pixels_above(scores, float(values[-1]), run)

    def exceeds(count: int) -> bool:
        above = highest > values[count]
        return _join(positions[above], highest[above], scores.columns).labels()[1] > budget

    within, last = 0, len(values) - 1
    while within < last:
        more = min(max(within + budget, int(within * 1.1)), last)
        if exceeds(more):
            break
        within = more
        run.check_cancelled()
    else:
        return float(values[last])
    while more - within > 1:
        middle = (within + more) // 2
        within, more = (within, middle) if exceeds(middle) else (middle, more)
        run.check_cancelled()
    return float(values[within])


def _pixels_above(scores: Scores, level: float, run: Run) -> Tuple[Array, Array]:
    """Return the positions and scores of the pixels above a level."""
    positions: List[Array] = [np.zeros(0, dtype=np.int64)]
    highest: List[Array] = [np.zeros(0, dtype=np.float32)]
    for first_row, values in scores.blocks():
        with np.errstate(invalid="ignore"):
            here = np.flatnonzero(values > level)
        positions.append(here + first_row * scores.columns)
        highest.append(values.ravel()[here])
        run.update((first_row + len(values)) / scores.rows)
    return np.concatenate(positions), np.concatenate(highest)


def _join(positions: Array, values: Array, columns: int) -> Runs:
    """Return the runs of pixels at rising positions (n,) with scores (n,)."""
    if not len(positions):
        return _no_runs(columns)
    first = np.ones(len(positions), dtype=bool)
    first[1:] = (np.diff(positions) > 1) | (positions[1:] % columns == 0)
    begin = np.flatnonzero(first)
    length = np.diff(np.append(begin, len(positions)))
    scores = values.astype(np.float64)
    highest = np.maximum.reduceat(scores, begin)
    at_top = np.flatnonzero(scores == np.repeat(highest, length))
    peak = positions[at_top[np.searchsorted(at_top, begin)]]
    start = positions[begin]
    return Runs(columns, start, start + length, highest, peak, np.add.reduceat(scores, begin))


def _no_runs(columns: int) -> Runs:
    none = np.zeros(0, dtype=np.int64)
    return Runs(columns, none, none, np.zeros(0), none, np.zeros(0))
