"""AUC(PD,PF) of E2E-SSCADE with compressed gradients on the paper scenes: RS-DGC beside plain top-k of the same size.

HSI_ANOMALY_DATA names the data folder. `python -m benchmarks.gradient_compression`.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from pathlib import Path
from typing import Dict, Tuple
from unittest import mock

import numpy as np

from qgis_hsi_anomaly.core.cube import Array, ArrayCube
from qgis_hsi_anomaly.core.deep import density
from qgis_hsi_anomaly.core.deep.compression import INDICATORS, Compression
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE
from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores
from qgis_hsi_anomaly.core.progress import Progress
from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

SCENES = ("sandiego", "hydice", "beach-3", "urban-1", "urban-2", "urban-4")
FACTORS = (1.0, 10.0, 50.0)


def scene(folder: Path, name: str) -> Tuple[ArrayCube, Array]:
    """Return a paper scene in memory, and its truth."""
    cube = open_cube(str(folder / "paper" / f"{name}.tif"))
    truth = read_truth(str(folder / "paper" / f"{name}_truth.tif"), (cube.rows, cube.columns))
    return ArrayCube(cube.read_rows(0, cube.rows), valid=cube.valid), truth


def compression_table(folder: Path, seeds: int = 1, learning_rate: float = 1e-4) -> Dict[str, Dict[str, float]]:
    """Return the mean AUC over scenes and seeds, and megabytes sent in a run, by indicator and factor."""
    table: Dict[str, Dict[str, float]] = {}
    scenes = [scene(folder, name) for name in SCENES]
    for indicator in INDICATORS:
        for factor in FACTORS:
            figures, sent = [], []
            with mock.patch.object(density, "Compression", functools.partial(Compression, indicator=indicator)):
                for cube, truth in scenes:
                    for seed in range(seeds):
                        progress = Progress()
                        detector = SSCADE(
                            variant="reference",
                            seed=seed,
                            learning_rate=learning_rate,
                            gradient_compression="rsdgc",
                            compression_factor=factor,
                        )
                        score = detector.fit(cube, progress).score(cube)
                        figures.append(area_under_roc(label_scores(score, truth)))
                        sent.append(progress.metrics["gradient_bytes_sent"] / 1e6)
            name = "rsdgc" if indicator == "neighbourhood" else "top-k"
            table[f"{name} {factor:g}x"] = {"AUC_PD_PF": float(np.mean(figures)), "megabytes": float(np.mean(sent))}
    return table


if __name__ == "__main__":
    json.dump(compression_table(Path(os.environ["HSI_ANOMALY_DATA"])), sys.stdout, indent=1)
