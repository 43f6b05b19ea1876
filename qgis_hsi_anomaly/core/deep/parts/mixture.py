"""Gaussian mixture whose memberships a network estimates: its moments are sums over all pixels.

B. Zong et al., Deep autoencoding Gaussian mixture model, ICLR 2018. All of it in float64: a component's
covariance may be a millionth of its mean's square.

A quadratic is a function c + b'z + z'Qz of a code z for every component, held by its coefficients (K, 1 + d + d d):
the mixture's log densities are such, and moments have the same layout. Codes are taken as columns, (d, n), so that
all sums run along the pixels.
"""

from __future__ import annotations

import math
from typing import Tuple

import torch
from torch import Tensor, nn

from .activation import activate

RIDGE = 1e-6
"""Added to every variance, as published."""
RELATIVE_RIDGE = 1e-9
"""Fraction of a component's mean second moment that is added too: above float64's cancellation at any scale, so
that the Cholesky factor exists however far a training goes, and far below RIDGE for codes of order one."""
EMPTY = 1e-12
"""Fraction of the pixels that a component has at least: one that nobody belongs to keeps a finite mean."""
HIDDEN_UNITS = 60


class EstimationNetwork(nn.Module):
    """inputs - 60 - components, tanh between, softmax: memberships of every pixel. Xavier-normal weights.

    rectified : relu6 takes the place of tanh.
    """

    rectified = False

    def __init__(self, inputs: int, components: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, HIDDEN_UNITS)
        self.second = nn.Linear(HIDDEN_UNITS, components)
        for layer in (self.first, self.second):
            nn.init.xavier_normal_(layer.weight)

    def forward(self, codes: Tensor) -> Tensor:
        """Return memberships (components, n) of (inputs, n), each column of sum 1."""
        hidden = torch.addmm(self.first.bias.unsqueeze(1), self.first.weight, codes)
        hidden = activate(hidden, self.rectified)
        return torch.addmm(self.second.bias.unsqueeze(1), self.second.weight, hidden).softmax(dim=0)


def moment_sums(codes: Tensor, memberships: Tensor) -> Tensor:
    """Return the sums over pixels of g, g z and g z z' for every component, (K, 1 + d + d d).

    codes z : (d, n). memberships g : (K, n), or other weights. Moments of chunks, and of processes, add up.
    """
    weighted = (memberships.unsqueeze(1) * codes).flatten(0, 1)
    second = (weighted @ codes.t()).reshape(len(memberships), -1)
    return torch.cat([memberships.sum(1, keepdim=True), memberships @ codes.t(), second], dim=1)


def log_densities(moments: Tensor) -> Tuple[Tensor, Tensor]:
    """Return log(weight_k N(z; mean_k, covariance_k)) of a mixture as quadratics, and its inverse variances.

    moments : `moment_sums` of the memberships over all pixels. The second is the sum over components and
    directions of 1 / variance: large where a component collapses.
    """
    depth = _depth(moments)
    total = moments[:, 0].sum()
    mass = moments[:, 0].clamp_min(EMPTY * float(total.detach()))
    means = moments[:, 1 : 1 + depth] / mass.unsqueeze(1)
    second = moments[:, 1 + depth :].reshape(-1, depth, depth) / mass[:, None, None]
    covariances = second - means.unsqueeze(2) * means.unsqueeze(1)
    scale = torch.diagonal(second, dim1=1, dim2=2).mean(dim=1).detach()
    identity = torch.eye(depth, dtype=moments.dtype, device=moments.device)
    covariances = (covariances + covariances.transpose(1, 2)) / 2
    covariances = covariances + (RIDGE + RELATIVE_RIDGE * scale)[:, None, None] * identity
    factors = torch.linalg.cholesky(covariances)
    inverse_factors = torch.linalg.solve_triangular(factors, identity.expand_as(factors), upper=False)
    precisions = inverse_factors.transpose(1, 2) @ inverse_factors
    linear = (precisions @ means.unsqueeze(2)).squeeze(2)
    log_roots = torch.diagonal(factors, dim1=1, dim2=2).log().sum(dim=1)
    constant = (mass / total).log() - log_roots - 0.5 * depth * math.log(2 * math.pi)
    constant = constant - 0.5 * (linear * means).sum(dim=1)
    quadratics = torch.cat([constant.unsqueeze(1), linear, -0.5 * precisions.flatten(1)], dim=1)
    return quadratics, (1.0 / torch.diagonal(covariances, dim1=1, dim2=2)).sum()


def evaluate(quadratics: Tensor, codes: Tensor) -> Tensor:
    """Return c + b'z + z'Qz of every component and pixel, (K, n), of codes (d, n)."""
    depth, count = codes.shape
    inner = quadratics[:, 1 + depth :].reshape(-1, depth) @ codes
    inner = inner.reshape(len(quadratics), depth, count).add_(quadratics[:, 1 : 1 + depth, None]).mul_(codes)
    return inner.sum(dim=1).add_(quadratics[:, :1])


def weighted_gradient(quadratics: Tensor, codes: Tensor, weights: Tensor) -> Tensor:
    """Return the sum over components of w_k d(b_k'z + z'Q_k z)/dz, (d, n); codes (d, n), weights w (K, n)."""
    depth, count = codes.shape
    matrices = quadratics[:, 1 + depth :].reshape(-1, depth, depth)
    inner = (matrices + matrices.transpose(1, 2)).reshape(-1, depth) @ codes
    inner = inner.reshape(len(quadratics), depth, count).add_(quadratics[:, 1 : 1 + depth, None])
    return inner.mul_(weights.unsqueeze(1)).sum(dim=0)


def energies(quadratics: Tensor, codes: Tensor) -> Tensor:
    """Return E = -log sum_k weight_k N(z; mean_k, covariance_k) of codes (d, n), (n,) float64."""
    return -torch.logsumexp(evaluate(quadratics, codes.double()), dim=0)


def _depth(moments: Tensor) -> int:
    """Return d of (K, 1 + d + d d)."""
    return (math.isqrt(4 * moments.shape[1] - 3) - 1) // 2
