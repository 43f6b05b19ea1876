"""What background suppression (BSDM) does for RX on the six paper scenes: before, untrained, and trained.

    HSI_ANOMALY_DATA=data .venv/bin/python -m benchmarks.suppression [--epochs 500] [--seeds 1] [--controls 5]
        [--scenes sandiego,hydice] [--output build/bench]

AUC(PD,PF) of RX with the Ledoit-Wolf covariance, and of plain RX, which the paper compares with. `controls`: seeds
of the untrained network, which takes seconds; training takes minutes a scene. Components: how many principal ones hold
99.9 % of the cube's variance.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any, Dict, List

import numpy as np

from benchmarks.gradient_compression import SCENES, scene
from benchmarks.results import save, table
from qgis_hsi_anomaly.core.cube import Array, ArrayCube
from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.detectors.suppressbackground import SuppressBackground, SuppressedCube
from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores

COLUMNS = ("ledoitwolf", "none", "components")


def figures(cube: ArrayCube, truth: Array) -> Dict[str, float]:
    """Return the areas of RX on a cube, and how many components hold its variance."""
    found = {}
    for regularization in ("ledoitwolf", "none"):
        scores = RX(regularization).fit(cube).score(cube)
        found[regularization] = area_under_roc(label_scores(scores, truth))
    spectra = cube.array[cube.valid].astype(np.float64)
    shares = np.cumsum(np.linalg.eigvalsh(np.cov(spectra.T))[::-1])
    found["components"] = float(1 + np.searchsorted(shares, 0.999 * shares[-1]))
    return found


def suppressed(cube: ArrayCube, epochs: int, seed: int) -> ArrayCube:
    """Return a cube without its background."""
    suppressor = SuppressBackground(epochs=epochs, seed=seed).fit(cube)
    return ArrayCube(SuppressedCube(cube, suppressor).read_rows(0, cube.rows), valid=cube.valid)


def measure(cube: ArrayCube, truth: Array, epochs: int, seeds: int, controls: int) -> Dict[str, Any]:
    """Return the figures before, after and after the untrained control, by seed, and seconds of a training."""
    started = time.perf_counter()
    trained = [figures(suppressed(cube, epochs, seed), truth) for seed in range(seeds)]
    seconds = (time.perf_counter() - started) / seeds
    untrained = [figures(suppressed(cube, 0, seed), truth) for seed in range(controls)]
    return {"before": [figures(cube, truth)], "untrained": untrained, "trained": trained, "seconds": seconds}


def report(found: Dict[str, Dict[str, Any]]) -> str:
    """Lay the figures out: scenes down; before, untrained and trained across."""
    kinds = ("before", "untrained", "trained")
    parts = []
    for column in COLUMNS:
        rows: List[List[str]] = []
        means: Dict[str, List[float]] = {kind: [] for kind in kinds}
        for name, by_kind in found.items():
            cells = [name]
            for kind in kinds:
                values = [run[column] for run in by_kind[kind]]
                means[kind].append(float(np.mean(values)))
                cells.append(f"{np.mean(values):.{0 if column == 'components' else 4}f}")
                if kind != "before" and column != "components":
                    cells.append(f"± {np.std(values, ddof=1):.4f}" if len(values) > 1 else "")
            rows.append([*cells, f"{by_kind['seconds']:.0f}"] if column == COLUMNS[0] else cells)
        if column != "components":
            mean = [f"{np.mean(means[kind]):.4f}" for kind in kinds]
            rows.append(["mean", mean[0], mean[1], "", mean[2], "", *([""] if column == COLUMNS[0] else [])])
        header = ["", "before", "untrained", "", "trained", ""] if column != "components" else ["", *kinds]
        title = {"ledoitwolf": "RX, Ledoit-Wolf", "none": "RX, plain", "components": "Components of the variance"}
        header += ["seconds"] if column == COLUMNS[0] else []
        parts.append(title[column] + "\n" + table(header, rows))
    return "\n\n".join(parts)


def main() -> None:
    """Measure what was asked for and write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--controls", type=int, default=5)
    parser.add_argument("--scenes", default=",".join(SCENES))
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    if "HSI_ANOMALY_DATA" not in os.environ:
        parser.error("HSI_ANOMALY_DATA must name the folder of the real scenes.")
    found = {}
    for name in arguments.scenes.split(","):
        cube, truth = scene(Path(os.environ["HSI_ANOMALY_DATA"]), name)
        found[name] = measure(cube, truth, arguments.epochs, arguments.seeds, arguments.controls)
        print(name, "done", flush=True)
    title = f"{arguments.epochs} epochs, {arguments.seeds} seed(s) trained, {arguments.controls} untrained\n\n"
    save(arguments.output, "suppression", title + report(found), found)


if __name__ == "__main__":
    main()
