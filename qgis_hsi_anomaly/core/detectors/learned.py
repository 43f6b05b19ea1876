"""What the learned detectors share: members, untrained controls, standardised energies, spread, model files.

A learned detector says which density it trains (`density`); whatever has the methods of `Trainable` will do.
"""

from __future__ import annotations

import json
import time
from abc import abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Dict, Iterator, List, Protocol, Tuple

import numpy as np

from ..cube import Array, Cube
from ..group import ALONE, Group
from ..parameters import integer, number
from ..progress import SILENT, Progress
from ..ranks import rank_correlation
from .base import Background, Detector
from .rx import RX

if TYPE_CHECKING:
    from ..deep.scene import Scene


class Trainable(Protocol):
    """A network that gives every pixel of a scene an energy: `deep.density.Density` and its like.

    bands : width of the pixels. center, spread : mean and standard deviation of the training pixels' energies.
    """

    bands: int
    center: float
    spread: float

    def train(
        self, scene: Scene, epochs: int, learning_rate: float, group: Group, progress: Progress = SILENT
    ) -> List[Dict[str, float]]:
        """Train on the scene's pixels; zero epochs still take what scoring needs. Returns the loss's parts."""

    def score(self, scene: Scene, group: Group, progress: Progress = SILENT) -> Array:
        """Return the energies, of all processes, (rows, columns) float32, 0 outside the scene's mask."""

    def arrays(self) -> Dict[str, Array]:
        """Return what a model file must hold."""

    def load(self, arrays: Dict[str, Array]) -> None:
        """Take over what `arrays` gave; ModelError where it is of another design."""


def epochs_field(default: int) -> Any:
    """Number of training steps."""
    return integer(
        default,
        "Epochs",
        "Training steps, each over the whole image; 0 is the untrained control. More of them let the network learn "
        "the anomalies too.",
        minimum=0,
        maximum=100000,
    )


def learning_rate_field(default: float, optimizer: str = "Adam") -> Any:
    """Step size."""
    return number(
        default, "Learning rate", f"Step size of {optimizer}.", above=0.0, maximum=1.0, advanced=True
    )


def latent_field(default: int) -> Any:
    """Size of the code."""
    return integer(
        default, "Latent size", "Numbers that the autoencoder compresses a pixel to.", minimum=1, maximum=64
    )


def components_field(default: int) -> Any:
    """Size of the mixture."""
    return integer(
        default,
        "Mixture components",
        "Gaussians that the background's codes are modelled by.",
        minimum=1,
        maximum=50,
    )


def members_field(default: int = 1) -> Any:
    """Size of the ensemble."""
    return integer(
        default,
        "Members",
        "Trainings with successive seeds whose standardised energies are averaged; SPREAD writes how much they "
        "disagree.",
        minimum=1,
        maximum=100,
    )


def seed_field() -> Any:
    """Start of the random numbers."""
    return integer(
        0,
        "Seed",
        "Start of the random numbers: the same seed gives the same scores.",
        minimum=0,
        maximum=2**31 - 1,
    )


@contextmanager
def timed(name: str, progress: Progress) -> Iterator[None]:
    """Report what is done inside as the metric `name`: seconds on the clock, and of this process's processors."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    seconds = {"clock": time.perf_counter() - clock, "processor": time.process_time() - processor}
    progress.metric(name, {key: round(value, 3) for key, value in seconds.items()})


class LearnedDetector(Detector):
    """Base of detectors that train a density; subclasses declare the fields and say what `density` is."""

    group: ClassVar[str] = "Learned"
    needs_torch: ClassVar[bool] = True
    gives_spread: ClassVar[bool] = True
    # Layers' outputs that fit in it are kept for the backward pass, not computed again: a fifth faster.
    memory_budget: ClassVar[int] = 2**30

    epochs: int
    learning_rate: float
    members: int
    seed: int

    @abstractmethod
    def density(self, bands: int, seed: int, device: str) -> Trainable:
        """Return an untrained density for pixels of `bands` bands."""

    @property
    def circular(self) -> bool:
        """Whether the image goes on at its opposite edge."""
        return False

    def fit(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> LearnedBackground:
        """Train every member on the cube's background pixels. DataError where nothing varies."""
        with timed("learning_seconds", progress):
            return self._fit(cube, progress, group)

    def _fit(self, cube: Cube, progress: Progress, group: Group) -> LearnedBackground:
        from ..deep.scene import Scene, value_span

        span = value_span(cube, group, progress.part(0.0, 0.02))
        scene = Scene(cube, cube.background, span, group, self.circular)
        if group.checkpoint is not None:
            shape = (cube.rows, cube.columns, cube.bands, scene.total)
            group.checkpoint.begin(json.dumps([self.id, self.values(), shape, span]), group, progress)
        members = []
        for index in range(self.members):
            part = progress.part(0.02 + 0.98 * index / self.members, 0.02 + 0.98 * (index + 1) / self.members)
            control = self.density(cube.bands, self.seed + index, group.device)
            control.train(scene, 0, self.learning_rate, group, part.part(0.0, 0.05))
            trained = self.density(cube.bands, self.seed + index, group.device)
            history = trained.train(scene, self.epochs, self.learning_rate, group, part.part(0.05, 1.0))
            if index == 0 and history:
                progress.metric("loss_first_epoch", history[0])
                progress.metric("loss_last_epoch", history[-1])
            members.append((trained, control))
        return LearnedBackground(self, span, tuple(members))

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> LearnedBackground:
        """Rebuild the background from a model file."""
        members = []
        for index in range(self.members):
            pair = []
            for kind in ("trained", "control"):
                density = self.density(int(facts["bands"]), self.seed + index, "cpu")
                prefix = f"{index}.{kind}."
                density.load({k[len(prefix) :]: v for k, v in arrays.items() if k.startswith(prefix)})
                pair.append(density)
            members.append((pair[0], pair[1]))
        low, high = facts["span"]
        return LearnedBackground(self, (float(low), float(high)), tuple(members))


@dataclass(frozen=True)
class LearnedBackground(Background):
    """span : smallest and largest value in training. members : trained densities and their untrained controls."""

    detector: LearnedDetector
    span: Tuple[float, float]
    members: Tuple[Tuple[Trainable, Trainable], ...]

    def score(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> Array:
        """Return the energies (standardised, and averaged, of several members)."""
        return self.maps(cube, progress, group)["score"]

    def maps(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> Dict[str, Array]:
        """Return `score`, and `spread`, the members' standard deviation, where there are several.

        Reports the rank correlations of the score with the untrained control and with Ledoit-Wolf RX.
        """
        with timed("scoring_seconds", progress):
            return self._maps(cube, progress, group)

    def _maps(self, cube: Cube, progress: Progress, group: Group) -> Dict[str, Array]:
        from ..deep.scene import Scene

        scene = Scene(cube, cube.valid, self.span, group, self.detector.circular)
        trained, untrained = [], []
        for index, (density, control) in enumerate(self.members):
            part = progress.part(0.8 * index / len(self.members), 0.8 * (index + 1) / len(self.members))
            trained.append(self._map(density, scene, group, part.part(0.0, 0.5)))
            untrained.append(self._map(control, scene, group, part.part(0.5, 1.0)))
        score = np.mean(trained, axis=0, dtype=np.float32)
        score[~cube.valid] = np.nan
        maps = {"score": score}
        if len(trained) > 1:
            maps["spread"] = np.std(trained, axis=0, dtype=np.float32)
            maps["spread"][~cube.valid] = np.nan
        rx = RX().fit(cube, progress.part(0.8, 0.9), group).score(cube, progress.part(0.9, 1.0), group)
        control_correlation = rank_correlation(score, np.mean(untrained, axis=0))
        rx_correlation = rank_correlation(score, rx)
        progress.metric("untrained_control_correlation", control_correlation)
        progress.metric("rx_correlation", rx_correlation)
        progress.message(
            f"Rank correlation of the scores with the same network untrained: {control_correlation:.4f}; with "
            f"Ledoit-Wolf RX: {rx_correlation:.4f}. Near 1, the training has changed little."
        )
        return maps

    def _map(self, density: Trainable, scene: Scene, group: Group, progress: Progress) -> Array:
        energies = density.score(scene, group, progress)
        if len(self.members) == 1:
            return energies
        return np.asarray((energies - np.float32(density.center)) / np.float32(density.spread))

    def arrays(self) -> Dict[str, Array]:
        """Weights and moments of every member and its control."""
        return {
            f"{index}.{kind}.{name}": array
            for index, pair in enumerate(self.members)
            for kind, density in zip(("trained", "control"), pair)
            for name, array in density.arrays().items()
        }

    def facts(self) -> Dict[str, Any]:
        """Number of bands and the normalisation's span."""
        return {"bands": self.members[0][0].bands, "span": list(self.span)}
