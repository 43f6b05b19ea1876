"""Low-rank and sparse decomposition (LRaSMD): size of the part of a spectrum the background does not explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict, Tuple

import numpy as np

from ..cube import Array, Cube
from ..numerics.godec import GoDec, learn_godec, sample_bytes
from ..parameters import integer, number, seed_field
from ..run import ALONE, Run
from .base import Background, Detector, Group, score_spectra

ENERGY = 0.99
"""Fraction of the variance that rank 0 leaves to the low-rank part."""


@dataclass(frozen=True)
class LRaSMD(Detector):
    """Score |s|, the Euclidean norm of a pixel's sparse part s in X = L + S + N (GoDec).

    W. Sun, C. Liu, J. Li, Y. M. Lai, W. Li, J. Appl. Remote Sensing 8 (2014) 083641. The decomposition is
    learned from a random sample of the background (all of it up to 10^7 band values) and applied to every pixel:
    see `core.godec`. Pixels without a sparse entry score 0. Where only all directions together hold 99 % of the
    variance, as in white noise, L is the mean. Three passes over the data, time O(n_pixels bands (bands + 10 rank)),
    memory one row block and the sample.
    """

    id: ClassVar[str] = "lrasmd"
    label: ClassVar[str] = "Low-rank and sparse decomposition (LRaSMD)"
    group: ClassVar[Group] = Group.REPRESENTATION
    order: ClassVar[int] = 2
    shapes: ClassVar[Dict[str, Tuple[str, ...]]] = {
        "mean": ("bands",),
        "axes": ("iterations", "bands", "rank"),
        "thresholds": ("iterations",),
    }
    draws_at_random: ClassVar[bool] = True
    has_unit: ClassVar[bool] = True
    summary: ClassVar[str] = (
        "Divides the scene into a low-rank background, sparse deviations and noise, and scores the size of a pixel's "
        "deviations. Sees anomalies in a few bands that statistics over all bands dilute. Very sensitive to the rank "
        "and to the fraction of sparse values: 0 takes a rank from the data, and results for neighboring values are "
        "worth a look."
    )
    source: ClassVar[str] = "W. Sun et al., J. Appl. Remote Sensing 8, 2014, doi:10.1117/1.JRS.8.083641"

    rank: int = integer(
        0,
        "Rank",
        "Rank of the background; 0 takes the fewest principal components that hold 99 % of the variance. The result "
        "depends on it strongly: too high and anomalies become background, too low and background becomes anomalous.",
        minimum=0,
    )
    sparsity: float = number(
        5.0,
        "Sparse values",
        "Fraction of all band values that may be deviations. The result depends on it strongly; a few times the share "
        "of the scene that anomalies may cover is sensible.",
        above=0.0,
        maximum=100.0,
        unit="%",
    )
    seed: int = seed_field("Start of the random projections.", advanced=True)

    def fit(self, cube: Cube, run: Run = ALONE) -> LRaSMDBackground:
        """Decompose the background. DataError where nothing varies."""
        fraction = self.sparsity / 100
        return LRaSMDBackground(learn_godec(cube, self.rank, fraction, ENERGY, self.seed, run, left=1))

    def working_memory(self, cube: Cube) -> int:
        """The sample that is decomposed, several times over."""
        return sample_bytes(cube)

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> LRaSMDBackground:
        """Rebuild the background from a model file's arrays."""
        return LRaSMDBackground(GoDec(**arrays))


@dataclass(frozen=True)
class LRaSMDBackground(Background):
    """decomposition : how a spectrum is divided."""

    decomposition: GoDec

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the norms, (rows, columns) float32, >= 0, unit of the image, NaN where not valid."""
        return score_spectra(cube, self._norms, run)

    def _norms(self, spectra: Array) -> Array:
        _, sparse = self.decomposition.divide(spectra)
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", sparse, sparse)))

    def arrays(self) -> Dict[str, Array]:
        """The decomposition."""
        return self.decomposition.arrays()
