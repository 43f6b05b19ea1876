"""How well thresholds keep the false-alarm rate they were asked for.

    OMP_WAIT_POLICY=PASSIVE python -m benchmarks.thresholds [--detectors rx,knn] [--output FOLDER]

Every method, with every detector at its defaults, on the labeled scenes of the folder that HSI_ANOMALY_DATA names, the
simulated scenes, and pure simulated backgrounds: Gaussian, heavy-tailed, mixed and correlated. Given is the share of
the background's pixels (the truth's) above the threshold over the rate asked for: 1 is kept exactly. conformal has as
its region every second tile of 5 x 5 pixels without targets, and is measured on the others.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import numpy as np

from benchmarks.quality import SCENES
from benchmarks.results import save, table
from benchmarks.simulated import SETTINGS, scene
from qgis_hsi_anomaly.core.cube import Array, ArrayCube, Cube
from qgis_hsi_anomaly.core.decisions.scores import ArrayScores
from qgis_hsi_anomaly.core.decisions.threshold import ThresholdParameters, choose_threshold
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import HsiAnomalyError
from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

DETECTORS = ("rx", "localrx", "crd", "knn", "aed", "kernelrx", "lsmad", "lrasmd", "consensus")
ABU = ("airport-1", "airport-2", "airport-3", "beach-1", "urban-3", "urban-5")
METHODS = ("quantile", "tail", "conformal")
RATES = (1e-2, 1e-3, 1e-4)
SEEDS = 2
_TILE = 5


def scenes() -> Iterator[Tuple[str, str, Cube, Array]]:
    """Yield kind (real, simulated or pure), name, cube and truth of every scene."""
    data = Path(os.environ["HSI_ANOMALY_DATA"])
    real = {**SCENES, **{name: (f"abu/{name}.tif", f"abu/{name}_truth.tif") for name in ABU}}
    for name, (image, truth) in real.items():
        cube = open_cube(str(data / image))
        yield "real", name, cube, read_truth(str(data / truth), (cube.rows, cube.columns))
    for setting in SETTINGS:
        for seed in range(SEEDS):
            values, marked = scene(setting, seed)
            yield "simulated", f"{setting.name}-{seed}", ArrayCube(values), marked
    for name in ("gaussian", "heavy-tailed", "mixed", "correlated"):
        for seed in range(SEEDS):
            values = pure_background(name, seed)
            yield "pure", f"{name}-{seed}", ArrayCube(values), np.zeros(values.shape[:2], dtype=bool)


def pure_background(name: str, seed: int, rows: int = 120, columns: int = 120, bands: int = 50) -> Array:
    """Return (rows, columns, bands) float32 without anomalies: correlated bands, and what the name says."""
    from scipy.ndimage import gaussian_filter

    draw = np.random.default_rng(seed)
    mixing = np.cumsum(draw.normal(size=(bands, bands)), axis=0) / bands
    values = draw.normal(size=(rows, columns, bands))
    if name == "correlated":
        values = gaussian_filter(values, (2, 2, 0)) * 7 + 0.3 * draw.normal(size=values.shape)
    if name == "heavy-tailed":
        # Student's t with 5 degrees of freedom: one scale a pixel.
        values *= np.sqrt(5 / draw.chisquare(5, (rows, columns)))[..., None]
    spectra = values @ mixing.T
    if name == "mixed":
        field = gaussian_filter(draw.normal(size=(rows, columns)), 6)
        kind = np.digitize(field, np.quantile(field, [0.5, 0.9]))
        spectra = (
            spectra * np.array([1.0, 0.5, 2.0])[kind][..., None] + draw.normal(size=(3, bands))[kind] * 2
        )
    return np.asarray(spectra + 10, dtype=np.float32)


def realized(scores: Array, truth: Array) -> Dict[str, Dict[str, float]]:
    """Return realized over asked rate, by method and rate; NaN where the method refuses."""
    rows, columns = (np.arange(count) // _TILE for count in scores.shape)
    region = ((rows[:, None] + columns[None, :]) % 2 == 0) & ~truth
    finite = np.isfinite(scores)
    found: Dict[str, Dict[str, float]] = {}
    for method in METHODS:
        tested = finite & ~truth & ~(region if method == "conformal" else np.zeros_like(region))
        for rate in RATES:
            try:
                wanted = ThresholdParameters(method, rate)
                given = region if method == "conformal" else None
                threshold = choose_threshold(ArrayScores(scores), wanted, given).score
                ratio = float((scores[tested] > threshold).mean() / rate)
            except HsiAnomalyError:
                ratio = float("nan")
            found.setdefault(method, {})[f"{rate:g}"] = ratio
    return found


def report(measured: List[Dict[str, Any]]) -> str:
    """Lay the figures out: by kind of scene, method and rate; then by detector."""
    parts = []
    for kind in ("real", "simulated", "pure"):
        rows = []
        for method in METHODS:
            for rate in RATES:
                ratios = _ratios(measured, method, rate, kind=kind)
                rows.append([f"{method} {rate:g}", *_summary(ratios)])
        count = len({item["scene"] for item in measured if item["kind"] == kind})
        parts.append(f"{kind}: {count} scenes\n" + table(HEADER, rows))
    rows = [
        [
            f"{detector} {method}",
            *(f"{np.median(_ratios(measured, method, rate, detector=detector)):.2f}" for rate in RATES),
        ]
        for detector in dict.fromkeys(item["detector"] for item in measured)
        for method in METHODS
    ]
    parts.append(
        "median over all scenes, by detector\n" + table(["", *(f"{rate:g}" for rate in RATES)], rows)
    )
    worst = sorted(
        (item for item in measured),
        key=lambda item: -np.nanmax([item["realized"][m][f"{r:g}"] for m in METHODS[1:] for r in RATES[:2]]),
    )[:5]
    lines = [
        f"{item['scene']} {item['detector']}: "
        + ", ".join(f"{m} {r:g} {item['realized'][m][f'{r:g}']:.1f}" for m in METHODS[1:] for r in RATES[:2])
        for item in worst
    ]
    parts.append("largest, at 1e-2 and 1e-3\n" + "\n".join(lines))
    return "\n\n".join(parts)


HEADER = ["", "median", "lowest tenth", "highest tenth", "largest", "above 5", "refused", "of"]


def _ratios(measured: List[Dict[str, Any]], method: str, rate: float, **where: str) -> Array:
    found = [
        item["realized"][method][f"{rate:g}"]
        for item in measured
        if all(item[name] == value for name, value in where.items())
    ]
    return np.asarray(found)


def _summary(ratios: Array) -> List[str]:
    known = ratios[np.isfinite(ratios)]
    if not len(known):
        return ["", "", "", "", "", f"{len(ratios)}", f"{len(ratios)}"]
    low, middle, high = np.quantile(known, [0.1, 0.5, 0.9])
    figures = [f"{value:.2f}" for value in (middle, low, high, known.max())]
    return [*figures, f"{(known > 5).sum()}", f"{len(ratios) - len(known)}", f"{len(ratios)}"]


def main() -> int:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--detectors", default=",".join(DETECTORS))
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    if "HSI_ANOMALY_DATA" not in os.environ:
        print("HSI_ANOMALY_DATA does not name the folder of scenes.", file=sys.stderr)
        return 2
    measured: List[Dict[str, Any]] = []
    for kind, name, cube, truth in scenes():
        for detector in arguments.detectors.split(","):
            scores = make_detector(detector, {}).fit(cube).score(cube)
            measured.append(
                {"kind": kind, "scene": name, "detector": detector, "realized": realized(scores, truth)}
            )
        print(name, file=sys.stderr, flush=True)
    save(arguments.output, "thresholds", report(measured), measured)
    return 0


if __name__ == "__main__":
    sys.exit(main())
