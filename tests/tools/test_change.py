"""Anomalous change between two rasters: the layer, its record and style, refusals, nothing left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, List

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.change import Pair, learn_pairs
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, HsiAnomalyError, ParameterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import open_cube, read_map
from qgis_hsi_anomaly.tools.change import Change
from tests.raster.rasters import PLACE, UTM33, write_raster

CHANGED = (20, 11)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two dates, the second in other light and with a band less; one pixel has changed, corners are without data."""
    random = np.random.default_rng(1)
    shares = random.random((37, 29, 3))
    before = (shares @ random.uniform(20, 90, (3, 6)) + random.normal(size=(37, 29, 6))).astype(np.float32)
    after = (before[..., :5] * 1.7 + 30 + random.normal(size=(37, 29, 5))).astype(np.float32)
    after[CHANGED] = after[np.unravel_index(before[..., 0].argmax(), (37, 29))]
    before[0, 0] = after[36, 28] = -9999
    for name, array in (("before", before), ("after", after)):
        write_raster(tmp_path / f"{name}.tif", array, geotransform=PLACE, epsg=UTM33, nodata=-9999)
    return tmp_path


def names(folder: Path) -> List[str]:
    return sorted(file.name for file in folder.iterdir())


def change(folder: Path, **more: Any) -> Change:
    places = {name: f"{folder}/{name}.tif" for name in ("before", "after")}
    return Change(**{**places, "output": f"{folder}/change.tif", **more})


def test_the_change_scores_highest(folder: Path) -> None:
    """And the layer lies where the dates lie."""
    answer = change(folder, shift=0).perform()

    scores, georeference = read_map(f"{folder}/change.tif")
    assert answer == {"VALID_PIXELS": 37 * 29 - 2, "BANDS_USED": 11}
    assert np.unravel_index(np.nanargmax(scores), scores.shape) == CHANGED
    assert np.isnan(scores[0, 0]) and np.isnan(scores[36, 28])
    assert georeference.geotransform == PLACE and "32633" in georeference.crs


@pytest.mark.parametrize("method", ["hyperbolic", "chronochrome"])
def test_scores_are_those_of_the_core(folder: Path, method: str) -> None:
    """With all parameters handed on."""
    change(folder, method=method, shift=2, regularization="ridge").perform()

    pair = Pair(*(open_cube(f"{folder}/{name}.tif") for name in ("before", "after")))
    expected = learn_pairs(pair, "ridge").score(pair, method, 2)
    np.testing.assert_allclose(read_map(f"{folder}/change.tif")[0], expected, rtol=1e-5, atol=1e-5)


def test_the_background_region_is_obeyed(folder: Path) -> None:
    """What is learned elsewhere changes the scores."""
    mask = np.zeros((37, 29, 1), np.uint8)
    mask[:18] = 1
    write_raster(folder / "region.tif", mask, geotransform=PLACE, epsg=UTM33)

    change(folder).perform()
    change(folder, background=f"{folder}/region.tif", output=f"{folder}/other.tif").perform()

    whole, half = (read_map(f"{folder}/{name}.tif")[0] for name in ("change", "other"))
    assert np.nanmax(np.abs(whole - half)) > 0.01
    assert json.loads((folder / "other.tif.json").read_text())["background_pixels"] == 18 * 29 - 1


def test_layer_record_and_style_say_what_was_done(folder: Path) -> None:
    """As for every score layer."""
    change(folder, method="chronochrome").perform()

    assert {"change.tif", "change.qml", "change.tif.json"} <= set(names(folder))
    metadata = gdal.Open(f"{folder}/change.tif").GetMetadata()
    assert metadata["HSI_ANOMALY_TOOL"] == "change"
    assert json.loads(metadata["HSI_ANOMALY_PARAMETERS"]) == {
        "method": "chronochrome",
        "regularization": "ledoitwolf",
        "shift": 1,
        "allow": [],
    }
    record = json.loads((folder / "change.tif.json").read_text())
    assert record["bands"] == {"before": [1, 2, 3, 4, 5, 6], "after": [1, 2, 3, 4, 5]}
    assert "shrinkage" in record["metrics"] and "score" in record["seconds"]


def test_refusals_leave_nothing(folder: Path) -> None:
    """One sentence each, before the pixels are read."""
    array = np.ones((37, 29, 3), np.float32)
    moved = (PLACE[0] + 90, *PLACE[1:])
    write_raster(folder / "moved.tif", array, geotransform=moved, epsg=UTM33)
    write_raster(folder / "small.tif", array[:30], geotransform=PLACE, epsg=UTM33)
    before = names(folder)
    refused: List[Any] = [
        ({"after": f"{folder}/before.tif"}, ParameterError, "are both .*give two dates"),
        ({"after": f"{folder}/moved.tif"}, DataError, "does not lie where"),
        ({"after": f"{folder}/small.tif"}, DataError, "37 rows and 29 columns, .* 30 and 29"),
        ({"method": "difference"}, ParameterError, "METHOD must be one of hyperbolic, chronochrome"),
        ({"shift": 11}, ParameterError, "SHIFT must be"),
        ({"output": f"{folder}/after.tif"}, HsiAnomalyError, "input"),
        ({"output": f"{folder}/change.png"}, HsiAnomalyError, "extension"),
    ]
    for values, kind, message in refused:
        with pytest.raises(kind, match=message) as found:
            change(folder, **values).perform()
        assert "\n" not in str(found.value)
    assert names(folder) == before


@pytest.mark.parametrize("stop", [0.05, 0.15, 0.3, 0.7, 0.94])
def test_cancelling_leaves_nothing(folder: Path, stop: float) -> None:
    """Wherever it comes."""
    before, seen = names(folder), [0.0]
    with pytest.raises(Cancelled):
        change(folder).perform(Run(on_fraction=seen.append, is_cancelled=lambda: seen[-1] >= stop))
    assert names(folder) == before
    assert seen == sorted(seen)


def test_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As in the interface: change BEFORE AFTER OUTPUT."""
    command = ["change", *(f"{folder}/{name}.tif" for name in ("before", "after", "change"))]

    assert main([*command, "--shift", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["VALID_PIXELS"] == 1071
    assert main([*command, "--method", "chronochrome"]) == 0
    assert "6 bands used before, 5 after; 1071 pixels valid at both dates" in capsys.readouterr().err
    assert main([*command[:3], f"{folder}/none/change.tif"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
