"""Between which values a raster's colors are stretched, from an even sample of its rows."""

from __future__ import annotations

from typing import Sequence, Tuple

import numpy as np

from ..core.cube import Array
from .dataset import open_dataset
from .rows import RasterRows

_MOST = 2**19
"""Pixels that are looked at, about."""


def color_range(path: str, bands: Sequence[int], shares: Tuple[float, float]) -> Array:
    """Return two quantiles of each band, (2, bands) float64 in the file's scaled values; NaN where all is nodata.

    bands : numbers, from 1. shares : of the pixels below the two. Raises RasterError.
    """
    rows = RasterRows(open_dataset(path), path, bands)
    every = max(1, rows.rows * rows.columns // _MOST)
    lines = []
    for row in range(every // 2, rows.rows, every):
        values = rows.read(row, row + 1)
        line = rows.measured(values).astype(np.float64)
        invalid = rows.invalid(values, row)
        if invalid is not None:
            line[invalid] = np.nan
        lines.append(line[0])
    sample = np.concatenate(lines, axis=1)
    known = sample[:, np.isfinite(sample).all(axis=0)]
    if not known.size:
        return np.full((2, len(bands)), np.nan)
    return np.asarray(np.quantile(known, shares, axis=1))
