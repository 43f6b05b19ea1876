"""Gaussian mixture whose memberships a network estimates: its moments are sums over all pixels.

B. Zong et al., Deep autoencoding Gaussian mixture model, ICLR 2018. All of it in float64: a component's
covariance may be a millionth of its mean's square.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

RIDGE = 1e-6
"""Added to every variance, as published."""
RELATIVE_RIDGE = 1e-9
"""Share of a component's mean second moment that is added too: above float64's cancellation at any scale, so
that the Cholesky factor exists however far a training goes, and far below RIDGE for codes of order one."""
HIDDEN_UNITS = 60


class EstimationNetwork(nn.Module):
    """inputs - 60 - components, tanh between, softmax: memberships of every pixel."""

    def __init__(self, inputs: int, components: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, HIDDEN_UNITS)
        self.second = nn.Linear(HIDDEN_UNITS, components)
        for layer in (self.first, self.second):
            nn.init.xavier_normal_(layer.weight)

    def forward(self, codes: Tensor) -> Tensor:
        """Return memberships (n, components) of (n, inputs), each row of sum 1."""
        return torch.softmax(self.second(torch.tanh(self.first(codes))), dim=1)


class Mixture(NamedTuple):
    """log_weights (K,), means (K, d) and the covariances' lower Cholesky factors (K, d, d), float64."""

    log_weights: Tensor
    means: Tensor
    factors: Tensor


def moment_sums(codes: Tensor, memberships: Tensor) -> Tensor:
    """Return sums over pixels of g, g z and g z z' for every component, (K, 1 + d + d d) float64.

    codes z : (n, d). memberships g : (n, K). Sums of chunks, and of processes, add up.
    """
    codes, memberships = codes.double(), memberships.double()
    weighted = memberships.t().unsqueeze(2) * codes  # (K, n, d)
    second = weighted.transpose(1, 2) @ codes
    return torch.cat([memberships.sum(0).unsqueeze(1), weighted.sum(1), second.flatten(1)], dim=1)


def mixture_of(sums: Tensor) -> Mixture:
    """Return the mixture whose `moment_sums` over all pixels are given."""
    depth = _depth(sums.shape[1])
    count = sums[:, 0].sum()
    # A component nobody belongs to keeps a finite weight and mean.
    mass = sums[:, 0].clamp_min(1e-12 * float(count.detach()))
    means = sums[:, 1 : 1 + depth] / mass.unsqueeze(1)
    second = sums[:, 1 + depth :].reshape(-1, depth, depth) / mass[:, None, None]
    covariances = second - means.unsqueeze(2) * means.unsqueeze(1)
    covariances = (covariances + covariances.transpose(1, 2)) / 2
    scale = torch.diagonal(second, dim1=1, dim2=2).mean(dim=1).detach()
    ridge = RIDGE + RELATIVE_RIDGE * scale
    guarded = covariances + ridge[:, None, None] * torch.eye(depth, dtype=sums.dtype, device=sums.device)
    return Mixture((mass / count).log(), means, torch.linalg.cholesky(guarded))


def inverse_variances(mixture: Mixture) -> Tensor:
    """Return the sum over components and directions of 1 / variance: large where a component collapses."""
    return (1.0 / mixture.factors.square().sum(dim=2)).sum()


def energies(codes: Tensor, mixture: Mixture) -> Tensor:
    """Return E = -log sum_k weight_k N(z; mean_k, covariance_k) of codes (n, d), (n,) float64."""
    components, depth = mixture.means.shape
    identity = torch.eye(depth, dtype=mixture.means.dtype, device=codes.device)
    inverses = torch.linalg.solve_triangular(mixture.factors, identity, upper=False)  # (K, d, d)
    white = codes.double() @ inverses.reshape(components * depth, depth).t()
    white = white - (inverses @ mixture.means.unsqueeze(2)).reshape(-1)
    distances = white.square().reshape(-1, components, depth).sum(dim=2)
    log_roots = torch.diagonal(mixture.factors, dim1=1, dim2=2).log().sum(dim=1)
    constants = mixture.log_weights - log_roots - 0.5 * depth * math.log(2 * math.pi)
    return -torch.logsumexp(constants - 0.5 * distances, dim=1)


def _depth(width: int) -> int:
    """Return d of a width 1 + d + d d."""
    return (math.isqrt(4 * width - 3) - 1) // 2
