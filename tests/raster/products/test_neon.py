"""NEON AOP: rows x columns x bands of integers with a scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.reader import open_cube
from tests.raster.products.made import COLUMNS, NANOMETERS, ROWS, neon
from tests.raster.rasters import PLACE

pytest.importorskip("h5py")


def test_values_bands_and_place(tmp_path: Path) -> None:
    path, values = neon(tmp_path / "NEON_D17_SJER_DP3_257000_4112000_reflectance.h5")

    cube = open_cube(path)

    assert list(cube.band_numbers) == [1, 2, 3, 5]
    np.testing.assert_array_equal(cube.wavelengths, NANOMETERS[[0, 1, 2, 4]])
    expected = values[..., [0, 1, 2, 4]] / 1e4
    expected[1, 1] = 0
    np.testing.assert_allclose(cube.read_rows(0, ROWS), expected, rtol=1e-6)
    assert cube.valid.sum() == ROWS * COLUMNS - 1
    assert cube.georeference.geotransform == PLACE and "UTM zone 33N" in cube.georeference.crs
    assert [(band.number, band.reason) for band in cube.dropped] == [(4, "water vapor, by the file")]
    assert "SJER" in cube.product.sensor


def test_a_layer_of_it_is_the_product_and_others_are_not(tmp_path: Path) -> None:
    path, _ = neon(tmp_path / "a.h5")
    assert open_cube(f'HDF5:"{path}"://SJER/Reflectance/Reflectance_Data').bands == 4


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rotation": ", rotation=12.5"}, r"is turned on its map \(rotation=12.5\)"),
        ({"info": "UTM, 1"}, "does not say where"),
    ],
)
def test_a_place_that_is_not_understood_is_told(tmp_path: Path, given, sentence) -> None:
    path, _ = neon(tmp_path / "a.h5", **given)
    with pytest.raises(RasterError, match=sentence):
        open_cube(path)
