"""SC-AAE: an adversarial autoencoder that also minds the spectral angle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..parameters import choice
from .learned import LearnedDetector, epochs_field, latent_field, learning_rate_field

if TYPE_CHECKING:
    from ..deep.models.base import LearnedModel


@dataclass(frozen=True)
class SCAAE(LearnedDetector):
    """Spectral constraint adversarial autoencoder.

    W. Xie, J. Lei, B. Liu, Y. Li, X. Jia, Neural Networks 119 (2019) 222-234. A discriminator draws the codes to
    a standard normal distribution; the reconstruction error is mean squared error plus spectral angle.

    The paper on E2E-SSCADE states of the adversarial autoencoder it compares with: stochastic gradient descent of step
    1e-4, batches of 10,000 pixels, 150 iterations. `published` trains so, by steps over the whole image, which on the
    paper's scenes of about 10,000 pixels is one batch; it hardly moves the weights. `adapted` trains by Adam, ten times
    that step, and is the default as it is the better one (docs/sources.md).

    Assumptions: the angle's weight is 0.1, the discriminator's 0.01; a code's channels are weighted by their fraction
    of the codes' fourth moment; the score is the log of the weighted squared distance in code space (first layer)
    plus the log of the reconstruction error (second layer), in place of the paper's two layers of suppression. Being a
    sum of logs it spreads the background over the whole range: AUC(PF,tau) cannot be compared with the paper's.
    """

    id: ClassVar[str] = "scaae"
    order: ClassVar[int] = 5
    label: ClassVar[str] = "SC-AAE (spectral constraint adversarial autoencoder)"
    summary: ClassVar[str] = (
        "An adversarial autoencoder of the spectra whose loss includes the spectral angle; pixels far from the others "
        "in code space and badly reconstructed score high. Weighting and suppression are our own. Needs "
        "torch; compare with the untrained control that every run reports."
    )
    source: ClassVar[str] = "W. Xie et al., Neural Networks 119, 2019, doi:10.1016/j.neunet.2019.08.012"

    variant: str = choice(
        "adapted",
        ("adapted", "published"),
        "Variant",
        "adapted trains by Adam, with steps of ten times the learning rate. published trains by stochastic gradient "
        "descent, as the paper on E2E-SSCADE states for the method it compares with.",
    )
    epochs: int = epochs_field(150)
    learning_rate: float = learning_rate_field(
        1e-4, "stochastic gradient descent, or a tenth of that of Adam"
    )
    latent: int = latent_field(20)

    def model(self, bands: int, seed: int) -> LearnedModel:
        """Return an untrained network."""
        from ..deep.models.scaae import AdversarialAutoencoder

        return AdversarialAutoencoder(self.latent, self.variant == "published", bands)
