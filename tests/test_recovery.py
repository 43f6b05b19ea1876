"""The tool recovery: report and table, own targets, refusals, cancelling, other processes."""

import csv
import json

import numpy as np
import pytest

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.decisions.recovery import Implant, ImplantedCube, threshold_of
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ParameterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.jobs.execution import Execution
from qgis_hsi_anomaly.jobs.packing import pack_cube, unpack_cube
from qgis_hsi_anomaly.raster.reader import open_cube
from qgis_hsi_anomaly.tools.recovery import Recovery
from tests.test_workflow import names, write_raster

pytest.importorskip("osgeo.gdal")
pytest.importorskip("matplotlib")
pytest.importorskip("scipy")

FEW = {"sizes": "1,2", "fractions": "0.01,1", "implants": 4}


@pytest.fixture
def folder(tmp_path):
    """A scene of 60 x 50 pixels and 5 bands, with a strange pixel and a corner without data."""
    array = np.random.default_rng(0).normal(100, 5, (60, 50, 5)).astype(np.float32)
    array[40, 30] = [300, 10, 300, 10, 300]
    array[:4, :5] = -9999
    write_raster(tmp_path / "scene.tif", array, np.linspace(450, 950, 5), nodata=-9999)
    return tmp_path


def tool(folder, **more):
    return Recovery(**{"input": f"{folder}/scene.tif", "output": f"{folder}/found.html", **FEW, **more})


def test_strong_targets_are_found_and_written_of(folder, capsys):
    arguments = ["recovery", f"{folder}/scene.tif", f"{folder}/found.html", "--csv", f"{folder}/found.csv"]
    arguments += ["--pixels", "40,30", "--sizes", "1,2", "--fractions", "0.01 1", "--implants", "4"]
    assert main([*arguments, "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert answer["IMPLANTED"] == 16 and answer["RUNS"] >= 2
    found = {(cell["size"], cell["fraction"]): cell["found"] for cell in answer["cells"]}
    assert found[1, 1.0] == found[2, 1.0] == 4
    assert found[1, 0.01] <= 1
    assert answer["FOUND"] == sum(found.values())
    assert 0.01 < answer["half_found"]["1"] <= 1
    with open(folder / "found.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["size"], row["fraction"]) for row in rows] == [
        ("1", "0.01"),
        ("1", "1"),
        ("2", "0.01"),
        ("2", "1"),
    ]
    assert rows[1]["rate"] == "1" and float(rows[1]["low"]) == pytest.approx(0.5101, abs=1e-4)
    page = (folder / "found.html").read_text()
    assert page.count("<img") == 3 and "RX (global)" in page and "0.51 to 1.00" in page
    assert "pixels of the objects that were chosen" in page
    assert names(folder) == ["found.csv", "found.html", "scene.tif"]

    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[-1] == "100"


def test_the_scene_s_own_spectra_are_the_default(folder):
    answer = tool(folder, spectra=3).perform()

    assert answer["IMPLANTED"] == 16
    assert "3 spectra of the scene itself" in (folder / "found.html").read_text()


def test_the_seed_decides_the_rates_and_the_scene_is_left_alone(folder):
    before = (folder / "scene.tif").read_bytes()
    first, again = tool(folder).perform(), tool(folder).perform()

    assert first == again
    assert (folder / "scene.tif").read_bytes() == before


def test_a_share_of_the_pixels_may_be_asked_for(folder):
    wanted = {"pixels": "40,30", "fractions": "0.06,0.08", "sizes": "3"}
    anyone = tool(folder, **wanted).perform()
    everyone = tool(folder, **wanted, least_share=1).perform()

    assert anyone["FOUND"] > everyone["FOUND"]


def test_the_threshold_is_that_of_each_run_away_from_its_implants(folder, monkeypatch):
    from qgis_hsi_anomaly.tools import recovery

    masks = []

    def watched(scores, background, rate):
        masks.append((np.isfinite(scores), background))
        return threshold_of(scores, background, rate)

    monkeypatch.setattr(recovery, "threshold_of", watched)
    answer = tool(folder).perform()

    assert len(masks) == 1 + answer["RUNS"]
    assert (masks[0][0] == masks[0][1]).all()
    assert all(background.sum() < scored.sum() for scored, background in masks[1:])


def test_any_detector_with_its_parameters(folder):
    answer = tool(
        folder, detector="localrx", parameters="INNER_WINDOW=5 OUTER_WINDOW=9 PRINCIPAL_COMPONENTS=3"
    ).perform()

    assert answer["RUNS"] >= 1
    assert "inner_window 5" in (folder / "found.html").read_text()


def test_a_scene_with_implants_is_packed_for_worker_processes(folder, tmp_path_factory):
    cube = open_cube(f"{folder}/scene.tif")
    there = ImplantedCube(cube, np.full((1, 5), 900.0), [Implant(50, 20, 2, 0.5, 0)])
    packed = tmp_path_factory.mktemp("packed")
    pack_cube(there, packed)
    np.testing.assert_array_equal(unpack_cube(packed).read_rows(0, 60), there.read_rows(0, 60))
    assert np.count_nonzero((there.read_rows(0, 60) != cube.read_rows(0, 60)).any(axis=2)) == 4


def test_the_log_says_how_often_and_how_far(folder):
    shares, said = [], []
    answer = tool(folder).perform(Run(on_fraction=shares.append, on_message=said.append))

    assert shares == sorted(shares) and shares[-1] == 1
    assert f"rx runs {answer['RUNS']} times" in said[-1]


def test_what_is_doubtful_about_the_scene_is_told(tmp_path):
    array = np.random.default_rng(0).normal(100, 5, (20, 20, 60)).astype(np.float32)
    write_raster(tmp_path / "scene.tif", array)
    warnings = []
    tool(tmp_path, sizes="1").perform(Run(on_warning=warnings.append))

    assert any("pixels for each of the 60 bands" in warning for warning in warnings)


@pytest.mark.parametrize("stop_at", [0.0, 0.05, 0.5])
def test_a_cancel_leaves_nothing(folder, stop_at):
    share = [0.0]
    run = Run(
        on_fraction=lambda fraction: share.__setitem__(0, fraction), is_cancelled=lambda: share[0] >= stop_at
    )
    with pytest.raises(Cancelled):
        tool(folder, csv=f"{folder}/found.csv").perform(run)
    assert names(folder) == ["scene.tif"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"sizes": "0"}, "SIZES"),
        ({"sizes": "1.5"}, "SIZES"),
        ({"sizes": ""}, "SIZES"),
        ({"sizes": "1000"}, "SIZES"),
        ({"fractions": "0,1"}, "FRACTIONS"),
        ({"fractions": "nan"}, "FRACTIONS"),
        ({"fractions": "1.1"}, "FRACTIONS"),
        ({"detector": "magic"}, "DETECTOR"),
        ({"parameters": "EPOCHS"}, "PARAMETERS"),
        ({"parameters": "EPOCHS=5"}, "unknown parameter EPOCHS"),
        ({"parameters": "REGULARIZATION=no"}, "REGULARIZATION"),
        ({"rate": 0}, "RATE"),
    ],
)
def test_wrong_values_are_refused_before_the_work(folder, given, reason):
    with pytest.raises(ParameterError, match=reason):
        tool(folder, **given)


@pytest.mark.parametrize(
    ("given", "execution", "error", "reason"),
    [
        ({"sizes": "60"}, {}, DataError, "60 x 60 pixels"),
        ({"pixels": "60,0"}, {}, ParameterError, "outside"),
        ({"pixels": "0,0"}, {}, DataError, "valid"),
        ({}, {"machines": 2, "rendezvous": "localhost:29500"}, ParameterError, "MACHINES"),
        ({"detector": "dagmm"}, {"resume": True}, ParameterError, "RESUME"),
        ({}, {"device": "cpu"}, ParameterError, "DEVICE"),
    ],
)
def test_what_cannot_be_done_is_told(folder, given, execution, error, reason):
    with pytest.raises(error, match=reason):
        tool(folder, **given).perform(execution=Execution(**execution))
    assert names(folder) == ["scene.tif"]
