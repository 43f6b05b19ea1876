"""What was found on this machine for learned detectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict, Sequence

from ..core.parameters import output
from ..core.run import ALONE, Run
from ..jobs.environment import environment_html, environment_report, environment_text
from ..jobs.execution import Execution
from ..outputs import Outputs
from .base import Heading, Tool


@dataclass(frozen=True)
class EnvironmentCheck(Tool):
    """Interpreters, torch and devices."""

    id: ClassVar[str] = "environmentcheck"
    command: ClassVar[str] = "environment"
    label: ClassVar[str] = "Environment check"
    group: ClassVar[Heading] = Heading.ENVIRONMENT
    icon: ClassVar[str] = "environment"
    keywords: ClassVar[Sequence[str]] = ("torch", "GPU", "CUDA", "interpreter", "installation")
    summary: ClassVar[str] = (
        "Shows which Python interpreters were found for learned detectors, whether they have torch, and which "
        "devices torch sees; and which optional libraries are there, with what is lost without each. Learned detectors "
        "run outside QGIS, so that nothing needs to be installed into it; the interpreter is chosen under Settings > "
        "Options > Processing > Providers, and Set up torch makes one."
    )
    texts: ClassVar[Dict[str, str]] = {"TEXT": "Findings"}

    report: str = output(
        "file",
        "Report",
        "The findings as a page to read or to send with a question.",
        extensions=(".html",),
        optional=True,
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Look, and write the page where it is wanted."""
        outputs = Outputs()
        if self.report:
            outputs.claim(self.report, "html")
        found = environment_report(execution.python, run)
        if self.report:
            with outputs:
                outputs.write(self.report, environment_html(found).encode())
        return {**found, "TEXT": environment_text(found)}

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return the findings."""
        return str(answer["TEXT"])
