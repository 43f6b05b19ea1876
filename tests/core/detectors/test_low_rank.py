"""LSMAD and LRaSMD against their formulas."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.lrasmd import LRaSMD
from qgis_hsi_anomaly.core.detectors.lsmad import ENERGY, LSMAD, floored_whitening, low_rank_statistics
from qgis_hsi_anomaly.core.numerics.godec import learn_godec
from qgis_hsi_anomaly.core.run import Run

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
    centered = array[cube.valid] - low.mean(axis=0)

    found = LSMAD().fit(cube).score(cube)

    np.testing.assert_allclose(
        found[cube.valid], np.einsum("ij,jk,ik->i", centered, inverse, centered), rtol=1e-5
    )


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


def noise(bands=4):
    """White noise, which varies alike in all directions, and one bright pixel: (20, 20, bands) float32."""
    array = np.random.default_rng(0).normal(size=(20, 20, bands)).astype(np.float32)
    array[7, 3] += 10
    return array


def test_where_nothing_is_low_rank_deviations_are_from_the_mean():
    """Not from all directions, which would leave rounding to score, nor from the outlier's own."""
    warnings = []

    background = LRaSMD().fit(ArrayCube(noise()), Run(on_warning=warnings.append))

    assert np.unravel_index(np.argmax(background.score(ArrayCube(noise()))), (20, 20)) == (7, 3)
    assert background.decomposition.axes.shape[2] == 0
    assert len(warnings) == 1
    assert "measured from its mean" in warnings[0]


@pytest.mark.parametrize(
    ("detector", "used"), [(LRaSMD(rank=4), 3), (LRaSMD(rank=99), 3), (LSMAD(rank=99), 4)]
)
def test_a_rank_above_what_varies_is_lowered(detector, used):
    """LRaSMD needs a direction to score in, LSMAD may take all."""
    warnings = []

    scores = detector.fit(ArrayCube(noise()), Run(on_warning=warnings.append)).score(ArrayCube(noise()))

    assert warnings == [f"RANK {detector.rank} is too high where 4 directions vary: {used} was used."]
    assert scores.max() > 0.1


def test_two_pixels_are_scored():
    """One direction varies, and is left to the deviations."""
    array = np.array([[[1.0, 2.0, 3.0], [2.0, 2.5, 9.0]]], dtype=np.float32)

    scores = LRaSMD(sparsity=50).fit(ArrayCube(array)).score(ArrayCube(array))

    assert (scores > 0).all()
