"""Explaining objects and looking for more of them, as a user of the toolbox does."""

import numpy as np
from osgeo import gdal
from qgis.core import QgsFeature, QgsGeometry, QgsPointXY, QgsRasterLayer, QgsVectorLayer

from tests.processing.conftest import Log


def points(scene):
    """A scratch layer with a point on the scene's bright pixel, in row 12 and column 7."""
    left, across, _, top, _, down = gdal.Open(f"{scene}/scene.tif").GetGeoTransform()
    _, _, turned, _, other, _ = gdal.Open(f"{scene}/scene.tif").GetGeoTransform()
    layer = QgsVectorLayer("Point", "places", "memory")
    feature = QgsFeature(layer.fields())
    place = QgsPointXY(left + across * 7.5 + turned * 12.5, top + other * 7.5 + down * 12.5)
    feature.setGeometry(QgsGeometry.fromPointXY(place))
    layer.dataProvider().addFeatures([feature])
    return layer


def test_explain_takes_a_scratch_layer_and_pixels(run, scene, tmp_path):
    log = Log()
    files = {"OUTPUT": f"{tmp_path}/why.html", "CSV": f"{tmp_path}/why.csv"}

    results = run(
        "explain",
        {"INPUT": f"{scene}/scene.tif", "OBJECTS": points(scene), "PIXELS": "5,5 6,6", **files},
        log,
    )

    assert results == {**files, "EXPLAINED": 3}
    assert any("at row 12, column 7" in line for line in log.infos)
    assert (tmp_path / "why.html").stat().st_size > 10_000
    assert len((tmp_path / "why.csv").read_text().splitlines()) == 1 + 3 * 6
    assert log.shares[-1] == 100


def test_similar_takes_layers(run, project, scene, tmp_path):
    layer = QgsRasterLayer(f"{scene}/scene.tif", "scene")
    project.addMapLayer(layer)

    results = run("similar", {"INPUT": layer, "OBJECTS": points(scene), "OUTPUT": f"{tmp_path}/more.tif"})

    assert results == {"OUTPUT": f"{tmp_path}/more.tif", "SPECTRA": 1, "VALID_PIXELS": 308, "BANDS_USED": 6}
    scores = gdal.Open(results["OUTPUT"]).ReadAsArray()
    assert np.unravel_index(np.nanargmax(scores), scores.shape) == (12, 7)
    assert (tmp_path / "more.qml").exists()
