"""What background suppression (BSDM) does for RX on the six paper scenes: before, untrained, and trained.

    HSI_ANOMALY_DATA=data python -m benchmarks.suppression [--epochs 500] [--seeds 1] [--controls 5]
        [--scenes sandiego,hydice] [--output build/bench]

AUC(PD,PF) of RX with the Ledoit-Wolf covariance, and of plain RX, which the paper compares with: on the cube itself, on
a random linear projection to the 50 numbers of the network's bottleneck, after suppression by the untrained network,
and by the trained one. `controls`: seeds of the first two, which take seconds; training takes minutes a scene.
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
from qgis_hsi_anomaly.core.deep.models.bsdm import LAYERS
from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.detectors.suppressbackground import SuppressBackground
from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores

BOTTLENECK = min(outputs for _, _, outputs in LAYERS)
DETECTORS = {"ledoitwolf": "RX, Ledoit-Wolf", "none": "RX, plain"}
KINDS = ("before", "projection", "untrained", "trained")


def figures(cube: ArrayCube, truth: Array) -> Dict[str, float]:
    """Return the areas of RX on a cube, by regularization."""
    found = {}
    for regularization in DETECTORS:
        scores = RX(regularization).fit(cube).score(cube)
        found[regularization] = area_under_roc(label_scores(scores, truth))
    return found


def projected(cube: ArrayCube, seed: int) -> ArrayCube:
    """Return a random linear projection of a cube's centered spectra, as narrow as the network's bottleneck."""
    axes = np.random.default_rng(seed).standard_normal((cube.bands, BOTTLENECK))
    spectra = cube.array.astype(np.float64) - cube.array[cube.valid].mean(axis=0, dtype=np.float64)
    return ArrayCube((spectra @ axes).astype(np.float32), valid=cube.valid)


def suppressed(cube: ArrayCube, epochs: int, seed: int) -> ArrayCube:
    """Return a cube without its background."""
    target = np.zeros((cube.rows, cube.columns, cube.bands), dtype=np.float32)
    SuppressBackground(epochs=epochs, seed=seed).fit(cube).suppress(cube, target)
    return ArrayCube(target, valid=cube.valid)


def measure(cube: ArrayCube, truth: Array, epochs: int, seeds: int, controls: int) -> Dict[str, Any]:
    """Return the figures of every kind by seed, and the seconds of a training."""
    started = time.perf_counter()
    trained = [figures(suppressed(cube, epochs, seed), truth) for seed in range(seeds)]
    seconds = (time.perf_counter() - started) / seeds
    untrained = [figures(suppressed(cube, 0, seed), truth) for seed in range(controls)]
    projection = [figures(projected(cube, seed), truth) for seed in range(controls)]
    runs = ([figures(cube, truth)], projection, untrained, trained)
    return {**dict(zip(KINDS, runs)), "seconds": seconds}


def report(found: Dict[str, Dict[str, Any]]) -> str:
    """Lay the figures out, a table for each RX: scenes down, kinds across, mean and deviation over seeds."""
    parts = []
    for regularization, title in DETECTORS.items():
        rows: List[List[str]] = []
        means: Dict[str, List[float]] = {kind: [] for kind in KINDS}
        for name, by_kind in found.items():
            cells = [name]
            for kind in KINDS:
                values = [run[regularization] for run in by_kind[kind]]
                means[kind].append(float(np.mean(values)))
                spread = f" ± {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
                cells.append(f"{np.mean(values):.4f}{spread}")
            rows.append([*cells, f"{by_kind['seconds']:.0f}"])
        rows.append(["mean", *(f"{np.mean(means[kind]):.4f}" for kind in KINDS), ""])
        parts.append(title + "\n" + table(["", *KINDS, "seconds of training"], rows))
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
    title = (
        f"{arguments.epochs} epochs, {arguments.seeds} seed(s) trained, {arguments.controls} untrained\n\n"
    )
    save(arguments.output, "suppression", title + report(found), found)


if __name__ == "__main__":
    main()
