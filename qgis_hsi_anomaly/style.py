"""How score layers look: a perceptually uniform ramp, as a style file that QGIS takes for the layer beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .core.cube import Array

CUT = (0.02, 0.98)
"""Quantiles at the ends of the ramp."""

# Equal steps of lightness (CIELAB L* from 8 to 96) while the hue turns from blue over red to yellow.
RAMP = ("#001738", "#3d1a7a", "#8b197b", "#c43072", "#ed5a67", "#ff8f65", "#ffc588", "#fff3cd")

_MARK = "<!-- made by qgis_hsi_anomaly for {} -->"


def style_path(raster: str) -> str:
    """Return where QGIS looks for the style of a raster."""
    return str(Path(raster).with_suffix(".qml"))


def is_foreign(raster: str) -> bool:
    """Tell whether the style file of a raster is one that somebody else made, or made for another raster."""
    path = Path(style_path(raster))
    try:
        return path.exists() and _MARK.format(Path(raster).name).encode() not in path.read_bytes()
    except OSError:
        return True


def score_style(scores: Array, raster: str) -> str:
    """Return the content of the style file of a score layer: the ramp between two quantiles.

    scores : (rows, columns), NaN where there is none. raster : the layer's file. Empty where all scores are equal:
    there is nothing to show.
    """
    finite = scores[np.isfinite(scores)]
    low, high = (float(value) for value in np.quantile(finite, CUT)) if finite.size else (0.0, 0.0)
    if not high > low:
        return ""
    values = np.linspace(low, high, len(RAMP))
    items = "".join(
        f'<item alpha="255" value="{value!r}" label="{value:.4g}" color="{color}"/>'
        for value, color in zip(values.tolist(), RAMP)
    )
    limits = f'classificationMin="{low!r}" classificationMax="{high!r}"'
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'{_MARK.format(Path(raster).name)}\n<qgis version="3.22.0" styleCategories="Symbology"><pipe>'
        f'<rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" {limits}>'
        "<rasterTransparency/><rastershader>"
        f'<colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" minimumValue="{low!r}" '
        f'maximumValue="{high!r}">{items}</colorrampshader>'
        "</rastershader></rasterrenderer></pipe></qgis>\n"
    )
