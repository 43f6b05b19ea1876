"""Training over processes: every process adds up gradients of its own pixels, one exchange a step."""

from __future__ import annotations

from typing import Callable, Dict, Iterable, List, Optional

import torch
from torch import Tensor

from ..group import Group
from ..progress import SILENT, Progress
from .accumulation import gradient_of
from .compression import Compression, exchange
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
    skip: Optional[Callable[[int], None]] = None,
    compression: Optional[Compression] = None,
) -> List[Dict[str, float]]:
    """Take `epochs` steps, each with the gradient over all pixels; returns the loss's parts before each.

    skip : called with the number of steps that a resumed run need not take again, where `gradients` has a state
    of its own to be brought there. compression : what of the gradients is exchanged; everything without one.

    A step whose gradient is not finite is left out, and a warning says how many were.
    """
    kept = list(parameters)
    checkpoint = group.checkpoint if compression is None else None
    done, history = (0, []) if checkpoint is None else checkpoint.enter(kept, optimizer, epochs)
    if done and skip is not None:
        skip(done)
    left_out = 0
    for epoch in range(done, epochs):
        for parameter in kept:
            parameter.grad = torch.zeros_like(parameter)
        parts = gradients(progress.part(epoch / epochs, (epoch + 1) / epochs))
        names = sorted(parts)
        values = torch.tensor([parts[name] for name in names], device=group.device)
        slopes = [gradient_of(parameter) for parameter in kept]
        if compression is None:
            *slopes, values = sum_together([*slopes, values], group)
        else:
            slopes, values = exchange(compression, slopes, group), sum_tensor(values, group)
        history.append(dict(zip(names, values.tolist())))
        if all(bool(torch.isfinite(slope).all()) for slope in slopes):
            for parameter, slope in zip(kept, slopes):
                parameter.grad = slope
            optimizer.step()
        else:
            left_out += 1
        if checkpoint is not None:
            checkpoint.step(epoch + 1, group)
    if left_out:
        progress.warning(f"{left_out} of {epochs} training steps had no finite gradient and were left out.")
    return list(history)


def sum_together(tensors: List[Tensor], group: Group) -> List[Tensor]:
    """Return the sums of several tensors over all processes, in one exchange."""
    if group.size == 1:
        return tensors
    buffer = sum_tensor(torch.cat([tensor.flatten() for tensor in tensors]), group)
    pieces = buffer.split([tensor.numel() for tensor in tensors])
    return [piece.reshape(tensor.shape) for piece, tensor in zip(pieces, tensors)]
