"""What training is worth in `sscade --variant improved`: AUC(PD,PF) trained, untrained and of Ledoit-Wolf RX.

    HSI_ANOMALY_DATA=data python -m benchmarks.improved [--variant improved] [--seeds 3] [--simulated 1]
        [--output build/bench]

The real scenes are six of the publications and SDData; the simulated ones those of `benchmarks/simulated.py`,
each drawn with `--simulated` seeds. A row a scene: mean and standard deviation over the
seeds, and the processor seconds of one fit with its control and its maps.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import numpy as np
import numpy.typing as npt

from benchmarks import simulated
from benchmarks.quality import PAPER
from benchmarks.results import save, table
from qgis_hsi_anomaly.core.cube import ArrayCube, Cube
from qgis_hsi_anomaly.core.deep.scene import Scene
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores
from qgis_hsi_anomaly.core.run import ALONE

Array = npt.NDArray[Any]


def real_scenes(folder: str) -> Iterator[Tuple[str, Cube, Array]]:
    """Name, cube and truth of the paper's scenes and of SDData."""
    from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

    places = [(name, f"paper/{name}.tif", f"paper/{name}_truth.tif") for name in PAPER]
    for name, image, labels in [*places, ("sddata", "georeferenced/SDData", "georeferenced/SDDataGt.bmp")]:
        cube = open_cube(os.path.join(folder, image))
        yield name, cube, read_truth(os.path.join(folder, labels), (cube.rows, cube.columns))


def simulated_scenes(draws: int) -> Iterator[Tuple[str, Cube, Array]]:
    """Name, cube and truth of every standard setting, drawn `draws` times."""
    for setting in simulated.SETTINGS:
        for draw in range(draws):
            array, truth = simulated.scene(setting, draw)
            yield f"{setting.name}/{draw}", ArrayCube(array), truth


def area(scores: Array, truth: Array, cube: Cube) -> float:
    """AUC(PD,PF) over valid pixels."""
    return area_under_roc(label_scores(np.where(cube.valid, scores, np.nan), truth))


def compare(variant: str, cube: Cube, truth: Array, seeds: int) -> Dict[str, Any]:
    """Areas trained and untrained by seed, that of RX, and processor seconds of a fit with its maps."""
    rx = make_detector("rx", {}).fit(cube).score(cube)
    found: Dict[str, Any] = {"rx": area(rx, truth, cube), "trained": [], "untrained": [], "seconds": []}
    for seed in range(seeds):
        started = time.process_time()
        background = make_detector("sscade", {"variant": variant, "seed": seed}).fit(cube)
        trained = background.score(cube)
        found["seconds"].append(time.process_time() - started)
        control = background.members[0][1]  # type: ignore[attr-defined]
        scene = Scene(cube, cube.valid, background.value_range, ALONE, variant == "reference")  # type: ignore[attr-defined]
        found["trained"].append(area(trained, truth, cube))
        found["untrained"].append(area(control.score_map(scene), truth, cube))
    return found


def report(rows: Dict[str, Dict[str, Any]]) -> str:
    """Lay the rows out: scenes down, mean and standard deviation over seeds across."""
    lines = []
    for name, found in rows.items():
        cells = [f"{np.mean(found[key]):.4f} ± {np.std(found[key]):.4f}" for key in ("untrained", "trained")]
        lines.append([name, f"{found['rx']:.4f}", *cells, f"{np.mean(found['seconds']):.1f}"])
    return table(["", "Ledoit-Wolf RX", "untrained", "trained", "processor s"], lines)


def mean_of(rows: List[Dict[str, Any]]) -> Dict[str, Any]:
    """Mean over scenes, seed by seed."""
    return {key: np.mean([row[key] for row in rows], axis=0).tolist() for key in rows[0]}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--variant", default="improved")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--simulated", type=int, default=1, help="draws of every simulated setting; 0 for none"
    )
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    rows: Dict[str, Dict[str, Any]] = {}
    if "HSI_ANOMALY_DATA" in os.environ:
        for name, cube, truth in real_scenes(os.environ["HSI_ANOMALY_DATA"]):
            rows[name] = compare(arguments.variant, cube, truth, arguments.seeds)
            print(f"{name} done", file=sys.stderr, flush=True)
        rows["mean of six"] = mean_of([rows[name] for name in PAPER])
    drawn = []
    for name, cube, truth in simulated_scenes(arguments.simulated):
        rows[name] = compare(arguments.variant, cube, truth, arguments.seeds)
        drawn.append(rows[name])
        print(f"{name} done", file=sys.stderr, flush=True)
    if drawn:
        rows["mean of simulated"] = mean_of(drawn)
    title = f"sscade --variant {arguments.variant}, {arguments.seeds} seed(s)\n\n"
    save(arguments.output, f"improved-{arguments.variant}", title + report(rows), rows)


if __name__ == "__main__":
    main()
