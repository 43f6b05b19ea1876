"""Autoencoders of fully connected layers: the branches for spectra and for spatial features."""

from __future__ import annotations

from typing import Any, List, Tuple

import torch
from torch import Tensor, nn

from .activation import activate, through
from .features import cross_sums, reconstruction_gradient

SPECTRAL_UNITS = 200
"""Units of the spectral branch's hidden layers."""
SPATIAL_UNITS = 30
"""Units of the spatial branch's hidden layers."""


class Branch(nn.Module):
    """inputs - units - latent - units - inputs; tanh after layers 1, 3 and 4, a linear code.

    Weights are Xavier-normal, biases as torch draws those of Linear. rectified : relu6 takes the place of tanh.
    """

    rectified = False

    def __init__(self, inputs: int, units: int, latent: int) -> None:
        super().__init__()
        self.inputs = inputs
        sizes = (inputs, units, latent, units, inputs)
        self.layers = nn.ModuleList([nn.Linear(*pair) for pair in zip(sizes, sizes[1:])])
        for layer in self.linear:
            nn.init.xavier_normal_(layer.weight)

    @property
    def linear(self) -> List[nn.Linear]:
        """The four layers."""
        return [layer for layer in self.layers if isinstance(layer, nn.Linear)]

    def forward(self, values: Tensor) -> Tuple[Tensor, Tensor]:
        """Return code (n, latent) and reconstruction (n, inputs) of (n, inputs)."""
        first, second, third, fourth = self.linear
        code = second(activate(first(values), self.rectified))
        return code, activate(fourth(activate(third(code), self.rectified)), self.rectified)

    def compare(self, values: Tensor, quartic: bool) -> Tuple[Tensor, Tensor]:
        """Return code (n, latent), and the four sums (4, n) that compare (n, inputs) with the reconstruction.

        See `features`. The same as `forward` and `cross_sums`, with a hand-written backward pass that traverses each
        array few times, while it is in cache. Gradients flow to the weights only, not to `values`.
        """
        weights = [tensor for layer in self.linear for tensor in (layer.weight, layer.bias)]
        code, sums = _Comparison.apply(values, quartic, self.rectified, *weights)
        return code, sums

    def graph_bytes(self) -> int:
        """Return the bytes of the outputs of all layers for a pixel."""
        return sum(4 * layer.out_features for layer in self.linear)


class _Comparison(torch.autograd.Function):
    """Code and cross sums of a branch."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, quartic: bool, rectified: bool, *weights: Tensor
    ) -> Tuple[Tensor, Tensor]:
        """Return (n, latent) and (4, n)."""
        w1, b1, w2, b2, w3, b3, w4, b4 = weights
        first = activate(torch.addmm(b1, x, w1.t()), rectified)
        code = torch.addmm(b2, first, w2.t())
        third = activate(torch.addmm(b3, code, w3.t()), rectified)
        r = activate(torch.addmm(b4, third, w4.t()), rectified)
        ctx.save_for_backward(x, first, code, third, r, w2, w3, w4)
        ctx.quartic, ctx.rectified = quartic, rectified
        return code, cross_sums(x, r, quartic)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tuple[Any, ...]:
        """Return the weights' gradients."""
        x, first, code, third, r, w2, w3, w4 = ctx.saved_tensors
        gradient = reconstruction_gradient(x, r, gradients[1], ctx.quartic)
        gradient = through(gradient, r, ctx.rectified)
        d4 = (gradient.t() @ third, gradient.sum(0))
        gradient = through(gradient @ w4, third, ctx.rectified)
        d3 = (gradient.t() @ code, gradient.sum(0))
        gradient = torch.addmm(gradients[0], gradient, w3)
        d2 = (gradient.t() @ first, gradient.sum(0))
        gradient = through(gradient @ w2, first, ctx.rectified)
        return (None, None, None, gradient.t() @ x, gradient.sum(0), *d2, *d3, *d4)
