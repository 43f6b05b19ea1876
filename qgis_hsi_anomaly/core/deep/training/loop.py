"""Steps over processes: every process adds up gradients of its own pixels, one exchange a step."""

from __future__ import annotations

import math
from typing import Callable, Dict, Iterable, List, Optional

import torch
from torch import Tensor

from ...run import ALONE, Run
from ..parts.joint_loss import gradient_of
from ..processes import sum_tensor
from .checkpoint import Checkpoint
from .compression import Compression, exchange
from .optimizers import AnyOptimizer

_TOLD = 10
"""About how many steps of a training are told to the user."""

Gradients = Callable[[int, Run], Dict[str, float]]
"""Adds this process's part of a step's gradient to the parameters'; takes the step's number from 0, returns this
process's part of the loss's terms."""


def train(
    parameters: Iterable[Tensor],
    gradients: Gradients,
    optimizer: AnyOptimizer,
    steps: int,
    run: Run = ALONE,
    *,
    learning_rate: Optional[Callable[[int], float]] = None,
    checkpoint: Optional[Checkpoint] = None,
    compression: Optional[Compression] = None,
) -> List[Dict[str, float]]:
    """Take a number of steps; return the loss's terms before each.

    learning_rate : of a step, by its number; the optimizer's own where it is not given. checkpoint : keeps the state,
    and knows the steps that a resumed run need not take again. compression : what of the gradients is exchanged;
    everything without one.

    A step whose gradient is not finite is left out, and a warning says how many were.
    """
    kept = list(parameters)
    done, history = (0, []) if checkpoint is None else checkpoint.enter(kept, optimizer, steps)
    left_out = 0
    for step in range(done, steps):
        for parameter in kept:
            parameter.grad = torch.zeros_like(parameter)
        if learning_rate is not None:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step)
        terms = gradients(step, run.part(step / steps, (step + 1) / steps))
        names = sorted(terms)
        values = torch.tensor([terms[name] for name in names], device=run.processes.device)
        found = [gradient_of(parameter) for parameter in kept]
        if compression is None:
            *found, values = sum_together([*found, values], run)
        else:
            found, values = exchange(compression, found, run), sum_tensor(values, run)
        history.append(dict(zip(names, values.tolist())))
        if run.processes.rank == 0 and (step + 1) % max(1, math.ceil(steps / _TOLD)) == 0:
            losses = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in history[-1].items())
            run.message(f"Training step {step + 1} of {steps}: {losses}.")
        if all(bool(torch.isfinite(gradient).all()) for gradient in found):
            for parameter, gradient in zip(kept, found):
                parameter.grad = gradient
            optimizer.step()
        else:
            left_out += 1
        if checkpoint is not None:
            checkpoint.step(step + 1, run)
    if left_out:
        run.warning(f"{left_out} of {steps} training steps had no finite gradient and were left out.")
    return list(history)


def cosine(first: float, last: float, steps: int) -> Callable[[int], float]:
    """Return learning rates that fall along a cosine: the last steps average over many batches."""
    return lambda step: last + (first - last) * 0.5 * (1 + math.cos(math.pi * step / steps))


def sum_together(tensors: List[Tensor], run: Run) -> List[Tensor]:
    """Return the sums of several tensors over all processes, in one exchange."""
    if run.processes.size == 1:
        return tensors
    buffer = sum_tensor(torch.cat([tensor.flatten() for tensor in tensors]), run)
    pieces = buffer.split([tensor.numel() for tensor in tensors])
    return [piece.reshape(tensor.shape) for piece, tensor in zip(pieces, tensors)]
