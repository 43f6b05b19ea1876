"""E2E-SSCADE's density of codes: spatial context, branches and mixture, trained together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Iterable, List, Optional, Tuple

import torch
from torch import Tensor

from ...cube import Array
from ...run import Run
from ..parts.branches import SPATIAL_UNITS, SPECTRAL_UNITS
from ..parts.joint_loss import (
    Chunks,
    CodeLoss,
    FusedBranches,
    LossWeights,
    encode_all,
    gather_moments,
    joint_gradients,
    parts_at_once,
)
from ..parts.mixture import energies, log_densities
from ..parts.spatial import SpatialAutoencoder, feature_range
from ..parts.state_space import StateSpaceBranch
from ..scene import Scene
from ..training.compression import Compression, report_traffic
from ..training.loop import train
from ..training.optimizers import SGD, Adam
from .base import History, LearnedModel, Training

SPATIAL_STEPS = 20
SPATIAL_LEARNING_RATE = 1e-4


@dataclass(frozen=True)
class Design:
    """What a density is made of.

    latent : numbers in a code. components : of the mixture. features : name in FEATURES.
    spatial_channels : channels of the spatial context; 0 leaves the spatial branch out.
    circular : the spatial context goes on at the opposite edge. normal_start : see `SpatialAutoencoder`.
    rectified_from : pixels learned from, from which on relu6 takes the place of tanh; None keeps tanh.
    alpha : weight of the spatial branch's code in z. feature_alpha : of its features.
    spatial_error : weight of the spatial branch's mean squared error in the joint loss.
    sums_over_bands : the loss as the text prints it: squared errors summed over bands, the last term divided by the
    number of pixels; otherwise as the published code has it, with the mean over bands and no division.
    optimizer : adam or sgd. encoder : of spectra, name in ENCODERS.
    compression : how many times fewer entries of gradients are exchanged (RS-DGC); 0 exchanges all.
    """

    latent: int = 9
    components: int = 5
    features: str = "published_code"
    spatial_channels: int = 3
    circular: bool = False
    normal_start: bool = False
    rectified_from: Optional[int] = None
    alpha: float = 0.1
    feature_alpha: float = 0.1
    spatial_error: float = 0.1
    weights: LossWeights = LossWeights()
    sums_over_bands: bool = False
    optimizer: str = "adam"
    encoder: str = "dense"
    compression: float = 0.0


class JointDensity(LearnedModel):
    """Autoencoders and a mixture of their codes; a pixel's score is its energy, -log of its density.

    spatial : None without a spatial branch. feature_range : smallest and largest spatial feature in training, (2,).
    moments : mean over the training pixels of their codes' moments, see `mixture.moment_sums`.
    rectified : 1 where relu6 is between the layers, 0 where it is tanh; only where the design says from when on.
    """

    feature_range: Tensor
    moments: Tensor
    rectified: Tensor

    def __init__(self, design: Design, bands: int) -> None:
        super().__init__(bands)
        self.design = design
        branches = [(bands, SPECTRAL_UNITS)]
        codes, features, errors = [1.0], [1.0], [1.0]
        if design.spatial_channels:
            branches.append((design.spatial_channels, SPATIAL_UNITS))
            codes.append(design.alpha)
            features.append(design.feature_alpha)
            errors.append(design.spatial_error)
        self.spatial: Optional[SpatialAutoencoder] = None
        if design.spatial_channels:
            self.spatial = SpatialAutoencoder(
                bands, design.spatial_channels, design.circular, design.normal_start
            )
        errors = [
            error * (inputs if design.sums_over_bands else 1) for (inputs, _), error in zip(branches, errors)
        ]
        self.network = FusedBranches(
            branches,
            design.latent,
            design.components,
            design.features,
            codes,
            features,
            errors,
            design.encoder,
        )
        depth = self.code_size
        self.register_buffer("feature_range", torch.tensor([0.0, 1.0], dtype=torch.float64))
        moments = torch.zeros(design.components, 1 + depth + depth**2, dtype=torch.float64)
        self.register_buffer("moments", moments)
        if design.rectified_from is not None:
            self.register_buffer("rectified", torch.zeros(1, dtype=torch.uint8))

    @property
    def code_size(self) -> int:
        """Numbers in the codes whose mixture it is: code and reconstruction features."""
        return self.design.latent + 2

    def learn(self, scene: Scene, training: Training, run: Run) -> History:
        """Train the spatial autoencoder, then the rest, one step an epoch over the whole image."""
        weights = self.design.weights
        if self.design.sums_over_bands:
            weights = replace(weights, variance=weights.variance / scene.total)
        if self.design.rectified_from is not None:
            self.rectified.fill_(scene.total >= self.design.rectified_from)
            self.network.rectify(bool(self.rectified))
        for branch in self.network.parts:
            if isinstance(branch, StateSpaceBranch):
                branch.encoder.sort(scene.cube.wavelengths)
        # One a training, as its residuals belong to its layers.
        hooks = (
            [Compression(self.design.compression, self.bands) for _ in range(2)]
            if self.design.compression
            else [None] * 2
        )
        if self.spatial is not None:
            spatial = self.spatial
            train(
                spatial.parameters(),
                lambda step, part: spatial.gradients(scene, part),
                Adam(spatial.parameters(), lr=SPATIAL_LEARNING_RATE),
                SPATIAL_STEPS if training.epochs else 0,
                run.part(0.0, 0.15),
                checkpoint=training.checkpoint,
                compression=hooks[0],
            )
        features = self._raw_features(scene)
        if features is not None:
            self.feature_range = torch.tensor(
                feature_range(features, run), dtype=torch.float64, device=scene.device
            )
        chunks = self._chunks(scene, self._normalized(features))
        code_loss = self.code_loss(scene, run)
        optimizer = SGD if self.design.optimizer == "sgd" else Adam
        history = train(
            self.network.parameters(),
            lambda step, part: joint_gradients(self.network, chunks, scene, weights, part, code_loss),
            optimizer(self.network.parameters(), lr=training.learning_rate),
            training.epochs,
            run.part(0.15, 1.0),
            checkpoint=training.checkpoint,
            compression=hooks[1],
        )
        if training.epochs:
            report_traffic(hooks, run)
        return history

    def load(self, arrays: Dict[str, Array]) -> None:
        """Take over what `arrays` gave. Raises ModelError where it is of another model."""
        super().load(arrays)
        if self.design.rectified_from is not None:
            self.network.rectify(bool(self.rectified))

    def code_loss(self, scene: Scene, run: Run) -> Optional[CodeLoss]:
        """Return a further loss of the codes; None where there is none."""
        return None

    def settle(self, scene: Scene, run: Run) -> Tensor:
        """Take the codes' moments, and return the energies."""
        statistics = self._statistics(scene, run)
        self.moments = self.mixture_moments(statistics, scene, run)
        return self._energies(statistics)

    def mixture_moments(self, statistics: Tensor, scene: Scene, run: Run) -> Tensor:
        """Return the moments of the mixture, given the statistics of the scene's pixels."""
        return gather_moments(self.network, statistics, run) / scene.total

    def scores(self, scene: Scene, run: Run) -> Tensor:
        """Return the energies."""
        return self._energies(self._statistics(scene, run))

    def codes_of(self, statistics: Tensor) -> Tensor:
        """Return the codes (d, n) whose mixture it is, of the statistics of n pixels."""
        return self.network.fuse(statistics)

    def _statistics(self, scene: Scene, run: Run) -> Tensor:
        chunks = self._chunks(scene, self._normalized(self._raw_features(scene)))
        return encode_all(self.network, chunks, scene.count, run)

    @torch.no_grad()
    def _energies(self, statistics: Tensor) -> Tensor:
        quadratics, _ = log_densities(self.moments)
        return torch.cat([energies(quadratics, self.codes_of(part)) for part in parts_at_once(statistics)])

    def _raw_features(self, scene: Scene) -> Optional[Tensor]:
        """Return the spatial features of the scene's pixels, (count, channels); None without them."""
        return None if self.spatial is None else self.spatial.features(scene)

    def _normalized(self, features: Optional[Tensor]) -> Optional[Tensor]:
        """Return spatial features in 0..1, by their range in training, in place."""
        if features is None:
            return None
        low, high = self.feature_range.tolist()
        return features.sub_(low).mul_(1.0 / max(high - low, 1e-12))

    @staticmethod
    def _chunks(scene: Scene, features: Optional[Tensor]) -> Chunks:
        """Return a function that goes through the scene's chunks with the inputs of every branch."""

        def chunks() -> Iterable[Tuple[slice, List[Tensor]]]:
            for place, spectra in scene.spectra():
                yield place, [spectra] if features is None else [spectra, features[place]]

        return chunks
