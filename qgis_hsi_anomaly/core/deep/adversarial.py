"""An adversarial autoencoder with a spectral constraint: its losses, its training, its scores."""

from __future__ import annotations

from typing import Dict, List

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ..cube import Array
from ..errors import ModelError
from ..group import Group
from ..progress import SILENT, Progress
from .branches import SPECTRAL_UNITS, Branch
from .group import sum_tensor
from .scene import Scene
from .training import train

DISCRIMINATOR_UNITS = 64
ANGLE_WEIGHT = 0.1
ADVERSARIAL_WEIGHT = 0.01
TINY = 1e-12


class AdversarialAutoencoder:
    """Autoencoder and discriminator for pixels of `bands` bands, with weights drawn from `seed`.

    moments : mean, standard deviation and weight of every code channel, (3, latent) float64, after training.
    center, spread : mean and standard deviation of the training pixels' scores.
    """

    def __init__(self, bands: int, latent: int, seed: int, device: str) -> None:
        self.bands, self.latent, self.seed, self.device = bands, latent, seed, torch.device(device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.branch = Branch(bands, SPECTRAL_UNITS, latent)
            self.discriminator = nn.Sequential(
                nn.Linear(latent, DISCRIMINATOR_UNITS), nn.Tanh(), nn.Linear(DISCRIMINATOR_UNITS, 1)
            )
        self.branch.to(self.device)
        self.discriminator.to(self.device)
        self.moments = torch.zeros(3, latent, dtype=torch.float64, device=self.device)
        self.center, self.spread = 0.0, 1.0

    def train(
        self, scene: Scene, epochs: int, learning_rate: float, group: Group, progress: Progress = SILENT
    ) -> List[Dict[str, float]]:
        """Step autoencoder and discriminator in turn, over the whole image; then take the codes' moments."""
        autoencoder = torch.optim.Adam(self.branch.parameters(), lr=learning_rate)
        critic = torch.optim.Adam(self.discriminator.parameters(), lr=learning_rate)
        generator = torch.Generator().manual_seed(self.seed)
        history = []
        for epoch in range(epochs):
            part = progress.part(0.9 * epoch / epochs, 0.9 * (epoch + 1) / epochs)
            # As many as there are pixels, drawn alike in every process.
            prior = torch.randn(scene.total, self.latent, generator=generator)
            first = int(np.count_nonzero(scene.mask[: scene.first]))
            own = prior[first : first + scene.count].to(self.device)
            history += train(
                self.branch.parameters(),
                lambda inner: self._autoencoder_gradients(scene, inner),
                autoencoder,
                1,
                group,
                part.part(0.0, 0.6),
            )
            train(
                self.discriminator.parameters(),
                lambda inner: self._critic_gradients(scene, own, inner),  # noqa: B023
                critic,
                1,
                group,
                part.part(0.6, 1.0),
            )
        self._settle(scene, group)
        return history

    def score(self, scene: Scene, group: Group, progress: Progress = SILENT) -> Array:
        """Return the scores of the scene's pixels, of all processes, (rows, columns) float32, 0 elsewhere."""
        self._move(scene.device)
        return group.sum(scene.map_of(self._scores(scene, progress).float()))

    def _move(self, device: torch.device) -> None:
        """Go where the pixels are: a model that was read from a file is on the CPU."""
        self.device = device
        self.branch.to(device)
        self.discriminator.to(device)
        self.moments = self.moments.to(device)

    def arrays(self) -> Dict[str, Array]:
        """Return weights and moments by name."""
        tensors = {f"branch.{name}": value for name, value in self.branch.state_dict().items()}
        found: Dict[str, Array] = {name: value.cpu().numpy() for name, value in tensors.items()}
        found["moments"] = self.moments.cpu().numpy()
        found["scale"] = np.array([self.center, self.spread])
        return found

    def load(self, arrays: Dict[str, Array]) -> None:
        """Take over what `arrays` gave. Raises ModelError where it is of another design."""
        weights = {
            name[7:]: torch.from_numpy(array) for name, array in arrays.items() if name.startswith("branch.")
        }
        try:
            self.branch.load_state_dict(weights)
            self.moments = torch.from_numpy(arrays["moments"]).to(self.device)
            self.center, self.spread = (float(value) for value in arrays["scale"])
        except (RuntimeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the weights do not fit the parameters ({error})") from error

    def _autoencoder_gradients(self, scene: Scene, progress: Progress) -> Dict[str, float]:
        parts = {"adversarial": 0.0, "reconstruction": 0.0}
        for place, spectra in scene.spectra():
            code, reconstruction = self.branch(spectra)
            error = _errors(spectra, reconstruction).sum() / scene.total
            fooled = softplus(-self.discriminator(code)).sum() / scene.total
            (error + ADVERSARIAL_WEIGHT * fooled).backward()
            parts["reconstruction"] += float(error.detach())
            parts["adversarial"] += float(fooled.detach())
            progress.update(place.stop / scene.count)
        for parameter in self.discriminator.parameters():
            parameter.grad = None
        return parts

    def _critic_gradients(self, scene: Scene, prior: Tensor, progress: Progress) -> Dict[str, float]:
        loss = 0.0
        for place, spectra in scene.spectra():
            with torch.no_grad():
                code, _ = self.branch(spectra)
            wrong = softplus(-self.discriminator(prior[place])) + softplus(self.discriminator(code))
            part = wrong.sum() / scene.total
            part.backward()
            loss += float(part.detach())
            progress.update(place.stop / scene.count)
        return {"critic": loss}

    @torch.no_grad()
    def _settle(self, scene: Scene, group: Group) -> None:
        first = torch.zeros(2, self.latent, dtype=torch.float64, device=self.device)
        for _, spectra in scene.spectra():
            code = self.branch(spectra)[0].double()
            first += torch.stack([code.sum(0), code.square().sum(0)])
        first = sum_tensor(first, group) / scene.total
        mean = first[0]
        deviation = (first[1] - mean.square()).clamp_min(TINY).sqrt()
        fourth = torch.zeros(self.latent, dtype=torch.float64, device=self.device)
        for _, spectra in scene.spectra():
            fourth += ((self.branch(spectra)[0].double() - mean) / deviation).pow(4).sum(0)
        fourth = sum_tensor(fourth, group)
        self.moments = torch.stack([mean, deviation, fourth / fourth.sum().clamp_min(TINY) * self.latent])
        found = self._scores(scene, SILENT)
        sums = sum_tensor(torch.stack([found.sum(), found.square().sum()]), group) / scene.total
        self.center = float(sums[0])
        self.spread = float((sums[1] - sums[0].square()).clamp_min(TINY).sqrt())

    @torch.no_grad()
    def _scores(self, scene: Scene, progress: Progress) -> Tensor:
        mean, deviation, weight = self.moments
        scores = torch.empty(scene.count, dtype=torch.float64, device=self.device)
        for place, spectra in scene.spectra():
            code, reconstruction = self.branch(spectra)
            distance = (((code.double() - mean) / deviation).square() * weight).sum(1)
            error = _errors(spectra, reconstruction).double()
            scores[place] = (distance + TINY).log() + (error + TINY).log()
            progress.update(place.stop / scene.count)
        return scores


def _errors(spectra: Tensor, reconstruction: Tensor) -> Tensor:
    """Return mean squared error plus weighted spectral angle of every pixel, (n,)."""
    lengths = spectra.norm(dim=1) * reconstruction.norm(dim=1)
    cosine = (spectra * reconstruction).sum(1) / lengths.clamp_min(TINY)
    # The angle's slope is infinite at 0: the cosine keeps away from 1.
    angle = torch.acos(cosine.clamp(-1 + 1e-6, 1 - 1e-6))
    return (spectra - reconstruction).square().mean(1) + ANGLE_WEIGHT * angle
