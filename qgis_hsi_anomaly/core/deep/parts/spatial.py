"""Spatial context: an autoencoder of two 3 x 3 convolutions, and what takes a missing neighbor's place.

Both convolutions are matrix products with 9 times as many channels on the narrow side, and sums of
shifted maps: bands are touched once, not nine times.
"""

from __future__ import annotations

import math
from typing import Dict, Tuple

import torch
from torch import Tensor, nn

from ...run import ALONE, Run
from ..scene import HALO, Rows, Scene, extremes

OFFSETS = tuple((row, column) for row in (-1, 0, 1) for column in (-1, 0, 1))
"""The nine neighbors of a pixel, itself included."""


class SpatialAutoencoder(nn.Module):
    """Y = tanh(conv(X)), bands -> channels, and X' = conv(Y), channels -> bands; both 3 x 3.

    circular : neighbors beyond the image's edge are those of the opposite edge, as in the published code.
    Otherwise, and for every neighbor outside the mask, the neighbor on the opposite side of the pixel
    takes its place, or the pixel itself where that one is missing too: what is stored in pixels outside
    the mask plays no part, and an image with a frame of nodata has the features of the image without it.

    Weights are (9 channels, bands), neighbor by neighbor. normal_start : they are drawn from a normal distribution of
    variance 2 / fan-in and biases are 0, as Paddle (in which the published code is written) starts its Conv2D;
    otherwise both are drawn as torch draws those of Conv2d.
    """

    def __init__(self, bands: int, channels: int, circular: bool, normal_start: bool = False) -> None:
        super().__init__()
        self.bands, self.channels, self.circular = bands, channels, circular
        self.encode_weight = nn.Parameter(torch.empty(9 * channels, bands))
        self.encode_bias = nn.Parameter(torch.empty(channels))
        self.decode_weight = nn.Parameter(torch.empty(9 * channels, bands))
        self.decode_bias = nn.Parameter(torch.empty(bands))
        for weight, bias, inputs in (
            (self.encode_weight, self.encode_bias, 9 * bands),
            (self.decode_weight, self.decode_bias, 9 * channels),
        ):
            if normal_start:
                nn.init.normal_(weight, std=math.sqrt(2 / inputs))
                nn.init.zeros_(bias)
            else:
                nn.init.uniform_(weight, -1 / math.sqrt(inputs), 1 / math.sqrt(inputs))
                nn.init.uniform_(bias, -1 / math.sqrt(inputs), 1 / math.sqrt(inputs))

    def encode(self, rows: Rows) -> Tensor:
        """Return Y of a block and of one row more on both sides, (channels, rows + 2, columns), 0 off the mask."""
        height, columns = rows.mask.shape
        maps = self.encode_weight @ rows.pixels.reshape(-1, self.bands).t()
        maps = self._widen(maps.reshape(9, self.channels, height, columns))
        mask = self._widen(rows.mask)
        total = sum(neighbor(part, mask, offset) for part, offset in zip(maps.unbind(), OFFSETS))
        features = torch.tanh(total + self.encode_bias[:, None, None])
        return features * rows.mask[1:-1]

    def _widen(self, maps: Tensor) -> Tensor:
        """Add a column at the left and the right edge of (..., rows, columns)."""
        if self.circular:
            return torch.cat([maps[..., -1:], maps, maps[..., :1]], dim=-1)
        nothing = torch.zeros_like(maps[..., :1])
        return torch.cat([nothing, maps, nothing], dim=-1)

    def gradients(self, scene: Scene, run: Run = ALONE) -> Dict[str, float]:
        """Add this process's part of the mean squared error's gradient to the parameters'.

        Returns its part of that error. The mean is over the scene's pixels, of all processes, and bands.
        """
        error = 0.0
        scale = 1.0 / (scene.total * self.bands)
        for parameter in self.parameters():
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        weight, bias = self.decode_weight.detach(), self.decode_bias.detach()
        for rows in scene.rows():
            height, columns = rows.stop - rows.start, rows.mask.shape[1]
            features = self._widen(self.encode(rows))
            mask = self._widen(rows.mask[1:-1])
            stacked = torch.cat([neighbor(features, mask, offset) for offset in OFFSETS])
            stacked = stacked.reshape(9 * self.channels, height * columns)
            wanted = rows.pixels[HALO:-HALO].reshape(-1, self.bands)
            inside = rows.mask[HALO:-HALO].reshape(-1, 1)
            full = bool(inside.all())
            gradient = torch.empty_like(stacked)
            for start in range(0, height * columns, scene.chunk):
                part = slice(start, start + scene.chunk)
                inputs = stacked.detach()[:, part]
                residual = torch.addmm(bias, inputs.t(), weight).sub_(wanted[part])
                if not full:
                    residual *= inside[part]
                flat = residual.reshape(-1)
                error += float(torch.dot(flat, flat))
                residual *= 2 * scale
                self.decode_weight.grad.addmm_(inputs, residual)  # type: ignore[union-attr]
                self.decode_bias.grad.add_(residual.sum(dim=0))  # type: ignore[union-attr]
                gradient[:, part] = weight @ residual.t()
            stacked.backward(gradient)
            run.update((rows.stop - scene.first) / (scene.last - scene.first))
        return {"spatial_error": error * scale}

    @torch.no_grad()
    def features(self, scene: Scene, run: Run = ALONE) -> Tensor:
        """Return Y of the scene's pixels in this process, (count, channels), not normalized."""
        found = torch.empty(scene.count, self.channels, device=scene.device)
        done = 0
        for rows in scene.rows():
            maps = self.encode(rows)[:, 1:-1]
            values = maps[:, rows.mask[HALO:-HALO]].t()
            found[done : done + len(values)] = values
            done += len(values)
            run.update((rows.stop - scene.first) / (scene.last - scene.first))
        return found


def neighbor(maps: Tensor, mask: Tensor, offset: Tuple[int, int]) -> Tensor:
    """Return each pixel's neighbor at `offset`, or what takes its place where it is missing.

    maps : (channels, rows + 2, columns + 2), 0 off the mask. mask : (rows + 2, columns + 2) bool.
    """
    near = _shift(maps, offset)
    known = _shift(mask, offset)
    if bool(known.all()):
        return near
    opposite = (-offset[0], -offset[1])
    far_known = _shift(mask, opposite)
    instead = torch.where(far_known, _shift(maps, opposite), _shift(maps, (0, 0)))
    return torch.where(known, near, instead)


def _shift(maps: Tensor, offset: Tuple[int, int]) -> Tensor:
    rows, columns = maps.shape[-2] - 2, maps.shape[-1] - 2
    top, left = 1 + offset[0], 1 + offset[1]
    return maps[..., top : top + rows, left : left + columns]


def feature_range(features: Tensor, run: Run) -> Tuple[float, float]:
    """Return the smallest and largest value of (count, channels) over all processes and channels."""
    if features.numel() == 0:
        return extremes(math.inf, -math.inf, run)
    return extremes(float(features.min()), float(features.max()), run)
