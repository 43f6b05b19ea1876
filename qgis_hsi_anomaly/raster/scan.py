"""One pass over a raster: which bands carry anything, and which pixels are valid in all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Tuple

import numpy as np

from ..core.cube import Array
from ..core.run import ALONE, Run
from ..core.threads import ahead
from .rows import RasterRows


@dataclass(frozen=True)
class Scan:
    """What a pass over the pixels found.

    empty, constant : (bands,) bool: without a valid value; with a single one.
    valid : (rows, columns) bool, valid in every band that is kept.
    band_pixels : (bands,) int, valid values of each band.
    coarse : (bands,) bool: values differ so little, for their size, that float32 blurs them.
    """

    empty: Array
    constant: Array
    valid: Array
    band_pixels: Array
    coarse: Array


LEVELS = 2**12
"""A band whose range is less than this fraction of its values is coarse: float32 leaves it so many steps."""


def scan(source: RasterRows, budget: int, drop: bool = True, run: Run = ALONE) -> Scan:
    """Scan the bands of `source` once, in spans of at most `budget` bytes.

    drop : leave empty and constant bands out of the valid-pixel mask; else all bands count.
    Valid bands are counted at every pixel, and each band's valid pixels, so the mask follows without
    knowing beforehand which bands are empty.
    """
    bands = len(source.numbers)
    counts = np.zeros((source.rows, source.columns), dtype=np.uint16)
    band_pixels = np.zeros(bands, dtype=np.int64)
    low, high = np.full(bands, np.inf), np.full(bands, -np.inf)
    rounded = np.zeros(bands, dtype=bool)
    # Where every value is valid, only bands that may be constant still need a look.
    every = source.rounds or not source.always_valid

    def look(span: Tuple[int, int]) -> Optional[Tuple[int, int, List[int], Array, Optional[Array]]]:
        chosen = list(range(bands)) if every else [int(band) for band in np.flatnonzero(~(low < high))]
        if not chosen:
            return None
        values = source.read(*span, chosen)
        return (*span, chosen, values, source.invalid(values, span[0], chosen))

    spans = source.spans(0, source.rows, budget // 16)
    for seen_rows in ahead(look, spans) if every else map(look, spans):
        if seen_rows is None:
            break
        start, stop, chosen, values, invalid = seen_rows
        if not source.always_valid:
            if invalid is None:
                counts[start:stop] = bands
                band_pixels += (stop - start) * source.columns
            else:
                counts[start:stop] = bands - np.count_nonzero(invalid, axis=1)
                band_pixels += (stop - start) * source.columns - np.count_nonzero(invalid, axis=(0, 2))
        for index, band in enumerate(chosen):
            if low[band] < high[band] and not source.rounds:
                continue
            seen = values[:, index] if invalid is None else values[:, index][~invalid[:, index]]
            if seen.size and source.rounds:
                seen = seen.astype(np.float64) * source.scale[band] + source.offset[band]
                rounded[band] = rounded[band] or bool((seen.astype(np.float32) != seen).any())
            if seen.size:
                low[band], high[band] = min(low[band], seen.min()), max(high[band], seen.max())
        run.update(stop / source.rows)
    if source.always_valid:
        counts[:] = bands
        band_pixels[:] = source.rows * source.columns
    empty, constant = band_pixels == 0, low == high
    coarse = rounded & ((high - low) * LEVELS < np.maximum(np.abs(low), np.abs(high))) & ~constant & ~empty
    if not drop:
        return Scan(empty, constant, counts == bands, band_pixels, coarse)
    # Constant bands with gaps of their own were counted; their gaps must not cost pixels.
    gappy = np.flatnonzero(constant & (band_pixels < counts.size))
    if len(gappy):
        for start, stop in source.spans(0, source.rows, budget // 8):
            values = source.read(start, stop, list(gappy))
            invalid = source.invalid(values, start, list(gappy))
            gaps = 0 if invalid is None else np.count_nonzero(invalid, axis=1)
            counts[start:stop] -= (len(gappy) - np.asarray(gaps)).astype(np.uint16)
            run.update(stop / source.rows)
    return Scan(empty, constant, counts == bands - empty.sum() - len(gappy), band_pixels, coarse)
