"""MATLAB cubes as rasters: values, truth, place and wavelengths, and that a refusal leaves nothing."""

import json

import numpy as np
import pytest

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ParameterError, RasterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import open_cube
from qgis_hsi_anomaly.tools.importmat import ImportMat
from tests.raster.test_matlab import VERSIONS, cube, truth, write_mat

gdal = pytest.importorskip("osgeo.gdal")


def pixels(path):
    """A raster as (rows, columns, bands)."""
    values = gdal.Open(str(path)).ReadAsArray()
    return values[..., None] if values.ndim == 2 else values.transpose(1, 2, 0)


@pytest.fixture(params=VERSIONS)
def mat(tmp_path, request):
    """A file with a cube, its truth and wavelengths."""
    arrays = {"data": cube(rows=30, columns=20, bands=7), "map": truth(30, 20), "wl": np.linspace(0.4, 1, 7)}
    return write_mat(tmp_path / "scene.mat", arrays, request.param)


@pytest.mark.parametrize("output", ["scene.tif", "scene.dat"])
def test_cube_and_truth_are_written_as_they_are(mat, tmp_path, capsys, output):
    """In GeoTIFF and ENVI, from the command line."""
    arguments = ["importmat", mat, f"{tmp_path}/{output}", "--truth", f"{tmp_path}/truth.tif", "--json"]
    assert main(arguments) == 0

    answer = json.loads(capsys.readouterr().out)
    assert (answer["rows"], answer["columns"], answer["bands"], answer["type"]) == (30, 20, 7, "uint16")
    written = pixels(tmp_path / output)
    assert written.dtype == np.uint16
    np.testing.assert_array_equal(written, cube(rows=30, columns=20, bands=7))
    np.testing.assert_array_equal(pixels(tmp_path / "truth.tif")[..., 0], truth(30, 20))
    read = open_cube(f"{tmp_path}/{output}")
    np.testing.assert_allclose(read.wavelengths, np.linspace(400, 1000, 7))
    assert read.georeference.geotransform is None and read.georeference.crs == ""
    record = json.loads((tmp_path / f"{output}.json").read_text())
    assert record["task"] == "importmat" and record["variable"].startswith("data (30 x 20 x 7")


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("uint8", "uint8"),
        ("int16", "int16"),
        ("float32", "float32"),
        ("float64", "float64"),
        ("int64", "float64"),
    ],
)
def test_number_types_stay_as_they_are(tmp_path, dtype, expected):
    """But for what older GDAL cannot write."""
    values = (cube("float64", 300, 6) * 0.37).astype(dtype)
    ImportMat(input=write_mat(tmp_path / "a.mat", {"data": values}), output=f"{tmp_path}/a.tif").perform()

    written = pixels(tmp_path / "a.tif")
    assert written.dtype == expected
    np.testing.assert_array_equal(written, values)


def test_extent_and_crs_say_where_it_lies(mat, tmp_path):
    """The first row is the northern one."""
    ImportMat(
        input=mat, crs="EPSG:32611", extent="500000,500070,3699895,3700000", output=f"{tmp_path}/a.tif"
    ).perform()

    dataset = gdal.Open(f"{tmp_path}/a.tif")
    assert dataset.GetGeoTransform() == (500000, 3.5, 0, 3700000, 0, -3.5)
    assert dataset.GetSpatialRef().GetAuthorityCode(None) == "32611"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"crs": "EPSG:32611"}, ParameterError, "CRS is given without EXTENT"),
        ({"crs": "the moon", "extent": "0,1,0,1"}, ParameterError, "CRS the moon cannot be understood"),
        ({"extent": "1,0,0,1"}, ParameterError, "EXTENT must be an extent"),
        ({"truth_variable": "map"}, ParameterError, "TRUTH_VARIABLE is given without OUTPUT_TRUTH"),
        ({"variable": "map"}, DataError, "is no cube"),
        ({"variable": "nothing"}, ParameterError, "has no variable nothing"),
        ({"output": "scene.mat"}, RasterError, "would overwrite the input"),
        ({"output_truth": "scene.mat"}, RasterError, "would overwrite the input"),
        ({"output": "a.xyz"}, RasterError, "extension"),
        ({"output_truth": "a.tif"}, RasterError, "overwrite"),
        ({"input": "note.mat"}, RasterError, "note.mat does not exist"),
    ],
)
def test_refusals_leave_nothing(mat, tmp_path, monkeypatch, options, error, words):
    """One sentence each."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=words):
        ImportMat(**{"input": mat, "output": "a.tif", **options}).perform()

    assert [path.name for path in tmp_path.iterdir()] == ["scene.mat"]


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_cancelled_import_leaves_nothing(mat, tmp_path, share):
    """While it is read, and while it is written."""
    seen = [0.0]
    run = Run(on_fraction=seen.append, is_cancelled=lambda: seen[-1] > share)
    with pytest.raises(Cancelled):
        ImportMat(input=mat, output=f"{tmp_path}/a.tif", output_truth=f"{tmp_path}/t.tif").perform(run)

    assert [path.name for path in tmp_path.iterdir()] == ["scene.mat"]


def test_san_diego_agrees_exactly(data_folder, tmp_path):
    """As it circulates, and as it is known here."""
    folder = data_folder / "paper"
    ImportMat(
        input=str(folder / "sandiego.mat"), output=f"{tmp_path}/a.tif", output_truth=f"{tmp_path}/t.tif"
    ).perform()

    for made, known in (("a.tif", "sandiego.tif"), ("t.tif", "sandiego_truth.tif")):
        np.testing.assert_array_equal(pixels(tmp_path / made), pixels(folder / known))
