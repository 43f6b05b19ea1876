"""Reconstruction features: how a pixel and its reconstruction differ, two numbers a pixel, row sums only.

Each takes x and its reconstruction r, both (n, bands), and returns (n, 2).
"""

from __future__ import annotations

from typing import Callable, Dict

import torch
from torch import Tensor

TINY = 1e-12
"""Floor of squared lengths and of what square roots are taken of: zero spectra have finite features and slopes."""


def published_code(x: Tensor, r: Tensor) -> Tensor:
    """Relative distance |x - r| / |x|, and sqrt(|x|^2 + |r|^2 - sum_b x_b^2 r_b^2 (1/|x|^2 + 1/|r|^2)).

    The second is what E2E-SSCADE's published code computes as orthogonal projection divergence: it keeps the
    projectors' diagonals only, and measures brightness more than angle.
    """
    xx, rr = _dot(x, x).clamp_min(TINY), _dot(r, r).clamp_min(TINY)
    difference = x - r
    distance = (_dot(difference, difference).clamp_min(TINY) / xx).sqrt()
    overlap = _dot(x * x, r * r) * (1 / xx + 1 / rr)
    return torch.stack([distance, (xx + rr - overlap).clamp_min(TINY).sqrt()], dim=1)


def published_text(x: Tensor, r: Tensor) -> Tensor:
    """Mean squared error over bands, and the orthogonal projection divergence of the paper's eq. 14.

    sqrt(x' P_r x + r' P_x r) with P_v = I - v v' / v'v, which is
    sqrt(|x|^2 - (x.r)^2 / |r|^2 + |r|^2 - (x.r)^2 / |x|^2). As printed each projector meets its own vector
    and the value is 0; the sense is this one.
    """
    xx, rr, xr = _dot(x, x).clamp_min(TINY), _dot(r, r).clamp_min(TINY), _dot(x, r)
    difference = x - r
    error = _dot(difference, difference) / x.shape[1]
    divergence = xx + rr - xr * xr * (1 / xx + 1 / rr)
    return torch.stack([error, divergence.clamp_min(TINY).sqrt()], dim=1)


def distance_and_cosine(x: Tensor, r: Tensor) -> Tensor:
    """Relative distance |x - r| / |x| and cosine similarity, as in DAGMM (Zong et al., ICLR 2018)."""
    xx, rr = _dot(x, x).clamp_min(TINY), _dot(r, r).clamp_min(TINY)
    difference = x - r
    distance = (_dot(difference, difference).clamp_min(TINY) / xx).sqrt()
    return torch.stack([distance, _dot(x, r) / (xx * rr).sqrt()], dim=1)


FEATURES: Dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "published_code": published_code,
    "published_text": published_text,
    "distance_and_cosine": distance_and_cosine,
}
"""The features by name."""


def _dot(a: Tensor, b: Tensor) -> Tensor:
    """Return the (n,) scalar products of the rows of (n, bands)."""
    return torch.einsum("ij,ij->i", a, b)
