"""AE+GMM-EM: an autoencoder trained first, a Gaussian mixture fitted to its codes afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .learned import (
    LearnedDetector,
    components_field,
    epochs_field,
    latent_field,
    learning_rate_field,
    members_field,
    seed_field,
)

if TYPE_CHECKING:
    from ..deep.expectation import MixtureOfCodes


@dataclass(frozen=True)
class AEGMM(LearnedDetector):
    """Autoencoder of spectra, then scikit-learn's GaussianMixture on its codes; score = negative log-likelihood.

    The two-stage ablation of E2E-SSCADE: the same spectral branch, reconstruction error alone, mixture by
    expectation maximisation on at most 100,000 pixels.
    """

    id: ClassVar[str] = "aegmm"
    label: ClassVar[str] = "AE + GMM (autoencoder, then mixture)"
    summary: ClassVar[str] = (
        "An autoencoder of the spectra is trained by its reconstruction error alone; a Gaussian mixture is then "
        "fitted to the codes by expectation maximisation. The two-stage ablation of E2E-SSCADE. Needs torch and "
        "scikit-learn; compare with the untrained control that every run reports."
    )
    source: ClassVar[str] = (
        "The ablation AE+GMM-EM of Ma, Xie, Lei, Fang and Li, Acta Electronica Sinica, 2023; scikit-learn's mixture"
    )

    epochs: int = epochs_field(20)
    learning_rate: float = learning_rate_field(1e-4)
    latent: int = latent_field(9)
    mixture_components: int = components_field(5)
    members: int = members_field()
    seed: int = seed_field()

    def density(self, bands: int, seed: int, device: str) -> MixtureOfCodes:
        """Return an untrained density of codes."""
        from ..deep.expectation import MixtureOfCodes

        return MixtureOfCodes(self.latent, self.mixture_components, bands, seed, device)
