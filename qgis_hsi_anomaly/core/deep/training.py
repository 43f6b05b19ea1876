"""Training over processes: every process adds up gradients of its own pixels, one exchange a step."""

from __future__ import annotations

from typing import Callable, Dict, Iterable, List

import torch
from torch import Tensor

from ..group import Group
from ..progress import SILENT, Progress
from .group import sum_tensor

Gradients = Callable[[Progress], Dict[str, float]]
"""Adds this process's share to the parameters' gradients; returns its share of the loss's parts."""


def train(
    parameters: Iterable[Tensor],
    gradients: Gradients,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    group: Group,
    progress: Progress = SILENT,
) -> List[Dict[str, float]]:
    """Take `epochs` steps, each with the gradient over all pixels; returns the loss's parts before each.

    A step whose gradient is not finite is left out, and a warning says how many were.
    """
    kept = list(parameters)
    history, left_out = [], 0
    for epoch in range(epochs):
        for parameter in kept:
            parameter.grad = torch.zeros_like(parameter)
        parts = gradients(progress.part(epoch / epochs, (epoch + 1) / epochs))
        names = sorted(parts)
        values = torch.tensor([parts[name] for name in names], device=group.device)
        buffer = sum_tensor(torch.cat([*(_gradient(p).flatten() for p in kept), values]), group)
        history.append(dict(zip(names, buffer[len(buffer) - len(names) :].tolist())))
        if bool(torch.isfinite(buffer).all()):
            start = 0
            for parameter in kept:
                parameter.grad = buffer[start : start + parameter.numel()].reshape(parameter.shape)
                start += parameter.numel()
            optimizer.step()
        else:
            left_out += 1
    if left_out:
        progress.warning(f"{left_out} of {epochs} training steps had no finite gradient and were left out.")
    return history


def _gradient(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad
