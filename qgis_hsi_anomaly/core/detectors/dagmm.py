"""DAGMM (AE+ENet): the spectral branch of E2E-SSCADE alone, with its estimation network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .learned import LearnedDetector, components_field, latent_field

if TYPE_CHECKING:
    from ..deep.models.base import LearnedModel


@dataclass(frozen=True)
class DAGMM(LearnedDetector):
    """Deep autoencoding Gaussian mixture model of the spectra.

    B. Zong et al., ICLR 2018. Features: relative Euclidean distance and cosine similarity; weights 0.1 of the
    energy and 0.005 of the inverse variances. Departures: the layers, their start and the training are those of
    E2E-SSCADE's spectral branch, so that the two differ by the spatial branch, the features and the weight of the
    inverse variances (0.001 there); no dropout.
    """

    id: ClassVar[str] = "dagmm"
    order: ClassVar[int] = 2
    label: ClassVar[str] = "DAGMM (autoencoder and estimation network)"
    summary: ClassVar[str] = (
        "An autoencoder of the spectra and an estimation network, trained together; the score is the energy of a "
        "Gaussian mixture of codes and reconstruction features. The ablation of E2E-SSCADE without spatial context. "
        "Needs torch; compare with the untrained control that every run reports."
    )
    source: ClassVar[str] = "B. Zong et al., Deep autoencoding Gaussian mixture model, ICLR 2018"

    latent: int = latent_field(9)
    mixture_components: int = components_field(5)

    def model(self, bands: int, seed: int) -> LearnedModel:
        """Return an untrained density of spectra."""
        from ..deep.models.sscade import Design, JointDensity
        from ..deep.parts.joint_loss import LossWeights

        design = Design(
            latent=self.latent,
            components=self.mixture_components,
            features="distance_and_cosine",
            spatial_channels=0,
            weights=LossWeights(energy=0.1, variance=0.005),
        )
        return JointDensity(design, bands)
