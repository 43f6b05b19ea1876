"""A file that changes while it is read is refused, never mixed; values that float32 cannot hold are no measurements."""

import os
import time

import numpy as np
import pytest

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.dataset import choose_error_mode
from qgis_hsi_anomaly.raster.reader import open_cube, read_map
from tests.raster.rasters import edit, spectra, write_raster

RX = make_detector("rx", {})


def cut_short(path):
    with open(path, "r+b") as stream:
        stream.truncate(os.path.getsize(path) // 3)


def replace(path):
    noise = os.urandom(os.path.getsize(path))
    with open(path, "wb") as stream:
        stream.write(noise)


def replace_by_rename(path):
    with open(f"{path}.new", "wb") as stream:
        stream.write(os.urandom(os.path.getsize(path)))
    os.replace(f"{path}.new", path)


@pytest.mark.parametrize("change", [cut_short, replace, replace_by_rename])
@pytest.mark.parametrize(
    ("driver", "name", "options"),
    [("ENVI", "c.bil", ["INTERLEAVE=BIL"]), ("ENVI", "c.bsq", ["INTERLEAVE=BSQ"]), ("GTiff", "c.tif", [])],
)
def test_an_input_that_changes_during_the_run_is_refused(tmp_path, change, driver, name, options):
    path = write_raster(tmp_path / name, spectra(dtype="float32"), driver, options)
    time.sleep(0.01)

    def hear(text):
        if text.startswith("Memory needed"):
            change(path)

    with pytest.raises(RasterError, match=r"changed|cannot be read"):
        workflow.detect(RX, path, f"{tmp_path}/scores.tif", run=Run(on_message=hear))
    assert not (tmp_path / "scores.tif").exists()


def test_statistics_that_somebody_saves_meanwhile_do_not_matter(tmp_path):
    """QGIS writes them beside a layer it shows."""
    path = write_raster(tmp_path / "cube.tif", spectra(dtype="float32"))
    cube = open_cube(path)
    (tmp_path / "cube.tif.aux.xml").write_text("<PAMDataset/>")

    assert cube.read_rows(0, cube.rows).shape[0] == cube.rows


@pytest.mark.parametrize("nodata", ["inf", "-inf", "1e400", "nan"])
def test_a_nodata_value_that_integers_cannot_hold_marks_nothing(tmp_path, nodata):
    path = write_raster(tmp_path / "cube.bsq", spectra(), "ENVI")
    with open(tmp_path / "cube.hdr", "a") as header:
        header.write(f"data ignore value = {nodata}\n")

    assert open_cube(path).valid.all()


def with_header_offset(path, text):
    header = path.with_suffix(".hdr")
    lines = [line for line in header.read_text().splitlines() if not line.startswith("header offset")]
    header.write_text("\n".join([*lines, f"header offset = {text}"]))


@pytest.mark.parametrize("text", ["0.0", "{0}", "0", " 0"])
def test_a_header_offset_may_be_written_in_many_ways(tmp_path, text):
    path = write_raster(tmp_path / "cube.bsq", spectra(), "ENVI")
    with_header_offset(tmp_path / "cube.bsq", text)

    assert open_cube(path).valid.all()


@pytest.mark.parametrize("text", ["1e3", "abc", "{8}", "1.5"])
def test_a_header_offset_that_gdal_misreads_is_refused(tmp_path, text):
    path = write_raster(tmp_path / "cube.bsq", spectra(), "ENVI")
    with_header_offset(tmp_path / "cube.bsq", text)

    with pytest.raises(RasterError, match=r"header offset .* is not a whole number"):
        open_cube(path)


@pytest.mark.parametrize("dtype", ["int16", "int32", "float32", "float64"])
@pytest.mark.parametrize(
    ("scale", "offset"), [(1e37, 0.0), (1e39, 0.0), (1.0, 1e39), (-1e37, 3e38), (1e-40, 0.0)]
)
def test_values_beyond_single_precision_are_not_valid(tmp_path, dtype, scale, offset):
    array = spectra(dtype=dtype)
    path = write_raster(tmp_path / "cube.tif", array)
    dataset = edit(path)
    dataset.GetRasterBand(2).SetScale(scale)
    dataset.GetRasterBand(2).SetOffset(offset)
    del dataset
    truth = array[..., 1].astype(np.longdouble) * scale + offset
    possible = np.abs(truth) < 3.4e38

    with np.errstate(all="raise", under="ignore"):
        if not possible.any():
            assert {band.number: band.reason for band in open_cube(path).dropped} == {2: "nodata throughout"}
            return
        cube = open_cube(path, drop=False)
        pixels = cube.read_rows(0, cube.rows)
    assert (cube.valid == possible).all()
    assert np.isfinite(pixels).all()
    np.testing.assert_allclose(
        pixels[possible, 1], truth[possible].astype("f8"), rtol=1e-6, atol=1e-44 + 1e-7 * offset
    )


def test_score_layers_beyond_single_precision_have_gaps(tmp_path):
    path = write_raster(tmp_path / "scores.tif", spectra(bands=1, dtype="float64"))
    dataset = edit(path)
    dataset.GetRasterBand(1).SetScale(1e37)
    del dataset

    values, _ = read_map(path)
    assert np.isnan(values).any() and np.isfinite(values).any() and not np.isinf(values).any()


def warnings_of(path, **options):
    heard = []
    open_cube(path, run=Run(on_warning=heard.append), **options)
    return [text for text in heard if "7 digits" in text]


@pytest.mark.parametrize(
    ("dtype", "level", "blurred"),
    [("float64", 1e6, True), ("int32", 2**26, True), ("float64", 100.0, False), ("int32", 10**4, False)],
)
def test_values_that_single_precision_blurs_are_told(tmp_path, dtype, level, blurred):
    noise = np.random.default_rng(0).normal(0, 8, (30, 20, 4))
    path = write_raster(tmp_path / "cube.tif", (noise + level).astype(dtype))

    heard = warnings_of(path)

    assert bool(heard) == blurred
    assert not blurred or "bands 1-4" in heard[0]


def test_values_that_single_precision_holds_are_no_reason_to_warn(tmp_path):
    """Digital numbers about a pedestal in a wide type; and one band of several that is blurred."""
    array = np.random.default_rng(0).integers(10_000, 10_003, (30, 20, 3)).astype("float64")
    path = write_raster(tmp_path / "cube.tif", array)
    assert warnings_of(path) == []

    array[..., 1] += 1e7 + 1 / 3
    path = write_raster(tmp_path / "one.tif", array)
    assert "of band 2 of" in warnings_of(path)[0]


def test_an_offset_in_the_file_keeps_what_single_precision_would_blur(tmp_path):
    """What the warning advises: scale and offset are computed in the file's own precision."""
    noise = np.random.default_rng(0).normal(0, 1, (30, 20, 4))
    path = write_raster(tmp_path / "cube.tif", noise + 1e8)
    dataset = edit(path)
    for number in range(1, 5):
        dataset.GetRasterBand(number).SetOffset(-1e8)
    del dataset

    cube = open_cube(path)
    np.testing.assert_allclose(cube.read_rows(0, 30), noise, atol=1e-6)
    assert warnings_of(path) == []


@pytest.mark.parametrize("role", ["input", "background"])
def test_a_pipe_is_no_input(tmp_path, role):
    """Reading it would never end."""
    image = write_raster(tmp_path / "cube.tif", spectra(dtype="float32"))
    pipe = f"{tmp_path}/pipe.tif"
    os.mkfifo(pipe)
    given = {"input": pipe} if role == "input" else {"input": image, "background": pipe}

    with pytest.raises(RasterError, match="device or a pipe"):
        workflow.detect(RX, output=f"{tmp_path}/o.tif", **given)


@pytest.mark.parametrize("number", ["abc", "", "9" * 20, "-1", "7"])
def test_a_layer_that_is_not_there(tmp_path, number):
    image = write_raster(tmp_path / "cube.tif", spectra(dtype="float32"))
    (tmp_path / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')

    with pytest.raises(RasterError, match="no such layer"):
        workflow.detect(
            RX, image, f"{tmp_path}/o.tif", background=f"{tmp_path}/areas.geojson|layerid={number}"
        )


def test_an_output_whose_name_is_not_utf8(tmp_path):
    image = write_raster(tmp_path / "cube.tif", spectra(dtype="float32"))

    with pytest.raises(RasterError, match="its name is not UTF-8"):
        workflow.detect(RX, image, f"{tmp_path}/o\udce4.tif")


def test_gdal_prints_nothing_in_a_process_of_ours(tmp_path, capfd):
    from osgeo import gdal

    choose_error_mode()
    try:
        gdal.Error(gdal.CE_Warning, 1, "not for users")
    finally:
        gdal.SetErrorHandler("CPLDefaultErrorHandler")
    assert capfd.readouterr().err == ""
