"""Learn the background of one raster, to score others with."""

from __future__ import annotations

import re
from typing import Dict, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterString,
)

from ... import workflow
from ...core.detectors.registry import detector_ids, make_method, method_class, preprocessor_ids
from ...core.errors import ParameterError
from ...core.parameters import parameters_of
from ..base import Algorithm, Values
from ..choice import Choice, as_options
from ..execution import execution_parameters, given_execution
from ..feedback import run_of
from ..layers import add_run_outputs, run_outputs
from ..parameters import (
    background_layer,
    band_list,
    given_allow,
    given_bands,
    input_raster,
    layer_path,
    model_output,
    raster_path,
    reading_parameters,
    with_help,
)


class FitModel(Algorithm):
    """Fits a detector or a pre-processor and writes a model file."""

    algorithm_id = "fitmodel"
    label = "Fit a model"
    group_label = "Models"
    summary = (
        "Learns the background of a raster and writes it to a model file, with which 'Apply a model' scores "
        "other rasters: learn on one flight line, look for anomalies in the next. For every detector that has "
        "one background for the whole scene, and for background suppression."
    )
    icon_name = "model"
    keywords = ("train", "learn")

    def initAlgorithm(self, configuration: Values = {}) -> None:  # noqa: N802, B006 (QGIS's name)
        """Declare the parameters."""
        savable = [id for id in (*detector_ids(), *preprocessor_ids()) if method_class(id).can_save]
        methods = Choice("DETECTOR", "Detector or pre-processor", savable, savable[0])
        names = "; ".join(
            f"{id}: {', '.join(parameter.processing_name for parameter in parameters_of(method_class(id)))}"
            for id in savable
        )
        settings = QgsProcessingParameterString("PARAMETERS", "Its parameters", "", optional=True)
        self.addParameter(with_help(methods, f"What learns the background: {', '.join(savable)}."))
        self.addParameter(input_raster())
        self.addParameter(band_list())
        self.addParameter(background_layer())
        self.addParameter(
            with_help(
                settings,
                f"NAME=value, several divided by spaces, such as EPOCHS=40 SEED=1; defaults for the rest. {names}.",
            )
        )
        for definition in (*reading_parameters(), *execution_parameters()):
            self.addParameter(definition)
        self.addParameter(model_output("The model file to write: data only, no code.", optional=False))
        add_run_outputs(self)

    def read(
        self, parameters: Values, context: QgsProcessingContext, feedback: Optional[QgsProcessingFeedback]
    ) -> Values:
        """Build the method, which checks its parameters, and find the files."""
        options = self.parameterDefinition("DETECTOR").options()
        id = as_options(options, self.parameterAsString(parameters, "DETECTOR", context))
        text = self.parameterAsString(parameters, "PARAMETERS", context)
        return {
            "method": make_method(id, named_values(text)),
            "execution": given_execution(parameters, context),
            "input": raster_path(self, parameters, "INPUT", context),
            "bands": given_bands(parameters, context),
            "background": layer_path(self, parameters, "BACKGROUND", context, feedback),
            "allow": given_allow(parameters, context),
        }

    def work(
        self,
        values: Values,
        parameters: Values,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Values:
        """Fit."""
        written = {"MODEL": self.parameterAsFileOutput(parameters, "MODEL", context)}
        outcome = workflow.fit(model=written["MODEL"], run=run_of(feedback), **values)
        return run_outputs(written, outcome)


def named_values(text: str) -> Dict[str, str]:
    """Return the values in `NAME=value NAME=value` by field name. ParameterError where it is not that."""
    values = {}
    for item in re.split(r"[\s;]+", text.strip()):
        name, equals, value = item.partition("=")
        if item and not (name and equals and value):
            raise ParameterError(f"PARAMETERS must be NAME=value, several divided by spaces; got {text!r}.")
        if item:
            values[name.lower()] = value
    return values
