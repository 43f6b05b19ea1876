"""Layers as outputs of the algorithms: their names, their styles, and the figures of a run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Type

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsRasterLayer,
)

from ..core.bands import numbers_text
from ..core.detectors.base import Method
from ..core.parameters import Parameter, Parameters, parameters_of
from ..workflow import Outcome
from .language import translate
from .styling import default_style

_MOST = 3
"""Parameters in a name."""
_NAMED = ("integer", "number", "choice", "choices", "boolean")
"""Kinds of parameters that a name has room for."""


def add_run_outputs(algorithm: QgsProcessingAlgorithm) -> None:
    """Declare the figures every run returns."""
    algorithm.addOutput(QgsProcessingOutputNumber("VALID_PIXELS", "Valid pixels"))
    algorithm.addOutput(QgsProcessingOutputNumber("BANDS_USED", "Bands used"))


def score_output(
    algorithm: QgsProcessingAlgorithm,
    parameters: Dict[str, Any],
    name: str,
    context: QgsProcessingContext,
    title: str,
) -> str:
    """Return the path of a raster to write, empty where it is not wanted; see `name_layer`."""
    path = str(algorithm.parameterAsOutputLayer(parameters, name, context))
    name_layer(algorithm, name, path, context, title)
    return path


def name_layer(
    algorithm: QgsProcessingAlgorithm, name: str, path: str, context: QgsProcessingContext, title: str
) -> None:
    """Give a layer that will be loaded its style, and `title` as its name unless the user or a model gave one."""
    if path and context.willLoadLayerOnCompletion(path):
        details = context.layerToLoadOnCompletionDetails(path)
        details.setPostProcessor(default_style())
        if details.name == algorithm.parameterDefinition(name).description():
            details.name = title


def scene_name(layer: Optional[QgsRasterLayer], path: str) -> str:
    """Return the name of a scene: of its layer, or where there is none of its file. Scores are named after theirs."""
    name = str(layer.name()) if layer is not None else Path(path).stem
    return name.rpartition(" – ")[2]


def layer_title(what: str, scene: str, settings: str = "") -> str:
    """Return the name of a layer: what it is, of which scene if of one, and what was not as usual.

    >>> layer_title("CRD", "SDData", "inner window 9")
    'CRD – SDData (inner window 9)'
    """
    return what + (f" – {scene}" if scene else "") + (f" ({settings})" if settings else "")


def short_name(cls: Type[Method]) -> str:
    """Return a method's name where there is little room: its `short_label`, else the acronym in its label.

    The acronym stands in parentheses, or before them.
    """
    before, _, inside = cls.label.partition(" (")
    acronym = re.fullmatch(r"([A-Za-z]*[A-Z][A-Z0-9]+[A-Za-z]*)\)", inside)
    return translate(cls.short_label or (acronym[1] if acronym else before))


def settings_text(
    used: Parameters, bands: Optional[Sequence[int]] = None, background: Optional[str] = None
) -> str:
    """Return in words what of a run was not left at its default, so that two layers of a scene can be told apart.

    used : the method or the tool. bands, background : as the user gave them.

    >>> from qgis_hsi_anomaly.core.detectors.registry import make_detector
    >>> settings_text(make_detector("rx", {"regularization": "none"}), bands=[1, 2, 3])
    'regularization none, bands 1-3'
    """
    said = [
        _setting(parameter, getattr(used, parameter.name))
        for parameter in parameters_of(type(used))
        if getattr(used, parameter.name) != parameter.default and parameter.kind in _NAMED
    ]
    if bands:
        said.append(f"{translate('bands')} {_shortened(numbers_text(list(bands)))}")
    if background:
        said.append(f"{translate('background')} {Path(background).stem}")
    return ", ".join([*said[:_MOST], *(["…"] if len(said) > _MOST else [])])


def _setting(parameter: Parameter, value: Any) -> str:
    label = re.split(r" ?[（(]", translate(parameter.label))[0]
    # An acronym keeps its capitals.
    label = label[0].lower() + label[1:] if label[1:2].islower() else label
    if isinstance(value, bool):
        return label if value else f"{translate('no')} {label}"
    if isinstance(value, tuple):
        return _shortened("+".join(str(item) for item in value))
    return f"{label} {value:g}" if isinstance(value, float) else f"{label} {value}"


def _shortened(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"


def run_outputs(files: Dict[str, Any], outcome: Outcome) -> Dict[str, Any]:
    """Return the outputs of a run: the files that were wanted, and its figures."""
    written = {name: path for name, path in files.items() if path}
    return {**written, "VALID_PIXELS": outcome.valid_pixels, "BANDS_USED": outcome.bands_used}
