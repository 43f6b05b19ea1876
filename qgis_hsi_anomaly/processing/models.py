"""The models that come with the plugin, as algorithms of the toolbox."""

from __future__ import annotations

from typing import List

from qgis.core import QgsProcessingModelAlgorithm

from .resources import resource


def shipped_models() -> List[QgsProcessingModelAlgorithm]:
    """Load every model of the resources; one that this QGIS cannot read is left out."""
    found = []
    for file in sorted(resource("models").glob("*.model3")):
        model = QgsProcessingModelAlgorithm()
        if model.fromFile(str(file)):
            found.append(model)
    return found
