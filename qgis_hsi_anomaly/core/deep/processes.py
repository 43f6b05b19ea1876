"""The processes of a run: they share memory on one machine; torch.distributed joins machines (Gloo) and GPUs (NCCL)."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import torch
import torch.distributed

from ..cube import Array
from ..errors import ParameterError
from ..run import Processes, Run
from ..shared_processes import SharedProcesses

dist: Any = torch.distributed  # its types leave out much of what it has

TIMEOUT_SECONDS = 1800.0
"""How long a process waits for the others in one exchange before the run fails."""


@dataclass(frozen=True)
class Meeting:
    """Which process of a run this is, and where all of them meet.

    local_rank : number on this machine, of `processes`; every machine has as many. machine : number of `machines`.
    address : this machine's own, on which its processes listen for each other and for those of other machines.
    folder : of one machine, where nobody else can write or read: the processes meet in a file there.
    host, port : of several machines, where machine 0 listens. Whoever reaches it can disturb the run, no more: what
    lies there are addresses, not objects.
    """

    local_rank: int = 0
    processes: int = 1
    machine: int = 0
    machines: int = 1
    address: str = "127.0.0.1"
    folder: str = ""
    host: str = ""
    port: int = 0

    @property
    def rank(self) -> int:
        """Number of this process among those of all machines."""
        return self.machine * self.processes + self.local_rank

    @property
    def size(self) -> int:
        """Number of processes of all machines."""
        return self.processes * self.machines

    def store(self, timeout: timedelta) -> Any:
        """Return where the processes leave their addresses for each other."""
        if self.machines == 1:
            return dist.FileStore(os.path.join(self.folder, "meeting"), self.size)
        options: Dict[str, Any] = {"timeout": timeout, "wait_for_workers": False}
        if "use_libuv" in (dist.TCPStore.__init__.__doc__ or ""):
            options["use_libuv"] = False  # not every build of torch has it
        if self.rank > 0:
            return dist.TCPStore(self.host, self.port, self.size, False, **options)
        if "master_listen_fd" not in (dist.TCPStore.__init__.__doc__ or ""):
            # It would listen on every interface.
            raise ParameterError("MACHINES above 1 needs torch 2.1 or newer on machine 0.")
        family, *_, place = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        return dist.TCPStore(
            self.host, self.port, self.size, True, master_listen_fd=listener.detach(), **options
        )


class TorchProcesses(Processes):
    """Processes that torch.distributed has joined. On CPUs every sum is one ring all-reduce.

    A process that dies breaks the connection, and the exchanges of the others raise RuntimeError.
    """

    def __init__(self, meeting: Meeting, device: str, processes: Any) -> None:
        self.rank, self.size, self.device = meeting.rank, meeting.size, device
        self._processes = processes

    def sum(self, array: Array) -> Array:
        """Return the element-wise sum of every process's `array` (same shape and dtype everywhere)."""
        tensor = torch.from_numpy(np.array(array)).to(self.device)
        self.add(tensor)
        return np.asarray(tensor.cpu().numpy())

    def add(self, tensor: torch.Tensor) -> None:
        """Replace `tensor` by the sum of every process's."""
        self._processes.allreduce([tensor]).wait()

    def gather(self, array: Array) -> List[Array]:
        """Return every process's `array` (same shape and dtype everywhere)."""
        found = self.gather_tensors(torch.from_numpy(np.array(array)).to(self.device))
        return [np.asarray(tensor.cpu().numpy()) for tensor in found]

    def gather_tensors(self, tensor: torch.Tensor) -> List[torch.Tensor]:
        """Return every process's `tensor` (same shape and dtype everywhere)."""
        found = [torch.empty_like(tensor) for _ in range(self.size)]
        self._processes.allgather([found], [tensor]).wait()
        return found


def sum_tensor(tensor: torch.Tensor, run: Run) -> torch.Tensor:
    """Return the sum of every process's `tensor`, in place; untouched where there is one process."""
    if isinstance(run.processes, TorchProcesses):
        run.processes.add(tensor)
    elif run.processes.size > 1:
        tensor.copy_(torch.from_numpy(run.sum(tensor.detach().numpy())))
    return tensor


def gather_tensors(tensor: torch.Tensor, run: Run) -> List[torch.Tensor]:
    """Return every process's `tensor` (same shape and dtype everywhere)."""
    if isinstance(run.processes, TorchProcesses):
        return run.processes.gather_tensors(tensor)
    if run.processes.size == 1:
        return [tensor]
    return [torch.from_numpy(array) for array in run.processes.gather(tensor.detach().numpy())]


def join(device: str = "auto", meeting: Meeting = Meeting(), timeout: float = TIMEOUT_SECONDS) -> Processes:
    """Join the processes of a run.

    device : auto (a GPU for each process where there are as many, else the CPU), cpu or cuda.
    timeout : seconds to wait for the others in one exchange.

    In a run of one nothing is joined. Raises ParameterError where `cuda` is asked for and a process would have no GPU
    of its own.
    """
    place = choose_device(device, meeting.local_rank, meeting.processes)
    if meeting.size == 1:
        alone = Processes()
        alone.device = place
        return alone
    if place == "cpu" and meeting.machines == 1:
        return SharedProcesses(Path(meeting.folder) / "exchange", meeting.rank, meeting.size)
    limit = timedelta(seconds=timeout)
    if place == "cpu":
        # Made by hand, as there alone the address to listen on can be given. Nothing global is left to be undone.
        options = dist.ProcessGroupGloo._Options()
        options._timeout = limit
        options._devices = [dist.ProcessGroupGloo.create_device(hostname=meeting.address)]
        store = meeting.store(limit)
        return TorchProcesses(
            meeting, place, dist.ProcessGroupGloo(store, meeting.rank, meeting.size, options)
        )
    if meeting.machines > 1 and not os.environ.get("NCCL_SOCKET_IFNAME"):
        raise ParameterError(
            "MACHINES above 1 with GPUs needs the name of the network interface between them in NCCL_SOCKET_IFNAME: "
            "without it every interface would be listened on."
        )
    torch.cuda.set_device(place)
    dist.init_process_group(
        "nccl", timeout=limit, store=meeting.store(limit), rank=meeting.rank, world_size=meeting.size
    )
    return TorchProcesses(meeting, place, dist.distributed_c10d._get_default_group())


def leave(processes: Processes) -> None:
    """End what `join` began: once all have come this far, none waits for another any more."""
    processes.sum(np.zeros(1))


def choose_device(device: str, local_rank: int = 0, local_size: int = 1) -> str:
    """Return the torch device of one of `local_size` processes on this machine; errors as `join`."""
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
