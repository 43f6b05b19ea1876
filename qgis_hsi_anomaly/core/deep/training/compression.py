"""RS-DGC: of every layer's gradient, only what a neighborhood indicator finds important is exchanged.

After arXiv 2312.17530 (dynamic gradient compression for remote sensing interpretation), as a hook: a state
object and a function. The published formula could not be read in full; assumed here are

- the indicator, in place of |g| of plain top-k: |mean| + standard deviation of the gradient over an entry and its two
  neighbors along every axis of a weight that is as long as there are bands. Along other axes lie units that could be
  in any order: a weight without bands has the indicator |g|;
- the layers' parts of what is sent: in proportion to the root mean square of their gradients, of all processes and
  before anything is selected, smoothed over steps and held within a factor of two of even ones;
- what is not sent is added to the next step's gradient (residual accumulation, as in deep gradient compression).
"""

from __future__ import annotations

from typing import List, Optional, Sequence

import torch
from torch import Tensor

from ...run import Run
from ..processes import gather_tensors, sum_tensor

SMOOTHING = 0.9
"""Weight of the past in a layer's smoothed root mean square."""
PLACE_BYTES = 4
"""What a sent entry's place takes beside its value."""
STRENGTH_BYTES = 8
"""What a layer's mean square takes."""


class Compression:
    """State of one training's exchanges.

    factor : how many times fewer entries are sent than there are. bands : of the spectra that the layers see, 0 where
    they see something else. indicator : neighborhood, or magnitude for plain top-k.
    sent : bytes that this process has sent so far, for all others on the ring; none where it is alone.
    uncompressed : bytes that the ring all-reduce of the whole gradients would have taken.
    residuals : of every layer, what is not sent yet. strengths : of every layer, the root mean square of its
    gradients, smoothed over steps.
    """

    def __init__(self, factor: float, bands: int = 0, indicator: str = "neighborhood") -> None:
        self.factor, self.bands, self.indicator = factor, bands, indicator
        self.sent = self.uncompressed = 0
        self.residuals: List[Tensor] = []
        self.strengths: List[float] = []

    def entries(self, sizes: List[int]) -> List[int]:
        """Return how many entries of every layer are sent: the same in every process."""
        if self.factor <= 1:
            return sizes
        mean = sum(self.strengths) / len(self.strengths)
        parts = [min(max(s / mean, 0.5), 2.0) if mean > 0 else 1.0 for s in self.strengths]
        wanted = sum(sizes) / self.factor / sum(part * size for part, size in zip(parts, sizes))
        return [min(max(round(wanted * part * size), 1), size) for part, size in zip(parts, sizes)]

    def measure(self, gradients: List[Tensor], run: Run) -> bool:
        """Bring the strengths up to date, one number a layer exchanged; False where a gradient is not finite anywhere.

        What is sent plays no part: a layer that sends more would seem stronger, and send still more.
        """
        squares = sum_tensor(torch.stack([g.double().square().mean() for g in gradients]), run)
        if not bool(torch.isfinite(squares).all()):
            return False
        found = (squares / run.processes.size).sqrt().tolist()
        past = self.strengths or found
        self.strengths = [SMOOTHING * old + (1 - SMOOTHING) * new for old, new in zip(past, found)]
        return True


def exchange(state: Compression, gradients: List[Tensor], run: Run) -> List[Tensor]:
    """Return the sums over processes of what each sent of its layers' gradients; keep the rest in `state`.

    All are NaN, and nothing is kept, where a process has a gradient that is not finite: the step is to be left out.
    """
    if not state.measure(gradients, run):
        return [torch.full_like(gradient, torch.nan) for gradient in gradients]
    if not state.residuals:
        state.residuals = [torch.zeros_like(gradient) for gradient in gradients]
    counts = state.entries([gradient.numel() for gradient in gradients])
    places, values = [], []
    for gradient, residual, count in zip(gradients, state.residuals, counts):
        residual.add_(gradient)
        rank = importance(residual, state.bands) if state.indicator == "neighborhood" else residual.abs()
        chosen = rank.flatten().topk(count).indices
        flat = residual.view(-1)
        places.append(chosen.int())
        values.append(flat[chosen])
        flat[chosen] = 0.0
    all_places, all_values = gather_tensors(torch.cat(places), run), gather_tensors(torch.cat(values), run)
    value_bytes = gradients[0].element_size()
    # All-gather: what every process chose goes round the ring once. All-reduce: parts of a gradient go round twice.
    others, size = run.processes.size - 1, run.processes.size
    state.sent += others * (value_bytes + PLACE_BYTES) * sum(counts)
    state.sent += 2 * others * STRENGTH_BYTES * len(gradients) // size
    entries = sum(gradient.numel() for gradient in gradients)
    state.uncompressed += 2 * others * value_bytes * entries // size
    sums = [torch.zeros_like(gradient) for gradient in gradients]
    for some_places, some_values in zip(all_places, all_values):
        for total, chosen, part in zip(sums, some_places.split(counts), some_values.split(counts)):
            total.view(-1).index_add_(0, chosen.long(), part)
    return sums


def report_traffic(states: Sequence[Optional[Compression]], run: Run) -> None:
    """Report the bytes that this process has sent in all trainings, and those without compression."""
    used = [state for state in states if state is not None]
    if used:
        run.metric("gradient_bytes_sent", sum(state.sent for state in used))
        run.metric("gradient_bytes_uncompressed", sum(state.uncompressed for state in used))


def importance(gradient: Tensor, bands: int) -> Tensor:
    """Return |mean| + standard deviation over every entry and its neighbors along the bands, edges repeated.

    The axes as long as there are bands are theirs; |g| where there is none.
    """
    axes = [axis for axis, size in enumerate(gradient.shape) if size == bands]
    if not axes:
        return gradient.abs()
    # About a typical size, so that small gradients' squares do not vanish.
    scale = gradient.abs().max().clamp_min(torch.finfo(gradient.dtype).tiny)
    mean = gradient / scale
    square = mean.square()
    for axis in axes:
        mean, square = _mean_of_neighbors(mean, axis), _mean_of_neighbors(square, axis)
    return (mean.abs() + (square - mean.square()).clamp_min(0).sqrt()) * scale


def _mean_of_neighbors(values: Tensor, axis: int) -> Tensor:
    """Return the mean of every entry and its two neighbors along an axis, edges repeated."""
    first, last = values.narrow(axis, 0, 1), values.narrow(axis, values.shape[axis] - 1, 1)
    return torch.cat([first, values, last], dim=axis).unfold(axis, 3, 1).mean(dim=-1)
