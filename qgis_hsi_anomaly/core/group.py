"""The processes that share one run, and what they add up."""

from __future__ import annotations

from typing import Any, Tuple

from .cube import Array


class Group:
    """The processes of one run. This base class is the group of one; torch's is in `deep.group`.

    Every process sees the whole cube, works on its own rows, and sums what it learnt with the others;
    all then hold the same sums. No process may leave out a call the others make.

    rank, size : this process and how many there are. device : torch device its tensors belong on.
    checkpoint : the `deep.checkpoint.Checkpoint` that trainings leave their state in; None without one.
    """

    rank: int = 0
    size: int = 1
    device: str = "cpu"
    checkpoint: Any = None

    def rows(self, rows: int) -> Tuple[int, int]:
        """Return the half-open range of `rows` rows that is this process's share."""
        return rows * self.rank // self.size, rows * (self.rank + 1) // self.size

    def sum(self, array: Array) -> Array:
        """Return the element-wise sum of every process's `array` (same shape and dtype everywhere)."""
        return array


ALONE = Group()
"""One process on the CPU."""
