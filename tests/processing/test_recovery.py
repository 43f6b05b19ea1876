"""Recovery as a user of the toolbox runs it."""

import pytest
from qgis.core import QgsProcessingException, QgsRasterLayer

from tests.processing.conftest import Log
from tests.test_recovery import folder  # noqa: F401 (a fixture)
from tests.test_workflow import names

FEW = {"SIZES": "1", "FRACTIONS": "0.01,1", "IMPLANTS": 3, "PIXELS": "40,30"}


def test_recovery_returns_the_page_and_the_counts(run, project, folder):  # noqa: F811
    layer = QgsRasterLayer(f"{folder}/scene.tif", "scene")
    project.addMapLayer(layer)
    log = Log()
    files = {"OUTPUT": f"{folder}/found.html", "CSV": f"{folder}/found.csv"}

    results = run(
        "recovery",
        {"INPUT": layer, "DETECTOR": "rx", "PARAMETERS": "REGULARIZATION=none", **FEW, **files},
        log,
    )

    assert {name: results[name] for name in files} == files
    assert results["IMPLANTED"] == 6 and 3 <= results["FOUND"] <= 4
    assert results["RUNS"] >= 1 and results["THRESHOLD"] > 0
    assert "regularization none" in (folder / "found.html").read_text()
    assert any("1 x 1 pixels" in line for line in log.infos)
    assert log.shares[-1] == pytest.approx(100)


@pytest.mark.parametrize(
    "wrong", [{"SIZES": "0"}, {"FRACTIONS": "2"}, {"DETECTOR": "magic"}, {"PARAMETERS": "X=1"}]
)
def test_wrong_values_are_refused(run, folder, wrong):  # noqa: F811
    with pytest.raises(QgsProcessingException):
        run("recovery", {"INPUT": f"{folder}/scene.tif", "OUTPUT": f"{folder}/found.html", **FEW, **wrong})
    assert "found.html" not in names(folder)


def test_a_cancel_ends_it(run, folder):  # noqa: F811
    with pytest.raises(QgsProcessingException):
        run(
            "recovery",
            {"INPUT": f"{folder}/scene.tif", "OUTPUT": f"{folder}/found.html", **FEW},
            Log(stop_at=20),
        )
    assert names(folder) == ["scene.tif"]
