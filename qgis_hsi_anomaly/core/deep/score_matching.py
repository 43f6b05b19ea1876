"""A density of spectra and their spatial context, trained by denoising score matching.

The energies of E2E-SSCADE, from the same parts (spatial autoencoder, branches, estimation network, mixture),
trained for another aim. Likelihood rewards a mixture for a component on every small dense group of pixels, and
reconstruction for a unit on it: both learn the anomalies. Here noise n of standard deviation NOISE is added to
the inputs u, and the energy's slope has to point back along it:

    mean |NOISE dE/du(u + n) - n / NOISE|^2   (P. Vincent, Neural Computation 23 (2011) 1661-1674)

What is learnt is the density blurred by the noise: groups narrower than it or of few pixels get no well of
their own. Energies need no normalisation, so nothing collapses and each pixel's loss is its own: steps over
small batches are exact. The inputs are partly whitened principal components, so that the noise has the same meaning in
every scene. All in float64: hundreds of steps enlarge what rounding differs by when the rows are cut differently.
"""

from __future__ import annotations

import math
from typing import Any, Dict, List, Tuple

import numpy as np
import torch
from torch import Tensor, nn

from ..cube import Array
from ..errors import ModelError
from ..group import Group
from ..progress import SILENT, Progress
from .branches import SPATIAL_UNITS, Branch
from .compression import Compression, report_traffic
from .features import published_text
from .mixture import EstimationNetwork
from .principal import COMPONENTS, principal_scene, whitened_axes
from .scene import Scene
from .spatial import SpatialAutoencoder
from .training import train

NOISE = 1.0
"""Standard deviation of the noise; the last component's is 1."""
BATCH = 1000
"""Pixels in a step."""
STEPS = 20
"""Steps in an epoch."""
RATE = 100.0
"""Step size, in those of the paper's whole-image steps."""
SAMPLE = 20000
"""Pixels that are learnt from, drawn at random where the scene has more."""
SPATIAL_STEPS = 20
SPATIAL_LEARNING_RATE = 1e-2
SPECTRAL_UNITS = 64
"""Units of the spectral branch's hidden layers: its inputs are few."""
SMOOTH = 0.1
"""Added to squared lengths: slopes of the features' roots and quotients, and those slopes' own, stay bounded."""
GUARD = 1e-3
"""Share of the mean variance that is added to every variance."""
LONGEST_GRADIENT = 1.0
"""A step's gradient is shortened to this length: a slope learns from slopes, and a few pixels can have huge ones."""


class EnergyNetwork(nn.Module):
    """E(u) = -log sum_k gamma_k(z) N(z; mean_k, diagonal covariance_k), u = (components, spatial features).

    z : the branches' codes and reconstruction features, fused as in the paper (`deep.density`), then whitened
    by their moments before training. gamma : the estimation network's memberships of z.
    means, log_scales : (K, latent + 2), start from the memberships' moments and are trained.
    """

    origin: Tensor
    whitening: Tensor

    def __init__(self, inputs: int, channels: int, latent: int, components: int, alpha: float) -> None:
        super().__init__()
        depth = latent + 2
        self.inputs, self.alpha = inputs, alpha
        self.spectral = Branch(inputs, SPECTRAL_UNITS, latent)
        self.spatial = Branch(channels, SPATIAL_UNITS, latent)
        self.estimation = EstimationNetwork(depth, components)
        self.means = nn.Parameter(torch.zeros(components, depth))
        self.log_scales = nn.Parameter(torch.zeros(components, depth))
        self.register_buffer("origin", torch.zeros(depth))
        self.register_buffer("whitening", torch.eye(depth))

    def fuse(self, inputs: Tensor) -> Tensor:
        """Return codes and features (n, latent + 2) of (n, inputs + channels), not whitened."""
        spectra, context = inputs[:, : self.inputs], inputs[:, self.inputs :]
        code, reconstruction = self.spectral(spectra)
        more, again = self.spatial(context)
        features = _features(spectra, reconstruction) + self.alpha * _features(context, again)
        return torch.cat([code + self.alpha * more, features.t()], dim=1)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return energies (n,) of (n, inputs + channels)."""
        codes = (self.fuse(inputs) - self.origin) @ self.whitening
        precisions = torch.exp(-2 * self.log_scales)
        distances = codes.square() @ precisions.t() - 2 * codes @ (precisions * self.means).t()
        distances = distances + (precisions * self.means.square()).sum(dim=1)
        memberships = self.estimation(codes.t()).t().clamp_min(1e-30).log()
        return -torch.logsumexp(memberships - self.log_scales.sum(dim=1) - 0.5 * distances, dim=1)

    @torch.no_grad()
    def start(self, sample: Tensor) -> None:
        """Take whitening, means and scales from the moments of (n, inputs + channels)."""
        codes = self.fuse(sample)
        self.origin.copy_(codes.mean(dim=0))
        self.whitening.copy_(_whitening(codes - self.origin))
        codes = (codes - self.origin) @ self.whitening
        memberships = self.estimation(codes.t())
        mass = memberships.sum(dim=1, keepdim=True)
        self.means.copy_(memberships @ codes / mass)
        variances = memberships @ codes.square() / mass - self.means.square()
        self.log_scales.copy_(0.5 * torch.log(variances + 10 * GUARD))


class ClippedAdam(torch.optim.Adam):
    """Adam on gradients no longer than LONGEST_GRADIENT."""

    def step(self, closure: Any = None) -> Any:
        """Shorten the gradients, then step."""
        for group in self.param_groups:
            nn.utils.clip_grad_norm_(group["params"], LONGEST_GRADIENT)
        return super().step(closure)


class ScoreMatchedDensity:
    """A network for pixels of `bands` bands, with weights drawn from `seed`.

    compression : how many times fewer entries of gradients are exchanged (RS-DGC); 0 exchanges all.
    axes : principal components, see `whitened_axes`, and (mean, whitening) of the spatial features, (1 +
    channels, channels), come with the training. center, spread : of the training pixels' energies.
    """

    def __init__(
        self,
        bands: int,
        channels: int,
        latent: int,
        components: int,
        alpha: float,
        seed: int,
        device: str,
        compression: float = 0.0,
    ) -> None:
        self.bands, self.seed, self.device = bands, seed, torch.device(device)
        self.compression = compression
        inputs = min(COMPONENTS, bands)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.spatial = SpatialAutoencoder(inputs, channels, circular=False)
            self.network = EnergyNetwork(inputs, channels, latent, components, alpha)
        self.spatial.to(self.device, torch.float64)
        self.network.to(self.device, torch.float64)
        self.axes = np.zeros((bands + 1, inputs))
        self.context = torch.cat([torch.zeros(1, channels), torch.eye(channels)]).to(
            self.device, torch.float64
        )
        self.center, self.spread = 0.0, 1.0

    def train(
        self, scene: Scene, epochs: int, learning_rate: float, group: Group, progress: Progress = SILENT
    ) -> List[Dict[str, float]]:
        """Train the spatial autoencoder, then the energy, `epochs` times STEPS steps; returns the losses.

        learning_rate : RATE times it is the first step's size.
        """
        self.axes = whitened_axes(scene.cube, group, progress.part(0.0, 0.05))
        small = principal_scene(scene, self.axes, group)
        hooks = [Compression(self.compression) for _ in range(2)] if self.compression else []
        train(
            self.spatial.parameters(),
            lambda inner: self.spatial.gradients(small, inner),
            torch.optim.Adam(self.spatial.parameters(), lr=SPATIAL_LEARNING_RATE),
            SPATIAL_STEPS if epochs else 0,
            group,
            progress.part(0.05, 0.15),
            compression=hooks[0] if hooks else None,
        )
        sample = self._sample(small, group, progress.part(0.15, 0.2))
        generator = torch.Generator().manual_seed(self.seed)
        optimizer = ClippedAdam(self.network.parameters())
        steps = epochs * STEPS
        taken = 0

        def gradients(inner: Progress) -> Dict[str, float]:
            nonlocal taken
            # Falls to nothing along a cosine, so that the last steps average over many batches.
            fall = 0.5 * (1 + math.cos(math.pi * taken / steps))
            optimizer.param_groups[0]["lr"] = RATE * learning_rate * fall
            taken += 1
            loss = self._batch_gradients(sample, generator, group)
            inner.update(1.0)
            return {"score_matching": loss}

        def skip(done: int) -> None:
            nonlocal taken
            taken = done
            for _ in range(done):
                self._draw(sample, generator)

        history = train(
            self.network.parameters(),
            gradients,
            optimizer,
            steps,
            group,
            progress.part(0.2, 0.9),
            skip,
            hooks[1] if hooks else None,
        )
        if epochs:
            report_traffic(hooks, progress)
        self._settle(small, group, progress.part(0.9, 1.0))
        return history

    def score(self, scene: Scene, group: Group, progress: Progress = SILENT) -> Array:
        """Return the energies of the scene's pixels, of all processes, (rows, columns) float32, 0 elsewhere."""
        self._move(scene.device)
        small = principal_scene(scene, self.axes, group)
        return group.sum(small.map_of(self._energies(small, progress).float()))

    def _move(self, device: torch.device) -> None:
        """Go where the pixels are: a model that was read from a file is on the CPU."""
        self.device = device
        self.spatial.to(device)
        self.network.to(device)
        self.context = self.context.to(device)

    def arrays(self) -> Dict[str, Array]:
        """Return weights, axes and moments by name."""
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        tensors.update({f"spatial.{name}": value for name, value in self.spatial.state_dict().items()})
        tensors["context"] = self.context
        found: Dict[str, Array] = {name: value.cpu().numpy() for name, value in tensors.items()}
        found["axes"] = self.axes
        found["scale"] = np.array([self.center, self.spread])
        return found

    def load(self, arrays: Dict[str, Array]) -> None:
        """Take over what `arrays` gave. Raises ModelError where it is of another design."""
        tensors = {name: torch.from_numpy(np.array(value)).to(self.device) for name, value in arrays.items()}
        try:
            for prefix, module in (("network.", self.network), ("spatial.", self.spatial)):
                module.load_state_dict(
                    {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
                )
            self.context = tensors["context"]
            self.axes = arrays["axes"]
            self.center, self.spread = (float(value) for value in arrays["scale"])
        except (RuntimeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the weights do not fit the parameters ({error})") from error
        if (
            self.axes.shape != (self.bands + 1, self.network.inputs)
            or len(self.context) != self.spatial.channels + 1
        ):
            raise ModelError("the weights do not fit the parameters (the principal axes have another shape)")

    def _sample(self, small: Scene, group: Group, progress: Progress) -> Tensor:
        """Draw what is learnt from, the same in every process; takes the moments at the start from it."""
        features = self.spatial.features(small, progress)
        draw = np.random.default_rng(self.seed)
        chosen = np.sort(draw.permutation(small.total)[:SAMPLE])
        before = int(np.count_nonzero(small.mask[: small.first]))
        table = np.zeros((len(chosen), self.network.inputs + features.shape[1]))
        for place, spectra in small.spectra():
            first, last = np.searchsorted(chosen, [before + place.start, before + place.stop])
            own = torch.from_numpy(chosen[first:last] - before - place.start).to(self.device)
            both = torch.cat([spectra[own], features[place][own]], dim=1).double()
            table[first:last] = both.cpu().numpy()
        sample = torch.from_numpy(group.sum(table)).to(self.device)
        context = sample[:, self.network.inputs :]
        mean = context.mean(dim=0, keepdim=True)
        self.context = torch.cat([mean, _whitening(context - mean)])
        sample[:, self.network.inputs :] = self._normalise(context)
        self.network.start(sample)
        return sample

    def _normalise(self, features: Tensor) -> Tensor:
        return (features.double() - self.context[:1]) @ self.context[1:]

    def _draw(self, sample: Tensor, generator: torch.Generator) -> Tuple[Tensor, Tensor]:
        """Return a batch's places in the sample and its noise."""
        chosen = torch.randint(len(sample), (BATCH,), generator=generator)
        return chosen, torch.randn(BATCH, sample.shape[1], generator=generator)

    def _batch_gradients(self, sample: Tensor, generator: torch.Generator, group: Group) -> float:
        """Add this process's share of a batch's gradients; the batch is the same however many processes share it."""
        chosen, noise = self._draw(sample, generator)
        first, last = group.rows(BATCH)
        noise = noise[first:last].to(self.device)
        inputs = (sample[chosen[first:last].to(self.device)] + NOISE * noise).requires_grad_()
        slopes = torch.autograd.grad(self.network(inputs).sum(), inputs, create_graph=True)[0]
        loss = (NOISE * slopes - noise).square().sum() / (BATCH * sample.shape[1])
        loss.backward()
        return float(loss.detach())

    def _settle(self, small: Scene, group: Group, progress: Progress) -> None:
        found = self._energies(small, progress)
        sums = group.sum(np.array([float(found.sum())]))
        self.center = float(sums[0]) / small.total
        squares = group.sum(np.array([float((found - self.center).square().sum())]))
        self.spread = float(np.sqrt(squares[0] / small.total)) or 1.0

    @torch.no_grad()
    def _energies(self, small: Scene, progress: Progress) -> Tensor:
        features = self.spatial.features(small, progress.part(0.0, 0.5))
        energies = torch.empty(small.count, dtype=torch.float64, device=self.device)
        for place, spectra in small.spectra():
            energies[place] = self.network(
                torch.cat([spectra.double(), self._normalise(features[place])], dim=1)
            )
            progress.update(0.5 + 0.5 * place.stop / small.count)
        return energies


def _features(x: Tensor, r: Tensor) -> Tensor:
    """Return the paper's reconstruction features, (2, n), of (n, width) and its reconstruction."""
    difference = x - r
    squares = [x.square().sum(1), r.square().sum(1), difference.square().sum(1)]
    return published_text(torch.stack([*(s + SMOOTH for s in squares), (x * difference).sum(1)]), x.shape[1])


def _whitening(centred: Tensor) -> Tensor:
    """Return W with W W' the inverse covariance of (n, width), a little variance added."""
    covariance = centred.t() @ centred / len(centred)
    identity = torch.eye(len(covariance), dtype=covariance.dtype, device=covariance.device)
    guard = GUARD * float(torch.diagonal(covariance).mean()) or GUARD
    factor = torch.linalg.cholesky(covariance + guard * identity)
    inverse: Tensor = torch.linalg.solve_triangular(factor, identity, upper=False)
    return inverse.t().contiguous()
