"""Comparison of score maps and change between dates as the toolbox runs them."""

import numpy as np
from osgeo import gdal
from qgis.core import QgsRasterLayer

from qgis_hsi_anomaly.tools.change import Change
from tests.processing.conftest import Log
from tests.test_workflow import names, write_raster


def test_compare_takes_layers_and_files(run, project, scene, tmp_path):
    """Score layers of the project; the whole output."""
    layers = []
    for id in ("rx", "knn"):
        run(id, {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/{id}.tif"})
        layers.append(QgsRasterLayer(f"{tmp_path}/{id}.tif", id))
    project.addMapLayers(layers)
    log, report = Log(), str(tmp_path / "report.html")
    given = {"SCORES": [layers[0], f"{tmp_path}/knn.tif"], "TRUTH": f"{scene}/truth.tif", "OUTPUT": report}

    results = run("compare", given, log)

    assert (results["OUTPUT"], results["MAPS"], results["PIXELS"]) == (report, 2, 308)
    assert -1 <= results["LEAST_RANK_CORRELATION"] <= 1 and 0 <= results["LEAST_OVERLAP"] <= 1
    assert any(line.startswith("2 maps, 308 pixels") for line in log.infos)


def test_compare_runs_detectors(run, scene, tmp_path):
    """As static strings; the table too."""
    given = {
        "SCORES": [f"{scene}/scene.tif"],
        "DETECTORS": ["rx", "knn", "cbad"],
        "CSV": f"{tmp_path}/figures.csv",
        "OUTPUT": f"{tmp_path}/report.html",
    }

    results = run("compare", given)

    assert results["MAPS"] == 3 and results["CSV"] == f"{tmp_path}/figures.csv"
    assert {"report.html", "figures.csv"} <= set(names(tmp_path))


def test_change_gives_the_same_as_the_tool(run, scene, tmp_path):
    """A layer as one date, a file as the other."""
    array = gdal.Open(f"{scene}/scene.tif").ReadAsArray().transpose(1, 2, 0)
    after = array * 2 + np.random.default_rng(0).normal(size=array.shape)
    write_raster(tmp_path / "after.tif", after.astype(np.float32))
    before = QgsRasterLayer(f"{scene}/scene.tif", "scene")
    output = str(tmp_path / "change.tif")

    results = run(
        "change", {"BEFORE": before, "AFTER": f"{tmp_path}/after.tif", "SHIFT": 0, "OUTPUT": output}
    )

    assert results == {"OUTPUT": output, "VALID_PIXELS": 308, "BANDS_USED": 12}
    Change(
        before=f"{scene}/scene.tif", after=f"{tmp_path}/after.tif", shift=0, output=f"{tmp_path}/direct.tif"
    ).perform()
    np.testing.assert_array_equal(
        gdal.Open(output).ReadAsArray(), gdal.Open(f"{tmp_path}/direct.tif").ReadAsArray()
    )
