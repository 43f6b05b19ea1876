"""The report of an evaluation: one or several score layers against the same truth."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Sequence

import numpy as np

from ..core.cube import Array
from ..core.metrics import FIGURES, RATES, LabeledScores, OperatingPoint, roc
from ..core.run import ALONE, Run
from ..style import Stop, limits, paint
from .page import new_figure, page, paragraph, picture, section, table

_FINENESS = 1000
"""Steps of an axis that can be told apart in a picture."""

_MAP_PIXELS = 600
"""Pixels along the longer side of the map: no more than the picture has, so that none is lost."""

_FIRST = ("AUC_PD_PF", "AVERAGE_PRECISION", "PD_AT_PF_1E2", "PD_AT_PF_1E3")
"""Figures to compare detectors by."""

_ROUGH = 10
"""Background pixels below which a counted rate says little."""

_CURVES = ("#b5222d", "#2a5d8f", "#2f8f4e", "#8a4fa3", "#c47f17", "#4b4f57")
_ANOMALY, _BACKGROUND = "#b5222d", "#2a5d8f"
_GROUND, _OUTLINE, _UNKNOWN = "#1b1f27", "#00e5ff", (140, 145, 155, 150)


@dataclass(frozen=True)
class EvaluatedLayer:
    """A score layer and what was found of it.

    name : for headings and legends. origin : what is known of it, by heading. detector : id of what made it.
    scores : (rows, columns) in the layer's unit, NaN where there is none. labeled : those that have a truth.
    low, high : scores that were normalized to 0 and 1. figures : by name. points : thresholds.
    """

    name: str
    origin: Dict[str, str]
    detector: str
    scores: Array
    labeled: LabeledScores
    low: float
    high: float
    figures: Dict[str, float]
    points: Sequence[OperatingPoint]

    def in_unit(self, normalized: Array) -> Array:
        """Return normalized scores in the layer's own unit."""
        return np.asarray(self.low + normalized * (self.high - self.low))


def evaluation_report(
    truth_name: str, layers: Sequence[EvaluatedLayer], anomaly: Array, known: Array, run: Run = ALONE
) -> str:
    """Return the html of an evaluation: origin, figures, thresholds, curves, histograms and maps.

    anomaly, known : the truth, (rows, columns) bool: what is known and no anomaly is background.
    Raises MissingLibraryError where matplotlib is absent.
    """
    names = [html.escape(layer.name) for layer in layers]
    about = f"<b>{'</b>, <b>'.join(names)}</b> against the truth <b>{html.escape(truth_name)}</b>."
    sections = [
        section(
            "What was evaluated", table(_origins(layers, known), ["", *(layer.name for layer in layers)])
        ),
        section("How well anomalies and background are told apart", _figures(layers, _FIRST)),
        section("Where to cut", _thresholds(layers)),
        _drawn("Detections against false alarms", _draw_roc(layers)),
    ]
    for layer, part in zip(layers, run.parts(len(layers))):
        which = f": {layer.name}" if len(layers) > 1 else ""
        stops = limits(layer.scores, layer.detector)
        sections.append(
            _drawn(
                f"Map, anomalies of the truth outlined{which}", _draw_map(layer.scores, stops, anomaly, known)
            )
        )
        part.update(0.5)
        sections.append(_drawn(f"Scores of background and anomalies{which}", _draw_histograms(layer)))
        sections.append(_drawn(f"Detections and false alarms against threshold{which}", _draw_curves(layer)))
        part.update(1.0)
    rest = [name for name in FIGURES if name not in _FIRST]
    note = (
        "These compare areas of normalized scores. The mean normalized score of the background (AUC_PF_TAU), and what "
        "follows from it, change under any monotone map of the scores: compare detectors by the figures above first."
    )
    sections.append(section("Further figures (3D-ROC)", _figures(layers, rest), paragraph(note)))
    return page("Evaluation of anomaly scores", about, sections)


def _drawn(caption: str, figure: Any) -> str:
    return section(caption, picture(caption, figure))


def _origins(layers: Sequence[EvaluatedLayer], known: Array) -> List[List[Any]]:
    headings = list(dict.fromkeys(heading for layer in layers for heading in layer.origin))
    rows: List[List[Any]] = [
        [heading, *(layer.origin.get(heading, "not recorded") for layer in layers)] for heading in headings
    ]
    rows.append(["Anomaly pixels", *(f"{len(layer.labeled.anomaly):,}" for layer in layers)])
    rows.append(["Background pixels", *(f"{len(layer.labeled.background):,}" for layer in layers)])
    unknown = known.size - int(np.count_nonzero(known))
    if unknown:
        rows.append(["Pixels without truth", *(f"{unknown:,}" for _ in layers)])
    return rows


def _figures(layers: Sequence[EvaluatedLayer], names: Iterable[str]) -> str:
    rows = []
    for name in names:
        plain, _, says = FIGURES[name].partition(": ")
        values = (f"{layer.figures[name]:.4f}" for layer in layers)
        rows.append([f"{plain} ({name})", *values, says[:1].upper() + says[1:]])
    values_of = [layer.name for layer in layers] if len(layers) > 1 else ["Value"]
    return table(rows, ["Figure", *values_of, "What it says"])


def _thresholds(layers: Sequence[EvaluatedLayer]) -> str:
    rows: List[List[Any]] = []
    for layer in layers:
        for point in layer.points:
            threshold = "none" if point.threshold is None else f"{point.threshold:.15g}"
            found = f"{point.detections:,} of {len(layer.labeled.anomaly):,}"
            share = f"{100 * point.detections / len(layer.labeled.anomaly):.1f} %"
            row = [f"{100 * point.rate:g} %", threshold, f"{point.false_alarms:,}", f"{found} ({share})"]
            rows.append([layer.name, *row] if len(layers) > 1 else row)
    headings = ["False-alarm rate", "Score above", "Background pixels flagged", "Anomaly pixels found"]
    unit = (
        "Scores are in the unit of the layer. Rates are those of this scene and this truth: on another scene the same "
        "score may flag more or less."
    )
    notes = [unit]
    if any(point.false_alarms < _ROUGH for layer in layers for point in layer.points):
        notes.append(f"Rates with fewer than {_ROUGH} background pixels flagged are rough.")
    fewest = min(len(layer.labeled.background) for layer in layers)
    left = [rate for rate in RATES if rate * fewest < 1]
    if left:
        notes.append(
            f"A rate of {100 * left[0]:g} % would be less than one of {fewest:,} background pixels: there are too few."
        )
    shown = table(rows, ["Score layer", *headings] if len(layers) > 1 else headings) if rows else ""
    return shown + "".join(map(paragraph, notes))


def _draw_roc(layers: Sequence[EvaluatedLayer]) -> Any:
    figure, axes = new_figure(7, 4.2)
    floor = 1e-4
    for number, layer in enumerate(layers):
        _, detections, alarms = roc(layer.labeled)
        alarms = np.maximum(alarms, floor)
        kept = _apart(detections, np.log(alarms) / np.log(floor))
        label = f"{layer.name}: area {layer.figures['AUC_PD_PF']:.4f}"
        color = _CURVES[number % len(_CURVES)]
        style = "-" if number < len(_CURVES) else "--"
        axes.step(alarms[kept], detections[kept], where="post", color=color, linestyle=style, label=label)
    axes.set(
        xscale="log",
        xlim=(floor, 1),
        ylim=(0, 1.02),
        xlabel="false alarms: fraction of the background flagged",
        ylabel="detections: fraction of the anomalies found",
    )
    axes.grid(alpha=0.3)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.01), frameon=False)  # above: many curves leave no room
    return figure


def _draw_curves(layer: EvaluatedLayer) -> Any:
    figure, axes = new_figure(7, 4.2)
    thresholds, detections, alarms = roc(layer.labeled)
    in_unit = layer.in_unit(thresholds)
    for shares, color, name in (
        (detections, _ANOMALY, "anomalies found"),
        (alarms, _BACKGROUND, "background flagged"),
    ):
        kept = _apart(thresholds, shares)
        axes.step(in_unit[kept], shares[kept], where="pre", color=color, label=name)
    _scale(axes, layer)
    axes.set(ylim=(0, 1.02), xlabel="threshold (score of the layer)", ylabel="fraction of pixels")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def _draw_histograms(layer: EvaluatedLayer) -> Any:
    figure, axes = new_figure(7, 4.2)
    low, high = layer.low, layer.high
    edges = np.geomspace(low, high, 61) if _is_skewed(layer) else np.linspace(low, high, 61)
    edges[0], edges[-1] = low, high  # as rounding would leave them out
    for values, color, name in (
        (layer.labeled.background, _BACKGROUND, "background"),
        (layer.labeled.anomaly, _ANOMALY, "anomalies"),
    ):
        counts, _ = np.histogram(layer.in_unit(values).clip(low, high), edges)
        axes.stairs(counts / len(values), edges, fill=True, color=color, alpha=0.6, label=name)
    for point in layer.points:
        if point.threshold is not None:
            axes.axvline(point.threshold, color="#444b57", linewidth=0.9, linestyle="--")
            axes.annotate(
                f"{100 * point.rate:g} %",
                (point.threshold, 1),
                xycoords=("data", "axes fraction"),
                xytext=(2, 2),
                textcoords="offset points",
                fontsize=8,
            )
    _scale(axes, layer)
    axes.set(
        yscale="log", xlabel="score of the layer; dashed: false-alarm rates", ylabel="fraction of the class"
    )
    axes.margins(y=0.25)  # room for the legend
    axes.legend(loc="upper right", ncol=2)
    return figure


def _is_skewed(layer: EvaluatedLayer) -> bool:
    """Whether most scores would lie at the very left of an even axis."""
    middle = float(np.median(layer.labeled.background))
    return layer.low > 0 and middle < 0.05


def _scale(axes: Any, layer: EvaluatedLayer) -> None:
    axes.set(xscale="log" if _is_skewed(layer) else "linear", xlim=(layer.low, layer.high))


def _apart(*coordinates: Array) -> Array:
    """Return which points of a curve can be told from the one before: (n,) bool, the first and last among them.

    coordinates : of the points, (n,) in 0..1 each. A curve of a large map has a point for every pixel.
    """
    cells = [np.floor(_FINENESS * values) for values in coordinates]
    kept = np.ones(len(cells[0]), dtype=bool)
    kept[1:-1] = np.any([cell[1:-1] != cell[:-2] for cell in cells], axis=0)
    return kept


def _draw_map(scores: Array, stops: Sequence[Stop], anomaly: Array, known: Array) -> Any:
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Patch

    rows, columns = scores.shape
    figure, axes = new_figure(9, min(max(6.2 * rows / columns, 3), 10))
    axes.set_anchor("W")  # the legend stands at its right
    # Of a map with more pixels than the picture can show, the highest score of each square, so that none is lost.
    side = -(-max(rows, columns) // _MAP_PIXELS)
    shown = _reduced(np.fmax, scores, side)
    high, wide = shown.shape
    extent = (-0.5, side * wide - 0.5, side * high - 0.5, -0.5)
    axes.set_facecolor(_GROUND)
    axes.imshow(paint(shown, stops), interpolation="nearest", extent=extent)
    unknown = ~_reduced(np.logical_or, known, side)
    handles = [
        Patch(facecolor=stop.color if stop.alpha else _GROUND, edgecolor="#888888", label=stop.label)
        for stop in reversed(stops)
    ]
    if unknown.any():
        veil = np.zeros((high, wide, 4), np.uint8)
        veil[unknown] = _UNKNOWN
        axes.imshow(veil, interpolation="nearest", extent=extent)
        handles.append(Patch(facecolor="#8c919b", label="without truth"))
    corners = _outline(_reduced(np.logical_or, anomaly, side))
    axes.add_collection(LineCollection(list(side * corners - 0.5), colors=_OUTLINE, linewidths=1))
    handles.append(Patch(facecolor="none", edgecolor=_OUTLINE, label="anomalies of the truth"))
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), xlabel="column", ylabel="row")
    title = f"Highest score of {side} x {side} pixels" if side > 1 else "Score"
    axes.legend(
        handles=handles, title=title, loc="upper left", bbox_to_anchor=(1.01, 1), fontsize=8, frameon=False
    )
    return figure


def _reduced(join: Any, values: Array, side: int) -> Array:
    """Return what `join` makes of each square of `side` x `side` values."""
    tops, lefts = (np.arange(0, size, side) for size in values.shape)
    return np.asarray(join.reduceat(join.reduceat(values, tops, axis=0), lefts, axis=1))


def _outline(marked: Array) -> Array:
    """Return lines around marked pixels, one away so that they stay seen: (n, 2, 2) columns and rows of corners."""
    padded = np.pad(marked, 2)
    grown = padded.copy()
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            grown |= np.roll(padded, (down, across), axis=(0, 1))
    row, column = np.nonzero(grown[1:] != grown[:-1])
    lying = np.stack([np.stack([column, row + 1], 1), np.stack([column + 1, row + 1], 1)], 1)
    row, column = np.nonzero(grown[:, 1:] != grown[:, :-1])
    standing = np.stack([np.stack([column + 1, row], 1), np.stack([column + 1, row + 1], 1)], 1)
    return np.asarray(np.concatenate([lying, standing]) - 2.0)
