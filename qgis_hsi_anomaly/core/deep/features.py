"""Reconstruction features: how a pixel and its reconstruction differ, two numbers a pixel, row sums only.

All are functions of a few sums over bands, found with their slopes in as few walks over the pixels as
there can be: they cost a small share of the layers' matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, Tuple

import torch
from torch import Tensor

TINY = 1e-12
"""Floor of squared lengths and of what square roots are taken of: zero spectra have finite features and slopes."""


@dataclass(frozen=True)
class RowSums:
    """Sums over bands of a pixel x and its reconstruction r, (n,) each.

    xx = |x|^2. rr = |r|^2. dd = |x - r|^2. xd = x.(x - r). quartic = sum of x^2 r^2. bands : their number.
    """

    xx: Tensor
    rr: Tensor
    dd: Tensor
    xd: Tensor
    quartic: Tensor
    bands: int


class _RowSums(torch.autograd.Function):
    """rr, dd, xd and quartic of (n, bands) x and r, as (4, n), with slopes for r only."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, r: Tensor) -> Tensor:
        """Return the sums."""
        ctx.save_for_backward(x, r)
        sums = x.new_empty(4, len(x))
        buffer = r * r
        torch.sum(buffer, dim=1, out=sums[0])
        torch.sum(buffer.mul_(x).mul_(x), dim=1, out=sums[3])
        difference = x - r
        torch.sum(torch.mul(difference, x, out=buffer), dim=1, out=sums[2])
        torch.sum(difference.mul_(difference), dim=1, out=sums[1])
        return sums

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Tuple[None, Tensor]:
        """Return the slope for r: (2 rr' + 2 dd' + 2 quartic' x^2) r - (2 dd' + xd') x."""
        x, r = ctx.saved_tensors
        rr, dd, xd, quartic = slopes[0].unsqueeze(2)
        slope = x * x
        slope.mul_(2 * quartic).add_(2 * (rr + dd)).mul_(r)
        return None, slope.addcmul_(x, 2 * dd + xd, value=-1.0)


def row_sums(x: Tensor, r: Tensor) -> RowSums:
    """Return the sums over bands of spectra x and their reconstructions r, both (n, bands).

    Slopes flow to r only.
    """
    rr, dd, xd, quartic = _RowSums.apply(x, r)  # type: ignore[no-untyped-call]
    xx = (x * x).sum(dim=1).clamp_min(TINY)
    return RowSums(xx, rr.clamp_min(TINY), dd, xd, quartic, x.shape[1])


def published_code(sums: RowSums) -> Tensor:
    """Relative distance |x - r| / |x|, and sqrt(|x|^2 + |r|^2 - sum_b x_b^2 r_b^2 (1/|x|^2 + 1/|r|^2)).

    The second is what E2E-SSCADE's published code computes as orthogonal projection divergence: it keeps the
    projectors' diagonals only, and measures brightness more than angle.
    """
    distance = (sums.dd.clamp_min(TINY) / sums.xx).sqrt()
    divergence = sums.xx + sums.rr - sums.quartic * (1 / sums.xx + 1 / sums.rr)
    return torch.stack([distance, divergence.clamp_min(TINY).sqrt()], dim=1)


def published_text(sums: RowSums) -> Tensor:
    """Mean squared error over bands, and the orthogonal projection divergence of the paper's eq. 14.

    sqrt(x' P_r x + r' P_x r) with P_v = I - v v' / v'v. Both terms are Gram determinants of (x, r), which
    is that of (x, x - r): (|x|^2 |x - r|^2 - (x.(x - r))^2) (1/|x|^2 + 1/|r|^2), without cancellation where r
    is near x. As printed each projector meets its own vector and the value is 0; the sense is this one.
    """
    gram = sums.xx * sums.dd - sums.xd * sums.xd
    divergence = gram * (1 / sums.xx + 1 / sums.rr)
    return torch.stack([sums.dd / sums.bands, divergence.clamp_min(TINY).sqrt()], dim=1)


def distance_and_cosine(sums: RowSums) -> Tensor:
    """Relative distance |x - r| / |x| and cosine similarity, as in DAGMM (Zong et al., ICLR 2018)."""
    distance = (sums.dd.clamp_min(TINY) / sums.xx).sqrt()
    return torch.stack([distance, (sums.xx - sums.xd) / (sums.xx * sums.rr).sqrt()], dim=1)


FEATURES: Dict[str, Callable[[RowSums], Tensor]] = {
    "published_code": published_code,
    "published_text": published_text,
    "distance_and_cosine": distance_and_cosine,
}
"""The features by name: (n, 2) of the row sums."""
