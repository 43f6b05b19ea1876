"""E2E-SSCADE: spectra and their spatial context compressed together, and the density of the codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Optional

from ..cube import Cube
from ..errors import ParameterError
from ..parameters import choice, integer, number
from ..run import ALONE, Run
from .learned import (
    LearnedBackground,
    LearnedDetector,
    components_field,
    epochs_field,
    latent_field,
)

if TYPE_CHECKING:
    from ..deep.models.base import LearnedModel
    from ..deep.models.sscade import Design
    from ..deep.training.checkpoint import Checkpoint

VARIANTS = ("reference", "paper", "improved")
RECTIFIED_FROM = 20000
"""Pixels from which on the published code has relu6 for tanh."""
MAMBA_LAYERS = 280
"""Bytes that a state space keeps for a value of the cube, about."""


@dataclass(frozen=True)
class SSCADE(LearnedDetector):
    """End-to-end spectral-spatial cooperative autoencoding density estimation.

    Ma, Xie, Lei, Fang, Li, Acta Electronica Sinica 51(4), 2023. A spatial autoencoder of two 3 x 3 convolutions, an
    autoencoder for spectra and one for the spatial features, an estimation network and a Gaussian mixture of
    the fused codes, trained together; the score is a pixel's energy, -log of its density.

    `reference` makes the choices of the published code: opposite edges joined; convolutions that start normal, of
    variance 2 / fan-in, with zero biases, as its framework starts them; relative distance and brightness feature, both
    branches' features weighted; squared errors as means over bands, inverse variances not divided by the number of
    pixels; relu6 in place of tanh from 20,000 pixels on.

    `paper` follows the text: mean squared error and orthogonal projection divergence, the spatial branch's features
    not weighted; in the loss, squared errors summed over bands and the last term divided by the number of pixels, as
    eq. 20 is printed. Three misprints are read in their sense: eq. 14's projectors, eq. 13's divisor (bands, not
    pixels), eq. 4's sign. The text says that convolutions are padded, not how: the image ends by reflection. Channels,
    steps and step size of the spatial autoencoder are in the code alone, and taken from there.

    Departures of both: nodata takes no part in convolutions. Moments and gradients are those of the whole image, where
    the code takes batches of at most 20,000 pixels and the text of 10,000. Covariances have a relative guard of 1e-9
    beside the ridge of 1e-6, and the loss's inverse variances include both. Squared lengths have the floor 1e-12 where
    the code adds 1e-6. Scores are those of the trained network; the code keeps the energies from before its last step.
    Three exchanges a step between processes where the paper has one.

    `improved` is another training of the same parts, by denoising score matching, and counts what is compact.

    ENCODER mamba puts SpectralMamba's encoder (J. Yao et al., arXiv 2404.08489) in the place of the dense layers that
    make a spectrum's code: pieces of 16 bands run through a state space of 32 channels and 8 states. Assumed: its
    sizes, and the code, linear in the pieces' tanh. Left out: the gate that merges a spectrum with its neighbors', and
    pieces that begin anew at dropped bands. No better, and slower: docs/sources.md.
    """

    id: ClassVar[str] = "sscade"
    order: ClassVar[int] = 1
    label: ClassVar[str] = "E2E-SSCADE (spectral-spatial autoencoding density)"
    summary: ClassVar[str] = (
        "Trains two autoencoders, for spectra and for their spatial context, together with a Gaussian mixture of "
        "their codes; pixels of low density are anomalies. Needs torch. As published, twenty small steps hardly "
        "move the weights; the improved variant learns the density of the scene with noise added, so that training "
        "pays. Every run reports its rank correlation with the untrained control and with RX."
    )
    source: ClassVar[str] = (
        "J. Ma, W. Xie, J. Lei, L. Fang and Y. Li, End-to-end spectral-spatial cooperative autoencoding density "
        "estimation, Acta Electronica Sinica 51(4), 2023, pages up to 1020"
    )

    variant: str = choice(
        "improved",
        VARIANTS,
        "Variant",
        "reference makes the choices of the published code (relative distance, brightness feature, opposite edges "
        "joined, rectified units from 20,000 pixels on); paper those of the published text (mean squared error, "
        "orthogonal projection divergence, squared errors summed over bands; edges are reflected). improved works on "
        "partly whitened principal components, ten and twenty in turn, and trains their energies by denoising score "
        "matching, which fits no component to small groups of pixels; its steps are a hundred times the learning rate. "
        "What of the map of energies is compact then counts more than large areas, roads and edges.",
    )
    epochs: int = epochs_field(
        20,
        "Training steps, each over the whole image (in the improved variant twenty steps over a thousand pixels each); "
        "0 is the untrained control.",
    )
    latent: int = latent_field(9)
    mixture_components: int = components_field(5)
    spatial_channels: int = integer(
        3,
        "Spatial channels",
        "Features of a pixel's 3 x 3 surroundings.",
        minimum=1,
        maximum=64,
        advanced=True,
    )
    alpha: float = number(
        0.1,
        "Alpha",
        "Weight of the spatial branch against the spectral one.",
        minimum=0.0,
        maximum=100.0,
        advanced=True,
    )
    encoder: str = choice(
        "dense",
        ("dense", "mamba"),
        "Encoder",
        "What makes a code of a spectrum in the reference and paper variants: dense layers, or (mamba) a state space "
        "that runs along the bands, as in SpectralMamba. It takes about a dozen times as long and finds less here.",
        advanced=True,
        optional=True,
    )
    gradient_compression: str = choice(
        "none",
        ("none", "rsdgc"),
        "Gradient compression",
        "What of the gradients the processes exchange at every step: all of it, or (rsdgc) the entries that are "
        "large or, along the bands, have large neighbors, the rest waiting for later steps. For slow networks; the "
        "scores then depend on the number of processes. Not together with RESUME.",
        advanced=True,
    )
    compression_factor: float = number(
        50.0,
        "Compression factor",
        "How many times fewer entries of the gradients rsdgc exchanges.",
        minimum=1.0,
        maximum=10000.0,
        advanced=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.encoder != "dense" and self.variant == "improved":
            raise ParameterError(
                "sscade: ENCODER must be dense in the improved VARIANT, whose ten components are no spectrum."
            )

    def fit(self, cube: Cube, run: Run = ALONE, checkpoint: Optional[Checkpoint] = None) -> LearnedBackground:
        """Train every member. ParameterError where compressed gradients are to be kept in a checkpoint."""
        if self._compression and checkpoint is not None:
            raise ParameterError(
                "sscade: GRADIENT_COMPRESSION rsdgc cannot be used with RESUME, since what each process has not sent "
                "yet is in no checkpoint: leave one of the two out."
            )
        return super().fit(cube, run, checkpoint)

    @property
    def _compression(self) -> float:
        """How many times fewer entries of gradients are exchanged; 0 exchanges all."""
        return self.compression_factor if self.gradient_compression == "rsdgc" else 0.0

    @property
    def circular(self) -> bool:
        """The published code joins opposite edges."""
        return self.variant == "reference"

    def model(self, bands: int, seed: int) -> LearnedModel:
        """Return the variant's untrained model."""
        if self.variant == "improved":
            from ..deep.models.sscade_improved import ScoreMatchedDensity

            return ScoreMatchedDensity(
                self.spatial_channels,
                self.latent,
                self.mixture_components,
                self.alpha,
                bands,
                self._compression,
            )
        from ..deep.models.sscade import JointDensity

        return JointDensity(self.design(), bands)

    def design(self) -> Design:
        """Return what the variant's density is made of."""
        from ..deep.models.sscade import Design

        reference = self.variant == "reference"
        return Design(
            latent=self.latent,
            components=self.mixture_components,
            features="published_code" if reference else "published_text",
            spatial_channels=self.spatial_channels,
            circular=reference,
            normal_start=reference,
            rectified_from=RECTIFIED_FROM if reference else None,
            alpha=self.alpha,
            feature_alpha=self.alpha if reference else 1.0,
            sums_over_bands=not reference,
            compression=self._compression,
            encoder=self.encoder,
        )

    @property
    def layer_bytes(self) -> int:
        """A state space keeps more."""
        return MAMBA_LAYERS if self.encoder == "mamba" else super().layer_bytes
