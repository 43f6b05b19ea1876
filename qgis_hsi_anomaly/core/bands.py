"""Bands of a raster: what is known of them, their numbers in words, and which of them a model needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

import numpy as np

from .cube import Array
from .errors import ModelError, ParameterError
from .parameters import parse_numbers


@dataclass(frozen=True)
class BandTable:
    """The bands of a file, all of them, in order.

    names : as the file has them. wavelengths, fwhm : (bands,) float64 in nanometers, NaN where unknown.
    bad : (bands,) bool, marked bad in the file. mask : (bands,) bool, an alpha band and no image.
    """

    names: Tuple[str, ...]
    wavelengths: Array
    fwhm: Array
    bad: Array
    mask: Array

    @property
    def numbers(self) -> Array:
        """Numbers of the bands that may be used, (n,) int, from 1: neither bad nor a mask."""
        return np.asarray(np.flatnonzero(~self.bad & ~self.mask) + 1)


def numbers_text(numbers: Sequence[int]) -> str:
    """Return numbers in short, as the BANDS option takes them.

    >>> numbers_text([1, 5, 6, 7])
    '1,5-7'
    """
    runs: List[List[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def parse_bands(text: str) -> List[int]:
    """Return band numbers from a list such as `1,2,5-40`. Raises ParameterError where it is none.

    >>> parse_bands("1,5-7")
    [1, 5, 6, 7]
    """
    try:
        return parse_numbers(text)
    except ValueError as error:
        raise ParameterError(
            f"BANDS must be a list such as 1,2,5-40; got {text[:200]!r}: {error}."
        ) from error


def match_bands(
    wavelengths: Optional[Sequence[float]], band_numbers: Sequence[int], raster_bands: int, table: BandTable
) -> List[int]:
    """Return the numbers of a raster's bands that a model needs, in the model's order.

    wavelengths (nanometers), band_numbers : of the bands the model was fitted on. raster_bands : how many bands
    the raster it was fitted on had, used or not.
    Where both know wavelengths, these decide: for every band of the model the nearest of the raster, no
    farther than half the model's band spacing there, or half the raster's band width. Else a raster of as many
    bands as the model's is taken to have the same, and gives those of the same numbers; another raster must
    have as many usable bands as the model uses.
    Raises ModelError, with both lists, where none fits.
    """
    usable = table.numbers
    known = usable[np.isfinite(table.wavelengths[usable - 1])]
    if wavelengths is not None and len(known):
        wanted = np.asarray(wavelengths, dtype=np.float64)
        offered = table.wavelengths[known - 1]
        nearest = nearest_bands(wanted, offered, table.fwhm[known - 1])
        if (nearest >= 0).all():
            return [int(number) for number in known[nearest]]
        raise ModelError(
            f"The raster does not have the model's bands: the model needs {_in_short(wanted)} nm, "
            f"the raster has {_in_short(offered)} nm."
        )
    if len(table.names) == raster_bands:
        if set(band_numbers) <= set(usable.tolist()):
            return list(band_numbers)
    elif len(usable) == len(band_numbers):
        return [int(number) for number in usable]
    raise ModelError(
        f"The raster does not have the model's bands: the model was fitted on {len(band_numbers)} bands "
        f"(numbers {numbers_text(band_numbers)} of {raster_bands}), the raster has {len(usable)} usable ones "
        f"(numbers {numbers_text([int(number) for number in usable])} of {len(table.names)})."
    )


def nearest_bands(wanted: Array, offered: Array, fwhm: Array) -> Array:
    """Return for every wavelength wanted (n,) the place of the nearest of those offered (m,), -1 where none is near.

    Near is no farther than half the spacing of those wanted there, or half the offered band's width, `fwhm` (m,), NaN
    where unknown; all in nanometers. An offered band is nearest to one alone.
    """
    distances = np.abs(wanted[:, None] - offered[None, :])
    nearest = distances.argmin(axis=1)
    distance = distances[np.arange(len(wanted)), nearest]
    near = distance <= np.fmax(_half_spacing(wanted), fwhm[nearest] / 2)
    best = np.full(len(offered), np.inf)
    np.minimum.at(best, nearest, distance)
    near &= distance == best[nearest]
    # Of two equally near ones the first.
    taken = np.unique(nearest[near], return_index=True)[1]
    found = np.full(len(wanted), -1)
    chosen = np.flatnonzero(near)[taken]
    found[chosen] = nearest[chosen]
    return found


def _half_spacing(wavelengths: Array) -> Array:
    """Half the distance of every wavelength to the nearest other one."""
    if len(wavelengths) < 2:
        return np.zeros(len(wavelengths))
    order = np.argsort(wavelengths)
    gaps = np.diff(wavelengths[order])
    half = np.empty(len(wavelengths))
    half[order] = np.minimum(np.append(gaps, np.inf), np.append(np.inf, gaps)) / 2
    return half


def _in_short(wavelengths: Array) -> str:
    texts = [f"{value:g}" for value in wavelengths]
    shown = texts if len(texts) <= 8 else [*texts[:4], "...", *texts[-3:]]
    return f"{len(texts)} bands at {', '.join(shown)}"
