"""The models that come with the plugin, as algorithms of the toolbox."""

from __future__ import annotations

from typing import List

from qgis.core import QgsProcessingModelAlgorithm

from .language import translate
from .resources import resource


class ShippedModel(QgsProcessingModelAlgorithm):  # type: ignore[misc]
    """A model whose texts are in the user's language; its id is that of its file."""

    def displayName(self) -> str:  # noqa: N802 (QGIS's name)
        """Name in the toolbox."""
        return translate(self.name())

    def createInstance(self) -> ShippedModel:  # noqa: N802
        """Return a copy, as QGIS's own method does."""
        copy = ShippedModel()
        copy.loadVariant(self.toVariant())
        copy.setProvider(self.provider())
        copy.setSourceFilePath(self.sourceFilePath())
        return copy


def shipped_models() -> List[QgsProcessingModelAlgorithm]:
    """Load every model of the resources; one that this QGIS cannot read is left out."""
    found = []
    for file in sorted(resource("models").glob("*.model3")):
        model = ShippedModel()
        if model.fromFile(str(file)):
            _translate(model)
            found.append(model)
    return found


def _translate(model: QgsProcessingModelAlgorithm) -> None:
    """Put what a model shows into the user's language; its names stay."""
    model.setGroup(translate(model.group()))
    model.setHelpContent({key: translate(text) for key, text in model.helpContent().items()})
    for definition in model.parameterDefinitions():
        definition.setDescription(translate(definition.description()))
    for step in model.childAlgorithms().values():
        outputs = step.modelOutputs()
        for output in outputs.values():
            output.setDescription(translate(output.description()))
        step.setModelOutputs(outputs)
        model.setChildAlgorithm(step)
