"""The packed cube says what the cube says."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.jobs.packing import check_room, pack_cube, packed_size, unpack_cube


@pytest.mark.parametrize("block_rows", [1, 7, None])
def test_round_trip(cube, tmp_path, block_rows):
    background = np.random.default_rng(1).random((23, 11)) < 0.5
    cube = ArrayCube(
        cube.array, None, background, cube.wavelengths, None, [1, 2, 5, 6, 7, 9], 900.0, 2**20, block_rows, 12
    )
    fractions = []
    pack_cube(cube, tmp_path, Run(on_fraction=fractions.append), processes=2)
    found = unpack_cube(tmp_path)
    assert isinstance(found.array, np.memmap)
    assert found.array.dtype == np.float32
    assert fractions[-1] == 1.0
    np.testing.assert_array_equal(found.read_rows(0, 23), cube.read_rows(0, 23))
    np.testing.assert_array_equal(found.valid, cube.valid)
    np.testing.assert_array_equal(found.background, cube.background)
    np.testing.assert_array_equal(found.wavelengths, cube.wavelengths)
    np.testing.assert_array_equal(found.band_numbers, cube.band_numbers)
    assert found.raster_bands == 12
    assert (found.fwhm, found.pixel_area, found.block_rows) == (None, 900.0, block_rows)
    assert found.memory_budget == 2**19
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < packed_size(cube) + 2000


def test_an_existing_disk_has_room(cube, tmp_path):
    check_room(cube, tmp_path)
