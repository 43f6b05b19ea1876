"""E2E-LIADE: an autoencoding density whose codes keep neighbors together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..parameters import number
from .learned import LearnedDetector, components_field, latent_field, learning_rate_field

if TYPE_CHECKING:
    from ..deep.models.base import LearnedModel


@dataclass(frozen=True)
class LIADE(LearnedDetector):
    """End-to-end local invariant autoencoding density estimation.

    K. Jiang et al., IEEE Trans. Cybernetics 52 (2022). Assumptions, as the full loss is not public in what could
    be read: the local invariance is a graph-Laplacian term over pixels that share an edge, of weight `locality`;
    features are mean squared error and orthogonal projection divergence; the density's weights are 0.1 and 0.001;
    the background suppression of the finished map is left out, because a monotone map changes no ranking.
    """

    id: ClassVar[str] = "liade"
    order: ClassVar[int] = 4
    label: ClassVar[str] = "E2E-LIADE (local invariant autoencoding density)"
    summary: ClassVar[str] = (
        "An autoencoder of the spectra whose codes are drawn to those of neighboring pixels, an estimation network "
        "and a Gaussian mixture, trained together. The predecessor of E2E-SSCADE, rebuilt where its loss is not "
        "public. Needs torch; compare with the untrained control that every run reports."
    )
    source: ClassVar[str] = "K. Jiang et al., E2E-LIADE, IEEE Trans. Cybernetics 52(11), 2022"

    learning_rate: float = learning_rate_field(1e-4, "stochastic gradient descent")
    locality: float = number(
        0.1, "Locality", "Weight of the term that keeps neighbors together.", minimum=0.0, maximum=1000.0
    )
    latent: int = latent_field(9)
    mixture_components: int = components_field(5)

    def model(self, bands: int, seed: int) -> LearnedModel:
        """Return an untrained density of spectra."""
        from ..deep.models.liade import LocalDensity
        from ..deep.models.sscade import Design

        design = Design(
            latent=self.latent,
            components=self.mixture_components,
            features="published_text",
            spatial_channels=0,
            optimizer="sgd",
        )
        return LocalDensity(design, self.locality, bands)
