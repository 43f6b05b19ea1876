"""An adversarial autoencoder with a spectral constraint: its losses, its training, its scores."""

from __future__ import annotations

from typing import Dict, List

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ...run import Run
from ..parts.branches import SPECTRAL_UNITS, Branch
from ..processes import sum_tensor
from ..scene import Scene
from ..training.loop import train
from ..training.optimizers import SGD, Adam
from .base import History, LearnedModel, Training

DISCRIMINATOR_UNITS = 64
ANGLE_WEIGHT = 0.1
ADVERSARIAL_WEIGHT = 0.01
ADAM_RATE = 10.0
"""Step size of Adam, in steps of stochastic gradient descent."""
TINY = 1e-12


class AdversarialAutoencoder(LearnedModel):
    """Autoencoder and discriminator.

    plain_descent : train by stochastic gradient descent, not by Adam.
    moments : mean, standard deviation and weight of every code channel, (3, latent) float64, after training.
    """

    moments: Tensor

    def __init__(self, latent: int, plain_descent: bool, bands: int) -> None:
        super().__init__(bands)
        self.latent, self.plain_descent = latent, plain_descent
        self.branch = Branch(bands, SPECTRAL_UNITS, latent)
        self.discriminator = nn.Sequential(
            nn.Linear(latent, DISCRIMINATOR_UNITS), nn.Tanh(), nn.Linear(DISCRIMINATOR_UNITS, 1)
        )
        self.register_buffer("moments", torch.zeros(3, latent, dtype=torch.float64))

    def learn(self, scene: Scene, training: Training, run: Run) -> History:
        """Step autoencoder and discriminator in turn, over the whole image."""
        autoencoder, critic = (
            SGD(part.parameters(), lr=training.learning_rate)
            if self.plain_descent
            else Adam(part.parameters(), lr=ADAM_RATE * training.learning_rate)
            for part in (self.branch, self.discriminator)
        )
        history: List[Dict[str, float]] = []
        for epoch, part in enumerate(run.parts(training.epochs)):
            history += train(
                self.branch.parameters(),
                lambda step, inner: self._autoencoder_gradients(scene, inner),
                autoencoder,
                1,
                part.part(0.0, 0.6),
                checkpoint=training.checkpoint,
            )
            prior = self._prior(scene, [training.seed, epoch])
            train(
                self.discriminator.parameters(),
                lambda step, inner: self._critic_gradients(scene, prior, inner),  # noqa: B023
                critic,
                1,
                part.part(0.6, 1.0),
                checkpoint=training.checkpoint,
            )
        return history

    def _prior(self, scene: Scene, seed: List[int]) -> Tensor:
        """Draw a code for each of this process's pixels, as if for all of them in one process."""
        drawn = np.random.default_rng(seed).standard_normal((scene.total, self.latent), dtype=np.float32)
        first = int(np.count_nonzero(scene.mask[: scene.first]))
        return torch.from_numpy(drawn[first : first + scene.count]).to(scene.device)

    def _autoencoder_gradients(self, scene: Scene, run: Run) -> Dict[str, float]:
        terms = {"adversarial": 0.0, "reconstruction": 0.0}
        for place, spectra in scene.spectra():
            code, reconstruction = self.branch(spectra)
            error = _errors(spectra, reconstruction).sum() / scene.total
            fooled = softplus(-self.discriminator(code)).sum() / scene.total
            (error + ADVERSARIAL_WEIGHT * fooled).backward()
            terms["reconstruction"] += float(error.detach())
            terms["adversarial"] += float(fooled.detach())
            run.update(place.stop / scene.count)
        for parameter in self.discriminator.parameters():
            parameter.grad = None
        return terms

    def _critic_gradients(self, scene: Scene, prior: Tensor, run: Run) -> Dict[str, float]:
        loss = 0.0
        for place, spectra in scene.spectra():
            with torch.no_grad():
                code, _ = self.branch(spectra)
            wrong = softplus(-self.discriminator(prior[place])) + softplus(self.discriminator(code))
            part = wrong.sum() / scene.total
            part.backward()
            loss += float(part.detach())
            run.update(place.stop / scene.count)
        return {"critic": loss}

    def settle(self, scene: Scene, run: Run) -> Tensor:
        """Take the codes' moments, and return the scores."""
        first = torch.zeros(2, self.latent, dtype=torch.float64, device=scene.device)
        for _, spectra in scene.spectra():
            code = self.branch(spectra)[0].double()
            first += torch.stack([code.sum(0), code.square().sum(0)])
        first = sum_tensor(first, run) / scene.total
        mean = first[0]
        deviation = (first[1] - mean.square()).clamp_min(TINY).sqrt()
        fourth = torch.zeros(self.latent, dtype=torch.float64, device=scene.device)
        for _, spectra in scene.spectra():
            fourth += ((self.branch(spectra)[0].double() - mean) / deviation).pow(4).sum(0)
        fourth = sum_tensor(fourth, run)
        self.moments = torch.stack([mean, deviation, fourth / fourth.sum().clamp_min(TINY) * self.latent])
        return self.scores(scene, run)

    def scores(self, scene: Scene, run: Run) -> Tensor:
        """Return log of the code's weighted distance plus log of the reconstruction error."""
        mean, deviation, weight = self.moments
        scores = torch.empty(scene.count, dtype=torch.float64, device=scene.device)
        for place, spectra in scene.spectra():
            code, reconstruction = self.branch(spectra)
            distance = (((code.double() - mean) / deviation).square() * weight).sum(1)
            error = _errors(spectra, reconstruction).double()
            scores[place] = (distance + TINY).log() + (error + TINY).log()
            run.update(place.stop / scene.count)
        return scores


def _errors(spectra: Tensor, reconstruction: Tensor) -> Tensor:
    """Return mean squared error plus weighted spectral angle of every pixel, (n,)."""
    lengths = spectra.norm(dim=1) * reconstruction.norm(dim=1)
    cosine = (spectra * reconstruction).sum(1) / lengths.clamp_min(TINY)
    # The angle's derivative is infinite at 0: the cosine keeps away from 1.
    angle = torch.acos(cosine.clamp(-1 + 1e-6, 1 - 1e-6))
    return (spectra - reconstruction).square().mean(1) + ANGLE_WEIGHT * angle
