"""E2E-LIADE's density: the spectral branch of E2E-SSCADE, whose codes keep neighbors together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Dict, List, Optional, Tuple

import numpy as np
import torch
from torch import Tensor

from ...run import Run
from ..parts.joint_loss import CodeLoss, joint_gradients
from ..parts.locality import locality_gradient
from ..scene import Scene
from ..training.loop import train
from ..training.optimizers import SGD
from .base import History, Training
from .sscade import Design, JointDensity

BATCH_STEPS = 50
"""Steps over batches in an epoch: the paper's 1000 iterations are 20 epochs."""


class LocalDensity(JointDensity):
    """A density whose loss has a term of local invariance, with the weight `locality`.

    batch : pixels in a step, which follow each other in the image's rows, so that most have a neighbor among them;
    their moments alone are those of the step's mixture. 0 takes the whole image in every step.
    """

    def __init__(self, design: Design, locality: float, batch: int, bands: int) -> None:
        super().__init__(design, bands)
        self.locality, self.batch = locality, batch

    def learn(self, scene: Scene, training: Training, run: Run) -> History:
        """Take one step an epoch over the whole image, or BATCH_STEPS of them over batches."""
        if not self.batch:
            return super().learn(scene, training, run)
        held: Dict[int, List[Tuple[Tensor, Tensor]]] = {}

        def gradients(step: int, part: Run) -> Dict[str, float]:
            epoch, place = divmod(step, BATCH_STEPS)
            if epoch not in held:
                held.clear()
                held[epoch] = self._batches(scene, [training.seed, epoch], run)
            terms = self._batch_gradients(*held[epoch][place], part)
            part.update(1.0)
            return terms

        steps = training.epochs * BATCH_STEPS
        optimizer = SGD(self.network.parameters(), lr=training.learning_rate)
        parameters, checkpoint = self.network.parameters(), training.checkpoint
        return train(parameters, gradients, optimizer, steps, run, checkpoint=checkpoint)

    def _batches(self, scene: Scene, seed: List[int], run: Run) -> List[Tuple[Tensor, Tensor]]:
        """Draw an epoch's batches, the same in every process: spectra, and the Laplacian of the pixels.

        (batch, bands) and (batch, batch); the Laplacian's pairs are those that share an edge.
        """
        size = min(self.batch, scene.total)
        starts = np.random.default_rng(seed).integers(scene.total - size + 1, size=BATCH_STEPS)
        chosen = (starts[:, None] + np.arange(size)).reshape(-1)
        table = np.zeros((len(chosen), self.bands), dtype=np.float32)
        own = chosen - int(np.count_nonzero(scene.mask[: scene.first]))
        for place, spectra in scene.spectra():
            inside = (own >= place.start) & (own < place.stop)
            numbers = torch.from_numpy(own[inside] - place.start).to(scene.device)
            table[inside] = spectra[numbers].cpu().numpy()
        drawn = torch.from_numpy(run.sum(table)).to(scene.device)
        places = np.flatnonzero(scene.mask)[chosen]
        row, column = np.divmod(places.reshape(BATCH_STEPS, size), scene.mask.shape[1])
        apart = np.abs(row[:, :, None] - row[:, None]) + np.abs(column[:, :, None] - column[:, None])
        near = (apart == 1).astype(np.float32)
        laplacians = torch.from_numpy(near.sum(axis=2)[:, :, None] * np.eye(size, dtype=np.float32) - near)
        return list(zip(drawn.reshape(BATCH_STEPS, size, self.bands), laplacians.to(scene.device)))

    def _batch_gradients(self, spectra: Tensor, laplacian: Tensor, run: Run) -> Dict[str, float]:
        """Add a batch's gradient in the first process: it is small, and sums of parts would be rounded otherwise."""
        if run.processes.rank > 0:
            return dict.fromkeys(("reconstruction", "energy", "inverse_variances", "locality"), 0.0)

        def code_loss(codes: Tensor) -> Tuple[Tensor, Dict[str, float]]:
            pulled = laplacian @ codes / len(codes)
            return 2 * self.locality * pulled, {"locality": float((codes * pulled).sum())}

        count = len(spectra)
        return joint_gradients(
            self.network,
            lambda: [(slice(0, count), [spectra])],
            SimpleNamespace(count=count, total=count, spare_bytes=0),
            self.design.weights,
            code_loss=code_loss,
        )

    def code_loss(self, scene: Scene, run: Run) -> Optional[CodeLoss]:
        """Return the weighted loss of codes that differ from their neighbors'."""

        def loss(codes: Tensor) -> Tuple[Tensor, Dict[str, float]]:
            gradient, part = locality_gradient(codes, scene, run)
            return self.locality * gradient, {"locality": part}

        return loss
