"""What every learned model is: a module that learns from the pixels of a scene and gives each of them a score.

A model says how it learns (`learn`) and scores (`scores`). Weights under a seed, devices, calibration and the way into
a model file are the same for all. `PixelModel` is the simplest: a network whose loss is a mean over pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np
import torch
from torch import Tensor, nn

from ...cube import Array
from ...errors import ModelError
from ...run import ALONE, Run
from ..processes import sum_tensor
from ..scene import Scene
from ..training.checkpoint import Checkpoint
from ..training.loop import train
from ..training.optimizers import Adam

History = List[Dict[str, float]]


@dataclass(frozen=True)
class Training:
    """How a model is trained: epochs (0 trains nothing), learning rate, seed of batches, where its state is kept."""

    epochs: int
    learning_rate: float
    seed: int = 0
    checkpoint: Optional[Checkpoint] = None


class LearnedModel(nn.Module):
    """A module for pixels of `bands` bands. All that scoring needs is a parameter or a buffer.

    center, deviation : mean and standard deviation of the training pixels' scores.
    """

    center: Tensor
    deviation: Tensor

    def __init__(self, bands: int) -> None:
        super().__init__()
        self.bands = bands
        self.register_buffer("center", torch.zeros((), dtype=torch.float64))
        self.register_buffer("deviation", torch.ones((), dtype=torch.float64))

    def learn(self, scene: Scene, training: Training, run: Run) -> History:
        """Train on the scene's pixels; with 0 epochs, only take what scoring needs. Returns the loss's terms."""
        raise NotImplementedError

    def scores(self, scene: Scene, run: Run) -> Tensor:
        """Return the scores of this process's pixels, (count,), larger = more anomalous."""
        raise NotImplementedError

    def settle(self, scene: Scene, run: Run) -> Tensor:
        """Take from the scene what scoring needs beside the weights, and return its pixels' scores, after training."""
        return self.scores(scene, run)

    def fit(self, scene: Scene, training: Training, run: Run = ALONE) -> History:
        """Learn from the scene's pixels, and take their scores' mean and deviation. Returns the loss's terms."""
        history = self.learn(scene, training, run.part(0.0, 0.95))
        with torch.no_grad():
            found = self.settle(scene, run.part(0.95, 1.0)).double()
            self.center, self.deviation = moments(found, scene.total, run)
        return history

    def score_map(self, scene: Scene, run: Run = ALONE) -> Array:
        """Return the scores of the scene's pixels, of all processes, (rows, columns) float32, 0 elsewhere."""
        self.to(scene.device)  # a model that was read from a file is on the CPU
        with torch.no_grad():
            return run.sum(scene.map_of(self.scores(scene, run).float()))

    def standardized(self, scores: Array) -> Array:
        """Return scores in a unit that is the same for every training, so that several can be averaged."""
        return np.asarray((scores - np.float32(self.center.item())) / np.float32(self.deviation.item()))

    def arrays(self) -> Dict[str, Array]:
        """Return what a model file must hold, by name."""
        return {name: value.cpu().numpy() for name, value in self.state_dict().items()}

    def load(self, arrays: Dict[str, Array]) -> None:
        """Take over what `arrays` gave. Raises ModelError where it is of another model."""
        try:
            self.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()})
        except (RuntimeError, TypeError) as error:
            raise ModelError(
                "its weights do not fit the network; another version may have made it: fit it again."
            ) from error


class PixelModel(LearnedModel):
    """A network whose loss is a mean over pixels, each pixel's its own, trained in whole-image steps of Adam.

    network : takes spectra (n, bands). loss, errors : take the network and spectra, give every pixel's loss and score,
    (n,). The division by the number of pixels is made here.
    """

    def __init__(self, bands: int, network: nn.Module, loss: Any, errors: Any) -> None:
        super().__init__(bands)
        self.network, self.loss, self.errors = network, loss, errors

    def learn(self, scene: Scene, training: Training, run: Run) -> History:
        """Take one step an epoch, with the gradient over all pixels."""

        def gradients(step: int, part: Run) -> Dict[str, float]:
            total = 0.0
            for place, spectra in scene.spectra():
                loss = self.loss(self.network, spectra).sum() / scene.total
                loss.backward()
                total += float(loss.detach())
                part.update(place.stop / scene.count)
            return {"loss": total}

        optimizer = Adam(self.network.parameters(), lr=training.learning_rate)
        parameters, checkpoint = self.network.parameters(), training.checkpoint
        return train(parameters, gradients, optimizer, training.epochs, run, checkpoint=checkpoint)

    def scores(self, scene: Scene, run: Run) -> Tensor:
        """Return the errors."""
        found = torch.empty(scene.count, device=scene.device)
        for place, spectra in scene.spectra():
            found[place] = self.errors(self.network, spectra).to(found.dtype)
            run.update(place.stop / scene.count)
        return found


def moments(values: Tensor, total: int, run: Run) -> Tuple[Tensor, Tensor]:
    """Return mean and standard deviation, 1 where it is 0, of all processes' `total` values; here (count,) float64."""
    mean = sum_tensor(values.sum(), run) / total
    squares = sum_tensor((values - mean).square().sum(), run) / total
    return mean, torch.where(squares > 0, squares.sqrt(), torch.ones_like(squares))


def seeded(make: Callable[[], LearnedModel], seed: int, device: str) -> LearnedModel:
    """Return a model with weights drawn from `seed`: the same in every process, no other random numbers touched."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make().to(device)
