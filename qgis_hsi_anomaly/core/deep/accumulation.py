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
from .features import FEATURES
from .branches import Branch
from .group import sum_tensor
from .mixture import EstimationNetwork, Mixture, energies, inverse_variances, mixture_of, moment_sums

CODES_AT_ONCE = 8192
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
        error = torch.zeros((), device=inputs[0].device)
        for index, (branch, values) in enumerate(zip(self.branches, inputs)):
            code, reconstruction = branch(values)
            codes = codes + self.code_shares[index] * code
            features = features + self.feature_shares[index] * self.features(values, reconstruction)
            weight = self.error_weights[index] / values.shape[1]
            error = error + weight * (values - reconstruction).square().sum()
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
    slopes, parts = density_gradients(network.estimation, codes, total, weights, group)
    error = 0.0
    scale = torch.tensor(1.0 / total, device=codes.device)
    for place, inputs in chunks():
        code, chunk_error = network.encode(inputs)
        torch.autograd.backward([code, chunk_error], [slopes[place], scale])
        error += float(chunk_error.detach())
        progress.update(0.3 + 0.7 * place.stop / count)
    return {"reconstruction": error / total, **parts}


def encode_all(
    network: DensityNetwork, chunks: Chunks, count: int, total: int, group: Group, progress: Progress = SILENT
) -> Tensor:
    """Return the codes of this process's pixels, (count, d) float32, without gradient."""
    depth = network.estimation.first.in_features
    codes = torch.empty(count, depth, device=group.device)
    with torch.no_grad():
        for place, inputs in chunks():
            codes[place] = network.encode(inputs)[0]
            progress.update(place.stop / count)
    return codes


def gather_mixture(estimation: EstimationNetwork, codes: Tensor, group: Group) -> Mixture:
    """Return the mixture of all processes' codes."""
    return mixture_of(_gather_sums(estimation, codes, group))


@torch.no_grad()
def _gather_sums(estimation: EstimationNetwork, codes: Tensor, group: Group) -> Tensor:
    components, depth = estimation.second.out_features, codes.shape[1]
    sums = torch.zeros(components, 1 + depth + depth**2, dtype=torch.float64, device=codes.device)
    for chunk in codes.split(CODES_AT_ONCE):
        sums += moment_sums(chunk, estimation(chunk))
    return sum_tensor(sums, group)


def density_gradients(
    estimation: EstimationNetwork, codes: Tensor, total: int, weights: LossWeights, group: Group
) -> Tuple[Tensor, Dict[str, float]]:
    """Return the slopes of the density's loss with respect to this process's codes, and its share of the parts.

    Adds to the estimation network's gradients. The loss is weights.energy x mean energy + weights.variance x
    inverse variances, over the pixels of all processes.
    """
    sums = _gather_sums(estimation, codes, group).requires_grad_()
    mixture = mixture_of(sums)
    fixed = Mixture(*[part.detach().requires_grad_() for part in mixture])
    slopes = torch.empty_like(codes)
    summed = 0.0
    for chunk, slope in zip(codes.split(CODES_AT_ONCE), slopes.split(CODES_AT_ONCE)):
        leaf = chunk.detach().requires_grad_()
        energy = energies(leaf, fixed).sum()
        (energy * (weights.energy / total)).backward()
        slope.copy_(leaf.grad)
        summed += float(energy.detach())
    given = torch.cat([_slope(part).flatten() for part in fixed])
    given = sum_tensor(given, group)
    penalty = inverse_variances(mixture)
    ends = [part.numel() for part in mixture]
    outputs = [*mixture, penalty]
    inflow = [piece.reshape(part.shape) for piece, part in zip(given.split(ends), mixture)]
    torch.autograd.backward(outputs, [*inflow, torch.full_like(penalty, weights.variance)])
    moments_slope = _slope(sums)
    for chunk, slope in zip(codes.split(CODES_AT_ONCE), slopes.split(CODES_AT_ONCE)):
        leaf = chunk.detach().requires_grad_()
        (moment_sums(leaf, estimation(leaf)) * moments_slope).sum().backward()
        slope += leaf.grad
    share = 1.0 / group.size
    return slopes, {"energy": summed / total, "inverse_variances": float(penalty.detach()) * share}


def _slope(tensor: Tensor) -> Tensor:
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
