"""Local invariance: pixels that are neighbours in the image shall be neighbours in the code."""

from __future__ import annotations

from typing import Tuple

import torch
from torch import Tensor

from ..group import Group
from .group import sum_tensor
from .scene import Scene


def locality_gradient(codes: Tensor, scene: Scene, group: Group) -> Tuple[Tensor, float]:
    """Return the slopes of the graph-Laplacian term with respect to the codes, and this process's share of it.

    codes : (count, d) of the scene's pixels. The term is the sum over pairs of pixels that share an edge of
    |c_i - c_j|^2, divided by the number of pixels of all processes. Pixels outside the mask have no pairs. Rows at
    the border of two processes are exchanged, so that the term is the same however the image is divided.
    """
    rows, columns = scene.last - scene.first, scene.cube.columns
    mask = torch.from_numpy(scene.mask[scene.first : scene.last]).to(codes.device)
    image = codes.new_zeros(rows + 2, columns, codes.shape[1])
    known = torch.zeros(rows + 2, columns, dtype=torch.bool, device=codes.device)
    image[1:-1][mask], known[1:-1] = codes, mask
    if group.size > 1:
        _exchange_border(image, known, group)
    slopes = torch.zeros_like(image)
    down = _differences(image[:-1], image[1:], known[:-1] & known[1:])
    right = _differences(image[:, :-1], image[:, 1:], known[:, :-1] & known[:, 1:])
    slopes[:-1] += down
    slopes[1:] -= down
    slopes[:, :-1] += right
    slopes[:, 1:] -= right
    # A pair across the border below counts in the process above it only.
    share = float(down[1:].square().sum() + right[1:-1].square().sum()) / scene.total
    return slopes[1:-1][mask] * (2.0 / scene.total), share


def _differences(first: Tensor, second: Tensor, pairs: Tensor) -> Tensor:
    return (first - second) * pairs.unsqueeze(-1)


def _exchange_border(image: Tensor, known: Tensor, group: Group) -> None:
    """Fill the row above and the row below with those of the neighbouring processes."""
    ends = image.new_zeros(group.size, 2, image.shape[1], image.shape[2] + 1)
    own = ends[group.rank]
    own[0, :, :-1], own[1, :, :-1] = image[1], image[-2]
    own[0, :, -1], own[1, :, -1] = known[1].to(ends.dtype), known[-2].to(ends.dtype)
    ends = sum_tensor(ends, group)
    if group.rank > 0:
        image[0], known[0] = ends[group.rank - 1, 1, :, :-1], ends[group.rank - 1, 1, :, -1] > 0.5
    if group.rank < group.size - 1:
        image[-1], known[-1] = ends[group.rank + 1, 0, :, :-1], ends[group.rank + 1, 0, :, -1] > 0.5
