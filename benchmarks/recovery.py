"""How small a target the detectors find: targets implanted into real scenes, at two false-alarm rates.

    HSI_ANOMALY_DATA=data .venv/bin/python -m benchmarks.recovery [--detectors rx,knn] [--scenes sandiego,SDData]
        [--implants 20] [--output build/bench]

Squares of 1 and 3 pixels, mixed in with fractions from 0.1 to 1, found at a threshold fitted to the tail of each run's
own background (as `recovery` does; detectors with their defaults). Two kinds of spectra: `unusual`, the tool's
default, chosen in the scene itself; and `labeled`, the purest pixel (highest RX score) of each labeled anomaly, which
says how far the default can be trusted: `default minus labeled` is the mean over all sizes and fractions.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
from scipy.ndimage import label

from benchmarks.results import save, table
from qgis_hsi_anomaly.core.cube import Array, Cube
from qgis_hsi_anomaly.core.decisions.recovery import (
    ImplantedCube,
    background_of,
    found_in,
    plan_runs,
    rates,
    threshold_of,
    unusual_spectra,
)
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

SCENES = {
    **{name: (f"paper/{name}.tif", f"paper/{name}_truth.tif") for name in ("sandiego", "hydice", "urban-4")},
    "airport-3": ("abu/airport-3.tif", "abu/airport-3_truth.tif"),
    "SDData": ("georeferenced/SDData", "georeferenced/SDDataGt.bmp"),
}
DETECTORS = ("rx", "knn", "cbad", "localrx", "crd", "aed", "consensus")
SIZES, FRACTIONS, RATES = (1, 3), (0.1, 0.2, 0.5, 1.0), (1e-3, 1e-2)
SPECTRA, CHANGED = 20, 0.01
KINDS = ("unusual", "labeled")

Found = Dict[str, Dict[str, List[Tuple[int, int]]]]


def labeled_spectra(cube: Cube, truth: Array) -> Array:
    """Return the spectrum of the highest RX score of each labeled anomaly, (n, bands)."""
    scores = make_detector("rx", {}).fit(cube).score(cube)
    objects, count = label(truth & cube.valid, np.ones((3, 3)))
    pixels = cube.read_rows(0, cube.rows)
    found = []
    for number in range(1, min(count, SPECTRA) + 1):
        row, column = np.unravel_index(np.where(objects == number, scores, -1).argmax(), scores.shape)
        found.append(pixels[row, column])
    return np.array(found)


def recover(
    id: str, cube: Cube, truth: Array, targets: Array, implants: int
) -> Dict[str, List[Tuple[int, int]]]:
    """Return how many were found and implanted by size and fraction, for each rate."""
    detector = make_detector(id, {})
    scores = detector.fit(cube).score(cube)
    allowed = cube.background & ~truth & (scores <= threshold_of(scores, cube.background, max(RATES)))
    outcomes: Dict[float, List[Any]] = {rate: [] for rate in RATES}
    for planned in plan_runs(allowed, SIZES, FRACTIONS, implants, len(targets), CHANGED, 0):
        there = ImplantedCube(cube, targets, planned)
        scores = detector.fit(there).score(there)
        background = background_of(cube.background, planned)
        for rate in RATES:
            outcomes[rate] += found_in(scores, threshold_of(scores, background, rate), planned)
    return {f"{rate:g}": [(cell.found, cell.implanted) for cell in rates(outcomes[rate])] for rate in RATES}


def report(measured: Dict[str, Dict[str, Found]]) -> str:
    """Lay the rates out: a table for each rate and kind of spectra, mean over the scenes, detectors down."""
    cells = [f"{size}x{size} {fraction:g}" for size in SIZES for fraction in FRACTIONS]
    parts = []
    for rate in (f"{rate:g}" for rate in RATES):
        shares = {
            kind: {
                id: _shares([scene[kind][rate] for scene in scenes.values()])
                for id, scenes in measured.items()
            }
            for kind in KINDS
        }
        for kind in KINDS:
            rows = [[id, *(f"{value:.2f}" for value in values)] for id, values in shares[kind].items()]
            parts.append(f"{kind} spectra, false-alarm rate {rate}\n" + table(["", *cells], rows))
        rows = [
            [id, f"{float((shares['unusual'][id] - shares['labeled'][id]).mean()):+.3f}"] for id in measured
        ]
        parts.append(f"default minus labeled, false-alarm rate {rate}\n" + table(["", "difference"], rows))
    return "\n\n".join(parts)


def _shares(scenes: Sequence[Sequence[Tuple[int, int]]]) -> Array:
    """Return the mean over scenes of the share found, (cells,)."""
    return np.asarray(np.mean([[found / count for found, count in cells] for cells in scenes], axis=0))


def main() -> None:
    """Measure what was asked for and write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--detectors", default=",".join(DETECTORS))
    parser.add_argument("--scenes", default=",".join(SCENES))
    parser.add_argument("--implants", type=int, default=20)
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    if "HSI_ANOMALY_DATA" not in os.environ:
        parser.error("HSI_ANOMALY_DATA must name the folder of the real scenes.")
    folder, names = Path(os.environ["HSI_ANOMALY_DATA"]), arguments.scenes.split(",")
    measured: Dict[str, Dict[str, Found]] = {}
    for id in arguments.detectors.split(","):
        started = time.perf_counter()
        for name in names:
            image, marks = (str(folder / path) for path in SCENES[name])
            cube = open_cube(image)
            truth = read_truth(marks, cube.valid.shape)
            spectra = {"unusual": unusual_spectra(cube, SPECTRA), "labeled": labeled_spectra(cube, truth)}
            measured.setdefault(id, {})[name] = {
                kind: recover(id, cube, truth, targets, arguments.implants)
                for kind, targets in spectra.items()
            }
        print(f"{id}: {time.perf_counter() - started:.0f} s", flush=True)
    about = f"{', '.join(names)}; {arguments.implants} implants a size, fraction and scene\n\n"
    save(arguments.output, "recovery", about + report(measured), measured)


if __name__ == "__main__":
    main()
