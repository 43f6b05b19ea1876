"""RS-DGC: of every layer's gradient, only what a neighborhood indicator finds important is exchanged.

After arXiv 2312.17530 (dynamic gradient compression for remote sensing interpretation), as a hook: a state
object and a function. The published formula could not be read in full; assumed here are

- the indicator |mean| + standard deviation of the gradient over the 3 x 3 neighbors in a layer's weight matrix
  (3 neighbors in a bias), in place of |g| of plain top-k;
- the layers' parts of what is sent: in proportion to the root mean square of what they exchanged, smoothed
  over steps and held within a factor of two of even ones;
- what is not sent is added to the next step's gradient (residual accumulation, as in deep gradient compression).
"""

from __future__ import annotations

from typing import List, Optional, Sequence

import torch
from torch import Tensor

from ...run import Run
from ..processes import gather_tensors

SMOOTHING = 0.9
"""Weight of the past in a layer's smoothed root mean square."""
PLACE_BYTES = 4
"""What a sent entry's place takes beside its value."""


class Compression:
    """State of one training's exchanges.

    factor : how many times fewer entries are sent than there are. indicator : neighborhood, or magnitude for
    plain top-k. sent : bytes that this process has sent so far, for all others on the ring; none where it is alone.
    uncompressed : bytes that the ring all-reduce of the whole gradients would have taken.
    residuals : of every layer, what is not sent yet. strengths : of every layer, smoothed over steps.
    """

    def __init__(self, factor: float, indicator: str = "neighborhood") -> None:
        self.factor, self.indicator = factor, indicator
        self.sent = self.uncompressed = 0
        self.residuals: List[Tensor] = []
        self.strengths: List[float] = []

    def entries(self, sizes: List[int]) -> List[int]:
        """Return how many entries of every layer are sent: the same in every process."""
        if self.factor <= 1:
            return sizes
        mean = sum(self.strengths) / max(len(self.strengths), 1)
        parts = [min(max(s / mean, 0.5), 2.0) if mean > 0 else 1.0 for s in self.strengths] or [1.0] * len(
            sizes
        )
        wanted = sum(sizes) / self.factor / sum(part * size for part, size in zip(parts, sizes))
        return [min(max(round(wanted * part * size), 1), size) for part, size in zip(parts, sizes)]


def exchange(state: Compression, gradients: List[Tensor], run: Run) -> List[Tensor]:
    """Return the sums over processes of what each sent of its layers' gradients; keep the rest in `state`."""
    if not state.residuals:
        state.residuals = [torch.zeros_like(gradient) for gradient in gradients]
    counts = state.entries([gradient.numel() for gradient in gradients])
    places, values = [], []
    for gradient, residual, count in zip(gradients, state.residuals, counts):
        residual.add_(gradient)
        rank = importance(residual) if state.indicator == "neighborhood" else residual.abs()
        chosen = rank.flatten().topk(count).indices
        flat = residual.view(-1)
        places.append(chosen.int())
        values.append(flat[chosen])
        flat[chosen] = 0.0
    all_places, all_values = gather_tensors(torch.cat(places), run), gather_tensors(torch.cat(values), run)
    value_bytes = gradients[0].element_size()
    # All-gather: what every process chose goes round the ring once. All-reduce: parts of a gradient go round twice.
    state.sent += (run.processes.size - 1) * (value_bytes + PLACE_BYTES) * sum(counts)
    entries = sum(gradient.numel() for gradient in gradients)
    state.uncompressed += 2 * (run.processes.size - 1) * value_bytes * entries // run.processes.size
    sums = [torch.zeros_like(gradient) for gradient in gradients]
    for some_places, some_values in zip(all_places, all_values):
        for total, chosen, part in zip(sums, some_places.split(counts), some_values.split(counts)):
            total.view(-1).index_add_(0, chosen.long(), part)
    found = [float(total.square().mean().sqrt()) for total in sums]
    past = state.strengths or found
    state.strengths = [SMOOTHING * old + (1 - SMOOTHING) * new for old, new in zip(past, found)]
    return sums


def report_traffic(states: Sequence[Optional[Compression]], run: Run) -> None:
    """Report the bytes that this process has sent in all trainings, and those without compression."""
    used = [state for state in states if state is not None]
    if used:
        run.metric("gradient_bytes_sent", sum(state.sent for state in used))
        run.metric("gradient_bytes_uncompressed", sum(state.uncompressed for state in used))


def importance(gradient: Tensor) -> Tensor:
    """Return |mean| + standard deviation over the 3 x 3 (in a vector, 3) neighbors of every entry, edges repeated."""
    image = gradient.reshape(1, 1, *((1,) * (2 - gradient.ndim)), *gradient.shape)
    image = torch.nn.functional.pad(image, (1, 1, 1, 1), mode="replicate")
    mean = torch.nn.functional.avg_pool2d(image, 3, stride=1)
    # About a typical size, so that small gradients' squares do not vanish.
    scale = gradient.abs().max().clamp_min(torch.finfo(gradient.dtype).tiny)
    square = torch.nn.functional.avg_pool2d((image / scale).square(), 3, stride=1)
    deviation = (square - (mean / scale).square()).clamp_min(0).sqrt() * scale
    return (mean.abs() + deviation).reshape(gradient.shape)
