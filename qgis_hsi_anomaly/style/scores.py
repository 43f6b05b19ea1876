"""Scores: see-through where they are ordinary, and the same color for the same share of the pixels in every map."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import List, Sequence, Tuple

import numpy as np

from ..core.cube import Array
from .files import raster_style_file

CALIBRATED = {"consensus": (0.0, 1.3, 2.3, 3.1)}
"""Detectors whose scores mean the same in every scene, with the scores the colors stand at: standard deviations, of
which a normal distribution has 50, 10, 1 and 0.1 % above."""

SHARES = (0.5, 0.1, 0.01, 0.001)
"""Shares of the pixels above the scores the colors stand at, for all other detectors."""

_CLASSES = ("highest 10 %", "highest 1 %", "highest 0.1 %")

# Blue that only tints, then red and yellow that cover: the three differ in hue from soil, plants and each other in
# lightness, so that they also stand out for who does not see colors as most people do.
_COLORS = (("#0b3d91", 0), ("#0b3d91", 64), ("#e8206c", 255), ("#fff04d", 255))

_SPREAD = ("#00a38d", "median", "highest 1 %")
"""Of the spread, which must not look like scores: one color, and what its two ends are."""

_MOST = 2**22
"""Scores that quantiles are taken of: more change nothing that can be seen."""


@dataclass(frozen=True)
class Stop:
    """A score, with the color that stands there; between two, colors are mixed.

    value : the score. color : #rrggbb. alpha : 0 is see-through, 255 covers. label : for the legend.
    """

    value: float
    color: str
    alpha: int
    label: str


def limits(scores: Array, detector: str = "") -> Tuple[Stop, ...]:
    """Return the scores at which the colors of a map stand, rising; empty where all scores are equal.

    scores : any shape, NaN where there is none. detector : id of what made them, as in their metadata
    (HSI_ANOMALY_DETECTOR). Fixed for the consensus, whose scores have a scale (`CALIBRATED`); else those that
    `SHARES` of the pixels lie above. See-through up to the first.
    """
    finite = _finite(scores)
    if not finite.size or finite.min() == finite.max():
        return ()
    fixed = CALIBRATED.get(detector)
    if fixed is not None:
        about = ("ordinary", *(f"about the {name}" for name in _CLASSES))
        return tuple(
            Stop(value, *color, f"{value:g}: {name}") for value, color, name in zip(fixed, _COLORS, about)
        )
    values = [float(value) for value in np.quantile(finite, [1 - share for share in SHARES])]
    names = ("median", *_CLASSES)
    stops = [
        Stop(value, *color, f"{value:.3g}: {name}") for value, color, name in zip(values, _COLORS, names)
    ]
    return _rising(stops, finite)


def paint(scores: Array, stops: Sequence[Stop]) -> Array:
    """Return the colors of scores as QGIS draws them, uint8 of the scores' shape and 4: red, green, blue, alpha.

    stops : of `limits`. Alpha is 0 where there is no score, and everywhere where there are no stops.
    """
    shown = np.zeros((*scores.shape, 4), dtype=np.uint8)
    if not stops:
        return shown
    values = [stop.value for stop in stops]
    colors = np.array([[*bytes.fromhex(stop.color[1:]), stop.alpha] for stop in stops], dtype=float)
    known = np.isfinite(scores)
    for channel in range(4):
        shown[known, channel] = np.rint(np.interp(scores[known], values, colors[:, channel]))
    return shown


def score_style(scores: Array, raster: str, detector: str = "") -> str:
    """Return the content of the style file of a score layer; empty where all scores are equal: nothing is to be shown.

    scores, detector : see `limits`. raster : the layer's file.
    """
    return _ramp(limits(scores, detector), raster)


def spread_style(spread: Array, raster: str) -> str:
    """Return the content of the style file of a spread: one color, from the median to the highest 1 %.

    spread : (rows, columns), NaN where there is none. raster : the layer's file. Empty where all are equal.
    """
    finite = _finite(spread)
    if not finite.size or finite.min() == finite.max():
        return ""
    color, low, high = _SPREAD
    ends = [float(value) for value in np.quantile(finite, [0.5, 0.99])]
    stops = [
        Stop(ends[0], color, 0, f"{ends[0]:.3g}: {low}"),
        Stop(ends[1], color, 255, f"{ends[1]:.3g}: {high}"),
    ]
    return _ramp(_rising(stops, finite), raster)


def _finite(scores: Array) -> Array:
    """Return finite scores, evenly drawn where there are very many; (n,)."""
    finite = scores[np.isfinite(scores)]
    return np.asarray(finite[:: -(-max(finite.size, 1) // _MOST)])


def _rising(stops: Sequence[Stop], finite: Array) -> Tuple[Stop, ...]:
    """Return stops of which each lies above the one before: many equal scores make quantiles fall together."""
    lowest = stops[0]
    rising: List[Stop] = []
    for stop in stops[1:]:
        # Ties at the bottom are ordinary. Those above have the color of the highest class that they reach.
        if rising and rising[-1].value == stop.value:
            rising.pop()
        if stop.value > lowest.value:
            rising.append(stop)
    if not rising:
        top = float(finite.max())
        rising.append(Stop(top, stops[-1].color, stops[-1].alpha, f"{top:.3g}: highest"))
        if not top > lowest.value:  # the lowest score is the rare one
            return ()
    return (lowest, *rising)


def _ramp(stops: Sequence[Stop], raster: str) -> str:
    """Return the content of the style file of a raster that is colored between stops; empty without stops."""
    if not stops:
        return ""
    low, high = stops[0].value, stops[-1].value
    items: List[str] = [
        f'<item alpha="{stop.alpha}" value="{stop.value!r}" label="{escape(stop.label)}" color="{stop.color}"/>'
        for stop in stops
    ]
    return raster_style_file(
        raster,
        '<rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" '
        f'classificationMin="{low!r}" classificationMax="{high!r}"><rasterTransparency/><rastershader>'
        '<colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" '
        f'minimumValue="{low!r}" maximumValue="{high!r}">{"".join(items)}'
        # Each class in the legend, with what it means, instead of a bar with its two ends.
        '<rampLegendSettings useContinuousLegend="0"/></colorrampshader></rastershader></rasterrenderer>',
    )
