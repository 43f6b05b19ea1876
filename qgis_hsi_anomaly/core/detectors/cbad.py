"""Cluster-based detection: squared Mahalanobis distance of a pixel from its own cluster of the background."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, ClassVar, Dict, List, Optional, Tuple

import numpy as np

from ..cube import Array, Cube
from ..numerics.kmeans import by_label, k_means, nearest_center
from ..numerics.sampling import sample_spectra
from ..numerics.statistics import (
    REGULARIZATIONS,
    Components,
    Moments,
    check_varies,
    principal_components,
    regularized_covariance,
    squared_mahalanobis,
    triangular,
    whitening,
)
from ..parameters import choice, integer, seed_field
from ..run import ALONE, Run
from ..threads import CHUNK, map_threads
from .base import Background, Detector, Group, score_spectra

MIN_PIXELS_PER_FEATURE = 10
"""Smaller clusters are merged with others."""
SAMPLE = 10_000
"""Background pixels that k-means looks at, at most, unless there are many clusters."""
SAMPLE_PER_CLUSTER = 100
"""Background pixels per cluster that k-means looks at, at least."""
_NO_VARIANCE = 1e-11
"""Fraction of the scene's variance below which that of a cluster is rounding."""


@dataclass(frozen=True)
class CBAD(Detector):
    """Score (x - m_c)' S_c^-1 (x - m_c), with mean and covariance of the cluster c whose center is nearest.

    M. J. Carlotto, IEEE TGRS 43 (2005) 374-387. K-means runs on a random sample of the background (all of it up to
    10,000 pixels, or 100 per cluster), the clusters' statistics on all of it. A cluster of fewer than 10 pixels per
    feature (or whose pixels are all equal) is merged with the one whose mean is nearest, the smallest first.
    Three passes over the data, with principal components four: time O(n_pixels bands (features + clusters)),
    memory one row block, the sample and the clusters' covariances.
    """

    id: ClassVar[str] = "cbad"
    label: ClassVar[str] = "Cluster-based (CBAD)"
    group: ClassVar[Group] = Group.STATISTICAL
    order: ClassVar[int] = 5
    shapes: ClassVar[Dict[str, Tuple[str, ...]]] = {
        "centers": ("centers", "bands"),
        "merged": ("centers",),
        "means": ("clusters", "bands"),
        "triangles": ("clusters", "bands", "directions"),
    }
    draws_at_random: ClassVar[bool] = True
    summary: ClassVar[str] = (
        "Divides the scene into clusters of similar spectra and measures every pixel's Mahalanobis distance from its "
        "own cluster. For scenes of a few clearly different materials, such as water and land. Anomalies that are "
        "numerous enough to form a cluster of their own (10 pixels per band, or a component) are lost: prefer few "
        "clusters and all bands, and more clusters for large scenes only."
    )
    source: ClassVar[str] = "M. J. Carlotto, IEEE TGRS 43(2), 2005, doi:10.1109/TGRS.2004.841481"

    clusters: int = integer(
        2,
        "Clusters",
        "Number of clusters to begin with; those of fewer than 10 pixels per band (or component) are merged into "
        "their nearest neighbor. 1 is RX.",
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
    seed: int = seed_field("Start of the random numbers k-means begins with.", advanced=True)

    def fit(self, cube: Cube, run: Run = ALONE) -> CBADBackground:
        """Cluster the background pixels and learn each cluster's statistics. DataError where nothing varies."""
        components = None
        if self.principal_components > 0:
            components = principal_components(cube, self.principal_components, run.part(0.0, 0.3))
        count = max(SAMPLE, SAMPLE_PER_CLUSTER * self.clusters)
        sample = sample_spectra(cube, count, self.seed, run.part(0.3, 0.4))
        points = sample if components is None else components.of(sample)
        centers = k_means(points, self.clusters, self.seed, run=run.part(0.4, 0.6))
        if components is not None:
            # Among centers in the plane of the components, the nearest is the same in all bands.
            centers = components.center + centers @ components.axes.T
        pilot = points.mean(axis=0, dtype=np.float64)
        clusters = _cluster_moments(cube, components, centers, pilot, run.part(0.6, 1.0))
        check_varies(reduce(Moments.__add__, clusters))
        merged, clusters = merge_small(clusters, MIN_PIXELS_PER_FEATURE * len(pilot))
        run.metric("clusters", len(clusters))
        run.message(f"{len(centers)} clusters found, {len(clusters)} left after merging small ones.")
        whitenings = [
            whitening(regularized_covariance(moments, self.regularization), run) for moments in clusters
        ]
        means = np.stack([moments.mean for moments in clusters])
        if components is not None:
            means = components.center + means @ components.axes.T
            whitenings = [triangular(components.axes @ matrix) for matrix in whitenings]
        # One array for all: directions a cluster lacks are columns of zeros.
        rank = max(matrix.shape[1] for matrix in whitenings)
        triangles = np.stack([np.pad(matrix, ((0, 0), (0, rank - matrix.shape[1]))) for matrix in whitenings])
        return CBADBackground(centers, merged, means, triangles)

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> CBADBackground:
        """Rebuild the background from a model file's arrays."""
        merged, means = arrays["merged"], arrays["means"]
        if merged.dtype.kind != "i" or not 0 <= merged.min() <= merged.max() < len(means):
            raise ValueError("Centers are merged into clusters that are not there.")
        return CBADBackground(arrays["centers"], merged, means, arrays["triangles"])


@dataclass(frozen=True)
class CBADBackground(Background):
    """Where pixels belong and how far they are from it, in all bands; float64 unless said otherwise.

    centers : (k, bands) of k-means. merged : (k,) int64, the cluster each center belongs to after merging.
    means : (clusters, bands). triangles : (clusters, bands, rank), lower triangular, W W' the inverse covariance.
    """

    centers: Array
    merged: Array
    means: Array
    triangles: Array

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the squared distances, (rows, columns) float32, >= 0, NaN where not valid."""
        return score_spectra(cube, self._distances, run)

    def _distances(self, spectra: Array) -> Array:
        distances = np.empty(len(spectra))
        for cluster, own in by_label(self.merged[nearest_center(spectra, self.centers)]):
            distances[own] = squared_mahalanobis(spectra[own] - self.means[cluster], self.triangles[cluster])
        return distances

    def arrays(self) -> Dict[str, Array]:
        """All that `score` uses."""
        return {
            "centers": self.centers,
            "merged": self.merged,
            "means": self.means,
            "triangles": self.triangles,
        }


def _cluster_moments(
    cube: Cube,
    components: Optional[Components],
    centers: Array,
    pilot: Array,
    run: Run,
) -> List[Moments]:
    """Sum over each cluster's background pixels, in features about `pilot` (features,): bands or components."""
    features = len(pilot)
    zero = np.zeros(features)
    clusters = [Moments(pilot, 0.0, zero, np.zeros((features, features)), zero, 0.0) for _ in centers]
    for block, _ in run.blocks(cube):
        spectra = cube.learning_spectra(block)
        chunks = [spectra[start : start + CHUNK] for start in range(0, len(spectra), CHUNK)]
        labels = [np.empty(0, dtype=np.intp), *map_threads(partial(nearest_center, centers=centers), chunks)]
        members = [
            (cluster, own[start : start + CHUNK])
            for cluster, own in by_label(np.concatenate(labels))
            for start in range(0, len(own), CHUNK)
        ]

        def moments_of(member: Tuple[int, Array], spectra: Array = spectra) -> Moments:
            values = spectra[member[1]]
            return Moments.of(values if components is None else components.of(values), pilot)

        for (cluster, _), moments in zip(members, map_threads(moments_of, members)):
            clusters[cluster] = clusters[cluster] + moments
    return [moments.over(run) for moments in clusters]


def merge_small(clusters: List[Moments], smallest: int) -> Tuple[Array, List[Moments]]:
    """Merge clusters of fewer than `smallest` pixels, or without variance, into those with the nearest mean.

    Returns which cluster each one became, (k,) int64, and the clusters left: at least one.
    """
    left = {number: moments for number, moments in enumerate(clusters) if moments.count > 0}
    power = sum(float(np.trace(moments.second)) for moments in left.values()) / sum(
        moments.count for moments in left.values()
    )
    owner = np.arange(len(clusters))
    while len(left) > 1:
        small = [
            number
            for number, moments in left.items()
            if moments.count < smallest or np.trace(moments.covariance) <= _NO_VARIANCE * power
        ]
        if not small:
            break
        number = min(small, key=lambda one: left[one].count)
        moments = left.pop(number)
        near = min(left, key=lambda one: float(((left[one].mean - moments.mean) ** 2).sum()))
        left[near] = left[near] + moments
        owner[owner == number] = near
    order = {number: position for position, number in enumerate(left)}
    # A center no background pixel is nearest to: its pixels go where the nearest cluster's mean is.
    return np.array([order.get(int(number), 0) for number in owner], dtype=np.int64), list(left.values())
