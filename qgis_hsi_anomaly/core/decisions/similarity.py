"""How much each pixel is like spectra that were found, against a Gaussian background: target detection."""

from __future__ import annotations

import numpy as np

from ..cube import Array, Cube
from ..detectors.base import score_spectra
from ..detectors.gaussian import GaussianBackground
from ..errors import DataError
from ..run import ALONE, Run

METHODS = ("ace", "matched")
_NOTHING = 1e-6
"""Mahalanobis distance from the mean below which a spectrum has no direction."""


def similarity(
    cube: Cube, background: GaussianBackground, targets: Array, method: str = "ace", run: Run = ALONE
) -> Array:
    """Return how much each pixel is like the one of some spectra that it is most like, (rows, columns) float32.

    With t and x less the background's mean and S its covariance:
    ace : signed adaptive coherence estimator, sign(t'S^-1 x) (t'S^-1 x)^2 / (t'S^-1 t  x'S^-1 x), -1 to 1: the squared
    cosine of the angle between the whitened spectra (S. Kraut, L. L. Scharf, IEEE Trans. SP 47 (1999) 2538-2541).
    matched : matched filter, t'S^-1 x / t'S^-1 t, 1 at the spectrum and 0 at the mean: about the part of the pixel that
    the target fills (D. Manolakis et al., Lincoln Laboratory J. 14 (2003) 79-116).
    targets : (n, bands). Of several, each pixel has the largest of their values. NaN where not valid.
    Raises DataError where a target is the background's mean.
    """
    whitened = (targets - background.mean) @ background.whitening
    lengths = np.linalg.norm(whitened, axis=1)
    if not (lengths > _NOTHING).all():
        raise DataError(
            "A chosen object has the mean spectrum of the background: nothing tells it from the rest."
        )
    directions = (whitened / lengths[:, None]).T

    def score(spectra: Array) -> Array:
        white = (spectra - background.mean) @ background.whitening
        along = white @ directions
        if method == "matched":
            return np.asarray((along / lengths).max(axis=1))
        squares = np.einsum("ij,ij->i", white, white)[:, None]
        found = np.divide(along * np.abs(along), squares, out=np.zeros_like(along), where=squares > 0)
        return np.asarray(found.max(axis=1))

    return score_spectra(cube, score, run)
