"""Algorithms as a user runs them: whole outputs, layers as input, refusals in words."""

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProperty,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEventLoop, QTimer

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.metrics import FIGURES
from tests.processing.conftest import Log
from tests.test_workflow import names, write_raster

FIT = {"INPUT": "scene.tif", "DETECTOR": "rx", "MODEL": "rx.safetensors"}


def read(path):
    """Scores of a raster."""
    return gdal.Open(str(path)).ReadAsArray()


def test_rx_gives_the_same_as_the_workflow(run, scene, tmp_path):
    """The whole output, the scores, the log."""
    log = Log()
    output = str(tmp_path / "rx.tif")

    results = run("rx", {"INPUT": f"{scene}/scene.tif", "REGULARIZATION": "none", "OUTPUT": output}, log)

    assert results == {"OUTPUT": output, "VALID_PIXELS": 308, "BANDS_USED": 6}
    workflow.detect(
        make_detector("rx", {"regularization": "none"}), f"{scene}/scene.tif", f"{tmp_path}/direct.tif"
    )
    np.testing.assert_array_equal(read(output), read(tmp_path / "direct.tif"))
    assert any("308 valid pixels" in line for line in log.infos)
    assert log.shares[-1] == pytest.approx(100)
    assert {"rx.tif", "rx.qml", "rx.tif.json"} <= set(names(tmp_path))


def test_layers_of_the_project_are_inputs(run, project, scene, tmp_path):
    """A loaded raster layer, by object and by id."""
    layer = QgsRasterLayer(f"{scene}/scene.tif", "scene")
    project.addMapLayer(layer)

    for number, given in enumerate((layer, layer.id(), QgsProperty.fromValue(f"{scene}/scene.tif"))):
        results = run("rx", {"INPUT": given, "OUTPUT": f"{tmp_path}/{number}.tif"})
        assert results["VALID_PIXELS"] == 308


def test_an_envi_header_stands_for_its_data(run, scene, tmp_path):
    """QGIS itself cannot load it."""
    write_raster(tmp_path / "image.img", np.arange(60, dtype=np.float32).reshape(4, 5, 3) ** 2, driver="ENVI")

    results = run("rx", {"INPUT": f"{tmp_path}/image.hdr", "OUTPUT": f"{tmp_path}/rx.tif"})

    assert results["VALID_PIXELS"] == 20


@pytest.mark.parametrize("bands", [[2, 4, 6], "2,4,6", "2;4;6", "2-4", ["2", "4", "6"]])
def test_bands_are_lists_or_text(run, scene, tmp_path, bands):
    """As the dialog, a script and a command line give them."""
    results = run("rx", {"INPUT": f"{scene}/scene.tif", "BANDS": bands, "OUTPUT": f"{tmp_path}/rx.tif"})

    assert results["BANDS_USED"] == 3


def polygons(uri, scene):
    """A layer with one polygon over the left half of the scene."""
    layer = QgsVectorLayer(uri, "region", "memory")
    extent = QgsRasterLayer(f"{scene}/scene.tif", "scene").extent()
    half = QgsRectangle(extent.xMinimum(), extent.yMinimum(), extent.center().x(), extent.yMaximum())
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromRect(half))
    layer.dataProvider().addFeatures([feature])
    layer.updateExtents()
    return layer


def test_background_from_a_scratch_layer_and_from_a_raster(run, scene, tmp_path):
    """Polygons without a file are written to one; both restrict what is learned, not what is scored."""
    layer = polygons("Polygon", scene)
    mask = np.zeros((20, 16, 1), np.uint8)
    mask[:, :8] = 1
    write_raster(tmp_path / "mask.tif", mask)

    everywhere = run("rx", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/all.tif"})
    for name, background in (("raster", f"{tmp_path}/mask.tif"), ("polygons", layer)):
        results = run(
            "rx",
            {"INPUT": f"{scene}/scene.tif", "BACKGROUND": background, "OUTPUT": f"{tmp_path}/{name}.tif"},
        )
        assert results["VALID_PIXELS"] == everywhere["VALID_PIXELS"]
        assert not np.array_equal(read(tmp_path / f"{name}.tif"), read(tmp_path / "all.tif"), equal_nan=True)


def test_fit_then_apply(run, scene, tmp_path):
    """Through a model file, with parameters as text."""
    model = str(tmp_path / "rx.safetensors")
    fitted = run(
        "fitmodel",
        {
            "DETECTOR": "rx",
            "PARAMETERS": "REGULARIZATION=none",
            "INPUT": f"{scene}/scene.tif",
            "MODEL": model,
        },
    )
    applied = run(
        "applymodel", {"MODEL": model, "INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/applied.tif"}
    )

    assert fitted == {"MODEL": model, "VALID_PIXELS": 308, "BANDS_USED": 6}
    assert applied == {"OUTPUT": f"{tmp_path}/applied.tif", "VALID_PIXELS": 308, "BANDS_USED": 6}
    run("rx", {"INPUT": f"{scene}/scene.tif", "REGULARIZATION": "none", "OUTPUT": f"{tmp_path}/rx.tif"})
    np.testing.assert_allclose(read(tmp_path / "applied.tif"), read(tmp_path / "rx.tif"), rtol=1e-5)


def test_evaluate_returns_every_figure_and_a_report(run, scene, tmp_path):
    """All declared outputs, no more."""
    run("rx", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/rx.tif"})
    report = str(tmp_path / "report.html")
    log = Log()

    results = run(
        "evaluate", {"SCORES": f"{tmp_path}/rx.tif", "TRUTH": f"{scene}/truth.tif", "REPORT": report}, log
    )

    assert set(results) == {*FIGURES, "REPORT"}
    assert results["AUC_PD_PF"] == 1
    assert (tmp_path / "report.html").read_text(encoding="utf-8").lstrip().startswith("<!DOCTYPE html>")
    assert "AUC_PD_PF          1.0000" in log.infos


def test_environment_is_reported(run, tmp_path):
    """As text and as a page."""
    results = run("environmentcheck", {"REPORT": f"{tmp_path}/environment.html"})

    assert set(results) == {"TEXT", "REPORT"}
    assert "torch" in results["TEXT"]
    assert "<html" in (tmp_path / "environment.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("id", "parameters", "words"),
    [
        ("rx", {"INPUT": "nowhere.tif"}, ["nowhere.tif", "does not exist"]),
        ("rx", {"INPUT": "note.txt"}, ["note.txt", "cannot be opened as a raster"]),
        ("rx", {"INPUT": "scene.tif", "REGULARIZATION": "maybe"}, ["REGULARIZATION", "ledoitwolf"]),
        ("rx", {"INPUT": "scene.tif", "BANDS": "1,x"}, ["BANDS", "1,x"]),
        ("rx", {"INPUT": "scene.tif", "BANDS": [1, 99]}, ["99"]),
        ("rx", {"INPUT": "truth.tif"}, ["truth.tif", "band"]),
        ("rx", {"INPUT": "scene.tif", "OUTPUT": "scene.tif"}, ["scene.tif", "input"]),
        ("rx", {"INPUT": "scene.tif", "OUTPUT": "out.xyz"}, ["xyz"]),
        ("rx", {"INPUT": "scene.tif", "OUTPUT": "nowhere/out.tif"}, ["nowhere"]),
        ("rx", {"INPUT": "scene.tif", "BACKGROUND": "note.txt"}, ["note.txt"]),
        ("fitmodel", {**FIT, "DETECTOR": "magic"}, ["DETECTOR", "magic"]),
        ("fitmodel", {**FIT, "PARAMETERS": "none"}, ["PARAMETERS"]),
        ("fitmodel", {**FIT, "PARAMETERS": "A=1"}, ["A."]),
        ("applymodel", {"MODEL": "scene.tif", "INPUT": "scene.tif"}, ["scene.tif", "not a model"]),
        ("evaluate", {"SCORES": "truth.tif", "TRUTH": "nowhere.tif"}, ["nowhere.tif", "does not exist"]),
    ],
)
def test_refusals_say_why_and_leave_nothing(run, algorithm, scene, monkeypatch, id, parameters, words):
    """One sentence without a traceback, as an exception: a model stops, qgis_process fails."""
    monkeypatch.chdir(scene)
    (scene / "note.txt").write_text("no raster")
    before = names(scene)
    if "OUTPUT" not in parameters and id in ("rx", "applymodel"):
        parameters = {**parameters, "OUTPUT": "out.tif"}

    with pytest.raises(QgsProcessingException) as refusal:
        run(id, parameters)

    message = str(refusal.value)
    assert all(word in message for word in words), message
    assert "Traceback" not in message
    assert names(scene) == before


def test_layers_without_a_file_are_refused(run, tmp_path):
    """In words, with what to do."""
    layer = QgsRasterLayer("type=xyz&url=file:///nowhere/%7Bx%7D/%7By%7D/%7Bz%7D.png", "tiles", "wms")

    with pytest.raises(QgsProcessingException, match=r"tiles.*provider wms.*export"):
        run("rx", {"INPUT": layer, "OUTPUT": f"{tmp_path}/out.tif"})


def test_cancel_raises_and_leaves_nothing(run, scene):
    """An empty result would let a model go on."""
    before = names(scene)

    with pytest.raises(QgsProcessingException, match="Cancelled"):
        run("rx", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{scene}/rx.tif"}, Log(stop_at=40))

    assert names(scene) == before


def test_what_nobody_foresaw_is_said_in_a_sentence(run, scene, monkeypatch):
    """With the traceback in the log, not in the message."""

    def fail(*arguments, **options):
        raise KeyError("surprise")

    monkeypatch.setattr(workflow, "detect", fail)

    with pytest.raises(QgsProcessingException, match=r"KeyError: 'surprise'.*log panel"):
        run("rx", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{scene}/rx.tif"})


def test_runs_in_a_thread_of_its_own(algorithm, project, scene, tmp_path):
    """As the dialog starts it: the layers belong to the main thread."""
    image, region = QgsRasterLayer(f"{scene}/scene.tif", "scene"), polygons("Polygon", scene)
    project.addMapLayers([image, region])
    context = QgsProcessingContext()
    context.setProject(project)
    parameters = {"INPUT": image.id(), "BACKGROUND": region.id(), "OUTPUT": f"{tmp_path}/rx.tif"}
    found, log, outcomes = algorithm("rx"), Log(), []
    task = QgsProcessingAlgRunnerTask(found, parameters, context, log)
    loop = QEventLoop()
    task.executed.connect(lambda done, results: (outcomes.append((done, results)), loop.quit()))
    QTimer.singleShot(20_000, loop.quit)

    QgsApplication.taskManager().addTask(task)
    loop.exec()

    assert outcomes == [(True, {"OUTPUT": f"{tmp_path}/rx.tif", "VALID_PIXELS": 308, "BANDS_USED": 6})]


def test_an_address_is_an_input_too(run, served, tmp_path):
    """QGIS takes addresses for files that are missing."""
    server, _ = served
    output = f"{tmp_path}/scores.tif"
    assert run("rx", {"INPUT": f"{server.address}/scene.tif", "OUTPUT": output})["VALID_PIXELS"] == 150 * 160
