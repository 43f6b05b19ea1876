"""The benchmarks run, and say so when something is not reached or not explained."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import quality
import results
import speed

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_quality_gives_the_known_figures_of_a_scene(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HSI_ANOMALY_DATA", str(data_folder))
    script = [sys.executable, str(BENCHMARKS / "quality.py")]
    options = ["--detectors", "rx,knn", "--scenes", "hydice,SDData", "--output", str(tmp_path)]
    done = subprocess.run([*script, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    measured = json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))["results"]["measured"]
    assert measured["rx none"]["hydice"]["AUC_PD_PF"] == pytest.approx(0.9763, abs=1e-4)
    assert measured["rx none"]["SDData"]["AUC_PD_PF"] == pytest.approx(0.9106, abs=1e-4)
    assert set(measured) == {"rx none", "rx ledoitwolf", "knn"}
    assert "AUC(PD,PF)" in (tmp_path / "quality.txt").read_text(encoding="utf-8")


def test_quality_refuses_to_run_without_the_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HSI_ANOMALY_DATA", raising=False)
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "quality.py")], capture_output=True, text=True, check=False
    )
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
    assert "crop" in quality.differences(measured("sandiego", 0.976))[0]


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
