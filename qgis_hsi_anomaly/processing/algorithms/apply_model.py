"""Score a raster against a background learned before."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingParameterFile

from ... import workflow
from ...core.errors import ParameterError
from ..base import Algorithm, Values
from ..execution import execution_parameters, given_execution
from ..feedback import run_of
from ..language import translate
from ..layers import add_run_outputs, layer_title, run_outputs, score_output
from ..parameters import (
    MODEL_FILTER,
    given_allow,
    input_raster,
    raster_path,
    reading_parameters,
    score_raster,
    spread_raster,
    with_help,
)


class ApplyModel(Algorithm):
    """Applies a model file to a raster."""

    algorithm_id = "applymodel"
    label = "Apply a model"
    group_label = "Models"
    summary = (
        "Scores a raster against the background in a model file. Bands are matched by wavelength where both "
        "know theirs, else by number or count; rasters that do not fit are refused. The rasters must be calibrated "
        "alike: a difference in illumination or atmosphere is an anomaly too."
    )
    icon_name = "model"
    keywords = ("predict", "score")

    def initAlgorithm(self, configuration: Values = {}) -> None:  # noqa: N802, B006 (QGIS's name)
        """Declare the parameters."""
        model = QgsProcessingParameterFile("MODEL", "Model", fileFilter=MODEL_FILTER)
        self.addParameter(with_help(model, "A model file written by 'Fit a model' or by a learned detector."))
        self.addParameter(input_raster())
        for definition in (*reading_parameters(), *execution_parameters(learning=False)):
            self.addParameter(definition)
        self.addParameter(spread_raster())
        self.addParameter(score_raster())
        add_run_outputs(self)

    def read(
        self, parameters: Values, context: QgsProcessingContext, feedback: Optional[QgsProcessingFeedback]
    ) -> Values:
        """Find the files."""
        model = self.parameterAsFile(parameters, "MODEL", context)
        if not model:
            raise ParameterError("MODEL must be a model file; it is empty.")
        return {
            "model": model,
            "input": raster_path(self, parameters, "INPUT", context),
            "allow": given_allow(parameters, context),
            "execution": given_execution(parameters, context),
        }

    def work(
        self,
        values: Values,
        parameters: Values,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Values:
        """Score."""
        model = Path(values["model"]).stem
        titles = {"OUTPUT": model, "SPREAD": f"{model} {translate('spread')}"}
        written = {
            name: score_output(self, parameters, name, context, layer_title(title, self.scene_name))
            for name, title in titles.items()
        }
        outcome = workflow.apply(
            output=written["OUTPUT"],
            spread=written["SPREAD"] or None,
            run=run_of(feedback),
            **values,
        )
        return run_outputs(written, outcome)
