"""Cluster-based detection: squared Mahalanobis distance of a pixel from its own cluster of the background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict, List, Tuple

import numpy as np

from ..cube import Array, Cube
from ..group import ALONE, Group
from ..kmeans import k_means, nearest_centre
from ..parameters import choice, integer
from ..progress import SILENT, Progress
from ..sampling import sample_spectra
from ..statistics import (
    REGULARIZATIONS,
    Components,
    Sums,
    principal_components,
    regularized_covariance,
    whitening,
)
from .base import Background, Detector, score_spectra

SMALLEST = 10
"""Pixels a feature that a cluster must have to stand on its own."""
SAMPLE_VALUES = 10**7
"""Band values (pixels times bands) of the background that k-means looks at, at most: 40 MB."""
_NO_VARIANCE = 1e-11
"""Share of the scene's variance below which that of a cluster is rounding."""


@dataclass(frozen=True)
class CBAD(Detector):
    """Score (x - m_c)' S_c^-1 (x - m_c), with mean and covariance of the cluster c whose centre is nearest.

    M. J. Carlotto, IEEE TGRS 43 (2005) 374-387. K-means runs on a random sample of the background, the
    clusters' statistics on all of it. A cluster of fewer than 10 pixels a feature (or whose pixels are all
    equal) is merged with the one whose mean is nearest, the smallest first. Four passes over the data: time
    O(n_pixels features (features + clusters)), memory one row block and the sample.
    """

    id: ClassVar[str] = "cbad"
    label: ClassVar[str] = "Cluster-based (CBAD)"
    group: ClassVar[str] = "Statistical"
    summary: ClassVar[str] = (
        "Divides the scene into clusters of similar spectra and measures every pixel's Mahalanobis distance from its "
        "own cluster. For scenes of a few clearly different materials, such as water and land. Anomalies that are "
        "numerous enough to form a cluster of their own (10 pixels a band, or a component) are lost: prefer few "
        "clusters and all bands, and more clusters for large scenes only."
    )
    source: ClassVar[str] = "M. J. Carlotto, IEEE TGRS 43(2), 2005, doi:10.1109/TGRS.2004.841481"

    clusters: int = integer(
        2,
        "Clusters",
        "Number of clusters to begin with; those of fewer than 10 pixels a band (or component) are merged into "
        "their nearest neighbour. 1 is RX.",
        minimum=1,
        maximum=1000,
    )
    principal_components: int = integer(
        0,
        "Principal components",
        "Number of principal components to work in; 0 uses all bands. Few components allow smaller clusters, "
        "and so let more anomalies hide in clusters of their own.",
        minimum=0,
    )
    regularization: str = choice(
        "ridge",
        REGULARIZATIONS,
        "Regularization",
        "How every cluster's covariance is kept invertible: ridge adds 1e-4 of the mean variance, ledoitwolf shrinks "
        "it by the amount the data call for, none uses the pseudo-inverse where it is singular.",
        advanced=True,
    )
    seed: int = integer(0, "Seed", "Start of the random numbers k-means begins with.", minimum=0, advanced=True)

    def fit(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> CBADBackground:
        """Cluster the background pixels and learn each cluster's statistics. DataError where nothing varies."""
        components = principal_components(cube, self.principal_components, progress.part(0.0, 0.3), group)
        sample = sample_spectra(cube, SAMPLE_VALUES // cube.bands, self.seed, progress.part(0.3, 0.5), group)
        centres = k_means(components.of(sample), self.clusters, self.seed, progress=progress.part(0.5, 0.7))
        clusters = _cluster_sums(cube, components, centres, progress.part(0.7, 1.0), group)
        merged, clusters = merge_small(clusters, SMALLEST * centres.shape[1])
        progress.metric("clusters", len(clusters))
        progress.message(f"{len(centres)} clusters found, {len(clusters)} left after merging small ones.")
        whitenings = [whitening(regularized_covariance(sums, self.regularization), progress) for sums in clusters]
        # One array for all: directions a cluster lacks are columns of zeros.
        rank = max(matrix.shape[1] for matrix in whitenings)
        padded = [np.pad(matrix, ((0, 0), (0, rank - matrix.shape[1]))) for matrix in whitenings]
        means = np.stack([sums.mean for sums in clusters])
        return CBADBackground(components, centres, merged, means, np.stack(padded))

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> CBADBackground:
        """Rebuild the background from a model file's arrays."""
        components = Components.from_arrays(arrays)
        return CBADBackground(
            components, arrays["centres"], arrays["merged"], arrays["means"], arrays["whitenings"]
        )


@dataclass(frozen=True)
class CBADBackground(Background):
    """Where pixels belong and how far they are from it; all float64 unless said otherwise.

    components : the features of a spectrum. centres : (k, features) of k-means.
    merged : (k,) int64, the cluster each centre belongs to after merging. means : (clusters, features).
    whitenings : (clusters, features, rank), W W' the inverse covariance.
    """

    components: Components
    centres: Array
    merged: Array
    means: Array
    whitenings: Array

    def score(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> Array:
        """Return the squared distances, (rows, columns) float32, >= 0, NaN where not valid."""
        return score_spectra(cube, self._distances, progress, group, bytes_per_pixel=cube.bands * 32)

    def _distances(self, spectra: Array) -> Array:
        features = self.components.of(spectra)
        labels = self.merged[nearest_centre(features, self.centres)]
        distances = np.empty(len(features))
        for cluster in np.unique(labels):
            own = labels == cluster
            white = (features[own] - self.means[cluster]) @ self.whitenings[cluster]
            distances[own] = np.einsum("ij,ij->i", white, white)
        return distances

    def arrays(self) -> Dict[str, Array]:
        """All that `score` uses."""
        return {
            **self.components.arrays(),
            "centres": self.centres,
            "merged": self.merged,
            "means": self.means,
            "whitenings": self.whitenings,
        }


def _cluster_sums(
    cube: Cube, components: Components, centres: Array, progress: Progress, group: Group
) -> List[Sums]:
    """Sum over each cluster's background pixels, about 0 of the features."""
    features = centres.shape[1]
    zero = np.zeros(features)
    clusters = [
        Sums(zero, 0.0, zero, np.zeros((features, features)), zero, 0.0) for _ in range(len(centres))
    ]
    first, last = group.rows(cube.rows)
    for block in cube.blocks(rows=(first, last)):
        values = components.of(cube.learning_spectra(block))
        labels = nearest_centre(values, centres)
        for cluster in np.unique(labels):
            clusters[cluster] = clusters[cluster] + Sums.of(values[labels == cluster], zero)
        progress.update((block.stop - first) / max(last - first, 1))
    return [sums.over(group) for sums in clusters]


def merge_small(clusters: List[Sums], smallest: int) -> Tuple[Array, List[Sums]]:
    """Merge clusters of fewer than `smallest` pixels, or without variance, into those with the nearest mean.

    Returns which cluster each one became, (k,) int64, and the clusters left: at least one.
    """
    left = {number: sums for number, sums in enumerate(clusters) if sums.count > 0}
    power = sum(float(np.trace(sums.second)) for sums in left.values()) / sum(sums.count for sums in left.values())
    owner = np.arange(len(clusters))
    while len(left) > 1:
        small = [
            number
            for number, sums in left.items()
            if sums.count < smallest or np.trace(sums.covariance) <= _NO_VARIANCE * power
        ]
        if not small:
            break
        number = min(small, key=lambda one: left[one].count)
        sums = left.pop(number)
        near = min(left, key=lambda one: float(((left[one].mean - sums.mean) ** 2).sum()))
        left[near] = left[near] + sums
        owner[owner == number] = near
    order = {number: position for position, number in enumerate(left)}
    # A centre no background pixel is nearest to: its pixels go where the nearest cluster's mean is.
    return np.array([order.get(int(number), 0) for number in owner], dtype=np.int64), list(left.values())
