"""Cluster-based detection against scikit-learn's clusters and the formula."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors import cbad
from qgis_hsi_anomaly.core.detectors.cbad import CBAD
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.numerics.kmeans import nearest_center
from qgis_hsi_anomaly.core.numerics.statistics import principal_components


def materials(counts=(500, 300, 100), bands=5, seed=6):
    """Pixels of several materials far apart, (n_pixels, bands) float32, and which each is."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(counts)), counts)
    places = 1000 * random.normal(size=(len(counts), bands))
    spread = [random.normal(size=(bands, bands)) * 10 for _ in counts]
    pixels = np.stack([places[k] + random.normal(size=bands) @ spread[k] for k in labels])
    order = random.permutation(len(labels))
    return pixels[order].astype(np.float32), labels[order]


def test_scores_are_distances_from_scikit_learns_clusters():
    """The same clusters, and each pixel's Mahalanobis distance from its own, ridge added."""
    cluster = pytest.importorskip("sklearn.cluster")
    pixels, _ = materials()
    cube = ArrayCube(pixels.reshape(30, 30, 5), block_rows=7)
    labels = cluster.KMeans(3, n_init=10, random_state=0).fit_predict(pixels)
    expected = np.empty(len(pixels))
    for k in range(3):
        own = pixels[labels == k].astype(np.float64)
        covariance = np.cov(own.T)
        covariance += 1e-4 * np.trace(covariance) / 5 * np.eye(5)
        centered = own - own.mean(axis=0)
        expected[labels == k] = np.einsum("ij,jk,ik->i", centered, np.linalg.inv(covariance), centered)

    found = CBAD(clusters=3).fit(cube).score(cube)

    np.testing.assert_allclose(found.ravel(), expected, rtol=1e-4)


def test_in_components_scores_are_those_of_the_coordinates():
    """Clusters and distances in two principal components, kept as vectors of all bands."""
    pixels, _ = materials((600, 300))
    cube = ArrayCube(pixels.reshape(30, 30, 5))
    plane = principal_components(cube, 2).of(pixels).astype(np.float32)

    found = CBAD(clusters=2, principal_components=2).fit(cube).score(cube)

    expected = (
        CBAD(clusters=2).fit(ArrayCube(plane.reshape(30, 30, 2))).score(ArrayCube(plane.reshape(30, 30, 2)))
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_clusters_come_from_a_sample_and_their_statistics_from_all_pixels(monkeypatch):
    """With k-means on 60 of 900 pixels, mean and covariance are still those of the whole clusters."""
    pixels, _ = materials((600, 300))
    cube = ArrayCube(pixels.reshape(30, 30, 5))
    everything = CBAD(clusters=2).fit(cube)
    monkeypatch.setattr(cbad, "SAMPLE", 60)
    monkeypatch.setattr(cbad, "SAMPLE_PER_CLUSTER", 1)

    background = CBAD(clusters=2).fit(cube)

    nearest = nearest_center(background.centers, everything.centers)
    assert sorted(nearest) == [0, 1]
    assert np.abs(background.centers - everything.centers[nearest]).max() > 0.1
    np.testing.assert_allclose(background.means, everything.means[nearest], rtol=1e-9)
    np.testing.assert_allclose(background.score(cube), everything.score(cube), rtol=1e-5)


@pytest.mark.parametrize("height", [1, 13])
def test_clusters_are_gathered_over_many_chunks(height):
    """More pixels in a block, and in a cluster, than a thread takes at a time."""
    pixels, _ = materials((4000, 1500, 800, 100))
    array = pixels.reshape(80, 80, 5)
    whole, cut = (ArrayCube(array, block_rows=rows) for rows in (80, height))

    found = CBAD(clusters=4).fit(cut).score(cut)

    background = CBAD(clusters=4).fit(whole)
    owner = background.merged[nearest_center(pixels, background.centers)]
    for k, mean in enumerate(background.means):
        np.testing.assert_allclose(mean, pixels[owner == k].mean(axis=0, dtype=np.float64), rtol=1e-9)
    np.testing.assert_allclose(found, background.score(whole), rtol=1e-5)


def test_small_clusters_are_merged_into_the_nearest():
    """Forty pixels are fewer than 10 a band: they belong to the material next to them."""
    pixels, labels = materials((500, 360, 40))
    cube = ArrayCube(pixels.reshape(30, 30, 5))

    background = CBAD(clusters=3).fit(cube)

    assert len(background.means) == 2
    assert sorted(background.merged) in ([0, 0, 1], [0, 1, 1])
    owner = background.merged[nearest_center(pixels, background.centers)]
    for k, mean in enumerate(background.means):
        np.testing.assert_allclose(mean, pixels[owner == k].mean(axis=0, dtype=np.float64), rtol=1e-9)
    assert len(set(owner[labels == 2])) == 1


def test_pixels_all_alike_make_no_cluster_of_their_own():
    """A fill value kept as data has no covariance; it joins a neighbor."""
    pixels, _ = materials((500, 400))
    pixels = np.concatenate([pixels, np.full((300, 5), 7.0, dtype=np.float32)])
    cube = ArrayCube(pixels.reshape(30, 40, 5))

    background = CBAD(clusters=3).fit(cube)

    assert len(background.means) == 2
    assert np.isfinite(background.score(cube)).all()


def test_one_cluster_is_rx():
    """With the same ridge."""
    cube = ArrayCube(materials()[0].reshape(30, 30, 5))
    rx = make_detector("rx", {"regularization": "ridge"})

    found = CBAD(clusters=1).fit(cube).score(cube)

    np.testing.assert_allclose(found, rx.fit(cube).score(cube), rtol=1e-4)
