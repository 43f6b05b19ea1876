"""The style that lies beside a layer, put on when Processing has loaded it."""

from __future__ import annotations

from typing import List

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
)
from qgis.PyQt import sip


class DefaultStyle(QgsProcessingLayerPostProcessorInterface):  # type: ignore[misc]
    """Styles a layer as its style file says: Processing loads layers without it."""

    def postProcessLayer(  # noqa: N802 (QGIS's name)
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Style the layer and tell the legend."""
        layer.loadDefaultStyle()
        layer.triggerRepaint()


def default_style() -> DefaultStyle:
    """Return a post-processor that styles a layer.

    QGIS owns it, so each run needs its own; and it calls none to which Python keeps no reference.
    """
    _kept[:] = [style for style in _kept if not sip.isdeleted(style)]
    _kept.append(DefaultStyle())
    return _kept[-1]


_kept: List[DefaultStyle] = []
