"""What training is worth in `sscade --variant improved`: AUC(PD,PF) trained, untrained and of Ledoit-Wolf RX.

    HSI_ANOMALY_DATA=data .venv/bin/python benchmarks/improved.py [--variant improved] [--seeds 3] [--simulated 1]
        [--output FILE.json]

The real scenes are six of the publications and SDData; the simulated ones those of `benchmarks/simulated.py`,
each drawn with `--simulated` seeds. Prints a row a scene, the mean over the six scenes for every seed, and the
processor seconds of one fit with its control and its maps.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import simulated
from qgis_hsi_anomaly.core.cube import ArrayCube, Cube
from qgis_hsi_anomaly.core.deep.scene import Scene
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores
from qgis_hsi_anomaly.core.run import ALONE

Array = npt.NDArray[Any]
PAPER = ("sandiego", "hydice", "beach-3", "urban-1", "urban-2", "urban-4")


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


def show(name: str, found: Dict[str, Any]) -> None:
    """Print one row."""
    trained, untrained = np.array(found["trained"]), np.array(found["untrained"])
    print(
        f"{name:24s} rx {found['rx']:.4f}  untrained {untrained.mean():.4f} ± {untrained.std():.4f}  "
        f"trained {trained.mean():.4f} ± {trained.std():.4f}  {np.mean(found['seconds']):.1f} s",
        flush=True,
    )


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
    parser.add_argument("--output")
    arguments = parser.parse_args()
    rows: Dict[str, Dict[str, Any]] = {}
    if "HSI_ANOMALY_DATA" in os.environ:
        for name, cube, truth in real_scenes(os.environ["HSI_ANOMALY_DATA"]):
            rows[name] = compare(arguments.variant, cube, truth, arguments.seeds)
            show(name, rows[name])
        rows["mean of six"] = mean_of([rows[name] for name in PAPER])
        show("mean of six", rows["mean of six"])
    drawn = []
    for name, cube, truth in simulated_scenes(arguments.simulated):
        rows[name] = compare(arguments.variant, cube, truth, arguments.seeds)
        drawn.append(rows[name])
        show(name, rows[name])
    if drawn:
        rows["mean of simulated"] = mean_of(drawn)
        show("mean of simulated", rows["mean of simulated"])
    if arguments.output:
        Path(arguments.output).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
