"""Make the models beside this file with QGIS's own classes: run it again when an algorithm's parameters change.

PATH=/usr/bin:$PATH QT_QPA_PLATFORM=offscreen .venv/bin/python resources/models/make_models.py
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Dict

from qgis.core import (
    QgsApplication,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
)
from qgis.PyQt.QtCore import QPointF

FOLDER = Path(__file__).resolve().parent
GROUP = "Example models"


def add_input(
    model: QgsProcessingModelAlgorithm, definition: QgsProcessingParameterDefinition, help: str
) -> None:
    """Add a parameter of the model."""
    definition.setHelp(help)
    placed = QgsProcessingModelParameter(definition.name())
    placed.setPosition(QPointF(150 + 260 * len(model.parameterComponents()), 80))
    model.addModelParameter(definition, placed)


def add_step(
    model: QgsProcessingModelAlgorithm, id: str, sources: Dict[str, Any], outputs: Dict[str, str]
) -> None:
    """Add algorithm `id` of ours. sources : by parameter: a model input's name, (step, output), or {"value": …}.

    outputs : names of the model's final outputs by the algorithm's output.
    """
    child = QgsProcessingModelChildAlgorithm(f"hsianomaly:{id}")
    child.setChildId(id)
    child.setDescription(child.algorithm().displayName())
    child.setPosition(QPointF(250, 220 + 160 * len(model.childAlgorithms())))
    make = QgsProcessingModelChildParameterSource
    for name, source in sources.items():
        if isinstance(source, dict):
            found = make.fromStaticValue(source["value"])
        elif isinstance(source, tuple):
            found = make.fromChildOutput(*source)
        else:
            found = make.fromModelParameter(source)
        child.addParameterSources(name, [found])
    for definition in child.algorithm().parameterDefinitions():
        # The designer takes a step for unfinished where anything is left to the algorithm's defaults.
        optional = definition.flags() & QgsProcessingParameterDefinition.Flag.FlagOptional
        if not (definition.isDestination() or optional or definition.name() in sources):
            child.addParameterSources(definition.name(), [make.fromStaticValue(definition.defaultValue())])
    final = {}
    for name, title in outputs.items():
        output = QgsProcessingModelOutput(title)
        output.setDescription(title)
        output.setChildId(id)
        output.setChildOutputName(name)
        output.setPosition(child.position() + QPointF(300, 30 + 40 * len(final)))
        final[title] = output
    child.setModelOutputs(final)
    model.addChildAlgorithm(child)


def rx_then_evaluate() -> QgsProcessingModelAlgorithm:
    """Scores of RX, and how good they are."""
    model = QgsProcessingModelAlgorithm("RX then evaluate", GROUP)
    model.setHelpContent(
        {"ALG_DESC": "Scores an image with RX and judges the scores against a truth raster."}
    )
    add_input(model, QgsProcessingParameterRasterLayer("image", "Hyperspectral raster"), "The image.")
    add_input(model, QgsProcessingParameterRasterLayer("truth", "Truth"), "Not 0 where there is an anomaly.")
    add_step(model, "rx", {"INPUT": "image", "REGULARIZATION": {"value": "ledoitwolf"}}, {"OUTPUT": "Scores"})
    add_step(model, "evaluate", {"SCORES": ("rx", "OUTPUT"), "TRUTH": "truth"}, {"REPORT": "Report"})
    return model


def fit_then_apply() -> QgsProcessingModelAlgorithm:
    """Learn on one raster, score another."""
    model = QgsProcessingModelAlgorithm("Fit on one raster then apply to another", GROUP)
    model.setHelpContent(
        {"ALG_DESC": "Learns the background of one flight line and scores the next with it."}
    )
    add_input(model, QgsProcessingParameterRasterLayer("learn", "Raster to learn from"), "What is normal.")
    add_input(
        model, QgsProcessingParameterRasterLayer("image", "Raster to score"), "The image that gets scores."
    )
    add_step(model, "fitmodel", {"INPUT": "learn", "DETECTOR": {"value": "rx"}}, {})
    add_step(model, "applymodel", {"MODEL": ("fitmodel", "MODEL"), "INPUT": "image"}, {"OUTPUT": "Scores"})
    return model


def consensus_to_objects() -> QgsProcessingModelAlgorithm:
    """From a raster to polygons."""
    model = QgsProcessingModelAlgorithm("Consensus then objects", GROUP)
    model.setHelpContent(
        {
            "ALG_DESC": "Scores an image with the consensus of several detectors, chooses a threshold for a stated "
            "false-alarm rate, and lists the objects above it, with a mask and a report on why they stand out. "
            "A start for models of your own."
        }
    )
    add_input(model, QgsProcessingParameterRasterLayer("image", "Hyperspectral raster"), "The image.")
    rate = QgsProcessingParameterNumber(
        "rate", "False-alarm rate", QgsProcessingParameterNumber.Type.Double, 0.001, False, 1e-9, 0.1
    )
    add_input(model, rate, "The share of background pixels that may be flagged.")
    add_step(model, "consensus", {"INPUT": "image"}, {"OUTPUT": "Scores"})
    shared = {"SCORES": ("consensus", "OUTPUT"), "RATE": "rate"}
    add_step(model, "threshold", shared, {"OUTPUT": "Mask"})
    add_step(model, "objects", {**shared, "INPUT": "image"}, {"OUTPUT": "Objects"})
    add_step(model, "explain", {"INPUT": "image", "OBJECTS": ("objects", "OUTPUT")}, {"OUTPUT": "Report"})
    return model


def write_models(folder: Path) -> None:
    """Write all models. The provider must be loaded."""
    for make in (rx_then_evaluate, fit_then_apply, consensus_to_objects):
        if not make().toFile(str(folder / f"{make.__name__}.model3")):
            raise OSError(f"{make.__name__} cannot be written to {folder}.")


def main() -> None:
    """Start QGIS without a screen, load the provider, write the models here."""
    application = QgsApplication([], False)
    application.initQgis()
    sys.path[:0] = [str(FOLDER.parents[1]), str(Path(QgsApplication.pkgDataPath()) / "python" / "plugins")]
    from processing.core.Processing import Processing

    from qgis_hsi_anomaly import classFactory

    Processing.initialize()
    plugin = classFactory(None)
    plugin.initProcessing()
    write_models(FOLDER)
    plugin.unload()
    application.exitQgis()


if __name__ == "__main__":
    main()
