"""The algorithms in the model designer: the models that come with the plugin, and batch."""

import importlib.util
import sys

import pytest
from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProject,
)

from qgis_hsi_anomaly.processing.resources import resource
from tests.processing.conftest import Log
from tests.test_decisions import scored  # noqa: F401 (a fixture)
from tests.test_workflow import names

NAMES = ("rx_then_evaluate", "fit_then_apply", "consensus_to_objects")


@pytest.fixture
def model(provider):
    """Load a model that comes with the plugin."""

    def load(name):
        found = QgsProcessingModelAlgorithm()
        assert found.fromFile(str(resource("models", f"{name}.model3")))
        assert found.canExecute() == (True, "")
        assert found.validate() == (True, [])
        assert all(item.description() for item in found.destinationParameterDefinitions())
        return found

    return load


def code(model):
    """A model as a script: every step with its parameters."""
    return model.asPythonCode(QgsProcessing.PythonOutputType.PythonQgsProcessingAlgorithmSubclass, 4)


def execute(model, parameters):
    """Run a model; returns outputs and whether it came to its end."""
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return model.run(parameters, context, Log())


def test_rx_then_evaluate(model, scene, tmp_path):
    """Scores pass from one step to the next."""
    outputs, done = execute(
        model("rx_then_evaluate"),
        {
            "image": f"{scene}/scene.tif",
            "truth": f"{scene}/truth.tif",
            "rx:Scores": f"{tmp_path}/rx.tif",
            "evaluate:Report": f"{tmp_path}/report.html",
        },
    )

    assert done
    assert outputs["rx:Scores"] == f"{tmp_path}/rx.tif"
    assert outputs["evaluate:Report"] == f"{tmp_path}/report.html"
    assert (tmp_path / "report.html").stat().st_size > 1000


def test_fit_then_apply(model, scene, tmp_path):
    """A model file passes from one step to the next."""
    outputs, done = execute(
        model("fit_then_apply"),
        {
            "learn": f"{scene}/scene.tif",
            "image": f"{scene}/scene.tif",
            "applymodel:Scores": f"{tmp_path}/scores.tif",
        },
    )

    assert done and outputs["applymodel:Scores"] == f"{tmp_path}/scores.tif"


def test_consensus_to_objects(model, scored, tmp_path):  # noqa: F811
    """From the raster to polygons, a mask and a page."""
    outputs, done = execute(
        model("consensus_to_objects"),
        {
            "image": f"{scored}/image.tif",
            "rate": 0.005,
            "consensus:Scores": f"{tmp_path}/out/scores.tif",
            "threshold:Mask": f"{tmp_path}/out/mask.tif",
            "objects:Objects": f"{tmp_path}/out/objects.gpkg",
            "explain:Report": f"{tmp_path}/out/report.html",
        },
    )

    assert done and outputs["objects:Objects"] == f"{tmp_path}/out/objects.gpkg"
    assert {"scores.tif", "mask.tif", "objects.gpkg", "report.html"} <= set(names(tmp_path / "out"))


def test_the_models_stand_in_the_toolbox_and_can_be_run(provider):
    """Under the provider, ready to run and to be used in other models."""
    found = {item.displayName(): item for item in provider.algorithms()}

    for title in ("RX then evaluate", "Fit on one raster then apply to another", "Consensus then objects"):
        assert found[title].canExecute() == (True, "")
        assert found[title].create().provider() is provider


def test_a_failure_stops_the_model(model, scene, tmp_path):
    """No step runs on what an earlier one did not give."""
    _, done = execute(
        model("rx_then_evaluate"),
        {"image": f"{scene}/truth.tif", "truth": f"{scene}/truth.tif", "rx:Scores": f"{tmp_path}/rx.tif"},
    )

    assert not done
    assert list(tmp_path.glob("rx*")) == []


def test_models_are_what_their_recipe_makes(provider, tmp_path):
    """A changed algorithm calls for models made again."""
    spec = importlib.util.spec_from_file_location("make_models", resource("models", "make_models.py"))
    recipe = importlib.util.module_from_spec(spec)
    sys.modules["make_models"] = recipe
    spec.loader.exec_module(recipe)

    recipe.write_models(tmp_path)

    for name in NAMES:
        fresh, kept = QgsProcessingModelAlgorithm(), QgsProcessingModelAlgorithm()
        assert fresh.fromFile(f"{tmp_path}/{name}.model3")
        assert kept.fromFile(str(resource("models", f"{name}.model3")))
        assert code(fresh) == code(kept)


def test_every_algorithm_runs_in_batch(provider):
    """Batch is what QGIS offers unless an algorithm forbids it."""
    for algorithm in provider.algorithms():
        assert algorithm.flags() & QgsProcessingAlgorithm.Flag.FlagSupportsBatch
