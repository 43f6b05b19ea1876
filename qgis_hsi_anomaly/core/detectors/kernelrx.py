"""Kernel RX: Mahalanobis distance of a pixel from the background in the feature space of a Gaussian kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict, Tuple

import numpy as np

from ..cube import Array, Cube
from ..numerics.kmeans import k_means, nearest_center
from ..numerics.matrix_product import matrix_product
from ..numerics.sampling import sample_spectra
from ..numerics.statistics import Components, principal_components
from ..parameters import integer, number, seed_field
from ..run import ALONE, Run
from .base import Background, Detector, Group, score_spectra

SAMPLE = 20_000
"""Background pixels that k-means looks at, at most."""
ITERATIONS = 5
"""Of k-means: the reference pixels need to cover the background, not to be the best clusters."""
PAIRED = 1_000
"""Pixels between which the median distance is taken."""


@dataclass(frozen=True)
class KernelRX(Detector):
    """Score (f(x) - m)' (C + e I)^-1 (f(x) - m), with f the map into the space of k(x, y) = exp(-|x - y|^2 / 2 s^2).

    H. Kwon, N. M. Nasrabadi, IEEE TGRS 43 (2005) 388-397. Mean m and covariance C are those of at most 1,000
    reference pixels, the centers of k-means on the background, each with its cluster's fraction of the pixels as
    weight; s is the median distance between background pixels, in p principal components.

    Departure: the paper inverts C within the span of the reference pixels only, so a pixel unlike all of them,
    whose image lies outside that span, scores low. Here e, a fraction of C's trace, regularizes C, and what lies
    outside the span counts with 1 / e.
    Time O(n_pixels references (p + rank)) and references^3 once; memory references^2 and one row block.
    """

    id: ClassVar[str] = "kernelrx"
    label: ClassVar[str] = "Kernel RX"
    group: ClassVar[Group] = Group.STATISTICAL
    order: ClassVar[int] = 4
    shapes: ClassVar[Dict[str, Tuple[str, ...]]] = {
        **Components.SHAPES,
        "reference": ("references", "components"),
        "weights": ("references",),
        "width": ("widths",),
    }
    draws_at_random: ClassVar[bool] = True
    summary: ClassVar[str] = (
        "RX in the feature space of a Gaussian kernel: the background may be of any shape, such as several "
        "materials and their mixtures. Learns from a few hundred typical pixels, so rare materials that are not "
        "targets may score high."
    )
    source: ClassVar[str] = "H. Kwon and N. M. Nasrabadi, IEEE TGRS 43(2), 2005, doi:10.1109/TGRS.2004.841487"

    references: int = integer(
        500,
        "Reference pixels",
        "Number of typical background pixels (centers of k-means) the background is described by.",
        minimum=2,
        maximum=1000,
        unit="pixels",
    )
    principal_components: int = integer(
        20,
        "Principal components",
        "Number of principal components of the scene in which distances are measured.",
        minimum=1,
    )
    ridge: float = number(
        1e-3,
        "Ridge",
        "Fraction of the total variance in feature space that is added to every direction's; larger is smoother.",
        above=0.0,
        maximum=1.0,
        advanced=True,
    )
    seed: int = seed_field("Start of the random numbers k-means begins with.", advanced=True)

    def fit(self, cube: Cube, run: Run = ALONE) -> KernelRXBackground:
        """Choose the reference from the background pixels. DataError where nothing varies."""
        components = principal_components(cube, self.principal_components, run.part(0.0, 0.3))
        points = components.of(sample_spectra(cube, SAMPLE, self.seed, run.part(0.3, 0.5)))
        reference = k_means(points, self.references, self.seed, ITERATIONS, run.part(0.5, 1.0))
        weights = np.bincount(nearest_center(points, reference), minlength=len(reference)) / len(points)
        return KernelRXBackground(
            components, reference, weights, np.array([median_distance(points)]), self.ridge
        )

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> KernelRXBackground:
        """Rebuild the background from a model file's arrays."""
        components = Components.from_arrays(arrays)
        if not len(arrays["reference"]) or arrays["width"].shape != (1,) or not arrays["width"][0] > 0:
            raise ValueError("There is no reference pixel, or no width of the kernel.")
        return KernelRXBackground(
            components, arrays["reference"], arrays["weights"], arrays["width"], self.ridge
        )


@dataclass(frozen=True)
class KernelRXBackground(Background):
    """components : where distances are measured. reference : (n_reference, p) float64, in them.

    weights : (n_reference,), sum 1. width : (1,) the kernel's s, unit of the image. ridge : fraction of the trace.
    """

    components: Components
    reference: Array
    weights: Array
    width: Array
    ridge: float

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the squared distances, (rows, columns) float32, >= 0, NaN where not valid."""
        kernel = self._kernel(self.reference)
        to_mean = kernel @ self.weights
        mean_square = float(self.weights @ to_mean)
        centered = kernel - to_mean - to_mean[:, None] + mean_square
        root = np.sqrt(self.weights)
        variances, vectors = np.linalg.eigh(root[:, None] * centered * root)
        ridge = self.ridge * float(np.trace(centered * self.weights))
        # (C + e I)^-1 is I / e less l / (l + e) / e along each eigenvector: nothing where l is far below e.
        kept = variances > 1e-3 * ridge
        variances, vectors = variances[kept], vectors[:, kept]
        weights = root[:, None] * vectors * np.sqrt(1.0 / (ridge * (variances + ridge)))

        def distances(spectra: Array) -> Array:
            kernels = self._kernel(self.components.of(spectra))
            mean_kernel = kernels @ self.weights
            outside = 1.0 - 2.0 * mean_kernel + mean_square
            centered = np.asarray(kernels - to_mean - mean_kernel[:, None] + mean_square)
            along = matrix_product(centered, weights)
            return np.asarray(np.maximum(outside / ridge - np.einsum("ij,ij->i", along, along), 0.0))

        return score_spectra(cube, distances, run)

    def _kernel(self, points: Array) -> Array:
        """Kernel between points (n, p) and the reference, (n, n_reference)."""
        squares = np.einsum("ij,ij->i", points, points)[:, None] - 2 * matrix_product(
            points, self.reference.T
        )
        squares += np.einsum("ij,ij->i", self.reference, self.reference)
        return np.asarray(np.exp(np.maximum(squares, 0.0) / (-2.0 * self.width[0] ** 2)))

    def arrays(self) -> Dict[str, Array]:
        """All that `score` uses."""
        return {
            **self.components.arrays(),
            "reference": self.reference,
            "weights": self.weights,
            "width": self.width,
        }


def median_distance(points: Array) -> float:
    """Return the median distance between different points of (n_points, p), on at most `PAIRED` of them."""
    chosen = points[:: max(1, -(-len(points) // PAIRED))]
    sizes = np.einsum("ij,ij->i", chosen, chosen)
    squares = sizes[:, None] + sizes - 2 * (chosen @ chosen.T)
    apart = squares[np.triu_indices(len(chosen), 1)]
    apart = apart[apart > 1e-12 * sizes.max()]
    return float(np.sqrt(np.median(apart))) if len(apart) else float(np.sqrt(sizes.max()))
