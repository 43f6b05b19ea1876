"""The processes of a run joined by torch.distributed: Gloo on CPUs, NCCL on GPUs."""

from __future__ import annotations

import os
from datetime import timedelta

import numpy as np
import torch
import torch.distributed as dist

from ..cube import Array
from ..errors import ParameterError
from ..group import Group

TIMEOUT_SECONDS = 1800.0
"""How long a process waits for the others in one exchange before the run fails."""


class TorchGroup(Group):
    """Processes that torch.distributed has joined. Every sum is one ring all-reduce.

    A process that dies breaks the connection, and the exchanges of the others raise RuntimeError.
    """

    def __init__(self, device: str) -> None:
        self.rank = dist.get_rank()
        self.size = dist.get_world_size()
        self.device = device

    def sum(self, array: Array) -> Array:
        """Return the element-wise sum of every process's `array` (same shape and dtype everywhere)."""
        tensor = torch.from_numpy(np.array(array)).to(self.device)
        dist.all_reduce(tensor)
        return np.asarray(tensor.cpu().numpy())


def sum_tensor(tensor: torch.Tensor, group: Group) -> torch.Tensor:
    """Return the sum of every process's `tensor`, in place; untouched in a group of one."""
    if group.size > 1:
        dist.all_reduce(tensor)
    return tensor


def join_group(device: str = "auto", timeout: float = TIMEOUT_SECONDS) -> Group:
    """Join the processes that the launcher's environment (RANK, WORLD_SIZE, MASTER_ADDR ...) names.

    device : auto (a GPU for each process where there are as many, else the CPU), cpu or cuda.
    timeout : seconds to wait for the others in one exchange.

    Without such an environment, or in a world of one, nothing is joined and one process works alone.
    Raises ParameterError where `cuda` is asked for and a process would have no GPU of its own.
    """
    # A second's worth of modules that torch loads with its first optimizer: here, while the image is being packed.
    torch.optim.Adam([torch.zeros(1)])
    size = int(os.environ.get("WORLD_SIZE", "1"))
    local_rank = int(os.environ.get("LOCAL_RANK", os.environ.get("RANK", "0")))
    local_size = int(os.environ.get("LOCAL_WORLD_SIZE", str(size)))
    place = choose_device(device, local_rank, local_size)
    if size == 1:
        alone = Group()
        alone.device = place
        return alone
    if place != "cpu":
        torch.cuda.set_device(place)
    backend = "gloo" if place == "cpu" else "nccl"
    dist.init_process_group(backend, timeout=timedelta(seconds=timeout))
    return TorchGroup(place)


def leave_group(group: Group) -> None:
    """End what `join_group` began."""
    if isinstance(group, TorchGroup):
        dist.destroy_process_group()


def choose_device(device: str, local_rank: int = 0, local_size: int = 1) -> str:
    """Return the torch device of one of `local_size` processes on this machine; errors as `join_group`."""
    if device not in ("auto", "cpu", "cuda"):
        raise ParameterError(f"DEVICE must be one of auto, cpu, cuda; got {device!r}.")
    if device == "cpu":
        return "cpu"
    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if found >= local_size:
        return f"cuda:{local_rank}"
    if device == "auto":
        return "cpu"
    if found == 0:
        raise ParameterError("DEVICE is cuda, but torch finds no GPU on this machine: use auto or cpu.")
    raise ParameterError(
        f"DEVICE is cuda and PROCESSES {local_size}, but torch finds {found} GPU(s) here: use at most {found}."
    )
