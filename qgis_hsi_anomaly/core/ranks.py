"""Ranks with ties: rank correlation, rank-normal scores and the Mann-Whitney statistic rest on them."""

from __future__ import annotations

import numpy as np

from .cube import Array


def average_ranks(values: Array) -> Array:
    """Return ranks 1..n of (n,) finite values, ties at their mean rank, float64."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    stops = np.concatenate([starts[1:], [len(values)]])
    ranks = np.empty(len(values), dtype=np.float64)
    ranks[order] = np.repeat((starts + 1 + stops) / 2, stops - starts)
    return ranks


def rank_normal(values: Array) -> Array:
    """Return (n,) finite values with their ranks taken to a standard normal distribution, float64.

    The k-th of n becomes the normal quantile of (k - 1/2) / n.
    """
    return normal_quantile((average_ranks(values) - 0.5) / len(values))


def rank_correlation(first: Array, second: Array) -> float:
    """Return Spearman's correlation of two maps over the pixels finite in both; 0 where either is constant."""
    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < 2:
        return 0.0
    a, b = average_ranks(first[both]), average_ranks(second[both])
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / norm if norm > 0 else 0.0


def normal_quantile(shares: Array) -> Array:
    """Return the standard normal quantile of shares in (0, 1), float64, to 1e-9 relative.

    P. J. Acklam's rational approximation; numpy has no inverse error function, and RX needs no scipy.
    """
    p = np.asarray(shares, dtype=np.float64)
    tail = np.minimum(p, 1 - p)
    with np.errstate(divide="ignore"):
        q = np.sqrt(-2 * np.log(tail))
    outer = np.polyval(_C, q) / np.polyval(_D, q)
    r = (p - 0.5) ** 2
    inner = (p - 0.5) * np.polyval(_A, r) / np.polyval(_B, r)
    return np.asarray(np.where(tail < 0.02425, np.where(p < 0.5, outer, -outer), inner))


_A = (
    -3.969683028665376e01, 2.209460984245205e02, -2.759285104469687e02,
    1.383577518672690e02, -3.066479806614716e01, 2.506628277459239e00,
)  # fmt: skip
_B = (
    -5.447609879822406e01, 1.615858368580409e02, -1.556989798598866e02,
    6.680131188771972e01, -1.328068155288572e01, 1.0,
)  # fmt: skip
_C = (
    -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e00,
    -2.549732539343734e00, 4.374664141464968e00, 2.938163982698783e00,
)  # fmt: skip
_D = (
    7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e00, 3.754408661907416e00, 1.0,
)  # fmt: skip
