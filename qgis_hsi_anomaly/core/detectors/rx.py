"""Global RX: squared Mahalanobis distance of a pixel from one background for the whole scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict

from ..cube import Array, Cube
from ..group import ALONE, Group
from ..parameters import choice
from ..progress import SILENT, Progress
from ..statistics import REGULARIZATIONS, gather_sums, regularized_covariance, whitening
from .base import Detector
from .gaussian import GaussianBackground


@dataclass(frozen=True)
class RX(Detector):
    """Score (x - m)' S^-1 (x - m), with mean m and covariance S of the background pixels.

    I. S. Reed, X. Yu, IEEE Trans. ASSP 38 (1990) 1760-1770. Two passes over the data: time
    O(n_pixels bands^2), memory one row block. Where S is singular its pseudo-inverse is used.
    """

    id: ClassVar[str] = "rx"
    label: ClassVar[str] = "RX (global)"
    group: ClassVar[str] = "Statistical"
    summary: ClassVar[str] = (
        "Squared Mahalanobis distance of every pixel from the mean of the scene. Fast, needs no tuning, and the "
        "baseline every other detector should beat. It assumes one Gaussian background, so scenes of several "
        "materials raise the scores of the rarer ones."
    )
    source: ClassVar[str] = "I. S. Reed and X. Yu, IEEE Trans. ASSP 38(10), 1990, doi:10.1109/29.60107"

    regularization: str = choice(
        "ledoitwolf",
        REGULARIZATIONS,
        "Regularization",
        "How the covariance is kept invertible. ledoitwolf shrinks it by the amount the data call for and is best "
        "untuned; ridge adds 1e-4 of the mean band variance to every band; none is the published detector "
        "(pseudo-inverse where the covariance is singular).",
    )

    def fit(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> GaussianBackground:
        """Learn mean and covariance from the background pixels. DataError where nothing varies."""
        sums = gather_sums(cube, progress, group)
        covariance = regularized_covariance(sums, self.regularization, progress)
        return GaussianBackground(sums.mean, whitening(covariance, progress))

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> GaussianBackground:
        """Rebuild the background from a model file's arrays."""
        return GaussianBackground.from_arrays(arrays)
