"""Choosing training pixels by training dynamics (TDDS, CVPR 2024): what it is worth in the energy of `sscade`.

    HSI_ANOMALY_DATA=data python -m benchmarks.training_dynamics [--seeds 3] [--output build/bench]

TDDS watches how a sample's loss changes from epoch to epoch, and keeps the samples whose change varies most. Here a
pixel's energy E_t after epoch t (the improved variant's, of ten components), standardized over the scene, takes the
loss's place: a_t = |E_t - E_t-1|; R is the sum over windows of 10 epochs of w sqrt(sum (a_t - the window's mean)^2),
the newest window with weight .9, the one before it with .09, and so on. Of six real scenes AUC(PD,PF) of

R itself, as a score map;
the detector, trained again with the pixels of highest R, or of highest energy, left out of the background;
the detector, trained again on a fifth of the pixels: those of highest R (as published), drawn at random, or as many of
each twentieth of R.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any, Dict, List, Tuple

import numpy as np
import torch

from benchmarks.improved import Array, figures_of, real_scenes
from benchmarks.quality import PAPER
from benchmarks.results import save, table
from qgis_hsi_anomaly.core.cube import ArrayCube, Cube
from qgis_hsi_anomaly.core.deep.models.base import Training, seeded
from qgis_hsi_anomaly.core.deep.models.sscade_improved import STEPS, ComponentsDensity
from qgis_hsi_anomaly.core.deep.scene import Scene, value_range
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.run import ALONE

EPOCHS = 20
RATE = 1e-4
COMPONENTS = 10
WINDOW = 10
NEWEST = 0.9
"""Weight of the newest window."""
FIFTH = 0.2
GROUPS = 20


def train(array: Array, valid: Array, background: Array, seed: int, record: bool) -> Tuple[Array, Array]:
    """Scores of a training on background pixels, (rows, columns), and energies by epoch, (EPOCHS + 1, valid pixels)."""
    cube = ArrayCube(array, valid=valid, background=background)
    inputs = min(COMPONENTS, cube.bands)

    def make() -> Any:
        return ComponentsDensity(3, 9, 5, 0.1, cube.bands, inputs, 0.0).double()

    model: Any = seeded(make, seed, "cpu")
    extent = value_range(cube)
    everywhere = Scene(cube, cube.valid, extent, ALONE)
    energies: List[Array] = []
    step_of = model._batch_gradients

    def watched(sample: Any, seeds: List[int], run: Any) -> Dict[str, float]:
        if seeds[1] % STEPS == 0:
            with torch.no_grad():
                energies.append(model.energies(everywhere, ALONE).numpy())
        return step_of(sample, seeds, run)  # type: ignore[no-any-return]

    if record:
        model._batch_gradients = watched
    model.learn(Scene(cube, cube.background, extent, ALONE), Training(EPOCHS, RATE, seed), ALONE)
    with torch.no_grad():
        energies.append(model.energies(everywhere, ALONE).numpy())
    scores = np.full(valid.shape, np.nan)
    scores[valid] = energies[-1]
    return scores, np.array(energies)


def dynamics(energies: Array) -> Array:
    """R of every pixel, (pixels,), of energies by epoch, (epochs + 1, pixels)."""
    standard = energies - energies.mean(axis=1, keepdims=True)
    standard = standard / standard.std(axis=1, keepdims=True)
    changes = np.abs(np.diff(standard, axis=0))
    windows = np.lib.stride_tricks.sliding_window_view(changes, WINDOW, axis=0)  # (windows, pixels, WINDOW)
    varied = WINDOW**0.5 * windows.std(axis=2)
    age = np.arange(len(varied))[::-1]
    return np.asarray((NEWEST * (1 - NEWEST) ** age) @ varied)


def choices(found: Array, energies: Array, seed: int) -> Dict[str, Array]:
    """The pixels to be learned from by each rule, bool, given R and last energies of all, (pixels,)."""
    random = np.random.default_rng(seed)
    rank = np.argsort(np.argsort(found))
    count = len(found)
    groups = rank * GROUPS // count
    lots = random.random(count)
    order = np.lexsort((lots, groups))
    place = np.empty(count, dtype=int)
    place[order] = np.arange(count) - np.searchsorted(groups[order], groups[order])
    return {
        "without the 2 % of highest R": rank < 0.98 * count,
        "without the 10 % of highest R": rank < 0.9 * count,
        "without the 2 % of highest energy": energies <= np.quantile(energies, 0.98),
        "the fifth of highest R (as published)": rank >= (1 - FIFTH) * count,
        "a random fifth": lots < np.quantile(lots, FIFTH),
        "a fifth of every twentieth of R": place < FIFTH * np.bincount(groups)[groups],
    }


def compare(array: Array, valid: Array, truth: Array, seed: int) -> Dict[str, float]:
    """AUC(PD,PF) of every rule on one scene."""
    cube = ArrayCube(array, valid=valid)
    scores, energies = train(array, valid, valid, seed, record=True)
    found = dynamics(energies)
    as_map = np.zeros(valid.shape)
    as_map[valid] = found
    rx = make_detector("rx", {}).fit(cube).score(cube)
    areas = {"Ledoit-Wolf RX": area_of(rx, truth, cube), "all pixels": area_of(scores, truth, cube)}
    areas["R as a map"] = area_of(as_map, truth, cube)
    for rule, kept in choices(found, energies[-1], seed).items():
        background = np.zeros(valid.shape, dtype=bool)
        background[valid] = kept
        areas[rule] = area_of(train(array, valid, background, seed, record=False)[0], truth, cube)
    return areas


def area_of(scores: Array, truth: Array, cube: Cube) -> float:
    """AUC(PD,PF)."""
    return figures_of(scores, truth, cube)[0]


def report(areas: Dict[str, List[Dict[str, float]]]) -> str:
    """Lay out the means over seeds, rules down, scenes across; beside them the mean of all and what seeds change."""
    rows = []
    for rule in next(iter(areas.values()))[0]:
        by_scene = np.array([[one[rule] for one in areas[scene]] for scene in areas])  # (scenes, seeds)
        spread = by_scene.mean(axis=0).std()
        means = [f"{mean:.4f}" for mean in by_scene.mean(axis=1)]
        rows.append([rule, *means, f"{by_scene.mean():.4f}", f"{spread:.4f}"])
    return table(["", *areas, "mean", "± (seeds)"], rows)


def main() -> int:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    if "HSI_ANOMALY_DATA" not in os.environ:
        print("HSI_ANOMALY_DATA must name the folder of the real scenes.", file=sys.stderr)
        return 1
    areas: Dict[str, List[Dict[str, float]]] = {}
    for name, cube, truth in real_scenes(os.environ["HSI_ANOMALY_DATA"]):
        if name in PAPER:
            array = cube.read_rows(0, cube.rows)
            areas[name] = [compare(array, cube.valid, truth, seed) for seed in range(arguments.seeds)]
            print(f"{name} done", file=sys.stderr, flush=True)
    save(arguments.output, "training-dynamics", report(areas), areas)
    return 0


if __name__ == "__main__":
    sys.exit(main())
