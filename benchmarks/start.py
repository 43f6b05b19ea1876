"""What has to be waited for before the work begins: the first training step, a small RX, QGIS with the plugin.

    python -m benchmarks.start [--rounds 7] [--output build/bench]

Each beside what cannot be avoided, in turn: the import of torch alone; that of numpy and GDAL alone; QGIS with
Processing, without the plugin. Medians over the rounds, in seconds on the clock. The plugin is that of `make build`,
in the Python that has QGIS.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List

import numpy as np

from benchmarks.results import save, table
from benchmarks.training_speed import scene
from qgis_hsi_anomaly.raster.georeference import Georeference
from qgis_hsi_anomaly.raster.writer import write_cube

TOP = Path(__file__).parents[1]
SHAPE = (100, 100, 189)

OPENING = """
import json, os, sys, time
from qgis.core import QgsApplication
application = QgsApplication([], True)
application.initQgis()
from processing.core.Processing import Processing
Processing.initialize()
began = time.perf_counter()
import qgis_hsi_anomaly
qgis_hsi_anomaly.classFactory(None).initProcessing()
print(json.dumps(time.perf_counter() - began), flush=True)
os._exit(0)
"""


def environment() -> Dict[str, str]:
    """Return the environment of a user: byte code is kept."""
    found = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**found, "QT_QPA_PLATFORM": "offscreen"}


def python(code: str) -> float:
    """Return how long our Python takes to run something, from start to end."""
    return ended([sys.executable, "-c", code])


def ended(command: List[str]) -> float:
    """Return how long a command takes."""
    began = time.perf_counter()
    subprocess.run(command, cwd=TOP, env=environment(), capture_output=True, check=True)
    return time.perf_counter() - began


def first_step(scene_path: str, variant: str) -> float:
    """Return the seconds from the command to the word of the second of the spatial autoencoder's twenty steps."""
    options = ["sscade", scene_path, str(Path(scene_path).with_name("scores.tif")), "--variant", variant]
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "qgis_hsi_anomaly", "detect", *options, "--epochs", "1"],
        cwd=TOP,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stderr or ():
            if line.startswith("Training step"):
                seconds = time.perf_counter() - began
                process.communicate()
                return seconds
    raise RuntimeError("It ended before the first step.")


def opening() -> float:
    """Return the seconds that the plugin takes of QGIS's start."""
    paths = [str(TOP / "build"), "/usr/share/qgis/python/plugins"]
    done = subprocess.run(
        ["/usr/bin/python3", "-c", OPENING],
        env={**environment(), "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    """Measure in turn, and write the table."""
    parser = argparse.ArgumentParser(description="What is waited for before the work begins.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, scores = f"{folder}/scene.img", f"{folder}/rx.tif"
        write_cube(path, scene(*SHAPE), Georeference(SHAPE[1], SHAPE[0]), {})
        rx = [sys.executable, "-m", "qgis_hsi_anomaly", "detect", "rx", path, scores]
        measured: Dict[str, Callable[[], float]] = {
            "import torch": lambda: python("import torch"),
            "first step of sscade, reference": lambda: first_step(path, "reference"),
            "first step of sscade, improved": lambda: first_step(path, "improved"),
            "import numpy and GDAL": lambda: python("import numpy, osgeo.gdal"),
            "rx of 100 x 100 x 189": lambda: ended(rx),
            "plugin, of QGIS's start": opening,
        }
        for call in measured.values():
            call()  # what is kept on disk, files and answers of interpreters, is there for all
        seconds: Dict[str, List[float]] = {name: [] for name in measured}
        for _ in range(arguments.rounds):
            for name, call in measured.items():
                seconds[name].append(call())
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    torch, bare = medians["import torch"], medians["import numpy and GDAL"]
    against: Dict[str, str] = {
        "first step of sscade, reference": f"{medians['first step of sscade, reference'] - torch:+.2f} s",
        "first step of sscade, improved": f"{medians['first step of sscade, improved'] - torch:+.2f} s",
        "rx of 100 x 100 x 189": f"{medians['rx of 100 x 100 x 189'] / bare:.1f}x",
    }
    rows = [
        [name, f"{median:.2f} s", f"{np.min(seconds[name]):.2f} s", against.get(name, "")]
        for name, median in medians.items()
    ]
    text = table(["until it begins", "median", "least", "against the bare import"], rows)
    results: Dict[str, Any] = {"seconds": seconds, "medians": medians}
    save(arguments.output, "start", text, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
