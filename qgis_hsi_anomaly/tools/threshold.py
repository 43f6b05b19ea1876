"""A mask of the anomalies in a score layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict, List, Optional, Sequence

import numpy as np

from ..core.cube import Array
from ..core.decisions.threshold import Threshold, ThresholdParameters, choose_threshold
from ..core.parameters import output, raster
from ..core.run import ALONE, Run
from ..core.scene_checks import many_flagged
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.background import read_background
from ..raster.score_map import ScoreMap, write_mask
from ..record import json_text
from ..style import mask_style
from ..workflow import claim_style, write_style
from .base import Heading, Tool

FIGURES: Dict[str, str] = {
    "THRESHOLD": "Threshold: pixels with a larger score are flagged",
    "FLAGGED": "Flagged pixels",
    "EXPECTED_FALSE_ALARMS": "Flagged pixels that are to be expected without any anomaly",
}


@dataclass(frozen=True)
class ThresholdTool(ThresholdParameters, Tool):
    """A threshold at a stated rate of false alarms, and the mask above it."""

    id: ClassVar[str] = "threshold"
    label: ClassVar[str] = "Threshold scores"
    group: ClassVar[Heading] = Heading.DECISIONS
    order: ClassVar[int] = 1
    page: ClassVar[str] = "decisions"
    icon: ClassVar[str] = "threshold"
    keywords: ClassVar[Sequence[str]] = ("mask", "false alarm", "CFAR", "GPD", "conformal", "segmentation")
    summary: ClassVar[str] = (
        "Chooses the score above which a pixel counts as anomalous, so that a stated share of the background is "
        "flagged by mistake, and writes the mask. The default fits the upper tail of the scores and leaves out the "
        "targets in it, so that they do not raise the threshold. Method, figures and a 95 % interval are kept with "
        "the mask."
    )
    source: ClassVar[str] = (
        "J. B. Broadwater, R. Chellappa, IEEE TSP 58(2), 2010, doi:10.1109/TSP.2009.2031285"
    )
    returns: ClassVar[Dict[str, str]] = FIGURES

    scores: str = raster(
        "Scores",
        "A score layer, as a detector writes it: one band, larger is more anomalous.",
        positional=True,
    )
    output: str = output(
        "raster",
        "Mask",
        "1 where the score lies above the threshold, 0 where not, 255 (nodata) where there is none.",
        positional=True,
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Choose, and write the mask with its style."""
        outputs = Outputs([self.scores, self.background or None])
        outputs.claim(self.output, "raster")
        claim_style(outputs, self.output)
        scores = ScoreMap(self.scores)
        found = threshold_of(scores, self, run.part(0, 0.6))
        answer = figures_of(found)
        with outputs:
            with outputs.writing(self.output) as hidden:
                write_mask(hidden, scores, found.score, metadata_of(found, self), run.part(0.6, 1))
            write_style(outputs, self.output, mask_style(self.output), run)
        return answer


def threshold_of(scores: ScoreMap, wanted: ThresholdParameters, run: Run) -> Threshold:
    """Choose the threshold of a score layer, and say in the log what a user should know of it."""
    background = read_background(wanted.background, scores.georeference) if wanted.background else None
    found = choose_threshold(scores, wanted, background, square_kilometers(scores), run)
    bounds = "" if found.interval is None else " (95 % interval {:.6g} to {:.6g})".format(*found.interval)
    run.message(
        f"Threshold {found.score:.6g}{bounds} by {found.method}: {found.flagged} of {found.pixels} pixels flagged; "
        f"a background without any anomaly would give about {found.expected:.3g}."
    )
    if found.tail is not None and found.tail.dropped:
        run.message(
            f"{found.tail.dropped} of the largest scores do not fit the background's tail: taken for targets."
        )
    if many_flagged(found.flagged, found.pixels):
        run.warning(many_flagged(found.flagged, found.pixels))
    if found.flagged == 0:
        run.warning(
            "No pixel is flagged: no score lies above the threshold. Raise "
            f"{'BUDGET' if wanted.method == 'budget' else 'RATE'} to see the next candidates."
        )
    if wanted.method != "budget" and wanted.rate * found.pixels < 1:
        run.message(
            f"With {found.pixels} pixels a RATE of {wanted.rate:g} means less than one false alarm in the layer."
        )
    _compare_with_chi_square(scores, found, wanted, run)
    return found


def figures_of(found: Threshold) -> Dict[str, Any]:
    """Return what the tool returns of a threshold."""
    return {
        "THRESHOLD": found.score,
        "FLAGGED": found.flagged,
        "EXPECTED_FALSE_ALARMS": found.expected,
        "interval": None if found.interval is None else list(found.interval),
        "method": found.method,
        "pixels": found.pixels,
    }


def metadata_of(found: Threshold, wanted: ThresholdParameters) -> Dict[str, str]:
    """Return method and figures, to be kept in the output."""
    asked = {
        name: value for name, value in wanted.values().items() if name in ("method", "rate", "budget", "unit")
    }
    figures = {name.lower(): value for name, value in figures_of(found).items()}
    return {"HSI_ANOMALY_THRESHOLD": json_text({"asked": asked, **figures})}


def square_kilometers(scores: ScoreMap) -> Optional[float]:
    """Return the area of the pixel in the middle of a score layer; None without a CRS."""
    middle: List[Array] = [np.array([scores.rows / 2]), np.array([scores.columns / 2])]
    area = scores.georeference.square_meters(*middle)
    return None if area is None else float(area[0]) / 1e6


def _compare_with_chi_square(
    scores: ScoreMap, found: Threshold, wanted: ThresholdParameters, run: Run
) -> None:
    """Say what the textbook threshold of RX would flag: far too much, on real scenes."""
    bands = scores.metadata.get("HSI_ANOMALY_BANDS_USED", "")
    if scores.metadata.get("HSI_ANOMALY_DETECTOR") != "rx" or not bands.isdigit():
        return
    from scipy.special import chdtri

    textbook = float(chdtri(int(bands), wanted.rate))
    above = int(np.count_nonzero(found.reference.values > textbook))
    least = "at least " if above == len(found.reference.values) else ""
    run.message(
        f"For comparison only: chi-square with {bands} degrees of freedom would put the threshold at {textbook:.6g} "
        f"and flag {least}{above / found.reference.pixels:.2%} of the pixels."
    )
