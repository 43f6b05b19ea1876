"""Every detector of the registry as an algorithm of the toolbox."""

from __future__ import annotations

from typing import Dict, Optional

from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from ... import workflow
from ...core.detectors.registry import method_class
from ...core.parameters import from_values
from ...jobs.execution import Execution
from ..base import Algorithm, Values
from ..blas import tell_slow_products
from ..execution import execution_parameters, given_execution
from ..feedback import run_of
from ..language import translate
from ..layers import add_run_outputs, layer_title, run_outputs, score_output, settings_text, short_name
from ..parameters import (
    background_layer,
    band_list,
    core_parameters,
    given_allow,
    given_bands,
    given_values,
    input_raster,
    layer_path,
    model_output,
    raster_path,
    reading_parameters,
    score_raster,
    spread_raster,
)


class DetectorAlgorithm(Algorithm):
    """The detector `id`: learns the background of a raster and writes its scores."""

    def __init__(self, id: str) -> None:
        super().__init__()
        self.detector = method_class(id)
        self.algorithm_id = id
        self.label = self.detector.label
        self.group_label = self.detector.group.value
        self.summary = self.detector.summary
        self.source = self.detector.source
        self.help_page = f"detectors/{id}.html"

    def createInstance(self) -> DetectorAlgorithm:  # noqa: N802 (QGIS's names, here and below)
        """Return a fresh copy."""
        return type(self)(self.algorithm_id)

    def initAlgorithm(self, configuration: Values = {}) -> None:  # noqa: N802, B006
        """Declare the parameters: input, the detector's own, where it runs, outputs."""
        self.addParameter(input_raster())
        self.addParameter(band_list())
        self.addParameter(background_layer())
        for definition in core_parameters(self.detector):
            self.addParameter(definition)
        for definition in reading_parameters():
            self.addParameter(definition)
        if self.detector.needs_torch:
            for definition in execution_parameters():
                self.addParameter(definition)
        self.add_outputs()
        add_run_outputs(self)

    def add_outputs(self) -> None:
        """Declare the files it writes."""
        if self.detector.can_save:
            help = "Also write what was learned, to score other rasters with 'Apply a model'."
            self.addParameter(model_output(help))
        if self.detector.gives_spread:
            self.addParameter(spread_raster())
        self.addParameter(score_raster())

    def read(
        self, parameters: Values, context: QgsProcessingContext, feedback: Optional[QgsProcessingFeedback]
    ) -> Values:
        """Build the detector, which checks its parameters, and find the files."""
        return {
            "detector": from_values(self.detector, given_values(self.detector, parameters, context)),
            "execution": given_execution(parameters, context) if self.detector.needs_torch else Execution(),
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
        """Run the detector."""
        name = short_name(self.detector)
        settings = settings_text(values["detector"], values["bands"], values["background"])
        title = layer_title(name, self.scene_name, settings)
        written: Dict[str, str] = {"OUTPUT": score_output(self, parameters, "OUTPUT", context, title)}
        if self.detector.gives_spread:
            title = layer_title(f"{name} {translate('spread')}", self.scene_name, settings)
            written["SPREAD"] = score_output(self, parameters, "SPREAD", context, title)
        if self.detector.can_save:
            written["MODEL"] = self.parameterAsFileOutput(parameters, "MODEL", context)
        if not self.detector.needs_torch:
            tell_slow_products(feedback)
        outcome = workflow.detect(
            output=written["OUTPUT"],
            spread=written.get("SPREAD") or None,
            model=written.get("MODEL") or None,
            run=run_of(feedback),
            **values,
        )
        return run_outputs(written, outcome)
