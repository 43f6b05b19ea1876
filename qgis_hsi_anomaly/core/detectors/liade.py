"""E2E-LIADE: an autoencoding density whose codes keep neighbours together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..parameters import number
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
    from ..deep.density import Density


@dataclass(frozen=True)
class LIADE(LearnedDetector):
    """End-to-end local invariant autoencoding density estimation.

    K. Jiang et al., IEEE Trans. Cybernetics 52 (2022). Assumptions, as the full loss is not public in what could
    be read: the local invariance is a graph-Laplacian term over pixels that share an edge, of weight `locality`;
    features are mean squared error and orthogonal projection divergence; the density's weights are 0.1 and 0.001;
    the background suppression of the finished map is left out, because a monotone map changes no ranking.
    """

    id: ClassVar[str] = "liade"
    label: ClassVar[str] = "E2E-LIADE (local invariant autoencoding density)"
    summary: ClassVar[str] = (
        "An autoencoder of the spectra whose codes are drawn to those of neighbouring pixels, an estimation network "
        "and a Gaussian mixture, trained together. The predecessor of E2E-SSCADE, rebuilt where its loss is not "
        "public. Needs torch; compare with the untrained control that every run reports."
    )
    source: ClassVar[str] = "K. Jiang et al., E2E-LIADE, IEEE Trans. Cybernetics 52(11), 2022"

    epochs: int = epochs_field(20)
    learning_rate: float = learning_rate_field(1e-4, "stochastic gradient descent")
    locality: float = number(
        0.1, "Locality", "Weight of the term that keeps neighbours together.", minimum=0.0, maximum=1000.0
    )
    latent: int = latent_field(9)
    mixture_components: int = components_field(5)
    members: int = members_field()
    seed: int = seed_field()

    def density(self, bands: int, seed: int, device: str) -> Density:
        """Return an untrained density of spectra."""
        from ..deep.density import Density, Design

        design = Design(
            latent=self.latent,
            components=self.mixture_components,
            features="published_text",
            spatial_channels=0,
            locality=self.locality,
            optimizer="sgd",
        )
        return Density(design, bands, seed, device)
