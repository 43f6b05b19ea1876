"""The paper's experiments: curves, published rows, altered designs, and one of them from the command to its files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import paper
from benchmarks.quality import PAPER
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores


def test_the_curve_has_the_area_that_is_measured() -> None:
    """Ties, gaps and all: the trapezoids under the curve are AUC(PD,PF)."""
    random = np.random.default_rng(0)
    truth = random.random((30, 20)) < 0.1
    score = np.round(random.normal(size=truth.shape) + truth, 1)
    score[4, :7] = np.nan

    false, detected = paper.curve(score, truth)

    assert (false[0], detected[0], false[-1], detected[-1]) == (0, 0, 1, 1)
    area = float(np.sum(np.diff(false) * (detected[1:] + detected[:-1]) / 2))
    assert area == pytest.approx(area_under_roc(label_scores(score, truth)))


def test_published_rows_are_the_papers() -> None:
    """The mean of its own six figures, not the one it prints; only means of AUC(PF,tau) but for E2E-SSCADE."""
    (full,) = paper.published_row("E2E-SSCADE", "AUC_PD_PF", PAPER)
    assert full[:2] == ["E2E-SSCADE: the paper", "0.9862"]
    assert full[-1] == "0.9898"
    (part,) = paper.published_row("AED", "AUC_PD_PF", ("urban-2",))
    assert part == ["AED: the paper", "0.8070", "0.8070"]
    (tau,) = paper.published_row("RX", "AUC_PF_TAU", PAPER)
    assert tau == ["RX: the paper", *["-"] * 6, "0.0337"]
    (full_tau,) = paper.published_row("E2E-SSCADE", "AUC_PF_TAU", PAPER)
    assert float(full_tau[-1]) == pytest.approx(paper.PUBLISHED_TAU["E2E-SSCADE"], abs=1e-4)
    assert paper.published_row("", "AUC_PD_PF", PAPER) == []


def test_batches_take_as_many_steps_and_start_from_the_same_network() -> None:
    """One batch is the training as it is; with two the weights differ, the untrained control does not."""
    pytest.importorskip("torch", reason="learned detectors need torch")
    from qgis_hsi_anomaly.core.detectors.sscade import SSCADE

    cube = ArrayCube(np.random.default_rng(0).uniform(1, 9, (12, 11, 8)).astype(np.float32))
    plain = SSCADE(variant="reference", epochs=3, learning_rate=1e-3).fit(cube).members[0]
    one, two = (
        paper.altered({}, batches, epochs=3, learning_rate=1e-3).fit(cube).members[0] for batches in (1, 2)
    )

    def weights(model):
        return model.network.parts[0].linear[0].weight.detach().numpy()

    assert np.array_equal(weights(plain[0]), weights(one[0]))
    assert np.array_equal(weights(plain[1]), weights(two[1]))
    moved, moved_twice = (np.abs(weights(pair[0]) - weights(pair[1])).mean() for pair in (one, two))
    assert 1.5 * moved < moved_twice < 2.5 * moved


def test_what_is_varied_is_one_thing() -> None:
    """Every point of figure 9 is the published design but for its parameter."""
    pytest.importorskip("torch", reason="learned detectors need torch")
    from dataclasses import asdict

    usual = asdict(paper.varied("epochs", 20, 0).design())
    changed = {"code size": "latent", "components": "components", "lambda 1": "spatial_error"}
    changed.update({"lambda 2": "weights", "lambda 3": "weights"})
    for name, values in paper.SENSITIVITY.items():
        for value in values:
            design = asdict(paper.varied(name, value, 0).design())
            differs = {key for key in usual if design[key] != usual[key]}
            allowed = {"alpha", "feature_alpha"} if name == "alpha" else {changed.get(name, "")}
            assert differs <= allowed, (name, value)
    assert paper.varied("step size", 1e-3, 0).learning_rate == 1e-3
    assert paper.varied("epochs", 80, 0).epochs == 80
    assert paper.varied("lambda 3", 0.1, 0).design().weights.variance == 0.1


def test_tables_are_written_and_maps_are_kept(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text, JSON and picture; a second time nothing is computed."""
    pytest.importorskip("matplotlib")
    experiments = paper.Experiments(data_folder, tmp_path, ("hydice",), ["RX"], 1)
    paper.tables(experiments)
    monkeypatch.setattr(paper, "maps_of", None)
    paper.maps_and_curves(experiments)

    text = (tmp_path / "paper-tables.txt").read_text(encoding="utf-8")
    assert "RX: the paper" in text
    measured = json.loads((tmp_path / "paper-tables.json").read_text(encoding="utf-8"))["results"]["measured"]
    assert measured["RX"]["hydice"]["score"]["AUC_PD_PF"] == pytest.approx(0.9763, abs=1e-4)
    for name in ("tables", "figures-maps", "figures-roc"):
        assert (tmp_path / f"paper-{name}.png").stat().st_size > 5000
