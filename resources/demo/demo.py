"""What `make demo` does: the made scene through E2E-SSCADE in QGIS, its figures, and a picture.

    python demo.py FOLDER

Replaces FOLDER by scene.tif, truth.tif, scores.tif (with its QGIS style) and scores.png. QGIS runs without a
screen and with a profile of its own below FOLDER, so that the user's settings are neither read nor changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import matplotlib as mpl
import numpy as np
from osgeo import gdal

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.sample_scene import WAVELENGTHS
from qgis_hsi_anomaly.style import limits, paint
from qgis_hsi_anomaly.tools.evaluate import Evaluate
from qgis_hsi_anomaly.tools.samplescene import SampleScene

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.patches import Patch

FIGURES = ("AUC_PD_PF", "AUC_PF_TAU", "AVERAGE_PRECISION", "PD_AT_PF_1E2")


def main(folder: Path) -> int:
    """Make the scene, run E2E-SSCADE on it through qgis_process, and show how well it did."""
    scene, truth, scores = folder / "scene.tif", folder / "truth.tif", folder / "scores.tif"
    shutil.rmtree(folder, ignore_errors=True)
    say(f"making the scene: {scene}")
    folder.mkdir(parents=True)
    SampleScene(str(scene), str(truth)).perform()
    say("running hsianomaly:sscade in qgis_process")
    qgis_process(folder, "plugins", "enable", "qgis_hsi_anomaly")
    qgis_process(folder, "run", "hsianomaly:sscade", "--", f"INPUT={scene}", f"OUTPUT={scores}")

    say("figures against the scene's truth")
    maps = {"E2E-SSCADE, from QGIS": scores}
    # What every learned detector has to be seen beside: the same network untrained, and RX.
    controls: Dict[str, Any] = {
        "the same, untrained": make_detector("sscade", {"epochs": 0}),
        "RX, Ledoit-Wolf": make_detector("rx", {"regularization": "ledoitwolf"}),
        "RX, plain": make_detector("rx", {"regularization": "none"}),
    }
    for number, (name, detector) in enumerate(controls.items()):
        maps[name] = folder / f"control-{number}.tif"
        workflow.detect(detector, str(scene), str(maps[name]))
    print(f"{'':24}" + "".join(f"{name:>20}" for name in FIGURES))
    for name, path in maps.items():
        figures = Evaluate(str(path), str(truth)).perform()
        print(f"{name:24}" + "".join(f"{figures[figure]:20.4f}" for figure in FIGURES))

    picture = folder / "scores.png"
    draw(scene, truth, scores, picture)
    say(f"scores: {scores}")
    say(f"picture: {picture}")
    return 0


def say(text: str) -> None:
    """Print a line of what is being done, before anything a program prints later."""
    print(f"demo: {text}", flush=True)


def qgis_process(folder: Path, *arguments: str) -> None:
    """Run qgis_process on the assembled plugin. Ends the demo where it fails.

    Debian's `qgis_process` is a wrapper that its own program does not get on with: the program is `qgis_process.bin`.
    """
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        sys.exit("demo: qgis_process was not found on PATH: install QGIS 3.22 or newer.")
    profile = folder.resolve() / "profile"
    profile.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = {
        "XDG_RUNTIME_DIR": str(profile),  # Qt asks for one where nobody is logged in
        **os.environ,
        "PYTHONWARNINGS": "ignore::DeprecationWarning",  # QGIS's own start-up
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_PLUGINPATH": str(folder.resolve().parent),
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "QGIS_HSI_ANOMALY_PYTHON": sys.executable,
    }
    done = subprocess.run([program, *arguments], env=environment, check=False)
    if done.returncode != 0:
        sys.exit(f"demo: qgis_process {' '.join(arguments)} failed with exit status {done.returncode}.")


def draw(scene: Path, truth: Path, scores: Path, picture: Path) -> None:
    """Draw the scene in true color, and the score map over it as QGIS shows it, targets outlined."""
    targets, score_map = read(truth), read(scores)
    stops = limits(score_map, "sscade")
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.6), constrained_layout=True)
    left.imshow(true_color(scene), interpolation="nearest")
    left.set_title("Scene in true color, implanted targets outlined")
    right.imshow(true_color(scene), interpolation="nearest")
    right.imshow(paint(score_map, stops), interpolation="nearest")
    right.set_title("E2E-SSCADE anomaly score over the scene")
    classes = [Patch(facecolor=f"{stop.color}{stop.alpha:02x}", edgecolor="0.5") for stop in stops]
    labels = [stop.label for stop in stops]
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "ncol": 4, "frameon": False}
    right.legend(classes, labels, fontsize="small", handlelength=1.2, columnspacing=1.2, **place)
    for axes in (left, right):
        outline(axes, targets)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_facecolor("0.92")
    figure.savefig(picture, dpi=110)
    plt.close(figure)


def true_color(scene: Path) -> Any:
    """Return red, green and blue (rows, columns, 3), stretched to 0..1; white where there is no data."""
    numbers: List[int] = [
        int(np.abs(WAVELENGTHS - nanometers).argmin()) + 1 for nanometers in (650, 550, 470)
    ]
    dataset = gdal.Open(str(scene))
    nodata = dataset.GetRasterBand(1).GetNoDataValue()
    channels = np.stack([dataset.GetRasterBand(number).ReadAsArray() for number in numbers], axis=2).astype(
        float
    )
    channels[channels == nodata] = np.nan
    stretched = channels / np.nanpercentile(channels, 99, axis=(0, 1))
    return np.nan_to_num(np.clip(stretched, 0, 1) ** 0.75, nan=1.0)


def outline(axes: Any, targets: Any) -> None:
    """Draw the border of every target pixel's neighborhood, so that single pixels can be found."""
    rows, columns = np.nonzero(targets)
    covered = np.zeros(targets.shape, dtype=bool)
    for row, column in zip(rows, columns):
        covered[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = True
    axes.contour(covered, levels=[0.5], colors="cyan", linewidths=0.9)


def read(path: Path) -> Any:
    """Return the first band of a raster, (rows, columns)."""
    return gdal.Open(str(path)).ReadAsArray()


if __name__ == "__main__":
    gdal.UseExceptions()
    sys.exit(main(Path(sys.argv[1])))
