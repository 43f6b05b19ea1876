"""Sums, merged models and collections as QGIS runs them."""

from __future__ import annotations

import numpy as np
from qgis.core import QgsVectorLayer

from tests.test_workflow import write_raster
from tests.tools.test_collect import add


def test_sums_are_merged_into_a_model_that_scores(run, tmp_path):
    sums = []
    for seed in (1, 2):
        array = np.random.default_rng(seed).normal(100, 5, (20, 16, 5)).astype(np.float32)
        write_raster(tmp_path / f"{seed}.tif", array, np.linspace(450, 850, 5))
        made = f"{tmp_path}/{seed}.safetensors"
        answer = run("summarise", {"INPUT": f"{tmp_path}/{seed}.tif", "BANDS": [1, 2, 4], "SUMS": made})
        assert (answer["PIXELS"], answer["BANDS_USED"]) == (320, 3)
        sums.append(answer["SUMS"])

    model = run("merge", {"SUMS": sums, "OUTPUT": f"{tmp_path}/model.safetensors"})

    assert (model["SITES"], model["PIXELS"], model["BANDS_USED"]) == (2, 640, 3)
    assert 0 <= model["LARGEST_DISTANCE"] < 1
    scored = {"MODEL": model["OUTPUT"], "INPUT": f"{tmp_path}/1.tif", "OUTPUT": f"{tmp_path}/s.tif"}
    assert run("applymodel", scored)["BANDS_USED"] == 3


def test_a_collection_is_a_layer(run, tmp_path):
    add(tmp_path, "north")
    add(tmp_path, "south")

    answer = run("collect", {"FOLDER": f"{tmp_path}/found", "OUTPUT": f"{tmp_path}/all.gpkg"})

    assert (answer["OBJECT_COUNT"], answer["SCENES"], answer["FAILED"]) == (4, 2, 0)
    layer = QgsVectorLayer(f"{answer['OUTPUT']}|layername=objects", "objects")
    assert layer.featureCount() == 4 and "scene" in layer.fields().names()
