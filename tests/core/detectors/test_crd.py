"""CRD against the direct solution of its equations, pixel by pixel."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors import crd
from qgis_hsi_anomaly.core.detectors.crd import CRD
from qgis_hsi_anomaly.core.numerics.windows import Tile, ring_members

from .windows import direct_residual, ring_of, scene

PIXELS = [(0, 0), (5, 5), (4, 12), (11, 13), (5, 24), (21, 25), (16, 20)]
WINDOWS = {"inner_window": 5, "outer_window": 11}


def _exact_scores(detector, cube, monkeypatch):
    """The scores before they are rounded to float32."""
    background = detector.fit(cube)
    exact = np.full((cube.rows, cube.columns), np.nan)
    score_tile = background.score_tile

    def keep(tile):
        exact[tile.rows, tile.columns] = score_tile(tile)
        return exact[tile.rows, tile.columns]

    monkeypatch.setattr(type(background), "score_tile", lambda self, tile: keep(tile))
    rounded = background.score(cube)
    np.testing.assert_array_equal(rounded[cube.valid], exact[cube.valid].astype(np.float32))
    return exact


@pytest.mark.parametrize("factored", [True, False])
@pytest.mark.parametrize("lambda_", [100.0, 1.0, 1e-3])
@pytest.mark.parametrize("sum_to_one", [False, True])
def test_scores_are_those_of_the_direct_solution(lambda_, sum_to_one, factored, monkeypatch):
    """All bands: systems factored, solved by steps, and (lambda 1e-3) one by one where steps do not end, to 1e-8."""
    if not factored:
        monkeypatch.setattr(crd, "_DIRECT", 0)
    array = scene()
    cube = ArrayCube(array)
    spectra = array[cube.valid].astype(np.float64)
    ones = np.sqrt((spectra**2).mean()) if sum_to_one else 0.0

    detector = CRD(**WINDOWS, principal_components=0, lambda_=lambda_, sum_to_one=sum_to_one)
    found = _exact_scores(detector, cube, monkeypatch)

    for row, column in PIXELS:
        ring = ring_of(array, row, column, 5, 11)
        expected = direct_residual(ring, array[row, column].astype(np.float64), lambda_, 11**2 - 5**2, ones)
        np.testing.assert_allclose(found[row, column], expected, rtol=1e-8)


def test_components_are_those_of_the_uncentered_decomposition(monkeypatch):
    """Few components: the direct solution on numpy's singular vectors of the spectra themselves."""
    array = scene()
    cube = ArrayCube(array)
    _, _, axes = np.linalg.svd(array[cube.valid].astype(np.float64), full_matrices=False)
    points = array.astype(np.float64) @ axes[:4].T

    found = _exact_scores(CRD(**WINDOWS, principal_components=4), cube, monkeypatch)

    for row, column in PIXELS:
        ring = ring_of(points, row, column, 5, 11)
        np.testing.assert_allclose(
            found[row, column], direct_residual(ring, points[row, column], 100.0, 11**2 - 5**2), rtol=1e-8
        )


def test_a_pixel_without_neighbors_is_compared_with_the_mean_of_the_scene():
    """An island in a gap wider than the window."""
    array = scene(30, 30, 4)
    array[:20, :20] = np.nan
    array[8, 8] = 1234
    cube = ArrayCube(array)

    found = CRD(**WINDOWS, principal_components=0).fit(cube).score(cube)

    mean = array[cube.valid].astype(np.float64).mean(axis=0)
    expected = direct_residual(mean[None], array[8, 8].astype(np.float64), 100.0, 11**2 - 5**2)
    np.testing.assert_allclose(found[8, 8], expected, rtol=1e-6)


@pytest.mark.parametrize("factored", [True, False])
def test_a_pixel_equal_to_its_surroundings_scores_nothing(factored, monkeypatch):
    """Distances of 0 neither divide by zero nor drown the rest."""
    if not factored:
        monkeypatch.setattr(crd, "_DIRECT", 0)
    array = scene(30, 40, 5)
    array[:, :25] = 700
    array[10, 10] = [700, 760, 640, 700, 700]
    cube = ArrayCube(array)

    scores = CRD(**WINDOWS, principal_components=0).fit(cube).score(cube)

    assert np.isfinite(scores[cube.valid]).all()
    assert scores[20, 10] < 1e-3
    assert scores[10, 10] > 50


def test_distances_keep_their_digits_where_products_cancel():
    """Neighbors a ten-millionth of their length apart, and copies of the pixel itself."""
    random = np.random.default_rng(0)
    features = 1 + random.normal(scale=0.2, size=(11, 11, 8))
    features[:, 6:] = features[:, :5] + random.normal(scale=1e-4, size=(11, 5, 8))
    features[8:] = features[:3]
    numbers = np.arange(11)
    tile = Tile(slice(0, 5), slice(0, 5), features, np.ones((11, 11), dtype=bool), numbers, numbers)
    background = CRD(inner_window=1, outer_window=7, principal_components=0).fit(ArrayCube(features))
    place = slice(0, 5), slice(0, 5)

    found, _ = background._weights(tile, crd._Points.of(tile, 3, 0.0), place)

    pixels, around = features[3:8, 3:8].reshape(-1, 8), features.reshape(-1, 8)
    squares = np.maximum(((pixels[:, None] - around) ** 2).sum(axis=2), 1e-12)
    np.testing.assert_allclose(found, ring_members(tile, background.window, *place) / squares, rtol=1e-9)


@pytest.mark.parametrize("scale", [1e-25, 1e15])
def test_scores_have_the_unit_of_the_image_whatever_it_is(scale):
    """Many bands, far from 1."""
    array = scene(bands=60)
    detector = CRD(**WINDOWS, principal_components=0)
    cube, scaled = ArrayCube(array), ArrayCube(array.astype(np.float32) * np.float32(scale))

    expected = detector.fit(cube).score(cube)
    found = detector.fit(scaled).score(scaled)

    np.testing.assert_allclose(found / np.float32(scale), expected, rtol=1e-5)


@pytest.mark.parametrize("lambda_", [1000.0, 1.0])
def test_many_bands_are_those_of_the_direct_solution(lambda_, monkeypatch):
    """More bands than systems are factored for."""
    array = scene(bands=60)

    found = _exact_scores(
        CRD(**WINDOWS, principal_components=0, lambda_=lambda_), ArrayCube(array), monkeypatch
    )

    for row, column in PIXELS:
        ring = ring_of(array, row, column, 5, 11)
        expected = direct_residual(ring, array[row, column].astype(np.float64), lambda_, 11**2 - 5**2)
        np.testing.assert_allclose(found[row, column], expected, rtol=1e-8)
