"""Layers as outputs of the algorithms: their names, their styles, and the figures of a run."""

from __future__ import annotations

from typing import Any, Dict

from qgis.core import QgsProcessingAlgorithm, QgsProcessingContext, QgsProcessingOutputNumber

from ..workflow import Outcome
from .styling import default_style


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
    """Return the path of a score raster to write, empty where it is not wanted; see `name_layer`."""
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


def run_outputs(files: Dict[str, Any], outcome: Outcome) -> Dict[str, Any]:
    """Return the outputs of a run: the files that were wanted, and its figures."""
    written = {name: path for name, path in files.items() if path}
    return {**written, "VALID_PIXELS": outcome.valid_pixels, "BANDS_USED": outcome.bands_used}
