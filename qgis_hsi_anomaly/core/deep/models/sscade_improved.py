"""A density of spectra and their spatial context, trained by denoising score matching.

The energies of E2E-SSCADE, from the same parts (spatial autoencoder, branches, estimation network, mixture),
trained for another aim. Likelihood rewards a mixture for a component on every small dense group of pixels, and
reconstruction for a unit on it: both learn the anomalies. Here noise n of standard deviation NOISE is added to
the inputs u, and the energy's gradient has to point back along it:

    mean |NOISE dE/du(u + n) - n / NOISE|^2   (P. Vincent, Neural Computation 23 (2011) 1661-1674)

What is learned is the density blurred by the noise: groups narrower than it or of few pixels get no well of
their own. Energies need no normalization, so nothing collapses and each pixel's loss is its own: steps over
small batches are exact. The inputs are partly whitened principal components, so that the noise has the same meaning in
every scene. All in float64: hundreds of steps enlarge what rounding differs by when the rows are cut differently.

Two densities are learned, of few components and of more: the first is surer, the second also sees targets beyond.
A pixel's score counts both energies, and what of them is compact: how far it stands out of the map's openings by lines.
"""

from __future__ import annotations

from typing import Dict, List, cast

import numpy as np
import torch
from torch import Tensor, nn

from ...cube import Array
from ...numerics.line_opening import line_residue
from ...run import ALONE, Run
from ..parts.branches import SPATIAL_UNITS, Branch
from ..parts.features import published_text
from ..parts.mixture import EstimationNetwork
from ..parts.principal import principal_scene, whitened_axes
from ..parts.spatial import SpatialAutoencoder
from ..scene import Scene
from ..training.compression import Compression, report_traffic
from ..training.loop import cosine, train
from ..training.optimizers import Adam
from .base import History, LearnedModel, Training, moments

COMPONENTS = (10, 20)
"""Principal components that each density is of."""
NOISE = 1.0
"""Standard deviation of the noise; the last component's is 1."""
BATCH = 1000
"""Pixels in a step."""
STEPS = 20
"""Steps in an epoch."""
RATE = 100.0
"""Step size, in those of the paper's whole-image steps."""
SAMPLE = 20000
"""Pixels that are learned from, drawn at random where the scene has more."""
SPATIAL_STEPS = 20
SPATIAL_LEARNING_RATE = 1e-2
SPECTRAL_UNITS = 64
"""Units of the spectral branch's hidden layers: its inputs are few."""
SMOOTH = 0.1
"""Added to squared lengths: first and second derivatives of the features' roots and quotients stay bounded."""
GUARD = 1e-3
"""Fraction of the mean variance that is added to every variance."""
LINES = (15, 31)
"""Pixels of the lines whose openings compact targets stand out of, as in the consensus."""
STRETCH = 2.0
"""Energies, in standard deviations, are taken to be large from its inverse on: beyond, their logarithm counts."""
LONGEST_GRADIENT = 1.0
"""A step's gradient is shortened to this length: gradients are learned from, and a few pixels can have huge ones."""


class EnergyNetwork(nn.Module):
    """E(u) = -log sum_k gamma_k(z) N(z; mean_k, diagonal covariance_k), u = (components, spatial features).

    z : the branches' codes and reconstruction features, fused as in the paper, then whitened
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


class ClippedAdam(Adam):
    """Adam on gradients no longer than LONGEST_GRADIENT."""

    def step(self) -> None:
        """Shorten the gradients, then step."""
        for group in self.param_groups:
            nn.utils.clip_grad_norm_(group["params"], LONGEST_GRADIENT)
        super().step()


class ComponentsDensity(nn.Module):
    """The energy of some principal components and of their spatial context.

    compression : how many times fewer entries of gradients are exchanged (RS-DGC); 0 exchanges all.
    axes : principal components, see `whitened_axes`. context : mean and whitening of the spatial features, (1 +
    channels, channels). center, deviation : of the training pixels' energies. All come with the training.
    """

    axes: Tensor
    context: Tensor
    center: Tensor
    deviation: Tensor

    def __init__(
        self,
        channels: int,
        latent: int,
        components: int,
        alpha: float,
        bands: int,
        inputs: int,
        compression: float,
    ) -> None:
        super().__init__()
        self.hooks = [Compression(compression) if compression else None for _ in range(2)]
        self.spatial = SpatialAutoencoder(inputs, channels, circular=False)
        self.network = EnergyNetwork(inputs, channels, latent, components, alpha)
        self.register_buffer("axes", torch.zeros(bands + 1, inputs))
        self.register_buffer("context", torch.cat([torch.zeros(1, channels), torch.eye(channels)]))
        self.register_buffer("center", torch.zeros(()))
        self.register_buffer("deviation", torch.ones(()))

    def learn(self, scene: Scene, training: Training, run: Run) -> History:
        """Train the spatial autoencoder, then the energy, STEPS steps an epoch, the first of RATE times the rate."""
        axes = whitened_axes(scene.cube, self.network.inputs, run.part(0.0, 0.05))
        self.axes = torch.from_numpy(axes).to(scene.device)
        small = self._principal(scene, run)
        train(
            self.spatial.parameters(),
            lambda step, part: self.spatial.gradients(small, part),
            Adam(self.spatial.parameters(), lr=SPATIAL_LEARNING_RATE),
            SPATIAL_STEPS if training.epochs else 0,
            run.part(0.05, 0.15),
            checkpoint=training.checkpoint,
            compression=self.hooks[0],
        )
        sample = self._sample(small, training.seed, run.part(0.15, 0.2))
        steps = training.epochs * STEPS
        return train(
            self.network.parameters(),
            lambda step, part: self._batch_gradients(sample, [training.seed, step], part),
            ClippedAdam(self.network.parameters()),
            steps,
            run.part(0.2, 1.0),
            learning_rate=cosine(RATE * training.learning_rate, 0.0, steps),
            checkpoint=training.checkpoint,
            compression=self.hooks[1],
        )

    def energies(self, scene: Scene, run: Run) -> Tensor:
        """Return the energies of this process's pixels, (count,)."""
        small = self._principal(scene, run)
        features = self.spatial.features(small, run.part(0.0, 0.5))
        energies = torch.empty(small.count, dtype=torch.float64, device=scene.device)
        for place, spectra in small.spectra():
            inputs = torch.cat([spectra.double(), self._normalized(features[place])], dim=1)
            energies[place] = self.network(inputs)
            run.update(0.5 + 0.5 * place.stop / small.count)
        return energies

    def stretched(self, energies: Tensor) -> Tensor:
        """Return asinh(STRETCH (E - center) / deviation) of energies E (count,)."""
        return torch.asinh(STRETCH * (energies - self.center) / self.deviation)

    def _principal(self, scene: Scene, run: Run) -> Scene:
        return principal_scene(scene, self.axes.cpu().numpy(), run)

    def _sample(self, small: Scene, seed: int, run: Run) -> Tensor:
        """Draw what is learned from, the same in every process; take the moments at the start from it."""
        features = self.spatial.features(small, run)
        chosen = np.sort(np.random.default_rng(seed).permutation(small.total)[:SAMPLE])
        before = int(np.count_nonzero(small.mask[: small.first]))
        table = np.zeros((len(chosen), self.network.inputs + features.shape[1]))
        for place, spectra in small.spectra():
            first, last = np.searchsorted(chosen, [before + place.start, before + place.stop])
            own = torch.from_numpy(chosen[first:last] - before - place.start).to(small.device)
            both = torch.cat([spectra[own], features[place][own]], dim=1).double()
            table[first:last] = both.cpu().numpy()
        sample = torch.from_numpy(run.sum(table)).to(small.device)
        context = sample[:, self.network.inputs :]
        mean = context.mean(dim=0, keepdim=True)
        self.context = torch.cat([mean, _whitening(context - mean)])
        sample[:, self.network.inputs :] = self._normalized(context)
        self.network.start(sample)
        return sample

    def _normalized(self, features: Tensor) -> Tensor:
        return (features.double() - self.context[:1]) @ self.context[1:]

    def _batch_gradients(self, sample: Tensor, seed: List[int], run: Run) -> Dict[str, float]:
        """Add this process's part of a batch's gradients; the batch is the same however many processes share it."""
        random = np.random.default_rng(seed)
        chosen = torch.from_numpy(random.integers(len(sample), size=BATCH)).to(sample.device)
        drawn = torch.from_numpy(random.standard_normal((BATCH, sample.shape[1]))).to(sample.device)
        own = slice(*run.rows(BATCH))
        noise = drawn[own]
        inputs = (sample[chosen[own]] + NOISE * noise).requires_grad_()
        gradients = torch.autograd.grad(self.network(inputs).sum(), inputs, create_graph=True)[0]
        loss = (NOISE * gradients - noise).square().sum() / (BATCH * sample.shape[1])
        loss.backward()
        run.update(1.0)
        return {"score_matching": float(loss.detach())}


class ScoreMatchedDensity(LearnedModel):
    """The densities of the first COMPONENTS, each trained by itself; parameters as those of `ComponentsDensity`."""

    def __init__(
        self,
        channels: int,
        latent: int,
        components: int,
        alpha: float,
        bands: int,
        compression: float = 0.0,
    ) -> None:
        super().__init__(bands)
        self.densities = nn.ModuleList(
            ComponentsDensity(channels, latent, components, alpha, bands, inputs, compression)
            for inputs in sorted({min(count, bands) for count in COMPONENTS})
        )
        self.double()

    @property
    def _all(self) -> List[ComponentsDensity]:
        return cast(List[ComponentsDensity], list(self.densities))

    def learn(self, scene: Scene, training: Training, run: Run) -> History:
        """Train the densities one after the other. Returns the loss's terms of all."""
        history: History = []
        for density, part in zip(self._all, run.parts(len(self._all))):
            history += density.learn(scene, training, part)
        if training.epochs:
            report_traffic([hook for density in self._all for hook in density.hooks], run)
        return history

    def settle(self, scene: Scene, run: Run) -> Tensor:
        """Take the moments of each density's energies, and return the scores."""
        found = []
        for density, part in zip(self._all, run.parts(len(self._all))):
            energies = density.energies(scene, part)
            density.center, density.deviation = moments(energies, scene.total, run)
            found.append(density.stretched(energies))
        return torch.stack(found).mean(dim=0)

    def scores(self, scene: Scene, run: Run) -> Tensor:
        """Return the means of the densities' stretched energies."""
        parts = run.parts(len(self._all))
        found = [one.stretched(one.energies(scene, part)) for one, part in zip(self._all, parts)]
        return torch.stack(found).mean(dim=0)

    def score_map(self, scene: Scene, run: Run = ALONE) -> Array:
        """Return the scores of the scene's pixels, of all processes, (rows, columns) float32, 0 elsewhere.

        a + sum over L of (a - o_L), a the mean stretched energy and o_L the opening of its map by LINES.
        """
        energies = super().score_map(scene, run)
        return np.where(scene.mask, energies + line_residue(energies, scene.mask, LINES), np.float32(0.0))

    def standardized(self, scores: Array) -> Array:
        """Return scores as they are: their unit is the same in every training."""
        return scores


def _features(x: Tensor, r: Tensor) -> Tensor:
    """Return the paper's reconstruction features, (2, n), of (n, width) and its reconstruction."""
    difference = x - r
    squares = [x.square().sum(1), r.square().sum(1), difference.square().sum(1)]
    return published_text(torch.stack([*(s + SMOOTH for s in squares), (x * difference).sum(1)]), x.shape[1])


def _whitening(centered: Tensor) -> Tensor:
    """Return W with W W' the inverse covariance of (n, width), a little variance added."""
    covariance = centered.t() @ centered / len(centered)
    identity = torch.eye(len(covariance), dtype=covariance.dtype, device=covariance.device)
    guard = GUARD * float(torch.diagonal(covariance).mean()) or GUARD
    factor = torch.linalg.cholesky(covariance + guard * identity)
    inverse: Tensor = torch.linalg.solve_triangular(factor, identity, upper=False)
    return inverse.t().contiguous()
