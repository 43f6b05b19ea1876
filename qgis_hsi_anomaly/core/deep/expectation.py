"""A mixture fitted to an autoencoder's codes by expectation maximisation, after the training."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..cube import Array
from ..errors import MissingLibraryError
from ..group import Group
from ..progress import SILENT, Progress
from .accumulation import Chunks, LossWeights, encode_all
from .density import Density, Design
from .mixture import RIDGE
from .scene import Scene

LARGEST_SAMPLE = 100_000
"""Codes that the mixture is fitted to at most: every k-th pixel."""


class MixtureOfCodes(Density):
    """An autoencoder trained by its reconstruction error; scikit-learn's mixture of its codes.

    `settle` raises MissingLibraryError without scikit-learn.
    """

    def __init__(self, latent: int, components: int, bands: int, seed: int, device: str) -> None:
        design = Design(latent, components, spatial_channels=0, weights=LossWeights(0.0, 0.0))
        super().__init__(design, bands, seed, device)
        self.seed = seed

    def settle(self, scene: Scene, chunks: Chunks, group: Group, progress: Progress = SILENT) -> None:
        """Fit the mixture to a sample of the codes; the energies' mean and standard deviation follow from all."""
        kept = encode_all(self.network, chunks, scene.count, progress)
        self.moments = self._fit(_sample(self.codes_of(kept).t(), scene, group))
        self.standardise(kept, scene, group)

    def codes_of(self, kept: Tensor) -> Tensor:
        """Return the autoencoder's code alone, (latent, n)."""
        return kept[: self.design.latent]

    def _fit(self, codes: Array) -> Tensor:
        """Return the fitted mixture as the moments it stands for."""
        try:
            from sklearn.mixture import GaussianMixture
        except ImportError as error:
            raise MissingLibraryError(
                "aegmm needs scikit-learn beside torch: install it for that interpreter (pip install scikit-learn)."
            ) from error
        components = min(self.design.components, len(codes))
        found = GaussianMixture(components, random_state=self.seed, reg_covar=RIDGE).fit(codes)
        # The density adds the ridge again.
        covariances = found.covariances_ - RIDGE * np.eye(codes.shape[1])
        second = covariances + found.means_[:, :, None] * found.means_[:, None, :]
        means = np.concatenate(
            [np.ones((components, 1)), found.means_, second.reshape(components, -1)], axis=1
        )
        return torch.from_numpy(found.weights_[:, None] * means).to(self.device)


def _sample(codes: Tensor, scene: Scene, group: Group) -> Array:
    """Return every k-th pixel's codes, of all processes, (n, d) float64."""
    step = -(-scene.total // LARGEST_SAMPLE)
    before = int(np.count_nonzero(scene.mask[: scene.first]))
    chosen = np.arange(-before % step, scene.count, step)
    sample = np.zeros((-(-scene.total // step), codes.shape[1]))
    sample[(before + chosen) // step] = (
        codes[torch.from_numpy(chosen).to(codes.device)].double().cpu().numpy()
    )
    return group.sum(sample)
