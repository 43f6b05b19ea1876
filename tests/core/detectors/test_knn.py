"""Nearest neighbors against scikit-learn's."""

import sys

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.knn import KNN
from qgis_hsi_anomaly.core.errors import MissingLibraryError

from .windows import scene


def _components(spectra, count):
    centered = spectra - spectra.mean(axis=0)
    return centered @ np.linalg.svd(centered, full_matrices=False)[2][:count].T


@pytest.mark.parametrize("components", [3, 9])
def test_scores_are_mean_distances_to_other_pixels(components):
    """scikit-learn's neighbors of each pixel, itself left out."""
    neighbors = pytest.importorskip("sklearn.neighbors").NearestNeighbors(n_neighbors=7)
    array = scene()
    cube = ArrayCube(array)
    points = _components(array[cube.valid].astype(np.float64), components)

    found = KNN(neighbors=7, principal_components=components).fit(cube).score(cube)

    distances, _ = neighbors.fit(points).kneighbors()
    np.testing.assert_allclose(found[cube.valid], distances.mean(axis=1), rtol=1e-6)


def test_pixels_in_the_sample_and_outside_it_score_alike():
    """A pixel is not its own neighbor, whether it was drawn or not."""
    random = np.random.default_rng(0)
    cube = ArrayCube(random.normal(size=(60, 60, 4)).astype(np.float32))
    background = KNN(neighbors=1, sample=1800).fit(cube)

    scores = background.score(cube)

    first = background.components.of(cube.array.reshape(-1, 4))[:, 0]
    drawn = np.abs(first[:, None] - background.reference[:, 0]).min(axis=1) < 1e-9
    assert drawn.sum() == 1800
    assert np.median(scores.ravel()[drawn]) == pytest.approx(np.median(scores.ravel()[~drawn]), rel=0.1)
    assert scores.min() > 0


def test_the_sample_follows_the_seed():
    """Another seed draws other pixels; the same seed the same."""
    cube = ArrayCube(scene())
    first, same, other = (KNN(sample=50, seed=seed).fit(cube).score(cube) for seed in (0, 0, 1))

    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other, equal_nan=True)


def test_without_scipy_one_sentence_says_what_to_install(monkeypatch):
    """Nothing is computed first, and the other detectors do not need it."""
    monkeypatch.setitem(sys.modules, "scipy", None)

    with pytest.raises(MissingLibraryError, match="knn needs scipy.*python3-scipy"):
        KNN().fit(ArrayCube(scene()))
