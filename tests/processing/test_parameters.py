"""Parameters on their way from the dialog, a script or a command line to the core."""

import ast

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingException

from qgis_hsi_anomaly.core.detectors.consensus import MEMBERS
from qgis_hsi_anomaly.core.detectors.registry import detector_class, detector_ids
from qgis_hsi_anomaly.core.parameters import parameters_of
from qgis_hsi_anomaly.jobs import interpreter
from qgis_hsi_anomaly.jobs.interpreter import VARIABLE
from qgis_hsi_anomaly.processing.settings import PYTHON

EVERY = [(id, parameter) for id in detector_ids() for parameter in parameters_of(detector_class(id))]


def given(scene, **values):
    """Parameters with the files every detector needs."""
    return {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{scene}/out.tif", **values}


@pytest.mark.parametrize("id", detector_ids())
def test_values_and_their_texts_build_the_same_detector(algorithm, scene, id):
    """Left out, as values, as the texts qgis_process passes."""
    found, cls = algorithm(id), detector_class(id)
    defaults = {
        parameter.processing_name: list(parameter.default)
        if parameter.kind == "choices"
        else parameter.default
        for parameter in parameters_of(cls)
    }
    texts = {
        name: ",".join(value)
        if isinstance(value, list)
        else str(value).lower()
        if value in (True, False)
        else str(value)
        for name, value in defaults.items()
    }

    for values in ({}, defaults, texts):
        assert found.checkParameterValues(given(scene, **values), QgsProcessingContext()) == (True, "")
        assert found.read(given(scene, **values), QgsProcessingContext(), None)["detector"] == cls()


@pytest.mark.parametrize(
    ("id", "parameter"), EVERY, ids=[f"{id}-{parameter.name}" for id, parameter in EVERY]
)
def test_values_that_are_not_permitted_are_refused_by_name(algorithm, scene, id, parameter):
    """In the core's words, before anything runs."""
    if parameter.kind in ("integer", "number"):
        lowest = parameter.minimum if parameter.minimum is not None else parameter.above
        wrong = "many" if lowest is None else lowest - 1
    else:
        wrong = "no such thing"

    accepted, message = algorithm(id).checkParameterValues(
        given(scene, **{parameter.processing_name: wrong}), QgsProcessingContext()
    )

    assert not accepted
    assert parameter.processing_name in message and parameter.permitted() in message


@pytest.fixture
def no_torch(monkeypatch, provider):
    """Name an interpreter that there is not."""
    monkeypatch.setenv(VARIABLE, "/nowhere/python3")


def test_without_torch_learned_detectors_refuse_and_rx_works(no_torch, algorithm, run, scene, tmp_path):
    """All dialogs open, with their help; a run that cannot go on says how to get what it needs."""
    for id in detector_ids():
        assert algorithm(id).canExecute() == (True, "")
    with pytest.raises(QgsProcessingException, match=r"(?s)/nowhere/python3.*pip install torch"):
        run("sscade", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/out.tif"})
    assert run("rx", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/rx.tif"})["VALID_PIXELS"] == 308


def test_no_dialog_waits_for_an_interpreter(monkeypatch, algorithm, scene, tmp_path):
    """Starting one takes seconds, and QGIS would stand still: it is asked in the run's own thread."""
    monkeypatch.setattr(
        interpreter, "probe", lambda path, own=False: pytest.fail("asked in the window's thread")
    )
    for id in detector_ids():
        found = algorithm(id)
        assert found.canExecute()[0] and found.shortHelpString()
        given = {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/out.tif"}
        assert found.checkParameterValues(given, QgsProcessingContext()) == (True, "")


def test_the_setting_names_the_interpreter(provider, run, scene, tmp_path):
    """And is said to be the one at fault."""
    from processing.core.ProcessingConfig import ProcessingConfig

    ProcessingConfig.settings[PYTHON].value = "/nowhere/else/python3"
    try:
        with pytest.raises(QgsProcessingException, match=r"/nowhere/else/python3 \(the provider's setting"):
            run("sscade", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/out.tif"})
    finally:
        ProcessingConfig.settings[PYTHON].value = ""


def test_a_run_can_be_repeated_from_what_the_history_says(algorithm, run, scene):
    """QGIS 3.22 writes a list of ids as nothing."""
    values = given(scene, DETECTORS=["rx", "knn"])
    command = algorithm("consensus").asPythonCommand(values, QgsProcessingContext())
    assert "'DETECTORS':['rx', 'knn']" in command.replace("': [", "':[")
    repeated = ast.literal_eval(command.partition(", ")[2].rpartition(")")[0])
    context = QgsProcessingContext()
    read = algorithm("consensus").read
    assert read(repeated, context, None)["detector"] == read(values, context, None)["detector"]
    assert read({**values, "DETECTORS": ""}, context, None)["detector"].detectors == MEMBERS


@pytest.mark.parametrize("value", ["ridge", 1, "1", "Ledoit-Wolf shrinkage"])
def test_choices_take_ids_numbers_and_labels(algorithm, scene, value):
    values, context = given(scene, REGULARIZATION=value), QgsProcessingContext()
    assert algorithm("rx").checkParameterValues(values, context) == (True, "")
    chosen = algorithm("rx").read(values, context, None)["detector"].regularization
    assert chosen == ("ledoitwolf" if "Wolf" in str(value) else "ridge")


def test_dialogs_show_labels_and_give_ids(algorithm, qgis_processing):
    from processing.gui.wrappers import WidgetWrapperFactory

    rx, consensus = algorithm("rx"), algorithm("consensus")  # they own their definitions
    one = WidgetWrapperFactory.create_wrapper(rx.parameterDefinition("REGULARIZATION"), None)
    assert one.widget.currentText() == "Ledoit-Wolf shrinkage"
    one.setValue("ridge")
    assert one.parameterValue() == "ridge"

    several = WidgetWrapperFactory.create_wrapper(consensus.parameterDefinition("DETECTORS"), None)
    assert sorted(several.parameterValue()) == sorted(MEMBERS)
    several.setValue("rx,knn")
    assert sorted(several.parameterValue()) == ["knn", "rx"]
    assert "RX (global)" in several.widget.currentText()
