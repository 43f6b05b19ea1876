"""More like this: the formulas of target detection, copies found, and no dependence on how the image is cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.decisions.similarity import similarity
from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.errors import Cancelled, DataError
from qgis_hsi_anomaly.core.run import Run

BANDS = 8


def scene(**more: Any) -> ArrayCube:
    random = np.random.default_rng(5)
    mixing = random.normal(size=(BANDS, BANDS))
    array = (50 + random.normal(size=(17, 13, BANDS)) @ mixing).astype(np.float32)
    array[4, 4] = np.nan
    return ArrayCube(array, **more)


TARGETS = 50 + np.random.default_rng(6).normal(0, 6, (2, BANDS))


@pytest.mark.parametrize("method", ["ace", "matched"])
def test_scores_are_the_formula_s(method: str) -> None:
    """By the inverse covariance, pixel by pixel."""
    cube = scene()
    pixels = cube.array[cube.valid].astype(np.float64)
    mean, inverse = pixels.mean(axis=0), np.linalg.inv(np.cov(pixels.T))

    found = similarity(cube, RX(regularization="none").fit(cube), TARGETS[:1], method)

    t = TARGETS[0] - mean
    for row in range(cube.rows):
        for column in range(cube.columns):
            x = cube.array[row, column] - mean
            both, own, other = t @ inverse @ x, t @ inverse @ t, x @ inverse @ x
            expected = both / own if method == "matched" else np.sign(both) * both**2 / (own * other)
            np.testing.assert_allclose(found[row, column], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("method", ["ace", "matched"])
def test_a_pixel_has_the_largest_score_of_any_target(method: str) -> None:
    cube = scene()
    learned = RX().fit(cube)

    both = similarity(cube, learned, TARGETS, method)

    each = [similarity(cube, learned, TARGETS[[place]], method) for place in (0, 1)]
    np.testing.assert_allclose(both, np.maximum(*each), rtol=1e-6)
    assert (each[0] > each[1])[cube.valid].any() and (each[1] > each[0])[cube.valid].any()


def test_planted_copies_come_first_weak_ones_too() -> None:
    """The target, and 60 and 40 percent of it over the background: ace sees them all, matched tells the part."""
    cube = scene()
    learned = RX().fit(cube)
    target = learned.mean + 25 * (np.arange(BANDS) % 3 - 1)
    places, parts = [(2, 3), (10, 10), (15, 1)], [1, 0.6, 0.4]
    for place, part in zip(places, parts):
        cube.array[place] = (
            learned.mean + part * (target - learned.mean) + 0.3 * (cube.array[place] - learned.mean)
        )

    ace = similarity(cube, learned, target[None], "ace")
    matched = similarity(cube, learned, target[None], "matched")

    highest = np.argsort(np.where(cube.valid, ace, -9).ravel())[::-1][:3]
    assert {divmod(int(place), cube.columns) for place in highest} == set(places)
    np.testing.assert_allclose([matched[place] for place in places], parts, atol=0.1)
    assert np.nanmin(ace) >= -1 and np.nanmax(ace) <= 1 + 1e-6


def test_what_is_opposite_scores_below_0() -> None:
    cube = scene()
    learned = RX().fit(cube)
    cube.array[0, 0] = 2 * learned.mean - TARGETS[0]

    found = similarity(cube, learned, TARGETS[:1], "ace")

    assert found[0, 0] == pytest.approx(-1, abs=1e-5)


@pytest.mark.parametrize("block_rows", [1, 5])
@pytest.mark.parametrize("method", ["ace", "matched"])
def test_block_size_does_not_matter(method: str, block_rows: int) -> None:
    learned = RX().fit(scene())

    first, second = (
        similarity(cube, learned, TARGETS, method) for cube in (scene(), scene(block_rows=block_rows))
    )

    assert first.dtype == np.float32
    np.testing.assert_allclose(first, second, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(np.isnan(first), ~scene().valid)


def test_a_pixel_that_is_the_mean_is_like_nothing() -> None:
    """Nothing is divided by nothing."""
    cube = scene()
    learned = RX().fit(cube)
    exact = type(learned)(cube.array[7, 7].astype(np.float64), learned.whitening)

    assert similarity(cube, exact, TARGETS, "ace")[7, 7] == 0


def test_a_target_that_is_the_mean_is_refused() -> None:
    cube = scene()
    learned = RX().fit(cube)
    with pytest.raises(DataError, match="mean spectrum of the background"):
        similarity(cube, learned, np.stack([TARGETS[0], learned.mean]))


def test_it_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        similarity(scene(), RX().fit(scene()), TARGETS, run=Run(is_cancelled=lambda: True))
