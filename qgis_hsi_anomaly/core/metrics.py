"""Figures of merit of a score map against truth: Chang's 3D-ROC family, average precision, curves.

Scores are min-max normalized over the valid pixels to tau in [0, 1]. PD(tau) and PF(tau) are the fractions of
anomaly and background pixels with a score of at least tau. C.-I Chang, IEEE TGRS 59 (2021) 5131-5153.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Tuple

import numpy as np

from .cube import Array
from .errors import DataError
from .numerics.ranks import average_ranks

FIGURES: Dict[str, str] = {
    "AUC_PD_PF": "Area under detection against false alarms: the fraction of anomaly-background pairs ranked right",
    "AUC_PD_TAU": "Area under detection against threshold: mean normalized score of the anomalies",
    "AUC_PF_TAU": "Area under false alarms against threshold: mean normalized score of the background",
    "AUC_TD": "Target detectability: AUC_PD_PF + AUC_PD_TAU",
    "AUC_BS": "Background suppressibility: AUC_PD_PF - AUC_PF_TAU",
    "AUC_TDBS": "Target detection in background: AUC_PD_TAU - AUC_PF_TAU",
    "AUC_ODP": "Overall detection probability: AUC_PD_TAU + 1 - AUC_PF_TAU",
    "AUC_OADP": "Overall detection accuracy: AUC_PD_PF + AUC_PD_TAU - AUC_PF_TAU",
    "AUC_SNPR": "Signal to noise probability ratio: AUC_PD_TAU / AUC_PF_TAU",
    "AVERAGE_PRECISION": "Mean precision over the anomaly pixels, highest scores first",
    "PD_AT_PF_1E2": "Fraction of the anomaly pixels found when 1 % of the background is flagged",
    "PD_AT_PF_1E3": "Fraction of the anomaly pixels found when 0.1 % of the background is flagged",
}
"""Names of the figures, with what they say."""


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
