"""ECA-MSKDAD in its published form, on the tiles of a scene: convolutions, pooling, unit vectors, altered copies."""

from __future__ import annotations

from typing import Callable, Dict, List, Tuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, interpolate, leaky_relu, normalize, pad

from ...run import Run
from ..parts.attention import ChannelAttention
from ..parts.tiles import SIDE
from ..scene import Scene
from ..training.loop import train
from ..training.optimizers import Adam
from .base import Training
from .mskdad import GUARD, LEVELS, TILES, TileDistillation

CHANNELS = 24
SLOPE = 0.1
"""Of the leaky rectifier below 0."""
TEACHER_STEPS = 200
TEACHER_RATE = 1e-3
NOISE = 1.0
"""Standard deviation of the noise that the teacher learns to remove."""
LIKELY, SELDOM = 0.8, 0.2
"""Probabilities of what a copy is altered by."""
BRIGHTNESS = 0.1
"""Standard deviation of a copy's gains, about 1, and offsets, about 0."""

Norm = Callable[[int, Tensor, Tensor], Tensor]
"""Normalizes the channels of a layer, by its number; takes the mask too."""


class ConvLevels(nn.Module):
    """Three levels of two 3 x 3 convolutions; before the second and the third, side and mask are halved.

    attention : ECA behind each normalization, over a tile's pixels in the mask.
    """

    def __init__(self, inputs: int, attention: bool) -> None:
        super().__init__()
        widths = [inputs] + [CHANNELS] * 2 * LEVELS
        layers = [
            nn.Conv2d(*pair, 3, padding=1, padding_mode="replicate") for pair in zip(widths, widths[1:])
        ]
        self.layers = nn.ModuleList(layers)
        self.gates = nn.ModuleList([ChannelAttention(CHANNELS) for _ in layers] if attention else [])

    def forward(self, values: Tensor, mask: Tensor, norm: Norm) -> List[Tuple[Tensor, Tensor]]:
        """Return each level's features (tiles, CHANNELS, side, side) and masks (tiles, 1, side, side), 0 to 1."""
        found = []
        for number, layer in enumerate(self.layers):
            second = number % 2 == 1
            if number and not second:
                values, mask = avg_pool2d(values, 2), avg_pool2d(mask, 2)
            values = norm(number, layer(leaky_relu(values, SLOPE) if second else values), mask)
            if len(self.gates):
                means = (values * mask).sum(dim=(2, 3)) / mask.sum(dim=(2, 3)).clamp_min(GUARD)
                values = values * self.gates[number](means)[:, :, None, None]
            values = values * (mask > 0)
            if second:
                found.append((values, mask))
        return found


class PublishedDistillation(TileDistillation):
    """Teacher: the same layers, trained to remove noise from the scene's own tiles, without attention.

    means, deviations : of the teacher's channels over the background, (layers, CHANNELS); both networks are normalized
    by them, since a batch's would couple its tiles.
    """

    means: Tensor
    deviations: Tensor
    rate, steps, falls = 1 / 3, 20, True

    def __init__(self, bands: int, product: bool, attention: bool) -> None:
        super().__init__(bands, product)
        self.teacher = ConvLevels(self.inputs, False)
        self.student = ConvLevels(self.inputs, attention)
        self.heads = nn.ModuleList([nn.Conv2d(CHANNELS, self.inputs, 1) for _ in range(LEVELS)])
        self.register_buffer("means", torch.zeros(2 * LEVELS, CHANNELS))
        self.register_buffer("deviations", torch.ones(2 * LEVELS, CHANNELS))

    def prepare(self, small: Scene, sample: Tensor, masks: Tensor, training: Training, run: Run) -> None:
        """Train the teacher; take its channels' means and deviations before and after."""

        def gradients(step: int, part: Run) -> Dict[str, float]:
            random = np.random.default_rng([training.seed, step])
            chosen = random.integers(len(sample), size=TILES)
            noise = random.standard_normal((TILES, *sample.shape[1:]), dtype=np.float32)
            own = slice(*run.rows(TILES))
            places = torch.from_numpy(chosen[own]).to(sample.device)
            loss = torch.zeros((), device=sample.device)
            if len(places):
                added = torch.from_numpy(noise[own]).to(sample.device)
                loss = self._noise_errors(sample[places], masks[places], NOISE * added).sum() / TILES
                loss.backward()
            part.update(1.0)
            return {"noise_error": float(loss.detach())}

        parameters = [*self.teacher.parameters(), *self.heads.parameters()]
        self.measure(sample, masks)
        train(
            parameters,
            gradients,
            Adam(parameters, lr=TEACHER_RATE),
            TEACHER_STEPS,
            run,
            checkpoint=training.checkpoint,
        )
        self.measure(sample, masks)

    def _noise_errors(self, tiles: Tensor, masks: Tensor, noise: Tensor) -> Tensor:
        """Return the mean squared errors of what the teacher makes of noisy tiles, added over levels, (tiles,)."""
        wanted, total = tiles, torch.zeros(len(tiles), device=tiles.device)
        for (features, mask), head in zip(self.teacher(tiles + noise * masks, masks, self.norm), self.heads):
            if features.shape[-1] < wanted.shape[-1]:
                wanted = avg_pool2d(wanted, 2)
            total = total + over_tile((head(features) - wanted).square().mean(dim=1), mask)
        return total

    @torch.no_grad()
    def measure(self, sample: Tensor, masks: Tensor) -> None:
        """Take means and deviations of the teacher's channels, layer after layer, over tiles' pixels in the mask."""

        def norm(number: int, values: Tensor, mask: Tensor) -> Tensor:
            weights = mask.double() / mask.double().sum()
            mean = (values * weights).sum(dim=(0, 2, 3))
            squares = ((values - mean[:, None, None]).square() * weights).sum(dim=(0, 2, 3))
            self.means[number], self.deviations[number] = mean, squares.sqrt().clamp_min(GUARD)
            return self.norm(number, values, mask)

        self.teacher(sample, masks, norm)

    def norm(self, number: int, values: Tensor, mask: Tensor) -> Tensor:
        """Return a layer's channels less the teacher's means, divided by its deviations."""
        return (values - self.means[number, :, None, None]) / self.deviations[number, :, None, None]

    def tile_losses(self, tiles: Tensor, masks: Tensor, draws: List[np.random.Generator]) -> Tensor:
        """Return distances of a tile and its altered copy, and how differently both networks see the two."""
        copies = torch.stack([altered(*one) for one in zip(tiles, masks, draws)])
        both, twice = torch.cat([tiles, copies]), torch.cat([masks, masks])
        with torch.no_grad():
            taught = self.teacher(both, twice, self.norm)
        total = torch.zeros(len(tiles), device=tiles.device)
        for (teacher, mask), (student, _) in zip(taught, self.student(both, twice, self.norm)):
            first, second = over_tile(distances(teacher, student), mask).chunk(2)
            apart = [
                over_tile((one - other).square().mean(dim=1), mask[: len(tiles)])
                for one, other in (features.chunk(2) for features in (teacher, student))
            ]
            total = total + first + second + (apart[0] - apart[1]).square()
        return total

    def tile_scores(self, tiles: Tensor, masks: Tensor) -> Tensor:
        """Return the levels' distances, each enlarged to the tile, multiplied or added."""
        pairs = zip(self.teacher(tiles, masks, self.norm), self.student(tiles, masks, self.norm))
        levels = [distances(teacher, student) for (teacher, _), (student, _) in pairs]
        enlarged = [
            interpolate(one[:, None], (SIDE, SIDE), mode="bilinear", align_corners=False) for one in levels
        ]
        together = torch.cat(enlarged, dim=1).double()
        return together.prod(dim=1) if self.product else together.mean(dim=1)


def distances(teacher: Tensor, student: Tensor) -> Tensor:
    """Return half the squared distance of feature vectors scaled to length 1, which is 1 - their cosine.

    (tiles, channels, side, side) -> (tiles, side, side).
    """
    found: Tensor = (normalize(teacher, dim=1) - normalize(student, dim=1)).square()
    return found.sum(dim=1) / 2


def over_tile(values: Tensor, mask: Tensor) -> Tensor:
    """Return the means (tiles,) of (tiles, side, side), weighted by the mask (tiles, 1, side, side)."""
    weights = mask.squeeze(1)
    return (values * weights).sum(dim=(1, 2)) / weights.sum(dim=(1, 2)).clamp_min(GUARD)


def altered(tile: Tensor, mask: Tensor, draws: np.random.Generator) -> Tensor:
    """Return a copy (components, SIDE, SIDE) of a tile: another gain and offset, blurred, the first component alone."""
    gain, offset = (draws.normal(mean, BRIGHTNESS, (len(tile), 1, 1)) for mean in (1, 0))
    recolored, blurred, gray = draws.random(3) < (LIKELY, LIKELY, SELDOM)
    if recolored:
        tile = tile * torch.from_numpy(gain).to(tile) + torch.from_numpy(offset).to(tile)
    if blurred:
        side = torch.tensor([0.25, 0.5, 0.25]).to(tile)
        framed = pad(tile[:, None], (1, 1, 1, 1), mode="replicate")
        tile = conv2d(framed, torch.outer(side, side)[None, None])[:, 0]
    if gray:
        tile = torch.cat([tile[:1], torch.zeros_like(tile[1:])])
    return tile * mask
