"""One Gaussian background for the whole scene, and the distance from it: what RX and LSMAD have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict

from ..cube import Array, Cube
from ..numerics.statistics import squared_mahalanobis, triangular
from ..run import ALONE, Run
from .base import Background, score_spectra

SHAPES = {"mean": ("bands",), "whitening": ("bands", "directions")}
"""Of a Gaussian background's arrays, see `Method.shapes`."""


@dataclass(frozen=True)
class GaussianBackground(Background):
    """mean : (bands,) float64. whitening : (bands, rank) float64, lower triangular, W W' the inverse covariance."""

    mean: Array
    whitening: Array

    @classmethod
    def from_arrays(cls, arrays: Dict[str, Array]) -> GaussianBackground:
        """Rebuild it from a model file's arrays."""
        return cls(arrays["mean"], triangular(arrays["whitening"]))

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the squared Mahalanobis distances, (rows, columns) float32, >= 0, NaN where not valid."""
        return score_spectra(
            cube, lambda spectra: squared_mahalanobis(spectra - self.mean, self.whitening), run
        )

    def arrays(self) -> Dict[str, Array]:
        """Mean and whitening."""
        return {"mean": self.mean, "whitening": self.whitening}
