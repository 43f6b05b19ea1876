"""What training is worth in `sscade --variant improved`, beside what needs none.

    HSI_ANOMALY_DATA=data python -m benchmarks.improved [--variant improved] [--seeds 3] [--simulated 0 1]
        [--output build/bench]

AUC(PD,PF) and average precision of Ledoit-Wolf RX, of kNN on the ten leading components, of both read as the
network's energies are ("compact": stretched, and what is compact counted; kNN then on ten and on twenty components,
as the network), of the network untrained, and trained: on the thirteen real scenes of `quality.py`, the demo's
scene, and the simulated ones of `simulated.py`, drawn with the seeds of `--simulated`. A row a scene: means over the
trainings' seeds, with the standard deviation of the trained AUC, and the processor seconds of a fit with its control
and its maps. `--seeds 0` measures only what needs no training.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import numpy as np
import numpy.typing as npt

from benchmarks import simulated
from benchmarks.quality import ABU, PAPER, SCENES
from benchmarks.results import save, table
from qgis_hsi_anomaly.core.cube import ArrayCube, Cube
from qgis_hsi_anomaly.core.deep.models.sscade_improved import LINES, STRETCH
from qgis_hsi_anomaly.core.deep.scene import Scene
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.metrics import area_under_roc, average_precision, label_scores
from qgis_hsi_anomaly.core.numerics.line_opening import line_residue
from qgis_hsi_anomaly.core.run import ALONE
from qgis_hsi_anomaly.raster.reader import open_cube, read_truth
from qgis_hsi_anomaly.tools.samplescene import SampleScene

Array = npt.NDArray[Any]
Figures = Dict[str, List[float]]
METHODS = ("RX", "kNN", "RX compact", "kNN compact", "untrained", "trained")


def real_scenes(folder: str) -> Iterator[Tuple[str, Cube, Array]]:
    """Name, cube and truth of the thirteen real scenes."""
    for name, (image, labels) in SCENES.items():
        cube = open_cube(os.path.join(folder, image))
        yield name, cube, read_truth(os.path.join(folder, labels), (cube.rows, cube.columns))


def demo_scene() -> Tuple[Cube, Array]:
    """Cube and truth of the scene of `make demo`."""
    with tempfile.TemporaryDirectory() as folder:
        image, labels = os.path.join(folder, "scene.tif"), os.path.join(folder, "truth.tif")
        SampleScene(image, labels).perform()
        cube = open_cube(image)
        array = cube.read_rows(0, cube.rows)
        array[~cube.valid] = np.nan
        return ArrayCube(array), read_truth(labels, (cube.rows, cube.columns))


def simulated_scenes(draws: Sequence[int]) -> Iterator[Tuple[str, Cube, Array]]:
    """Name, cube and truth of every standard setting, drawn with each of some seeds."""
    for setting in simulated.SETTINGS:
        for draw in draws:
            array, truth = simulated.scene(setting, draw)
            yield f"{setting.name}/{draw}", ArrayCube(array), truth


def figures_of(scores: Array, truth: Array, cube: Cube) -> Tuple[float, float]:
    """AUC(PD,PF) and average precision over valid pixels."""
    labeled = label_scores(np.where(cube.valid, scores, np.nan), truth)
    return area_under_roc(labeled), average_precision(labeled)


def read_alike(maps: Sequence[Array], cube: Cube) -> Array:
    """Read maps as the improved variant reads its two energies: the gain of its reading is not its training's."""
    several = [one[cube.valid].astype(np.float64) for one in maps]
    stretched = [np.arcsinh(STRETCH * (one - one.mean()) / one.std()) for one in several]
    image = np.zeros(cube.valid.shape, dtype=np.float32)
    image[cube.valid] = np.mean(stretched, axis=0)
    return np.asarray(image + line_residue(image, cube.valid, LINES))


def compare(variant: str, cube: Cube, truth: Array, seeds: int) -> Figures:
    """Figures by method and seed, and processor seconds of a fit with its maps.

    Keys: methods for AUC(PD,PF), `METHOD, precision` for average precision, `seconds`.
    """
    maps: Dict[str, List[Array]] = {name: [] for name in METHODS}
    rx, ten, twenty = (
        make_detector(name, values).fit(cube).score(cube)
        for name, values in (("rx", {}), ("knn", {}), ("knn", {"principal_components": min(20, cube.bands)}))
    )
    maps["RX"].append(rx)
    maps["kNN"].append(ten)
    maps["RX compact"].append(read_alike([rx], cube))
    maps["kNN compact"].append(read_alike([ten, twenty], cube))
    seconds = []
    for seed in range(seeds):
        started = time.process_time()
        background = make_detector("sscade", {"variant": variant, "seed": seed}).fit(cube)
        maps["trained"].append(background.score(cube))
        seconds.append(time.process_time() - started)
        control = background.members[0][1]  # type: ignore[attr-defined]
        scene = Scene(cube, cube.valid, background.value_range, ALONE, variant == "reference")  # type: ignore[attr-defined]
        maps["untrained"].append(control.score_map(scene))
    found: Figures = {"seconds": seconds}
    for name, several in maps.items():
        pairs = [figures_of(one, truth, cube) for one in several]
        found[name], found[f"{name}, precision"] = [area for area, _ in pairs], [one for _, one in pairs]
    return found


def report(rows: Dict[str, Figures]) -> str:
    """Lay the rows out: scenes down, mean over seeds across; methods that were not measured are left out."""
    methods = [name for name in METHODS if next(iter(rows.values()))[name]]
    lines = []
    for name, found in rows.items():
        areas = [f"{np.mean(found[key]):.4f}" for key in methods]
        precisions = [f"{np.mean(found[f'{key}, precision']):.3f}" for key in methods]
        lines.append([name, *areas, *precisions])
        if found["trained"]:
            areas[-1] += f" ± {np.std(found['trained']):.4f}"
            lines[-1] = [name, *areas, *precisions, f"{np.mean(found['seconds']):.1f}"]
    seconds = ["processor s"] if "trained" in methods else []
    return table(["", *methods, *(f"AP {name}" for name in methods), *seconds], lines)


def mean_of(rows: List[Figures]) -> Figures:
    """Mean over scenes, seed by seed."""
    return {key: np.mean([row[key] for row in rows], axis=0).tolist() for key in rows[0]}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--variant", default="improved")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--simulated", type=int, nargs="*", default=[0, 1], help="seeds of the simulated scenes"
    )
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    rows: Dict[str, Figures] = {}
    if "HSI_ANOMALY_DATA" in os.environ:
        for name, cube, truth in real_scenes(os.environ["HSI_ANOMALY_DATA"]):
            rows[name] = compare(arguments.variant, cube, truth, arguments.seeds)
            print(f"{name} done", file=sys.stderr, flush=True)
        for name, members in (
            ("mean of six", PAPER),
            ("mean of ABU", ABU),
            ("mean of thirteen", tuple(SCENES)),
        ):
            rows[name] = mean_of([rows[scene] for scene in members])
    rows["demo"] = compare(arguments.variant, *demo_scene(), arguments.seeds)
    drawn = []
    for name, cube, truth in simulated_scenes(arguments.simulated):
        rows[name] = compare(arguments.variant, cube, truth, min(arguments.seeds, 1))
        drawn.append(rows[name])
        print(f"{name} done", file=sys.stderr, flush=True)
    if drawn:
        rows["mean of simulated"] = mean_of(drawn)
    title = (
        f"sscade --variant {arguments.variant}, {arguments.seeds} seed(s), simulated scenes at most one\n\n"
    )
    save(arguments.output, f"improved-{arguments.variant}", title + report(rows), rows)


if __name__ == "__main__":
    main()
