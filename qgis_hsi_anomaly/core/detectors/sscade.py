"""E2E-SSCADE: spectra and their spatial context compressed together, and the density of the codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Dict, Tuple

import numpy as np

from ..cube import Array, Cube
from ..group import ALONE, Group
from ..parameters import choice, integer, number
from ..progress import SILENT, Progress
from ..ranks import rank_correlation
from .base import Background, Detector
from .rx import RX

if TYPE_CHECKING:
    from ..deep.density import Density, Design

VARIANTS = ("reference", "paper")


@dataclass(frozen=True)
class SSCADE(Detector):
    """End-to-end spectral-spatial cooperative autoencoding density estimation.

    Ma, Xie, Lei, Fang, Li, Acta Electronica Sinica 2023. A spatial autoencoder of two 3 x 3 convolutions, an
    autoencoder for spectra and one for the spatial features, an estimation network and a Gaussian mixture of
    the fused codes, trained together; the score is a pixel's energy, -log of its density.

    Departures: nodata takes no part in convolutions (see `SpatialAutoencoder`), gradients are exact over
    chunks and processes (see `deep.accumulation`), covariances carry a relative guard. `paper` ends the image
    at its edges by reflection, `reference` goes on at the opposite edge as the published code does.
    """

    id: ClassVar[str] = "sscade"
    label: ClassVar[str] = "E2E-SSCADE (spectral-spatial autoencoding density)"
    group: ClassVar[str] = "Learned"
    summary: ClassVar[str] = (
        "Trains two autoencoders, for spectra and for their spatial context, together with a Gaussian mixture of "
        "their codes; pixels of low density are anomalies. Needs torch. As published, twenty small steps hardly "
        "move the weights: look at the untrained control and at RX, whose rank correlation with the result every "
        "run reports, before you credit the training."
    )
    source: ClassVar[str] = (
        "Ma, Xie, Lei, Fang and Li, End-to-end spectral-spatial cooperative autoencoding density estimation, "
        "Acta Electronica Sinica, 2023"
    )
    needs_torch: ClassVar[bool] = True
    gives_spread: ClassVar[bool] = True

    variant: str = choice(
        "reference",
        VARIANTS,
        "Variant",
        "reference makes the choices of the published code (relative distance, brightness feature, opposite edges "
        "joined); paper those of the published text (mean squared error, orthogonal projection divergence, "
        "reflected edges).",
    )
    epochs: int = integer(
        20,
        "Epochs",
        "Training steps, each over the whole image. More of them let the network learn the anomalies too.",
        minimum=0,
        maximum=100000,
    )
    learning_rate: float = number(
        1e-4, "Learning rate", "Step size of Adam in the joint training.", above=0.0, maximum=1.0, advanced=True
    )
    latent: int = integer(
        9, "Latent size", "Numbers that each autoencoder compresses a pixel to.", minimum=1, maximum=64
    )
    mixture_components: int = integer(
        5, "Mixture components", "Gaussians that the background's codes are modelled by.", minimum=1, maximum=50
    )
    spatial_channels: int = integer(
        3, "Spatial channels", "Features of a pixel's 3 x 3 surroundings.", minimum=1, maximum=64
    )
    alpha: float = number(
        0.1, "Alpha", "Weight of the spatial branch against the spectral one.", minimum=0.0, maximum=100.0
    )
    members: int = integer(
        1,
        "Members",
        "Trainings with successive seeds whose standardised energies are averaged; SPREAD writes how much they "
        "disagree.",
        minimum=1,
        maximum=100,
    )
    seed: int = integer(
        0, "Seed", "Start of the random numbers: the same seed gives the same scores.", minimum=0, maximum=2**31 - 1
    )

    def fit(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> SSCADEBackground:
        """Train every member on the cube's background pixels. DataError where nothing varies."""
        from ..deep.density import Density
        from ..deep.scene import Scene, value_span

        design = self.design()
        span = value_span(cube, group, progress.part(0.0, 0.02))
        scene = Scene(cube, cube.background, span, group, design.circular)
        members = []
        for index in range(self.members):
            part = progress.part(0.02 + 0.98 * index / self.members, 0.02 + 0.98 * (index + 1) / self.members)
            control = Density(design, cube.bands, self.seed + index, group.device)
            control.train(scene, 0, self.learning_rate, group, part.part(0.0, 0.05))
            trained = Density(design, cube.bands, self.seed + index, group.device)
            history = trained.train(scene, self.epochs, self.learning_rate, group, part.part(0.05, 1.0))
            if index == 0 and history:
                progress.metric("loss_first_epoch", history[0])
                progress.metric("loss_last_epoch", history[-1])
            members.append((trained, control))
        return SSCADEBackground(self, span, tuple(members))

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> SSCADEBackground:
        """Rebuild the background from a model file."""
        from ..deep.density import Density

        members = []
        for index in range(self.members):
            pair = []
            for kind in ("trained", "control"):
                density = Density(self.design(), int(facts["bands"]), self.seed + index, "cpu")
                prefix = f"{index}.{kind}."
                density.load({k[len(prefix) :]: v for k, v in arrays.items() if k.startswith(prefix)})
                pair.append(density)
            members.append((pair[0], pair[1]))
        low, high = facts["span"]
        return SSCADEBackground(self, (float(low), float(high)), tuple(members))

    def design(self) -> Design:
        """Return what the variant's density is made of."""
        from ..deep.density import Design

        reference = self.variant == "reference"
        return Design(
            latent=self.latent,
            components=self.mixture_components,
            features="published_code" if reference else "published_text",
            spatial_channels=self.spatial_channels,
            circular=reference,
            alpha=self.alpha,
            feature_alpha=self.alpha if reference else 1.0,
        )


@dataclass(frozen=True)
class SSCADEBackground(Background):
    """span : smallest and largest value in training. members : trained densities and their untrained controls."""

    detector: SSCADE
    span: Tuple[float, float]
    members: Tuple[Tuple[Density, Density], ...]

    def score(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> Array:
        """Return the energies (standardised, and averaged, of several members)."""
        return self.maps(cube, progress, group)["score"]

    def maps(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> Dict[str, Array]:
        """Return `score`, and `spread`, the members' standard deviation, where there are several.

        Reports the rank correlations of the score with the untrained control and with Ledoit-Wolf RX.
        """
        from ..deep.scene import Scene

        scene = Scene(cube, cube.valid, self.span, group, self.detector.design().circular)
        trained, untrained = [], []
        for index, (density, control) in enumerate(self.members):
            part = progress.part(0.8 * index / len(self.members), 0.8 * (index + 1) / len(self.members))
            trained.append(self._map(density, scene, group, part.part(0.0, 0.5)))
            untrained.append(self._map(control, scene, group, part.part(0.5, 1.0)))
        score = np.mean(trained, axis=0, dtype=np.float32)
        score[~cube.valid] = np.nan
        maps = {"score": score}
        if len(trained) > 1:
            maps["spread"] = np.std(trained, axis=0, dtype=np.float32)
            maps["spread"][~cube.valid] = np.nan
        rx = RX().fit(cube, progress.part(0.8, 0.9), group).score(cube, progress.part(0.9, 1.0), group)
        control_correlation = rank_correlation(score, np.mean(untrained, axis=0))
        rx_correlation = rank_correlation(score, rx)
        progress.metric("untrained_control_correlation", control_correlation)
        progress.metric("rx_correlation", rx_correlation)
        progress.message(
            f"Rank correlation of the scores with the same network untrained: {control_correlation:.4f}; with "
            f"Ledoit-Wolf RX: {rx_correlation:.4f}. Near 1, the training has changed little."
        )
        return maps

    def _map(self, density: Density, scene: Any, group: Group, progress: Progress) -> Array:
        energies = density.score(scene, group, progress)
        if len(self.members) == 1:
            return energies
        return (energies - np.float32(density.center)) / np.float32(density.spread)

    def arrays(self) -> Dict[str, Array]:
        """Weights and moments of every member and its control."""
        return {
            f"{index}.{kind}.{name}": array
            for index, pair in enumerate(self.members)
            for kind, density in zip(("trained", "control"), pair)
            for name, array in density.arrays().items()
        }

    def facts(self) -> Dict[str, Any]:
        """Number of bands and the normalisation's span."""
        return {"bands": self.members[0][0].bands, "span": list(self.span)}
