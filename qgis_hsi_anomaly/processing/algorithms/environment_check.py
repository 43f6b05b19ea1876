"""Say what was found on this machine for learned detectors."""

from __future__ import annotations

from typing import Optional

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputString

from ...jobs.environment import environment_html, environment_report, environment_text
from ...outputs import Outputs
from ..base import Algorithm, Values
from ..blas import slow_products
from ..feedback import run_of
from ..parameters import output_file
from ..settings import chosen_python


class EnvironmentCheck(Algorithm):
    """Reports interpreters, torch and devices."""

    algorithm_id = "environmentcheck"
    label = "Environment check"
    group_label = "Evaluation"
    summary = (
        "Shows which Python interpreters were found for learned detectors, whether they have torch, and which "
        "devices torch sees. Learned detectors run outside QGIS, so that nothing needs to be installed into it; "
        "the interpreter is chosen under Settings > Options > Processing > Providers."
    )
    icon_name = "environment"
    keywords = ("torch", "GPU", "CUDA", "interpreter", "installation")

    def initAlgorithm(self, configuration: Values = {}) -> None:  # noqa: N802, B006 (QGIS's name)
        """Declare the parameters."""
        help = "The findings as a page to read or to send with a question."
        self.addParameter(output_file("REPORT", "Report", "HTML (*.html)", help, optional=True))
        self.addOutput(QgsProcessingOutputString("TEXT", "Findings"))

    def read(
        self, parameters: Values, context: QgsProcessingContext, feedback: Optional[QgsProcessingFeedback]
    ) -> Values:
        """There is nothing to read."""
        return {}

    def work(
        self,
        values: Values,
        parameters: Values,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Values:
        """Look, and say it in the log."""
        path = self.parameterAsFileOutput(parameters, "REPORT", context)
        outputs = Outputs()
        if path:
            outputs.claim(path, "html")
        report = environment_report(chosen_python(), run_of(feedback))
        text = environment_text(report)
        for line in text.splitlines():
            feedback.pushInfo(line)
        if slow_products():
            feedback.pushWarning(slow_products())
        if path:
            with outputs:
                outputs.write(path, environment_html(report).encode())
        return {"TEXT": text, **({"REPORT": path} if path else {})}
