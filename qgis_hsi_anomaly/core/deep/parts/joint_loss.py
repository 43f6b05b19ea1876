"""The joint loss of autoencoders and mixture, and its exact gradient over any number of chunks and processes.

Every pixel's energy depends on moments of all pixels, so a chunk's loss cannot be differentiated alone. But the loss
depends on the autoencoders only through a few numbers a pixel, its statistics: the code, and the sums that compare
the pixel with its reconstruction. So

1. encode all chunks, keep the statistics;
2. moments of all codes, summed over processes; the gradient of the loss for the statistics, with the moments' part in
   it: the gradient for the moments is summed over pixels and processes first;
3. encode and differentiate chunk by chunk, with the gradient for the statistics given.

One process and many, small chunks and large, agree to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, Optional, Protocol, Sequence, Tuple, Type

import torch
from torch import Tensor, nn

from ...run import ALONE, Run
from ..processes import sum_tensor
from .branches import Branch
from .features import FEATURES
from .mixture import EstimationNetwork, evaluate, log_densities, moment_sums, weighted_gradient
from .state_space import StateSpaceBranch

AT_ONCE = 8192
"""Pixels whose energies are worked on at once on a CPU."""
CUDA_AT_ONCE = 262144
"""Pixels whose energies are worked on at once on a GPU."""

ENCODERS: Dict[str, Type[Branch]] = {"dense": Branch, "mamba": StateSpaceBranch}
"""What makes a code of a spectrum, by name."""

Chunks = Callable[[], Iterable[Tuple[slice, List[Tensor]]]]
"""Goes through this process's pixels: their places, and the inputs of every branch, (n, width) each."""

CodeLoss = Callable[[Tensor], Tuple[Tensor, Dict[str, float]]]
"""A further loss of this process's codes (count, latent): its gradient for them, and this process's part of it."""


class PixelCounts(Protocol):
    """What the loss needs to know of a scene: pixels of this process and of all, and bytes that may be used."""

    count: int
    total: int
    spare_bytes: int


class FusedBranches(nn.Module):
    """Autoencoding branches, fused into one code z a pixel, and the network that estimates its memberships.

    branches : their inputs and hidden units. features : name in FEATURES. encoder : of the first branch, in ENCODERS.
    code_weights, feature_weights : a branch's weight in z = (sum of codes, sum of features).
    error_weights : of a branch's mean squared error in the loss.

    Biases start at zero, as those of the published framework: drawn at random they make the figures depend more on
    the seed.
    """

    def __init__(
        self,
        branches: Sequence[Tuple[int, int]],
        latent: int,
        components: int,
        features: str,
        code_weights: Sequence[float],
        feature_weights: Sequence[float],
        error_weights: Sequence[float],
        encoder: str = "dense",
    ) -> None:
        super().__init__()
        kinds = [ENCODERS[encoder]] + [Branch] * (len(branches) - 1)
        self.branches = nn.ModuleList([kind(*sizes, latent) for kind, sizes in zip(kinds, branches)])
        self.estimation = EstimationNetwork(latent + 2, components)
        for module in self.modules():
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)
        self.features = FEATURES[features]
        self.latent = latent
        self.code_weights, self.feature_weights = tuple(code_weights), tuple(feature_weights)
        self.error_weights = tuple(error_weights)

    def rectify(self, rectified: bool) -> None:
        """Choose between tanh and, rectified, relu6 in all layers."""
        for module in self.modules():
            if isinstance(module, (Branch, EstimationNetwork)):
                module.rectified = rectified

    @property
    def parts(self) -> List[Branch]:
        """The branches."""
        return [branch for branch in self.branches if isinstance(branch, Branch)]

    def encode(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the statistics of pixels: fused code and the branches' cross sums, (latent + 4 branches, n)."""
        pairs = [branch.compare(values, self.features.quartic) for branch, values in zip(self.parts, inputs)]
        code = pairs[0][0] * self.code_weights[0]
        for (more, _), weight in zip(pairs[1:], self.code_weights[1:]):
            code = torch.add(code, more, alpha=weight)
        return torch.cat([code.t(), *(sums for _, sums in pairs)])

    def fuse(self, statistics: Tensor) -> Tensor:
        """Return z (latent + 2, n) of pixels' statistics."""
        features = sum(
            weight * self.features.values(sums, branch.inputs)
            for weight, sums, branch in zip(self.feature_weights, self.cross_sums(statistics), self.parts)
        )
        return torch.cat([statistics[: self.latent], features])  # type: ignore[list-item]

    def graph_bytes(self) -> int:
        """Return the bytes that are kept for a pixel's backward pass."""
        return sum(branch.graph_bytes() for branch in self.parts)

    def cross_sums(self, statistics: Tensor) -> Sequence[Tensor]:
        """Return the branches' cross sums, (4, n) each, among the statistics."""
        return [statistics[first : first + 4] for first in range(self.latent, len(statistics), 4)]


@dataclass(frozen=True)
class LossWeights:
    """energy : of the mean energy. variance : of the summed inverse variances."""

    energy: float = 0.1
    variance: float = 0.001


def joint_gradients(
    network: FusedBranches,
    chunks: Chunks,
    scene: PixelCounts,
    weights: LossWeights,
    run: Run = ALONE,
    code_loss: Optional[CodeLoss] = None,
) -> Dict[str, float]:
    """Add this process's part of the joint loss's gradient to the network's; return its part of the loss's terms.

    Layers' outputs wait for step 3 as far as the scene's spare bytes go; the others are computed again.
    """
    graphs: Dict[int, Tensor] = {}
    room = scene.spare_bytes // network.graph_bytes()
    statistics = encode_all(network, chunks, scene.count, run.part(0.0, 0.3), graphs, room)
    more = None if code_loss is None else code_loss(statistics[: network.latent].t())
    terms = replace_by_gradient(network, statistics, scene.total, weights, run)
    if more is not None:
        statistics[: network.latent] += more[0].t()
        terms.update(more[1])
    for place, inputs in chunks():
        encoded = graphs.pop(place.start) if place.start in graphs else network.encode(inputs)
        encoded.backward(statistics[:, place])
        run.update(0.3 + 0.7 * place.stop / scene.count)
    return terms


def encode_all(
    network: FusedBranches,
    chunks: Chunks,
    count: int,
    run: Run = ALONE,
    graphs: Optional[Dict[int, Tensor]] = None,
    room: int = 0,
) -> Tensor:
    """Return the statistics of this process's pixels, (latent + 4 branches, count), without gradient.

    graphs : takes the first `room` pixels' chunks by the place they start at, ready to be differentiated.
    """
    weight = network.estimation.first.weight
    statistics = weight.new_empty(network.latent + 4 * len(network.branches), count, requires_grad=False)
    for place, inputs in chunks():
        stays = graphs is not None and place.stop <= room
        with torch.set_grad_enabled(stays):
            encoded = network.encode(inputs)
        statistics[:, place] = encoded.detach()
        if graphs is not None and stays:
            graphs[place.start] = encoded
        run.update(place.stop / count)
    return statistics


@torch.no_grad()
def gather_moments(network: FusedBranches, statistics: Tensor, run: Run) -> Tensor:
    """Return the moment sums of all processes' codes z, weighted by their memberships, (K, 1 + d + d d)."""
    depth, components = network.latent + 2, network.estimation.second.out_features
    moments = torch.zeros(components, 1 + depth + depth**2, dtype=torch.float64, device=statistics.device)
    for part in parts_at_once(statistics):
        codes = network.fuse(part)
        moments += moment_sums(codes.double(), network.estimation(codes).double())
    return sum_tensor(moments, run)


def replace_by_gradient(
    network: FusedBranches, statistics: Tensor, total: int, weights: LossWeights, run: Run
) -> Dict[str, float]:
    """Replace the statistics in place by the gradient of the loss for them; return this process's part of its terms.

    Adds to the estimation network's gradient. The loss is the weighted mean squared errors + weights.energy x mean
    energy + weights.variance x inverse variances, over the `total` pixels of all processes.
    """
    moments = gather_moments(network, statistics, run).requires_grad_()
    quadratics, inverse_variances = log_densities(moments)
    scale = weights.energy / total
    energy, code_gradient, own_part = _energy_gradient(network, statistics, quadratics.detach(), scale)
    pulled = [sum_tensor(own_part, run), torch.full_like(inverse_variances, weights.variance)]
    (moment_gradient,) = torch.autograd.grad([quadratics, inverse_variances], [moments], pulled)
    error = _through_memberships(network, statistics, moment_gradient, code_gradient, total)
    return {
        "reconstruction": error,
        "energy": energy / total,
        "inverse_variances": float(inverse_variances.detach()) / run.processes.size,
    }


def _energy_gradient(
    network: FusedBranches, statistics: Tensor, quadratics: Tensor, scale: float
) -> Tuple[float, Tensor, Tensor]:
    """Return the energies' sum, and `scale` times its gradients for the codes (d, n) and for the quadratics.

    The gradient of an energy is that of the log densities weighted by responsibilities, so the second is a moment sum.
    """
    gradient = statistics.new_empty(network.latent + 2, statistics.shape[1])
    for_quadratics = torch.zeros_like(quadratics)
    energy = 0.0
    for part, found in zip(parts_at_once(statistics), parts_at_once(gradient)):
        codes = network.fuse(part).double()
        joint = evaluate(quadratics, codes)
        evidence = torch.logsumexp(joint, dim=0)
        energy -= float(evidence.sum())
        responsibilities = joint.sub_(evidence).exp_().mul_(-scale)
        for_quadratics += moment_sums(codes, responsibilities)
        found.copy_(weighted_gradient(quadratics, codes, responsibilities))
    return energy, gradient, for_quadratics


def _through_memberships(
    network: FusedBranches, statistics: Tensor, moment_gradient: Tensor, code_gradient: Tensor, total: int
) -> float:
    """Replace the statistics by the gradient for them, given those for moments and codes; return the squared errors."""
    error = 0.0
    for part, gradient in zip(parts_at_once(statistics), parts_at_once(code_gradient)):
        leaf = part.detach().clone().requires_grad_()
        fused = network.fuse(leaf)
        codes = fused.detach().double()
        memberships = network.estimation(fused)
        gradient.add_(weighted_gradient(moment_gradient, codes, memberships.detach().double()))
        for_memberships = evaluate(moment_gradient, codes).to(memberships.dtype)
        torch.autograd.backward([fused, memberships], [gradient, for_memberships])
        found = gradient_of(leaf)
        for squares, for_squares, branch, weight in zip(
            network.cross_sums(part), network.cross_sums(found), network.parts, network.error_weights
        ):
            error += weight / branch.inputs / total * float(squares[2].sum(dtype=torch.float64))
            for_squares[2] += weight / branch.inputs / total
        part.copy_(found)
    return error


def parts_at_once(columns: Tensor) -> Sequence[Tensor]:
    """Return views of (width, n): the columns of the pixels that are worked on at once."""
    found: Sequence[Tensor] = columns.split(AT_ONCE if columns.device.type == "cpu" else CUDA_AT_ONCE, dim=1)
    return found


def gradient_of(tensor: Tensor) -> Tensor:
    """Return the gradient that has been added up for a leaf; zeros before the first."""
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
