"""Gradient descent and Adam, with the names, the numbers and the state of torch.optim's.

torch's own load its compiler with the first one that is made, as much again as torch itself: two thirds of a second of
every run.
"""

from __future__ import annotations

import math
from typing import Any, Dict, Iterable, List, Union

import torch
from torch import Tensor

BETAS = (0.9, 0.999)
GUARD = 1e-8
"""Adam's constants, as everybody uses them."""


class Optimizer:
    """Moves parameters against their gradients.

    param_groups : one, whose `params` are moved by steps of `lr`. state : what is known of a parameter from the steps
    before, tensors by name, for checkpoints.
    """

    def __init__(self, params: Iterable[Tensor], lr: float) -> None:
        self.param_groups: List[Dict[str, Any]] = [{"params": list(params), "lr": lr}]
        self.state: Dict[Tensor, Dict[str, Tensor]] = {}

    @torch.no_grad()
    def step(self) -> None:
        """Move all parameters that have a gradient."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group["lr"])

    def _move(self, parameter: Tensor, gradient: Tensor, rate: float) -> None:
        raise NotImplementedError


class SGD(Optimizer):
    """A step is the gradient times the learning rate."""

    def _move(self, parameter: Tensor, gradient: Tensor, rate: float) -> None:
        parameter.add_(gradient, alpha=-rate)


class Adam(Optimizer):
    """Kingma and Ba, arXiv 1412.6980. decay : of the weights, apart from the gradient (AdamW, arXiv 1711.05101)."""

    def __init__(self, params: Iterable[Tensor], lr: float = 1e-3, decay: float = 0.0) -> None:
        super().__init__(params, lr)
        self.decay = decay

    def _move(self, parameter: Tensor, gradient: Tensor, rate: float) -> None:
        if parameter not in self.state:
            self.state[parameter] = {
                "step": torch.zeros(()),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }
        kept = self.state[parameter]
        kept["step"] += 1
        steps = kept["step"].item()
        if self.decay:
            parameter.mul_(1 - rate * self.decay)
        mean = kept["exp_avg"].lerp_(gradient, 1 - BETAS[0])
        square = kept["exp_avg_sq"].mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
        root = (square.sqrt() / math.sqrt(1 - BETAS[1] ** steps)).add_(GUARD)
        parameter.addcdiv_(mean, root, value=-rate / (1 - BETAS[0] ** steps))


AnyOptimizer = Union[Optimizer, torch.optim.Optimizer]
"""Ours, or one of torch's for who needs another."""
