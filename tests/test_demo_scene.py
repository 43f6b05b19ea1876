"""The demo scene: the same every time, as a real product is stored, and not trivially separable."""

from __future__ import annotations

from pathlib import Path
from typing import Tuple

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.core import sample_scene
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.raster.reader import open_cube
from qgis_hsi_anomaly.raster.sample_scene import DEAD_BANDS
from qgis_hsi_anomaly.tools.evaluate import Evaluate
from qgis_hsi_anomaly.tools.samplescene import SampleScene


@pytest.fixture(scope="module")
def simulated() -> Tuple[np.ndarray, np.ndarray]:
    return sample_scene.simulate()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo")
    SampleScene(str(made / "scene.tif"), str(made / "truth.tif")).perform()
    return made


def test_the_same_scene_every_time(simulated: Tuple[np.ndarray, np.ndarray]) -> None:
    reflectance, share = sample_scene.simulate()
    np.testing.assert_array_equal(simulated[0], reflectance)
    np.testing.assert_array_equal(simulated[1], share)
    assert not np.array_equal(simulated[0], sample_scene.simulate(seed=1)[0], equal_nan=True)


def test_shares_of_the_materials_sum_to_one() -> None:
    names = list(sample_scene.materials())
    shares = sample_scene.landscape(np.random.default_rng(0), names)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=2), 1)
    assert (shares.reshape(-1, len(names)).max(axis=0) > 0.3).all(), "every material is somewhere"


def test_reflectance_is_plausible(simulated: Tuple[np.ndarray, np.ndarray]) -> None:
    reflectance, _ = simulated
    good = reflectance[sample_scene.swath()][:, ~sample_scene.bad_bands()]
    assert np.isfinite(good).all()
    assert good.min() > -0.05
    assert good.max() < 1
    spectra = {**sample_scene.materials(), **sample_scene.target_materials()}
    assert all((spectrum > 0).all() and (spectrum < 0.7).all() for spectrum in spectra.values())
    # The red edge: the feature that makes vegetation vegetation.
    red, infrared = (int(np.abs(sample_scene.WAVELENGTHS - at).argmin()) for at in (670, 800))
    assert spectra["wood"][infrared] > 5 * spectra["wood"][red]


def test_noise_follows_signal_and_band() -> None:
    level = sample_scene.noise_level(np.array([[0.05], [0.3]]) * np.ones(sample_scene.WAVELENGTHS.size))
    ratio = 0.3 / level[1]
    visible, clay, vapour = (int(np.abs(sample_scene.WAVELENGTHS - at).argmin()) for at in (550, 2200, 1385))
    assert 300 < ratio[visible] < 800
    assert 80 < ratio[clay] < 250
    assert ratio[vapour] < 20
    assert (level[1] > level[0]).all()


def test_file_is_georeferenced_and_names_its_bands(folder: Path) -> None:
    cube = open_cube(str(folder / "scene.tif"))
    assert (cube.rows, cube.columns) == (120, 150)
    assert cube.georeference.geotransform == (366000.0, 30.0, 0.0, 5808000.0, 0.0, -30.0)
    assert "32633" in cube.georeference.crs
    assert cube.wavelengths is not None
    assert cube.wavelengths.min() >= 420
    assert cube.wavelengths.max() <= 2450
    dropped = {band.number for band in cube.dropped}
    assert set(DEAD_BANDS) <= dropped
    assert dropped == set(DEAD_BANDS) | set(np.flatnonzero(sample_scene.bad_bands()) + 1)
    np.testing.assert_array_equal(cube.valid, sample_scene.swath())


def test_targets_are_sub_pixel_and_full_pixel(simulated: Tuple[np.ndarray, np.ndarray], folder: Path) -> None:
    _, share = simulated
    truth = gdal.Open(str(folder / "truth.tif")).ReadAsArray()
    np.testing.assert_array_equal(truth, share >= sample_scene.TRUTH_SHARE)
    for target in sample_scene.TARGETS:
        place = (
            slice(target.row, target.row + target.rows),
            slice(target.column, target.column + target.columns),
        )
        assert truth[place].all(), target
        assert sample_scene.swath()[place].all(), target
    assert (share[truth == 1] < 0.3).sum() > 5
    assert (share > 0.8).sum() > 5


def test_plain_rx_is_good_but_not_perfect(folder: Path, tmp_path: Path) -> None:
    scores = str(tmp_path / "rx.tif")
    workflow.detect(make_detector("rx", {"regularization": "none"}), str(folder / "scene.tif"), scores)
    found = Evaluate(scores, str(folder / "truth.tif")).perform()
    assert 0.9 < found["AUC_PD_PF"] < 0.99
