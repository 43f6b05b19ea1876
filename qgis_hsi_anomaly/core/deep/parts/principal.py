"""The leading principal components of a cube, partly whitened, as a cube: what score matching learns from."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterator

import numpy as np

from ...cube import Array, Cube
from ...numerics.statistics import gather_moments, principal_axes
from ...run import ALONE, Run
from ..scene import Rows, Scene

WHITENING_STRENGTH = 0.75
"""1 whitens fully, 0 not at all: a variance v, in units of the last component's, becomes v^(1 - WHITENING_STRENGTH).
Full whitening gives noisy components the weight of the leading ones."""
FLOOR = 1e-12
"""Fraction of the largest variance that every component counts as having at least."""


class PrincipalCube(Cube):
    """Partly whitened principal components of a source cube's pixels, read and projected a few rows at a time.

    source : the cube. axes : (bands, components). origin : (components,), what axes make of the mean.
    """

    def __init__(self, source: Cube, axes: Array, origin: Array) -> None:
        self.source, self.axes, self.origin = source, axes, origin
        self.rows, self.columns, self.bands = source.rows, source.columns, axes.shape[1]
        self.valid, self.background = source.valid, source.background
        self.band_numbers, self.raster_bands = np.arange(1, self.bands + 1), self.bands
        self.memory_budget, self.block_rows = source.memory_budget, source.block_rows

    def read_rows(self, start: int, stop: int) -> Array:
        """Return rows [start, stop) as (stop - start, columns, components) float32, 0 where not valid."""
        found = np.zeros((stop - start, self.columns, self.bands), dtype=np.float32)
        height = self.source.block_height()
        for low in range(start, stop, height):
            high = min(low + height, stop)
            part = self.source.read_rows(low, high).astype(np.float64) @ self.axes - self.origin
            found[low - start : high - start] = part * self.valid[low:high, :, None]
        return found


def whitened_axes(cube: Cube, components: int, run: Run = ALONE) -> Array:
    """Return axes and, in the last row, origin of a cube's partly whitened components, (bands + 1, components) float64.

    From the Ledoit-Wolf covariance of the background pixels of all processes.
    """
    sums = gather_moments(cube, run)
    covariance, _ = sums.ledoit_wolf()
    axes = principal_axes(covariance, components)
    variances = np.einsum("ij,ij->j", axes, covariance @ axes)
    variances = np.maximum(variances, variances[0] * FLOOR)
    axes = axes / np.sqrt(variances) * (variances / variances.min()) ** ((1 - WHITENING_STRENGTH) / 2)
    return np.concatenate([axes, (sums.mean @ axes)[None]])


class DoubleScene(Scene):
    """A scene whose rows are float64: what sums over them is the same to 1e-12 however they are cut."""

    def rows(self) -> Iterator[Rows]:
        """Walk over this process's rows in blocks with a halo."""
        for rows in super().rows():
            yield replace(rows, pixels=rows.pixels.double())


def principal_scene(scene: Scene, axes: Array, run: Run) -> Scene:
    """Return the same pixels' principal components; axes as `whitened_axes` gives them."""
    return DoubleScene(PrincipalCube(scene.cube, axes[:-1], axes[-1]), scene.mask, (0.0, 1.0), run)
