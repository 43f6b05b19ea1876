"""The attribute filters against scikit-image's, the smoothing against its recursion written out."""

import sys

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors import aed
from qgis_hsi_anomaly.core.detectors.aed import (
    AED,
    area_residues,
    fused_residues,
    line_lengths,
    line_residue,
    smooth,
    target_pixels,
)
from qgis_hsi_anomaly.core.errors import DataError, MissingLibraryError
from qgis_hsi_anomaly.core.numerics.area_opening import rank_levels
from qgis_hsi_anomaly.core.run import Run


def image(rows=70, columns=90, seed=0):
    """Blobs of many sizes: noise smoothed by a running mean, (rows, columns) float32."""
    noise = np.random.default_rng(seed).normal(size=(rows + 4, columns + 4)).cumsum(axis=0).cumsum(axis=1)
    box = noise[4:, 4:] - noise[:-4, 4:] - noise[4:, :-4] + noise[:-4, :-4]
    return (box / box.std()).astype(np.float32)


@pytest.mark.parametrize("tile", [45, 1024])
def test_residues_are_scikit_images(monkeypatch, tile):
    """Opening and closing of the whole image at once, one area after the other, whatever the tiles."""
    morphology = pytest.importorskip("skimage.morphology")
    # A value a level, evenly spread: nothing is lost to the levels.
    values = np.round(image(), 1)
    levels = rank_levels(values.ravel(), 4000).reshape(values.shape)
    monkeypatch.setattr(aed, "rank_levels", lambda some: rank_levels(some, 4000))
    monkeypatch.setattr(aed, "_TILE", tile)

    found = area_residues(values[None], np.ones(values.shape, dtype=bool), [1, 20])[0]

    assert len(np.unique(levels)) == len(np.unique(values))
    for residue, area in zip(found, (1, 20)):
        opened, closed = (
            filter_(values, area + 1) for filter_ in (morphology.area_opening, morphology.area_closing)
        )
        np.testing.assert_allclose(residue, (values - opened) + (closed - values), atol=1e-5)
        assert residue.max() > 1


@pytest.mark.parametrize("shape", [(1, 60), (60, 1), (2, 40), (257, 20)])
def test_images_and_tiles_of_a_row_or_two(shape):
    """A lone bright pixel at one end and a dark one at the other are taken away, a pair is not; 257 = a tile and 1."""
    values = np.zeros(shape, dtype=np.float32)
    values[0, 0], values[-1, -1] = -2, 3
    values.ravel()[[20, 21]] = 5 if shape[1] > 1 else 0
    expected = np.where(values < 5, np.abs(values), 0)

    found = area_residues(values[None], np.ones(shape, dtype=bool), [1])[0, 0]

    np.testing.assert_allclose(found, expected)


def test_a_target_stands_out_up_to_the_area():
    """A square of 16 pixels is taken away by an area of 16, not by 15."""
    values = np.zeros((30, 30), dtype=np.float32)
    values[10:14, 10:14] = 3
    everywhere = np.ones(values.shape, dtype=bool)

    not_quite, whole = area_residues(values[None], everywhere, [15, 16])[0]

    np.testing.assert_allclose(whole, values)
    assert not not_quite.any()


def test_invalid_pixels_take_no_part():
    """Their values do not matter, a target beside them is found whole, and lone groups of pixels score 0."""
    valid = np.ones((40, 40), dtype=bool)
    valid[20:] = False
    valid[30:33, 30:33] = True
    values = np.where(valid, 0, 99).astype(np.float32)
    values[18:20, 5:8] = 2
    values[31, 31] = 5

    found = area_residues(values[None], valid, [10])[0, 0]

    expected = np.zeros_like(values)
    expected[18:20, 5:8] = 2
    np.testing.assert_allclose(found, expected)


def test_smoothing_is_the_recursive_filter():
    """J[n] = (1 - a^d) I[n] + a^d J[n - 1], forth and back, down and across, three times."""
    values, guide = image(7, 9, seed=1), image(7, 9, seed=2)
    expected = values.astype(np.float64)
    for step in range(3):
        base = np.exp(-np.sqrt(2) / (1.5 * np.sqrt(3) * 2 ** (2 - step) / np.sqrt(63)))
        for _ in range(2):  # down, then (turned) across
            for line, along in zip(expected.T, guide.T):
                gains = base ** (1 + 1.5 / aed.SMOOTHING_RANGE * np.abs(np.diff(along)))
                for n in range(1, len(line)):
                    line[n] = (1 - gains[n - 1]) * line[n] + gains[n - 1] * line[n - 1]
                for n in range(len(line) - 2, -1, -1):
                    line[n] = (1 - gains[n]) * line[n] + gains[n] * line[n + 1]
            expected, guide = np.ascontiguousarray(expected.T), guide.T

    found = smooth(values, guide, np.ones(values.shape, dtype=bool), 1.5)

    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_smoothing_does_not_pass_invalid_pixels():
    """What lies behind a gap stays as it was."""
    values = np.zeros((5, 9), dtype=np.float32)
    values[:, :4] = 1
    valid = np.ones(values.shape, dtype=bool)
    valid[:, 4] = False

    found = smooth(values, np.zeros_like(values), valid, 2.0)

    np.testing.assert_allclose(found[valid], values[valid], atol=1e-6)


def test_areas_are_pixels_whatever_the_coordinate_system():
    """Who gives 20 means 20 pixels, also where a pixel has 900 square meters."""
    array = np.random.default_rng(0).normal(size=(20, 20, 4)).astype(np.float32)
    said = []
    with_crs, without = (
        AED(max_target_area=20).fit(cube, Run(on_message=said.append)).score(cube)
        for cube in (ArrayCube(array, pixel_area=900.0), ArrayCube(array))
    )

    np.testing.assert_array_equal(with_crs, without)
    assert "aed: area filters of 20 and 5 pixels, lines of 7 and 13." in said
    assert (target_pixels(0), target_pixels(3)) == (100, 3)


def test_a_largest_target_below_two_pixels_is_warned_of():
    """It is most likely an area in another unit."""
    cube = ArrayCube(np.random.default_rng(0).normal(size=(20, 20, 4)).astype(np.float32))
    for area, count in ((1, 1), (2, 0)):
        warnings = []
        AED(max_target_area=area).fit(cube, Run(on_warning=warnings.append))
        assert len(warnings) == count


def test_an_image_no_larger_than_a_target_is_refused():
    """There would be nothing to stand out from."""
    cube = ArrayCube(np.random.default_rng(0).normal(size=(9, 9, 4)).astype(np.float32))

    with pytest.raises(DataError, match="MAX_TARGET_AREA"):
        AED().fit(cube).score(cube)


def test_without_scipy_the_user_learns_how_to_get_it(monkeypatch):
    """One sentence, before any work."""
    monkeypatch.setitem(sys.modules, "scipy", None)

    with pytest.raises(MissingLibraryError, match="python3-scipy"):
        AED().fit(ArrayCube(np.zeros((3, 3, 2), dtype=np.float32)))


def test_lone_groups_of_pixels_have_nothing_to_stand_out_from():
    """A group of no more pixels than a target scores 0, a larger one is judged."""
    valid = np.ones((40, 40), dtype=bool)
    valid[20:] = False
    valid[30:33, 30:33] = True
    cube = ArrayCube(np.where(valid, np.random.default_rng(0).normal(size=valid.shape), np.nan)[..., None])

    found = fused_residues(np.nan_to_num(cube.read_rows(0, 40)).transpose(2, 0, 1), cube, 10)

    assert not found[30:33, 30:33].any()
    assert found[:20].any()
    assert not found[~valid].any()


def test_lines_take_away_what_is_short_also_beside_something_large():
    """A square that touches a road: too large together for the area filter, the line filter finds it."""
    values = np.zeros((60, 60), dtype=np.float32)
    values[30] = 2
    values[25:30, 20:25] = 2
    everywhere = np.ones(values.shape, dtype=bool)

    found = line_residue(values, everywhere, line_lengths(100)[0])

    assert found[25:29, 20:25].min() == 2
    assert not found[30].any()
    assert not area_residues(values[None], everywhere, [40]).any()
