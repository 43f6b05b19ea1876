"""The tool that looks for more of what was found: the layer, its record and style, refusals, nothing left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, List

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, HsiAnomalyError, ParameterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import read_map
from qgis_hsi_anomaly.tools.similar import Similar
from tests.raster.rasters import PLACE, UTM33, write_raster
from tests.raster.test_features import box, polygon, write

TARGET = np.array([30, -20, 0, 25, -30, 10, 0, 20], np.float32)
COPIES = [(2, 3), (25, 20), (36, 28)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scene with an object of 2 x 3 pixels, two copies of its material and half a one, and another object."""
    random = np.random.default_rng(4)
    array = random.normal(100, 4, (37, 29, 8)).astype(np.float32)
    array[10:12, 4:7] += TARGET
    for place, part in zip(COPIES, (1, 1, 0.5)):
        array[place] += part * TARGET
    array[30, 5] += 3 * TARGET[::-1]
    array[0, 0] = -9999
    write_raster(tmp_path / "scene.tif", array, geotransform=PLACE, epsg=UTM33, nodata=-9999)
    write(tmp_path / "objects.gpkg", [polygon(box(10, 4, 12, 7)), polygon(box(30, 5, 31, 6))], ranks=[1, 2])
    return tmp_path


def names(folder: Path) -> List[str]:
    return sorted(file.name for file in folder.iterdir())


def similar(folder: Path, **more: Any) -> Similar:
    return Similar(
        **{
            "input": f"{folder}/scene.tif",
            "objects": f"{folder}/objects.gpkg|subset=rank = 1",
            "output": f"{folder}/more.tif",
            **more,
        }
    )


def highest(scores: Any, count: int) -> Any:
    order = np.argsort(np.where(np.isfinite(scores), scores, -np.inf), axis=None)[::-1][:count]
    return {divmod(int(place), scores.shape[1]) for place in order}


@pytest.mark.parametrize("method", ["ace", "matched"])
def test_copies_of_the_material_are_found(folder: Path, method: str) -> None:
    answer = similar(folder, method=method).perform()

    scores, georeference = read_map(f"{folder}/more.tif")
    own = {(row, column) for row in (10, 11) for column in (4, 5, 6)}
    assert highest(scores, 9) == own | set(COPIES)
    assert georeference.geotransform == PLACE
    assert np.isnan(scores[0, 0]) and np.isfinite(scores).sum() == 37 * 29 - 1
    assert answer == {"SPECTRA": 1, "VALID_PIXELS": 37 * 29 - 1, "BANDS_USED": 8}


def test_scores_are_the_formula_s_with_the_object_left_out_of_the_background(folder: Path) -> None:
    """By scikit-learn's shrinkage and the inverse covariance."""
    covariance_of = pytest.importorskip("sklearn.covariance").LedoitWolf
    similar(folder).perform()

    array = gdal.Open(f"{folder}/scene.tif").ReadAsArray().transpose(1, 2, 0).astype(float)
    outside = np.ones((37, 29), bool)
    outside[10:12, 4:7] = outside[0, 0] = False
    fitted = covariance_of().fit(array[outside])
    inverse, mean = np.linalg.inv(fitted.covariance_), array[outside].mean(axis=0)
    t = array[10:12, 4:7].reshape(-1, 8).mean(axis=0) - mean
    x = array - mean
    both = x @ inverse @ t
    expected = np.sign(both) * both**2 / ((t @ inverse @ t) * np.einsum("rcb,bk,rck->rc", x, inverse, x))
    expected[0, 0] = np.nan

    np.testing.assert_allclose(read_map(f"{folder}/more.tif")[0], expected, rtol=1e-4, atol=1e-6)


def test_of_several_objects_the_most_alike_counts(folder: Path) -> None:
    """With pixels beside them."""
    similar(folder, objects=f"{folder}/objects.gpkg", output=f"{folder}/both.tif").perform()
    similar(folder, objects="", pixels=("10,4", "30,5"), output=f"{folder}/pixels.tif").perform()

    for name in ("both.tif", "pixels.tif"):
        scores, _ = read_map(f"{folder}/{name}")
        assert scores[30, 5] > 0.99 and scores[2, 3] > 0.7
    similar(folder).perform()
    assert read_map(f"{folder}/more.tif")[0][30, 5] < 0.5


def test_layer_record_and_style_say_what_was_done(folder: Path) -> None:
    similar(folder, method="matched").perform()

    assert {"more.tif", "more.qml", "more.tif.json"} <= set(names(folder))
    metadata = gdal.Open(f"{folder}/more.tif").GetMetadata()
    assert metadata["HSI_ANOMALY_TOOL"] == "similar" and metadata["HSI_ANOMALY_OBJECTS"] == "Object 1"
    assert json.loads(metadata["HSI_ANOMALY_PARAMETERS"])["method"] == "matched"
    record = json.loads((folder / "more.tif.json").read_text())
    assert record["task"] == "similar" and record["objects"] == {"Object 1": 6}
    assert record["bands"] == list(range(1, 9)) and "score" in record["seconds"]


def test_bands_and_background_are_obeyed(folder: Path) -> None:
    """What is learned elsewhere changes the scores; bands that were not asked for do not enter."""
    write(folder / "region.gpkg", [polygon(box(12, 0, 29, 29))])
    answer = similar(folder, bands=(1, 2, 4, 5), background=f"{folder}/region.gpkg").perform()

    assert answer["BANDS_USED"] == 4
    assert read_map(f"{folder}/more.tif")[0][2, 3] > 0.9


def test_refusals_leave_nothing(folder: Path) -> None:
    before = names(folder)
    refused: List[Any] = [
        ({"objects": ""}, ParameterError, "similar: nothing is chosen"),
        ({"method": "sam"}, ParameterError, "METHOD must be one of ace, matched"),
        ({"objects": f"{folder}/objects.gpkg|subset=rank = 9"}, DataError, "no feature of"),
        ({"objects": "", "pixels": ("0,0",)}, DataError, "None of the chosen objects"),
        ({"output": f"{folder}/scene.tif"}, HsiAnomalyError, "input"),
    ]
    for values, kind, message in refused:
        with pytest.raises(kind, match=message):
            similar(folder, **values).perform()
    assert names(folder) == before


@pytest.mark.parametrize("stop", [0.1, 0.4, 0.9])
def test_cancelling_leaves_nothing(folder: Path, stop: float) -> None:
    before, seen = names(folder), [0.0]
    with pytest.raises(Cancelled):
        similar(folder).perform(Run(on_fraction=seen.append, is_cancelled=lambda: seen[-1] >= stop))
    assert names(folder) == before
    assert seen == sorted(seen)


def test_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["similar", f"{folder}/scene.tif", f"{folder}/more.tif", "--pixels", "10,5", "--method", "ace"]

    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["SPECTRA"] == 1
    assert main(command) == 0
    assert "Spectra looked for: 1; valid pixels: 1072; bands used: 8." in capsys.readouterr().out
    assert main([*command[:3], "--pixels", "10;5"]) == 2
    assert capsys.readouterr().err.startswith("PIXELS must be ROW,COLUMN")
