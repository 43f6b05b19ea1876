"""Reconstruction features: how a pixel and its reconstruction differ, two numbers a pixel, row sums only.

All are functions of four sums over bands, for a pixel x and its reconstruction r:
|x|^2, |r|^2, |x - r|^2, and a cross sum, which is x.(x - r) or the quartic sum of x_b^2 r_b^2.
"""

from __future__ import annotations

from typing import Callable, Dict, NamedTuple, Tuple

import torch
from torch import Tensor

TINY = 1e-12
"""Floor of squared lengths and of what square roots are taken of: zero spectra have finite features and gradients."""


class Features(NamedTuple):
    """values : (4, n) sums and the number of bands -> (2, n). quartic : the cross sum is the quartic one."""

    values: Callable[[Tensor, int], Tensor]
    quartic: bool


def cross_sums(x: Tensor, r: Tensor, quartic: bool) -> Tensor:
    """Return the four sums of (n, bands) x and r, (4, n)."""
    sums: Tensor = x.new_empty(4, len(x))
    difference = x - r
    torch.linalg.vector_norm(x, dim=1, out=sums[0])
    torch.linalg.vector_norm(r, dim=1, out=sums[1])
    torch.linalg.vector_norm(difference, dim=1, out=sums[2])
    if quartic:
        torch.linalg.vector_norm(torch.mul(x, r, out=difference), dim=1, out=sums[3])
        sums.square_()
        return sums
    sums[:3].square_()
    torch.sum(difference.mul_(x), dim=1, out=sums[3])
    return sums


def reconstruction_gradient(x: Tensor, r: Tensor, gradient: Tensor, quartic: bool) -> Tensor:
    """Return the gradient for the reconstruction r (n, bands), given that for the four sums (4, n)."""
    _, rr, dd, cross = gradient.unsqueeze(2).unbind()
    if not quartic:
        found = r * (2 * (rr + dd))
        return found.addcmul_(x, 2 * dd + cross, value=-1.0)
    found = x * x
    found.mul_(2 * cross).add_(2 * (rr + dd)).mul_(r)
    return found.addcmul_(x, 2 * dd, value=-1.0)


def published_code(sums: Tensor, bands: int) -> Tensor:
    """Relative distance |x - r| / |x|, and sqrt(|x|^2 + |r|^2 - sum_b x_b^2 r_b^2 (1/|x|^2 + 1/|r|^2)).

    The second is what E2E-SSCADE's published code computes as orthogonal projection divergence: it keeps the
    projectors' diagonals only, and measures brightness more than angle.
    """
    xx, rr, dd, quartic = _floored(sums)
    divergence = xx + rr - quartic * (1 / xx + 1 / rr)
    return torch.stack([(dd / xx).sqrt(), divergence.clamp_min(TINY).sqrt()])


def published_text(sums: Tensor, bands: int) -> Tensor:
    """Mean squared error over bands, and the orthogonal projection divergence of the paper's eq. 14.

    sqrt(x' P_r x + r' P_x r) with P_v = I - v v' / v'v. Both terms are Gram determinants of (x, r), which
    is that of (x, x - r): (|x|^2 |x - r|^2 - (x.(x - r))^2) (1/|x|^2 + 1/|r|^2), without cancellation where r
    is near x. As printed each projector meets its own vector and the value is 0; the sense is this one.
    """
    xx, rr, dd, xd = _floored(sums)
    divergence = (xx * dd - xd * xd) * (1 / xx + 1 / rr)
    return torch.stack([dd / bands, divergence.clamp_min(TINY).sqrt()])


def distance_and_cosine(sums: Tensor, bands: int) -> Tensor:
    """Relative distance |x - r| / |x| and cosine similarity, as in DAGMM (Zong et al., ICLR 2018)."""
    xx, rr, dd, xd = _floored(sums)
    return torch.stack([(dd / xx).sqrt(), (xx - xd) / (xx * rr).sqrt()])


FEATURES: Dict[str, Features] = {
    "published_code": Features(published_code, True),
    "published_text": Features(published_text, False),
    "distance_and_cosine": Features(distance_and_cosine, False),
}
"""The features by name."""


def _floored(sums: Tensor) -> Tuple[Tensor, ...]:
    return (*sums[:3].clamp_min(TINY).unbind(), sums[3])
