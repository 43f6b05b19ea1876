"""The area opening against scikit-image's, level for level."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.numerics.area_opening import area_openings, rank_levels


def image(rows, columns, levels=40, seed=0):
    """Blobs of many sizes, (rows, columns) int64."""
    noise = np.random.default_rng(seed).normal(size=(rows + 3, columns + 3)).cumsum(axis=0).cumsum(axis=1)
    box = noise[3:, 3:] - noise[:-3, 3:] - noise[3:, :-3] + noise[:-3, :-3]
    return rank_levels(box.ravel(), levels).reshape(rows, columns)


@pytest.mark.parametrize("levels", [2, 40, 512])
def test_it_is_scikit_images(levels):
    """Every area of one tree."""
    morphology = pytest.importorskip("skimage.morphology")
    level = image(60, 47, levels)

    found = area_openings(level, [1, 4, 30, 400])

    for opened, area in zip(found, (1, 4, 30, 400)):
        np.testing.assert_array_equal(opened, morphology.area_opening(level, area + 1, connectivity=1))


def test_a_part_is_lowered_to_the_brightest_level_around_it():
    """A peak of one pixel on a step of three, which leans against a wall."""
    level = np.array([[0, 0, 0, 0, 0, 0], [0, 1, 3, 1, 5, 5], [0, 0, 0, 0, 5, 5]])

    one, three = area_openings(level, [1, 3])

    np.testing.assert_array_equal(one, [[0, 0, 0, 0, 0, 0], [0, 1, 1, 1, 5, 5], [0, 0, 0, 0, 5, 5]])
    np.testing.assert_array_equal(three, one)


def test_missing_pixels_part_and_small_groups_stay():
    """Three pixels beyond a gap have no more than three around them; the others are opened."""
    level = np.array([[0, 0, 7, 0, -1, 4, 9, 4]])

    (opened,) = area_openings(level, [3])

    np.testing.assert_array_equal(opened, [[0, 0, 0, 0, -1, 4, 9, 4]])


def test_levels_keep_the_order_and_spare_the_ends():
    """The brightest few have levels of their own, the middle shares."""
    values = np.random.default_rng(0).exponential(size=5000)

    level = rank_levels(values)

    order = np.argsort(values)
    assert (np.diff(level[order]) >= 0).all()
    assert level.min() == 0
    assert level.max() == 511
    assert len(np.unique(level[order[-5:]])) == 5
    assert not rank_levels(np.full(9, 2.5)).any()
