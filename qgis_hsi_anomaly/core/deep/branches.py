"""Autoencoders of fully connected layers: the branches for spectra and for spatial features."""

from __future__ import annotations

from typing import Tuple

import torch
from torch import Tensor, nn

SPECTRAL_UNITS = 200
"""Units of the spectral branch's hidden layers."""
SPATIAL_UNITS = 30
"""Units of the spatial branch's hidden layers."""


class Branch(nn.Module):
    """inputs - units - latent - units - inputs; tanh after layers 1, 3 and 4, a linear code.

    Weights are Xavier-normal, biases as torch draws those of Linear.
    """

    def __init__(self, inputs: int, units: int, latent: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Linear(inputs, units),
                nn.Linear(units, latent),
                nn.Linear(latent, units),
                nn.Linear(units, inputs),
            ]
        )
        for layer in self.layers:
            nn.init.xavier_normal_(layer.weight)

    def forward(self, values: Tensor) -> Tuple[Tensor, Tensor]:
        """Return code (n, latent) and reconstruction (n, inputs) of (n, inputs)."""
        first, second, third, fourth = self.layers
        code = second(torch.tanh_(first(values)))
        return code, torch.tanh_(fourth(torch.tanh_(third(code))))
