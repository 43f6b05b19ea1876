"""SC-AAE: an adversarial autoencoder that also minds the spectral angle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .learned import LearnedDetector, epochs_field, latent_field, learning_rate_field

if TYPE_CHECKING:
    from ..deep.models.base import LearnedModel


@dataclass(frozen=True)
class SCAAE(LearnedDetector):
    """Spectral constraint adversarial autoencoder.

    W. Xie, J. Lei, B. Liu, Y. Li, X. Jia, Neural Networks 119 (2019) 222-234. A discriminator draws the codes to
    a standard normal distribution; the reconstruction error is mean squared error plus spectral angle. Assumptions,
    as the weighting and suppression are not public in what could be read: a code's channels are weighted by their
    fraction of the codes' fourth moment; the score is the log of the weighted squared distance in code space (first
    layer) plus the log of the reconstruction error (second layer).
    """

    id: ClassVar[str] = "scaae"
    order: ClassVar[int] = 5
    label: ClassVar[str] = "SC-AAE (spectral constraint adversarial autoencoder)"
    summary: ClassVar[str] = (
        "An adversarial autoencoder of the spectra whose loss includes the spectral angle; pixels far from the others "
        "in code space and badly reconstructed score high. Rebuilt where the paper's weighting is not public. Needs "
        "torch; compare with the untrained control that every run reports."
    )
    source: ClassVar[str] = "W. Xie et al., Neural Networks 119, 2019, doi:10.1016/j.neunet.2019.08.012"

    epochs: int = epochs_field(100)
    learning_rate: float = learning_rate_field(1e-3)
    latent: int = latent_field(20)

    def model(self, bands: int, seed: int) -> LearnedModel:
        """Return an untrained network."""
        from ..deep.models.scaae import AdversarialAutoencoder

        return AdversarialAutoencoder(self.latent, bands)
