"""Figures of merit of score layers against truth."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, Sequence

import numpy as np

from ..core.errors import ParameterError
from ..core.metrics import FIGURES, figures, label_scores, operating_points
from ..core.parameters import output, raster, region
from ..core.run import ALONE, Run
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.areas import check_grid
from ..raster.score_map import ScoreMap
from ..raster.truth import Labels, read_labels
from ..report.evaluation import EvaluatedLayer, evaluation_report
from .base import Heading, Tool
from .origin import names_of, origin_of


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
        "Figures of merit of a score layer against truth: areas under the curves of detection, false "
        "alarms and threshold (3D-ROC), average precision, and the detections at fixed false-alarm rates. "
        "The report also says at which score of the layer to cut for a false-alarm rate. For the areas, scores are "
        "normalized to 0..1 over the valid pixels with truth. AUC_PF_TAU alone says little: it changes "
        "under any monotone change of the scores."
    )
    source: ClassVar[str] = "C.-I Chang, IEEE TGRS 59(6), 2021, doi:10.1109/TGRS.2020.3021671"
    returns: ClassVar[Dict[str, str]] = FIGURES

    scores: str = raster(
        "Scores", "A score layer: the raster of one band that a detector wrote.", positional=True
    )
    truth: str = region(
        "Truth",
        "Where the anomalies are known to be. Either a raster of the scores' grid, of whose first band 0 is background "
        "and all else anomaly; nodata is neither, unless 0 is the nodata value. Or polygons: anomalies inside, "
        "background outside. Objects with a field status count as they are ticked: true is anomaly, unknown is "
        "neither, all else is background.",
        positional=True,
    )
    report: str = output(
        "file",
        "Report",
        "One self-contained page: what was evaluated, figures, scores to cut at, curves, histograms, maps.",
        extensions=(".html",),
        optional=True,
    )
    also: Sequence[str] = raster(
        "Further score layers",
        "Score layers of the same scene, on the same grid, to be put into the report beside the first: other "
        "detectors, or other parameters. The figures that are returned are those of the first.",
        several=True,
        optional=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if _same_file(self.scores, self.truth):
            raise ParameterError(
                f"{self.id}: SCORES and TRUTH are the same file, {self.truth}: choose what holds the truth."
            )
        if any(_same_file(path, self.truth) for path in self.also):
            raise ParameterError(
                f"{self.id}: ALSO and TRUTH are the same file, {self.truth}: choose score layers."
            )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Compare, and write the report where one is wanted."""
        outputs = Outputs([self.scores, self.truth, *self.also])
        if self.report:
            outputs.claim(self.report, "html")
        maps = {path: ScoreMap(path) for path in [self.scores, *self.also]}
        first = maps[self.scores]
        for path, score_map in maps.items():
            check_grid("ALSO", path, score_map.georeference, first.georeference, "the first score layer")
        labels = read_labels(self.truth, first.georeference)
        run.update(0.1)
        unknown = labels.known.size - int(np.count_nonzero(labels.known))
        if unknown:
            run.message(f"{unknown:,} pixels have no truth: they are neither anomaly nor background.")
        origins = [origin_of(path, score_map.metadata) for path, score_map in maps.items()]
        layers = [
            _evaluated(name, origin, score_map, labels, part)
            for name, origin, score_map, part in zip(
                names_of(origins), origins, maps.values(), run.part(0.1, 0.6).parts(len(maps))
            )
        ]
        if len({(len(layer.labeled.anomaly), len(layer.labeled.background)) for layer in layers}) > 1:
            run.warning("The score layers are not valid at the same pixels: each is judged at its own.")
        if self.report:
            truth = Path(self.truth.split("|", maxsplit=1)[0]).name
            text = evaluation_report(truth, layers, labels.anomaly, labels.known, run.part(0.6, 0.95))
            with outputs:
                outputs.write(self.report, text.encode())
                run.update(1.0)
        found: Dict[str, Any] = dict(layers[0].figures)
        if len(layers) > 1:
            found["layers"] = [{"scores": path, **layer.figures} for path, layer in zip(maps, layers)]
        return found

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return the figures with four digits, a column for each layer."""
        layers = answer.get("layers", [answer])
        lines = [f"{name:18} " + "  ".join(f"{layer[name]:.4f}" for layer in layers) for name in FIGURES]
        names = [
            f"column {number}: {layer['scores']}" for number, layer in enumerate(layers, 1) if len(layers) > 1
        ]
        return "\n".join([*names, *lines])


def _evaluated(
    name: str, origin: Dict[str, str], score_map: ScoreMap, labels: Labels, run: Run
) -> EvaluatedLayer:
    """Read a score layer and judge it."""
    scores = np.empty((score_map.rows, score_map.columns), dtype=np.float32)
    for start, values in score_map.blocks():
        scores[start : start + len(values)] = values
        run.update(0.3 * (start + len(values)) / score_map.rows)
    judged = np.where(labels.known, scores, np.float32(np.nan))
    labeled = label_scores(judged, labels.anomaly)
    run.update(0.4)
    found = figures(labeled)
    run.update(0.8)
    valid = np.isfinite(judged)
    points = operating_points(judged[valid & labels.anomaly], judged[valid & ~labels.anomaly])
    run.update(1.0)
    return EvaluatedLayer(
        name=name,
        origin=origin,
        detector=score_map.metadata.get("HSI_ANOMALY_DETECTOR", ""),
        scores=scores,
        labeled=labeled,
        low=float(judged[valid].min()),
        high=float(judged[valid].max()),
        figures=found,
        points=points,
    )


def _same_file(path: str, other: str) -> bool:
    """Tell whether two sources, as QGIS names them, are the same file."""
    path, other = (name.split("|", maxsplit=1)[0] for name in (path, other))
    if os.path.exists(path) and os.path.exists(other):
        return os.path.samefile(path, other)
    return os.path.abspath(path) == os.path.abspath(other)
