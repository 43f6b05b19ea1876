"""The network that predicts pseudo-background noise in noisy spectra, and takes the background out of clean ones.

The noise is drawn once: a pixel's noise comes from a generator of its row, so that every step, block height and process
sees the same noise without it being kept.
"""

from __future__ import annotations

import math
from typing import Any, Dict, Tuple

import numpy as np
import torch
from torch import Tensor, nn

from ...cube import Array, Cube
from ...errors import ModelError
from ...run import ALONE, Run
from ..training.checkpoint import Checkpoint
from ..training.loop import cosine, train
from ..training.optimizers import Adam
from .base import History

LAYERS = ((128, 100, 50), (50, 50, 50), (50, 100, 50), (50, 200, 100), (100, 200, 128))
"""Inputs, hidden units and outputs of the residual layers, down to 50 numbers a pixel and up again."""
TIME = 512
"""Units of the two small networks that embed the diffusion step and a pixel's mean and deviation."""
STEPS, FIRST_BETA, LAST_BETA = 1000, 1e-4, 0.02
LEARNING_RATE, LAST_LEARNING_RATE, DECAY = 1e-4, 1e-5, 1e-2


class ResidualLayer(nn.Module):
    """Two linear layers after a normalization, plus the embedded time, and a third; their sum is added to the input."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.norm_in, self.norm_out = nn.LayerNorm(inputs), nn.LayerNorm(outputs)
        self.first, self.second = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)
        self.last, self.time = nn.Linear(outputs, outputs), nn.Linear(TIME, outputs)
        self.skip = nn.Linear(inputs, outputs) if inputs != outputs else nn.Identity()

    def forward(self, values: Tensor, time: Tensor) -> Tensor:
        """Return (n, outputs) of (n, inputs)."""
        hidden = self.second(torch.tanh(self.first(torch.tanh(self.norm_in(values)))))
        hidden = hidden + self.time(time)
        found: Tensor = self.skip(values) + self.last(torch.tanh(self.norm_out(hidden)))
        return found


class NoisePredictor(nn.Module):
    """A network for spectra of `bands` bands at one step of the diffusion.

    copies : how often the offset module is given a pixel's mean and deviation.
    """

    embedding: Tensor

    def __init__(self, bands: int, step: int, copies: int = 1) -> None:
        super().__init__()
        self.bands, self.copies = bands, copies
        first = LAYERS[0][0]
        self.offset_in, self.offset_out = nn.Linear(2 * copies, TIME), nn.Linear(TIME, first)
        self.time = nn.Sequential(nn.Linear(first, TIME), nn.Tanh(), nn.Linear(TIME, TIME), nn.Tanh())
        self.into, self.out = nn.Linear(bands, first), nn.Linear(LAYERS[-1][2], bands)
        self.layers = nn.ModuleList(ResidualLayer(*widths) for widths in LAYERS)
        half = first // 2
        angles = step * torch.exp(-math.log(10000) * torch.arange(half) / half)
        self.register_buffer("embedding", torch.cat([angles.sin(), angles.cos()]), persistent=False)
        self.signal, self.noise = diffusion(step)

    def forward(self, spectra: Tensor) -> Tensor:
        """Return the noise predicted in (n, bands) spectra."""
        values, time = self.into(spectra) + self.offsets(spectra), self.time(self.embedding)
        for layer in self.layers:
            values = layer(values, time)
        found: Tensor = self.out(torch.tanh(values))
        return found

    def offsets(self, spectra: Tensor) -> Tensor:
        """Return what the offset module adds to (n, bands) spectra after the first layer, (n, LAYERS[0][0]).

        Its inputs are copies of a pixel's mean, then of its deviation. The first layer's weights are added up instead:
        the same, with the same gradients, and cheaper.
        """
        variance, mean = torch.var_mean(spectra, dim=1, unbiased=self.bands > 1)
        weights = self.offset_in.weight.reshape(TIME, 2, self.copies).sum(dim=2)
        pairs = torch.stack([mean, variance.sqrt()], dim=1)
        hidden = torch.tanh(nn.functional.linear(pairs, weights, self.offset_in.bias))
        found: Tensor = self.offset_out(hidden)
        return found

    @torch.no_grad()
    def suppress(self, spectra: Tensor, iterations: int) -> Tensor:
        """Return (n, bands) spectra without their background; values grow with the iterations."""
        for _ in range(iterations):
            spectra = (spectra - self.noise * self(spectra)) / self.signal
        return spectra

    def learn(
        self,
        cube: Cube,
        value_range: Tuple[float, float],
        noise_mean: float,
        noise_deviation: float,
        epochs: int,
        seed: int,
        checkpoint: Any = None,
        run: Run = ALONE,
    ) -> History:
        """Train on a cube's background pixels, one step of AdamW an epoch.

        value_range : what becomes 0 and 1. noise_mean, noise_deviation : of the pseudo-background noise, in that range.
        """
        total = int(np.count_nonzero(cube.background)) * cube.bands

        def gradients(step: int, part: Run) -> Dict[str, float]:
            error = 0.0
            for block, _ in part.blocks(cube, bytes_per_pixel=self.graph_bytes()):
                spectra = self.normalized(cube.learning_spectra(block), value_range)
                if len(spectra):
                    drawn = torch.cat([_row_noise(cube, row, seed) for row in range(block.start, block.stop)])
                    target = drawn.to(spectra.device) * noise_deviation + noise_mean
                    loss = (self(self.signal * spectra + self.noise * target) - target).square().sum() / total
                    loss.backward()
                    error += float(loss.detach())
            return {"noise_error": error}

        optimizer = Adam(self.parameters(), lr=LEARNING_RATE, decay=DECAY)
        rate = cosine(LEARNING_RATE, LAST_LEARNING_RATE, epochs)
        kept: Checkpoint = checkpoint
        return train(
            self.parameters(), gradients, optimizer, epochs, run, learning_rate=rate, checkpoint=kept
        )

    def normalized(self, spectra: Array, value_range: Tuple[float, float]) -> Tensor:
        """Return (n, bands) spectra with a range of values brought to 0..1, on the network's device."""
        low, high = value_range
        scaled = (spectra - np.float32(low)) * np.float32(1 / (high - low))
        return torch.from_numpy(scaled.astype(np.float32)).to(self.embedding.device)

    def graph_bytes(self) -> int:
        """Return the bytes a pixel takes in a training step: what layers leave for the backward pass, and gradients."""
        return 2 * 4 * (4 * self.bands + 6 * sum(sum(widths) for widths in LAYERS))

    def arrays(self) -> Dict[str, Array]:
        """Return what a model file must hold, by name."""
        return {name: value.cpu().numpy() for name, value in self.state_dict().items()}

    def load(self, arrays: Dict[str, Array]) -> None:
        """Take over what `arrays` gave. Raises ModelError where it is of another network."""
        try:
            self.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()})
        except (RuntimeError, TypeError) as error:
            raise ModelError(
                "its weights do not fit the network; another version may have made it: fit it again."
            ) from error


def diffusion(step: int) -> Tuple[float, float]:
    """Return sqrt(a_t) and g_t of t = `step`, with linear betas."""
    beta = np.linspace(FIRST_BETA, LAST_BETA, STEPS)[:step]
    after = np.append(np.cumprod((1 - beta)[::-1])[::-1][1:], 1.0)
    return float(np.sqrt(np.prod(1 - beta))), float(np.sqrt(beta * after).sum())


def _row_noise(cube: Cube, row: int, seed: int) -> Tensor:
    """Standard normal noise of a row's background pixels, (n_pixels, bands)."""
    random = np.random.default_rng([seed, row])
    count = int(np.count_nonzero(cube.background[row]))
    return torch.from_numpy(random.standard_normal((count, cube.bands), dtype=np.float32))
