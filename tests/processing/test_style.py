"""Score layers as they are loaded: name, colors between the 2 % and 98 % quantiles, also when opened later."""

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProcessingContext, QgsRasterLayer, QgsSingleBandPseudoColorRenderer

from qgis_hsi_anomaly.style import RAMP, score_style
from tests.processing.conftest import Log


def colors(layer):
    """Lowest and highest value of the ramp, and its first and last color."""
    renderer = layer.renderer()
    assert isinstance(renderer, QgsSingleBandPseudoColorRenderer)
    items = renderer.shader().rasterShaderFunction().colorRampItemList()
    return (
        renderer.classificationMin(),
        renderer.classificationMax(),
        items[0].color.name(),
        items[-1].color.name(),
    )


def expected(path):
    """The same from the pixels themselves."""
    scores = gdal.Open(str(path)).ReadAsArray()
    return np.nanquantile(scores, [0.02, 0.98])


@pytest.mark.parametrize("output", ["TEMPORARY_OUTPUT", "file"])
def test_loaded_layers_are_named_and_styled(provider, project, scene, tmp_path, output):
    """Through Processing's own loading, below a name that says what they are."""
    import processing

    path = f"{tmp_path}/scores.tif" if output == "file" else output
    context = QgsProcessingContext()
    context.setProject(project)
    results = processing.runAndLoadResults(
        "hsianomaly:rx", {"INPUT": f"{scene}/scene.tif", "OUTPUT": path}, feedback=Log(), context=context
    )

    (layer,) = project.mapLayers().values()
    low, high, first, last = colors(layer)
    spread = np.ptp(expected(layer.source()))
    np.testing.assert_allclose([low, high], expected(layer.source()), atol=0.02 * spread)
    assert (first, last) == (RAMP[0], RAMP[-1])
    assert layer.name() == "RX (global): scene"
    assert results["VALID_PIXELS"] == 308


def test_layers_opened_later_are_styled(run, scene, tmp_path):
    """By the style file beside the scores, for outputs that qgis_process wrote."""
    run("rx", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/rx.img"})

    low, high, first, last = colors(QgsRasterLayer(f"{tmp_path}/rx.img", "later"))

    assert low < high and (first, last) == (RAMP[0], RAMP[-1])


def test_constant_scores_have_no_style(tmp_path):
    """There is no range to divide."""
    assert score_style(np.ones((5, 5), np.float32), "a.tif") == ""
    assert score_style(np.full((5, 5), np.nan, np.float32), "a.tif") == ""
