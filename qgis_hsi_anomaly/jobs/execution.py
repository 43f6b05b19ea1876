"""Where a detector runs: device, processes, machines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Tuple

from ..core.detectors.base import Method, Preprocessor
from ..core.errors import ParameterError
from ..core.parameters import Parameters, choice, flag, integer, text

COMMAND_LINE_ONLY = ("python", "machines", "machine", "rendezvous")
"""Fields that the toolbox does not show; the provider's setting gives `python` there."""
LEARNING_ONLY = ("resume",)
"""Fields without a meaning where a model is only applied."""
TORCH_ONLY = ("device", "resume")
"""Fields without a meaning for methods that do not need torch."""


@dataclass(frozen=True)
class Execution(Parameters):
    """Where and on how many processes a detector runs. Scores do not depend on it.

    Raises ParameterError where several machines are asked for without a place to meet.
    """

    device: str = choice(
        "auto",
        ("auto", "cpu", "cuda"),
        "Device",
        "Where a learned detector computes: auto takes the GPUs where there is one for every process, else the "
        "processor; cpu and cuda force that device.",
        advanced=True,
    )
    processes: int = integer(
        1,
        "Processes",
        "How many processes share the work on this machine, with the same scores. The cores are divided among them; "
        "on GPUs each takes one. At most one for every row of the raster.",
        minimum=1,
        advanced=True,
    )
    resume: bool = flag(
        False,
        "Resume",
        "For long trainings: keep their state in a file beside the output (OUTPUT.checkpoint, every half minute), and "
        "go on from it, to the same result, where an interrupted run left one. A run that ends well removes it.",
        advanced=True,
    )
    python: str = text(
        "",
        "Python interpreter",
        "The Python with torch that the processes run on; found by itself where empty.",
        advanced=True,
    )
    machines: int = integer(1, "Machines", "How many machines share the work.", minimum=1, advanced=True)
    machine: int = integer(
        0,
        "Machine",
        "Which of the machines this is, from 0. Machine 0 writes the output.",
        minimum=0,
        advanced=True,
    )
    rendezvous: str = text(
        "",
        "Rendezvous",
        "HOST:PORT, an address of machine 0, where the machines meet: the same on every machine. Machine 0 "
        "listens at this address alone; the port must be free there and reachable from the others.",
        advanced=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.machine >= self.machines:
            raise ParameterError(
                f"execution: MACHINE must be below MACHINES ({self.machines}); got {self.machine}."
            )
        if self.machines > 1 or self.rendezvous:
            self.endpoint()

    @classmethod
    def who(cls) -> str:
        """Name to begin an error message with."""
        return "execution"

    @property
    def several(self) -> bool:
        """Whether more than one process shares the work."""
        return self.processes * self.machines > 1

    def endpoint(self) -> Tuple[str, int]:
        """Return host and port of the rendezvous. Raises ParameterError where it is not HOST:PORT."""
        host, _, port = self.rendezvous.rpartition(":")
        host = host.strip("[]")
        if not host or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
            raise ParameterError(
                f"execution: RENDEZVOUS must be HOST:PORT of machine 0, as in 192.168.1.10:29500; got "
                f"{self.rendezvous!r}."
            )
        return host, int(port)

    def check_suits(self, method: Method) -> None:
        """Raise ParameterError where something is asked for that means nothing to a method."""
        if self.machines > 1 and isinstance(method, Preprocessor):
            raise ParameterError(f"{method.id}: MACHINES must be 1; use PROCESSES to share the work.")
        if method.needs_torch:
            return
        if self.resume:
            raise ParameterError(
                f"{method.id}: RESUME must be false: there is no long training to go on with."
            )
        if self.device != "auto":
            raise ParameterError(f"{method.id}: DEVICE must be auto: it computes on the processor.")

    def check_rows(self, rows: int) -> None:
        """Raise ParameterError where there are more processes than rows to divide among them."""
        total = self.processes * self.machines
        if total > rows:
            raise ParameterError(
                f"execution: PROCESSES must be at most the raster's {rows} rows, all machines together; got {total}."
            )

    def device_among(self, gpus: int) -> str:
        """Return cpu or cuda for an interpreter that sees `gpus` GPUs. Raises ParameterError where it has too few."""
        if self.device == "cuda" and gpus == 0:
            raise ParameterError(
                "execution: DEVICE cuda needs a GPU that torch can use, and it finds none: use DEVICE cpu, or see "
                "`environmentcheck`."
            )
        if self.device == "cuda" and self.processes > gpus:
            raise ParameterError(
                f"execution: PROCESSES must be at most the number of GPUs ({gpus}) with DEVICE cuda; got "
                f"{self.processes}."
            )
        return "cuda" if self.device != "cpu" and gpus >= self.processes else "cpu"
