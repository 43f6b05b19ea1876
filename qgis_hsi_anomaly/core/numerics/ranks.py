"""Ranks with ties: rank correlation, rank-normal scores and the Mann-Whitney statistic rest on them."""

from __future__ import annotations

import numpy as np

from ..cube import Array

_AT_ONCE = 2**16


def average_ranks(values: Array) -> Array:
    """Return ranks 1..n of (n,) finite values, ties at their mean rank, float64.

    >>> average_ranks(np.array([0.5, 0.1, 0.5, 0.9]))
    array([2.5, 1. , 2.5, 4. ])
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    stops = np.concatenate([starts[1:], [len(values)]])
    ranks = np.empty(len(values), dtype=np.float64)
    ranks[order] = np.repeat((starts + 1 + stops) / 2, stops - starts)
    return ranks


def rank_normal(values: Array) -> Array:
    """Return (n,) finite values with their ranks taken to a standard normal distribution, float32.

    The k-th of n becomes the normal quantile of (k - 1/2) / n; ties that of their mean rank. Needs scipy. Memory: 16
    bytes a value at once.
    """
    from scipy.special import ndtri

    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    normal = np.empty(len(values), dtype=np.float32)
    if len(starts) == len(values):  # no ties
        for start in range(0, len(values), _AT_ONCE):
            ranks = np.arange(start, min(start + _AT_ONCE, len(values)))
            normal[order[start : start + _AT_ONCE]] = ndtri((ranks + 0.5) / len(values))
    else:
        stops = np.concatenate([starts[1:], [len(values)]])
        normal[order] = np.repeat(
            ndtri((starts + stops) / 2 / len(values)).astype(np.float32), stops - starts
        )
    return normal


def rank_correlation(first: Array, second: Array) -> float:
    """Return Spearman's correlation of two maps over the pixels finite in both; 0 where either is constant."""
    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < 2:
        return 0.0
    a, b = average_ranks(first[both]), average_ranks(second[both])
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / norm if norm > 0 else 0.0
