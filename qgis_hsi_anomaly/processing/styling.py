"""How score maps look: a perceptually uniform ramp between the 2 % and 98 % quantiles."""

from __future__ import annotations

from qgis.core import (
    QgsColorRampShader,
    QgsGradientColorRamp,
    QgsGradientStop,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsRasterLayer,
    QgsRasterShader,
    QgsRectangle,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

CUT = (0.02, 0.98)
SAMPLE = 250_000
# Equal steps of lightness (CIELAB L* from 8 to 96) while the hue turns from blue over red to yellow.
RAMP = ("#001738", "#3d1a7a", "#8b197b", "#c43072", "#ed5a67", "#ff8f65", "#ffc588", "#fff3cd")


def style_scores(layer: QgsRasterLayer) -> None:
    """Give a score layer the ramp between its 2 % and 98 % quantiles; nodata stays transparent."""
    low, high = layer.dataProvider().cumulativeCut(1, *CUT, QgsRectangle(), SAMPLE)
    if not high > low:
        return
    stops = [
        QgsGradientStop(index / (len(RAMP) - 1), QColor(RAMP[index])) for index in range(1, len(RAMP) - 1)
    ]
    ramp = QgsGradientColorRamp(QColor(RAMP[0]), QColor(RAMP[-1]), False, stops)
    colors = QgsColorRampShader(
        low,
        high,
        ramp,
        QgsColorRampShader.Type.Interpolated,
        QgsColorRampShader.ClassificationMode.Continuous,
    )
    colors.classifyColorRamp()
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(colors)
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 1, shader)
    renderer.setClassificationMin(low)
    renderer.setClassificationMax(high)
    layer.setRenderer(renderer)


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


SCORE_STYLE = ScoreStyle()
"""The one there is: QGIS never calls a post-processor to which Python keeps no reference."""
