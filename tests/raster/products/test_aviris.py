"""AVIRIS-3: bands first, on a map grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.reader import open_cube
from tests.raster.products.made import COLUMNS, NANOMETERS, ROWS, Log, aviris
from tests.raster.rasters import PLACE

pytest.importorskip("netCDF4")


@pytest.mark.parametrize("geotransform", [True, False])
def test_values_bands_and_place(tmp_path: Path, geotransform: bool) -> None:
    """The place by the grid mapping, else by the coordinates of the pixels' centers."""
    path, values = aviris(tmp_path / "AV320230915t000000_RFL_ORT.nc", geotransform=geotransform)
    log = Log()

    cube = open_cube(path, run=log.run())

    assert list(cube.band_numbers) == [1, 2, 3, 5]
    np.testing.assert_allclose(cube.wavelengths, NANOMETERS[[0, 1, 2, 4]])
    np.testing.assert_allclose(cube.fwhm, NANOMETERS[[0, 1, 2, 4]] / 60, rtol=1e-6)
    expected = values[..., [0, 1, 2, 4]].copy()
    expected[0, :3] = 0
    np.testing.assert_array_equal(cube.read_rows(0, ROWS), expected)
    assert cube.valid.sum() == ROWS * COLUMNS - 3
    np.testing.assert_allclose(cube.georeference.geotransform, PLACE)
    assert "UTM zone 33N" in cube.georeference.crs
    assert [(band.number, band.reason) for band in cube.dropped] == [(4, "constant")]
    assert "AVIRIS-3 L2A" in log and cube.product.sensor == "AVIRIS-3"


def test_without_a_crs_it_is_refused(tmp_path: Path) -> None:
    path, _ = aviris(tmp_path / "a.nc", mapping=False)
    with pytest.raises(RasterError, match="does not say in which CRS it lies"):
        open_cube(path)
