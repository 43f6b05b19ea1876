"""k nearest neighbors: mean distance of a pixel to the most similar pixels of a random background sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Dict, Tuple

import numpy as np

from ..cube import Array, Cube
from ..libraries import check_libraries
from ..numerics.sampling import sample_spectra
from ..numerics.statistics import Components, principal_components
from ..parameters import integer, seed_field
from ..run import ALONE, Run
from .base import Background, Detector, Group, score_spectra

LEAF = 48
"""Reference pixels in a leaf of the k-d tree; in 10 dimensions a quarter faster than scipy's 16."""


@dataclass(frozen=True)
class KNN(Detector):
    """Score the mean Euclidean distance to the k nearest of a reference sample, in p principal components.

    After S. Ramaswamy, R. Rastogi, K. Shim, SIGMOD 2000, 427-438 (there: the k-th distance). At most
    SAMPLE background pixels, drawn at random, are the reference; their k-d tree is searched by all cores.
    A reference pixel at distance 0 is taken to be the pixel itself and left out once, so that pixels in the
    sample and outside it score alike.
    """

    id: ClassVar[str] = "knn"
    label: ClassVar[str] = "Nearest neighbors (kNN)"
    group: ClassVar[Group] = Group.STATISTICAL
    order: ClassVar[int] = 3
    shapes: ClassVar[Dict[str, Tuple[str, ...]]] = {
        **Components.SHAPES,
        "reference": ("references", "components"),
    }
    requires: ClassVar[Tuple[str, ...]] = ("scipy",)
    has_unit: ClassVar[bool] = True
    summary: ClassVar[str] = (
        "Mean distance of every pixel to the most similar pixels of the scene. Assumes no distribution, so it copes "
        "with scenes of many materials. Targets of more pixels than NEIGHBORS are each other's neighbors and fade."
    )
    source: ClassVar[str] = "S. Ramaswamy, R. Rastogi and K. Shim, SIGMOD 2000, doi:10.1145/342009.335437"

    neighbors: int = integer(
        20,
        "Neighbors",
        "Number of nearest reference pixels whose distances are averaged. Choose more neighbors than the largest "
        "target has pixels.",
        minimum=1,
        maximum=1000,
        unit="pixels",
    )
    principal_components: int = integer(
        10,
        "Principal components",
        "Number of principal components of the scene in which distances are measured.",
        minimum=1,
    )
    sample: int = integer(
        10_000,
        "Reference pixels",
        "Number of background pixels drawn as reference; all where there are fewer. Time grows with it.",
        minimum=2,
        maximum=1_000_000,
        unit="pixels",
        advanced=True,
    )
    seed: int = seed_field(advanced=True)

    def fit(self, cube: Cube, run: Run = ALONE) -> KNNBackground:
        """Draw the reference from the background pixels. DataError where nothing varies."""
        self.check_libraries()
        components = principal_components(cube, self.principal_components, run.part(0.0, 0.5))
        sample = sample_spectra(cube, self.sample, self.seed, run.part(0.5, 1.0))
        return KNNBackground(components, components.of(sample), self.neighbors)

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> KNNBackground:
        """Rebuild the background from a model file's arrays."""
        if len(arrays["reference"]) < 2:
            raise ValueError("There is no second reference pixel.")
        return KNNBackground(Components.from_arrays(arrays), arrays["reference"], self.neighbors)


@dataclass(frozen=True)
class KNNBackground(Background):
    """components : where distances are measured. reference : (n_reference, p) float64, the sample in them."""

    components: Components
    reference: Array
    neighbors: int

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the mean distances, (rows, columns) float32, >= 0, unit of the image, NaN where not valid."""
        neighbors = min(self.neighbors, len(self.reference) - 1)
        if neighbors < self.neighbors:
            run.warning(f"The background has {len(self.reference)} pixels: NEIGHBORS {neighbors} was used.")
        check_libraries(KNN.id, KNN.requires)
        from scipy.spatial import cKDTree

        tree = cKDTree(self.reference, LEAF, balanced_tree=False)
        return score_spectra(cube, partial(self._mean_distance, tree, neighbors), run)

    def _mean_distance(self, tree: Any, neighbors: int, spectra: Array) -> Array:
        """Mean distance of spectra (n, bands) to their nearest reference pixels other than themselves, (n,)."""
        distances, _ = tree.query(self.components.of(spectra), k=neighbors + 1)
        # Not quite 0: the last digits of a product depend on how many pixels are multiplied at once.
        itself = distances[:, 0] <= 1e-9 * np.sqrt(self.components.variances.sum())
        return np.where(itself, distances[:, 1:].mean(axis=1), distances[:, :-1].mean(axis=1))

    def arrays(self) -> Dict[str, Array]:
        """Components and reference."""
        return {**self.components.arrays(), "reference": self.reference}
