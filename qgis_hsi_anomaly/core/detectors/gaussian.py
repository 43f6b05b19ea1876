"""One Gaussian background for the whole scene, and the distance from it: what RX and LSMAD have in common."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Dict, Optional

import numpy as np

from ..cube import Array, Cube
from ..numerics.statistics import squared_mahalanobis, triangular
from ..run import ALONE, Run
from .base import Background, score_spectra

_LARGEST = 1e9
"""Weights of bands in a whitening that float32 scores are trusted with, and their inverses."""

SHAPES = {"mean": ("bands",), "whitening": ("bands", "directions")}
"""Of a Gaussian background's arrays, see `Method.shapes`."""


@dataclass(frozen=True)
class GaussianBackground(Background):
    """mean : (bands,) float64. whitening : (bands, rank) float64, lower triangular, W W' the inverse covariance.

    single : score in float32, see `score`.
    """

    mean: Array
    whitening: Array
    single: bool = False

    @classmethod
    def from_arrays(cls, arrays: Dict[str, Array]) -> GaussianBackground:
        """Rebuild it from a model file's arrays."""
        return cls(arrays["mean"], triangular(arrays["whitening"]))

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the squared Mahalanobis distances, (rows, columns) float32, >= 0, NaN where not valid.

        With `single` the centered spectra are rounded to float32 and multiplied in it, three times as fast: scores keep
        their ranks and differ by some 1e-5 at most. Not where that would lose more: bands of very different sizes.
        """
        if self._rounded is None:
            return score_spectra(
                cube, lambda spectra: squared_mahalanobis(spectra - self.mean, self.whitening), run
            )
        triangle = self._rounded
        return score_spectra(
            cube,
            lambda spectra: squared_mahalanobis((spectra - self.mean).astype(np.float32), triangle),
            run,
        )

    @cached_property
    def _rounded(self) -> Optional[Array]:
        """The whitening in float32, None where it is not to be used."""
        if not self.single:
            return None
        sizes = np.abs(self.whitening).max(axis=1)
        fits = sizes.max() < _LARGEST and sizes.min() > 1 / _LARGEST
        return self.whitening.astype(np.float32) if fits else None

    def arrays(self) -> Dict[str, Array]:
        """Mean and whitening."""
        return {"mean": self.mean, "whitening": self.whitening}
