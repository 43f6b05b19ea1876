"""Evaluating: what counts as truth, what is refused, and what the report says."""

import html
import json
import re

import numpy as np
import pytest

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ParameterError, RasterError
from qgis_hsi_anomaly.core.metrics import FIGURES, figures, label_scores, operating_points
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.georeference import Georeference
from qgis_hsi_anomaly.raster.score_map import ScoreMap
from qgis_hsi_anomaly.raster.truth import read_labels
from qgis_hsi_anomaly.tools.evaluate import Evaluate
from qgis_hsi_anomaly.tools.origin import names_of, origin_of
from tests.raster.rasters import PLACE, UTM33, edit, wkt, write_raster

gdal = pytest.importorskip("osgeo.gdal")
ogr, osr = pytest.importorskip("osgeo.ogr"), pytest.importorskip("osgeo.osr")

SHAPE = (20, 16)


@pytest.fixture
def folder(tmp_path):
    """Scores that say where the anomalies are, but for noise, and a truth raster, on one grid."""
    random = np.random.default_rng(0)
    truth = np.zeros((*SHAPE, 1), np.uint8)
    truth[5:8, 4:7] = 1
    scores = random.gamma(2, 3, (*SHAPE, 1)).astype(np.float32) + 12 * truth
    write_raster(tmp_path / "scores.tif", scores, geotransform=PLACE, epsg=UTM33)
    write_raster(tmp_path / "truth.tif", truth, geotransform=PLACE, epsg=UTM33)
    return tmp_path


def read(path):
    """The first band."""
    return gdal.Open(str(path)).ReadAsArray()


def write_objects(path, boxes, epsg=UTM33, field=ogr.OFTString, driver="GPKG"):
    """Write rectangles of rows and columns, each with its status; the field is left out where all are None."""
    data = gdal.GetDriverByName(driver).Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    layer = data.CreateLayer("objects", reference, ogr.wkbPolygon)
    named = any(status is not None for *_, status in boxes)
    if named:
        layer.CreateField(ogr.FieldDefn("status", field))
    for top, bottom, left, right, status in boxes:
        x0, x1 = PLACE[0] + 30 * left, PLACE[0] + 30 * right
        y0, y1 = PLACE[3] - 30 * top, PLACE[3] - 30 * bottom
        feature = ogr.Feature(layer.GetLayerDefn())
        if named and status is not None:
            feature.SetField("status", status)
        feature.SetGeometry(
            ogr.CreateGeometryFromWkt(f"POLYGON (({x0} {y0},{x1} {y0},{x1} {y1},{x0} {y1},{x0} {y0}))")
        )
        layer.CreateFeature(feature)
    del layer, data
    return str(path)


def evaluated(folder, truth="truth.tif", scores="scores.tif", **more):
    """The figures."""
    return Evaluate(f"{folder}/{scores}", f"{folder}/{truth}", **more).perform()


def expected(folder, anomaly, known=True):
    """The figures of the core for masks."""
    return figures(label_scores(np.where(known, read(folder / "scores.tif"), np.nan), anomaly))


def box(top, bottom, left, right):
    """A mask that is True in a rectangle."""
    mask = np.zeros(SHAPE, bool)
    mask[top:bottom, left:right] = True
    return mask


def test_nodata_of_the_truth_is_neither_anomaly_nor_background(folder):
    """Nor are its scores used for anything."""
    truth = read(folder / "truth.tif")
    truth[10:] = 255
    write_raster(folder / "half.tif", truth[..., None], nodata=255)

    said = []
    tool = Evaluate(f"{folder}/scores.tif", f"{folder}/half.tif")
    found = tool.perform(Run(on_message=said.append))

    assert found == expected(folder, truth == 1, truth != 255) != evaluated(folder)
    assert said == ["160 pixels have no truth: they are neither anomaly nor background."]


def test_a_nodata_value_of_0_is_background(folder):
    """As tools write it that burn polygons."""
    write_raster(folder / "burnt.tif", read(folder / "truth.tif")[..., None], nodata=0)

    assert evaluated(folder, "burnt.tif") == evaluated(folder)


@pytest.mark.parametrize(("epsg", "driver"), [(UTM33, "GPKG"), (UTM33, "ESRI Shapefile")])
def test_polygons_are_anomalies_and_the_rest_is_background(folder, epsg, driver):
    """Whatever else they carry."""
    name = "areas.gpkg" if driver == "GPKG" else "areas.shp"
    write_objects(folder / name, [(5, 8, 4, 7, None), (15, 16, 2, 3, None)], epsg, driver=driver)
    assert evaluated(folder, name) == expected(folder, box(5, 8, 4, 7) | box(15, 16, 2, 3))

    write_objects(folder / "other.gpkg", [(5, 8, 4, 7, "planned"), (15, 16, 2, 3, None)])
    assert evaluated(folder, "other.gpkg") == evaluated(folder, name)


@pytest.mark.parametrize("driver", ["GPKG", "GeoJSON", "ESRI Shapefile"])
def test_ticked_objects_are_truth(folder, driver):
    """True: anomaly. Unknown, or nothing: neither. False and all else: background."""
    name = {"GPKG": "o.gpkg", "GeoJSON": "o.geojson", "ESRI Shapefile": "o.shp"}[driver]
    boxes = [
        (5, 8, 4, 7, "true"),
        (15, 16, 2, 3, "unknown"),
        (17, 18, 2, 3, None),
        (0, 2, 9, 12, "false"),
        (7, 9, 6, 8, "unknown"),  # in part below one that is true
    ]
    path = write_objects(folder / name, boxes, driver=driver)

    unknown = (box(15, 16, 2, 3) | box(17, 18, 2, 3) | box(7, 9, 6, 8)) & ~box(5, 8, 4, 7)
    labels = read_labels(path, Georeference(16, 20, PLACE, wkt(UTM33)))
    np.testing.assert_array_equal(labels.anomaly, box(5, 8, 4, 7))
    np.testing.assert_array_equal(labels.known, ~unknown)
    assert evaluated(folder, name) == expected(folder, box(5, 8, 4, 7), ~unknown)


@pytest.mark.parametrize(
    ("statuses", "error", "words"),
    [
        (("unknown", "false"), DataError, "no object of .* has the status true: tick"),
        (("true", "perhaps"), RasterError, "holds 'perhaps': it may hold unknown, true, false"),
    ],
)
def test_objects_that_nobody_ticked_are_refused(folder, statuses, error, words):
    """So are statuses of another kind beside ours."""
    write_objects(folder / "o.gpkg", [(5, 8, 4, 7, statuses[0]), (15, 16, 2, 3, statuses[1])])
    with pytest.raises(error, match=f"TRUTH: .*{words}"):
        evaluated(folder, "o.gpkg")


def test_polygons_elsewhere_are_refused(folder):
    """By place."""
    write_objects(folder / "o.gpkg", [(500, 508, 4, 7, None)])
    with pytest.raises(DataError, match="no polygon of .* covers a pixel of the score layer"):
        evaluated(folder, "o.gpkg")


@pytest.mark.parametrize(
    ("geotransform", "epsg", "accepted"),
    [
        (None, None, True),
        (PLACE, None, True),
        (PLACE, UTM33, True),
        ((PLACE[0] + 10, *PLACE[1:]), UTM33, True),
        ((PLACE[0] + 20, *PLACE[1:]), UTM33, False),
        ((PLACE[0] + 83_000, *PLACE[1:]), UTM33, False),
        ((*PLACE[:1], 60.0, *PLACE[2:]), UTM33, False),
        (PLACE, 32632, False),  # the same numbers in another zone
    ],
)
def test_truth_of_another_place_or_grid_is_refused(folder, geotransform, epsg, accepted):
    """Where both say where they lie; half a pixel is let pass."""
    truth = read(folder / "truth.tif")[..., None]
    write_raster(folder / "moved.tif", truth, geotransform=geotransform, epsg=epsg)
    if accepted:
        assert evaluated(folder, "moved.tif") == evaluated(folder)
    else:
        with pytest.raises(DataError, match=r"TRUTH: .*moved.tif does not lie where the score layer lies"):
            evaluated(folder, "moved.tif")


def test_the_same_place_in_another_crs_is_the_same(folder):
    """Here one that counts in feet."""
    reference = osr.SpatialReference()
    reference.ImportFromProj4("+proj=utm +zone=33 +datum=WGS84 +units=us-ft")
    write_raster(folder / "feet.tif", read(folder / "truth.tif")[..., None])
    feet = 3937 / 1200
    dataset = edit(f"{folder}/feet.tif")
    dataset.SetGeoTransform([value * feet for value in PLACE])
    dataset.SetProjection(reference.ExportToWkt())
    del dataset

    assert evaluated(folder, "feet.tif") == evaluated(folder)


@pytest.mark.parametrize("spelling", ["scores.tif", "./scores.tif", "link.tif"])
def test_scores_are_no_truth_of_their_own(folder, monkeypatch, spelling):
    """By any name, before anything is read."""
    monkeypatch.chdir(folder)
    (folder / "link.tif").symlink_to(folder / "scores.tif")
    with pytest.raises(ParameterError, match="evaluate: SCORES and TRUTH are the same file"):
        Evaluate("scores.tif", spelling)
    with pytest.raises(ParameterError, match="ALSO and TRUTH are the same file"):
        Evaluate("truth.tif", "scores.tif", also=["truth.tif", spelling])


def test_images_are_neither_scores_nor_truth(folder):
    """They have many bands."""
    write_raster(folder / "image.tif", np.random.default_rng(1).normal(size=(*SHAPE, 9)).astype(np.float32))
    with pytest.raises(DataError, match="has 9 bands: a score layer has one"):
        evaluated(folder, scores="image.tif")
    with pytest.raises(DataError, match="has 9 bands: a score layer has one"):
        evaluated(folder, also=(f"{folder}/image.tif",))
    with pytest.raises(DataError, match="TRUTH: .* has 9 bands"):
        evaluated(folder, "image.tif")


def test_thresholds_keep_their_rate_and_no_lower_one_does():
    """By counting, with ties; those for which there is too little background are left out."""
    random = np.random.default_rng(2)
    background = np.round(random.gamma(2, 30, 3000), 1).astype(np.float32)
    anomaly = np.round(random.gamma(4, 60, 40), 1).astype(np.float32)
    every = np.unique(np.concatenate([anomaly, background]))

    points = operating_points(anomaly, background)
    assert [point.rate for point in points] == [1e-1, 1e-2, 1e-3]
    for point in points:
        kept = [t for t in every if (background >= t).sum() <= point.rate * 3000]
        assert (every > point.threshold).sum() == (every >= min(kept)).sum()
        assert point.false_alarms == (background > point.threshold).sum() == (background >= min(kept)).sum()
        assert point.detections == (anomaly > point.threshold).sum()
        assert len(repr(point.threshold)) <= 7


def test_where_the_highest_scores_are_background_alone_nothing_can_be_flagged():
    """All of them are equal."""
    point = operating_points(np.array([1.0]), np.full(100, 2.0), [0.1])[0]
    assert (point.threshold, point.false_alarms, point.detections) == (None, 0, 0)


@pytest.fixture
def scored(folder):
    """Scores of two detectors, with their records, of a scene named scene."""
    array = np.random.default_rng(3).normal(100, 5, (*SHAPE, 6)).astype(np.float32)
    array[5:8, 4:7] += np.arange(6) * 9
    write_raster(folder / "scene.tif", array, geotransform=PLACE, epsg=UTM33)
    for id, values in (("rx", {"regularization": "ridge"}), ("knn", {})):
        workflow.detect(make_detector(id, values), f"{folder}/scene.tif", f"{folder}/{id}.tif")
    return folder


def text_of(report):
    """A report as it is read: without tags and pictures."""
    return html.unescape(re.sub(r"<[^>]+>", "|", report.read_text(encoding="utf-8")))


def test_the_report_says_what_was_evaluated_and_where_to_cut(scored):
    """From the record; the score is the layer's own."""
    pytest.importorskip("matplotlib")
    evaluated(scored, scores="rx.tif", report=f"{scored}/report.html")

    shown = text_of(scored / "report.html")
    record = json.loads((scored / "rx.tif.json").read_text())
    for words in ("RX (global) (rx)", "Regularization: ridge", "scene.tif", "whole image", "truth.tif"):
        assert words in shown
    assert record["started"][:10] in shown
    assert "Area under the ROC curve (AUC_PD_PF)" in shown
    assert all(f"({name})" in shown for name in FIGURES)
    scores, truth = read(scored / "rx.tif"), read(scored / "truth.tif") == 1
    rows = re.findall(r"\|([\d.]+) %\|\|([\d.]+)\|\|(\d+)\|\|(\d+) of 9 ", shown)
    assert [row[0] for row in rows] == ["10", "1"]
    for _, threshold, alarms, found in rows:
        flagged = scores > float(threshold)
        assert (flagged & ~truth).sum() == int(alarms) and (flagged & truth).sum() == int(found)
    assert "there are too few" in shown


def test_without_a_record_the_raster_speaks_for_itself(scored):
    """A record of another run is not believed."""
    for text in ('{"detector": "knn", "input": "wrong.tif"}', "[", "[1]", "{}"):
        (scored / "rx.tif.json").write_text(text)
        origin = origin_of(f"{scored}/rx.tif", ScoreMap(f"{scored}/rx.tif").metadata)
        assert origin["Detector"] == "RX (global) (rx)"
        assert origin["Parameters"] == "Regularization: ridge; Precision: single"
        assert "Scene" not in origin and names_of([origin]) == ["RX (global)"]

    assert origin_of(f"{scored}/scores.tif", {}) == {"Score layer": "scores.tif", "Detector": "not recorded"}
    odd = {"HSI_ANOMALY_DETECTOR": "magic", "HSI_ANOMALY_PARAMETERS": '{"power": [1, 2.5, true]}'}
    assert origin_of("a.tif", odd)["Detector"] == "magic (magic)"
    assert origin_of("a.tif", odd)["Parameters"] == "power: 1, 2.5, yes"


def test_layers_are_named_so_that_they_can_be_told_apart():
    """By detector, and by file where that is not enough."""
    detectors = ["RX (rx)", "KNN (knn)", "RX (rx)", "not recorded"]
    origins = [
        {"Score layer": f"{number}.tif", "Scene": "s.tif", "Detector": detector}
        for number, detector in enumerate(detectors)
    ]
    assert names_of(origins) == ["RX (0.tif)", "KNN", "RX (2.tif)", "3.tif"]
    assert names_of(origins[:1]) == ["RX – s"]


def test_several_layers_stand_side_by_side(scored, capsys):
    """Further curves, rows and maps; the figures returned are those of the first."""
    pytest.importorskip("matplotlib")
    arguments = [f"{scored}/rx.tif", f"{scored}/truth.tif", "--report", f"{scored}/report.html"]
    also = ["--also", f"{scored}/knn.tif", f"{scored}/scores.tif"]
    assert main(["evaluate", *arguments, *also, "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert {name: answer[name] for name in FIGURES} == evaluated(scored, scores="rx.tif")
    names = [layer["scores"] for layer in answer["layers"]]
    assert names == [f"{scored}/{name}" for name in ("rx.tif", "knn.tif", "scores.tif")]
    assert answer["layers"][2]["AUC_PD_PF"] == evaluated(scored)["AUC_PD_PF"]
    text = (scored / "report.html").read_text(encoding="utf-8")
    assert text.count("data:image/png;base64,") == 1 + 3 * 3
    assert "Nearest neighbors (kNN) (knn)" in text_of(scored / "report.html")

    assert main(["evaluate", *arguments[:2], *also]) == 0
    assert "column 2: " in capsys.readouterr().out


def test_further_layers_must_have_the_same_grid(scored):
    """As the truth must."""
    write_raster(scored / "small.tif", np.ones((5, 4, 1), np.float32))
    with pytest.raises(DataError, match=r"ALSO: .*small.tif has 5 rows and 4 columns"):
        evaluated(scored, also=(f"{scored}/small.tif",))


def test_names_from_files_are_not_taken_for_html(scored):
    """They may hold anything."""
    pytest.importorskip("matplotlib")
    (scored / "scores.tif").rename(scored / "<b>&'scores.tif")
    evaluated(scored, scores="<b>&'scores.tif", report=f"{scored}/report.html")
    text = (scored / "report.html").read_text(encoding="utf-8")
    assert "<b>&'scores" not in text and "&lt;b&gt;&amp;" in text


@pytest.mark.parametrize("share", [0.05, 0.5, 0.65])
def test_a_cancelled_evaluation_leaves_nothing(scored, share):
    """At any time."""
    pytest.importorskip("matplotlib")
    before, seen = sorted(scored.iterdir()), [0.0]
    tool = Evaluate(f"{scored}/rx.tif", f"{scored}/truth.tif", f"{scored}/report.html", [f"{scored}/knn.tif"])
    with pytest.raises(Cancelled):
        tool.perform(Run(on_fraction=seen.append, is_cancelled=lambda: seen[-1] > share))

    assert sorted(scored.iterdir()) == before
