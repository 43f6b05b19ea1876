"""RX against the formula written out, scikit-learn and the scenes' known figures."""

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.metrics import figures, label_scores
from qgis_hsi_anomaly.core.run import Run


@pytest.fixture
def cube():
    """Noise of unequal scale with correlated bands."""
    random = np.random.default_rng(5)
    return ArrayCube((random.normal(size=(20, 15, 9)) @ random.normal(size=(9, 9)) + 50).astype(np.float32))


def run(cube, **values):
    """Scores of RX."""
    return make_detector("rx", values).fit(cube).score(cube)


def test_plain_rx_is_the_formula(cube):
    """(x - m)' S^-1 (x - m) with the sample covariance."""
    pixels = cube.array.reshape(-1, 9).astype(np.float64)
    centered = pixels - pixels.mean(axis=0)
    expected = np.einsum("ij,jk,ik->i", centered, np.linalg.inv(np.cov(pixels.T)), centered)

    np.testing.assert_allclose(
        run(cube, regularization="none", precision="double").ravel(), expected, rtol=1e-6
    )


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_single_precision_keeps_the_scores(cube, scale):
    """To 1e-5; with bands of very different sizes, and with values that float32 hardly holds, it is not used."""
    scaled = ArrayCube(cube.array * np.float32(scale))
    np.testing.assert_allclose(run(scaled), run(scaled, precision="double"), rtol=1e-5)
    uneven = ArrayCube(cube.array * np.logspace(-12, 12, 9, dtype=np.float32))
    np.testing.assert_array_equal(run(uneven), run(uneven, precision="double"))


def test_ledoit_wolf_rx_is_scikit_learns(cube):
    """To 1e-6 relative."""
    pixels = cube.array.reshape(-1, 9).astype(np.float64)
    expected = LedoitWolf().fit(pixels).mahalanobis(pixels)

    np.testing.assert_allclose(run(cube, precision="double").ravel(), expected, rtol=1e-6)


def test_fewer_pixels_than_bands_gives_finite_scores_and_says_what_was_done():
    """Six pixels, nine bands."""
    warnings = []
    cube = ArrayCube(np.random.default_rng(0).normal(size=(2, 3, 9)).astype(np.float32))
    detector = make_detector("rx", {"regularization": "none"})

    scores = detector.fit(cube, Run(on_warning=warnings.append)).score(cube)

    assert np.isfinite(scores).all()
    assert "pseudo-inverse over its 5 directions" in warnings[0]


@pytest.mark.parametrize(
    ("scene", "area", "false_alarm"),
    [
        ("sandiego", 0.9403, 0.0589),
        ("hydice", 0.9763, 0.0380),
        ("beach-3", 0.9998, 0.0259),
        ("urban-1", 0.9907, 0.0555),
        ("urban-2", 0.9946, 0.0135),
        ("urban-4", 0.9887, 0.0114),
    ],
)
def test_known_figures(data_folder, scene, area, false_alarm):
    """Plain RX on the published scenes."""
    gdal = pytest.importorskip("osgeo.gdal")
    image, truth = (
        gdal.Open(str(data_folder / "paper" / f"{scene}{end}.tif")).ReadAsArray() for end in ("", "_truth")
    )

    scores = run(ArrayCube(image.transpose(1, 2, 0)), regularization="none")
    found = figures(label_scores(scores, truth == 1))

    assert found["AUC_PD_PF"] == pytest.approx(area, abs=1e-4)
    assert found["AUC_PF_TAU"] == pytest.approx(false_alarm, abs=1e-4)
