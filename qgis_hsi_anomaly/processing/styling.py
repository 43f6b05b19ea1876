"""What a loaded layer gets: the style that lies beside it, and in its metadata how it was made."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Dict, List

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsMapLayer,
    QgsPalettedRasterRenderer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsRasterLayer,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt import sip

from ..core.errors import HsiAnomalyError
from ..raster.dataset import open_dataset
from ..tools.origin import origin_of
from .language import translate
from .parameters import file_of

_PREFIX = "HSI_ANOMALY_"
_HEADINGS = ("Detector", "Parameters", "Scene", "Model", "Background", "Bands used", "Made", "Made with")
_TOLD = ("DETECTOR", "PARAMETERS", "BANDS_USED", "VERSION")
"""Items of a raster that the origin tells of."""


class DefaultStyle(QgsProcessingLayerPostProcessorInterface):  # type: ignore[misc]
    """Styles a layer as its style file says, and describes it: Processing loads layers without either."""

    def postProcessLayer(  # noqa: N802 (QGIS's name)
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Style the layer, describe it and tell the legend."""
        layer.loadDefaultStyle()
        translate_legend(layer)
        describe(layer)
        layer.triggerRepaint()


def default_style() -> DefaultStyle:
    """Return a post-processor that styles a layer.

    QGIS owns it, so each run needs its own; and it calls none to which Python keeps no reference.
    """
    _kept[:] = [style for style in _kept if not sip.isdeleted(style)]
    _kept.append(DefaultStyle())
    return _kept[-1]


_kept: List[DefaultStyle] = []


def translate_legend(layer: QgsMapLayer) -> None:
    """Put the legend of one of our styles into the user's language; style files are English."""
    if layer.renderer() is None:  # a table
        return
    renderer = layer.renderer().clone()
    if isinstance(renderer, QgsSingleBandPseudoColorRenderer):
        ramp = renderer.shader().rasterShaderFunction()
        items = ramp.colorRampItemList()
        for item in items:
            score, between, about = item.label.partition(": ")
            item.label = score + between + translate(about)
        ramp.setColorRampItemList(items)
    elif isinstance(renderer, QgsPalettedRasterRenderer):
        for entry in renderer.classes():
            renderer.setLabel(int(entry.value), translate(entry.label))
    elif isinstance(renderer, QgsCategorizedSymbolRenderer):
        for number, category in enumerate(renderer.categories()):
            renderer.updateCategoryLabel(number, translate(category.label()))
    layer.setRenderer(renderer)


def describe(layer: QgsMapLayer) -> None:
    """Put how a raster was made into its layer's metadata: Layer Properties, Information and Metadata."""
    if not isinstance(layer, QgsRasterLayer):
        return
    with suppress(HsiAnomalyError):
        path = file_of(layer, layer.name())
        text = description(path, open_dataset(path).GetMetadata() or {})
        if text:
            metadata = layer.metadata()
            metadata.setTitle(layer.name())
            metadata.setAbstract(text)
            layer.setMetadata(metadata)


def description(path: str, items: Dict[str, str]) -> str:
    """Return in lines how a raster was made, of its metadata and the record beside it; empty where it is not ours."""
    known = {name[len(_PREFIX) :]: value for name, value in items.items() if name.startswith(_PREFIX)}
    if not known:
        return ""
    origin = origin_of(path, items)
    lines = [
        f"{translate(name)}: {translate(text)}"
        for name, text in origin.items()
        if name in _HEADINGS and text != "not recorded"
    ]
    lines += [
        f"{translate(name.replace('_', ' ').capitalize())}: {_plain(known[name])}"
        for name in known
        if name not in _TOLD
    ]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Return a JSON object as words, anything else as it is."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return _words(found) if isinstance(found, dict) else text


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_words(item)}" for name, item in value.items())
    if isinstance(value, list):
        return " to ".join(map(_words, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
