"""Every tool of the registry as an algorithm of the toolbox."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
)

from ...core.parameters import Parameter, from_values, parameters_of
from ...jobs.execution import Execution
from ...tools.base import Tool
from ...tools.registry import tool_class
from ..base import Algorithm, Values
from ..blas import tell_slow_products
from ..execution import execution_parameters, given_execution
from ..feedback import run_of
from ..language import translate
from ..layers import layer_title, name_layer, settings_text
from ..parameters import core_parameters, file_of, given_bands, given_values, layer_path, raster_path
from ..settings import chosen_python


class ToolAlgorithm(Algorithm):
    """The tool `id`: files in, files and figures out."""

    def __init__(self, id: str) -> None:
        super().__init__()
        self.tool = tool_class(id)
        self.algorithm_id = id
        self.label = self.tool.label
        self.group_label = self.tool.group.value
        self.summary = self.tool.summary
        self.source = self.tool.source
        self.icon_name = self.tool.icon
        self.keywords = self.tool.keywords
        self.help_page = f"{self.tool.page}.html"

    def createInstance(self) -> ToolAlgorithm:  # noqa: N802 (QGIS's names, here and below)
        """Return a fresh copy."""
        return type(self)(self.algorithm_id)

    def initAlgorithm(self, configuration: Values = {}) -> None:  # noqa: N802, B006
        """Declare the parameters, outputs last, and the figures it returns."""
        fields = zip(parameters_of(self.tool), core_parameters(self.tool))
        inputs: List[QgsProcessingParameterDefinition] = []
        outputs: List[QgsProcessingParameterDefinition] = []
        for parameter, definition in fields:
            (outputs if parameter.writes else inputs).append(definition)
        for definition in [*inputs, *(execution_parameters() if self.tool.executes else ()), *outputs]:
            self.addParameter(definition)
        for name, description in self.tool.returns.items():
            self.addOutput(QgsProcessingOutputNumber(name, description))
        for name, description in self.tool.texts.items():
            self.addOutput(QgsProcessingOutputString(name, description))

    def read(
        self, parameters: Values, context: QgsProcessingContext, feedback: Optional[QgsProcessingFeedback]
    ) -> Values:
        """Build the tool, which checks its parameters, and find the files."""
        values: Dict[str, Any] = given_values(self.tool, parameters, context)
        for parameter in parameters_of(self.tool):
            name = parameter.processing_name
            if parameter.kind == "bands":
                values[parameter.name] = given_bands(parameters, context) or ()
            elif parameter.kind in ("crs", "extent") and parameters.get(name):
                values[parameter.name] = self._place_given(parameter, parameters, context)
            elif parameter.writes:
                values[parameter.name] = self._destination(parameter, parameters, context, feedback)
            elif parameter.is_path and (parameters.get(name) or not parameter.optional):
                values[parameter.name] = self._source(parameter, parameters, context, feedback)
        execution = (
            given_execution(parameters, context) if self.tool.executes else Execution(python=chosen_python())
        )
        tool = from_values(self.tool, values)
        if feedback is not None:
            self._name_layers(tool, parameters, context)
        return {**values, "tool": tool, "execution": execution}

    def work(
        self,
        values: Values,
        parameters: Values,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Values:
        """Do it, and say in the log what came out."""
        tool: Tool = values["tool"]
        if self.tool.executes:
            tell_slow_products(feedback)
        answer = tool.perform(run_of(feedback), values["execution"])
        for line in self.tool.show(answer).splitlines():
            feedback.pushInfo(translate(line))
        written = {name.upper(): path for name, path in tool.written().items()}
        return {**written, **{name: answer[name] for name in (*self.tool.returns, *self.tool.texts)}}

    def _place_given(self, parameter: Parameter, parameters: Values, context: QgsProcessingContext) -> Any:
        """Return a CRS as text; an extent, which QGIS may give in a CRS of its own, in that of the parameter CRS."""
        name = parameter.processing_name
        crs = self.parameterAsCrs(parameters, name if parameter.kind == "crs" else "CRS", context)
        if parameter.kind == "crs":
            return (crs.authid() or crs.toWkt()) if crs.isValid() else parameters[name]
        found = self.parameterAsExtent(parameters, name, context, crs)
        if found.isNull() or not crs.isValid():
            return parameters[name]
        edges = (found.xMinimum(), found.xMaximum(), found.yMinimum(), found.yMaximum())
        return ",".join(map(repr, edges))

    def _source(
        self,
        parameter: Parameter,
        parameters: Values,
        context: QgsProcessingContext,
        feedback: Optional[QgsProcessingFeedback],
    ) -> Any:
        """Return the file, or the files, behind a parameter."""
        name = parameter.processing_name
        if parameter.several and parameter.kind == "raster":
            layers = self.parameterAsLayerList(parameters, name, context)
            found: List[str] = [file_of(layer, name) for layer in layers]
            return found or parameters.get(name)
        if parameter.several:
            return self.parameterAsFileList(parameters, name, context)
        if parameter.kind == "raster":
            return raster_path(self, parameters, name, context)
        if parameter.kind in ("region", "vector"):
            return layer_path(self, parameters, name, context, feedback) or ""
        return self.parameterAsFile(parameters, name, context)

    def _destination(
        self,
        parameter: Parameter,
        parameters: Values,
        context: QgsProcessingContext,
        feedback: Optional[QgsProcessingFeedback],
    ) -> str:
        """Return the file to write, empty where it is not wanted."""
        name = parameter.processing_name
        if parameter.optional and not parameters.get(name):
            return ""
        if feedback is None:
            return name  # only looked at: nothing is to be made for it
        if parameter.kind not in ("raster", "vector"):
            return str(self.parameterAsFileOutput(parameters, name, context))
        return str(self.parameterAsOutputLayer(parameters, name, context))

    def _name_layers(self, tool: Tool, parameters: Values, context: QgsProcessingContext) -> None:
        """Give layers that will be loaded their styles and names: what, of which scene, and what was not as usual."""
        settings = settings_text(tool)
        for parameter in parameters_of(self.tool):
            if parameter.writes and parameter.kind in ("raster", "vector"):
                title = layer_title(translate(parameter.label), self.scene_name, settings)
                path = getattr(tool, parameter.name)
                name_layer(self, parameter.processing_name, path, context, title)
