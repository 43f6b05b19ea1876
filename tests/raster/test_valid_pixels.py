"""Which pixels are valid, which bands are used, and what the user is told about the rest."""

from __future__ import annotations

from pathlib import Path
from typing import List, Tuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osgeo import gdal

from qgis_hsi_anomaly.core.errors import Cancelled
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.raster_cube import RasterCube
from qgis_hsi_anomaly.raster.reader import open_cube
from qgis_hsi_anomaly.raster.rows import RasterRows
from tests.raster.rasters import edit, spectra, write_raster


def dropped(cube: RasterCube) -> List[Tuple[int, str]]:
    return [(band.number, band.reason) for band in cube.dropped]


def test_a_pixel_is_valid_where_every_used_band_is_finite_and_not_nodata(tmp_path: Path) -> None:
    array = spectra(dtype="float32")
    array[3, 4, 0], array[5, 6, 2], array[7, 8, 4], array[9, 9, 1] = np.nan, np.inf, -9999, -np.inf
    cube = open_cube(write_raster(tmp_path / "cube.tif", array, nodata=-9999))

    expected = np.ones((37, 29), dtype=bool)
    expected[[3, 5, 7, 9], [4, 6, 8, 9]] = False
    np.testing.assert_array_equal(cube.valid, expected)
    assert (cube.read_rows(0, 37)[~expected] == 0).all()
    np.testing.assert_array_equal(cube.read_rows(0, 37)[expected], array[expected])


def test_what_float32_cannot_hold_is_not_valid(tmp_path: Path) -> None:
    array = spectra(dtype="float64")
    array[3, 4, 0], array[5, 6, 2], array[7, 8, 4] = 1e300, -1.7e308, 3e38
    cube = open_cube(write_raster(tmp_path / "cube.tif", array))

    assert sorted(zip(*np.nonzero(~cube.valid))) == [(3, 4), (5, 6)]
    assert np.isfinite(cube.read_rows(0, 37)).all()


def test_every_band_has_its_own_nodata_value(tmp_path: Path) -> None:
    array = spectra()
    array[1, 1], array[2, 2] = 7, 9
    plain = write_raster(tmp_path / "cube.tif", array)
    path = str(tmp_path / "cube.vrt")
    gdal.Translate(path, plain, format="VRT")
    dataset = edit(path)
    dataset.GetRasterBand(1).SetNoDataValue(7)
    dataset.GetRasterBand(2).SetNoDataValue(9)
    del dataset
    cube = open_cube(path)

    np.testing.assert_array_equal(cube.valid, (array[:, :, 0] != 7) & (array[:, :, 1] != 9))


@pytest.mark.parametrize(("dtype", "nodata"), [("uint8", -32768), ("int16", 1e20)])
def test_a_nodata_value_the_type_cannot_hold_marks_nothing(tmp_path: Path, dtype: str, nodata: float) -> None:
    # GDAL clamps such a value when it is set in Create, so it is put into the file by a VRT.
    plain = write_raster(tmp_path / "cube.tif", spectra(dtype=dtype))
    path = str(tmp_path / "cube.vrt")
    gdal.Translate(path, plain, format="VRT", noData=nodata)

    assert open_cube(path).valid.all()


def test_a_huge_nodata_value_rounded_in_the_file_is_still_found(tmp_path: Path) -> None:
    array = spectra(dtype="float32")
    array[0, 0] = np.finfo(np.float32).min
    cube = open_cube(write_raster(tmp_path / "cube.tif", array, nodata=-3.4e38))

    assert not cube.valid[0, 0]
    assert cube.valid_pixels == 37 * 29 - 1


def test_an_int32_nodata_value_is_compared_before_rounding(tmp_path: Path) -> None:
    array = spectra(dtype="int32") + 2**24
    array[0, 0], array[1, 1] = 2**24 + 1001, 2**24 + 1000
    cube = open_cube(write_raster(tmp_path / "cube.tif", array.astype("int32"), nodata=2**24 + 1001))

    assert not cube.valid[0, 0]
    assert cube.valid[1, 1]


def test_bands_that_carry_nothing_are_dropped_and_named(tmp_path: Path) -> None:
    array = spectra(bands=8, dtype="float32")
    array[:, :, 1] = -9999
    array[:, :, 3] = 12
    array[:10, :, 3] = -9999  # constant, with gaps of its own that must not cost pixels
    array[:, :, 5] = np.nan
    array[:, :, 6] = 0
    array[4, 4, 2] = -9999
    messages: List[str] = []
    run = Run(on_message=messages.append)
    path = write_raster(tmp_path / "cube.tif", array, nodata=-9999)
    dataset = edit(path)
    dataset.GetRasterBand(8).SetMetadataItem("bbl", "0")
    del dataset
    cube = open_cube(path, run=run)

    assert dropped(cube) == [
        (2, "nodata throughout"),
        (4, "constant"),
        (6, "nodata throughout"),
        (7, "constant"),
        (8, "marked bad"),
    ]
    assert list(cube.band_numbers) == [1, 3, 5]
    assert cube.valid_pixels == 37 * 29 - 1
    assert messages == ["Bands not used, 5 of 8: nodata throughout: 2,6; constant: 4,7; marked bad: 8."]
    assert run.metrics["dropped_bands"]["7"] == "constant"


def test_bands_not_asked_for_are_not_called_dropped(tmp_path: Path) -> None:
    array = spectra()
    array[:, :, 2] = 5
    cube = open_cube(write_raster(tmp_path / "cube.tif", array), bands=[1, 3, 5])

    assert dropped(cube) == [(3, "constant")]


def test_a_model_gets_every_band_it_asks_for(tmp_path: Path) -> None:
    array = spectra()
    array[:, :, 2] = 5
    array[0, 0, 2] = -1
    path = write_raster(tmp_path / "cube.tif", array, nodata=-1)
    cube = open_cube(path, bands=[1, 3, 5], drop=False)

    assert cube.bands == 3
    assert not cube.valid[0, 0]


@given(data=st.data(), budget=st.sampled_from([1, 2000, 10**8]))
@settings(max_examples=40, deadline=None)
def test_the_mask_is_what_the_definition_says_whatever_the_budget(data, budget: int) -> None:
    """Against the definition written down directly, on small rasters full of gaps."""
    seed = data.draw(st.integers(0, 10**6))
    rng = np.random.default_rng(seed)
    array = rng.integers(1, 4, (12, 5, 6)).astype("float32")
    array[rng.random(array.shape) < data.draw(st.sampled_from([0, 0.02, 0.1]))] = np.nan
    for band in np.flatnonzero(rng.random(6) < 0.3):
        array[:, :, band] = np.where(np.isnan(array[:, :, band]), np.nan, 7)
    for band in np.flatnonzero(rng.random(6) < 0.15):
        array[:, :, band] = np.nan
    used = [band for band in range(6) if len(np.unique(array[:, :, band][~np.isnan(array[:, :, band])])) > 1]
    expected = np.isfinite(array[:, :, used]).all(axis=2)
    if len(used) < 2 or expected.sum() < 2:
        return
    path = write_raster(Path(f"/vsimem/{seed}-{budget}.tif"), array, options=["INTERLEAVE=BAND"])
    cube = open_cube(path, memory_budget=budget)

    assert [number - 1 for number in cube.band_numbers] == used
    np.testing.assert_array_equal(cube.valid, expected)
    gdal.Unlink(path)


def test_the_files_own_mask_counts(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "cube.tif", spectra())
    dataset = edit(path)
    dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
    shown = np.full((37, 29), 255, dtype=np.uint8)
    shown[10:20, 3] = 0
    dataset.GetRasterBand(1).GetMaskBand().WriteRaster(0, 0, 29, 37, shown.tobytes())
    del dataset

    np.testing.assert_array_equal(open_cube(path).valid, shown > 0)


def test_an_alpha_band_is_a_mask_and_no_image(tmp_path: Path) -> None:
    array = spectra(bands=4, dtype="uint8")
    array[:, :, 3] = 255
    array[:5, :, 3] = 0
    path = write_raster(tmp_path / "cube.tif", array, options=["ALPHA=YES", "PHOTOMETRIC=RGB"])
    cube = open_cube(path)

    assert dropped(cube) == [(4, "a mask")]
    np.testing.assert_array_equal(cube.valid, array[:, :, 3] > 0)


def test_a_mask_of_one_band_counts_for_it(tmp_path: Path) -> None:
    plain = write_raster(tmp_path / "plain.tif", spectra(bands=2, dtype="uint8"))
    shown = np.full((37, 29, 1), 255, dtype=np.uint8)
    shown[2, 2] = 0
    mask = write_raster(tmp_path / "mask.tif", shown)
    source = "<SimpleSource><SourceFilename>{}</SourceFilename><SourceBand>{}</SourceBand></SimpleSource>"
    path = tmp_path / "cube.vrt"
    path.write_text(
        '<VRTDataset rasterXSize="29" rasterYSize="37">'
        f'<VRTRasterBand dataType="Byte" band="1">{source.format(plain, 1)}</VRTRasterBand>'
        f'<VRTRasterBand dataType="Byte" band="2">{source.format(plain, 2)}'
        f'<MaskBand><VRTRasterBand dataType="Byte">{source.format(mask, 1)}</VRTRasterBand></MaskBand>'
        "</VRTRasterBand></VRTDataset>"
    )

    np.testing.assert_array_equal(open_cube(str(path)).valid, shown[:, :, 0] > 0)


def test_one_pass_over_the_file_is_enough_and_less_where_nothing_can_be_invalid(
    tmp_path, monkeypatch
) -> None:
    read_rows = []
    read = RasterRows.read

    def recorded(self, start, stop, chosen=None):
        read_rows.append(stop - start)
        return read(self, start, stop, chosen)

    monkeypatch.setattr(RasterRows, "read", recorded)
    open_cube(write_raster(tmp_path / "gaps.tif", spectra(), nodata=-1), memory_budget=5000)
    assert sum(read_rows) == 37
    read_rows.clear()
    open_cube(write_raster(tmp_path / "plain.tif", spectra()), memory_budget=5000)
    assert sum(read_rows) < 10


def test_the_scan_reports_and_can_be_stopped(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "cube.tif", spectra(), nodata=-1)
    shares: List[float] = []
    open_cube(path, memory_budget=5000, run=Run(on_fraction=shares.append))
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert shares[-1] == 1

    with pytest.raises(Cancelled):
        open_cube(path, run=Run(is_cancelled=lambda: True))
