"""Threshold and objects as QGIS runs them: styled layers, models' outputs."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import QgsProcessingException, QgsRasterLayer, QgsVectorLayer

from tests.processing.conftest import Log
from tests.test_decisions import rows_of, scored  # noqa: F401 (a fixture)


def test_threshold_gives_a_styled_mask(run, scored):  # noqa: F811
    log = Log()
    answer = run(
        "threshold", {"SCORES": f"{scored}/scores.tif", "RATE": 0.005, "OUTPUT": f"{scored}/out/m.tif"}, log
    )

    layer = QgsRasterLayer(answer["OUTPUT"], "mask")
    layer.loadDefaultStyle()
    assert layer.renderer().type() in ("paletted", "singlebandpseudocolor")
    assert answer["FLAGGED"] > 0 and answer["THRESHOLD"] > 3 and answer["EXPECTED_FALSE_ALARMS"] > 0
    assert any("without any anomaly would give" in line for line in log.infos)


def test_objects_gives_polygons_to_tick(run, scored):  # noqa: F811
    answer = run(
        "objects",
        {
            "SCORES": f"{scored}/scores.tif",
            "INPUT": f"{scored}/image.tif",
            "RATE": 0.005,
            "OUTPUT": f"{scored}/out/objects.gpkg",
        },
    )

    layer = QgsVectorLayer(answer["OUTPUT"], "objects")
    layer.loadDefaultStyle()
    assert layer.featureCount() == answer["OBJECT_COUNT"] == len(rows_of(answer["OUTPUT"]))
    assert layer.crs().authid() == "EPSG:32633"
    index = layer.fields().indexFromName("status")
    assert layer.editorWidgetSetup(index).type() == "ValueMap"
    assert np.isclose(next(layer.getFeatures())["area_m2"] / 900 % 1, 0)


def test_objects_can_be_temporary(run, scored):  # noqa: F811
    answer = run("objects", {"SCORES": f"{scored}/scores.tif", "OUTPUT": "TEMPORARY_OUTPUT"})

    assert QgsVectorLayer(answer["OUTPUT"], "objects").featureCount() == answer["OBJECT_COUNT"]


def test_a_refusal_is_one_sentence(run, scored):  # noqa: F811
    with pytest.raises(QgsProcessingException, match="a score layer has one"):
        run("threshold", {"SCORES": f"{scored}/image.tif", "OUTPUT": f"{scored}/out/m.tif"})


def test_find_anomalies_loads_scores_and_objects(run, scored):  # noqa: F811
    """What the toolbox makes when only the raster is chosen, as temporary files."""
    made = dict.fromkeys(("SCORES", "OBJECTS", "REPORT"), "TEMPORARY_OUTPUT")

    answer = run("findanomalies", {"INPUT": f"{scored}/image.tif", "DETECTOR": "rx", "RATE": 0.005, **made})

    assert QgsRasterLayer(answer["SCORES"], "scores").isValid()
    assert answer["REPORT"].endswith(".html")
    assert QgsVectorLayer(answer["OBJECTS"], "objects").featureCount() == answer["OBJECT_COUNT"] > 0


def test_the_dialog_offers_scores_objects_and_report(provider):
    algorithm = provider.algorithm("findanomalies")

    created = [item.name() for item in algorithm.destinationParameterDefinitions() if item.createByDefault()]
    assert created == ["SCORES", "OBJECTS", "REPORT"]
