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
from .group import sum_tensor

LEARNING_RATE, LAST_LEARNING_RATE = 1e-4, 1e-5

Forward = Callable[[Dict[str, torch.Tensor], torch.Tensor], torch.Tensor]


def initial_weights(shapes: Dict[str, List[int]], seed: int) -> Dict[str, Array]:
    """Return float32 weights by name: matrices uniform in +-1/sqrt(inputs), scales 1, offsets 0."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in shapes.items():
        if name.endswith("weight"):
            bound = 1 / math.sqrt(shape[0])
            weights[name] = (torch.rand(shape, generator=generator) * 2 - 1).mul(bound).numpy()
        else:
            weights[name] = np.full(shape, 1 if name.endswith("scale") else 0, dtype=np.float32)
    return weights


def train_noise_prediction(
    weights: Dict[str, Array],
    forward: Forward,
    cube: Cube,
    normalise: Callable[[Array], Array],
    noise_mean: Array,
    noise_deviation: Array,
    signal: float,
    noise: float,
    epochs: int,
    seed: int,
    progress: Progress,
    group: Group,
) -> Dict[str, Array]:
    """Return trained weights: mean squared error of the noise predicted in `signal` x + `noise` n.

    weights : where to begin. forward : the network. normalise : (n, bands) spectra to the range it works in.
    noise_mean, noise_deviation : (bands,) of the noise. One AdamW step an epoch, over all background pixels.
    """
    device = torch.device(group.device)
    parameters = {name: torch.tensor(value, device=device, requires_grad=True) for name, value in weights.items()}
    optimiser = torch.optim.AdamW(parameters.values(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(epochs, 1), LAST_LEARNING_RATE)
    mean = torch.tensor(noise_mean, dtype=torch.float32, device=device)
    deviation = torch.tensor(noise_deviation, dtype=torch.float32, device=device)
    total = int(np.count_nonzero(cube.background)) * cube.bands
    first, last = group.rows(cube.rows)
    for epoch in range(epochs):
        optimiser.zero_grad(set_to_none=False)
        for block in cube.blocks(rows=(first, last), bytes_per_pixel=cube.bands * 48):
            spectra = normalise(cube.learning_spectra(block))
            if not len(spectra):
                continue
            drawn = torch.cat([_row_noise(cube, row, seed) for row in range(block.start, block.stop)])
            target = drawn.to(device) * deviation + mean
            noisy = signal * torch.from_numpy(spectra).to(device) + noise * target
            loss = (forward(parameters, noisy) - target).square().sum() / total
            loss.backward()
            progress.update((epoch + (block.stop - first) / (last - first)) / epochs)
        _sum_gradients(list(parameters.values()), group)
        optimiser.step()
        schedule.step()
    return {name: value.detach().cpu().numpy() for name, value in parameters.items()}


def _row_noise(cube: Cube, row: int, seed: int) -> torch.Tensor:
    """Standard normal noise of a row's background pixels, (n_pixels, bands)."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + row)
    return torch.randn(int(np.count_nonzero(cube.background[row])), cube.bands, generator=generator)


def _sum_gradients(parameters: List[torch.Tensor], group: Group) -> None:
    gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
    flat = sum_tensor(torch.cat([gradient.flatten() for gradient in gradients]), group)
    for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters])):
        parameter.grad = part.view_as(parameter).clone()
