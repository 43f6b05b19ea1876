"""Distillation for one scene, pixel by pixel: a student learns what a teacher makes of the background.

Where it has seldom been, student and teacher differ: that is the score. Both have three levels, whose features are
compared one by one. The inputs are the leading principal components, each of variance 1 over the background.
"""

from __future__ import annotations

from typing import Dict, List, Optional

import numpy as np
import torch
from torch import Tensor, nn

from ...numerics.sampling import sample_spectra
from ...run import Run
from ..parts.attention import ChannelAttention
from ..parts.principal import principal_scene, whitened_axes
from ..parts.tiles import Tiles
from ..processes import sum_tensor
from ..scene import Scene
from ..training.loop import cosine, train
from ..training.optimizers import Adam
from .base import History, LearnedModel, Training

COMPONENTS = 10
"""Principal components that are kept."""
LEVELS = 3
UNITS = 16
"""Features of a level."""
STEPS = 10
"""Steps in an epoch."""
BATCH = 10_000
"""Pixels in a step."""
SAMPLE = 20_000
"""Pixels that are learned from, drawn at random where the scene has more."""
TILES = 16
"""Tiles in a step, where whole tiles are learned from."""
TILE_SAMPLE = 256
"""Tiles that are learned from, drawn at random where the scene has more."""
TEACHER_BIAS = 0.1
"""Standard deviation of the teacher's biases."""
SMALLEST = 1e-2
"""Least deviation that a component counts as having, in what is expected of the last one."""
GUARD = 1e-6
"""Added before a logarithm, and under a division."""


class Distillation(LearnedModel):
    """What all have: components of variance 1. axes : (bands + 1, components), the last row the mean's.

    product : the levels' distances are multiplied, not added.
    """

    axes: Tensor

    def __init__(self, bands: int, product: bool) -> None:
        super().__init__(bands)
        self.inputs, self.product = min(COMPONENTS, bands), product
        self.register_buffer("axes", torch.zeros(bands + 1, self.inputs, dtype=torch.float64))

    def take_axes(self, scene: Scene, run: Run) -> Scene:
        """Take the axes from a scene; return its components."""
        axes = torch.from_numpy(whitened_axes(scene.cube, self.inputs, run)).to(scene.device)
        self.axes = axes
        squares = torch.zeros(self.inputs, dtype=torch.float64, device=scene.device)
        for _, values in self.components(scene, run).spectra():
            squares += values.double().square().sum(dim=0)
        deviations = (sum_tensor(squares, run) / scene.total).sqrt()
        self.axes = axes / deviations.clamp_min(SMALLEST)
        return self.components(scene, run)

    def components(self, scene: Scene, run: Run) -> Scene:
        """Return the same pixels' components."""
        return principal_scene(scene, self.axes.cpu().numpy(), run)

    def fused(self, levels: Tensor) -> Tensor:
        """Return the score of the levels' mean squares (..., LEVELS)."""
        return (levels + GUARD).log().sum(dim=-1) if self.product else levels.sum(dim=-1)


class PointLevels(nn.Module):
    """Six linear layers of 16 units, tanh between, for components (..., inputs); every second output is a level's.

    attention : ECA behind each layer; the components are then those of tiles, (tiles, SIDE, SIDE, inputs).
    """

    def __init__(self, inputs: int, attention: bool = False) -> None:
        super().__init__()
        widths = [inputs] + [UNITS] * 2 * LEVELS
        self.layers = nn.ModuleList([nn.Linear(*pair) for pair in zip(widths, widths[1:])])
        for layer in self.layers:
            nn.init.xavier_normal_(layer.weight)  # type: ignore[arg-type]
        gates = [ChannelAttention(UNITS) for _ in self.layers] if attention else []
        self.gates = nn.ModuleList(gates)

    def forward(self, values: Tensor, mask: Optional[Tensor] = None) -> Tensor:
        """Return the levels' features, (..., LEVELS, 16). mask : of tiles, (tiles, SIDE, SIDE, 1)."""
        found = []
        for number, layer in enumerate(self.layers):
            values = layer(values if number == 0 else values.tanh())
            if mask is not None and len(self.gates):
                means = (values * mask).sum(dim=(1, 2)) / mask.sum(dim=(1, 2)).clamp_min(1)
                values = values * self.gates[number](means)[:, None, None]
            if number % 2:
                found.append(values)
        return torch.stack(found, dim=-2)


class PointTeacher(nn.Module):
    """A random network, frozen; its features have mean 0 and deviation 1 over the background."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.levels = PointLevels(inputs)
        for layer in self.levels.layers:
            nn.init.normal_(layer.bias, std=TEACHER_BIAS)  # type: ignore[arg-type]
        self.register_buffer("mean", torch.zeros(LEVELS, UNITS))
        self.register_buffer("deviation", torch.ones(LEVELS, UNITS))

    @torch.no_grad()
    def forward(self, values: Tensor) -> Tensor:
        """Return the standardized features, (..., LEVELS, 16)."""
        found: Tensor = (self.levels(values) - self.mean) / self.deviation
        return found

    @torch.no_grad()
    def standardize(self, small: Scene, run: Run) -> None:
        """Take mean and deviation over the background from its components."""
        mean = torch.zeros_like(self.mean)
        for _, values in small.spectra():
            mean += self.levels(values.double()).sum(dim=0)
        mean = sum_tensor(mean, run) / small.total
        squares = torch.zeros_like(mean)
        for _, values in small.spectra():
            squares += (self.levels(values.double()) - mean).square().sum(dim=0)
        self.mean = mean
        self.deviation = (sum_tensor(squares, run) / small.total).sqrt().clamp_min(GUARD)


class PixelDistillation(Distillation):
    """Teacher and student see one pixel at a time; in float64, so that hundreds of steps stay the same."""

    def __init__(self, bands: int, product: bool) -> None:
        super().__init__(bands, product)
        self.teacher, self.student = PointTeacher(self.inputs), PointLevels(self.inputs)
        self.double()

    def learn(self, scene: Scene, training: Training, run: Run) -> History:
        """Train the student, STEPS steps an epoch."""
        small = self.take_axes(scene, run.part(0.0, 0.1))
        self.teacher.standardize(small, run)
        drawn = sample_spectra(small.cube, SAMPLE, training.seed, run.part(0.1, 0.15))
        sample = torch.from_numpy(drawn).double().to(scene.device)
        targets = self.teacher(sample)

        def gradients(step: int, part: Run) -> Dict[str, float]:
            random = np.random.default_rng([training.seed, step])
            chosen = random.permutation(len(sample))[:BATCH]
            own = torch.from_numpy(chosen[slice(*run.rows(len(chosen)))]).to(scene.device)
            errors = (self.student(sample[own]) - targets[own]).square().mean(dim=-1)
            loss = errors.sum() / len(chosen)
            loss.backward()
            part.update(1.0)
            return {"distance": float(loss.detach())}

        optimizer = Adam(self.student.parameters(), lr=training.learning_rate)
        steps, checkpoint = STEPS * training.epochs, training.checkpoint
        return train(
            self.student.parameters(), gradients, optimizer, steps, run.part(0.15, 1.0), checkpoint=checkpoint
        )

    def scores(self, scene: Scene, run: Run) -> Tensor:
        """Return the fused mean squares of student - teacher."""
        found = torch.empty(scene.count, dtype=torch.float64, device=scene.device)
        for place, spectra in self.components(scene, run).spectra():
            values = spectra.double()
            found[place] = self.fused((self.student(values) - self.teacher(values)).square().mean(dim=-1))
            run.update(place.stop / scene.count)
        return found


class TileDistillation(Distillation):
    """A student that looks at whole tiles. What it is made of is said by a class below this one.

    student : its parameters are trained. rate : its step size in those of the pixel-wise one. steps : of an epoch.
    falls : the step size falls along a cosine.
    """

    student: nn.Module
    rate, steps, falls = 1.0, STEPS, False

    def prepare(self, small: Scene, sample: Tensor, masks: Tensor, training: Training, run: Run) -> None:
        """Make the teacher ready."""
        raise NotImplementedError

    def tile_losses(self, tiles: Tensor, masks: Tensor, draws: List[np.random.Generator]) -> Tensor:
        """Return each tile's own loss, (tiles,). draws : one generator a tile."""
        raise NotImplementedError

    def tile_scores(self, tiles: Tensor, masks: Tensor) -> Tensor:
        """Return the scores of the pixels of each tile, (tiles, SIDE, SIDE)."""
        raise NotImplementedError

    def learn(self, scene: Scene, training: Training, run: Run) -> History:
        """Prepare the teacher, then train the student, a batch of tiles a step."""
        small = self.take_axes(scene, run.part(0.0, 0.1))
        sample, masks = Tiles(small).sample(TILE_SAMPLE, training.seed, run.part(0.1, 0.15))
        self.prepare(small, sample, masks, training, run.part(0.15, 0.4))

        def gradients(step: int, part: Run) -> Dict[str, float]:
            chosen = np.random.default_rng([training.seed, step]).integers(len(sample), size=TILES)
            own = range(*run.rows(TILES))
            draws = [np.random.default_rng([training.seed, step, number]) for number in own]
            places = torch.from_numpy(chosen[own.start : own.stop]).to(scene.device)
            if not len(places):
                return {"distance": 0.0}
            loss = self.tile_losses(sample[places], masks[places], draws).sum() / TILES
            loss.backward()
            part.update(1.0)
            return {"distance": float(loss.detach())}

        steps, rate = self.steps * training.epochs, self.rate * training.learning_rate
        return train(
            self.student.parameters(),
            gradients,
            Adam(self.student.parameters(), lr=rate),
            steps,
            run.part(0.4, 1.0),
            learning_rate=cosine(rate, 0.0, steps) if self.falls else None,
            checkpoint=training.checkpoint,
        )

    def scores(self, scene: Scene, run: Run) -> Tensor:
        """Return the mean of a pixel's scores over its tiles."""
        return Tiles(self.components(scene, run)).merge(self.tile_scores, run)


class AttentivePixels(TileDistillation):
    """The pixel-wise pair, the student with attention: its channels weigh each other by their means over a tile."""

    def __init__(self, bands: int, product: bool) -> None:
        super().__init__(bands, product)
        self.teacher, self.student = PointTeacher(self.inputs), PointLevels(self.inputs, attention=True)
        self.double()

    def prepare(self, small: Scene, sample: Tensor, masks: Tensor, training: Training, run: Run) -> None:
        """Standardize the teacher's features."""
        self.teacher.standardize(small, run)

    def tile_losses(self, tiles: Tensor, masks: Tensor, draws: List[np.random.Generator]) -> Tensor:
        """Return the mean squares over a tile's pixels, added over levels."""
        mask = masks.double().squeeze(1)
        errors = self._errors(tiles, masks).sum(dim=-1)
        return (errors * mask).sum(dim=(1, 2)) / mask.sum(dim=(1, 2)).clamp_min(1)

    def tile_scores(self, tiles: Tensor, masks: Tensor) -> Tensor:
        """Return the fused mean squares."""
        return self.fused(self._errors(tiles, masks))

    def _errors(self, tiles: Tensor, masks: Tensor) -> Tensor:
        """Return the mean squares of student - teacher, (tiles, SIDE, SIDE, LEVELS)."""
        values, mask = (one.double().movedim(1, -1) for one in (tiles, masks))
        squares: Tensor = (self.student(values, mask) - self.teacher(values)).square()
        return squares.mean(dim=-1)
