"""How score maps look: a perceptually uniform ramp between the 2 % and 98 % quantiles."""

from __future__ import annotations

import math
from typing import List, Tuple

import numpy as np
from qgis.core import (
    Qgis,
    QgsColorRampShader,
    QgsGradientColorRamp,
    QgsGradientStop,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt import sip
from qgis.PyQt.QtGui import QColor

CUT = (0.02, 0.98)
"""Quantiles at the ends of the ramp."""
SAMPLE = 250_000
"""Pixels the quantiles are taken from."""
# Equal steps of lightness (CIELAB L* from 8 to 96) while the hue turns from blue over red to yellow.
RAMP = ("#001738", "#3d1a7a", "#8b197b", "#c43072", "#ed5a67", "#ff8f65", "#ffc588", "#fff3cd")


def style_scores(layer: QgsRasterLayer) -> None:
    """Give a score layer the ramp between its 2 % and 98 % quantiles; nodata stays transparent."""
    low, high = _cut(layer)
    if not high > low:
        return
    stops = [
        QgsGradientStop(index / (len(RAMP) - 1), QColor(RAMP[index])) for index in range(1, len(RAMP) - 1)
    ]
    ramp = QgsGradientColorRamp(QColor(RAMP[0]), QColor(RAMP[-1]), False, stops)
    colors = QgsColorRampShader(low, high, ramp)
    colors.classifyColorRamp()
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(colors)
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 1, shader)
    renderer.setClassificationMin(low)
    renderer.setClassificationMax(high)
    layer.setRenderer(renderer)


def _cut(layer: QgsRasterLayer) -> Tuple[float, float]:
    """Return the quantiles of a sample on a regular grid; (0, 0) where there is no score.

    QGIS's own cut counts in a histogram, whose bins are too wide where one score towers above the rest.
    """
    step = math.ceil(math.sqrt(layer.width() * layer.height() / SAMPLE))
    columns, rows = max(layer.width() // step, 1), max(layer.height() // step, 1)
    block = layer.dataProvider().block(1, layer.extent(), columns, rows)
    block.convert(Qgis.DataType.Float64)
    scores = np.frombuffer(bytes(block.data()), dtype=np.float64)
    scores = scores[np.isfinite(scores)]
    if scores.size == 0:
        return 0.0, 0.0
    low, high = np.quantile(scores, CUT)
    return float(low), float(high)


def save_style(path: str) -> None:
    """Write the style of a score raster beside it (.qml), so that QGIS shows it so whenever it is opened."""
    layer = QgsRasterLayer(path, "scores")
    if layer.isValid():
        style_scores(layer)
        layer.saveNamedStyle(layer.styleURI())


class ScoreStyle(QgsProcessingLayerPostProcessorInterface):  # type: ignore[misc]
    """Styles a score layer once Processing has loaded it."""

    def postProcessLayer(  # noqa: N802 (QGIS's name)
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Style the layer and tell the legend."""
        if isinstance(layer, QgsRasterLayer):
            style_scores(layer)
            layer.triggerRepaint()


def score_style() -> ScoreStyle:
    """Return a post-processor that styles scores.

    QGIS owns it, so each run needs its own; and it calls none to which Python keeps no reference.
    """
    _kept[:] = [style for style in _kept if not sip.isdeleted(style)]
    _kept.append(ScoreStyle())
    return _kept[-1]


_kept: List[ScoreStyle] = []
