"""Kernel RX against its definition, without eigenvectors, and its behavior far from all references."""

import numpy as np

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.kernelrx import KernelRX, median_distance

from .windows import scene


def test_scores_are_regularized_distances_in_feature_space():
    """(C + e I)^-1 by Woodbury's identity on the kernel matrix, instead of the eigenvectors of C."""
    array = scene()
    cube = ArrayCube(array)
    background = KernelRX(references=30, principal_components=5, ridge=0.01).fit(cube)
    found = background.score(cube)

    weights, s = background.weights, background.width[0]
    np.testing.assert_allclose(weights.sum(), 1.0)

    def kernel(a, b):
        return np.exp(-((a[:, None] - b) ** 2).sum(axis=2) / (2 * s**2))

    reference = background.reference
    points = background.components.of(array[cube.valid])
    gram, cross = kernel(reference, reference), kernel(points, reference)
    centring = np.eye(len(reference)) - np.outer(np.ones(len(reference)), weights)
    centered = centring @ gram @ centring.T
    own = 1 - 2 * cross @ weights + weights @ gram @ weights
    inner = (cross - (gram @ weights)) @ centring.T
    ridge = 0.01 * (weights * np.diag(centered)).sum()
    solved = np.linalg.solve(ridge * np.diag(1 / weights) + centered, inner.T).T
    expected = (own - (inner * solved).sum(axis=1)) / ridge
    np.testing.assert_allclose(found[cube.valid], expected, rtol=2e-3)


def test_a_pixel_unlike_every_reference_scores_highest():
    """Its image is outside the span of the background's: the paper's pseudo-inverse would not see it."""
    array = scene()
    array[9, 9] = 9000
    region = np.ones(array.shape[:2], dtype=bool)
    region[9, 9] = False
    cube = ArrayCube(array, background=region)

    scores = KernelRX(references=40).fit(cube).score(cube)

    assert np.unravel_index(np.nanargmax(scores), scores.shape) == (9, 9)


def test_the_median_distance():
    """Of all pairs, where there are few points."""
    assert median_distance(np.array([[0.0], [1.0], [3.0]])) == 2.0
