"""Files in, files out: what a run writes, what it refuses, and that it leaves nothing behind."""

import json
from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import make_detector, make_method
from qgis_hsi_anomaly.core.errors import (
    DataError,
    HsiAnomalyError,
    ModelError,
    ParameterError,
    RasterError,
)
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.jobs.execution import Execution
from qgis_hsi_anomaly.raster.reader import open_cube
from qgis_hsi_anomaly.tools.evaluate import Evaluate

gdal = pytest.importorskip("osgeo.gdal")

RX = make_detector("rx", {})
TRANSFORM = (500000.0, 30.0, 1.5, 5800000.0, 1.5, -30.0)


def write_raster(path, array, wavelengths=None, driver="GTiff", nodata=None):
    """Write (rows, columns, bands) with a rotated geotransform and, where given, wavelengths."""
    rows, columns, bands = array.shape
    dataset = gdal.GetDriverByName(driver).Create(
        str(path), columns, rows, bands, gdal.GDT_Byte if array.dtype == np.uint8 else gdal.GDT_Float32
    )
    dataset.SetGeoTransform(TRANSFORM)
    for number in range(bands):
        band = dataset.GetRasterBand(number + 1)
        band.WriteArray(array[..., number])
        if nodata is not None:
            band.SetNoDataValue(nodata)
        if wavelengths is not None:
            band.SetMetadata({"wavelength": str(wavelengths[number]), "wavelength_units": "nanometers"})
    dataset = None


@pytest.fixture
def scene(tmp_path):
    """A scene of 20 x 16 pixels and 6 bands with one bright pixel and a nodata corner, and its truth."""
    random = np.random.default_rng(0)
    array = random.normal(100, 5, (20, 16, 6)).astype(np.float32)
    array[12, 7] += 60
    array[:3, :4] = -9999
    write_raster(tmp_path / "scene.tif", array, np.linspace(450, 950, 6), nodata=-9999)
    truth = np.zeros((20, 16, 1), np.uint8)
    truth[12, 7] = 1
    write_raster(tmp_path / "truth.tif", truth)
    return tmp_path


def names(folder):
    """Files in a folder."""
    return sorted(path.name for path in Path(folder).iterdir())


def test_detect_writes_scores_and_a_record(scene):
    """Georeference and nodata are the input's; the record says what was done."""
    shares = []
    outcome = workflow.detect(
        RX, str(scene / "scene.tif"), str(scene / "rx.tif"), run=Run(on_fraction=shares.append)
    )

    dataset = gdal.Open(str(scene / "rx.tif"))
    scores = dataset.ReadAsArray()
    record = json.loads((scene / "rx.tif.json").read_text())
    assert (outcome.valid_pixels, outcome.bands_used) == (308, 6)
    assert dataset.GetGeoTransform() == TRANSFORM
    assert np.isnan(scores[:3, :4]).all() and np.isfinite(scores).sum() == 308
    assert np.unravel_index(np.nanargmax(scores), scores.shape) == (12, 7)
    assert record["detector"] == "rx"
    assert record["parameters"] == {"regularization": "ledoitwolf", "precision": "single"}
    assert record["bands"] == [1, 2, 3, 4, 5, 6] and record["valid_pixels"] == 308
    assert "shrinkage" in record["metrics"] and "read" in record["seconds"]
    assert shares == sorted(shares) and shares[-1] == 1


def test_chosen_bands_alone_are_used(scene):
    """By number, from 1."""
    outcome = workflow.detect(RX, str(scene / "scene.tif"), str(scene / "rx.tif"), bands=[2, 4, 6])

    assert outcome.bands_used == 3
    assert json.loads((scene / "rx.tif.json").read_text())["bands"] == [2, 4, 6]


def test_apply_gives_the_scores_of_detect(scene):
    """Learn once, score the same raster."""
    workflow.detect(RX, str(scene / "scene.tif"), str(scene / "rx.tif"))
    workflow.fit(RX, str(scene / "scene.tif"), str(scene / "model.hsi"))
    workflow.apply(str(scene / "model.hsi"), str(scene / "scene.tif"), str(scene / "applied.tif"))

    first, second = (gdal.Open(str(scene / name)).ReadAsArray() for name in ("rx.tif", "applied.tif"))
    np.testing.assert_array_equal(first, second)


def test_apply_matches_bands_by_wavelength(scene):
    """A raster with more bands in another order of files is scored on those the model knows."""
    workflow.fit(RX, str(scene / "scene.tif"), str(scene / "model.hsi"), bands=[2, 4, 6])
    array = gdal.Open(str(scene / "scene.tif")).ReadAsArray().transpose(1, 2, 0)
    wavelengths = np.linspace(450, 950, 6)
    write_raster(scene / "fewer.tif", array[..., [1, 2, 3, 5]], wavelengths[[1, 2, 3, 5]], nodata=-9999)

    workflow.apply(str(scene / "model.hsi"), str(scene / "scene.tif"), str(scene / "a.tif"))
    workflow.apply(str(scene / "model.hsi"), str(scene / "fewer.tif"), str(scene / "b.tif"))

    first, second = (gdal.Open(str(scene / name)).ReadAsArray() for name in ("a.tif", "b.tif"))
    np.testing.assert_array_equal(first, second)
    assert json.loads((scene / "b.tif.json").read_text())["bands"] == [1, 3, 4]


def test_apply_suppresses_the_background_of_another_raster(scene):
    """A pre-processor's model, through the worker: by wavelength, and in another unit, in the raster's own range."""
    pytest.importorskip("torch", reason="learned methods need torch")
    method = make_method("suppressbackground", {"epochs": 3, "iterations": 2})
    array = np.random.default_rng(5).normal(90, 7, (11, 9, 6)).astype(np.float32)
    array[10, 2:5] = np.nan
    order, wavelengths = [5, 0, 1, 3, 2, 4], np.linspace(450, 950, 6)
    more = np.insert(1e-4 * array[..., order], 2, 7.0, axis=2)  # a band that the model does not have
    more[np.isnan(array[..., 0])] = -9999
    write_raster(scene / "other.tif", more, np.insert(wavelengths[order], 2, 1200), nodata=-9999)
    workflow.fit(method, str(scene / "scene.tif"), str(scene / "model.hsi"))

    outcome = workflow.apply(
        str(scene / "model.hsi"),
        str(scene / "other.tif"),
        str(scene / "suppressed.tif"),
        execution=Execution(processes=2),
    )

    other, expected = ArrayCube(array), np.zeros((11, 9, 6), dtype=np.float32)
    method.fit(open_cube(str(scene / "scene.tif"))).suppress(other, expected)
    expected[~other.valid] = np.nan
    dataset = gdal.Open(str(scene / "suppressed.tif"))
    found = dataset.ReadAsArray().transpose(1, 2, 0)
    assert outcome.valid_pixels == 96
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * np.nanmax(np.abs(expected)))
    assert dataset.GetGeoTransform() == TRANSFORM
    assert dataset.GetRasterBand(6).GetMetadata()["wavelength"] == "950"
    assert json.loads((scene / "suppressed.tif.json").read_text())["detector"] == "suppressbackground"
    assert names(scene) == [
        "model.hsi",
        "model.hsi.json",
        "other.tif",
        "scene.tif",
        "suppressed.qml",
        "suppressed.tif",
        "suppressed.tif.json",
        "truth.tif",
    ]


def test_suppressing_can_keep_the_model(scene):
    """Applied to the same raster, it gives the same."""
    pytest.importorskip("torch", reason="learned methods need torch")
    method, source = make_method("suppressbackground", {"epochs": 2}), str(scene / "scene.tif")
    workflow.suppress_background(method, source, str(scene / "first.tif"), model=str(scene / "model.hsi"))
    workflow.apply(str(scene / "model.hsi"), source, str(scene / "second.tif"))

    first, second = (gdal.Open(str(scene / name)).ReadAsArray() for name in ("first.tif", "second.tif"))
    np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5 * np.nanmax(np.abs(first)))
    assert np.isnan(first[:, :3, :4]).all() and np.isfinite(first).sum() == 6 * 308


@pytest.mark.parametrize("bands", [[1, 2, 3], [2, 4, 6]])
def test_apply_makes_the_same_selection_on_a_raster_without_wavelengths(scene, bands):
    """By number on a raster of as many bands; one of another number of bands is refused."""
    array = np.random.default_rng(3).normal(100, 5, (12, 10, 7)).astype(np.float32)
    write_raster(scene / "monday.tif", array[..., :6])
    write_raster(scene / "tuesday.tif", array[::-1, :, :6])
    write_raster(scene / "other.tif", array)
    workflow.fit(RX, str(scene / "monday.tif"), str(scene / "model.hsi"), bands=bands)

    workflow.apply(str(scene / "model.hsi"), str(scene / "tuesday.tif"), str(scene / "a.tif"))

    assert json.loads((scene / "a.tif.json").read_text())["bands"] == bands
    with pytest.raises(ModelError, match=r"of 6\), the raster has 7 usable ones"):
        workflow.apply(str(scene / "model.hsi"), str(scene / "other.tif"), str(scene / "b.tif"))


def test_a_damaged_model_is_told_before_the_raster_is_read(scene):
    """Here an array is missing."""
    workflow.fit(RX, str(scene / "scene.tif"), str(scene / "model.hsi"))
    raw = (scene / "model.hsi").read_bytes()
    (scene / "model.hsi").write_bytes(raw.replace(b'"mean"', b'"nean"'))
    said = []

    with pytest.raises(ModelError, match="damaged"):
        workflow.apply(
            str(scene / "model.hsi"),
            str(scene / "scene.tif"),
            str(scene / "a.tif"),
            run=Run(on_message=said.append),
        )
    assert said == []


def test_apply_refuses_bands_that_do_not_fit(scene):
    """With both lists."""
    workflow.fit(RX, str(scene / "scene.tif"), str(scene / "model.hsi"))
    write_raster(scene / "other.tif", np.random.default_rng(1).normal(size=(5, 5, 4)).astype(np.float32))

    with pytest.raises(ModelError, match="6 bands.*4"):
        workflow.apply(str(scene / "model.hsi"), str(scene / "other.tif"), str(scene / "a.tif"))
    assert not (scene / "a.tif").exists()


def test_evaluate_gives_figures_and_a_self_contained_report(scene):
    """One file, pictures inside."""
    pytest.importorskip("matplotlib")
    workflow.detect(RX, str(scene / "scene.tif"), str(scene / "rx.tif"))

    found = Evaluate(str(scene / "rx.tif"), str(scene / "truth.tif"), str(scene / "report.html")).perform()

    text = (scene / "report.html").read_text()
    assert found["AUC_PD_PF"] == 1 and found["AVERAGE_PRECISION"] == 1
    assert text.count("data:image/png;base64,") == 4
    assert "http" not in text
    assert "AUC_PD_PF" in text and "1.0000" in text


@pytest.mark.parametrize("shape", [(1, 30), (30, 1), (2, 2), (1100, 3)])
def test_maps_of_any_shape_have_a_report(tmp_path, shape):
    """A single row, a single column, one larger than the picture."""
    pytest.importorskip("matplotlib")
    scores = np.random.default_rng(0).normal(size=(*shape, 1)).astype(np.float32)
    scores[0, 0] = np.nan
    truth = np.zeros((*shape, 1), np.uint8)
    truth[-1, -1] = 1
    write_raster(tmp_path / "scores.tif", scores)
    write_raster(tmp_path / "truth.tif", truth)

    Evaluate(*(str(tmp_path / name) for name in ("scores.tif", "truth.tif", "report.html"))).perform()

    assert (tmp_path / "report.html").read_text().count("data:image/png;base64,") == 4


def test_curves_are_drawn_with_the_points_that_can_be_told_apart():
    """A curve of many points keeps its ends and lies within a thousandth of where it was."""
    from qgis_hsi_anomaly.report.evaluation import _apart

    x = np.linspace(0, 1, 100_001)
    y = x**20
    kept = _apart(x, y)

    assert kept[0] and kept[-1] and kept.sum() < 2100
    np.testing.assert_allclose(np.interp(x, x[kept], y[kept]), y, atol=1e-3)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("rx.xyz", "xyz"),
        ("missing/rx.tif", "missing"),
        ("scene.tif", "input"),
    ],
)
def test_outputs_are_checked_first(scene, output, message):
    """Before anything is read."""
    before = names(scene)

    with pytest.raises(RasterError, match=message):
        workflow.detect(RX, str(scene / "scene.tif"), str(scene / output))

    assert names(scene) == before


def test_spread_needs_members(scene):
    """RX has none, a learned detector by default one: both are told before the work."""
    for detector in (RX, make_detector("sscade", {})):
        with pytest.raises(ParameterError, match="SPREAD"):
            workflow.detect(
                detector, str(scene / "scene.tif"), str(scene / "a.tif"), spread=str(scene / "s.tif")
            )


@pytest.mark.parametrize(("truth", "error"), [("scene.tif", HsiAnomalyError), ("small.tif", DataError)])
def test_truth_that_does_not_fit_is_refused(scene, truth, error):
    """Another size, or no truth at all."""
    write_raster(scene / "small.tif", np.eye(5, dtype=np.uint8)[..., None])
    workflow.detect(RX, str(scene / "scene.tif"), str(scene / "rx.tif"))

    with pytest.raises(error):
        Evaluate(str(scene / "rx.tif"), str(scene / truth)).perform()
