"""SpectralMamba's spectral encoder: a spectrum, cut into pieces, runs through a state space that depends on its input.

J. Yao et al., SpectralMamba, arXiv 2404.08489, 2024, of which no code is public; the state space is that of Mamba
(A. Gu and T. Dao, arXiv 2312.00752). Sizes, and how a code is made of the pieces, are assumed. Left out: the gate
that merges a spectrum with its neighbors', and pieces that begin anew at dropped bands. Plain autograd over the pieces.
"""

from __future__ import annotations

import math
from typing import Optional, Tuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import silu, softplus

from ...cube import Array
from .activation import activate
from .branches import Branch

PIECE = 16
"""Bands in a piece."""
WIDTH, STATES, RANK = 32, 8, 4
"""Channels, numbers that each remembers, and numbers that its step sizes are made of."""
REACH = 3
"""Pieces that the convolution along them sees: this one and those before."""
STEP_RANGE = 1e-3, 0.1
"""Step sizes at the start, log-uniform."""


def selective_scan(u: Tensor, step: Tensor, rates: Tensor, drive: Tensor, read: Tensor) -> Tensor:
    """Return y_k = c_k . s_k of s_k = exp(step_k A) s_k-1 + step_k b_k u_k, s_0 = 0, for every channel, (n, P, d).

    u, step : (n, P, d). rates A : (d, N). drive b, read c : (n, P, N).
    """
    state = u.new_zeros(len(u), *rates.shape)
    found = []
    for k in range(u.shape[1]):
        pushed = (step[:, k] * u[:, k]).unsqueeze(2) * drive[:, k].unsqueeze(1)
        state = (step[:, k].unsqueeze(2) * rates).exp() * state + pushed
        found.append((state @ read[:, k].unsqueeze(2)).squeeze(2))
    return torch.stack(found, dim=1)


class SpectralStateSpace(nn.Module):
    """Pieces of 16 bands in order of wavelength -> code; one layer, each piece's tanh kept in its place.

    order : the bands by wavelength, (bands,); as they are stored until `sort` is called.
    """

    order: Tensor

    def __init__(self, bands: int, latent: int) -> None:
        super().__init__()
        self.pieces = -(-bands // PIECE)
        self.register_buffer("order", torch.arange(bands))
        self.embed = nn.Linear(PIECE, WIDTH)
        self.place = nn.Parameter(0.02 * torch.randn(self.pieces, WIDTH))
        self.norm = nn.LayerNorm(WIDTH)
        self.into = nn.Linear(WIDTH, 2 * WIDTH, bias=False)
        self.along = nn.Conv1d(WIDTH, WIDTH, REACH, padding=REACH - 1, groups=WIDTH)
        self.select = nn.Linear(WIDTH, RANK + 2 * STATES, bias=False)
        self.step = nn.Linear(RANK, WIDTH, bias=False)
        start = torch.empty(WIDTH).uniform_(*(math.log(step) for step in STEP_RANGE)).exp()
        self.step_bias = nn.Parameter(start + torch.log(-torch.expm1(-start)))  # softplus gives `start`
        self.log_rates = nn.Parameter(torch.arange(1.0, STATES + 1).log().repeat(WIDTH, 1))
        self.skip = nn.Parameter(torch.ones(WIDTH))
        self.out = nn.Linear(WIDTH, WIDTH)
        self.code = nn.Linear(WIDTH * self.pieces, latent)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_normal_(module.weight)

    def sort(self, wavelengths: Optional[Array]) -> None:
        """Take the order of the bands; without wavelengths it stays."""
        if wavelengths is not None:
            order = np.argsort(wavelengths, kind="stable")
            self.order = torch.from_numpy(order).to(self.order.device)

    def forward(self, spectra: Tensor) -> Tensor:
        """Return codes (n, latent) of (n, bands)."""
        missing = self.pieces * PIECE - spectra.shape[1]
        order = torch.cat([self.order, self.order[-1:].expand(missing)])
        h = self.embed(spectra[:, order].unflatten(1, (self.pieces, PIECE))) + self.place
        u, gate = self.into(self.norm(h)).chunk(2, dim=2)
        u = silu(self.along(u.transpose(1, 2))[..., : self.pieces].transpose(1, 2))
        rank, drive, read = self.select(u).split([RANK, STATES, STATES], dim=2)
        step = softplus(self.step(rank) + self.step_bias)
        y = selective_scan(u, step, -self.log_rates.exp(), drive, read) + self.skip * u
        h = h + self.out(y * silu(gate))
        code: Tensor = self.code(h.tanh().flatten(1))
        return code


class StateSpaceBranch(Branch):
    """The dense branch's decoder behind a state space. `compare` by plain autograd."""

    def __init__(self, inputs: int, units: int, latent: int) -> None:
        super().__init__(inputs, units, latent)
        self.layers = nn.ModuleList(self.linear[2:])
        self.encoder = SpectralStateSpace(inputs, latent)

    def forward(self, values: Tensor) -> Tuple[Tensor, Tensor]:
        """Return code (n, latent) and reconstruction (n, inputs) of (n, inputs)."""
        third, fourth = self.linear
        code = self.encoder(values)
        return code, activate(fourth(activate(third(code), self.rectified)), self.rectified)

    def compare(self, values: Tensor, quartic: bool) -> Tuple[Tensor, Tensor]:
        """Return code (n, latent), and the four sums (4, n) that compare (n, inputs) with the reconstruction."""
        code, r = self(values)
        cross = (values * r).square() if quartic else values * (values - r)
        parts = values.square(), r.square(), (values - r).square(), cross
        return code, torch.stack([part.sum(dim=1) for part in parts])

    def graph_bytes(self) -> int:
        """Return the bytes kept for a pixel's backward pass: for a piece two of all states, the rest by widths."""
        piece = 2 * WIDTH * STATES + 14 * WIDTH + PIECE + RANK + 4 * STATES
        return super().graph_bytes() + 4 * (self.encoder.pieces * piece + 3 * self.inputs)
