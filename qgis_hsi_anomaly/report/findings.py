"""The report of a search for anomalies: the map, the list of objects, and why the first of them stand out."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from ..core.cube import Array, Cube
from ..core.decisions.explanation import ExplainedScene
from ..core.decisions.objects import Objects
from ..core.decisions.threshold import Threshold
from ..style import limits, paint, true_color_bands
from .explanation import explanation_sections
from .page import new_figure, page, paragraph, picture, section, table

_MAP_PIXELS = 1000
_NUMBERED = 40
"""Objects that have their number beside them on the map."""
_LISTED = 100

_COLUMNS = {
    "rank": "Rank",
    "pixels": "Pixels",
    "area_m2": "Area, m²",
    "score_max": "Highest score",
    "p_value": "p-value",
    "agreement": "Agreement",
    "longitude": "Longitude",
    "latitude": "Latitude",
    "bands": "Leading bands (of the mean spectrum)",
}
"""Fields that the list shows."""


@dataclass(frozen=True)
class Findings:
    """What a search found.

    scene : name. detector, label : its id and name. asked : what the threshold was chosen for, to go on "... put the
    threshold at". scores : (rows, columns), NaN where there is none. fields : of the objects, values by name.
    warnings : of the run.
    """

    scene: str
    detector: str
    label: str
    asked: str
    scores: Array
    threshold: Threshold
    objects: Objects
    fields: Dict[str, Sequence[Any]]
    warnings: Sequence[str]


def findings_report(found: Findings, cube: Cube, explained: Optional[ExplainedScene]) -> str:
    """Return the html of a search. explained : the first of the objects, None where there is none.

    Raises MissingLibraryError where matplotlib is absent.
    """
    about = (
        f"Scene <b>{html.escape(found.scene)}</b>, detector <b>{html.escape(found.label)}</b>: {len(found.objects)} "
        f"objects."
    )
    sections = [
        section("What was done", *map(paragraph, _told(found))),
        *([section("Read this first", *map(paragraph, found.warnings))] if found.warnings else []),
        section(
            "Map", picture("Map of scores with the objects outlined and numbered", _draw_map(found, cube))
        ),
        section("Objects", _list(found)),
    ]
    if explained is not None:
        lead = paragraph(
            f"The first {len(explained.objects)} objects, each with its spectrum beside those of the background, what "
            f"every band adds to its distance from the background, and what the background does not reconstruct of it."
        )
        sections += [section("Why they stand out", lead), *explanation_sections(cube, explained)]
    return page(f"Anomalies of {found.scene}", about, sections)


def _told(found: Findings) -> List[str]:
    threshold = found.threshold
    bounds = (
        "" if threshold.interval is None else " (95 % interval {:.4g} to {:.4g})".format(*threshold.interval)
    )
    done = (
        f"{found.label} gave every pixel a score; {found.asked} put the threshold at {threshold.score:.4g}{bounds}. "
        f"{threshold.flagged:,} of {threshold.pixels:,} pixels lie above it; without any anomaly about "
        f"{threshold.expected:,.3g} would."
    )
    meaning = (
        "Pixels that touch are one object, grown to where its score falls off. The p-value is the share of background "
        "pixels that would score as high as the object's highest pixel. Agreement is 1 where all members of the "
        "detector say the same and 0 where they differ by as much as the score itself. An anomaly is what is "
        "unusual in this scene, not what is wanted: look at each in the image before you act on it."
    )
    return [done, meaning]


def _list(found: Findings) -> str:
    if not len(found.objects):
        return paragraph(
            "No object lies above the threshold. Raise the false-alarm rate to see the next candidates."
        )
    shown = min(len(found.objects), _LISTED)
    names = [name for name in _COLUMNS if any(value is not None for value in found.fields[name][:shown])]
    rows = [
        ["" if found.fields[name][i] is None else found.fields[name][i] for name in names]
        for i in range(shown)
    ]
    more = len(found.objects) - shown
    rest = paragraph(f"{more} more are in the objects layer.") if more else ""
    return (
        table(
            [[_text(name, value) for name, value in zip(names, row)] for row in rows],
            [_COLUMNS[n] for n in names],
        )
        + rest
    )


def _text(name: str, value: Any) -> Any:
    if name in ("longitude", "latitude") and value != "":
        return f"{value:.6f}"
    return value


def _draw_map(found: Findings, cube: Cube) -> Any:
    scores, objects = found.scores, found.objects
    rows, columns = scores.shape
    figure, axes = new_figure(9, min(max(9 * rows / columns, 3), 12))
    # Of a scene with more pixels than the picture can show, the highest score of each square, so that none is lost.
    side = -(-max(rows, columns) // _MAP_PIXELS)
    tops, lefts = np.arange(0, rows, side), np.arange(0, columns, side)
    with np.errstate(invalid="ignore"):
        shown = np.fmax.reduceat(np.fmax.reduceat(scores, tops, axis=0), lefts, axis=1)
    extent = (-0.5, side * len(lefts) - 0.5, side * len(tops) - 0.5, -0.5)
    axes.imshow(_ground(cube, tops, lefts), extent=extent, interpolation="nearest")
    axes.imshow(paint(shown, limits(scores, found.detector)), extent=extent, interpolation="nearest")
    for index in range(min(len(objects), _NUMBERED)):
        axes.annotate(
            f"{index + 1}",
            (objects.column[index], objects.row[index]),
            xytext=(7, -7),
            textcoords="offset points",
            color="white",
            fontsize=8,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "black", "edgecolor": "none", "alpha": 0.7},
        )
    axes.scatter(objects.column, objects.row, s=90, facecolors="none", edgecolors="#39d0ff", linewidths=1.0)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), xlabel="column", ylabel="row")
    return figure


def _ground(cube: Cube, rows: Array, columns: Array) -> Array:
    """Return the scene at rows and columns, 0 to 1: in true color, or one band where wavelengths are not known."""
    chosen = _colors(cube)
    pixels = np.concatenate(
        [
            cube.read_rows(block_rows[0], block_rows[-1] + 1)[block_rows - block_rows[0]][:, columns][
                ..., chosen
            ]
            for block_rows in np.array_split(rows, max(1, len(rows) * cube.columns * cube.bands // 2**24))
            if len(block_rows)
        ]
    ).astype(np.float64)
    valid = cube.valid[np.ix_(rows, columns)]
    ground = np.ones((*valid.shape, 3))
    for channel in range(3):
        low, high = np.quantile(pixels[valid][:, channel], [0.02, 0.98])
        ground[valid, channel] = np.clip((pixels[valid][:, channel] - low) / max(high - low, 1e-12), 0, 1)
    return ground


def _colors(cube: Cube) -> Tuple[int, int, int]:
    """Return positions of the bands shown as red, green and blue."""
    found = true_color_bands(cube.wavelengths)
    middle = cube.bands // 2
    return (middle, middle, middle) if found is None else found
