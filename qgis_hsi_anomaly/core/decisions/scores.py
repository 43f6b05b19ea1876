"""Score maps read a few rows at a time, and the largest of their scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Iterator, List, Optional, Tuple

import numpy as np

from ..cube import Array
from ..run import ALONE, Run

_DIGITS = 2**16
_IN_MEMORY = 2**22
"""Pixels of a map that is gathered whole."""


class Scores(ABC):
    """A score map. rows, columns : its size."""

    rows: int
    columns: int

    @abstractmethod
    def blocks(self) -> Iterator[Tuple[int, Array]]:
        """Yield (first row, scores (some rows, columns) float32, NaN where there is none), from top to bottom."""

    def within(self, mask: Optional[Array]) -> Scores:
        """Return the scores where `mask` (rows, columns) bool is True, all where it is None."""
        return self if mask is None else _Within(self, mask)


class ArrayScores(Scores):
    """A score map in memory. array : (rows, columns). block_rows : height of the blocks, all rows by default."""

    def __init__(self, array: Array, block_rows: Optional[int] = None) -> None:
        self.array = array
        self.rows, self.columns = array.shape
        self._height = block_rows or self.rows

    def blocks(self) -> Iterator[Tuple[int, Array]]:
        """Yield blocks of the array."""
        for start in range(0, self.rows, self._height):
            yield start, np.asarray(self.array[start : start + self._height], dtype=np.float32)


class _Within(Scores):
    def __init__(self, scores: Scores, mask: Array) -> None:
        self.rows, self.columns = scores.rows, scores.columns
        self._scores, self._mask = scores, mask

    def blocks(self) -> Iterator[Tuple[int, Array]]:
        for start, values in self._scores.blocks():
            yield start, np.where(self._mask[start : start + len(values)], values, np.float32(np.nan))


@dataclass(frozen=True)
class Largest:
    """The largest scores of a map. values : (n,) float64, falling. pixels : how many scores the map has in all."""

    values: Array
    pixels: int

    def quantile(self, share: float) -> float:
        """Return the smallest score that no more than `share` of all pixels lie above.

        The smallest score gathered, where more pixels than were gathered may lie above.
        """
        above = int(share * self.pixels + 1e-9)
        return float(self.values[min(above, len(self.values) - 1)])


def count_scores(scores: Scores) -> int:
    """Return how many pixels have a score."""
    return sum(int(np.count_nonzero(np.isfinite(values))) for _, values in scores.blocks())


def largest_scores(scores: Scores, count: int, run: Run = ALONE) -> Largest:
    """Return the `count` largest scores of a map, in three passes over a map too large for memory; exact."""
    if scores.rows * scores.columns <= _IN_MEMORY:
        found = [values[np.isfinite(values)] for _, values in _reported(scores, run)]
        every = np.concatenate(found) if found else np.zeros(0, np.float32)
        return Largest(np.sort(every)[::-1][:count].astype(np.float64), len(every))
    # The k-th largest: first the upper half of its bits, then the lower half.
    high = sum(
        np.bincount(_keys(values) // _DIGITS, minlength=_DIGITS)
        for _, values in _reported(scores, run.part(0, 0.3))
    )
    pixels = int(np.sum(high))
    wanted = min(count, pixels)
    digit, above = _digit(np.asarray(high), wanted)
    low: Array = np.zeros(_DIGITS, dtype=np.int64)
    for _, values in _reported(scores, run.part(0.3, 0.6)):
        keys = _keys(values)
        low += np.bincount(keys[keys // _DIGITS == digit] % _DIGITS, minlength=_DIGITS)
    lower, _ = _digit(low, wanted - above)
    least = digit * _DIGITS + lower
    parts: List[Array] = []
    for _, values in _reported(scores, run.part(0.6, 1)):
        found_here = values[np.isfinite(values)]
        parts.append(found_here[_keys(found_here) > least])
    greater = np.sort(np.concatenate(parts))[::-1]
    equal = np.full(wanted - len(greater), _score(least))
    return Largest(np.concatenate([greater, equal]).astype(np.float64), pixels)


def _reported(scores: Scores, run: Run) -> Iterator[Tuple[int, Array]]:
    for start, values in scores.blocks():
        yield start, values
        run.update((start + len(values)) / scores.rows)


def _keys(values: Array) -> Array:
    """Return integers in the order of the finite float32 scores, (n,) int64."""
    bits = (values[np.isfinite(values)] + np.float32(0)).view(np.uint32).astype(np.int64)
    return np.where(bits >> 31, 2**32 - 1 - bits, bits + 2**31)


def _score(key: int) -> np.float32:
    bits = key - 2**31 if key >= 2**31 else 2**32 - 1 - key
    return np.float32(np.array([bits], dtype=np.uint32).view(np.float32)[0])


def _digit(counts: Array, wanted: int) -> Tuple[int, int]:
    """Return the digit of the key that `wanted` keys are at least as large as, and how many have a larger digit."""
    at_least = np.cumsum(counts[::-1])[::-1]
    digit = int(np.flatnonzero(at_least >= wanted)[-1])
    return digit, int(at_least[digit] - counts[digit])
