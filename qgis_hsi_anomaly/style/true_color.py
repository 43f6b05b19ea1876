"""True color: the bands nearest to red, green and blue, of cubes that QGIS would show by their first three bands."""

from __future__ import annotations

from typing import Optional, Tuple

import numpy as np

from ..core.cube import Array, Cube
from .files import raster_style_file

NATURAL = {"red": 650.0, "green": 550.0, "blue": 470.0}
"""Wavelengths in nanometers."""
CUT = (0.02, 0.98)
"""Quantiles that become black and full color."""
_FARTHEST = 40.0
"""Nanometers that a band may be away from its color: what sees no blue has no true color."""
_MOST = 2**19
"""Pixels that the quantiles are taken of, about."""


def true_color_bands(wavelengths: Optional[Array]) -> Optional[Tuple[int, int, int]]:
    """Return the positions, from 0, of the red, green and blue band; None where a color has none.

    wavelengths : (bands,) nanometers, NaN or None where they are not known.
    """
    if wavelengths is None or not np.isfinite(wavelengths).any():
        return None
    away = [np.abs(np.where(np.isfinite(wavelengths), wavelengths, np.inf) - nm) for nm in NATURAL.values()]
    red, green, blue = (int(distances.argmin()) for distances in away)
    if any(distances.min() > _FARTHEST for distances in away) or len({red, green, blue}) < 3:
        return None
    return red, green, blue


def true_color_style(cube: Cube, raster: str) -> str:
    """Return the content of the style file of a raster with a cube's bands; empty where it has no true color.

    Each color from its 2 % to its 98 % quantile over the valid pixels. raster : the file.
    """
    bands = true_color_bands(cube.wavelengths)
    if bands is None or not cube.valid.any():
        return ""
    low, high = np.quantile(_colors(cube, bands), CUT, axis=0).tolist()
    entries = "".join(f'{color}Band="{band + 1}" ' for color, band in zip(NATURAL, bands))
    enhancements = "".join(
        f"<{color}ContrastEnhancement><minValue>{least!r}</minValue><maxValue>{most!r}</maxValue>"
        f"<algorithm>StretchToMinimumMaximum</algorithm></{color}ContrastEnhancement>"
        for color, least, most in zip(NATURAL, low, high)
    )
    origin = (
        "<minMaxOrigin><limits>CumulativeCut</limits><extent>WholeRaster</extent>"
        f"<cumulativeCutLower>{CUT[0]}</cumulativeCutLower><cumulativeCutUpper>{CUT[1]}</cumulativeCutUpper>"
        "</minMaxOrigin>"
    )
    return raster_style_file(
        raster,
        f'<rasterrenderer type="multibandcolor" {entries}opacity="1" alphaBand="-1"><rasterTransparency/>'
        f"{origin}{enhancements}</rasterrenderer>",
    )


def _colors(cube: Cube, bands: Tuple[int, int, int]) -> Array:
    """Return red, green and blue of valid pixels, (n, 3): of all rows, or evenly drawn ones of a large cube."""
    rows = np.flatnonzero(cube.valid.any(axis=1))
    every = max(1, len(rows) * cube.columns // _MOST)
    found = [cube.read_rows(row, row + 1)[0][cube.valid[row]][:, bands] for row in map(int, rows[::every])]
    return np.concatenate(found)
