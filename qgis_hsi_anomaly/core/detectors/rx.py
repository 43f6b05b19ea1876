"""Global RX: squared Mahalanobis distance of a pixel from one background for the whole scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict

from ..cube import Array, Cube
from ..numerics.statistics import REGULARIZATIONS, gather_moments, regularized_covariance, whitening
from ..parameters import choice
from ..run import ALONE, Run
from .base import Detector, Group
from .gaussian import GaussianBackground


@dataclass(frozen=True)
class RX(Detector):
    """Score (x - m)' S^-1 (x - m), with mean m and covariance S of the background pixels.

    I. S. Reed, X. Yu, IEEE Trans. ASSP 38 (1990) 1760-1770. Two passes over the data: time
    O(n_pixels bands^2), memory one row block. Where S is singular its pseudo-inverse is used.
    """

    id: ClassVar[str] = "rx"
    label: ClassVar[str] = "RX (global)"
    group: ClassVar[Group] = Group.STATISTICAL
    order: ClassVar[int] = 1
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

    def fit(self, cube: Cube, run: Run = ALONE) -> GaussianBackground:
        """Learn mean and covariance from the background pixels. DataError where nothing varies."""
        moments = gather_moments(cube, run)
        covariance = regularized_covariance(moments, self.regularization, run)
        return GaussianBackground(moments.mean, whitening(covariance, run))

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> GaussianBackground:
        """Rebuild the background from a model file's arrays."""
        return GaussianBackground.from_arrays(arrays)
