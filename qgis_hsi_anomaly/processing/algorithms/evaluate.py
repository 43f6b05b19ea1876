"""Judge a score layer against truth."""

from __future__ import annotations

from typing import Optional

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputNumber

from ... import workflow
from ...core.metrics import FIGURES
from ..base import Algorithm, Values
from ..feedback import run_of
from ..parameters import output_file, raster_input, raster_path


class Evaluate(Algorithm):
    """Computes the figures of merit of scores."""

    algorithm_id = "evaluate"
    label = "Evaluate scores"
    group_label = "Evaluation"
    summary = (
        "Figures of merit of a score layer against a truth raster: areas under the curves of detection, false "
        "alarms and threshold (3D-ROC), average precision, and the detections at fixed false-alarm rates. "
        "Scores are normalized to 0..1 over the valid pixels first. AUC_PF_TAU alone says little: it changes "
        "under any monotone change of the scores."
    )
    source = "C.-I Chang, IEEE TGRS 59(6), 2021, doi:10.1109/TGRS.2020.3021671"
    icon_name = "evaluate"
    keywords = ("ROC", "AUC", "accuracy", "validation")

    def initAlgorithm(self, configuration: Values = {}) -> None:  # noqa: N802, B006 (QGIS's name)
        """Declare the parameters."""
        self.addParameter(raster_input("SCORES", "Scores", "A score layer; its first band is used."))
        self.addParameter(
            raster_input(
                "TRUTH", "Truth", "A raster of the same size in pixels: not 0 where there is an anomaly."
            )
        )
        self.addParameter(
            output_file(
                "REPORT",
                "Report",
                "HTML (*.html)",
                "One self-contained file: curves, histograms of background and anomaly, the map, the figures.",
                optional=True,
            )
        )
        for name, description in FIGURES.items():
            self.addOutput(QgsProcessingOutputNumber(name, description))

    def read(
        self, parameters: Values, context: QgsProcessingContext, feedback: Optional[QgsProcessingFeedback]
    ) -> Values:
        """Find the files."""
        return {
            "scores": raster_path(self, parameters, "SCORES", context),
            "truth": raster_path(self, parameters, "TRUTH", context),
        }

    def work(
        self,
        values: Values,
        parameters: Values,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Values:
        """Evaluate, and say the figures in the log."""
        report = self.parameterAsFileOutput(parameters, "REPORT", context)
        figures = workflow.evaluate(report=report or None, run=run_of(feedback), **values)
        for name, value in figures.items():
            feedback.pushInfo(f"{name} {value:.4f}")
        return {**figures, **({"REPORT": report} if report else {})}
