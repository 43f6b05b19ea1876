"""What background suppression (BSDM) does for five detectors, and what a model does for scenes it was not trained on.

    HSI_ANOMALY_DATA=data python -m benchmarks.suppression [--epochs 500] [--seeds 1] [--controls 5]
        [--variant adapted] [--scenes sandiego,hydice] [--output build/bench]

First: AUC(PD,PF) of every detector on the six paper scenes: on the cube itself (before), on a random linear projection
to the 50 numbers of the network's bottleneck, after suppression by the untrained network, and by the trained one.
Second: models applied to another scene of as many bands, taken to be the same bands (few of the scenes tell their
wavelengths), in that scene's own range; three groups: Los Angeles, San Diego, and two shores.

`seeds`: trainings a scene, minutes each (the second part takes the first); every model is trained once and used for all
tables. `controls`: seeds of projection and untrained network, which take seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from benchmarks.quality import PAPER, SCENES
from benchmarks.results import save, table
from qgis_hsi_anomaly.core.cube import Array, ArrayCube
from qgis_hsi_anomaly.core.deep.models.bsdm import LAYERS
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.detectors.suppressbackground import BackgroundSuppression, SuppressBackground
from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores
from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

BOTTLENECK = min(outputs for _, _, outputs in LAYERS)
DETECTORS: Dict[str, Tuple[str, Dict[str, Any]]] = {
    "RX, Ledoit-Wolf": ("rx", {"regularization": "ledoitwolf"}),
    "RX, plain": ("rx", {"regularization": "none"}),
    "kNN": ("knn", {}),
    "CRD": ("crd", {}),
    "E2E-SSCADE, reference": ("sscade", {"variant": "reference"}),
    "E2E-SSCADE, reference, untrained": ("sscade", {"variant": "reference", "epochs": 0}),
}
KINDS = ("before", "projection", "untrained", "trained")
GROUPS = (("urban-4", "airport-1", "airport-2", "airport-3"), ("sandiego", "SDData"), ("beach-3", "beach-1"))
"""Scenes of as many bands; urban-5 is left out, as it shares pixels with airport-2."""

Scene = Tuple[ArrayCube, Array]
Areas = Dict[str, float]
"""AUC(PD,PF) by detector."""


def scene(folder: Path, name: str) -> Scene:
    """Return a scene in memory, and its truth."""
    image, labels = SCENES[name]
    cube = open_cube(str(folder / image))
    truth = read_truth(str(folder / labels), (cube.rows, cube.columns))
    return ArrayCube(cube.read_rows(0, cube.rows), valid=cube.valid), truth


def areas(cube: ArrayCube, truth: Array) -> Areas:
    """Return what every detector reaches on a cube."""
    found = {}
    for title, (id, values) in DETECTORS.items():
        scores = make_detector(id, values).fit(cube).score(cube)
        found[title] = area_under_roc(label_scores(scores, truth))
    return found


def projected(cube: ArrayCube, seed: int) -> ArrayCube:
    """Return a random linear projection of a cube's centered spectra, as narrow as the network's bottleneck."""
    axes = np.random.default_rng(seed).standard_normal((cube.bands, BOTTLENECK))
    spectra = cube.array.astype(np.float64) - cube.array[cube.valid].mean(axis=0, dtype=np.float64)
    return ArrayCube((spectra @ axes).astype(np.float32), valid=cube.valid)


def suppressed(cube: ArrayCube, model: BackgroundSuppression) -> ArrayCube:
    """Return a cube without its background."""
    target = np.zeros((cube.rows, cube.columns, cube.bands), dtype=np.float32)
    model.suppress(cube, target)
    return ArrayCube(target, valid=cube.valid)


def by_kind(
    one: Scene, models: Sequence[BackgroundSuppression], variant: str, controls: int
) -> Dict[str, List[Areas]]:
    """Return a scene's areas of every kind, a seed each."""
    cube, truth = one
    untrained = (
        SuppressBackground(variant=variant, epochs=0, seed=seed).fit(cube) for seed in range(controls)
    )
    runs = (
        [cube],
        (projected(cube, seed) for seed in range(controls)),
        (suppressed(cube, model) for model in untrained),
        (suppressed(cube, model) for model in models),
    )
    return {kind: [areas(made, truth) for made in cubes] for kind, cubes in zip(KINDS, runs)}


def report(found: Dict[str, Dict[str, List[Areas]]]) -> str:
    """Lay the first part out: the means, then a table for each detector, scenes down, mean and deviation over seeds."""
    means = []
    parts = []
    for title in DETECTORS:
        rows = []
        for name, runs in found.items():
            values = {kind: [run[title] for run in runs[kind]] for kind in KINDS}
            rows.append([name, *(_mean_and_spread(values[kind]) for kind in KINDS)])
        means.append([title, *(f"{mean_area(found, kind, title):.4f}" for kind in KINDS)])
        parts.append(title + "\n" + table(["", *KINDS], rows))
    return "\n\n".join([table([f"mean of {len(found)} scenes", *KINDS], means), *parts])


def _mean_and_spread(values: List[float]) -> str:
    spread = f" ± {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
    return f"{np.mean(values):.4f}{spread}"


def mean_area(found: Dict[str, Dict[str, List[Areas]]], kind: str, title: str) -> float:
    """Return a detector's mean over scenes and seeds."""
    return float(np.mean([np.mean([run[title] for run in runs[kind]]) for runs in found.values()]))


def report_applied(
    applied: Dict[str, Dict[str, Areas]], found: Dict[str, Dict[str, List[Areas]]], title: str
) -> str:
    """Lay the second part out for a detector: scenes that a model is applied to down, what it was trained on across."""
    parts = []
    for group in GROUPS:
        names = [name for name in group if name in applied]
        rows = []
        for name in names:
            controls = [mean_area({name: found[name]}, kind, title) for kind in ("before", "untrained")]
            values = [*controls, *(applied[name][source][title] for source in names)]
            rows.append([name, *(f"{value:.4f}" for value in values)])
        if rows:
            parts.append(table([title, "before", "untrained", *(f"of {name}" for name in names)], rows))
    return "\n\n".join(parts)


def report_elsewhere(applied: Dict[str, Dict[str, Areas]], found: Dict[str, Dict[str, List[Areas]]]) -> str:
    """Lay the second part out in short, for all detectors: means over its scenes."""
    rows = []
    targets = {name: found[name] for name in applied}
    for title in DETECTORS:
        controls = [mean_area(targets, kind, title) for kind in ("before", "untrained")]
        own = np.mean([by_source[name][title] for name, by_source in applied.items()])
        others = np.mean(
            [
                np.mean([by_source[source][title] for source in by_source if source != name])
                for name, by_source in applied.items()
            ]
        )
        rows.append([title, *(f"{value:.4f}" for value in (*controls, own, others))])
    return table(
        [f"mean of {len(applied)} scenes", "before", "untrained", "trained there", "trained elsewhere"], rows
    )


def main() -> None:
    """Measure what was asked for and write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--variant", default="adapted", choices=("adapted", "published"))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--controls", type=int, default=5)
    parser.add_argument(
        "--scenes", default=",".join(dict.fromkeys([*PAPER, *(name for group in GROUPS for name in group)]))
    )
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    if "HSI_ANOMALY_DATA" not in os.environ:
        parser.error("HSI_ANOMALY_DATA must name the folder of the real scenes.")
    names = arguments.scenes.split(",")
    scenes = {name: scene(Path(os.environ["HSI_ANOMALY_DATA"]), name) for name in names}
    models: Dict[str, List[BackgroundSuppression]] = {}
    seconds: Dict[str, float] = {}
    found: Dict[str, Dict[str, List[Areas]]] = {}
    for name, one in scenes.items():
        started = time.process_time()
        models[name] = [
            SuppressBackground(variant=arguments.variant, epochs=arguments.epochs, seed=seed).fit(one[0])
            for seed in range(arguments.seeds)
        ]
        seconds[name] = (time.process_time() - started) / arguments.seeds
        found[name] = by_kind(one, models[name], arguments.variant, arguments.controls)
        print(name, f"{seconds[name]:.0f} processor seconds a training", flush=True)
        print(json.dumps({kind: runs[0] for kind, runs in found[name].items()}), flush=True)
    applied: Dict[str, Dict[str, Areas]] = {}
    for group in GROUPS:
        together = [name for name in group if name in scenes]
        for name in together if len(together) > 1 else []:
            cube, truth = scenes[name]
            applied[name] = {source: areas(suppressed(cube, models[source][0]), truth) for source in together}
    title = (
        f"{arguments.variant}, {arguments.epochs} epochs, {arguments.seeds} seed(s) trained, "
        f"{arguments.controls} untrained; a training takes {np.mean(list(seconds.values())):.0f} processor seconds"
    )
    parts = [title, report({name: runs for name, runs in found.items() if name in PAPER})]
    if applied:
        parts.append("Models applied to another scene of their group")
        parts.append(report_applied(applied, found, "RX, Ledoit-Wolf"))
        parts.append(report_elsewhere(applied, found))
    save(
        arguments.output,
        "suppression",
        "\n\n".join(parts),
        {"scenes": found, "applied": applied, "seconds": seconds},
    )


if __name__ == "__main__":
    main()
