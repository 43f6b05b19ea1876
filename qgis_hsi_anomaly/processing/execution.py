"""Where learned detectors run, as the toolbox shows it."""

from __future__ import annotations

from typing import Any, Dict, List

from qgis.core import QgsProcessingContext, QgsProcessingParameterDefinition

from ..core.parameters import from_values
from ..jobs.execution import COMMAND_LINE_ONLY, LEARNING_ONLY, Execution
from .parameters import core_parameters, given_values
from .settings import chosen_python


def execution_parameters(learning: bool = True) -> List[QgsProcessingParameterDefinition]:
    """Return the parameters of `Execution` that the toolbox shows, where something is learned or a model applied."""
    hidden = [name.upper() for name in COMMAND_LINE_ONLY + (() if learning else LEARNING_ONLY)]
    return [definition for definition in core_parameters(Execution) if definition.name() not in hidden]


def given_execution(parameters: Dict[str, Any], context: QgsProcessingContext) -> Execution:
    """Return where to run: the user's parameters, and the interpreter of the provider's settings."""
    return from_values(Execution, {**given_values(Execution, parameters, context), "python": chosen_python()})
