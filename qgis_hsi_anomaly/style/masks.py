"""Masks: what is flagged in one color, all else see-through."""

from __future__ import annotations

from .files import raster_style_file

FLAGGED = "#00e5ff"
"""Neither a color of the scores nor one of soil, plants or roofs."""


def mask_style(raster: str) -> str:
    """Return the content of the style file of a mask: 1 flagged, 0 not, 255 without a score. raster : its file."""
    # Values that are not listed are not drawn.
    return raster_style_file(
        raster,
        '<rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1"><rasterTransparency/>'
        f'<colorPalette><paletteEntry value="1" color="{FLAGGED}" alpha="255" label="flagged"/></colorPalette>'
        "</rasterrenderer>",
    )
