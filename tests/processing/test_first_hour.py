"""The two tools of the first hour in the toolbox: a scene to try, and torch."""

from pathlib import Path

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingException, QgsRasterLayer

from qgis_hsi_anomaly.jobs.interpreter import Interpreter
from qgis_hsi_anomaly.tools import setuptorch
from tests.processing.conftest import Log


def test_the_sample_scene_is_loaded_in_its_true_colors(run, tmp_path):
    """Scene and truth, as files that QGIS opens."""
    outputs = {"OUTPUT": f"{tmp_path}/scene.tif", "TRUTH": f"{tmp_path}/truth.tif"}

    assert run("samplescene", outputs).items() >= outputs.items()

    layer = QgsRasterLayer(outputs["OUTPUT"], "scene")
    assert (layer.width(), layer.height(), layer.bandCount()) == (150, 120, 224)
    assert layer.crs().authid() == "EPSG:32633"
    layer.loadDefaultStyle()
    assert layer.renderer().type() == "multibandcolor"
    assert layer.renderer().redBand() == 36  # 650 nm


def test_the_dialog_offers_scene_and_truth(algorithm):
    """Both are made and loaded unless the user says otherwise."""
    tool = algorithm("samplescene")
    assert all(tool.parameterDefinition(name).createByDefault() for name in ("OUTPUT", "TRUTH"))


def test_torch_is_not_set_up_unless_the_box_is_ticked(algorithm, run, monkeypatch):
    """The dialog refuses with what would be downloaded and where to, before anything happens."""
    monkeypatch.setattr(setuptorch, "set_up_torch", lambda *_: pytest.fail("it began"))
    accepted, message = algorithm("setuptorch").checkParameterValues({}, QgsProcessingContext())
    assert not accepted
    assert "CONFIRM must be true" in message and "About 250 MB" in message and "venv" in message
    with pytest.raises(QgsProcessingException, match="CONFIRM must be true"):
        run("setuptorch", {})


def test_torch_is_set_up(run, monkeypatch):
    """With the log saying what is done."""
    made = Interpreter("/new/bin/python", "new", torch="2.9.0")
    monkeypatch.setattr(setuptorch, "find_interpreter", lambda python, run: made)
    places = []

    def set_up(folder, *_):
        places.append(folder)
        return made

    monkeypatch.setattr(setuptorch, "set_up_torch", set_up)
    log = Log()
    results = run("setuptorch", {"CONFIRM": True, "FOLDER": "/a place/venv"}, log)
    assert (results["PYTHON"], results["TORCH"], results["DEVICES"]) == ("/new/bin/python", "2.9.0", "cpu")
    assert places == [Path("/a place/venv")]
    assert any("are downloaded from" in line for line in log.infos)
