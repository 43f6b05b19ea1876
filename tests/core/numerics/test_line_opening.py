"""The line opening against every line written out."""

import math

import numpy as np
import pytest

from qgis_hsi_anomaly.core.numerics.line_opening import line_opening


def slow(image, valid, length):
    """The highest of the lines through a pixel, by their darkest pixel, lines centered on a valid pixel."""
    rows, columns = image.shape
    opened = np.full(image.shape, -np.inf)
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        half = length // 2
        reach = half if 0 in (down, right) else round(half / math.sqrt(2))
        for row, column in np.argwhere(valid):
            line = [(row + n * down, column + n * right) for n in range(-reach, reach + 1)]
            line = [(r, c) for r, c in line if 0 <= r < rows and 0 <= c < columns and valid[r, c]]
            darkest = min(image[place] for place in line)
            for place in line:
                opened[place] = max(opened[place], darkest)
    return np.where(valid, opened, image)


@pytest.mark.parametrize(
    ("shape", "length"), [((23, 17), 5), ((9, 31), 15), ((1, 6), 7), ((6, 1), 3), ((1, 1), 3)]
)
def test_it_is_the_highest_line(shape, length):
    """At borders and gaps too."""
    draw = np.random.default_rng(0)
    image, valid = draw.normal(size=shape), draw.random(shape) > 0.1
    valid.flat[0] = True

    found = line_opening(image, valid, length)

    np.testing.assert_array_equal(found, slow(image, valid, length))
    assert (found <= image).all()


def test_a_road_stays_and_a_car_on_it_goes():
    """Also where the road leaves the image, or ends in a gap; float32 stays float32."""
    image = np.zeros((30, 30), dtype=np.float32)
    np.fill_diagonal(image, 1)
    image[14, 14] = 5
    valid = np.ones(image.shape, dtype=bool)
    valid[:, 25:] = False

    found = line_opening(image, valid, 11)

    expected = image.copy()
    expected[14, 14] = 1
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)
