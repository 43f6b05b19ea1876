"""The joint loss and its exact gradient over any number of chunks and processes.

Every pixel's energy depends on moments of all pixels, so a chunk's loss cannot be differentiated alone.
But the loss depends on the autoencoders only through a few numbers a pixel, the code and the sums that
compare it with its reconstruction:

1. encode all chunks, keep those numbers;
2. moments of all codes, summed over processes; the slopes of the energies for the kept numbers, with the
   moments' part in it: the slopes for the moments are summed over pixels and processes first;
3. encode and differentiate chunk by chunk, with the slopes of the kept numbers given.

One process and many, small chunks and large, agree to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, Optional, Sequence, Tuple

import torch
from torch import Tensor, nn

from ..group import Group
from ..progress import SILENT, Progress
from .branches import Branch
from .features import FEATURES
from .group import sum_tensor
from .mixture import EstimationNetwork, evaluate, log_densities, moment_sums, slopes

KEPT_AT_ONCE = 8192
"""Pixels whose energies are worked on at once on a CPU."""
CUDA_KEPT_AT_ONCE = 262144
"""Pixels whose energies are worked on at once on a GPU."""

Chunks = Callable[[], Iterable[Tuple[slice, List[Tensor]]]]
"""Walks over this process's pixels: their places, and the inputs of every branch, (n, width) each."""

CodeLoss = Callable[[Tensor], Tuple[Tensor, Dict[str, float]]]
"""A further loss of this process's codes (count, latent): its slopes for them, and its share of the parts."""


class DensityNetwork(nn.Module):
    """Autoencoding branches, fused into one code z a pixel, and the network that estimates its memberships.

    branches : their inputs and hidden units. features : name in FEATURES.
    code_shares, feature_shares : a branch's weight in z = (sum of codes, sum of features).
    error_weights : of a branch's mean squared error in the loss.

    Biases start at zero: drawn at random they make the figures depend more on the seed.
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
        self.parts = [Branch(inputs, units, latent) for inputs, units in branches]
        self.branches = nn.ModuleList(self.parts)
        self.estimation = EstimationNetwork(latent + 2, components)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)
        self.features = FEATURES[features]
        self.latent = latent
        self.code_shares, self.feature_shares = tuple(code_shares), tuple(feature_shares)
        self.error_weights = tuple(error_weights)

    def encode(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return what is kept of pixels: fused code and the branches' cross sums, (latent + 4 branches, n)."""
        pairs = [branch.compare(values, self.features.quartic) for branch, values in zip(self.parts, inputs)]
        code = pairs[0][0] * self.code_shares[0]
        for (more, _), share in zip(pairs[1:], self.code_shares[1:]):
            code = torch.add(code, more, alpha=share)
        return torch.cat([code.t(), *(sums for _, sums in pairs)])

    def fuse(self, kept: Tensor) -> Tensor:
        """Return z (latent + 2, n) of what was kept."""
        features = sum(
            share * self.features.values(sums, branch.inputs)
            for share, sums, branch in zip(self.feature_shares, self.cross_sums(kept), self.parts)
        )
        return torch.cat([kept[: self.latent], features])  # type: ignore[list-item]

    def graph_bytes(self) -> int:
        """Return the bytes of the outputs of all layers for a pixel."""
        return sum(4 * layer.out_features for branch in self.parts for layer in branch.linear)

    def cross_sums(self, kept: Tensor) -> Sequence[Tensor]:
        """Return the branches' cross sums, (4, n) each, among what was kept."""
        return [kept[first : first + 4] for first in range(self.latent, len(kept), 4)]


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
    code_loss: Optional[CodeLoss] = None,
    room: int = 0,
) -> Dict[str, float]:
    """Add to the network's gradients this process's share of the joint loss's.

    count, total : pixels of this process and of all. room : bytes in which layers' outputs may wait for step 3,
    where they are computed again otherwise. Returns this process's share of the loss's parts.
    """
    graphs: Dict[int, Tensor] = {}
    kept = encode_all(network, chunks, count, progress.part(0.0, 0.3), graphs, room // network.graph_bytes())
    more = None if code_loss is None else code_loss(kept[: network.latent].t())
    parts = differentiate_kept(network, kept, total, weights, group)
    if more is not None:
        kept[: network.latent] += more[0].t()
        parts.update(more[1])
    for place, inputs in chunks():
        encoded = graphs.pop(place.start) if place.start in graphs else network.encode(inputs)
        encoded.backward(kept[:, place])
        progress.update(0.3 + 0.7 * place.stop / count)
    return parts


def encode_all(
    network: DensityNetwork,
    chunks: Chunks,
    count: int,
    progress: Progress = SILENT,
    graphs: Optional[Dict[int, Tensor]] = None,
    room: int = 0,
) -> Tensor:
    """Return what is kept of this process's pixels, (latent + 4 branches, count), without gradient.

    graphs : takes the first `room` pixels' chunks by the place they start at, ready to be differentiated.
    """
    weight = network.estimation.first.weight
    kept = weight.new_empty(network.latent + 4 * len(network.parts), count, requires_grad=False)
    for place, inputs in chunks():
        stays = graphs is not None and place.stop <= room
        with torch.set_grad_enabled(stays):
            encoded = network.encode(inputs)
        kept[:, place] = encoded.detach()
        if graphs is not None and stays:
            graphs[place.start] = encoded
        progress.update(place.stop / count)
    return kept


@torch.no_grad()
def gather_moments(network: DensityNetwork, kept: Tensor, group: Group) -> Tensor:
    """Return the moment sums of all processes' codes z, weighted by their memberships, (K, 1 + d + d d)."""
    depth, components = network.latent + 2, network.estimation.second.out_features
    sums = torch.zeros(components, 1 + depth + depth**2, dtype=torch.float64, device=kept.device)
    for part in portions(kept):
        codes = network.fuse(part)
        sums += moment_sums(codes.double(), network.estimation(codes).double())
    return sum_tensor(sums, group)


def differentiate_kept(
    network: DensityNetwork, kept: Tensor, total: int, weights: LossWeights, group: Group
) -> Dict[str, float]:
    """Put the joint loss's slopes for what was kept in its place; return this process's share of the parts.

    Adds to the estimation network's gradients. The loss is the weighted mean squared errors + weights.energy x
    mean energy + weights.variance x inverse variances, over the pixels of all processes. The slope of an energy
    is that of the log densities weighted by responsibilities, so the energies' slope for the mixture's form
    is a moment sum as well.
    """
    sums = gather_moments(network, kept, group).requires_grad_()
    form, penalty = log_densities(sums)
    fixed = form.detach()
    gradient = kept.new_empty(network.latent + 2, kept.shape[1])
    pull = torch.zeros_like(fixed)
    energy, error = 0.0, 0.0
    scale = weights.energy / total
    for part, slope in zip(portions(kept), portions(gradient)):
        codes = network.fuse(part).double()
        joint = evaluate(fixed, codes)
        evidence = torch.logsumexp(joint, dim=0)
        energy -= float(evidence.sum())
        responsibilities = joint.sub_(evidence).exp_().mul_(-scale)
        pull += moment_sums(codes, responsibilities)
        slope.copy_(slopes(fixed, codes, responsibilities))
    pulls = [sum_tensor(pull, group), torch.full_like(penalty, weights.variance)]
    (moment_slopes,) = torch.autograd.grad([form, penalty], [sums], pulls)
    for part, slope in zip(portions(kept), portions(gradient)):
        leaf = part.detach().clone().requires_grad_()
        fused = network.fuse(leaf)
        codes = fused.detach().double()
        memberships = network.estimation(fused)
        slope.add_(slopes(moment_slopes, codes, memberships.detach().double()))
        reach = evaluate(moment_slopes, codes).to(memberships.dtype)
        torch.autograd.backward([fused, memberships], [slope, reach])
        found = gradient_of(leaf)
        for squares, turn, branch, weight in zip(
            network.cross_sums(part), network.cross_sums(found), network.parts, network.error_weights
        ):
            error += weight / branch.inputs / total * float(squares[2].sum(dtype=torch.float64))
            turn[2] += weight / branch.inputs / total
        part.copy_(found)
    return {
        "reconstruction": error,
        "energy": energy / total,
        "inverse_variances": float(penalty.detach()) / group.size,
    }


def portions(kept: Tensor) -> Sequence[Tensor]:
    """Return what was kept of the pixels that are worked on at once, a view each."""
    found: Sequence[Tensor] = kept.split(
        KEPT_AT_ONCE if kept.device.type == "cpu" else CUDA_KEPT_AT_ONCE, dim=1
    )
    return found


def gradient_of(tensor: Tensor) -> Tensor:
    """Return the gradient that has been added up for a leaf; zeros before the first."""
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
