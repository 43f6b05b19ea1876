"""Random samples of the background."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.numerics.sampling import sample_spectra


def cube(block_rows=None):
    """Every spectrum says which pixel it is; gaps and a region without background."""
    array = np.arange(20 * 9, dtype=np.float32).reshape(20, 9, 1).repeat(3, axis=2)
    array[4] = np.nan
    array[7, 3] = np.nan
    background = np.ones((20, 9), dtype=bool)
    background[:, 6:] = False
    return ArrayCube(array, background=background, block_rows=block_rows)


@pytest.mark.parametrize("block_rows", [1, 7, 20])
def test_the_same_sample_however_it_is_cut(block_rows):
    """Forty of the background's pixels, in row order, each once."""
    sample = sample_spectra(cube(block_rows), 40, seed=3)

    np.testing.assert_array_equal(sample, sample_spectra(cube(), 40, seed=3))
    assert (np.diff(sample[:, 0]) > 0).all()
    assert set(sample[:, 0]) <= set(cube().array[cube().background][:, 0])


def test_all_where_there_are_no_more():
    """A background smaller than the sample is taken whole."""
    np.testing.assert_array_equal(sample_spectra(cube(), 1000), cube().array[cube().background])


def test_another_seed_draws_others():
    """The seed decides."""
    assert not np.array_equal(sample_spectra(cube(), 40, seed=0), sample_spectra(cube(), 40, seed=1))
