"""Objects: groups of pixels above a low threshold that reach over the high one."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import List

import numpy as np

from ..cube import Array
from ..errors import DataError
from ..run import ALONE, Run
from .chosen import Chosen
from .components import Runs, runs_above
from .scores import Scores, largest_scores
from .threshold import Threshold

MOST_OBJECTS = 200_000


@dataclass(frozen=True)
class Objects:
    """Objects of a map, those of the highest score first.

    rows, columns : of the map. pixels : (n,) int64. score_max, score_mean : (n,) float64. p_value : (n,) float64, the
    share of the background at or above the highest score. peak : (n,) int64, position in the map, row by row, of
    the highest score. row, column : (n,) float64, mean of the pixels' centers, from 0. width : (n,) int64, the longer
    side in pixels. runs, labels : the runs of pixels and the object of each, from 0.
    """

    rows: int
    columns: int
    pixels: Array
    score_max: Array
    score_mean: Array
    p_value: Array
    peak: Array
    row: Array
    column: Array
    width: Array
    runs: Runs
    labels: Array

    def __len__(self) -> int:
        return len(self.pixels)

    def rows_of_labels(self, start: int, stop: int) -> Array:
        """Return rows [start, stop) as (rows, columns) int32: the object's number from 1, 0 where there is none."""
        first, last = np.searchsorted(self.runs.start, [start * self.columns, stop * self.columns])
        marks = np.zeros((stop - start) * self.columns + 1, dtype=np.int32)
        # One up where a run begins and down where it ends; where two touch, both fall on one place.
        offset = start * self.columns
        np.add.at(marks, self.runs.start[first:last] - offset, self.labels[first:last] + 1)
        np.add.at(marks, self.runs.stop[first:last] - offset, -(self.labels[first:last] + 1))
        return np.cumsum(marks[:-1], dtype=np.int32).reshape(stop - start, self.columns)

    def chosen(self) -> List[Chosen]:
        """Return the objects' pixels, named by their ranks."""
        order = np.argsort(self.labels, kind="stable")
        length = (self.runs.stop - self.runs.start)[order]
        first = np.cumsum(length) - length
        positions = np.repeat(self.runs.start[order] - first, length) + np.arange(length.sum())
        parts = np.split(positions, np.cumsum(self.pixels)[:-1])
        return [
            Chosen(f"Object {rank}", part // self.columns, part % self.columns)
            for rank, part in enumerate(parts[: len(self)], 1)
        ]

    def sums(self, per_run: Array) -> Array:
        """Return the sums over each object of a figure of its runs, (n,) float64."""
        return np.bincount(self.labels, weights=per_run, minlength=len(self))

    def keep(self, chosen: Array) -> Objects:
        """Return the objects where `chosen` (n,) is True, in the same order."""
        new = np.full(len(self) + 1, -1)
        new[:-1][chosen] = np.arange(np.count_nonzero(chosen))
        labels = new[self.labels]
        figures = {
            field.name: getattr(self, field.name)[chosen]
            for field in fields(self)
            if field.name not in ("rows", "columns", "runs", "labels")
        }
        return Objects(
            self.rows, self.columns, **figures, runs=self.runs.where(labels >= 0), labels=labels[labels >= 0]
        )


def low_threshold(scores: Scores, threshold: Threshold, extent: float, run: Run = ALONE) -> float:
    """Return the score down to which objects are grown.

    The normal score of the flagged share times `extent`, 0 to 1, turned back into a score: 1 is the threshold
    itself. As shares of pixels are taken, the same `extent` suits the scores of every detector.
    """
    from scipy.special import ndtr, ndtri

    if extent >= 1 or threshold.flagged == 0:
        return threshold.score
    share = float(ndtr(extent * ndtri(threshold.flagged / threshold.pixels)))
    return min(
        largest_scores(scores, int(share * threshold.pixels) + 2, run).quantile(share), threshold.score
    )


def find_objects(scores: Scores, threshold: Threshold, low: float, run: Run = ALONE) -> Objects:
    """Find the objects of a map: 8-connected groups of pixels above `low` with a pixel above the threshold.

    Those of equal highest scores are ordered by its place. The same however the map is cut into blocks.
    Raises DataError where there are more than `MOST_OBJECTS`.
    """
    runs = runs_above(scores, low, run)
    labels, count = runs.labels()
    highest = np.full(count, -np.inf)
    np.maximum.at(highest, labels, runs.highest)
    # Of each group the first peak of its highest score: written last to first.
    peak = np.zeros(count, dtype=np.int64)
    at_top = np.flatnonzero(runs.highest == highest[labels])[::-1]
    peak[labels[at_top]] = runs.peak[at_top]
    reaching = np.flatnonzero(highest > threshold.score)
    if len(reaching) > MOST_OBJECTS:
        raise DataError(f"{len(reaching):,} objects lie above the threshold, too many: lower RATE or BUDGET.")
    order = reaching[np.lexsort((peak[reaching], -highest[reaching]))]
    new = np.full(count, -1)
    new[order] = np.arange(len(order))
    labels = new[labels]
    runs, labels = runs.where(labels >= 0), labels[labels >= 0]
    return _described(scores, threshold, runs, labels, highest[order], peak[order])


def _described(
    scores: Scores, threshold: Threshold, runs: Runs, labels: Array, highest: Array, peak: Array
) -> Objects:
    count, columns = len(highest), scores.columns
    length = runs.stop - runs.start
    row, first = runs.start // columns, runs.start % columns

    def sums(values: Array) -> Array:
        return np.bincount(labels, weights=values, minlength=count)

    def span(low: Array, high: Array) -> Array:
        least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
        np.minimum.at(least, labels, low)
        np.maximum.at(most, labels, high)
        return np.asarray(most - least + 1)

    pixels = sums(length)
    return Objects(
        scores.rows,
        columns,
        pixels.astype(np.int64),
        highest,
        sums(runs.total) / pixels,
        threshold.p_values(highest),
        peak,
        sums(length * row) / pixels,
        sums(length * (first + (length - 1) / 2)) / pixels,
        np.maximum(span(row, row), span(first, first + length - 1)),
        runs,
        labels,
    )


def false_discoveries(objects: Objects, reference: Objects, share: float) -> Array:
    """Return which objects to keep so that about `share` of them are false discoveries, (n,) bool.

    reference : objects of a background region, found in the same way. Y. Benjamini, Y. Hochberg, J. Royal Statistical
    Society B 57 (1995) 289-300, on the objects' conformal p-values: (1 + reference objects with at least as high a
    score) / (1 + reference objects).
    """
    rising = np.sort(reference.score_max)
    p = (1 + len(rising) - np.searchsorted(rising, objects.score_max, side="left")) / (1 + len(rising))
    # The objects come with rising p-values.
    allowed = share * np.arange(1, len(p) + 1) / max(len(p), 1)
    passing = np.flatnonzero(p <= allowed)
    kept = np.zeros(len(p), dtype=bool)
    kept[: passing[-1] + 1 if len(passing) else 0] = True
    return kept
