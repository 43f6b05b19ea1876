"""Mahalanobis distance from the low-rank part of the scene (LSMAD)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict, Tuple

import numpy as np

from ..cube import Array, Cube
from ..numerics.godec import GoDec, learn_godec, sample_bytes
from ..numerics.statistics import gather_moments, triangular
from ..parameters import integer, number, seed_field
from ..run import ALONE, Run
from .base import Detector, Group
from .gaussian import SHAPES, GaussianBackground

ENERGY = 0.999
"""Fraction of the variance that rank 0 leaves to the low-rank part."""
FLOOR = 1e-4
"""Least eigenvalue of the low-rank part's covariance, as a fraction of the largest."""


@dataclass(frozen=True)
class LSMAD(Detector):
    """Score (x - m)' S^-1 (x - m), with mean m and covariance S of the low-rank part of X = L + S + N (GoDec).

    Y. Zhang, B. Du, L. Zhang, S. Wang, IEEE TGRS 54 (2016) 1376-1389. S has the rank of L only: its eigenvalues
    are floored at 1e-4 of the largest. The decomposition is learned from a random sample of the background (all
    of it up to 10^7 band values), see `core.godec`; mean and covariance come from all of it. Four passes over
    the data, time O(n_pixels bands (bands + 10 rank)), memory one row block and the sample.
    """

    id: ClassVar[str] = "lsmad"
    label: ClassVar[str] = "Low-rank Mahalanobis distance (LSMAD)"
    group: ClassVar[Group] = Group.STATISTICAL
    order: ClassVar[int] = 6
    shapes: ClassVar[Dict[str, Tuple[str, ...]]] = SHAPES
    draws_at_random: ClassVar[bool] = True
    summary: ClassVar[str] = (
        "RX with statistics from which a low-rank and sparse decomposition has taken deviations and noise, so that "
        "anomalies do not hide themselves. Sensitive to the rank and to the fraction of sparse values: 0 takes a rank "
        "from the data, and results for neighboring values are worth a look."
    )
    source: ClassVar[str] = "Y. Zhang et al., IEEE TGRS 54(3), 2016, doi:10.1109/TGRS.2015.2479299"

    rank: int = integer(
        0,
        "Rank",
        "Rank of the background; 0 takes the fewest principal components that hold 99.9 % of the variance. The "
        "result depends on it: too high and anomalies become background, too low and background becomes anomalous.",
        minimum=0,
    )
    sparsity: float = number(
        1.0,
        "Sparse values",
        "Fraction of all band values that may be deviations, and so do not shape the background.",
        above=0.0,
        maximum=100.0,
        unit="%",
    )
    seed: int = seed_field("Start of the random projections.", advanced=True)

    def fit(self, cube: Cube, run: Run = ALONE) -> GaussianBackground:
        """Decompose the background and learn the low-rank part's statistics. DataError where nothing varies."""
        fraction = self.sparsity / 100
        godec = learn_godec(cube, self.rank, fraction, ENERGY, self.seed, run.part(0.0, 0.7))
        mean, covariance = low_rank_statistics(cube, godec, run.part(0.7, 1.0))
        return GaussianBackground(mean, triangular(floored_whitening(covariance)))

    def working_memory(self, cube: Cube) -> int:
        """The sample that is decomposed, several times over."""
        return sample_bytes(cube)

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> GaussianBackground:
        """Rebuild the background from a model file's arrays."""
        return GaussianBackground.from_arrays(arrays)


def low_rank_statistics(cube: Cube, godec: GoDec, run: Run = ALONE) -> Tuple[Array, Array]:
    """Return mean (bands,) and covariance (bands, bands) of the background's low-rank part, in one pass."""
    moments = gather_moments(cube, run, lambda spectra: godec.divide(spectra)[0], godec.mean)
    return moments.mean, moments.covariance


def floored_whitening(covariance: Array, floor: float = FLOOR) -> Array:
    """Return W (bands, bands), W W' the inverse of a covariance with eigenvalues of at least `floor` of the largest."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors / np.sqrt(np.maximum(values, floor * values[-1])))
