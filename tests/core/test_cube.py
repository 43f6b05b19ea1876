"""Arrays as cubes: what is masked, and which axis holds the bands."""

from __future__ import annotations

from typing import Tuple

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import DataError


def pixels(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def test_masked_pixels_are_not_valid() -> None:
    """A band that is masked is enough; what lies below the mask is never looked at."""
    array = np.ma.masked_array(pixels(6, 5, 4), mask=False)
    array.data[2, 3] = -32768
    array[2, 3] = np.ma.masked
    array[4, 1, 2] = np.ma.masked
    cube = ArrayCube(array)
    assert not cube.valid[2, 3] and not cube.valid[4, 1]
    assert cube.valid_pixels == 28
    assert not cube.read_rows(2, 3)[0, 3].any()

    filled = array.filled(np.nan)
    scores, expected = (make_detector("rx", {}).fit(one).score(one) for one in (cube, ArrayCube(filled)))
    np.testing.assert_array_equal(scores, expected)


def test_a_mask_is_added_to_what_is_given_as_valid() -> None:
    array = np.ma.masked_array(pixels(3, 4, 2), mask=False)
    array[0, 0] = np.ma.masked
    valid = np.ones((3, 4), bool)
    valid[1, 1] = False
    assert ArrayCube(array, valid=valid).valid_pixels == 10
    assert valid.sum() == 11, "what the caller gave stays as it is"


@pytest.mark.parametrize("shape", [(100, 700, 700), (224, 1000, 1200)])
def test_bands_first_are_refused_with_what_to_do(shape: Tuple[int, int, int]) -> None:
    array = np.broadcast_to(np.float32(0), shape)
    with pytest.raises(
        DataError, match=r"\(rows, columns, bands\), bands last.*np\.moveaxis\(array, 0, -1\)"
    ):
        ArrayCube(array)


@pytest.mark.parametrize(
    "shape", [(300, 200, 224), (1, 9, 900), (128, 128, 1600), (600, 500, 520), (60, 80, 3)]
)
def test_what_may_be_a_cube_is_taken(shape: Tuple[int, int, int]) -> None:
    """Laboratory instruments have more than a thousand bands."""
    assert ArrayCube(np.broadcast_to(np.float32(1), shape)).bands == shape[2]


def test_wavelengths_decide() -> None:
    """They tell how many bands there are."""
    array = np.broadcast_to(np.float32(0), (100, 700, 700))
    assert ArrayCube(array, wavelengths=np.arange(700.0)).bands == 700
    with pytest.raises(DataError, match="there are 218 wavelengths or band numbers"):
        ArrayCube(np.broadcast_to(np.float32(0), (218, 192, 160)), wavelengths=np.arange(218.0))
