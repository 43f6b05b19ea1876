"""Score maps compared: the report, the table, detectors run in turn, refusals, nothing left behind."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Dict, List, Tuple

import numpy as np
import pytest

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.decisions.comparison import compare_maps
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, HsiAnomalyError, ParameterError
from qgis_hsi_anomaly.core.metrics import figures, label_scores
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.jobs.execution import Execution
from qgis_hsi_anomaly.raster.reader import read_map, read_truth
from qgis_hsi_anomaly.tools import compare
from qgis_hsi_anomaly.tools.compare import Compare
from tests.raster.rasters import PLACE, UTM33, write_raster

DETECTORS = {"rx": {}, "knn": {"neighbors": 5}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scene with three targets, its truth, and the scores of two detectors."""
    random = np.random.default_rng(2)
    scene = random.normal(100, 4, (33, 27, 7)).astype(np.float32)
    truth = np.zeros((33, 27, 1), np.uint8)
    for place in ((4, 5), (20, 9), (28, 22)):
        scene[place] += random.uniform(-30, 30, 7)
        truth[place] = 1
    scene[:2, :3] = -9999
    write_raster(tmp_path / "scene.tif", scene, geotransform=PLACE, epsg=UTM33, nodata=-9999)
    write_raster(tmp_path / "truth.tif", truth, geotransform=PLACE, epsg=UTM33)
    for id, values in DETECTORS.items():
        workflow.detect(make_detector(id, values), f"{tmp_path}/scene.tif", f"{tmp_path}/{id}.tif")
    return tmp_path


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the pictures, which take most of the time."""
    monkeypatch.setattr("qgis_hsi_anomaly.report.comparison.picture", lambda caption, figure: caption)
    for draw in ("_draw_maps", "_draw_curves"):
        monkeypatch.setattr(f"qgis_hsi_anomaly.report.comparison.{draw}", lambda *given: None)


def names(folder: Path) -> List[str]:
    return sorted(file.name for file in folder.iterdir())


def made(folder: Path, *scores: str, **more: Any) -> Compare:
    paths = tuple(f"{folder}/{name}.tif" for name in scores or DETECTORS)
    return Compare(**{"scores": paths, "output": f"{folder}/report.html", **more})


def table(folder: Path) -> Dict[Tuple[str, str, str], float]:
    with open(folder / "figures.csv", newline="", encoding="utf-8") as stream:
        return {
            (row["figure"], row["map"], row["other"]): float(row["value"]) for row in csv.DictReader(stream)
        }


def test_figures_are_those_of_the_maps(folder: Path, undrawn: None) -> None:
    """The answer, the table and the core say the same; figures against truth are those of `evaluate`."""
    maps = [read_map(f"{folder}/{name}.tif")[0] for name in DETECTORS]
    expected = compare_maps(maps, 0.01)
    labels = read_truth(f"{folder}/truth.tif", (33, 27))

    answer = made(folder, truth=f"{folder}/truth.tif", rate=0.01, csv=f"{folder}/figures.csv").perform()

    assert (answer["MAPS"], answer["PIXELS"]) == (2, 33 * 27 - 6)
    assert answer["LEAST_RANK_CORRELATION"] == expected.rank_correlations[0, 1]
    assert answer["overlap"] == expected.overlap.tolist()
    found, (first, second) = table(folder), answer["maps"]
    assert found["overlap", first, second] == pytest.approx(expected.overlap[0, 1], rel=1e-5)
    assert found["shared_top", second, first] == expected.shared_top[0, 1]
    assert found["flagged", second, ""] == 8
    for scores, name in zip(maps, answer["maps"]):
        for figure, value in figures(label_scores(scores, labels)).items():
            assert found[figure, name, ""] == pytest.approx(value, rel=1e-5)


def test_maps_are_named_by_file_and_detector(folder: Path, undrawn: None) -> None:
    """Also where two files have one name, and where the file does not say what made it."""
    (folder / "older").mkdir()
    scores, _ = read_map(f"{folder}/rx.tif")
    for path in ("older/rx.tif", "plain.tif"):
        write_raster(folder / path, scores[..., None], geotransform=PLACE, epsg=UTM33)

    answer = made(folder, "rx", "knn", "plain", "older/rx", "plain").perform()

    assert answer["maps"] == [
        "rx: RX (global) [rx]",
        "knn: Nearest neighbors (kNN) [knn]",
        f"{folder.name}/plain #1",
        "rx",
        f"{folder.name}/plain #2",
    ]


def test_the_report_is_one_file_with_everything(folder: Path) -> None:
    """Two pictures and all matrices with truth; without it no curve."""
    made(folder, truth=f"{folder}/truth.tif").perform()
    with_truth = (folder / "report.html").read_text(encoding="utf-8")
    made(folder).perform()
    without = (folder / "report.html").read_text(encoding="utf-8")

    for heading in ("Side by side", "Rank correlations", "Overlap of alarms at 0", "Members of each other"):
        assert f"<h2>{heading}" in with_truth and f"<h2>{heading}" in without
    assert with_truth.count("data:image/png;base64,") == 2 and without.count("data:image/png;base64,") == 1
    assert "Against the truth" in with_truth and "Against the truth" not in without
    assert "RX (global) [rx]" in with_truth and "scene scene.tif" in with_truth
    for outside in ("http://", "https://", "<script", "src='/"):
        assert outside not in with_truth


def test_detectors_are_run_in_turn(folder: Path, undrawn: None) -> None:
    """With the same scores as by themselves."""
    said: List[str] = []
    answer = made(folder, "scene", detectors=("rx", "localrx", "knn"), truth=f"{folder}/truth.tif").perform(
        Run(on_message=said.append), Execution(device="cpu")
    )

    scores = [read_map(f"{folder}/{name}")[0] for name in ("rx.tif",)]
    workflow.detect(make_detector("localrx", {}), f"{folder}/scene.tif", f"{folder}/local.tif")
    expected = compare_maps([*scores, read_map(f"{folder}/local.tif")[0]], 1e-3)
    assert answer["maps"][0] == "RX (global) [rx]" and answer["MAPS"] == 3
    assert answer["rank_correlations"][0][1] == pytest.approx(expected.rank_correlations[0, 1], abs=1e-6)
    assert "Nearest neighbors (kNN) [knn] is run." in said


def test_what_cannot_be_run_or_says_nothing_is_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is compared, and the report says what is missing and why."""
    warnings: List[str] = []
    flat = np.full((33, 27, 1), 7, np.float32)
    write_raster(folder / "flat.tif", flat, geotransform=PLACE, epsg=UTM33)
    answer = made(folder, "rx", "flat", "knn").perform(Run(on_warning=warnings.append))

    assert answer["MAPS"] == 2 and "flat is left out. All of its scores are equal." in warnings[0]
    assert "flat is left out" in (folder / "report.html").read_text()

    def refuse(self: Any, *given: Any) -> None:
        raise DataError("Too dark.")

    monkeypatch.setattr(compare.detector_class("cbad"), "fit", refuse)
    answer = made(folder, "scene", detectors=("rx", "cbad", "knn")).perform(Run(on_warning=warnings.append))
    assert answer["MAPS"] == 2 and warnings[1].endswith("[cbad] is left out. Too dark.")
    with pytest.raises(DataError, match=r"Two maps are needed to compare, 1 is left.*Too dark\."):
        made(folder, "scene", detectors=("rx", "cbad")).perform()


def test_truth_may_be_unknown_in_places(folder: Path, undrawn: None) -> None:
    """There nothing is judged."""
    truth = np.zeros((33, 27, 1), np.float32)
    truth[4, 5], truth[20:] = 1, np.nan
    write_raster(folder / "partly.tif", truth, geotransform=PLACE, epsg=UTM33)

    answer = made(folder, truth=f"{folder}/partly.tif").perform()

    scores = read_map(f"{folder}/rx.tif")[0]
    scores[20:] = np.nan
    expected = figures(label_scores(scores, truth[..., 0] == 1))
    assert answer["figures"][0]["AUC_PD_PF"] == pytest.approx(expected["AUC_PD_PF"])


def test_refusals_leave_nothing(folder: Path) -> None:
    """One sentence each."""
    scores = np.random.default_rng(0).random((33, 27, 1)).astype(np.float32)
    write_raster(folder / "moved.tif", scores, geotransform=(PLACE[0] + 60, *PLACE[1:]), epsg=UTM33)
    write_raster(folder / "small.tif", scores[:30], geotransform=PLACE, epsg=UTM33)
    before = names(folder)
    refused: List[Any] = [
        (("rx",), {}, ParameterError, "two or more score layers, or one"),
        (
            ("rx", "knn"),
            {"detectors": ("rx", "knn")},
            ParameterError,
            "one hyperspectral raster; SCORES names 2",
        ),
        (("scene",), {"detectors": ("rx",)}, ParameterError, "DETECTORS must be two or more"),
        (("scene",), {"detectors": ("rx", "magic")}, ParameterError, "DETECTORS must be one or more of"),
        (("rx", "truth"), {"truth": f"{folder}/truth.tif"}, ParameterError, "is one of SCORES"),
        (("rx", "scene"), {}, DataError, "has 7 bands"),
        (("rx", "small"), {}, DataError, "small.tif has 30 rows and 27 columns"),
        (("rx", "moved"), {}, DataError, "moved.tif does not lie where"),
        (("rx", "knn"), {"truth": f"{folder}/moved.tif"}, DataError, "TRUTH: .*does not lie where"),
        (("rx", "knn"), {"rate": 0}, ParameterError, "RATE must be"),
        (("rx", "knn"), {"output": f"{folder}/report.pdf"}, HsiAnomalyError, "extension"),
        (("rx", "knn"), {"csv": f"{folder}/rx.tif"}, HsiAnomalyError, "input"),
        (("rx", "nowhere"), {}, HsiAnomalyError, "nowhere.tif"),
    ]
    for names_of, values, kind, message in refused:
        with pytest.raises(kind, match=message) as found:
            made(folder, *names_of, **values).perform()
        assert "\n" not in str(found.value)
    with pytest.raises(ParameterError, match="RESUME must be false"):
        made(folder).perform(execution=Execution(resume=True))
    assert names(folder) == before


@pytest.mark.parametrize("stop", [0.05, 0.3, 0.6, 0.85, 0.95])
def test_cancelling_leaves_nothing(folder: Path, undrawn: None, stop: float) -> None:
    """Wherever it comes."""
    before, seen = names(folder), [0.0]
    run = Run(on_fraction=seen.append, is_cancelled=lambda: seen[-1] >= stop)
    with pytest.raises(Cancelled):
        made(folder, "scene", detectors=("rx", "knn")).perform(run)
    assert names(folder) == before
    assert seen == sorted(seen)


def test_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As in the interface: compare INPUT OUTPUT.html --detectors …, and compare SCORES… OUTPUT.html."""
    report = f"{folder}/report.html"

    assert main(["compare", f"{folder}/scene.tif", report, "--detectors", "rx,knn", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (
        answer["maps"] == ["RX (global) [rx]", "Nearest neighbors (kNN) [knn]"] and answer["output"] == report
    )

    scores = [f"{folder}/rx.tif", f"{folder}/knn.tif"]
    assert main(["compare", *scores, report, "--truth", f"{folder}/truth.tif"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("2 maps, 885 pixels") and told.rstrip().endswith(report)
    assert "AUC_PD_PF" in told and "Rank correlations" in told

    assert main(["compare", scores[0], report]) == 2
    assert capsys.readouterr().err.count("\n") == 1
