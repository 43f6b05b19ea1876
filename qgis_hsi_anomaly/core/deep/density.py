"""A density of codes: spatial context, branches, mixture; how it is trained, and scores, and is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, List, Optional, Tuple

import numpy as np
import torch
from torch import Tensor

from ..cube import Array
from ..errors import ModelError
from ..group import Group
from ..progress import SILENT, Progress
from .accumulation import (
    Chunks,
    CodeLoss,
    DensityNetwork,
    LossWeights,
    encode_all,
    gather_moments,
    joint_gradients,
    portions,
)
from .branches import SPATIAL_UNITS, SPECTRAL_UNITS
from .compression import Compression, report_traffic
from .locality import locality_gradient
from .mixture import energies, log_densities
from .scene import Scene
from .spatial import SpatialAutoencoder, feature_span
from .training import train

SPATIAL_STEPS = 20
SPATIAL_LEARNING_RATE = 1e-4


@dataclass(frozen=True)
class Design:
    """What a density is made of.

    latent : numbers in a code. components : of the mixture. features : name in FEATURES.
    spatial_channels : channels of the spatial context; 0 leaves the spatial branch out.
    circular : the spatial context goes on at the opposite edge.
    alpha : share of the spatial branch's code in z. feature_alpha : of its features.
    spatial_error : weight of the spatial branch's mean squared error in the joint loss.
    locality : weight of the term that keeps neighbours together in the code.
    optimizer : adam or sgd.
    compression : how many times fewer entries of gradients are exchanged (RS-DGC); 0 exchanges all.
    """

    latent: int = 9
    components: int = 5
    features: str = "published_code"
    spatial_channels: int = 3
    circular: bool = False
    alpha: float = 0.1
    feature_alpha: float = 0.1
    spatial_error: float = 0.1
    weights: LossWeights = LossWeights()
    locality: float = 0.0
    optimizer: str = "adam"
    compression: float = 0.0


class Density:
    """A network for `bands` bands, with weights drawn from `seed`; the moments come with `settle`.

    spatial : None without a spatial branch. span : smallest and largest spatial feature in training.
    moments : mean over the training pixels of their codes' moments, see `mixture.moment_sums`.
    center, spread : mean and standard deviation of their energies.
    """

    def __init__(self, design: Design, bands: int, seed: int, device: str) -> None:
        self.design, self.bands, self.device = design, bands, torch.device(device)
        branches, alphas = [(bands, SPECTRAL_UNITS)], [(1.0, 1.0, 1.0)]
        if design.spatial_channels:
            branches.append((design.spatial_channels, SPATIAL_UNITS))
            alphas.append((design.alpha, design.feature_alpha, design.spatial_error))
        codes, features, errors = zip(*alphas)
        # The same weights in every process, and nobody else's random numbers touched.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.spatial: Optional[SpatialAutoencoder] = None
            if design.spatial_channels:
                self.spatial = SpatialAutoencoder(bands, design.spatial_channels, design.circular)
            self.network = DensityNetwork(
                branches, design.latent, design.components, design.features, codes, features, errors
            )
        self.span = (0.0, 1.0)
        self.moments: Optional[Tensor] = None
        self.center, self.spread = 0.0, 1.0
        self._move(self.device)

    def train(
        self, scene: Scene, epochs: int, learning_rate: float, group: Group, progress: Progress = SILENT
    ) -> List[Dict[str, float]]:
        """Train the spatial autoencoder, then the rest, on the scene's pixels; then `settle`.

        Returns the joint loss's parts before every step.
        """
        # One a training, as its residuals belong to its layers.
        hooks = [Compression(self.design.compression) for _ in range(2)] if self.design.compression else []
        if self.spatial is not None:
            spatial = self.spatial
            train(
                spatial.parameters(),
                lambda inner: spatial.gradients(scene, inner),
                torch.optim.Adam(spatial.parameters(), lr=SPATIAL_LEARNING_RATE),
                SPATIAL_STEPS if epochs else 0,
                group,
                progress.part(0.0, 0.15),
                compression=hooks[0] if hooks else None,
            )
        features = self.features(scene, group)
        chunks = self.chunks(scene, features)
        code_loss = self._locality_loss(scene, group) if self.design.locality else None
        optimizer = torch.optim.SGD if self.design.optimizer == "sgd" else torch.optim.Adam
        history = train(
            self.network.parameters(),
            lambda inner: joint_gradients(
                self.network,
                chunks,
                scene.count,
                scene.total,
                self.design.weights,
                group,
                inner,
                code_loss,
                scene.room,
            ),
            optimizer(self.network.parameters(), lr=learning_rate),
            epochs,
            group,
            progress.part(0.15, 0.95),
            compression=hooks[1] if hooks else None,
        )
        if epochs:
            report_traffic(hooks, progress)
        self.settle(scene, chunks, group, progress.part(0.95, 1.0))
        return history

    def features(self, scene: Scene, group: Group, learn: bool = True) -> Optional[Tensor]:
        """Return the spatial features of the scene's pixels in 0..1, (count, channels); None without them.

        learn : take their span from this scene; otherwise it is that of the training.
        """
        if self.spatial is None:
            return None
        found = self.spatial.features(scene)
        if learn:
            self.span = feature_span(found, group)
        low, high = self.span
        return found.sub_(low).mul_(1.0 / max(high - low, 1e-12))

    @staticmethod
    def chunks(scene: Scene, features: Optional[Tensor]) -> Chunks:
        """Return a walk over the scene's chunks with the inputs of every branch."""

        def walk() -> Iterable[Tuple[slice, List[Tensor]]]:
            for place, spectra in scene.spectra():
                yield place, [spectra] if features is None else [spectra, features[place]]

        return walk

    def _locality_loss(self, scene: Scene, group: Group) -> CodeLoss:
        """Return the weighted loss of codes that differ from their neighbours'."""

        def loss(codes: Tensor) -> Tuple[Tensor, Dict[str, float]]:
            slopes, share = locality_gradient(codes, scene, group)
            return self.design.locality * slopes, {"locality": share}

        return loss

    def settle(self, scene: Scene, chunks: Chunks, group: Group, progress: Progress = SILENT) -> None:
        """Take the moments, and the energies' mean and standard deviation, from the scene's pixels."""
        kept = encode_all(self.network, chunks, scene.count, progress)
        self.moments = gather_moments(self.network, kept, group) / scene.total
        self.standardise(kept, scene, group)

    def standardise(self, kept: Tensor, scene: Scene, group: Group) -> None:
        """Take the energies' mean and standard deviation from what was kept of the scene's pixels."""
        found = self._energies(kept)
        sums = group.sum(np.array([float(found.sum())]))
        self.center = float(sums[0]) / scene.total
        squares = group.sum(np.array([float((found - self.center).square().sum())]))
        self.spread = float(np.sqrt(squares[0] / scene.total)) or 1.0

    def score(self, scene: Scene, group: Group, progress: Progress = SILENT) -> Array:
        """Return the energies of the scene's pixels, of all processes, (rows, columns) float32, 0 elsewhere."""
        self._move(scene.device)
        features = self.features(scene, group, learn=False)
        chunks = self.chunks(scene, features)
        kept = encode_all(self.network, chunks, scene.count, progress)
        return group.sum(scene.map_of(self._energies(kept).float()))

    def _move(self, device: torch.device) -> None:
        """Go where the pixels are: a model that was read from a file is on the CPU."""
        self.device = device
        self.network.to(device)
        if self.spatial is not None:
            self.spatial.to(device)
        if self.moments is not None:
            self.moments = self.moments.to(device)

    @torch.no_grad()
    def _energies(self, kept: Tensor) -> Tensor:
        form, _ = log_densities(self._settled())
        return torch.cat([energies(form, self.codes_of(part)) for part in portions(kept)])

    def _settled(self) -> Tensor:
        if self.moments is None:
            raise ModelError("The density has no moments yet: train it first.")
        return self.moments

    def codes_of(self, kept: Tensor) -> Tensor:
        """Return the codes (d, n) whose mixture it is, of what was kept of n pixels."""
        return self.network.fuse(kept)

    def arrays(self) -> Dict[str, Array]:
        """Return weights, moments and spans by name."""
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        if self.spatial is not None:
            tensors.update({f"spatial.{name}": value for name, value in self.spatial.state_dict().items()})
        tensors["moments"] = self._settled()
        found: Dict[str, Array] = {name: value.cpu().numpy() for name, value in tensors.items()}
        found["scale"] = np.array([*self.span, self.center, self.spread])
        return found

    def load(self, arrays: Dict[str, Array]) -> None:
        """Take over what `arrays` gave. Raises ModelError where it is of another design."""

        def part(prefix: str) -> Dict[str, Tensor]:
            return {
                name[len(prefix) :]: torch.from_numpy(np.array(value)).to(self.device)
                for name, value in arrays.items()
                if name.startswith(prefix)
            }

        try:
            self.network.load_state_dict(part("network."))
            if self.spatial is not None:
                self.spatial.load_state_dict(part("spatial."))
            self.moments = part("moments")[""]
            low, high, self.center, self.spread = (float(value) for value in arrays["scale"])
        except (RuntimeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the weights do not fit the parameters ({error})") from error
        self.span = (low, high)
