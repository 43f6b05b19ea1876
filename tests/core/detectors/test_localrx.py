"""Local RX against the formula, pixel by pixel."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.localrx import LocalRX
from qgis_hsi_anomaly.core.numerics.statistics import RIDGE

from .windows import ring_of, scene

PIXELS = [(0, 0), (0, 13), (5, 5), (4, 12), (11, 13), (21, 25), (16, 20)]


def _coordinates(array, components):
    """Principal coordinates of every pixel, by numpy alone."""
    spectra = array[np.isfinite(array).all(axis=2)].astype(np.float64)
    values, vectors = np.linalg.eigh(np.cov(spectra.T))
    order = np.argsort(values)[::-1][:components]
    return (array.astype(np.float64) - spectra.mean(axis=0)) @ vectors[:, order]


@pytest.mark.parametrize("regularization", ["none", "ridge", "ledoitwolf"])
@pytest.mark.parametrize("components", [1, 4, 9])
def test_scores_are_distances_from_the_ring(regularization, components):
    """Mean and covariance of each ring, and numpy's solver; scikit-learn's shrinkage."""
    array = scene()
    points = _coordinates(array, components)
    cube = ArrayCube(array)
    detector = LocalRX(5, 11, components, regularization)

    found = detector.fit(cube).score(cube)

    for row, column in PIXELS:
        ring = ring_of(points, row, column, 5, 11)
        covariance = np.atleast_2d(np.cov(ring.T))
        if regularization == "ridge":
            covariance = covariance + RIDGE * np.trace(covariance) / components * np.eye(components)
        elif regularization == "ledoitwolf":
            covariance = pytest.importorskip("sklearn.covariance").LedoitWolf().fit(ring).covariance_
        off = points[row, column] - ring.mean(axis=0)
        np.testing.assert_allclose(found[row, column], off @ np.linalg.solve(covariance, off), rtol=2e-6)


def test_a_ring_of_few_pixels_is_filled_with_the_scene():
    """With fewer than 2p valid pixels the missing ones count as the scene's mean and covariance."""
    array = scene(bands=4)
    array[:12, :12] = np.nan
    array[4, 4] = 1000 + 50 * np.arange(4)
    array[4, 7] = 900
    points = _coordinates(array, 4)
    cube = ArrayCube(array)

    found = LocalRX(3, 7, 4).fit(cube).score(cube)

    ring = ring_of(points, 4, 4, 3, 7)
    assert len(ring) == 1
    scene_covariance = np.cov(points[cube.valid].T, bias=True)
    moments = ring.T @ ring + 7 * scene_covariance
    mean = ring.sum(axis=0) / 8
    covariance = (moments - 8 * np.outer(mean, mean)) / 7
    off = points[4, 4] - mean
    np.testing.assert_allclose(found[4, 4], off @ np.linalg.solve(covariance, off), rtol=1e-5)


def test_a_ring_without_variance_keeps_an_inverse():
    """A pixel like its uniform surroundings scores 0, another one high, both finite."""
    array = scene(30, 40, 5)
    array[:, :25] = 700
    array[10, 10] = 720
    cube = ArrayCube(array)

    scores = LocalRX(3, 9, 3).fit(cube).score(cube)

    assert np.isfinite(scores[cube.valid]).all()
    assert scores[20, 10] < 1e-3
    assert np.unravel_index(np.nanargmax(scores), scores.shape) == (10, 10)


def test_a_target_within_the_guard_is_not_its_own_background_at_the_edge():
    """Mirrored copies of the guard are left out: a target next to the edge scores as one in the middle."""
    random = np.random.default_rng(2)
    array = random.normal(size=(40, 40, 3)).astype(np.float32)
    array[1:4, 1:4] += 30
    array[18:21, 18:21] += 30
    cube = ArrayCube(array)

    scores = LocalRX(7, 13, 3).fit(cube).score(cube)

    assert scores[2, 2] > 0.5 * scores[19, 19]
