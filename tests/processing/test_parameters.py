"""Parameters on their way from the dialog, a script or a command line to the core."""

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingException

from qgis_hsi_anomaly.core.detectors.registry import detector_class, detector_ids
from qgis_hsi_anomaly.core.parameters import parameters_of
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
    """All are listed; those that cannot run say how to get what they need."""
    for id in detector_ids():
        possible, reason = algorithm(id).canExecute()
        assert possible == (not detector_class(id).needs_torch)
        assert possible or ("/nowhere/python3" in reason and "pip install torch" in reason)
    with pytest.raises(QgsProcessingException, match="pip install torch"):
        run("sscade", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/out.tif"})
    assert run("rx", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/rx.tif"})["VALID_PIXELS"] == 308


def test_the_setting_names_the_interpreter(provider, algorithm):
    """And is said to be the one at fault."""
    from processing.core.ProcessingConfig import ProcessingConfig

    ProcessingConfig.settings[PYTHON].value = "/nowhere/else/python3"
    try:
        possible, reason = algorithm("sscade").canExecute()
    finally:
        ProcessingConfig.settings[PYTHON].value = ""

    assert not possible
    assert "/nowhere/else/python3" in reason and "setting" in reason
