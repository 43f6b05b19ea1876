"""What a careful analyst would say of a scene, of a mask of alarms, or of targets and windows, before trusting them."""

from __future__ import annotations

from typing import List, Sequence, Tuple

import numpy as np

from .bands import numbers_text
from .cube import Array, Cube
from .run import ALONE, Run

LEAST_PIXELS = 10
"""Background pixels for each band. With two, half of the signal-to-noise ratio is lost in the mean (I. S. Reed, J. D.
Mallett, L. E. Brennan, IEEE Trans. AES 10, 1974), and targets among them cost more."""
MOST_FLAGGED = 0.03
"""Share of the pixels beyond which they are hardly anomalies."""
_AGREEMENT = 0.6
"""Of a column, share of pixels that stand out between their neighbors on one side, less those on the other. In 14 real
scenes without stripes it is at most .41 in any band, in two with stripes .69 and .70."""
_DEVIATIONS = 6
"""Standard deviations of noise that it must exceed too, which takes 24 rows: of columns and bands there are many."""
_WINDOWS, _HEIGHT = 4, 16
"""Rows that are looked at: so many spans of so many."""
_SATURATED = 1e-3
_PILE = 5
"""At saturation, so many times as many pixels have the largest value as the second largest."""
_LEAST_SATURATED = 10


def check_scene(cube: Cube, run: Run = ALONE, learning: bool = True) -> None:
    """Warn of what makes scores of a scene less trustworthy: few pixels, stripes, saturation.

    Looks at 64 rows at most. learning : whether the background is learned here. Raises Cancelled.
    """
    sentences = [few_pixels(int(np.count_nonzero(cube.background)), cube.bands)] if learning else []
    pixels, valid = _sample(cube, run)
    sentences += [stripes(pixels, valid, cube.band_numbers), saturation(pixels, valid, cube.band_numbers)]
    for sentence in sentences:
        if sentence:
            run.warning(sentence)


def few_pixels(pixels: int, bands: int) -> str:
    """Return the sentence where the background has fewer than `LEAST_PIXELS` pixels a band; else an empty one."""
    if pixels >= LEAST_PIXELS * bands:
        return ""
    return (
        f"The background has {pixels / bands:.1f} pixels for each of the {bands} bands used, fewer than "
        f"{LEAST_PIXELS}: what is learned from so few is unsure. Use fewer bands, a larger background, or a "
        "regularized detector."
    )


def many_flagged(flagged: int, pixels: int) -> str:
    """Return the sentence where more than `MOST_FLAGGED` of all pixels are flagged; else an empty one."""
    if flagged <= MOST_FLAGGED * pixels:
        return ""
    return (
        f"{100 * flagged / pixels:.1f} % of the pixels are flagged, more than {100 * MOST_FLAGGED:.0f} %: anomalies "
        "are rare, so these are mostly background. Ask for a lower rate, or look whether the scene holds several "
        "kinds of surface that a local detector would tell apart."
    )


def wider_than_guard(widths: Sequence[int], guard: int) -> str:
    """Return the sentence where targets reach beyond the guard window; else an empty one.

    widths : of the targets, pixels: the longer side of the rectangle around each. guard : width of the inner window.
    """
    wider = [width for width in widths if width > guard]
    if not wider:
        return ""
    targets = "1 object is" if len(wider) == 1 else f"{len(wider)} objects are"
    odd = max(wider) + 1 - max(wider) % 2
    return (
        f"{targets} wider than the inner window of {guard} pixels (the widest {max(wider)}): such targets reach into "
        f"their own background and score too low. Use INNER_WINDOW {odd} and a larger OUTER_WINDOW, or a detector for "
        "the whole scene."
    )


def stripes(pixels: Array, valid: Array, numbers: Array) -> str:
    """Return the sentence where columns lie above or below their neighbors nearly throughout; else an empty one.

    pixels : (rows, columns, bands). valid : (rows, columns) bool. numbers : of the bands, (bands,) int.
    In each column and band the pixels that lie above both neighbors in their row are counted, and those that lie below
    both: without a stripe there are as many of these as of those, however rough the scene is, and at the edge of a
    field there are few of either.
    """
    if pixels.shape[1] < 3:
        return ""
    inside = valid[:, 1:-1] & valid[:, :-2] & valid[:, 2:]
    counts = inside.sum(axis=0)
    agreement = np.zeros((pixels.shape[1] - 2, pixels.shape[2]), dtype=np.int16)
    for row, here in zip(pixels, inside):
        left, middle, right = row[:-2], row[1:-1], row[2:]
        peak, dip = (middle > left) & (middle > right), (middle < left) & (middle < right)
        agreement += (peak & here[:, None]).astype(np.int16) - (dip & here[:, None])
    # Of noise, a third of the pixels lie above both neighbors and a third below: a variance of 2/3 a pixel.
    least = np.maximum(_AGREEMENT * counts, _DEVIATIONS * np.sqrt(counts * 2 / 3))
    striped = (np.abs(agreement) >= least[:, None]) & (counts > 0)[:, None]
    if not striped.any():
        return ""
    bands = [int(number) for number in numbers[striped.any(axis=0)]]
    columns = np.flatnonzero(striped.any(axis=1)) + 1
    listed = numbers_text([int(number) for number in columns])
    where = f"column {listed}" if len(columns) == 1 else f"columns {listed}"
    return (
        f"Stripes along columns, in {_bands(bands)} at {where} (columns count from 0): they can raise false "
        "alarms that stand in a line. Leave these bands out with BANDS, or remove the stripes first."
    )


def saturation(pixels: Array, valid: Array, numbers: Array) -> str:
    """Return the sentence where many pixels of a band share its largest value; else an empty one.

    pixels, valid, numbers : see `stripes`. Many: ten, one in a thousand, and five times as many as have the second
    largest value, since the histogram of a band that is not saturated thins out towards its end.
    """
    seen = pixels[valid]
    if not len(seen):
        return ""
    largest = seen.max(axis=0)
    saturated = seen == largest
    counts = saturated.sum(axis=0)
    suspects = np.flatnonzero(
        (counts >= _LEAST_SATURATED) & (counts >= _SATURATED * len(seen)) & (counts < len(seen))
    )
    found = []
    for band in suspects:
        below = seen[~saturated[:, band], band]
        if counts[band] >= _PILE * np.count_nonzero(below == below.max()):
            found.append(int(band))
    if not found:
        return ""
    worst = max(found, key=lambda band: int(counts[band]))
    share = 100 * counts[worst] / len(seen)
    bands = [int(numbers[band]) for band in found]
    return (
        f"Saturation: many pixels share the largest value of a band, in {_bands(bands)} "
        f"(band {int(numbers[worst])}: {share:.1f} % at {largest[worst]:g}). What is brighter than that cannot be told "
        "apart; leave these bands out with BANDS."
    )


def _bands(numbers: Sequence[int]) -> str:
    listed = numbers_text(sorted(numbers))
    return f"band {listed}" if len(numbers) == 1 else f"bands {listed}"


def _sample(cube: Cube, run: Run) -> Tuple[Array, Array]:
    """Return some rows of a cube, spread from top to bottom: pixels (rows, columns, bands) and where they are valid."""
    height = min(max(cube.memory_budget // (cube.columns * cube.bands * 16 * _WINDOWS), 1), _HEIGHT)
    if cube.rows <= _WINDOWS * height:
        spans = [(start, min(start + height, cube.rows)) for start in range(0, cube.rows, height)]
    else:
        starts = np.linspace(0, cube.rows - height, _WINDOWS).astype(int)
        spans = [(int(start), int(start) + height) for start in starts]
    pixels: List[Array] = []
    for start, stop in spans:
        run.check_cancelled()
        pixels.append(cube.read_rows(start, stop))
    return np.concatenate(pixels), np.concatenate([cube.valid[start:stop] for start, stop in spans])
