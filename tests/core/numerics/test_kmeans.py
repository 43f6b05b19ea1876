"""K-means against scikit-learn's."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.numerics.kmeans import by_label, k_means, nearest_center, seed_centers


@pytest.fixture
def points():
    """Three heaps of unequal size, far from zero, (450, 4) float64."""
    random = np.random.default_rng(2)
    heaps = [
        random.normal(size=(count, 4)) + place for count, place in ((50, 1000), (100, 1004), (300, 1009))
    ]
    return np.concatenate(heaps)


def test_assignments_are_scikit_learns(points):
    """From the same seeds Lloyd's iterations end in the same clusters."""
    cluster = pytest.importorskip("sklearn.cluster")
    seeds = seed_centers(points - points.mean(axis=0), 5, seed=0) + points.mean(axis=0)
    expected = cluster.KMeans(5, init=seeds, n_init=1, tol=0, max_iter=300).fit(points)

    centers = k_means(points, 5, seed=0)

    np.testing.assert_array_equal(nearest_center(points, centers), expected.labels_)
    np.testing.assert_allclose(centers, expected.cluster_centers_, rtol=1e-10)


def test_heaps_are_found(points):
    """Three heaps, three clusters."""
    labels = nearest_center(points, k_means(points, 3))

    assert sorted(np.bincount(labels)) == [50, 100, 300]


def test_a_fill_value_does_not_overflow(points):
    """The largest negative single-precision number left in the data is a cluster; the others are near zero then."""
    points = np.concatenate([points.astype(np.float32), np.full((20, 4), -3.4e38, dtype=np.float32)])

    centers = k_means(points, 2)

    assert sorted(np.bincount(nearest_center(points, centers))) == [20, 450]


def test_single_precision_finds_the_same_clusters(points):
    """Values far from zero lose nothing to their offset."""
    labels = nearest_center(points, k_means(points, 3))

    found = k_means((points + 1e5).astype(np.float32), 3)

    assert found.dtype == np.float64
    np.testing.assert_array_equal(nearest_center(points + 1e5, found), labels)


def test_labels_are_listed_with_their_places():
    """In rising order; nothing where there are no labels."""
    found = [(label, places.tolist()) for label, places in by_label(np.array([4, 0, 4, 2, 0]))]

    assert found == [(0, [1, 4]), (2, [3]), (4, [0, 2])]
    assert list(by_label(np.empty(0, dtype=np.int64))) == []


def test_fewer_values_than_clusters():
    """Equal points make one cluster each."""
    points = np.repeat([[1.0, 2.0], [3.0, 4.0]], 5, axis=0)

    centers = k_means(points, 7)

    assert sorted(centers.tolist()) == [[1.0, 2.0], [3.0, 4.0]]


def test_chunks_do_not_matter(points, monkeypatch):
    """Labels are the same point by point."""
    centers = k_means(points, 4)
    expected = nearest_center(points, centers)
    monkeypatch.setattr("qgis_hsi_anomaly.core.numerics.kmeans._CHUNK_BYTES", 1)

    np.testing.assert_array_equal(nearest_center(points, centers), expected)
