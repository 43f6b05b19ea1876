"""Local invariance: pixels that are neighbors in the image shall be neighbors in the code."""

from __future__ import annotations

from typing import Tuple

import torch
from torch import Tensor

from ...run import Run
from ..processes import sum_tensor
from ..scene import Scene


def locality_gradient(codes: Tensor, scene: Scene, run: Run) -> Tuple[Tensor, float]:
    """Return the gradient of the graph-Laplacian term for the codes, and this process's part of it.

    codes : (count, d) of the scene's pixels. The term is the sum over pairs of pixels that share an edge of
    |c_i - c_j|^2, divided by the number of pixels of all processes. Pixels outside the mask have no pairs. Rows at
    the border of two processes are exchanged, so that the term is the same however the image is divided.
    """
    rows, columns = scene.last - scene.first, scene.cube.columns
    mask = torch.from_numpy(scene.mask[scene.first : scene.last]).to(codes.device)
    image = codes.new_zeros(rows + 2, columns, codes.shape[1])
    known = torch.zeros(rows + 2, columns, dtype=torch.bool, device=codes.device)
    image[1:-1][mask], known[1:-1] = codes, mask
    if run.processes.size > 1:
        _exchange_border(image, known, run)
    gradient = torch.zeros_like(image)
    down = _differences(image[:-1], image[1:], known[:-1] & known[1:])
    right = _differences(image[:, :-1], image[:, 1:], known[:, :-1] & known[:, 1:])
    gradient[:-1] += down
    gradient[1:] -= down
    gradient[:, :-1] += right
    gradient[:, 1:] -= right
    # A pair across the border below counts in the process above it only.
    part = float(down[1:].square().sum() + right[1:-1].square().sum()) / scene.total
    return gradient[1:-1][mask] * (2.0 / scene.total), part


def _differences(first: Tensor, second: Tensor, pairs: Tensor) -> Tensor:
    return (first - second) * pairs.unsqueeze(-1)


def _exchange_border(image: Tensor, known: Tensor, run: Run) -> None:
    """Fill the row above and the row below with those of the neighboring processes."""
    ends = image.new_zeros(run.processes.size, 2, image.shape[1], image.shape[2] + 1)
    own = ends[run.processes.rank]
    own[0, :, :-1], own[1, :, :-1] = image[1], image[-2]
    own[0, :, -1], own[1, :, -1] = known[1].to(ends.dtype), known[-2].to(ends.dtype)
    ends = sum_tensor(ends, run)
    if run.processes.rank > 0:
        image[0], known[0] = (
            ends[run.processes.rank - 1, 1, :, :-1],
            ends[run.processes.rank - 1, 1, :, -1] > 0.5,
        )
    if run.processes.rank < run.processes.size - 1:
        image[-1], known[-1] = (
            ends[run.processes.rank + 1, 0, :, :-1],
            ends[run.processes.rank + 1, 0, :, -1] > 0.5,
        )
