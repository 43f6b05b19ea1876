"""One-pass statistics against numpy and scikit-learn, merged over blocks and processes."""

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.errors import DataError
from qgis_hsi_anomaly.core.numerics.statistics import (
    gather_moments,
    principal_axes,
    regularized_covariance,
    squared_mahalanobis,
    triangular,
    whitening,
)
from qgis_hsi_anomaly.core.run import Processes, Run


@pytest.fixture
def cube():
    """Correlated bands far from zero, with invalid pixels."""
    random = np.random.default_rng(0)
    mixing = random.normal(size=(12, 12))
    array = (1e4 + random.normal(size=(23, 17, 12)) @ mixing).astype(np.float32)
    array[3, 4] = np.nan
    array[10:12] = np.nan
    return ArrayCube(array)


def spectra(cube):
    """All valid pixels in float64."""
    return cube.array[cube.valid].astype(np.float64)


@pytest.mark.parametrize("block_rows", [1, 7, None])
def test_sums_agree_with_numpy_and_scikit_learn(cube, block_rows):
    """Mean, covariance and shrinkage, whatever the block height."""
    cube.block_rows = block_rows
    sums = gather_moments(cube)
    reference = LedoitWolf().fit(spectra(cube))

    assert sums.count == cube.valid.sum()
    np.testing.assert_allclose(sums.mean, spectra(cube).mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(sums.covariance, np.cov(spectra(cube).T), rtol=1e-9, atol=1e-9)
    covariance, shrinkage = sums.ledoit_wolf()
    assert shrinkage == pytest.approx(reference.shrinkage_, rel=1e-9)
    np.testing.assert_allclose(covariance, reference.covariance_, rtol=1e-9, atol=1e-9)


def test_sums_of_processes_add_up(cube):
    """What three processes gather of their own rows is what one gathers of all."""

    class Third(Processes):
        size = 3

        def __init__(self, rank):
            self.rank = rank

    parts = [gather_moments(cube, Run(processes=Third(rank))) for rank in range(3)]
    whole = gather_moments(cube)
    merged = parts[0] + parts[1] + parts[2]

    assert merged.count == whole.count
    np.testing.assert_allclose(merged.covariance, whole.covariance, rtol=1e-12, atol=1e-12)
    assert merged.ledoit_wolf()[1] == pytest.approx(whole.ledoit_wolf()[1], rel=1e-12)


def test_background_restricts_what_is_learned(cube):
    """Only the background's pixels enter the sums."""
    background = np.zeros_like(cube.valid)
    background[:8] = True
    restricted = ArrayCube(cube.array, background=background)

    kept = cube.array[background & cube.valid].astype(np.float64)

    np.testing.assert_allclose(gather_moments(restricted).mean, kept.mean(axis=0), rtol=1e-13)


def test_whitening_inverts_the_covariance(cube):
    """W W' is the inverse."""
    covariance = gather_moments(cube).covariance
    white = whitening(covariance)

    np.testing.assert_allclose(white @ white.T @ covariance, np.eye(len(covariance)), atol=1e-8)


def test_singular_covariance_is_pseudo_inverted_with_a_warning(cube):
    """A repeated band changes nothing but the warning."""
    warnings = []
    doubled = ArrayCube(np.concatenate([cube.array, cube.array[..., :1]], axis=2))
    covariance = gather_moments(doubled).covariance

    white = whitening(covariance, Run(on_warning=warnings.append))

    np.testing.assert_allclose(
        white @ white.T, np.linalg.pinv(covariance, hermitian=True), rtol=1e-5, atol=1e-12
    )
    assert len(warnings) == 1 and "12 directions" in warnings[0]


@pytest.mark.parametrize(("bands", "rank"), [(9, 9), (56, 56), (130, 130), (130, 70), (70, 3)])
def test_lengths_by_panels_are_the_mahalanobis_distances(bands, rank):
    """Of full and of too low rank, fewer columns than a panel and more."""
    random = np.random.default_rng(bands)
    whitening, centered = random.normal(size=(bands, rank)), random.normal(size=(11, bands))
    expected = ((centered @ whitening) ** 2).sum(axis=1)

    triangle = triangular(whitening)

    assert triangle.shape == (bands, rank) and not np.triu(triangle, 1).any()
    np.testing.assert_allclose(squared_mahalanobis(centered, triangle), expected, rtol=1e-10)


def test_ridge_adds_a_share_of_the_mean_variance(cube):
    """Only the diagonal changes."""
    sums = gather_moments(cube)

    added = regularized_covariance(sums, "ridge") - sums.covariance

    np.testing.assert_allclose(added, np.eye(12) * 1e-4 * np.trace(sums.covariance) / 12, atol=1e-9)


def test_equal_pixels_are_refused():
    """Nothing varies, nothing can be learned."""
    with pytest.raises(DataError, match="same spectrum"):
        whitening(gather_moments(ArrayCube(np.ones((3, 3, 4), np.float32))).covariance)


def test_principal_axes_are_ordered_and_have_a_sign(cube):
    """Orthonormal, largest variance first, largest loading positive."""
    covariance = gather_moments(cube).covariance
    axes = principal_axes(covariance, 4)
    variances = np.diag(axes.T @ covariance @ axes)

    np.testing.assert_allclose(axes.T @ axes, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(variances, np.linalg.eigvalsh(covariance)[::-1][:4], rtol=1e-9)
    assert (axes[np.abs(axes).argmax(axis=0), range(4)] > 0).all()
