"""From scores to objects by the tools: what they write, say, refuse; command line."""

from __future__ import annotations

import json

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ParameterError, RasterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.tools.findanomalies import FindAnomalies
from qgis_hsi_anomaly.tools.objects import ObjectsTool
from qgis_hsi_anomaly.tools.threshold import ThresholdTool
from tests.raster.rasters import PLACE, UTM33, spectra, write_raster
from tests.test_workflow import names


@pytest.fixture
def scored(tmp_path):
    """A folder with a score layer of two objects, and the image it was made from."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(60, 50, 1)).astype(np.float32)
    scores[10:13, 10:14], scores[40:42, 30:32] = 8, 6
    scores[11, 11] = 9
    scores[0, :10] = np.nan
    write_raster(tmp_path / "scores.tif", scores, geotransform=PLACE, epsg=UTM33, nodata=float("nan"))
    image = spectra(60, 50, 6).astype(np.float32)
    image[10:13, 10:14, 3] += 5000
    write_raster(tmp_path / "image.tif", image, geotransform=PLACE, epsg=UTM33)
    (tmp_path / "out").mkdir()
    return tmp_path


def rows_of(path):
    layer = (vector := gdal.OpenEx(str(path), gdal.OF_VECTOR)).GetLayer(0)
    rows = [feature.items() for feature in layer]
    del layer, vector
    return rows


def test_a_mask_says_how_it_was_made(scored):
    said = []
    run = Run(on_message=said.append)
    answer = ThresholdTool(scores=f"{scored}/scores.tif", output=f"{scored}/out/mask.tif", rate=5e-3).perform(
        run
    )

    dataset = gdal.Open(f"{scored}/out/mask.tif")
    mask, scores = dataset.ReadAsArray(), gdal.Open(f"{scored}/scores.tif").ReadAsArray()
    np.testing.assert_array_equal(mask == 1, scores > answer["THRESHOLD"])
    np.testing.assert_array_equal(mask == 255, np.isnan(scores))
    assert dataset.GetRasterBand(1).GetNoDataValue() == 255 and dataset.GetGeoTransform() == PLACE
    kept = json.loads(dataset.GetMetadataItem("HSI_ANOMALY_THRESHOLD"))
    assert kept["asked"] == {"method": "tail", "rate": 0.005, "budget": 100.0, "unit": "pixels"}
    assert (
        kept["threshold"] == answer["THRESHOLD"] and kept["flagged"] == answer["FLAGGED"] == (mask == 1).sum()
    )
    assert 0 < answer["EXPECTED_FALSE_ALARMS"] <= 4 * 0.005 * 2990
    assert any("95 % interval" in line for line in said)
    assert names(scored / "out") == ["mask.qml", "mask.tif"]


def test_objects_have_all_fields(scored):
    tool = ObjectsTool(
        scores=f"{scored}/scores.tif",
        output=f"{scored}/out/o.gpkg",
        input=f"{scored}/image.tif",
        rate=5e-3,
        extent=1,
    )
    answer = tool.perform()

    first, second, *_ = rows_of(scored / "out/o.gpkg")
    assert list(first) == (
        "rank pixels area_m2 score_max score_mean p_value agreement x y longitude latitude bands status".split()
    )
    assert (first["rank"], first["pixels"], first["score_max"]) == (1, 12, 9)
    assert (second["rank"], second["pixels"], second["score_max"]) == (2, 4, 6)
    assert first["area_m2"] == pytest.approx(12 * 900)
    assert (first["x"], first["y"]) == pytest.approx((PLACE[0] + 12 * 30, PLACE[3] - 11.5 * 30))
    assert first["bands"].startswith("4") and first["agreement"] is None and first["status"] == "unknown"
    assert 0 < first["p_value"] <= second["p_value"] < 0.01
    assert answer["OBJECT_COUNT"] == len(rows_of(scored / "out/o.gpkg"))
    assert names(scored / "out") == ["o.gpkg", "o.qml"]


def test_areas_bound_the_list_and_spread_gives_agreement(scored):
    spread = np.full((60, 50, 1), 4.5, np.float32)
    write_raster(scored / "spread.tif", spread)
    tool = ObjectsTool(
        scores=f"{scored}/scores.tif",
        output=f"{scored}/out/o.csv",
        spread=f"{scored}/spread.tif",
        rate=5e-3,
        extent=1,
        min_area=5 * 900,
        max_area=12 * 900,
    )

    assert tool.perform()["OBJECT_COUNT"] == 1
    (row,) = rows_of(scored / "out/o.csv")
    assert float(row["agreement"]) == 0.5


def test_a_false_discovery_rate_lists_what_the_region_does_not_hold(scored):
    dataset = gdal.Open(f"{scored}/scores.tif", gdal.GA_Update)
    values = dataset.ReadAsArray()
    values[2:8:3, 2:48:3] = 7
    dataset.GetRasterBand(1).WriteArray(values)
    del dataset
    region = np.zeros((60, 50, 1), np.uint8)
    region[20:39] = region[44:] = 1
    write_raster(scored / "region.tif", region)
    wanted = {"method": "conformal", "background": f"{scored}/region.tif", "rate": 0.1, "extent": 1}
    tool = ObjectsTool(
        scores=f"{scored}/scores.tif", output=f"{scored}/out/o.csv", false_discoveries=0.1, **wanted
    )

    # The two of before, the 32 new ones, and about a tenth as many that are false.
    assert 28 <= tool.perform()["OBJECT_COUNT"] <= 38


def test_commands(scored, capsys):
    options = ["--method", "quantile", "--rate", "0.01", "--json"]
    assert main(["threshold", f"{scored}/scores.tif", f"{scored}/out/mask.tif", *options]) == 0
    mask = json.loads(capsys.readouterr().out)
    assert (
        main(
            [
                "objects",
                f"{scored}/scores.tif",
                f"{scored}/out/o.gpkg",
                "--input",
                f"{scored}/image.tif",
                *options,
            ]
        )
        == 0
    )
    objects = json.loads(capsys.readouterr().out)

    assert mask["FLAGGED"] == 29 and mask["THRESHOLD"] == objects["THRESHOLD"]
    assert objects["OBJECT_COUNT"] == len(rows_of(scored / "out/o.gpkg"))


@pytest.mark.parametrize(
    ("tool", "changes", "error", "words"),
    [
        (ThresholdTool, {"scores": "image.tif"}, DataError, "6 bands: a score layer has one"),
        (ThresholdTool, {"scores": "nowhere.tif"}, RasterError, "nowhere.tif"),
        (ThresholdTool, {"output": "scores.tif"}, RasterError, "would overwrite the input"),
        (ThresholdTool, {"output": "out/mask.jpg"}, RasterError, "extension"),
        (ThresholdTool, {"method": "conformal"}, ParameterError, "BACKGROUND"),
        (ObjectsTool, {"output": "out/o.xyz"}, RasterError, "gpkg"),
        (ObjectsTool, {"input": "small.tif"}, DataError, "does not lie on the grid"),
        (ObjectsTool, {"spread": "one.tif"}, DataError, "another size"),
        (ObjectsTool, {"false_discoveries": 0.1}, ParameterError, "conformal"),
        (ObjectsTool, {"min_area": 5, "max_area": 1}, ParameterError, "MAX_AREA"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_left(scored, monkeypatch, tool, changes, error, words):
    monkeypatch.chdir(scored)
    write_raster(scored / "small.tif", spectra(5, 5))
    write_raster(scored / "one.tif", spectra(5, 5, 1))
    before = names(scored)
    values = {
        "scores": "scores.tif",
        "output": "out/mask.tif" if tool is ThresholdTool else "out/o.gpkg",
        **changes,
    }

    with pytest.raises(error, match=words):
        tool(**values).perform()

    assert names(scored) == before and names(scored / "out") == []


@pytest.mark.parametrize("tool", [ThresholdTool, ObjectsTool])
def test_a_cancel_leaves_nothing(scored, tool):
    name = {ThresholdTool: "mask.tif", ObjectsTool: "o.gpkg"}[tool]
    for step in range(1, 6):
        asked = iter(range(100))
        run = Run(is_cancelled=lambda asked=asked, step=step: next(asked) >= step)
        with pytest.raises(Cancelled):
            tool(scores=f"{scored}/scores.tif", output=f"{scored}/out/{name}").perform(run)

        assert names(scored / "out") == []


def test_the_textbook_threshold_is_only_mentioned(scored):
    dataset = gdal.Open(f"{scored}/scores.tif", gdal.GA_Update)
    dataset.SetMetadata({"HSI_ANOMALY_DETECTOR": "rx", "HSI_ANOMALY_BANDS_USED": "1"})
    del dataset
    said = []

    ThresholdTool(scores=f"{scored}/scores.tif", output=f"{scored}/out/mask.tif").perform(
        Run(on_message=said.append)
    )

    assert any("For comparison only: chi-square with 1 degrees" in line for line in said)


def test_a_warning_where_objects_are_wider_than_the_guard_window(scored):
    dataset = gdal.Open(f"{scored}/scores.tif", gdal.GA_Update)
    dataset.SetMetadata({"HSI_ANOMALY_DETECTOR": "crd", "HSI_ANOMALY_PARAMETERS": '{"inner_window": 3}'})
    del dataset
    said = []

    ObjectsTool(scores=f"{scored}/scores.tif", output=f"{scored}/out/o.csv", rate=5e-3, extent=1).perform(
        Run(on_warning=said.append)
    )

    assert any("1 object is wider than the inner window of 3 pixels" in line for line in said)


def test_a_warning_where_much_is_flagged(scored):
    said = []
    tool = ThresholdTool(
        scores=f"{scored}/scores.tif", output=f"{scored}/out/mask.tif", method="quantile", rate=0.1
    )

    tool.perform(Run(on_warning=said.append))

    assert any("10.0 % of the pixels are flagged" in line for line in said)


def test_one_step_from_a_raster_to_a_list(scored, capsys):
    """Everything in a folder, by the command."""
    folder = scored / "found"
    assert (
        main(
            [
                "findanomalies",
                f"{scored}/image.tif",
                f"{folder}",
                "--detector",
                "rx",
                "--rate",
                "0.005",
                "--json",
            ]
        )
        == 0
    )
    answer = json.loads(capsys.readouterr().out)

    made = {"objects.gpkg", "objects.qml", "report.html", "scores.qml", "scores.tif", "scores.tif.json"}
    assert set(names(folder)) == made
    rows = rows_of(folder / "objects.gpkg")
    assert answer["OBJECT_COUNT"] == len(rows) and rows[0]["bands"].startswith("4")
    page = (folder / "report.html").read_text()
    assert "Object 1" in page and "false-alarm rate of 0.005" in page and page.count("data:image/png") >= 2


def test_a_search_that_fails_leaves_nothing(scored):
    for step in (1, 5, 20, 40):
        asked = iter(range(1000))
        run = Run(is_cancelled=lambda asked=asked, step=step: next(asked) >= step)
        with pytest.raises(Cancelled):
            FindAnomalies(input=f"{scored}/image.tif", folder=f"{scored}/found", detector="rx").perform(run)
        assert not (scored / "found").exists()
    with pytest.raises(ParameterError, match="nowhere to write"):
        FindAnomalies(input=f"{scored}/image.tif")
    with pytest.raises(RasterError, match="cannot be made"):
        FindAnomalies(input=f"{scored}/image.tif", folder=f"{scored}/no/where").perform()


def test_a_search_keeps_what_was_ticked(scored):
    FindAnomalies(input=f"{scored}/image.tif", folder=f"{scored}/out", detector="rx", rate=0.005).perform()
    vector = gdal.OpenEx(f"{scored}/out/objects.gpkg", gdal.OF_VECTOR | gdal.OF_UPDATE)
    vector.ExecuteSQL("UPDATE objects SET status = 'true' WHERE rank = 1")
    del vector

    with pytest.raises(RasterError, match="ticked"):
        FindAnomalies(input=f"{scored}/image.tif", folder=f"{scored}/out", detector="rx").perform()


def test_a_search_of_the_consensus_has_agreement_and_spread(scored):
    FindAnomalies(input=f"{scored}/image.tif", folder=f"{scored}/out", rate=0.005).perform()

    assert "spread.tif" in names(scored / "out")
    assert all(0 <= row["agreement"] <= 1 for row in rows_of(scored / "out/objects.gpkg"))
