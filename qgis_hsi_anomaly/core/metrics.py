"""Figures of merit of a score map against truth: Chang's 3D-ROC family, average precision, curves.

Scores are min-max normalized over the valid pixels to tau in [0, 1]. PD(tau) and PF(tau) are the fractions of
anomaly and background pixels with a score of at least tau. C.-I Chang, IEEE TGRS 59 (2021) 5131-5153.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np

from .cube import Array
from .errors import DataError
from .numerics.ranks import average_ranks

FIGURES: Dict[str, str] = {
    "AUC_PD_PF": "Area under the ROC curve: the fraction of anomaly-background pairs ranked right",
    "AUC_PD_TAU": "Mean normalized score of the anomalies: area under detection against threshold",
    "AUC_PF_TAU": "Mean normalized score of the background: area under false alarms against threshold",
    "AUC_TD": "Target detectability: AUC_PD_PF + AUC_PD_TAU",
    "AUC_BS": "Background suppressibility: AUC_PD_PF - AUC_PF_TAU",
    "AUC_TDBS": "Target detection in background: AUC_PD_TAU - AUC_PF_TAU",
    "AUC_ODP": "Overall detection probability: AUC_PD_TAU + 1 - AUC_PF_TAU",
    "AUC_OADP": "Overall detection accuracy: AUC_PD_PF + AUC_PD_TAU - AUC_PF_TAU",
    "AUC_SNPR": "Signal to noise probability ratio: AUC_PD_TAU / AUC_PF_TAU",
    "AVERAGE_PRECISION": "Average precision: mean precision over the anomaly pixels, highest scores first",
    "PD_AT_PF_1E2": "Detections at 1 % false alarms: fraction of the anomaly pixels above all but 1 % of background",
    "PD_AT_PF_1E3": "Detections at 0.1 % false alarms: the same, above all but 0.1 % of it",
}
"""Names of the figures, with what they are in plain words: a name, a colon, and what it says."""

RATES = (1e-1, 1e-2, 1e-3, 1e-4)
"""False-alarm rates at which users ask for a threshold."""


@dataclass(frozen=True)
class LabeledScores:
    """Scores of valid pixels, by truth. anomaly, background : (n,) float64, min-max normalized to [0, 1]."""

    anomaly: Array
    background: Array


def label_scores(scores: Array, truth: Array) -> LabeledScores:
    """Normalize the finite scores and divide them by truth.

    scores : (rows, columns), NaN where not valid. truth : (rows, columns) bool, True = anomaly.
    Raises DataError when the sizes differ, a class has no valid pixel, or the scores are constant.
    """
    if scores.shape != truth.shape:
        raise DataError(
            f"The truth has {truth.shape[0]} rows and {truth.shape[1]} columns, "
            f"the scores {scores.shape[0]} and {scores.shape[1]}: both must cover the same pixels."
        )
    valid = np.isfinite(scores)
    if not valid.any():
        raise DataError("The scores have no valid pixel: there is nothing to evaluate.")
    values, labels = scores[valid].astype(np.float64), truth[valid]
    for wanted, name in ((True, "anomaly"), (False, "background")):
        if not (labels == wanted).any():
            raise DataError(f"The truth marks no valid pixel as {name}: both classes are needed.")
    low, high = values.min(), values.max()
    if low == high:
        raise DataError("All scores are equal: there is nothing to evaluate.")
    values = (values - low) / (high - low)
    return LabeledScores(values[labels], values[~labels])


def figures(labeled: LabeledScores) -> Dict[str, float]:
    """Return every figure of `FIGURES` by name."""
    anomaly, background = labeled.anomaly, labeled.background
    detection, false_alarm = float(anomaly.mean()), float(background.mean())
    area = area_under_roc(labeled)
    return {
        "AUC_PD_PF": area,
        "AUC_PD_TAU": detection,
        "AUC_PF_TAU": false_alarm,
        "AUC_TD": area + detection,
        "AUC_BS": area - false_alarm,
        "AUC_TDBS": detection - false_alarm,
        "AUC_ODP": detection + 1 - false_alarm,
        "AUC_OADP": area + detection - false_alarm,
        "AUC_SNPR": detection / false_alarm if false_alarm > 0 else float("inf"),
        "AVERAGE_PRECISION": average_precision(labeled),
        "PD_AT_PF_1E2": detection_at(labeled, 1e-2),
        "PD_AT_PF_1E3": detection_at(labeled, 1e-3),
    }


def area_under_roc(labeled: LabeledScores) -> float:
    """Return the Mann-Whitney statistic: fraction of pairs in which the anomaly scores higher, ties at one half.

    >>> area_under_roc(LabeledScores(anomaly=np.array([0.4, 1.0]), background=np.array([0.0, 0.4])))
    0.875
    """
    n = len(labeled.anomaly)
    ranks = average_ranks(np.concatenate([labeled.anomaly, labeled.background]))
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * len(labeled.background)))


def average_precision(labeled: LabeledScores) -> float:
    """Return the sum over distinct thresholds of precision times gain in recall, as scikit-learn defines it."""
    _, detections, alarms = _counts(labeled)
    gains = np.diff(detections, prepend=0)
    return float((detections / (detections + alarms) * gains).sum() / len(labeled.anomaly))


def detection_at(labeled: LabeledScores, false_alarms: float) -> float:
    """Return the largest PD of any threshold whose PF is at most `false_alarms`."""
    _, detections, alarms = _counts(labeled)
    allowed = alarms <= false_alarms * len(labeled.background)
    return float(detections[allowed].max(initial=0) / len(labeled.anomaly))


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold that keeps a false-alarm rate.

    rate : fraction of the background pixels that may be flagged. threshold : in the unit of the scores, above all
    scores that are not to be flagged and below all others; None where nothing can be flagged.
    false_alarms, detections : background and anomaly pixels above it.
    """

    rate: float
    threshold: Optional[float]
    false_alarms: int
    detections: int


def operating_points(
    anomaly: Array, background: Array, rates: Sequence[float] = RATES
) -> List[OperatingPoint]:
    """Return the lowest threshold that keeps each false-alarm rate, as far as there is background enough for it.

    anomaly, background : (n,) scores that are valid, in any unit. rates : those that allow less than one background
    pixel are left out. Thresholds have as few digits as tell the scores on their two sides apart.
    """
    falling = np.sort(background)[::-1].astype(np.float64)
    highest = max(float(falling[0]), float(anomaly.max()))
    points = []
    for rate in rates:
        allowed = int(rate * len(falling) * (1 + 1e-12))  # 0.1 of 30 pixels are 3 of them
        if not 1 <= allowed < len(falling):
            continue
        below = float(falling[allowed])
        if below == highest:
            points.append(OperatingPoint(rate, None, 0, 0))
            continue
        alarms, found = falling[falling > below], anomaly[anomaly > below]
        above = min(float(values.min()) for values in (alarms, found) if len(values))
        points.append(OperatingPoint(rate, _between(below, above), len(alarms), len(found)))
    return points


def _between(low: float, high: float) -> float:
    """Return a number of few digits between two.

    >>> _between(12.3412, 12.3617)
    12.35
    """
    middle = low + (high - low) / 2
    rounded = (float(f"{middle:.{digits}g}") for digits in range(1, 18))
    return next((number for number in rounded if low < number < high), high)


def roc(labeled: LabeledScores) -> Tuple[Array, Array, Array]:
    """Return thresholds (falling), PD and PF at each distinct score, each (n,) float64."""
    thresholds, detections, alarms = _counts(labeled)
    return thresholds, detections / len(labeled.anomaly), alarms / len(labeled.background)


def _counts(labeled: LabeledScores) -> Tuple[Array, Array, Array]:
    """Distinct scores, falling, and how many anomaly and background pixels reach each of them."""
    values = np.concatenate([labeled.anomaly, labeled.background])
    labels = np.arange(len(values)) < len(labeled.anomaly)
    order = np.argsort(-values, kind="stable")
    last = np.flatnonzero(np.diff(values[order], append=-1.0))
    detections = np.cumsum(labels[order])[last]
    return values[order][last], detections, last + 1 - detections
