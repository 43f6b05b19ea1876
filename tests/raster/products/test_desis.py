"""DESIS: gain and offset of each band from the header or the XML, marks from the layer of quality."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.reader import open_cube
from tests.raster.products.made import COLUMNS, DESIS_STEM, NANOMETERS, ROWS, Log, desis
from tests.raster.rasters import PLACE


@pytest.mark.parametrize("source", ["header", "metadata"])
@pytest.mark.parametrize("given", ["SPECTRAL_IMAGE.tif", "SPECTRAL_IMAGE.hdr", "METADATA.xml"])
def test_values_bands_and_place(tmp_path: Path, source: str, given: str) -> None:
    if source == "metadata" and given.endswith("hdr"):
        pytest.skip("there is no header")
    _, values = desis(tmp_path, header=source == "header")

    cube = open_cube(f"{tmp_path}/{DESIS_STEM}-{given}")

    np.testing.assert_array_equal(cube.wavelengths, NANOMETERS)
    np.testing.assert_allclose(cube.fwhm, NANOMETERS / 60)
    expected = values * (1e-4 * np.arange(1, 6)) + 0.01 * np.arange(5)
    expected[3, 3] = 0
    np.testing.assert_allclose(cube.read_rows(0, ROWS), expected, rtol=1e-5, atol=1e-7)
    assert cube.valid.sum() == ROWS * COLUMNS - 1 and cube.georeference.geotransform == PLACE


def test_marks_over_land_and_water(tmp_path: Path) -> None:
    """Bands of the layer: shadow, land, snow, haze over land and water, cloud over land and water, water, two more."""
    quality = np.zeros((ROWS, COLUMNS, 10))
    quality[0, 0, 0] = quality[0, 9, 3] = quality[11, 0, 4] = quality[6, 5, 5] = quality[11, 9, 6] = 1
    quality[9, 1, 2] = quality[:, :, 1] = quality[:, :, 8] = 1
    image, _ = desis(tmp_path, quality=quality)

    cube = open_cube(image)

    assert cube.masked == {"shadow": 1, "haze": 2, "cloud": 25 + 9}
    assert cube.valid[9, 1] and not cube.valid[9, 8]


def test_other_levels_and_missing_parts_are_told(tmp_path: Path) -> None:
    image, _ = desis(tmp_path, stem=DESIS_STEM.replace("L2A", "L1B"))
    with pytest.raises(RasterError, match="of the processing level L1B, of DESIS L2A and L1C are read"):
        open_cube(image)

    image, _ = desis(tmp_path, header=False, metadata=False)
    log = Log()
    assert open_cube(image, run=log.run()).wavelengths is None
    assert any("without its header" in warning for warning in log.warnings)

    image, _ = desis(tmp_path)
    Path(image).unlink()
    with pytest.raises(RasterError, match="describes a DESIS image that does not lie beside it"):
        open_cube(f"{tmp_path}/{DESIS_STEM}-METADATA.xml")
