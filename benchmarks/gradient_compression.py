"""What compressed gradients cost E2E-SSCADE: RS-DGC beside plain top-k of the same size, on the six paper scenes.

    HSI_ANOMALY_DATA=data python -m benchmarks.gradient_compression [--processes 2] [--seeds 1]
        [--trainings "as published,large steps,improved"] [--output build/bench]

The trainings: `as published` (reference variant: twenty small steps hardly move the weights, so that no compression can
do harm), `large steps` (the same with 100 steps of 1e-3: the weights move, and detection gets worse, compressed or not)
and `improved` (the default variant: 400 steps that detection lives on). AUC(PD,PF) is the mean over scenes and seeds;
correlation is the rank correlation of the scores with those of whole gradients; megabytes are what one process
sends in all trainings of a run, to all others on the ring.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Tuple
from unittest import mock

import numpy as np

from benchmarks.results import save, table
from qgis_hsi_anomaly.core.cube import Array, ArrayCube
from qgis_hsi_anomaly.core.deep.models import sscade, sscade_improved
from qgis_hsi_anomaly.core.deep.processes import Meeting, join, leave
from qgis_hsi_anomaly.core.deep.training.compression import Compression
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE
from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores
from qgis_hsi_anomaly.core.numerics.ranks import rank_correlation
from qgis_hsi_anomaly.core.run import Processes, Run
from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

SCENES = ("sandiego", "hydice", "beach-3", "urban-1", "urban-2", "urban-4")
TRAININGS: Dict[str, Dict[str, Any]] = {
    "as published": {"variant": "reference"},
    "large steps": {"variant": "reference", "learning_rate": 1e-3, "epochs": 100},
    "improved": {"variant": "improved"},
}
INDICATORS = {"rsdgc": "neighborhood", "top-k": "magnitude"}
FACTORS = (1.0, 10.0, 50.0)


def scene(folder: Path, name: str) -> Tuple[ArrayCube, Array]:
    """Return a paper scene in memory, and its truth."""
    cube = open_cube(str(folder / "paper" / f"{name}.tif"))
    truth = read_truth(str(folder / "paper" / f"{name}_truth.tif"), (cube.rows, cube.columns))
    return ArrayCube(cube.read_rows(0, cube.rows), valid=cube.valid), truth


def train_and_score(
    cube: ArrayCube, values: Dict[str, Any], indicator: str, factor: float, processes: Processes
) -> Tuple[Array, Dict[str, Any]]:
    """Return the scores with gradients compressed `factor` times (0: not at all), and the figures the run reported."""
    if factor:
        values = {**values, "gradient_compression": "rsdgc", "compression_factor": factor}
    run = Run(processes=processes)
    chosen = functools.partial(Compression, indicator=indicator)
    with (
        mock.patch.object(sscade, "Compression", chosen),
        mock.patch.object(sscade_improved, "Compression", chosen),
    ):
        return SSCADE(**values).fit(cube, run).score(cube, run), run.metrics


def measure(
    scenes: List[Tuple[ArrayCube, Array]], values: Dict[str, Any], seeds: int, processes: Processes
) -> Dict[str, Any]:
    """Return the mean figures of one training, by what of the gradients is sent."""
    rows: Dict[str, List[Tuple[float, ...]]] = {}
    for cube, truth in scenes:
        for seed in range(seeds):
            seeded = {**values, "seed": seed}
            whole, _ = train_and_score(cube, seeded, "neighborhood", 0.0, processes)
            area = area_under_roc(label_scores(whole, truth))
            rows.setdefault("whole gradients", []).append((area, 1.0, np.nan, np.nan))
            for name, indicator in INDICATORS.items():
                for factor in FACTORS:
                    scores, metrics = train_and_score(cube, seeded, indicator, factor, processes)
                    area = area_under_roc(label_scores(scores, truth))
                    sent, uncompressed = (
                        metrics[f"gradient_bytes_{what}"] / 1e6 for what in ("sent", "uncompressed")
                    )
                    found = (area, rank_correlation(scores, whole), sent, uncompressed)
                    rows.setdefault(f"{name} {factor:g}x", []).append(found)
    means = {name: np.mean(found, axis=0).tolist() for name, found in rows.items()}
    means["whole gradients"][2:] = [means["top-k 1x"][3]] * 2
    return {
        name: dict(zip(("auc", "correlation", "megabytes", "whole"), mean)) for name, mean in means.items()
    }


def work(
    rank: int, size: int, meeting: str, folder: str, trainings: List[str], seeds: int, output: str
) -> None:
    """Measure as process `rank` of `size`; process 0 leaves the figures in the file `output`."""
    processes = join("cpu", Meeting(rank, size, folder=meeting))
    scenes = [scene(Path(folder), name) for name in SCENES]
    found = {name: measure(scenes, TRAININGS[name], seeds, processes) for name in trainings}
    if rank == 0:
        Path(output).write_text(json.dumps(found), encoding="utf-8")
    leave(processes)


def report(found: Dict[str, Dict[str, Dict[str, float]]]) -> str:
    """Lay the figures out: trainings and what is sent down, figures across."""
    header = ["training", "sent", "AUC(PD,PF)", "correlation", "MB sent", "times fewer"]
    rows = [
        [
            training,
            name,
            f"{row['auc']:.4f}",
            f"{row['correlation']:.4f}",
            f"{row['megabytes']:.2f}",
            f"{row['whole'] / row['megabytes']:.1f}" if row["megabytes"] else "-",
        ]
        for training, by_name in found.items()
        for name, row in by_name.items()
    ]
    return table(header, rows)


def main() -> None:
    """Measure in processes of their own, and write the table."""
    import torch.multiprocessing as mp

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--trainings", default=",".join(TRAININGS))
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    if "HSI_ANOMALY_DATA" not in os.environ:
        parser.error("HSI_ANOMALY_DATA must name the folder of the real scenes.")
    trainings = arguments.trainings.split(",")
    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder) / "found.json")
        given = (
            arguments.processes,
            folder,
            os.environ["HSI_ANOMALY_DATA"],
            trainings,
            arguments.seeds,
            output,
        )
        mp.spawn(work, given, nprocs=arguments.processes)
        found = json.loads(Path(output).read_text(encoding="utf-8"))
    title = f"{arguments.processes} processes, mean of {len(SCENES)} scenes and {arguments.seeds} seed(s)\n\n"
    save(arguments.output, "gradient-compression", title + report(found), found)


if __name__ == "__main__":
    main()
