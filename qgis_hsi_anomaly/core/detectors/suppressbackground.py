"""Background suppression by diffusion (BSDM): a pre-processor, raster in and raster out."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Dict, Optional, Tuple

import numpy as np

from ..cube import Array, Cube
from ..numerics.statistics import gather_moments
from ..parameters import integer, seed_field
from ..run import ALONE, Run
from .base import Preprocessor, Suppression

if TYPE_CHECKING:
    from ..deep.models.bsdm import NoisePredictor
    from ..deep.training.checkpoint import Checkpoint

STEPS = 1000
"""Steps of the diffusion."""


@dataclass(frozen=True)
class SuppressBackground(Preprocessor):
    """A network learns to predict pseudo-background noise in noisy spectra, then takes it out of clean ones.

    J. Ma, W. Xie, Y. Li, L. Fang, arXiv:2307.09861. With the noise n drawn once, the diffusion is
    x_t = sqrt(a_t) x_0 + g_t n, g_t = sum_s sqrt(beta_s prod_{j>s} alpha_j); the suppressed spectrum is
    x <- (x - g_t n(x)) / sqrt(a_t), repeated. The noise has one mean and one deviation, those of the cube in [0, 1].
    The network's shape follows the published code: residual layers without connections across the bottleneck, a
    pixel's mean and deviation in the offset module.
    """

    id: ClassVar[str] = "suppressbackground"
    label: ClassVar[str] = "Suppress background (BSDM)"
    summary: ClassVar[str] = (
        "Learns what the scene's background looks like under noise and takes it out of every spectrum, so that any "
        "detector can be run on the result. The output is a raster with the same bands, in no physical unit. Compare "
        "with EPOCHS 0, the untrained control: as with other learned methods, gains are not certain."
    )
    source: ClassVar[str] = "J. Ma, W. Xie, Y. Li and L. Fang, arXiv:2307.09861, 2023"
    needs_torch: ClassVar[bool] = True

    epochs: int = integer(
        500, "Epochs", "Training steps over the whole image; 0 is the untrained control.", minimum=0
    )
    time_step: int = integer(
        500,
        "Diffusion step",
        "How much noise the network is trained on, of 1000.",
        minimum=1,
        maximum=STEPS,
        advanced=True,
    )
    iterations: int = integer(
        10,
        "Iterations",
        "How often the background is taken out of each spectrum.",
        minimum=1,
        maximum=20,
        advanced=True,
    )
    seed: int = seed_field("Of weights and noise: the same seed gives the same result.", advanced=True)

    def fit(
        self, cube: Cube, run: Run = ALONE, checkpoint: Optional[Checkpoint] = None
    ) -> BackgroundSuppression:
        """Train on the background pixels; checkpoint keeps the training's state. DataError where they are all equal."""
        from ..deep.scene import fingerprint, value_range

        low, high = value_range(cube, run.part(0.0, 0.02))
        if checkpoint is not None:
            shape = (cube.rows, cube.columns, cube.bands, int(np.count_nonzero(cube.background)))
            pixels = fingerprint(cube, run.part(0.02, 0.02))
            checkpoint.begin(json.dumps([self.id, self.values(), shape, [low, high], pixels]), run)
        moments = gather_moments(cube, run.part(0.02, 0.05))
        mean = float(moments.mean.mean())
        variance = float(np.diag(moments.covariance).mean() + (moments.mean - mean).var())
        network = self._network(cube.bands).to(run.processes.device)
        scale = 1 / (high - low)
        noise = (mean - low) * scale, math.sqrt(variance) * scale
        history = network.learn(
            cube, (low, high), *noise, self.epochs, self.seed, checkpoint, run.part(0.05, 1.0)
        )
        if history:
            run.metric("loss_first_epoch", history[0])
            run.metric("loss_last_epoch", history[-1])
        return BackgroundSuppression(self, network, (low, high))

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> BackgroundSuppression:
        """Rebuild from a model file. ModelError where the weights are of another network."""
        network = self._network(int(facts["bands"]))
        network.load(arrays)
        low, high = facts["value_range"]
        if not 1e-38 < float(high) - float(low) < 1e38:
            raise ValueError("The range of values is none.")
        return BackgroundSuppression(self, network, (float(low), float(high)))

    def _network(self, bands: int) -> NoisePredictor:
        import torch

        from ..deep.models.bsdm import NoisePredictor

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            return NoisePredictor(bands, self.time_step)


@dataclass(frozen=True)
class BackgroundSuppression(Suppression):
    """network : trained. value_range : smallest and largest value in training."""

    method: SuppressBackground
    network: NoisePredictor
    value_range: Tuple[float, float]

    def suppress(self, cube: Cube, target: Array, run: Run = ALONE) -> None:
        """Write suppressed spectra, no unit, 0 where not valid; their size grows with the iterations."""
        network = self.network.to(run.processes.device)
        for block, _ in run.blocks(cube, bytes_per_pixel=network.graph_bytes()):
            valid = cube.valid[block.start : block.stop]
            spectra = network.normalized(block.spectra, self.value_range)
            rows = np.zeros((block.stop - block.start, cube.columns, cube.bands), dtype=np.float32)
            rows[valid] = network.suppress(spectra, self.method.iterations).cpu().numpy()
            target[block.start : block.stop] = rows

    def arrays(self) -> Dict[str, Array]:
        """The network's weights."""
        return self.network.arrays()

    def facts(self) -> Dict[str, Any]:
        """Number of bands and the range of values."""
        return {"bands": self.network.bands, "value_range": list(self.value_range)}
