"""Background suppression by diffusion (BSDM): a pre-processor, raster in and raster out."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Dict, Optional

import numpy as np

from ..cube import Array, Cube
from ..numerics.statistics import gather_moments
from ..parameters import choice, integer, seed_field
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

    J. Ma, W. Xie, Y. Li, L. Fang, arXiv:2307.09861; IEEE TCSVT 2025. With the noise n drawn once, the diffusion is
    x_t = sqrt(a_t) x_0 + g_t n, g_t = sum_s sqrt(beta_s prod_{j>s} alpha_j); the suppressed spectrum is
    x <- (x - g_t n(x)) / sqrt(a_t), repeated. The noise has one mean and one deviation, those of the cube in [0, 1].
    The network follows the published code: residual layers without connections across the bottleneck, an offset module.
    A model is applied to another raster in that raster's own range, as there; its bands are found by wavelength, where
    the code repeats some or takes a random choice.

    Departures: the offset module is given a pixel's mean and deviation once (`adapted`), not once a band (`published`):
    its random constants are larger then, and what comes out suits detectors better (docs/suppression.md). a_t is the
    product of t factors and that in g_t starts after s; the code has one factor more in both.
    """

    id: ClassVar[str] = "suppressbackground"
    label: ClassVar[str] = "Suppress background (BSDM)"
    summary: ClassVar[str] = (
        "Learns what the scene's background looks like under noise and takes it out of every spectrum, so that any "
        "detector can be run on the result. The output is a raster with the same bands, in no physical unit. Compare "
        "with EPOCHS 0, the untrained control: as with other learned methods, gains are not certain. What was learned "
        "can be kept in a model file and applied to other rasters of the same bands, each in its own range of values."
    )
    source: ClassVar[str] = (
        "J. Ma, W. Xie, Y. Li and L. Fang, arXiv:2307.09861, 2023; IEEE TCSVT 2025, doi 10.1109/TCSVT.2025.3595547"
    )
    needs_torch: ClassVar[bool] = True

    variant: str = choice(
        "adapted",
        ("adapted", "published"),
        "Variant",
        "What the network is told of a pixel's mean and deviation: each once (adapted), or each as often as there are "
        "bands (published, as in the authors' code), with which detectors find less.",
        advanced=True,
    )
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
        return BackgroundSuppression(self, network)

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> BackgroundSuppression:
        """Rebuild from a model file. ModelError where the weights are of another network."""
        network = self._network(int(facts["bands"]))
        network.load(arrays)
        return BackgroundSuppression(self, network)

    def _network(self, bands: int) -> NoisePredictor:
        import torch

        from ..deep.models.bsdm import NoisePredictor

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            return NoisePredictor(bands, self.time_step, copies=bands if self.variant == "published" else 1)


@dataclass(frozen=True)
class BackgroundSuppression(Suppression):
    """network : trained, for spectra in [0, 1]."""

    method: SuppressBackground
    network: NoisePredictor

    def suppress(self, cube: Cube, target: Array, run: Run = ALONE) -> None:
        """Write suppressed spectra, no unit, 0 where not valid; their size grows with the iterations.

        The cube's own smallest and largest background value become 0 and 1, as in the published code: another scene
        may be in another unit. DataError where they are equal.
        """
        from ..deep.scene import value_range

        network, known = self.network.to(run.processes.device), value_range(cube, run.part(0.0, 0.05))
        for block, _ in run.part(0.05, 1.0).blocks(cube, bytes_per_pixel=network.graph_bytes()):
            valid = cube.valid[block.start : block.stop]
            spectra = network.normalized(block.spectra, known)
            rows = np.zeros((block.stop - block.start, cube.columns, cube.bands), dtype=np.float32)
            rows[valid] = network.suppress(spectra, self.method.iterations).cpu().numpy()
            target[block.start : block.stop] = rows

    def arrays(self) -> Dict[str, Array]:
        """The network's weights."""
        return self.network.arrays()

    def facts(self) -> Dict[str, Any]:
        """Number of bands."""
        return {"bands": self.network.bands}
