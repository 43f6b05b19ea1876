"""A mixture fitted to an autoencoder's codes by expectation maximization, after the training."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...cube import Array
from ...run import Run
from ..parts.joint_loss import LossWeights
from ..parts.mixture import RIDGE
from ..scene import Scene
from .sscade import Design, JointDensity

LARGEST_SAMPLE = 100_000
"""Codes that the mixture is fitted to at most: every k-th pixel."""


class MixtureOfCodes(JointDensity):
    """An autoencoder trained by its reconstruction error; scikit-learn's mixture of its codes."""

    def __init__(self, latent: int, components: int, seed: int, bands: int) -> None:
        design = Design(latent, components, spatial_channels=0, weights=LossWeights(0.0, 0.0))
        super().__init__(design, bands)
        self.seed = seed

    @property
    def code_size(self) -> int:
        """The autoencoder's code alone."""
        return self.design.latent

    def codes_of(self, statistics: Tensor) -> Tensor:
        """Return the autoencoder's code alone, (latent, n)."""
        return statistics[: self.design.latent]

    def mixture_moments(self, statistics: Tensor, scene: Scene, run: Run) -> Tensor:
        """Return the moments of the mixture fitted to a sample of the codes."""
        from sklearn.mixture import GaussianMixture

        codes = _sample(self.codes_of(statistics).t(), scene, run)
        components = min(self.design.components, len(codes))
        found = GaussianMixture(components, random_state=self.seed, reg_covar=RIDGE).fit(codes)
        # The density adds the ridge again.
        covariances = found.covariances_ - RIDGE * np.eye(codes.shape[1])
        second = covariances + found.means_[:, :, None] * found.means_[:, None, :]
        means = np.concatenate(
            [np.ones((components, 1)), found.means_, second.reshape(components, -1)], axis=1
        )
        moments = found.weights_[:, None] * means
        # With fewer pixels than components, the first stands for those that are missing too.
        missing = self.design.components - components
        moments[0] /= 1 + missing
        moments = np.concatenate([moments, np.repeat(moments[:1], missing, axis=0)])
        return torch.from_numpy(moments).to(statistics.device)


def _sample(codes: Tensor, scene: Scene, run: Run) -> Array:
    """Return every k-th pixel's codes, of all processes, (n, d) float64."""
    step = -(-scene.total // LARGEST_SAMPLE)
    before = int(np.count_nonzero(scene.mask[: scene.first]))
    chosen = np.arange(-before % step, scene.count, step)
    sample = np.zeros((-(-scene.total // step), codes.shape[1]))
    sample[(before + chosen) // step] = (
        codes[torch.from_numpy(chosen).to(codes.device)].double().cpu().numpy()
    )
    return run.sum(sample)
