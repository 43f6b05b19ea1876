"""E2E-LIADE: an autoencoding density whose codes keep neighbors together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..parameters import choice, number
from .learned import LearnedDetector, components_field, epochs_field, latent_field, learning_rate_field

if TYPE_CHECKING:
    from ..deep.models.base import LearnedModel

BATCH = 5
"""Pixels in a step of the published training."""


@dataclass(frozen=True)
class LIADE(LearnedDetector):
    """End-to-end local invariant autoencoding density estimation.

    K. Jiang et al., IEEE Trans. Cybernetics 52 (2022), as far as the paper on E2E-SSCADE describes it: an autoencoder
    of spectra whose codes keep neighbors together, codes with mean squared error and orthogonal projection divergence,
    an estimation network; stochastic gradient descent of step 1e-4, batches of 5, 1000 iterations.

    `published` trains so: 20 epochs of 50 steps. A step's mixture has the moments of its five pixels alone, a
    covariance of rank four and the ridge. `adapted` takes one step of the same size an epoch over the whole image,
    which hardly moves the weights: its scores are nearly those of the untrained network. It is the default as it is
    the better one (docs/sources.md).

    Assumptions: the local invariance is a graph-Laplacian term over pixels that share an edge, of weight `locality`;
    the five pixels of a batch follow each other in a row; the density's weights are 0.1 and 0.001; layers, start and
    number of components are those of E2E-SSCADE. Departure: no suppression of the background in the finished map; one
    that depends on a pixel's score alone would change no ranking, one that looks at its surroundings would.
    """

    id: ClassVar[str] = "liade"
    order: ClassVar[int] = 4
    label: ClassVar[str] = "E2E-LIADE (local invariant autoencoding density)"
    summary: ClassVar[str] = (
        "An autoencoder of the spectra whose codes are drawn to those of neighboring pixels, an estimation network "
        "and a Gaussian mixture, trained together. The predecessor of E2E-SSCADE, rebuilt from what is said of "
        "it there. With its defaults the training hardly moves the weights, and the published one makes detection "
        "worse: compare with the untrained control that every run reports. Needs torch."
    )
    source: ClassVar[str] = "K. Jiang et al., E2E-LIADE, IEEE Trans. Cybernetics 52(11), 2022"

    variant: str = choice(
        "adapted",
        ("adapted", "published"),
        "Variant",
        "adapted takes every step over the whole image. published takes fifty steps an epoch, each over five "
        "successive pixels, a thousand in all with the default number of epochs.",
    )
    epochs: int = epochs_field(
        20,
        "Training steps, each over the whole image (in the published variant fifty steps over five pixels each); "
        "0 is the untrained control.",
    )
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
        batch = BATCH if self.variant == "published" else 0
        return LocalDensity(design, self.locality, batch, bands)
