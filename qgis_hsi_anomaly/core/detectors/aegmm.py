"""AE+GMM-EM: an autoencoder trained first, a Gaussian mixture fitted to its codes afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Tuple

from .learned import LearnedDetector, components_field, latent_field

if TYPE_CHECKING:
    from ..deep.models.base import LearnedModel


@dataclass(frozen=True)
class AEGMM(LearnedDetector):
    """Autoencoder of spectra, then scikit-learn's GaussianMixture on its codes; score = negative log-likelihood.

    The two-stage ablation of E2E-SSCADE: the same spectral branch, reconstruction error alone, mixture by
    expectation maximization on at most 100,000 pixels.
    """

    id: ClassVar[str] = "aegmm"
    order: ClassVar[int] = 3
    requires: ClassVar[Tuple[str, ...]] = ("sklearn",)
    learns_outliers: ClassVar[bool] = True  # a mixture fitted to the end may give one a component of its own
    label: ClassVar[str] = "AE + GMM (autoencoder, then mixture)"
    summary: ClassVar[str] = (
        "An autoencoder of the spectra is trained by its reconstruction error alone; a Gaussian mixture is then "
        "fitted to the codes by expectation maximization. The two-stage ablation of E2E-SSCADE. Needs torch and "
        "scikit-learn; compare with the untrained control that every run reports."
    )
    source: ClassVar[str] = (
        "The ablation AE+GMM-EM of Ma, Xie, Lei, Fang and Li, Acta Electronica Sinica 51(4), 2023; scikit-learn's "
        "mixture"
    )

    latent: int = latent_field(9)
    mixture_components: int = components_field(5)

    def model(self, bands: int, seed: int) -> LearnedModel:
        """Return an untrained density of codes."""
        from ..deep.models.aegmm import MixtureOfCodes

        return MixtureOfCodes(self.latent, self.mixture_components, seed, bands)
