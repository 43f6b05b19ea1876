"""Every bad input ends with one clear sentence that names it."""

from __future__ import annotations

import gzip
import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Type

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.core.cube import Block
from qgis_hsi_anomaly.core.errors import DataError, HsiAnomalyError, ParameterError, RasterError
from qgis_hsi_anomaly.raster.reader import open_cube, read_map, read_truth
from tests.raster.rasters import LAYOUTS, spectra, write_raster


def refused(error: Type[HsiAnomalyError], path: str, *words: str, **options) -> str:
    """Open, walk over all rows, and return the one sentence it is refused with."""
    with pytest.raises(error) as caught:
        for block in open_cube(path, **options).blocks():
            assert isinstance(block, Block)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith((".", '"')) or "example" in sentence
    for word in (*words, os.path.basename(path)):
        assert re.search(re.escape(word), sentence), sentence
    return sentence


@pytest.fixture(params=[False, True], ids=["silent", "exceptions"])
def gdal_mode(request):
    """GDAL with and without exceptions: which of the two QGIS or a script chose must not matter."""
    before = gdal.GetUseExceptions()
    gdal.UseExceptions() if request.param else gdal.DontUseExceptions()
    yield request.param
    assert bool(gdal.GetUseExceptions()) == request.param
    gdal.UseExceptions() if before else gdal.DontUseExceptions()


pytestmark = pytest.mark.usefixtures("gdal_mode")


def test_a_missing_file(tmp_path: Path) -> None:
    refused(RasterError, str(tmp_path / "missing.tif"), "does not exist")
    refused(RasterError, str(tmp_path / "missing.hdr"), "does not exist")


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name(name: str) -> None:
    with pytest.raises(RasterError, match="empty"):
        open_cube(name)


def test_a_file_that_is_no_raster(tmp_path: Path) -> None:
    path = tmp_path / "notes.tif"
    path.write_text("not a raster")

    refused(RasterError, str(path), "cannot be opened as a raster")


def test_a_folder(tmp_path: Path) -> None:
    refused(RasterError, str(tmp_path), "cannot be opened as a raster")


def test_one_band(tmp_path: Path) -> None:
    refused(DataError, write_raster(tmp_path / "one.tif", spectra(bands=1)), "1 band", "at least 2")


def test_a_header_without_data(tmp_path: Path) -> None:
    path = Path(write_raster(tmp_path / "cube.bsq", spectra(), "ENVI"))
    path.unlink()
    (tmp_path / "cube.tif").write_text("not the data of this header")

    refused(RasterError, str(tmp_path / "cube.hdr"), "header without its data")


def test_data_without_a_header(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "cube.bsq", spectra(), "ENVI")
    (tmp_path / "cube.hdr").unlink()

    refused(RasterError, path, "cannot be opened as a raster")


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("share", [0.999, 0.5])
def test_a_file_cut_short(tmp_path: Path, name: str, share: float) -> None:
    driver, file, options = LAYOUTS[name]
    path = write_raster(tmp_path / file, spectra(), driver, options)
    with open(path, "r+b") as stream:
        stream.truncate(int(os.path.getsize(path) * share))
    if name == "erdas" and share > 0.9:
        pytest.skip("what is cut off holds no pixels")

    refused(RasterError, path)


def test_a_gzipped_file_cut_short(tmp_path: Path) -> None:
    path = Path(write_raster(tmp_path / "cube.bsq", spectra(), "ENVI"))
    packed = gzip.compress(path.read_bytes())
    header = tmp_path / "cube.hdr"
    header.write_text(header.read_text() + "file compression = 1\n")
    for length in (len(packed) - 1, len(packed) // 2, 100):
        path.write_bytes(packed[:length])
        (tmp_path / "cube.bsq.properties").unlink(missing_ok=True)
        refused(RasterError, str(path))


def test_a_whole_gzip_file_of_too_little_data(tmp_path: Path) -> None:
    path = Path(write_raster(tmp_path / "cube.bsq", spectra(), "ENVI"))
    path.write_bytes(gzip.compress(path.read_bytes()[:-10]))
    header = tmp_path / "cube.hdr"
    header.write_text(header.read_text() + "file compression = 1\n")

    refused(RasterError, str(path), "cut short", "10730", "10720")


def test_a_header_that_promises_more_than_the_file_holds(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "cube.bsq", spectra(), "ENVI")
    header = tmp_path / "cube.hdr"
    header.write_text(header.read_text().replace("header offset = 0", "header offset = 7"))

    refused(RasterError, path, "cut short", "10737", "10730")


def test_all_nodata(tmp_path: Path) -> None:
    array = np.full((5, 4, 3), -9999, dtype="float32")

    refused(DataError, write_raster(tmp_path / "empty.tif", array, nodata=-9999), "nodata throughout: 1-3")


def test_all_bands_constant(tmp_path: Path) -> None:
    refused(DataError, write_raster(tmp_path / "flat.tif", np.ones((5, 4, 3), "int16")), "constant: 1-3")


@pytest.mark.parametrize("left", [0, 1])
def test_fewer_than_two_valid_pixels(tmp_path: Path, left: int) -> None:
    array = spectra(bands=4, dtype="float32")
    array[:20, :, 0] = np.nan
    array[20:, :, 2] = np.nan
    array[0, 0, 0] = 5 if left else np.nan

    path = write_raster(tmp_path / "gaps.tif", array)
    sentence = refused(DataError, path, f"{left} pixels", "at least 2", "BANDS")
    assert "band 1 has the fewest" in sentence


@pytest.mark.parametrize("bands", [[0, 1, 2], [1, 2, 6], [-1, 1, 2]])
def test_a_band_number_out_of_range(tmp_path: Path, bands) -> None:
    path = write_raster(tmp_path / "cube.tif", spectra())

    refused(ParameterError, path, "BANDS", "1 to 5", bands=bands)


@pytest.mark.parametrize("bands", [[], [3], [3, 3]])
def test_fewer_than_two_bands_asked_for(tmp_path: Path, bands) -> None:
    refused(DataError, write_raster(tmp_path / "cube.tif", spectra()), "2 bands", bands=bands)


def test_a_band_a_model_needs_that_is_empty(tmp_path: Path) -> None:
    array = spectra(dtype="float32")
    array[:, :, 3] = np.nan
    path = write_raster(tmp_path / "cube.tif", array)

    refused(DataError, path, "band 4 has the fewest", drop=False)


def test_a_container_of_several_rasters(tmp_path: Path) -> None:
    path = str(tmp_path / "two.gpkg")
    for table in ("first", "second"):
        source = gdal.GetDriverByName("MEM").Create("", 4, 4, 1)
        source.SetGeoTransform((0, 1, 0, 0, 0, -1))
        options = [f"RASTER_TABLE={table}", "APPEND_SUBDATASET=YES"]
        gdal.GetDriverByName("GPKG").CreateCopy(path, source, options=options)

    refused(RasterError, path, "several rasters", f"GPKG:{path}:first")


def test_a_vector_file(tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')

    refused(RasterError, str(path), "cannot be opened as a raster")


def test_complex_numbers(tmp_path: Path) -> None:
    path = str(tmp_path / "complex.tif")
    gdal.GetDriverByName("GTiff").Create(path, 3, 3, 2, gdal.GDT_CFloat32).FlushCache()

    refused(RasterError, path, "CFloat32", "real numbers")


def test_truth_of_another_size_or_with_one_class(tmp_path: Path) -> None:
    truth = np.zeros((4, 3, 1), dtype="uint8")
    path = write_raster(tmp_path / "truth.tif", truth)
    with pytest.raises(DataError, match=r"truth.tif has one class"):
        read_truth(path, (4, 3))
    with pytest.raises(DataError, match=r"4 rows and 3 columns, the score layer 3 and 4"):
        read_truth(path, (3, 4))
    with pytest.raises(DataError, match="one class"):
        read_truth(write_raster(tmp_path / "ones.tif", truth + 1), (4, 3))
    with pytest.raises(RasterError, match="does not exist"):
        read_truth(str(tmp_path / "none.tif"), (4, 3))


def test_truth_marks_what_is_not_zero(tmp_path: Path) -> None:
    truth = np.zeros((4, 3, 1), dtype="uint8")
    truth[1, 2], truth[2, 0] = 1, 255
    expected = truth[:, :, 0] > 0
    np.testing.assert_array_equal(read_truth(write_raster(tmp_path / "t.tif", truth), (4, 3)), expected)
    declared = write_raster(tmp_path / "nodata.tif", truth, nodata=0)
    np.testing.assert_array_equal(read_truth(declared, (4, 3)), expected)


def test_a_score_layer_has_nan_where_nodata(tmp_path: Path) -> None:
    array = spectra(bands=1, dtype="float32")
    array[2, 3] = -9999
    scores, place = read_map(write_raster(tmp_path / "scores.tif", array, nodata=-9999))

    assert np.isnan(scores[2, 3])
    assert np.isnan(scores).sum() == 1
    assert (place.rows, place.columns) == (37, 29)


def test_a_file_that_breaks_while_it_is_read(tmp_path: Path) -> None:
    # The first strip is sound, so that opening succeeds; a later one points nowhere.
    options = ["COMPRESS=DEFLATE", "BLOCKYSIZE=1"]
    path = write_raster(tmp_path / "cube.tif", spectra(rows=200), options=options)
    raw = bytearray(Path(path).read_bytes())
    count = raw.count(b"\x78\xda") or raw.count(b"\x78\x9c")
    assert count
    place = raw.rfind(b"\x78\xda") if b"\x78\xda" in raw else raw.rfind(b"\x78\x9c")
    raw[place : place + 4] = struct.pack("<I", 0)
    Path(path).write_bytes(raw)

    refused(RasterError, path, "cannot be read at rows", "damaged or cut short")


def test_nothing_is_printed_and_gdals_state_is_left_alone(tmp_path: Path) -> None:
    program = f"""
import sys
sys.path.insert(0, {os.getcwd()!r})
from osgeo import gdal
from qgis_hsi_anomaly.raster.reader import open_cube
from qgis_hsi_anomaly.core.errors import RasterError
before = gdal.GetUseExceptions(), gdal.GetCacheMax()
try:
    open_cube({str(tmp_path / "missing.tif")!r})
except RasterError:
    pass
assert (gdal.GetUseExceptions(), gdal.GetCacheMax()) == before
"""
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr == ""


def test_a_message_of_gdal_in_latin_1_is_told(tmp_path: Path) -> None:
    """GDAL quotes what is wrong in the file."""
    path = tmp_path / "cube.vrt"
    path.write_bytes(
        '<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand \u00e9></VRTDataset>'.encode("latin-1")
    )
    with pytest.raises(RasterError, match=r"cube.vrt cannot be opened as a raster: .*\u00e9"):
        open_cube(str(path))


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux")
def test_a_file_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/cube\xe9.tif"
    Path(os.fsdecode(path)).write_bytes(b"")
    with pytest.raises(RasterError, match=r"cube\?.tif cannot be opened: its name is not UTF-8"):
        open_cube(os.fsdecode(path))
