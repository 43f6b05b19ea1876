"""Sums of one raster, and models of several: files, records, refusals, the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, List

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.background_sums import read_sums
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, HsiAnomalyError, ModelError, ParameterError
from qgis_hsi_anomaly.core.model_file import read_model
from qgis_hsi_anomaly.core.numerics.statistics import squared_mahalanobis
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import open_cube, read_map
from qgis_hsi_anomaly.tools.merge import Merge
from qgis_hsi_anomaly.tools.summarise import Summarise
from tests.test_workflow import write_raster

WAVELENGTHS = np.linspace(450, 950, 6)
QUARTERS = [(slice(0, 17), slice(0, 20)), (slice(0, 17), slice(20, 36))]
QUARTERS += [(slice(17, 40), columns) for _, columns in QUARTERS]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scene with a gradient and a corner without data, and its four quarters."""
    random = np.random.default_rng(0)
    array = random.normal(0, 5, (40, 36, 6)) @ random.normal(size=(6, 6))
    array += 1000 + 3 * np.arange(40)[:, None, None]
    array = array.astype(np.float32)
    array[:3, :4] = -9999
    write_raster(tmp_path / "whole.tif", array, WAVELENGTHS, nodata=-9999)
    for number, (rows, columns) in enumerate(QUARTERS, 1):
        write_raster(tmp_path / f"q{number}.tif", array[rows, columns], WAVELENGTHS, nodata=-9999)
    return tmp_path


def summarise(folder: Path, name: str, **more: Any) -> str:
    path = f"{folder}/{name}.safetensors"
    Summarise(input=f"{folder}/{name}.tif", sums=path, **more).perform()
    return path


def merge(folder: Path, *sums: str, run: Run = Run(), **more: Any) -> Any:
    return Merge(**{"sums": sums, "output": f"{folder}/merged.safetensors", **more}).perform(run)


def test_four_quarters_are_the_whole(folder: Path) -> None:
    """Scores to 1e-9, through files."""
    quarters = [summarise(folder, f"q{number}") for number in range(1, 5)]
    answer = merge(folder, *quarters)
    assert main(["fit", "rx", f"{folder}/whole.tif", f"{folder}/whole.safetensors"]) == 0

    assert (answer["SITES"], answer["PIXELS"], answer["BANDS_USED"]) == (4, 40 * 36 - 12, 6)
    models = [read_model(f"{folder}/{name}.safetensors") for name in ("merged", "whole")]
    spectra = open_cube(f"{folder}/whole.tif").read_rows(0, 40).reshape(-1, 6)
    merged, whole = (
        squared_mahalanobis(spectra - model.fitted.mean, model.fitted.whitening) for model in models
    )
    np.testing.assert_allclose(merged, whole, rtol=1e-9)
    assert models[0].wavelengths == models[1].wavelengths

    assert main(["apply", f"{folder}/merged.safetensors", f"{folder}/q4.tif", f"{folder}/scores.tif"]) == 0
    np.testing.assert_allclose(
        read_map(f"{folder}/scores.tif")[0], whole.reshape(40, 36)[17:, 20:], rtol=1e-6
    )


def test_sums_hold_what_is_known_of_the_scene(folder: Path) -> None:
    data = gdal.Open(f"{folder}/q1.tif", gdal.GA_Update)
    for number in range(1, 7):
        data.GetRasterBand(number).SetUnitType("reflectance")
    data = None
    mask = np.zeros((17, 20, 1), np.uint8)
    mask[5:] = 1
    write_raster(folder / "mask.tif", mask)

    found = read_sums(summarise(folder, "q1", bands=(2, 4, 5), background=f"{folder}/mask.tif"))

    assert found.band_numbers.tolist() == [2, 4, 5] and found.raster_bands == 6
    np.testing.assert_allclose(found.wavelengths, WAVELENGTHS[[1, 3, 4]])
    assert (found.moments.count, found.valid_pixels, found.unit) == (240, 340 - 12, "reflectance")
    record = json.loads((folder / "q1.safetensors.json").read_text())
    assert (
        record["task"] == "summarise" and record["background_pixels"] == 240 and record["bands"] == [2, 4, 5]
    )


def test_the_record_of_a_merge_names_the_scenes(folder: Path) -> None:
    sums = [summarise(folder, f"q{number}") for number in (1, 4)]
    said: List[str] = []

    merge(folder, *sums, run=Run(on_message=said.append), weights="equal", regularization="ridge")

    record = json.loads((folder / "merged.safetensors.json").read_text())
    assert [site["name"] for site in record["sites"]] == ["q4", "q1"]
    assert all(site["distance"] > 0 for site in record["sites"]) and record["bands"] == [1, 2, 3, 4, 5, 6]
    assert record["parameters"]["weights"] == "equal"
    assert any(line.startswith("q1: 328 background pixels, distance") for line in said)


def test_refusals_leave_nothing(folder: Path) -> None:
    one, two = summarise(folder, "q1"), summarise(folder, "q2", bands=(1, 2, 3))
    (folder / "short").write_bytes(Path(one).read_bytes()[:-5])
    before = sorted(os.listdir(folder))
    refused: List[Any] = [
        ((), ParameterError, "SUMS must be"),
        ((one, one), DataError, "the same scene"),
        ((one, two), DataError, "BANDS 1-3 for q1"),
        ((one, f"{folder}/short"), ModelError, "cut short"),
        ((f"{folder}/q1.tif",), ModelError, "not a file of sums"),
    ]
    for sums, kind, message in refused:
        with pytest.raises(kind, match=message):
            merge(folder, *sums)
    with pytest.raises(HsiAnomalyError, match="overwrite the input"):
        merge(folder, one, output=one)
    with pytest.raises(DataError, match="at least 60 are needed"):
        few = np.zeros((23, 20, 1), np.uint8)
        few[8, :9] = 1
        write_raster(folder / "few.tif", few)
        summarise(folder, "q3", background=f"{folder}/few.tif")
    (folder / "few.tif").unlink()
    assert sorted(os.listdir(folder)) == before


@pytest.mark.parametrize("stop", [0.05, 0.5, 0.9])
def test_cancelling_leaves_nothing(folder: Path, stop: float) -> None:
    sums = [summarise(folder, f"q{number}") for number in (1, 2)]
    before = sorted(os.listdir(folder))
    for tool in (
        Merge(sums=tuple(sums), output=f"{folder}/merged.safetensors"),
        Summarise(input=f"{folder}/q3.tif", sums=f"{folder}/new.safetensors"),
    ):
        seen = [0.0]
        with pytest.raises(Cancelled):
            tool.perform(Run(on_fraction=seen.append, is_cancelled=lambda seen=seen: seen[-1] >= stop))
        assert seen == sorted(seen)
    assert sorted(os.listdir(folder)) == before


def test_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summarise", f"{folder}/q1.tif", f"{folder}/a.sums", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["PIXELS"] == 328
    assert main(["summarise", f"{folder}/q2.tif", f"{folder}/b.sums"]) == 0
    assert "Summed over 272 pixels in 6 bands." in capsys.readouterr().out

    assert main(["merge", f"{folder}/a.sums", f"{folder}/b.sums", "--output", f"{folder}/m.model"]) == 0
    assert "Merged 2 files: 600 pixels, 6 bands." in capsys.readouterr().out
    assert main(["merge", f"{folder}/a.sums", "--output", f"{folder}/m.model", "--weights", "some"]) != 0
    assert capsys.readouterr().err.startswith("merge: WEIGHTS must be one of count, equal")
    assert main(["apply", f"{folder}/a.sums", f"{folder}/q1.tif", f"{folder}/s.tif"]) == 1
    assert "holds the sums of a background: merge it" in capsys.readouterr().err
