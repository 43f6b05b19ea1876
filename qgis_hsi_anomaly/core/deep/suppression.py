"""Train the network that predicts pseudo-background noise in noisy spectra (BSDM).

The noise is drawn once: a pixel's noise comes from a generator of its row, so that every step, block height
and process sees the same noise without it being kept.
"""

from __future__ import annotations

import math
from typing import Callable, Dict, List

import numpy as np
import torch

from ..cube import Array, Cube
from ..group import Group
from ..progress import Progress
from .training import train

LEARNING_RATE, LAST_LEARNING_RATE = 1e-4, 1e-5

Forward = Callable[[Dict[str, torch.Tensor], torch.Tensor], torch.Tensor]


def initial_weights(shapes: Dict[str, List[int]], seed: int) -> Dict[str, Array]:
    """Return float32 weights by name: matrices and biases uniform in +-1/sqrt(inputs), scales 1, shifts 0."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in shapes.items():
        layer, kind = name.rsplit(".", 1)
        if kind in ("weight", "bias"):
            bound = 1 / math.sqrt(shapes[f"{layer}.weight"][0])
            weights[name] = (torch.rand(shape, generator=generator) * 2 - 1).mul(bound).numpy()
        else:
            weights[name] = np.full(shape, 1 if kind == "scale" else 0, dtype=np.float32)
    return weights


def train_noise_prediction(
    weights: Dict[str, Array],
    forward: Forward,
    cube: Cube,
    normalise: Callable[[Array], Array],
    noise_mean: float,
    noise_deviation: float,
    signal: float,
    noise: float,
    epochs: int,
    seed: int,
    bytes_per_pixel: int,
    progress: Progress,
    group: Group,
) -> Dict[str, Array]:
    """Return trained weights: mean squared error of the noise predicted in `signal` x + `noise` n.

    weights : where to begin. forward : the network. normalise : (n, bands) spectra to the range it works in.
    bytes_per_pixel : see `Cube.block_height`. One AdamW step an epoch, over all background pixels.
    """
    device = torch.device(group.device)
    parameters = {
        name: torch.tensor(value, device=device, requires_grad=True) for name, value in weights.items()
    }
    optimizer = torch.optim.AdamW(parameters.values(), lr=LEARNING_RATE)
    total = int(np.count_nonzero(cube.background)) * cube.bands
    first, last = group.rows(cube.rows)
    taken = 0

    def gradients(inner: Progress) -> Dict[str, float]:
        nonlocal taken
        fall = 0.5 * (1 + math.cos(math.pi * taken / epochs))
        optimizer.param_groups[0]["lr"] = LAST_LEARNING_RATE + (LEARNING_RATE - LAST_LEARNING_RATE) * fall
        taken += 1
        error = 0.0
        for block in cube.blocks(rows=(first, last), bytes_per_pixel=bytes_per_pixel):
            spectra = normalise(cube.learning_spectra(block))
            if len(spectra):
                drawn = torch.cat([_row_noise(cube, row, seed) for row in range(block.start, block.stop)])
                target = drawn.to(device) * noise_deviation + noise_mean
                noisy = signal * torch.from_numpy(spectra).to(device) + noise * target
                loss = (forward(parameters, noisy) - target).square().sum() / total
                loss.backward()
                error += float(loss.detach())
            inner.update((block.stop - first) / (last - first))
        return {"noise_error": error}

    def skip(done: int) -> None:
        nonlocal taken
        taken = done

    history = train(parameters.values(), gradients, optimizer, epochs, group, progress, skip)
    if history:
        progress.metric("loss_first_epoch", history[0])
        progress.metric("loss_last_epoch", history[-1])
    return {name: value.detach().cpu().numpy() for name, value in parameters.items()}


def _row_noise(cube: Cube, row: int, seed: int) -> torch.Tensor:
    """Standard normal noise of a row's background pixels, (n_pixels, bands)."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + row)
    return torch.randn(int(np.count_nonzero(cube.background[row])), cube.bands, generator=generator)
