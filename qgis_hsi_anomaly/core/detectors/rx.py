"""Global RX: squared Mahalanobis distance of a pixel from one background for the whole scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict, Optional, Sequence, Tuple

from ..cube import Array, Cube
from ..numerics.statistics import (
    REGULARIZATIONS,
    Moments,
    gather_moments,
    regularized_covariance,
    whitening,
)
from ..parameters import choice
from ..run import ALONE, Run
from .base import Detector, Group
from .gaussian import SHAPES, GaussianBackground


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
    shapes: ClassVar[Dict[str, Tuple[str, ...]]] = SHAPES
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

    precision: str = choice(
        "single",
        ("single", "double"),
        "Precision",
        "What pixels are scored in. single is faster and gives the same ranks: scores differ by some 1e-5 of their "
        "size. double gives all digits. Mean and covariance are always learned in double precision.",
        advanced=True,
        optional=True,
    )

    def fit(self, cube: Cube, run: Run = ALONE) -> RXBackground:
        """Learn mean and covariance from the background pixels. DataError where nothing varies."""
        return self.background_of(gather_moments(cube, run), run=run)

    def background_of(self, moments: Moments, sites: Sequence[str] = (), run: Run = ALONE) -> RXBackground:
        """Return the background that moments over pixels, of one scene or several, describe.

        sites : see `RXBackground`. DataError where nothing varies.
        """
        covariance = regularized_covariance(moments, self.regularization, run)
        single = self.precision == "single"
        return RXBackground(moments.mean, whitening(covariance, run), single, moments, tuple(sites))

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> RXBackground:
        """Rebuild the background from a model file's arrays. ValueError where they do not fit each other."""
        moments = Moments.from_arrays(arrays) if "pilot" in arrays else None
        if moments is not None and moments.pilot.shape != arrays["mean"].shape:
            raise ValueError("The sums are of other bands than the mean.")
        plain = GaussianBackground.from_arrays(arrays)
        sites = tuple(str(site) for site in facts.get("sites", ()))
        return RXBackground(plain.mean, plain.whitening, self.precision == "single", moments, sites)


@dataclass(frozen=True)
class RXBackground(GaussianBackground):
    """A Gaussian background that can be updated with another scene.

    moments : over the pixels it was learned from; None from model files of before they were kept. sites : what tells
    the scenes apart whose moments were merged (`background_sums.BackgroundSums.key`), empty for one scene.
    """

    moments: Optional[Moments] = None
    sites: Tuple[str, ...] = ()

    def arrays(self) -> Dict[str, Array]:
        """Mean, whitening, and the moments: 8 (bands^2 + 3 bands + 2) bytes."""
        kept = self.moments.arrays() if self.moments is not None else {}
        return {**super().arrays(), **kept}

    def facts(self) -> Dict[str, Any]:
        """Which scenes were merged."""
        return {"sites": list(self.sites)} if self.sites else {}
