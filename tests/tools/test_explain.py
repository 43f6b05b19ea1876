"""The tool that explains objects: page and table as a user gets them, refusals, nothing left behind."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import pytest

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import (
    Cancelled,
    DataError,
    HsiAnomalyError,
    MissingLibraryError,
    ParameterError,
)
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import read_map
from qgis_hsi_anomaly.tools.explain import Explain
from tests.raster.rasters import PLACE, UTM33, edit, write_raster
from tests.raster.test_features import box, point, polygon, write

pytest.importorskip("matplotlib")

WAVELENGTHS = np.concatenate([np.linspace(450, 900, 10), np.linspace(1500, 1700, 5)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scene with two objects, of which the second ranks first; each a bump in a band of its own."""
    random = np.random.default_rng(2)
    array = random.normal(100, 5, (37, 29, 15)).astype(np.float32)
    array[10:12, 4:7, 3] += 60
    array[20, 20, 12] += 90
    array[0, 0] = -9999
    path = write_raster(tmp_path / "scene.tif", array, geotransform=PLACE, epsg=UTM33, nodata=-9999)
    dataset = edit(path)
    for number, wavelength in enumerate(WAVELENGTHS, 1):
        dataset.GetRasterBand(number).SetMetadata(
            {"wavelength": f"{wavelength}", "wavelength_units": "nanometers"}
        )
    del dataset
    write(tmp_path / "objects.gpkg", [polygon(box(10, 4, 12, 7)), polygon(box(20, 20, 21, 21))], ranks=[2, 1])
    return tmp_path


def lines_of(path: Path) -> List[Dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def names(folder: Path) -> List[str]:
    return sorted(file.name for file in folder.iterdir())


def explain(folder: Path, **more: Any) -> Explain:
    return Explain(
        **{
            "input": f"{folder}/scene.tif",
            "objects": f"{folder}/objects.gpkg",
            "output": f"{folder}/why.html",
            **more,
        }
    )


def test_the_page_is_one_file_with_a_section_an_object(folder: Path) -> None:
    answer = explain(folder).perform()

    page = (folder / "why.html").read_text()
    assert re.findall(r"<h2>(.*?)</h2>", page) == ["Objects", "Object 1", "Object 2"]
    assert page.count("src='data:image/png;base64,") == 2 * 2
    assert not re.search(r"(src|href)='(?!data:)", page)
    assert answer["EXPLAINED"] == 2
    first, second = answer["objects"]
    assert (first["name"], first["row"], first["column"], first["pixels"]) == ("Object 1", 20, 20, 1)
    assert first["strongest"][0] == "band 13 (1600 nm)" and second["strongest"][0] == "band 4 (600 nm)"
    assert "band 13 (1600 nm)" in page


def test_the_table_has_a_line_for_each_object_and_band(folder: Path) -> None:
    answer = explain(folder, csv=f"{folder}/why.csv").perform()
    workflow.detect(make_detector("rx", {}), f"{folder}/scene.tif", f"{folder}/rx.tif")

    lines = lines_of(folder / "why.csv")
    assert [line["object"] for line in lines] == ["Object 1"] * 15 + ["Object 2"] * 15
    assert [float(line["wavelength_nm"]) for line in lines[:15]] == pytest.approx(WAVELENGTHS)
    scores, _ = read_map(f"{folder}/rx.tif")
    for start, item in ((0, answer["objects"][0]), (15, answer["objects"][1])):
        own = lines[start : start + 15]
        total = sum(float(line["contribution_highest"]) for line in own)
        assert total == pytest.approx(scores[item["row"], item["column"]], rel=1e-5)
        assert sum(float(line["contribution"]) for line in own) == pytest.approx(item["rx_of_mean"], rel=1e-6)
        for line in own:
            low, middle, high = (float(line[f"background_{name}"]) for name in ("p05", "median", "p95"))
            assert low < middle < high
    largest = max(lines[:15], key=lambda line: float(line["contribution_highest"]))
    assert largest["band"] == "13"
    assert float(largest["residual_crd"]) > 40 and float(largest["value"]) == float(largest["value_highest"])


def test_ranks_in_score_maps_are_told(folder: Path) -> None:
    for id in ("rx", "knn"):
        workflow.detect(make_detector(id, {}), f"{folder}/scene.tif", f"{folder}/{id}.tif")

    answer = explain(
        folder, scores=(f"{folder}/rx.tif", f"{folder}/knn.tif"), most=1, pixels=("0,1",)
    ).perform()

    scores, _ = read_map(f"{folder}/rx.tif")
    for item in answer["objects"]:
        assert item["ranks"]["rx"] == 1 + np.count_nonzero(scores > scores[item["row"], item["column"]])
    assert answer["objects"][0]["ranks"] == {"rx": 1, "knn": 1}
    assert "1 of 1,072" in (folder / "why.html").read_text()


def test_only_the_first_ranks_are_explained(folder: Path) -> None:
    messages: List[str] = []

    answer = explain(folder, most=1).perform(Run(on_message=messages.append))

    assert [item["name"] for item in answer["objects"]] == ["Object 1"]
    assert "Of 2 features the first 1 are explained: MOST allows for more." in messages


def test_bands_and_background_are_obeyed(folder: Path) -> None:
    """Learned where the objects are: the first is background there."""
    write(folder / "region.gpkg", [polygon(box(0, 0, 37, 15))])
    answer = explain(
        folder, bands=tuple(range(1, 11)), background=f"{folder}/region.gpkg", csv=f"{folder}/why.csv", most=1
    ).perform()

    assert len(lines_of(folder / "why.csv")) == 10
    workflow.detect(
        make_detector("rx", {}),
        f"{folder}/scene.tif",
        f"{folder}/rx.tif",
        bands=list(range(1, 11)),
        background=f"{folder}/region.gpkg",
    )
    scores, _ = read_map(f"{folder}/rx.tif")
    for item in answer["objects"]:
        assert item["rx"] == pytest.approx(scores[item["row"], item["column"]], rel=1e-5)


def test_bands_without_wavelengths_are_known_by_number(tmp_path: Path) -> None:
    array = np.random.default_rng(0).normal(size=(12, 12, 4)).astype(np.float32)
    array[3, 3, 2] += 20
    write_raster(tmp_path / "scene.tif", array)

    answer = Explain(
        input=f"{tmp_path}/scene.tif",
        output=f"{tmp_path}/why.html",
        csv=f"{tmp_path}/why.csv",
        pixels=("3,3",),
    ).perform()

    assert answer["objects"][0]["strongest"][0] == "band 3"
    assert [line["wavelength_nm"] for line in lines_of(tmp_path / "why.csv")] == [""] * 4


def test_refusals_leave_nothing(folder: Path) -> None:
    write_raster(folder / "small.tif", np.ones((3, 4, 1), np.float32))
    write(folder / "away.gpkg", [point(500, 500)])
    before = names(folder)
    refused: List[Any] = [
        ({"objects": ""}, ParameterError, "nothing is chosen"),
        ({"pixels": ("1,99",)}, ParameterError, "PIXELS: 1,99 lies outside"),
        ({"objects": "", "pixels": ("0,0",)}, DataError, "None of the chosen objects"),
        ({"objects": f"{folder}/away.gpkg"}, DataError, "no feature of"),
        ({"scores": (f"{folder}/small.tif",)}, DataError, "SCORES: .*small.tif does not lie on the grid"),
        ({"output": f"{folder}/why.txt"}, HsiAnomalyError, "html"),
        ({"output": f"{folder}/objects.html", "csv": f"{folder}/objects.gpkg"}, HsiAnomalyError, "overwrite"),
        ({"most": 0}, ParameterError, "MOST"),
    ]
    for values, kind, message in refused:
        with pytest.raises(kind, match=message):
            explain(folder, **values).perform()
    assert names(folder) == before


@pytest.mark.parametrize("stop", [0.1, 0.5, 0.95])
def test_cancelling_leaves_nothing(folder: Path, stop: float) -> None:
    before, seen = names(folder), [0.0]
    with pytest.raises(Cancelled):
        explain(folder, csv=f"{folder}/why.csv").perform(
            Run(on_fraction=seen.append, is_cancelled=lambda: seen[-1] >= stop)
        )
    assert names(folder) == before


def test_without_matplotlib_it_is_refused_before_the_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = names(folder)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingLibraryError, match="^explain needs matplotlib"):
        explain(folder).perform(Run(on_fraction=lambda fraction: pytest.fail("the work has begun")))
    assert names(folder) == before


def test_what_is_doubtful_about_the_scene_is_told(tmp_path: Path) -> None:
    array = np.random.default_rng(0).normal(size=(8, 8, 12)).astype(np.float32)
    write_raster(tmp_path / "scene.tif", array)
    warnings: List[str] = []

    tool = Explain(input=f"{tmp_path}/scene.tif", output=f"{tmp_path}/why.html", pixels=("3,3",))
    tool.perform(Run(on_warning=warnings.append))

    assert len(warnings) == 1 and "5.3 pixels for each of the 12 bands" in warnings[0]
    assert warnings[0] in (tmp_path / "why.html").read_text()


def test_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["explain", f"{folder}/scene.tif", f"{folder}/why.html", "--pixels", "20,20", "--json"]

    assert main(command) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["output"] == f"{folder}/why.html" and answer["EXPLAINED"] == 1
    shown = Explain.show(answer)
    assert re.match(r"Pixel 20,20: RX [\d.]+ at row 20, column 20; band 13 \(1600 nm\)", shown)

    assert main(["explain", f"{folder}/scene.tif", f"{folder}/why.html"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
