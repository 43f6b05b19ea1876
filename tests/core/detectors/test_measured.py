"""Figures measured on the six real scenes: areas under the ROC curve, and CRD on all bands."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores

from .windows import direct_residual, ring_of

SCENES = ["sandiego", "hydice", "beach-3", "urban-1", "urban-2", "urban-4"]
MEASURED = {
    "localrx": [0.9526, 0.9919, 1.0000, 0.8811, 0.7909, 0.9686],
    "crd": [0.9863, 0.9916, 0.9984, 0.9728, 0.9237, 0.9599],
    "knn": [0.9836, 0.9986, 0.9976, 0.9958, 0.9917, 0.9823],
    "kernelrx": [0.9852, 0.9917, 0.9913, 0.9938, 0.9974, 0.9877],
}


def _read(data_folder, name):
    gdal = pytest.importorskip("osgeo.gdal")
    gdal.UseExceptions()
    bands = gdal.Open(str(data_folder / "paper" / f"{name}.tif")).ReadAsArray()
    truth = gdal.Open(str(data_folder / "paper" / f"{name}_truth.tif")).ReadAsArray()
    return np.ascontiguousarray(bands.transpose(1, 2, 0), dtype=np.float32), truth != 0


@pytest.mark.parametrize("id", MEASURED)
def test_areas_are_those_measured(id, data_folder):
    """Defaults, untuned; another BLAS or k-means start may move the third digit."""
    for name, measured in zip(SCENES, MEASURED[id]):
        array, truth = _read(data_folder, name)
        cube = ArrayCube(array)
        scores = make_detector(id, {}).fit(cube).score(cube)

        assert area_under_roc(label_scores(scores, truth)) == pytest.approx(measured, abs=0.002), name


@pytest.mark.parametrize("name", ["sandiego", "hydice"])
def test_all_band_representation_is_the_direct_solution(data_folder, name):
    """189 and 162 correlated bands, default windows: pixel by pixel against the K x K system."""
    array = _read(data_folder, name)[0][:40, :40]
    cube = ArrayCube(array)
    background = make_detector("crd", {"principal_components": 0}).fit(cube)
    exact = {}
    score_tile = background.score_tile

    def keep(tile):
        found = score_tile(tile)
        exact.update(
            {(tile.rows.start + r, tile.columns.start + c): found[r, c] for r, c in np.ndindex(found.shape)}
        )
        return found

    object.__setattr__(background, "score_tile", keep)
    background.score(cube)

    for row in range(2, 40, 9):
        for column in range(1, 40, 9):
            expected = direct_residual(
                ring_of(array, row, column, 15, 21),
                array[row, column].astype(np.float64),
                100.0,
                21**2 - 15**2,
            )
            np.testing.assert_allclose(exact[row, column], expected, rtol=1e-8)
