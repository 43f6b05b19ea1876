"""What the learned detectors share: members, untrained controls, standardized scores, spread, model files.

A learned detector is one file: its parameters, and either the network and its errors (`network`, `errors`, `loss`: see
`deep.models.base.PixelModel`), or a model of its own (`model`). torch is imported inside these methods only.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Dict, Iterator, Optional, Tuple

import numpy as np

from ..cube import Array, Cube
from ..errors import ParameterError
from ..numerics.ranks import rank_correlation
from ..parameters import integer, number, seed_field
from ..run import ALONE, Run
from .base import Background, Detector, Group
from .rx import RX

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ..deep.models.base import LearnedModel
    from ..deep.training.checkpoint import Checkpoint


_TORCH = 350 * 2**20
"""Bytes of a process that has loaded torch and used it."""
_LAYERS = 8
"""Bytes that the layers of a network keep for a value of the cube, about."""


def epochs_field(
    default: int, help: str = "Training steps, each over the whole image; 0 is the untrained control."
) -> Any:
    """Number of training steps."""
    help = f"{help} More of them let the network learn the anomalies too."
    return integer(default, "Epochs", help, minimum=0, maximum=100000)


def learning_rate_field(default: float, optimizer: str = "Adam") -> Any:
    """Step size."""
    return number(
        default, "Learning rate", f"Step size of {optimizer}.", above=0.0, maximum=1.0, advanced=True
    )


def latent_field(default: int) -> Any:
    """Size of the code."""
    return integer(
        default,
        "Latent size",
        "Numbers that the autoencoder compresses a pixel to.",
        minimum=1,
        maximum=64,
        advanced=True,
    )


def components_field(default: int) -> Any:
    """Size of the mixture."""
    return integer(
        default,
        "Mixture components",
        "Gaussians that the background's codes are modeled by.",
        minimum=1,
        maximum=50,
        advanced=True,
    )


def members_field(default: int) -> Any:
    """Number of trainings."""
    return integer(
        default,
        "Members",
        "Trainings with successive seeds whose standardized scores are averaged; SPREAD writes how much they "
        "disagree.",
        minimum=1,
        maximum=100,
    )


@contextmanager
def timed(name: str, run: Run) -> Iterator[None]:
    """Report what is done inside as the metric `name`: seconds on the clock, and of this process's processors."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    seconds = {"clock": time.perf_counter() - clock, "processor": time.process_time() - processor}
    run.metric(name, {key: round(value, 3) for key, value in seconds.items()})


@dataclass(frozen=True)
class LearnedDetector(Detector):
    """Base of detectors that train a model."""

    group: ClassVar[Group] = Group.LEARNED
    needs_torch: ClassVar[bool] = True
    gives_spread: ClassVar[bool] = True
    local: ClassVar[bool] = True
    draws_at_random: ClassVar[bool] = True
    # Layers' outputs that fit in it are kept for the backward pass, not computed again: a fifth faster.
    memory_budget: ClassVar[int] = 2**30

    epochs: int = epochs_field(20)
    learning_rate: float = learning_rate_field(1e-4)
    members: int = members_field(1)
    seed: int = seed_field(advanced=True)

    def check_spread(self) -> None:
        """Refuse the spread of a single member."""
        if self.members < 2:
            raise ParameterError(
                f"{self.id}: SPREAD is how much several members disagree: give MEMBERS 2 or more, or no SPREAD."
            )

    def model(self, bands: int, seed: int) -> LearnedModel:
        """Return an untrained model for pixels of `bands` bands; its weights may be drawn as torch draws them."""
        from ..deep.models.base import PixelModel

        return PixelModel(bands, self.network(bands), self.loss, self.errors)

    def network(self, bands: int) -> nn.Module:
        """Return a network for spectra (n, bands)."""
        raise NotImplementedError

    def errors(self, network: Any, spectra: Tensor) -> Tensor:
        """Return the scores (n,) of spectra (n, bands)."""
        raise NotImplementedError

    def loss(self, network: Any, spectra: Tensor) -> Tensor:
        """Return what is trained for, each pixel's own, (n,): by default the scores, smaller is better."""
        return self.errors(network, spectra)

    @property
    def circular(self) -> bool:
        """Whether the image goes on at its opposite edge."""
        return False

    def fit(self, cube: Cube, run: Run = ALONE, checkpoint: Optional[Checkpoint] = None) -> LearnedBackground:
        """Train every member on the cube's background pixels. DataError where nothing varies.

        checkpoint : keeps the trainings' state.
        """
        self.check_libraries()
        with timed("learning_seconds", run):
            return self._fit(cube, run, checkpoint)

    def _fit(self, cube: Cube, run: Run, checkpoint: Optional[Checkpoint]) -> LearnedBackground:
        from ..deep.models.base import Training, seeded
        from ..deep.scene import Scene, fingerprint, value_range

        extent = value_range(cube, run.part(0.0, 0.02))
        scene = Scene(cube, cube.background, extent, run, self.circular)
        if checkpoint is not None:
            shape = (cube.rows, cube.columns, cube.bands, scene.total)
            pixels = fingerprint(cube, run.part(0.02, 0.02))
            checkpoint.begin(json.dumps([self.id, self.values(), shape, extent, pixels]), run)
        members = []
        for index, part in enumerate(run.part(0.02, 1.0).parts(self.members)):
            seed, device = self.seed + index, run.processes.device
            control, trained = (seeded(lambda: self.model(cube.bands, seed), seed, device) for _ in range(2))  # noqa: B023
            rate = self.learning_rate
            control.fit(scene, Training(0, rate, seed, checkpoint), part.part(0.0, 0.05))
            history = trained.fit(scene, Training(self.epochs, rate, seed, checkpoint), part.part(0.05, 1.0))
            if index == 0 and history:
                run.metric("loss_first_epoch", history[0])
                run.metric("loss_last_epoch", history[-1])
            members.append((trained, control))
        return LearnedBackground(self, extent, tuple(members))

    def working_memory(self, cube: Cube) -> int:
        """The process that trains: torch itself, and what is kept of the layers' outputs for the backward pass."""
        return _TORCH + min(self.memory_budget, self.layer_bytes * cube.rows * cube.columns * cube.bands)

    @property
    def layer_bytes(self) -> int:
        """Bytes that the layers keep for a value of the cube, about."""
        return _LAYERS

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> LearnedBackground:
        """Rebuild the background from a model file."""
        from ..deep.models.base import seeded

        members = []
        for index in range(self.members):
            pair = []
            for kind in ("trained", "control"):
                seed = self.seed + index
                model = seeded(lambda: self.model(int(facts["bands"]), seed), seed, "cpu")  # noqa: B023
                prefix = f"{index}.{kind}."
                model.load({k[len(prefix) :]: v for k, v in arrays.items() if k.startswith(prefix)})
                pair.append(model)
            members.append((pair[0], pair[1]))
        low, high = facts["value_range"]
        if not 1e-38 < float(high) - float(low) < 1e38:
            raise ValueError("The range of values is none.")
        return LearnedBackground(self, (float(low), float(high)), tuple(members))


@dataclass(frozen=True)
class LearnedBackground(Background):
    """value_range : smallest and largest value in training. members : trained models and their untrained controls."""

    detector: LearnedDetector
    value_range: Tuple[float, float]
    members: Tuple[Tuple[LearnedModel, LearnedModel], ...]

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the scores (standardized, and averaged, of several members)."""
        return self.maps(cube, run)["score"]

    def maps(self, cube: Cube, run: Run = ALONE) -> Dict[str, Array]:
        """Return `score`, and `spread`, the members' standard deviation, where there are several.

        Reports the rank correlations of the score with the untrained control and with Ledoit-Wolf RX.
        """
        with timed("scoring_seconds", run):
            return self._maps(cube, run)

    def _maps(self, cube: Cube, run: Run) -> Dict[str, Array]:
        from ..deep.scene import Scene

        scene = Scene(cube, cube.valid, self.value_range, run, self.detector.circular)
        trained, untrained = [], []
        for (model, control), part in zip(self.members, run.part(0.0, 0.8).parts(len(self.members))):
            trained.append(self._map(model, scene, part.part(0.0, 0.5)))
            untrained.append(self._map(control, scene, part.part(0.5, 1.0)))
        score: Array = np.asarray(np.mean(trained, axis=0, dtype=np.float32))
        score[~cube.valid] = np.nan
        maps = {"score": score}
        if len(trained) > 1:
            maps["spread"] = np.asarray(np.std(trained, axis=0, dtype=np.float32))
            maps["spread"][~cube.valid] = np.nan
        rx = RX().fit(cube, run.part(0.8, 0.9)).score(cube, run.part(0.9, 1.0))
        control_correlation = rank_correlation(score, np.asarray(np.mean(untrained, axis=0)))
        rx_correlation = rank_correlation(score, rx)
        run.metric("untrained_control_correlation", control_correlation)
        run.metric("rx_correlation", rx_correlation)
        run.message(
            f"Rank correlation of the scores with the same network untrained: {control_correlation:.4f}; with "
            f"Ledoit-Wolf RX: {rx_correlation:.4f}. Near 1, the training has changed little."
        )
        return maps

    def _map(self, model: LearnedModel, scene: Any, run: Run) -> Array:
        scores = model.score_map(scene, run)
        return scores if len(self.members) == 1 else model.standardized(scores)

    def arrays(self) -> Dict[str, Array]:
        """Weights and buffers of every member and its control."""
        return {
            f"{index}.{kind}.{name}": array
            for index, pair in enumerate(self.members)
            for kind, model in zip(("trained", "control"), pair)
            for name, array in model.arrays().items()
        }

    def facts(self) -> Dict[str, Any]:
        """Number of bands and the range of values."""
        return {"bands": self.members[0][0].bands, "value_range": list(self.value_range)}
