"""Evaluating and importing as QGIS does it: layers, extents in another CRS, and what a dialog begins with."""

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingException,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)

from tests.processing.conftest import Log
from tests.raster.test_matlab import cube, truth, write_mat
from tests.test_evaluate import evaluated, folder, scored, write_objects  # noqa: F401 (fixtures)


def test_ticked_objects_of_the_project_are_truth(run, scored, project):  # noqa: F811
    """As a layer, with a filter of its own; several score layers."""
    path = write_objects(
        scored / "o.gpkg", [(5, 8, 4, 7, "true"), (15, 16, 2, 3, "unknown"), (1, 2, 1, 2, "true")]
    )
    objects = QgsVectorLayer(f"{path}|layername=objects", "objects", "ogr")
    objects.setSubsetString("fid < 3")
    scores = QgsRasterLayer(f"{scored}/rx.tif", "rx")
    project.addMapLayers([objects, scores])
    log = Log()

    results = run(
        "evaluate", {"SCORES": scores.id(), "TRUTH": objects.id(), "ALSO": [f"{scored}/knn.tif"]}, log
    )

    kept = write_objects(scored / "kept.gpkg", [(5, 8, 4, 7, "true"), (15, 16, 2, 3, "unknown")])
    expected = evaluated(scored, "kept.gpkg", "rx.tif")
    assert kept and {name: results[name] for name in expected} == expected
    assert any(text.startswith("1 pixels have no truth") for text in log.infos)
    assert f"column 2: {scored}/knn.tif" in log.infos


def test_edits_that_are_not_saved_are_said_not_to_count(run, scored, project):  # noqa: F811
    path = write_objects(scored / "o.gpkg", [(5, 8, 4, 7, "true"), (15, 16, 2, 3, "unknown")])
    objects = QgsVectorLayer(f"{path}|layername=objects", "objects", "ogr")
    project.addMapLayer(objects)
    objects.startEditing()
    objects.changeAttributeValue(2, objects.fields().indexFromName("status"), "true")
    log = Log()

    run("evaluate", {"SCORES": f"{scored}/rx.tif", "TRUTH": objects.id()}, log)

    objects.rollBack()
    assert any("not saved yet" in text for text in log.warnings)


def test_scores_that_are_their_own_truth_are_refused_in_the_dialog(algorithm, scored):  # noqa: F811
    """Before it runs."""
    from qgis.core import QgsProcessingContext

    path = f"{scored}/rx.tif"
    accepted, message = algorithm("evaluate").checkParameterValues(
        {"SCORES": path, "TRUTH": path}, QgsProcessingContext()
    )
    assert not accepted and "SCORES and TRUTH are the same file" in message


def test_the_dialog_begins_without_a_truth(algorithm, run, scored):  # noqa: F811
    """QGIS would take the project's first layer, which is the scores; what it shows instead is refused."""
    found = algorithm("evaluate")
    blank = found.parameterDefinition("TRUTH").defaultValueForGui()
    assert isinstance(blank, str) and not blank.strip() and blank  # QGIS takes an empty text for none
    with pytest.raises(QgsProcessingException, match="TRUTH must be a raster or polygons"):
        run("evaluate", {"SCORES": f"{scored}/rx.tif", "TRUTH": blank})


@pytest.mark.parametrize("kind", ["text", "rectangle"])
def test_an_extent_in_another_crs_is_brought_to_that_of_the_scene(run, tmp_path, kind):
    """As QGIS gives it from the map, with the CRS of the project."""
    mat = write_mat(tmp_path / "a.mat", {"data": cube(rows=30, columns=20), "map": truth(30, 20)})
    edges = (-117.2, -117.1, 32.7, 32.8)
    extent = "-117.2,-117.1,32.7,32.8 [EPSG:4326]"
    if kind == "rectangle":
        box = QgsRectangle(edges[0], edges[2], edges[1], edges[3])
        extent = QgsReferencedRectangle(box, QgsCoordinateReferenceSystem("EPSG:4326"))
    crs = QgsCoordinateReferenceSystem("EPSG:32611")
    results = run(
        "importmat",
        {
            "INPUT": mat,
            "CRS": crs,
            "EXTENT": extent,
            "OUTPUT": f"{tmp_path}/a.tif",
            "OUTPUT_TRUTH": f"{tmp_path}/t.tif",
        },
    )

    assert results == {"OUTPUT": f"{tmp_path}/a.tif", "OUTPUT_TRUTH": f"{tmp_path}/t.tif"}
    dataset = gdal.Open(f"{tmp_path}/a.tif")
    left, width, _, top, _, height = dataset.GetGeoTransform()
    assert 481_000 < left < 481_500 and 3_629_000 < top < 3_630_000
    assert 400 < width < 500 and -400 < height < -300
    assert dataset.GetSpatialRef().GetAuthorityCode(None) == "32611"
    np.testing.assert_array_equal(gdal.Open(f"{tmp_path}/t.tif").ReadAsArray(), truth(30, 20))


def test_without_a_place_an_import_has_none(run, tmp_path):
    """And needs no truth."""
    mat = write_mat(tmp_path / "a.mat", {"data": cube(rows=30, columns=20)})
    assert run("importmat", {"INPUT": mat, "OUTPUT": f"{tmp_path}/a.tif"}) == {"OUTPUT": f"{tmp_path}/a.tif"}
    assert gdal.Open(f"{tmp_path}/a.tif").GetGeoTransform(can_return_null=True) is None
    with pytest.raises(QgsProcessingException, match="CRS is given without EXTENT"):
        run("importmat", {"INPUT": mat, "CRS": "EPSG:32611", "OUTPUT": f"{tmp_path}/b.tif"})
