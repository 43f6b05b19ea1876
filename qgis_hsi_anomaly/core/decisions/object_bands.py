"""The bands that set an object apart from the background."""

from __future__ import annotations

from typing import List

import numpy as np

from ..cube import Array, Cube
from ..detectors.rx import RX
from ..run import ALONE, Run
from .explanation import band_shares, strongest_bands
from .objects import Objects


def leading_bands(cube: Cube, objects: Objects, run: Run = ALONE) -> List[List[int]]:
    """Return, for each object, the positions of the bands that contribute most to its mean spectrum's RX score.

    Largest first; empty where no pixel of the object is valid in the cube.
    """
    background = RX().fit(cube, run.part(0, 0.5))
    spectra = object_spectra(cube, objects, run.part(0.5, 1))
    known = np.isfinite(spectra[:, 0])
    shares = np.zeros_like(spectra)
    shares[known] = band_shares(spectra[known], background)
    return [strongest_bands(share) for share in shares]


def object_spectra(cube: Cube, objects: Objects, run: Run = ALONE) -> Array:
    """Return the mean spectra of objects over their valid pixels, (n, bands) float64, NaN where there are none."""
    sums, counts = np.zeros((len(objects), cube.bands)), np.zeros(len(objects))
    for block in cube.blocks():
        labels = objects.rows_of_labels(block.start, block.stop)
        inside = (labels > 0) & block.valid
        order = np.argsort(labels[inside], kind="stable")
        numbers = labels[inside][order]
        if len(numbers):
            first = np.flatnonzero(np.diff(numbers, prepend=0))
            sums[numbers[first] - 1] += np.add.reduceat(
                block.pixels[inside][order].astype(np.float64), first, axis=0
            )
            counts[numbers[first] - 1] += np.diff(np.append(first, len(numbers)))
        run.update(block.stop / cube.rows)
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / counts[:, None])
