"""Figures of merit of a score layer against truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, Sequence

from ..core.metrics import FIGURES, figures, label_scores
from ..core.parameters import output, raster
from ..core.run import ALONE, Run
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.reader import read_map, read_truth
from .base import Heading, Tool


@dataclass(frozen=True)
class Evaluate(Tool):
    """Chang's 3D-ROC family, average precision, and detections at fixed false-alarm rates."""

    id: ClassVar[str] = "evaluate"
    label: ClassVar[str] = "Evaluate scores"
    group: ClassVar[Heading] = Heading.EVALUATION
    order: ClassVar[int] = 1
    icon: ClassVar[str] = "evaluate"
    keywords: ClassVar[Sequence[str]] = ("ROC", "AUC", "accuracy", "validation")
    summary: ClassVar[str] = (
        "Figures of merit of a score layer against a truth raster: areas under the curves of detection, false "
        "alarms and threshold (3D-ROC), average precision, and the detections at fixed false-alarm rates. "
        "Scores are normalized to 0..1 over the valid pixels first. AUC_PF_TAU alone says little: it changes "
        "under any monotone change of the scores."
    )
    source: ClassVar[str] = "C.-I Chang, IEEE TGRS 59(6), 2021, doi:10.1109/TGRS.2020.3021671"
    returns: ClassVar[Dict[str, str]] = FIGURES

    scores: str = raster("Scores", "A score layer; its first band is used.", positional=True)
    truth: str = raster(
        "Truth", "A raster of the same size in pixels: not 0 where there is an anomaly.", positional=True
    )
    report: str = output(
        "file",
        "Report",
        "One self-contained file: curves, histograms of background and anomaly, the map, the figures.",
        extensions=(".html",),
        optional=True,
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Compare, and write the report where one is wanted."""
        outputs = Outputs([self.scores, self.truth])
        if self.report:
            outputs.claim(self.report, "html")
        score_map, _ = read_map(self.scores)
        labels = read_truth(self.truth, score_map.shape)
        run.update(0.3)
        labeled = label_scores(score_map, labels)
        found = figures(labeled)
        run.update(0.6)
        if self.report:
            from ..report.evaluation import evaluation_report

            names = Path(self.scores).name, Path(self.truth).name
            text = evaluation_report(*names, score_map, labels, labeled, found)
            with outputs:
                outputs.write(self.report, text.encode())
                run.update(1.0)
        return found

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return the figures with four digits."""
        return "\n".join(f"{name:18} {value:.4f}" for name, value in answer.items())
