"""The report of an evaluation."""

from __future__ import annotations

import html
from typing import Any, Dict

import numpy as np

from ..core.cube import Array
from ..core.metrics import FIGURES, LabeledScores, roc
from .page import new_figure, page, paragraph, picture, section, table

_FINENESS = 1000
"""Steps of an axis that can be told apart in a picture."""

_MAP_PIXELS = 1000
"""Pixels along the longer side of the map."""


def evaluation_report(
    scores_name: str,
    truth_name: str,
    scores: Array,
    truth: Array,
    labeled: LabeledScores,
    found: Dict[str, float],
) -> str:
    """Return the html of an evaluation: figures, ROC, PD and PF against threshold, histograms and the map.

    Raises MissingLibraryError where matplotlib is absent.
    """
    thresholds, detections, alarms = roc(labeled)
    pictures = [
        ("Detection against false alarms", _draw_roc(detections, alarms, found["AUC_PD_PF"])),
        ("Detection and false alarms against threshold", _draw_thresholds(thresholds, detections, alarms)),
        ("Normalized scores of background and anomalies", _draw_histograms(labeled)),
        ("Map: scores, anomalies of the truth outlined", _draw_map(scores, truth)),
    ]
    rows = [(name, f"{found[name]:.4f}", text) for name, text in FIGURES.items()]
    about = (
        f"Scores <b>{html.escape(scores_name)}</b> against truth <b>{html.escape(truth_name)}</b>: "
        f"{len(labeled.anomaly)} anomaly and {len(labeled.background)} background pixels."
    )
    note = (
        "AUC_PF_TAU and what follows from it change under any monotone map of the scores: "
        "compare detectors by AUC_PD_PF, AVERAGE_PRECISION and PD at a fixed PF first."
    )
    drawn = (section(caption, picture(caption, figure)) for caption, figure in pictures)
    figures = section("Figures", table(rows), paragraph(note))
    return page("Evaluation of anomaly scores", about, [figures, *drawn])


def _draw_roc(detections: Array, alarms: Array, area: float) -> Any:
    figure, axes = new_figure(7, 4.2)
    floor = 1e-4
    alarms = np.maximum(alarms, floor)
    kept = _apart(detections, np.log(alarms) / np.log(floor))
    axes.step(alarms[kept], detections[kept], where="post", color="#b5222d", label=f"AUC {area:.4f}")
    axes.set(xscale="log", xlim=(floor, 1), ylim=(0, 1.02), xlabel="false alarms PF", ylabel="detections PD")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    return figure


def _draw_thresholds(thresholds: Array, detections: Array, alarms: Array) -> Any:
    figure, axes = new_figure(7, 4.2)
    for shares, color, name in ((detections, "#b5222d", "PD"), (alarms, "#2a5d8f", "PF")):
        kept = _apart(thresholds, shares)
        axes.step(thresholds[kept], shares[kept], where="pre", color=color, label=name)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="threshold (normalized score)", ylabel="fraction of pixels")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def _apart(*coordinates: Array) -> Array:
    """Return which points of a curve can be told from the one before: (n,) bool, the first and last among them.

    coordinates : of the points, (n,) in 0..1 each. A curve of a large map has a point for every pixel.
    """
    cells = [np.floor(_FINENESS * values) for values in coordinates]
    kept = np.ones(len(cells[0]), dtype=bool)
    kept[1:-1] = np.any([cell[1:-1] != cell[:-2] for cell in cells], axis=0)
    return kept


def _draw_histograms(labeled: LabeledScores) -> Any:
    figure, axes = new_figure(7, 4.2)
    for values, color, name in (
        (labeled.background, "#2a5d8f", "background"),
        (labeled.anomaly, "#b5222d", "anomaly"),
    ):
        counts, edges = np.histogram(values, 60, range=(0, 1))
        axes.stairs(counts / len(values), edges, fill=True, color=color, alpha=0.6, label=name)
    axes.set(yscale="log", xlim=(0, 1), xlabel="normalized score", ylabel="fraction of the class")
    axes.legend()
    return figure


def _draw_map(scores: Array, truth: Array) -> Any:
    rows, columns = scores.shape
    figure, axes = new_figure(7, min(max(7 * rows / columns, 3), 10))
    low, high = np.nanpercentile(scores, [2, 98])
    # Of a map with more pixels than the picture can show, the highest score of each square, so that none is lost.
    side = -(-max(rows, columns) // _MAP_PIXELS)
    tops, lefts = np.arange(0, rows, side), np.arange(0, columns, side)
    shown = np.fmax.reduceat(np.fmax.reduceat(scores, tops, axis=0), lefts, axis=1)
    marked = np.logical_or.reduceat(np.logical_or.reduceat(truth, tops, axis=0), lefts, axis=1)
    extent = (-0.5, side * len(lefts) - 0.5, side * len(tops) - 0.5, -0.5)
    image = axes.imshow(shown, cmap="inferno", vmin=low, vmax=high, interpolation="nearest", extent=extent)
    # With a margin, so that outlines close at the map's edge.
    middle = (side - 1) / 2
    across, down = (side * np.arange(-1, len(starts) + 1) + middle for starts in (lefts, tops))
    axes.contour(
        across, down, np.pad(marked, 1).astype(float), levels=[0.5], colors="#39d0ff", linewidths=1.4
    )
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), xlabel="column", ylabel="row")
    per_point = f", the highest of {side} x {side} pixels a point" if side > 1 else ""
    figure.colorbar(image, ax=axes, label=f"score (2-98 % of the valid pixels{per_point})", shrink=0.8)
    return figure
