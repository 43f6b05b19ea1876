"""Gaussian mixture whose memberships a network estimates: its moments are sums over all pixels.

B. Zong et al., Deep autoencoding Gaussian mixture model, ICLR 2018. All of it in float64: a component's
covariance may be a millionth of its mean's square.

A *form* is a quadratic function of a code z for every component, c + b'z + z'Qz, held as (K, 1 + d + d d):
what the mixture's log densities are, and what moments are the coefficients of. Codes are taken as columns,
(d, n), so that all sums run along the pixels.
"""

from __future__ import annotations

import math
from typing import Tuple

import torch
from torch import Tensor, nn

RIDGE = 1e-6
"""Added to every variance, as published."""
RELATIVE_RIDGE = 1e-9
"""Share of a component's mean second moment that is added too: above float64's cancellation at any scale, so
that the Cholesky factor exists however far a training goes, and far below RIDGE for codes of order one."""
EMPTY = 1e-12
"""Share of the pixels that a component has at least: one that nobody belongs to keeps a finite mean."""
HIDDEN_UNITS = 60


class EstimationNetwork(nn.Module):
    """inputs - 60 - components, tanh between, softmax: memberships of every pixel. Xavier-normal weights."""

    def __init__(self, inputs: int, components: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, HIDDEN_UNITS)
        self.second = nn.Linear(HIDDEN_UNITS, components)
        for layer in (self.first, self.second):
            nn.init.xavier_normal_(layer.weight)

    def forward(self, codes: Tensor) -> Tensor:
        """Return memberships (components, n) of (inputs, n), each column of sum 1."""
        hidden = torch.addmm(self.first.bias.unsqueeze(1), self.first.weight, codes).tanh()
        return torch.addmm(self.second.bias.unsqueeze(1), self.second.weight, hidden).softmax(dim=0)


def moment_sums(columns: Tensor, shares: Tensor) -> Tensor:
    """Return the sums over pixels of g, g z and g z z' for every component, (K, 1 + d + d d).

    columns z : (d, n). shares g : (K, n). Sums of chunks, and of processes, add up.
    """
    weighted = (shares.unsqueeze(1) * columns).flatten(0, 1)
    second = (weighted @ columns.t()).reshape(len(shares), -1)
    return torch.cat([shares.sum(1, keepdim=True), shares @ columns.t(), second], dim=1)


def log_densities(sums: Tensor) -> Tuple[Tensor, Tensor]:
    """Return the form log(weight_k N(z; mean_k, covariance_k)) of a mixture, and its inverse variances.

    sums : `moment_sums` of the memberships over all pixels. The second is the sum over components and
    directions of 1 / variance: large where a component collapses.
    """
    depth = _depth(sums)
    total = sums[:, 0].sum()
    mass = sums[:, 0].clamp_min(EMPTY * float(total.detach()))
    means = sums[:, 1 : 1 + depth] / mass.unsqueeze(1)
    second = sums[:, 1 + depth :].reshape(-1, depth, depth) / mass[:, None, None]
    covariances = second - means.unsqueeze(2) * means.unsqueeze(1)
    scale = torch.diagonal(second, dim1=1, dim2=2).mean(dim=1).detach()
    identity = torch.eye(depth, dtype=sums.dtype, device=sums.device)
    covariances = (covariances + covariances.transpose(1, 2)) / 2
    covariances = covariances + (RIDGE + RELATIVE_RIDGE * scale)[:, None, None] * identity
    factors = torch.linalg.cholesky(covariances)
    inverse_factors = torch.linalg.solve_triangular(factors, identity.expand_as(factors), upper=False)
    precisions = inverse_factors.transpose(1, 2) @ inverse_factors
    linear = (precisions @ means.unsqueeze(2)).squeeze(2)
    log_roots = torch.diagonal(factors, dim1=1, dim2=2).log().sum(dim=1)
    constant = (mass / total).log() - log_roots - 0.5 * depth * math.log(2 * math.pi)
    constant = constant - 0.5 * (linear * means).sum(dim=1)
    form = torch.cat([constant.unsqueeze(1), linear, -0.5 * precisions.flatten(1)], dim=1)
    return form, (1.0 / torch.diagonal(covariances, dim1=1, dim2=2)).sum()


def evaluate(form: Tensor, columns: Tensor) -> Tensor:
    """Return c + b'z + z'Qz of every component and pixel, (K, n)."""
    depth, count = columns.shape
    inner = form[:, 1 + depth :].reshape(-1, depth) @ columns
    inner = inner.reshape(len(form), depth, count).add_(form[:, 1 : 1 + depth, None]).mul_(columns)
    return inner.sum(dim=1).add_(form[:, :1])


def slopes(form: Tensor, columns: Tensor, shares: Tensor) -> Tensor:
    """Return the sum over components of g_k d(b_k'z + z'Q_k z)/dz, (d, n); shares g : (K, n)."""
    depth, count = columns.shape
    quadratic = form[:, 1 + depth :].reshape(-1, depth, depth)
    inner = (quadratic + quadratic.transpose(1, 2)).reshape(-1, depth) @ columns
    inner = inner.reshape(len(form), depth, count).add_(form[:, 1 : 1 + depth, None])
    return inner.mul_(shares.unsqueeze(1)).sum(dim=0)


def energies(form: Tensor, codes: Tensor) -> Tensor:
    """Return E = -log sum_k weight_k N(z; mean_k, covariance_k) of codes (d, n), (n,) float64."""
    return -torch.logsumexp(evaluate(form, codes.double()), dim=0)


def _depth(sums: Tensor) -> int:
    """Return d of (K, 1 + d + d d)."""
    return (math.isqrt(4 * sums.shape[1] - 3) - 1) // 2
