"""One run as the code that works in it sees it: where it reports to, and which part of the work is this process's."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from .addresses import without_secrets
from .cube import Array, Block, Cube
from .errors import Cancelled


class Processes:
    """The processes that share a run. This base class is the single process.

    Those of one machine are in `shared_processes`; on GPUs and over machines, in `deep.processes`.

    Every process sees the whole cube, works on its own rows, and sums what it learned with the others; all then hold
    the same sums. No process may leave out a call the others make.

    rank, size : this process and how many there are. device : torch device its tensors belong on.
    """

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    def sum(self, array: Array) -> Array:
        """Return the element-wise sum of every process's `array` (same shape and dtype everywhere)."""
        return array

    def gather(self, array: Array) -> List[Array]:
        """Return every process's `array` (same shape and dtype everywhere)."""
        return [array]


SINGLE = Processes()
"""One process on the CPU."""


class Run:
    """A sink for what a run has to say (fraction done, messages, warnings, metrics), and its processes.

    `update` raises `Cancelled` once `is_cancelled` answers True, so whatever reports progress can be stopped.
    `part` gives the run of a stretch of the work, with fractions of its own from 0 to 1.

    on_fraction : called with the fraction done, 0 to 1. on_message, on_warning : called with one sentence.
    on_metric : called with a name and a JSON value to be kept in the run record.
    is_cancelled : asked at every update. processes : those that share the run.
    """

    def __init__(
        self,
        on_fraction: Optional[Callable[[float], None]] = None,
        on_message: Optional[Callable[[str], None]] = None,
        on_warning: Optional[Callable[[str], None]] = None,
        on_metric: Optional[Callable[[str, Any], None]] = None,
        is_cancelled: Optional[Callable[[], bool]] = None,
        processes: Processes = SINGLE,
    ) -> None:
        self.on_fraction = on_fraction
        self.on_message = on_message
        self.on_warning = on_warning
        self.on_metric = on_metric
        self.is_cancelled = is_cancelled
        self.processes = processes
        self.metrics: Dict[str, Any] = {}

    def update(self, fraction: float) -> None:
        """Report the fraction done, 0 to 1. Raises Cancelled when the user asked to stop."""
        self.check_cancelled()
        if self.on_fraction is not None:
            self.on_fraction(min(max(fraction, 0.0), 1.0))

    def check_cancelled(self) -> None:
        """Raise Cancelled when the user asked to stop."""
        if self.is_cancelled is not None and self.is_cancelled():
            raise Cancelled()

    def message(self, text: str) -> None:
        """Say what is being done. Addresses lose what may be secret of them, here and in `warning`."""
        text = without_secrets(text)
        if self.on_message is not None:
            self.on_message(text)

    def warning(self, text: str) -> None:
        """Say what the user should know before trusting the result."""
        text = without_secrets(text)
        if self.on_warning is not None:
            self.on_warning(text)
        elif self.on_message is not None:
            self.on_message(text)

    def metric(self, name: str, value: Any) -> None:
        """Keep a figure (a JSON value) for the run record."""
        self.metrics[name] = value
        if self.on_metric is not None:
            self.on_metric(name, value)

    def part(self, start: float, stop: float) -> Run:
        """Return the run of the stretch of the work whose 0 to 1 is this one's `start` to `stop`."""
        return Run(
            on_fraction=lambda fraction: self.update(start + (stop - start) * fraction),
            on_message=self.message,
            on_warning=self.warning,
            on_metric=self.metric,
            is_cancelled=self.is_cancelled,
            processes=self.processes,
        )

    def parts(self, count: int) -> Iterator[Run]:
        """Yield the runs of `count` equal stretches."""
        for index in range(count):
            yield self.part(index / count, (index + 1) / count)

    def rows(self, count: int) -> Tuple[int, int]:
        """Return the half-open range of `count` rows that this process works on."""
        rank, size = self.processes.rank, self.processes.size
        return count * rank // size, count * (rank + 1) // size

    def sum(self, array: Array) -> Array:
        """Return the element-wise sum of every process's `array` (same shape and dtype everywhere)."""
        return self.processes.sum(array)

    def blocks(
        self, cube: Cube, halo: int = 0, bytes_per_pixel: Optional[int] = None
    ) -> Iterator[Tuple[Block, Run]]:
        """Yield this process's row blocks of a cube, each with the run of its stretch; report when one is done.

        halo, bytes_per_pixel : see `Cube.blocks`.
        """
        first, last = self.rows(cube.rows)
        for block in cube.blocks(halo, (first, last), bytes_per_pixel):
            part = self.part((block.start - first) / (last - first), (block.stop - first) / (last - first))
            yield block, part
            part.update(1.0)


ALONE = Run()
"""One process that reports to nobody and is never cancelled."""
