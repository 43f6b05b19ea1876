"""The benchmarks run, and say so when something is not reached or not explained."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import consensus, quality, results, speed, training_speed

TOP = Path(__file__).parents[1]
NAMES = sorted(
    path.stem for path in (TOP / "benchmarks").glob("*.py") if path.stem not in ("__init__", "results")
)


def run(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Start a benchmark as the documentation says."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_starts_the_same_way(name: str) -> None:
    """By its module's name, as its first lines say; and it can say what it takes."""
    text = (TOP / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")
    assert f"python -m benchmarks.{name}" in text
    done = run(name, "--help")
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout


def test_what_is_measured_is_the_checkout_not_an_installed_package(tmp_path: Path) -> None:
    """With threads that give their core away while they wait."""
    installed = tmp_path / "qgis_hsi_anomaly"
    installed.mkdir()
    (installed / "__init__.py").touch()
    (tmp_path / "benchmarks").symlink_to(TOP / "benchmarks")
    program = "import os, benchmarks, qgis_hsi_anomaly; print(qgis_hsi_anomaly.__file__, os.environ['OMP_WAIT_POLICY'])"
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == [str(TOP / "qgis_hsi_anomaly" / "__init__.py"), "PASSIVE"], done.stderr


def test_quality_gives_the_known_figures_of_a_scene(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HSI_ANOMALY_DATA", str(data_folder))
    done = run("quality", "--detectors", "rx,knn", "--scenes", "hydice,SDData", "--output", str(tmp_path))
    assert done.returncode == 0, done.stderr
    measured = json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))["results"]["measured"]
    assert measured["rx none"]["hydice"]["AUC_PD_PF"] == pytest.approx(0.9763, abs=1e-4)
    assert measured["rx none"]["SDData"]["AUC_PD_PF"] == pytest.approx(0.9106, abs=1e-4)
    assert set(measured) == {"rx none", "rx ledoitwolf", "knn"}
    assert "AUC(PD,PF)" in (tmp_path / "quality.txt").read_text(encoding="utf-8")


def test_quality_refuses_to_run_without_the_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HSI_ANOMALY_DATA", raising=False)
    done = run("quality")
    assert done.returncode == 1
    assert done.stderr.strip() == "HSI_ANOMALY_DATA must name the folder of the real scenes."


def test_learned_detectors_stand_beside_their_untrained_control() -> None:
    names = [row.name for row in quality.candidates(["rx", "dagmm", "sscade"], seeds=5)]
    assert names[:4] == ["rx none", "rx ledoitwolf", "dagmm", "dagmm, untrained"]
    assert {"sscade reference", "sscade reference, untrained", "sscade paper"} <= set(names)


def test_a_difference_from_the_published_figure_needs_a_reason() -> None:
    def measured(scene: str, auc: float) -> dict:
        return {"sscade reference": {scene: {"AUC_PD_PF": auc}}}

    assert quality.differences(measured("hydice", 0.98)) == []
    assert "NOT EXPLAINED" in quality.differences(measured("hydice", 0.97))[0]
    assert "the pixels are the same" in quality.differences(measured("sandiego", 0.976))[0]


def test_the_best_of_the_rounds_counts_and_a_failure_stays() -> None:
    slow, fast, failed = {"seconds": 2.0}, {"seconds": 1.0}, {"failed": "no memory"}
    assert speed.faster({}, slow) == slow
    assert speed.faster(slow, fast) == fast
    assert speed.faster(fast, slow) == fast
    assert speed.faster(fast, failed) == failed
    assert speed.faster(failed, fast) == failed


def timing(seconds: float, pixels: int, megabytes: float = 50.0) -> dict:
    each = {"seconds_per_pixel": seconds / pixels, "processor_seconds_per_pixel": seconds / pixels}
    return {"seconds": seconds, "pixels": pixels, "peak_megabytes": megabytes, **each}


@pytest.mark.parametrize(("peer", "reached"), [(6.0, True), (4.0, False)])
def test_a_ratio_is_per_pixel_and_judged(monkeypatch: pytest.MonkeyPatch, peer: float, reached: bool) -> None:
    timings = {"knn_ours": timing(1.0, 100), "knn_pyod": timing(peer / 2, 50)}
    monkeypatch.setattr(speed, "apart", timings.__getitem__)
    outcome = speed.compare(speed.Case("a case", speed.knn_ours, speed.knn_pyod, least=5.0))
    assert outcome["ratio"] == pytest.approx(peer)
    assert outcome["reached"] is reached
    assert ("yes" if reached else "NO") in speed.comparisons([outcome])


def test_memory_over_the_limit_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "apart", lambda task: timing(1.0, 100, megabytes=5000.0))
    assert not speed.compare(speed.Case("a case", speed.consensus_large, memory=4000.0))["reached"]


def test_a_contender_runs_in_a_process_of_its_own_and_its_failure_is_told() -> None:
    assert "KeyError" in speed.apart("nothing of this name")["failed"]


def test_made_cube_does_not_depend_on_how_it_is_made() -> None:
    cube = speed.made_cube(30, 20, 12)
    assert cube.shape == (30, 20, 12)
    assert cube.dtype == np.float32
    np.testing.assert_array_equal(cube, speed.made_cube(30, 20, 12))
    assert 0 < cube.std(axis=(0, 1)).min()


def test_table_aligns_its_columns() -> None:
    assert results.table(["", "a"], [["name", "1.0"], ["b", "10.0"]]) == "         a\nname   1.0\nb     10.0"


def test_operations_of_training_are_those_of_the_bare_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted by torch, for one step and one forward pass."""
    counter = pytest.importorskip("torch.utils.flop_counter")
    monkeypatch.setattr(training_speed, "EPOCHS", 1)
    products = training_speed.bare_products(100, 20, chunk=100)
    with counter.FlopCounterMode(display=False) as counted:
        products("train")
        products("score")
        products("score")

    assert training_speed.operations(100, 20) == counted.get_total_flops()


def test_a_device_is_measured_with_its_share_of_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="learned detectors need torch")
    monkeypatch.delenv("HSI_ANOMALY_DATA", raising=False)
    monkeypatch.setattr(training_speed, "product_rate", lambda device: 1e9)
    monkeypatch.setattr(training_speed, "worker_seconds", lambda cube, count, device: {"clock": 1.0 / count})
    monkeypatch.setattr(training_speed, "EPOCHS", 2)

    found = training_speed.device("cpu", 12, 10, 8)

    for precision in ("highest", "high"):
        figures = found[precision]
        seconds = figures["learning_seconds"] + figures["scoring_seconds"]
        assert figures["share_of_product_limit"] == pytest.approx(
            training_speed.operations(120, 8) / 1e9 / seconds
        )
    assert found["highest"]["largest_score_difference"] == 0
    assert found["worker_seconds"]["1"] == 1.0


def test_workers_report_seconds_without_packing_and_start() -> None:
    pytest.importorskip("torch", reason="learned detectors need torch")
    started = time.perf_counter()
    found = training_speed.worker_seconds(training_speed.scene(12, 10, 8), 1)
    # What takes longest is to start an interpreter and to load torch.
    assert 0 < found["clock"] < (time.perf_counter() - started) / 2
    assert found["processor"] > 0


def test_compression_and_suppression_lay_out_what_they_measure() -> None:
    pytest.importorskip("torch", reason="learned detectors need torch")
    from benchmarks import gradient_compression, suppression

    row = {"auc": 0.99, "correlation": 0.9, "megabytes": 0.5, "whole": 5.0}
    assert (
        "improved  rsdgc 10x      0.9900       0.9000     0.50         10.0"
        in gradient_compression.report({"improved": {"rsdgc 10x": row}})
    )
    run = dict.fromkeys(suppression.DETECTORS, 0.9)
    found = {name: {kind: [run, run] for kind in suppression.KINDS} for name in ("sandiego", "SDData")}
    text = suppression.report(found)
    assert "0.9000 ± 0.0000" in text
    assert "RX, plain" in text
    other = dict.fromkeys(suppression.DETECTORS, 0.8)
    applied = {name: {source: run if source == name else other for source in found} for name in found}
    assert "0.9000     0.9000       0.9000     0.8000" in suppression.report_applied(applied, found, "kNN")
    assert "0.9000         0.9000             0.8000" in suppression.report_elsewhere(applied, found)


def test_objects_are_counted_until_too_many_are_false() -> None:
    truth = np.zeros((30, 30), dtype=bool)
    truth[2:4, 2:4] = truth[20, 20] = True
    scores = np.random.default_rng(0).random((30, 30))
    scores[2, 2] = 3
    assert quality.object_recall(scores, truth, false_objects=0) == 0.5
    scores[20, 20] = 2
    assert quality.object_recall(scores, truth, false_objects=0) == 1.0
    scores[2, 2] = scores[20, 20] = 0
    assert quality.object_recall(scores, truth, false_objects=3) == 0.0


def test_a_rule_is_chosen_on_the_other_places() -> None:
    """A rule that is good at one place only is not chosen there."""
    wanted = ("AUC_PD_PF", "AVERAGE_PRECISION", "PD_AT_PF_1E3")
    real = {
        rule: {name: dict.fromkeys(wanted, value) for name in quality.SCENES}
        for rule, value in (("even", 0.5), ("lucky", 0.4))
    }
    real["lucky"]["hydice"] = dict.fromkeys(wanted, 1.0)
    chosen, reached = consensus.left_out(real)
    assert set(chosen) == set(quality.PLACES)
    assert chosen["Copperas Cove"] == "even"
    assert reached["hydice"]["AUC_PD_PF"] == 0.5
    assert sorted(name for names in quality.PLACES.values() for name in names) == sorted(quality.SCENES)
