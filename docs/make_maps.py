"""Draw the map of every detector on the sample scene for docs/detectors, with the figures against its truth.

    python docs/make_maps.py [DETECTOR ...]

Takes some minutes for all. Run it for a detector whose scores changed, then `make docs`. Pictures and figures.json are
kept in docs/images/detectors.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, Sequence

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from matplotlib.image import imsave
from osgeo import gdal

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.core.detectors.registry import detector_ids, make_detector
from qgis_hsi_anomaly.core.sample_scene import WAVELENGTHS
from qgis_hsi_anomaly.style import limits, paint, true_color_bands
from qgis_hsi_anomaly.tools.evaluate import Evaluate
from qgis_hsi_anomaly.tools.samplescene import SampleScene

PICTURES = Path(__file__).parent / "images" / "detectors"
FIGURES = PICTURES / "figures.json"
ENLARGED = 3
OUTLINE = (57, 208, 255)


def main(ids: Sequence[str]) -> None:
    """Draw the maps of these detectors, of all where none is named."""
    gdal.UseExceptions()
    PICTURES.mkdir(parents=True, exist_ok=True)
    figures: Dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        scene, truth, scores = (str(Path(folder) / f"{name}.tif") for name in ("scene", "truth", "scores"))
        SampleScene(scene, truth).perform()
        targets = gdal.Open(truth).ReadAsArray() == 1
        ground = true_color(scene)
        imsave(PICTURES / "scene.png", outlined(enlarged(ground), targets))
        for id in ids or detector_ids():
            begin = time.perf_counter()
            workflow.detect(make_detector(id, {}), scene, scores)
            print(f"{id}: {time.perf_counter() - begin:.0f} s", flush=True)
            found = Evaluate(scores, truth).perform()
            figures[id] = {name: round(found[name], 4) for name in ("AUC_PD_PF", "AVERAGE_PRECISION")}
            map_ = gdal.Open(scores).ReadAsArray().astype(float)
            map_[~np.isfinite(map_)] = np.nan
            painted = paint(map_, limits(map_, id)).astype(float)
            share = painted[..., 3:] / 255
            shown = (1 - share) * ground + share * painted[..., :3]
            imsave(PICTURES / f"{id}.png", outlined(enlarged(shown), targets))
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def true_color(scene: str) -> Any:
    """Return the scene in true color, (rows, columns, 3), 0 to 255; light where there are no data."""
    bands = true_color_bands(WAVELENGTHS)
    assert bands is not None  # noqa: S101 (of the sample scene they are known)
    raster = gdal.Open(scene)
    shown = np.stack([raster.GetRasterBand(band + 1).ReadAsArray() for band in bands], axis=2).astype(float)
    valid = (shown != raster.GetRasterBand(1).GetNoDataValue()).all(axis=2)
    low, high = np.quantile(shown[valid], [0.02, 0.98], axis=0)
    shown = 255 * np.clip((shown - low) / (high - low), 0, 1)
    shown[~valid] = 235
    return shown


def enlarged(picture: Any) -> Any:
    """Return the picture with every pixel a square, uint8."""
    return np.rint(picture).astype(np.uint8).repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)


def outlined(picture: Any, targets: Any) -> Any:
    """Return the enlarged picture with a line around the targets."""
    grown = np.pad(targets, 1).repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)
    around = np.zeros_like(grown)
    for shift in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        around |= np.roll(grown, shift, axis=(0, 1))
    line = (around & ~grown)[ENLARGED:-ENLARGED, ENLARGED:-ENLARGED]
    picture[line] = OUTLINE
    return picture


if __name__ == "__main__":
    main(sys.argv[1:])
