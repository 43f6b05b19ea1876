"""PRISMA L2D: both detectors joined, whichever axis holds the rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.reader import open_cube, read_band_table
from tests.raster.products.made import COLUMNS, PRISMA_UL, ROWS, Log, prisma

pytest.importorskip("h5py")

# VNIR: 1 is not there, 2 to 5 are 400, 700, 950, 990 nm; SWIR: 6 to 9 are 920, 1000, 1400, 2450 nm.
USED = [2, 3, 6, 7, 8, 9]


@pytest.mark.parametrize("across", [False, True])
def test_both_detectors_make_one_cube(tmp_path: Path, across: bool) -> None:
    path, vnir, swir = prisma(tmp_path / "PRS_L2D_STD.he5", across=across)
    log = Log()

    cube = open_cube(path, run=log.run())

    assert list(cube.band_numbers) == USED
    np.testing.assert_allclose(cube.wavelengths, [400, 700, 920, 1000, 1400, 2450])
    np.testing.assert_allclose(cube.fwhm, cube.wavelengths / 100)
    expected = np.concatenate([vnir[..., [3, 2]] * 0.8 / 65535, 0.1 + swir[..., ::-1] * 0.5 / 65535], axis=2)
    expected[2, 3] = 0
    np.testing.assert_allclose(cube.read_rows(0, ROWS), expected, rtol=2e-6)
    np.testing.assert_allclose(cube.read_rows(4, 9), expected[4:9], rtol=2e-6)
    assert cube.valid.sum() == ROWS * COLUMNS - 1 and cube.masked == {"nodata": 1, "bad": 0, "saturated": 0}
    left, top = PRISMA_UL
    np.testing.assert_allclose(cube.georeference.geotransform, (left - 15, 30, 0, top + 15, 0, -30))
    assert "UTM zone 33N" in cube.georeference.crs
    assert {band.number: band.reason for band in cube.dropped} == {
        1: "not measured",
        4: "measured by both detectors",
        5: "measured by both detectors",
    }
    assert "PRISMA L2D: surface reflectance" in log and "no mask of clouds" in log


def test_a_value_of_zero_in_one_band_is_a_value(tmp_path: Path) -> None:
    path, vnir, _ = prisma(tmp_path / "a.he5")
    assert vnir[5, 5, 1] == 0 and open_cube(path, bands=[3, 4, 6]).valid[5, 5]


def test_rows_from_the_south(tmp_path: Path) -> None:
    path, *_ = prisma(tmp_path / "a.he5", from_south=True)
    left, top = PRISMA_UL
    place = open_cube(path).georeference.geotransform
    np.testing.assert_allclose(place, (left - 15, 30, 0, top - 30 * (ROWS - 1) - 15, 0, 30))


def test_marked_values_take_their_pixels(tmp_path: Path) -> None:
    """Of bands in use; a band that is marked nearly throughout goes instead of the pixels; negative stays."""
    codes = np.zeros((ROWS, COLUMNS, 5), np.uint8)
    codes[1, 1, 3], codes[7, 7, 2], codes[8, 8, 2] = 1, 3, 4
    codes[9, 9, 2] = 2
    codes[4, 4, 0] = 1  # in a band that is measured twice, and not used
    path, *_ = prisma(tmp_path / "a.he5", errors=codes)

    cube = open_cube(path)

    assert cube.masked == {"nodata": 1, "bad": 1, "saturated": 2}
    assert not cube.valid[1, 1] and not cube.valid[7, 7] and not cube.valid[8, 8]
    assert cube.valid[9, 9] and cube.valid[4, 4]
    assert open_cube(path, allow=["saturated"]).masked == {"nodata": 1, "bad": 1}

    codes[:, :, 3] = 1
    often = open_cube(prisma(tmp_path / "b.he5", errors=codes)[0])
    assert often.masked == {"nodata": 1, "bad": 0, "saturated": 2}
    assert {band.number: band.reason for band in often.dropped}[2] == "marked in more than 5% of the pixels"


def test_a_subdataset_of_it_is_the_product(tmp_path: Path) -> None:
    """As QGIS names what it shows of the file; any other array is not."""
    path, *_ = prisma(tmp_path / "a.he5")
    name = f'HDF5:"{path}"://HDFEOS/SWATHS/PRS_L2D_HCO/Data_Fields/'
    for detector in ("VNIR", "SWIR"):
        assert len(open_cube(f"{name}{detector}_Cube").band_numbers) == 6
    with pytest.raises(RasterError, match="cannot be told"):
        open_cube(f"{name}VNIR_PIXEL_L2_ERR_MATRIX")


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        (["Geolocation Fields/Latitude"], "has no geolocation"),
        (["Data Fields/SWIR_Cube"], "has no HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields/SWIR_Cube"),
        (["L2ScaleSwirMax"], "has no L2ScaleSwirMax: it is not a whole product"),
    ],
)
def test_a_missing_part_is_told(tmp_path: Path, without, sentence) -> None:
    path, *_ = prisma(tmp_path / "a.he5", without=without)
    with pytest.raises(RasterError, match=sentence):
        open_cube(path)


def test_without_error_matrices_it_says_so(tmp_path: Path) -> None:
    path, *_ = prisma(tmp_path / "a.he5", without=["Data Fields/VNIR_PIXEL_L2_ERR_MATRIX"])
    log = Log()
    assert open_cube(path, run=log.run()).masked == {"nodata": 1}
    assert "saturated and bad values are not left out" in log


def test_other_levels_cut_files_and_twisted_lists_are_refused(tmp_path: Path) -> None:
    path, *_ = prisma(tmp_path / "a.he5", level="L2C")
    with pytest.raises(RasterError, match="of the processing level L2C, of PRISMA L2D is read"):
        open_cube(path)

    path, *_ = prisma(tmp_path / "b.he5", vnir=[3000.0, 950.0, 700.0, 400.0])
    with pytest.raises(RasterError, match="two overlapping wavelength grids"):
        open_cube(path)

    whole = Path(path).read_bytes()
    for size in (len(whole) // 2, 100):
        (tmp_path / "cut.he5").write_bytes(whole[:size])
        with pytest.raises(
            RasterError,
            match=r"cut.he5 is cut short: it promises|cut.he5 cannot be opened, it may be damaged",
        ) as told:
            open_cube(str(tmp_path / "cut.he5"))
        assert "\n" not in str(told.value)


def test_bands_are_known_without_a_pass(tmp_path: Path) -> None:
    table = read_band_table(prisma(tmp_path / "a.he5")[0])
    assert list(table.numbers) == USED and len(table.names) == 9
