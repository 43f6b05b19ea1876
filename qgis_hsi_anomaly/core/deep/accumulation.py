"""The joint loss and its exact gradient over any number of chunks and processes.

Every pixel's energy depends on moments of all pixels, so a chunk's loss cannot be differentiated alone.
But the loss depends on the autoencoders only through the codes z, a few numbers a pixel:

1. encode all chunks, keep z;
2. moments of all z, summed over processes; the energies' slopes with respect to z, with the moments'
   part in it: the slopes with respect to the moments are summed over pixels and processes first;
3. encode and differentiate chunk by chunk, with the slopes of z given.

One process and many, small chunks and large, agree to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, Sequence, Tuple

import torch
from torch import Tensor, nn

from ..group import Group
from ..progress import SILENT, Progress
from .branches import Branch
from .features import FEATURES, row_sums
from .group import sum_tensor
from .mixture import EstimationNetwork, columns_of, evaluate, log_densities, moment_sums, slopes

CODES_AT_ONCE = 2048
"""Pixels whose energies are worked on at once."""

Chunks = Callable[[], Iterable[Tuple[slice, List[Tensor]]]]
"""Walks over this process's pixels: their places, and the inputs of every branch, (n, width) each."""


class DensityNetwork(nn.Module):
    """Autoencoding branches, fused into one code a pixel, and the network that estimates its memberships.

    branches : their inputs and hidden units. features : name in FEATURES.
    code_shares, feature_shares : a branch's weight in z = (sum of codes, sum of features).
    """

    def __init__(
        self,
        branches: Sequence[Tuple[int, int]],
        latent: int,
        components: int,
        features: str,
        code_shares: Sequence[float],
        feature_shares: Sequence[float],
        error_weights: Sequence[float],
    ) -> None:
        super().__init__()
        self.branches = nn.ModuleList([Branch(inputs, units, latent) for inputs, units in branches])
        self.estimation = EstimationNetwork(latent + 2, components)
        self.features = FEATURES[features]
        self.code_shares, self.feature_shares = tuple(code_shares), tuple(feature_shares)
        self.error_weights = tuple(error_weights)

    def encode(self, inputs: Sequence[Tensor]) -> Tuple[Tensor, Tensor]:
        """Return z (n, latent + 2), and the sum over pixels and branches of weight x mean squared error."""
        codes, features = 0.0, 0.0
        error = inputs[0].new_zeros(())
        for index, (branch, values) in enumerate(zip(self.branches, inputs)):
            code, reconstruction = branch(values)
            codes = codes + self.code_shares[index] * code
            sums = row_sums(values, reconstruction)
            features = features + self.feature_shares[index] * self.features(sums)
            error = error + self.error_weights[index] / values.shape[1] * sums.dd.sum()
        return torch.cat([codes, features], dim=1), error  # type: ignore[list-item]


@dataclass(frozen=True)
class LossWeights:
    """energy : of the mean energy. variance : of the summed inverse variances."""

    energy: float = 0.1
    variance: float = 0.001


def joint_gradients(
    network: DensityNetwork,
    chunks: Chunks,
    count: int,
    total: int,
    weights: LossWeights,
    group: Group,
    progress: Progress = SILENT,
) -> Dict[str, float]:
    """Add to the network's gradients this process's share of the joint loss's.

    count, total : pixels of this process and of all. Returns this process's share of the loss's parts.
    """
    codes = encode_all(network, chunks, count, total, group, progress.part(0.0, 0.3))
    code_slopes, parts = density_gradients(network.estimation, codes, total, weights, group)
    error = 0.0
    scale = torch.tensor(1.0 / total, dtype=codes.dtype, device=codes.device)
    for place, inputs in chunks():
        code, chunk_error = network.encode(inputs)
        torch.autograd.backward([code, chunk_error], [code_slopes[place], scale])
        error += float(chunk_error.detach())
        progress.update(0.3 + 0.7 * place.stop / count)
    return {"reconstruction": error / total, **parts}


def encode_all(
    network: DensityNetwork, chunks: Chunks, count: int, total: int, group: Group, progress: Progress = SILENT
) -> Tensor:
    """Return the codes of this process's pixels, (count, d) float32, without gradient."""
    weight = network.estimation.first.weight
    codes = torch.empty(count, weight.shape[1], dtype=weight.dtype, device=weight.device)
    with torch.no_grad():
        for place, inputs in chunks():
            codes[place] = network.encode(inputs)[0]
            progress.update(place.stop / count)
    return codes


@torch.no_grad()
def gather_moments(estimation: EstimationNetwork, codes: Tensor, group: Group) -> Tensor:
    """Return the moment sums of all processes' codes, weighted by their memberships."""
    depth, components = codes.shape[1], estimation.second.out_features
    sums = torch.zeros(components, 1 + depth + depth**2, dtype=torch.float64, device=codes.device)
    for chunk in codes.split(CODES_AT_ONCE):
        sums += moment_sums(columns_of(chunk), estimation(chunk).t().double())
    return sum_tensor(sums, group)


def density_gradients(
    estimation: EstimationNetwork, codes: Tensor, total: int, weights: LossWeights, group: Group
) -> Tuple[Tensor, Dict[str, float]]:
    """Return the slopes of the density's loss for this process's codes, and its share of the loss's parts.

    Adds to the estimation network's gradients. The loss is weights.energy x mean energy + weights.variance x
    inverse variances, over the pixels of all processes. The slope of an energy is that of the log densities
    weighted by responsibilities, so the energies' slope for the mixture's form is a moment sum as well.
    """
    sums = gather_moments(estimation, codes, group).requires_grad_()
    form, penalty = log_densities(sums)
    fixed = form.detach()
    gradient = torch.empty_like(codes)
    pull = torch.zeros_like(fixed)
    energy = 0.0
    scale = weights.energy / total
    for chunk, slope in zip(codes.split(CODES_AT_ONCE), gradient.split(CODES_AT_ONCE)):
        columns = columns_of(chunk)
        joint = evaluate(fixed, columns)
        evidence = torch.logsumexp(joint, dim=0)
        energy -= float(evidence.sum())
        responsibilities = joint.sub_(evidence).exp_().mul_(-scale)
        pull += moment_sums(columns, responsibilities)
        slope.copy_(slopes(fixed, columns, responsibilities).t())
    pull = sum_tensor(pull, group)
    torch.autograd.backward([form, penalty], [pull, torch.full_like(penalty, weights.variance)])
    assert sums.grad is not None
    moment_slopes = sums.grad
    for chunk, slope in zip(codes.split(CODES_AT_ONCE), gradient.split(CODES_AT_ONCE)):
        leaf = chunk.detach().requires_grad_()
        columns = columns_of(chunk)
        memberships = estimation(leaf)
        memberships.backward(evaluate(moment_slopes, columns).t().to(memberships.dtype))
        shares = memberships.detach().t().double()
        slope += leaf.grad + slopes(moment_slopes, columns, shares).t()
    return gradient, {"energy": energy / total, "inverse_variances": float(penalty.detach()) / group.size}
