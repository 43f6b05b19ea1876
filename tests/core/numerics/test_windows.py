"""Dual windows, against their definition pixel by pixel."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.errors import ParameterError
from qgis_hsi_anomaly.core.numerics.windows import (
    DualWindow,
    mirrored,
    ring_members,
    ring_sums,
    score_windows,
)

WINDOW = DualWindow(3, 7)


@pytest.mark.parametrize("length", [1, 2, 3, 8])
@pytest.mark.parametrize("beyond", [0, 1, 5, 11])
def test_mirrored_positions_are_those_of_a_reflected_array(length, beyond):
    """The edge is not repeated, and narrow images are mirrored again and again."""
    expected = np.pad(np.arange(length), beyond, mode="reflect" if length > 1 else "edge")

    np.testing.assert_array_equal(mirrored(-beyond, length + beyond, length), expected)


@pytest.mark.parametrize("shape", [(9, 11), (20, 4), (2, 2), (1, 6)])
@pytest.mark.parametrize("block_rows", [1, 4, 20])
def test_rings_hold_what_lies_between_the_windows(shape, block_rows):
    """Moments over a ring and its members, against a walk over every pixel's mirrored surroundings."""
    random = np.random.default_rng(0)
    array = random.integers(1, 100, size=(*shape, 2)).astype(np.float32)
    if array.size > 40:
        array[shape[0] // 2, 1] = np.nan
    expected = _ring_sums_by_hand(array, WINDOW)
    cube = ArrayCube(array, block_rows=block_rows)

    def sum_of_members(tile):
        height, width = (size - 2 * WINDOW.reach for size in tile.valid.shape)
        members = ring_members(tile, WINDOW, slice(0, height), slice(0, width))
        return (members @ tile.features[..., 0].ravel()).reshape(height, width)

    def sum_of_ring(tile):
        return ring_sums(np.ascontiguousarray(tile.features.transpose(0, 2, 1)), tile, WINDOW)[0]

    for score_tile in (sum_of_members, sum_of_ring):
        found = score_windows(cube, WINDOW, lambda spectra: spectra.astype(np.float64), score_tile, 3, 100)
        np.testing.assert_array_equal(found[cube.valid], expected[cube.valid])
        assert np.isnan(found[~cube.valid]).all()


def test_a_window_needs_a_ring():
    """The detector and both parameters are named."""
    with pytest.raises(
        ParameterError, match=r"^crd: INNER_WINDOW must be smaller than OUTER_WINDOW; got 9 and 9\.$"
    ):
        DualWindow.checked("crd", 9, 9)


def test_the_size_of_a_ring():
    """Outer square less inner square."""
    assert DualWindow(15, 21).size == 216


def _ring_sums_by_hand(array, window):
    rows, columns = array.shape[:2]
    sums = np.zeros((rows, columns))
    down = mirrored(-window.reach, rows + window.reach, rows)
    across = mirrored(-window.reach, columns + window.reach, columns)
    for row in range(rows):
        for column in range(columns):
            for r in down[row : row + window.outer]:
                for c in across[column : column + window.outer]:
                    in_guard = abs(r - row) <= window.guard and abs(c - column) <= window.guard
                    if not in_guard and np.isfinite(array[r, c]).all():
                        sums[row, column] += array[r, c, 0]
    return sums
