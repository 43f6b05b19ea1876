"""LSMAD and LRaSMD against their formulas."""

import numpy as np

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.lrasmd import LRaSMD
from qgis_hsi_anomaly.core.detectors.lsmad import ENERGY, LSMAD, floored_whitening, low_rank_statistics
from qgis_hsi_anomaly.core.godec import learn_godec

from .windows import scene


def test_lsmads_covariance_is_numpys():
    """Mean and covariance of the low-rank part of the valid pixels, gathered in blocks."""
    array = scene()
    cube = ArrayCube(array, block_rows=5)
    godec = learn_godec(cube, 0, 0.01, ENERGY, seed=0)
    low, _ = godec.divide(array[cube.valid])

    mean, covariance = low_rank_statistics(cube, godec)

    np.testing.assert_allclose(mean, low.mean(axis=0), rtol=1e-10)
    np.testing.assert_allclose(covariance, np.cov(low.T), rtol=1e-8, atol=1e-8 * np.trace(covariance))


def test_lsmad_scores_are_distances_with_floored_eigenvalues():
    """(x - m)' S^-1 (x - m) where no eigenvalue of S is below 1e-4 of the largest."""
    array = scene()
    cube = ArrayCube(array)
    low, _ = learn_godec(cube, 0, 0.01, ENERGY, seed=0).divide(array[cube.valid])
    values, vectors = np.linalg.eigh(np.cov(low.T))
    inverse = vectors @ np.diag(1 / np.maximum(values, 1e-4 * values[-1])) @ vectors.T
    centred = array[cube.valid] - low.mean(axis=0)

    found = LSMAD().fit(cube).score(cube)

    np.testing.assert_allclose(found[cube.valid], np.einsum("ij,jk,ik->i", centred, inverse, centred), rtol=1e-5)


def test_the_floor_bounds_the_inverse():
    """A covariance of rank one has an inverse."""
    whitening = floored_whitening(np.diag([4.0, 0.0, 0.0]))

    np.testing.assert_allclose(np.diag(whitening @ whitening.T), [0.25, 2500, 2500])


def test_lrasmd_scores_are_norms_of_the_sparse_part():
    """Pixels without a deviation score 0."""
    array = scene()
    cube = ArrayCube(array)
    background = LRaSMD(rank=3).fit(cube)
    _, sparse = background.decomposition.divide(array[cube.valid])

    found = background.score(cube)[cube.valid]

    np.testing.assert_allclose(found, np.linalg.norm(sparse, axis=1), rtol=1e-5)
    assert (found == 0).any()
    assert (found > 0).any()
