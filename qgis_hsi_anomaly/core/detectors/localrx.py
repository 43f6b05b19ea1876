"""Local RX: squared Mahalanobis distance of a pixel from the ring of pixels around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..cube import Array, Cube
from ..numerics.linear_systems import diagonal_places, products, solve_packed
from ..numerics.statistics import REGULARIZATIONS, RIDGE, Components, principal_components
from ..numerics.windows import DualWindow, Tile, ring_sums, score_windows, window_memory
from ..parameters import choice, integer
from ..run import ALONE, Run
from .base import Background, Detector, Group

_TILE = 32
_FLOOR = 1e-12


@dataclass(frozen=True)
class LocalRX(Detector):
    """Score (x - m)' S^-1 (x - m), with mean m and covariance S of the pixel's ring (see `neighborhood`).

    I. S. Reed, X. Yu, IEEE Trans. ASSP 38 (1990) 1760-1770, with the dual window of H. Kwon, S. Z. Der,
    N. M. Nasrabadi, Optical Engineering 42 (2003) 3342-3351. In p global principal components; sums of the
    components and of their p (p + 1) / 2 products over the windows: time O(p^2 window + p^3) a pixel.

    Departures: a ring of n < 2p valid pixels is filled up to 2p with pixels distributed as the whole
    background (their mean and covariance are added, not drawn), so a pixel without any valid neighbor is
    compared with the scene; 1e-12 of a component's global variance is added to its local one, so that a
    ring without variance keeps an inverse.
    """

    id: ClassVar[str] = "localrx"
    label: ClassVar[str] = "RX (local, dual window)"
    short_label: ClassVar[str] = "Local RX"
    group: ClassVar[Group] = Group.STATISTICAL
    order: ClassVar[int] = 2
    local: ClassVar[bool] = True
    summary: ClassVar[str] = (
        "Squared Mahalanobis distance of every pixel from the ring of pixels around it. Finds small targets in "
        "scenes whose background changes from place to place. The inner window must be larger than the largest "
        "target: a target that reaches into the ring becomes background."
    )
    source: ClassVar[str] = (
        "I. S. Reed and X. Yu, IEEE Trans. ASSP 38(10), 1990, doi:10.1109/29.60107; "
        "H. Kwon et al., Optical Engineering 42(11), 2003, doi:10.1117/1.1614265"
    )
    can_save: ClassVar[bool] = False

    inner_window: int = integer(
        11,
        "Inner window (guard)",
        "Width of the window around a pixel that is kept out of its background; odd, and wider than the largest "
        "target.",
        minimum=1,
        odd=True,
        unit="pixels",
    )
    outer_window: int = integer(
        21,
        "Outer window",
        "Width of the window whose pixels, without the inner window's, are the local background; odd.",
        minimum=3,
        odd=True,
        unit="pixels",
    )
    principal_components: int = integer(
        20,
        "Principal components",
        "Number of principal components of the scene that are compared. The ring should hold at least ten times "
        "as many pixels.",
        minimum=1,
        maximum=100,
    )
    regularization: str = choice(
        "none",
        REGULARIZATIONS,
        "Regularization",
        "How a ring's covariance is kept invertible. none is the published detector; ridge adds 1e-4 of the mean "
        "variance of the components to each; ledoitwolf shrinks each ring's covariance by the amount its pixels "
        "call for.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._window()

    def _window(self) -> DualWindow:
        return DualWindow.checked(self.who(), self.inner_window, self.outer_window)

    def fit(self, cube: Cube, run: Run = ALONE) -> LocalRXBackground:
        """Find the principal components of the background pixels. DataError where nothing varies."""
        self._window().check_fits(self.id, cube)
        components = principal_components(cube, self.principal_components, run)
        return LocalRXBackground(self._window(), components, self.regularization)

    def working_memory(self, cube: Cube) -> int:
        """A row block as high as the budget lets it be, so that few rows around it are read twice.

        Wide windows may need more: a tile has a plane for every two components.
        """
        window, p = self._window(), min(self.principal_components or cube.bands, cube.bands)
        block = min(cube.memory_budget, cube.rows * cube.columns * (cube.bands * 8 + p * 24))
        thread = (_TILE + 2 * window.reach) ** 2 * 8 * (1.5 * (p * (p + 1) // 2 + p + 1))
        return max(block, window_memory(cube, window, p, int(thread)))


@dataclass(frozen=True)
class LocalRXBackground(Background):
    """The windows and the components in which their pixels are compared."""

    window: DualWindow
    components: Components
    regularization: str

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the squared distances, (rows, columns) float32, >= 0, NaN where not valid."""
        needed = cube.bands * 8 + len(self.components.variances) * 24
        return score_windows(cube, self.window, self.components.of, self.score_tile, _TILE, needed, run)

    def score_tile(self, tile: Tile) -> Array:
        """Return the squared distances, (height, width) float64; of invalid pixels some number."""
        reach, p = self.window.reach, tile.features.shape[2]
        features = np.ascontiguousarray(tile.features.transpose(0, 2, 1))
        shrink = self.regularization == "ledoitwolf"
        planes = [features, tile.valid[:, None, :].astype(np.float64), products(features)]
        if shrink:
            square = np.einsum("rpc,rpc->rc", features, features)[:, None, :]
            planes += [square * features, square * square]
        sums = ring_sums(np.concatenate(planes, axis=1), tile, self.window)
        height, width = sums.shape[1:]
        sums = np.ascontiguousarray(sums).reshape(len(sums), -1)

        first, count, second = sums[:p], sums[p], sums[p + 1 : p + 1 + p * (p + 1) // 2]
        variances, diagonal = self.components.variances, diagonal_places(p)
        missing = np.maximum(2 * p - count, 0.0)
        count = count + missing
        second[diagonal] += variances[:, None] * missing
        mean = first / count
        scatter = second - count * products(mean[None])[0]
        if shrink:
            third, fourth = sums[-p - 1 : -1], sums[-1]
            # The fourth moment of normally distributed pixels.
            fourth = fourth + missing * (variances.sum() ** 2 + 2 * (variances**2).sum())
            covariance = _ledoit_wolf(
                count, mean, second[diagonal].sum(axis=0), scatter, second, third, fourth
            )
        else:
            covariance = scatter / (count - 1)
            if self.regularization == "ridge":
                covariance[diagonal] += RIDGE * covariance[diagonal].mean(axis=0)
        covariance[diagonal] += _FLOOR * variances[:, None]

        center = tile.features[reach : reach + height, reach : reach + width].reshape(-1, p).T - mean
        distances = np.einsum("pn,pn->n", center, solve_packed(covariance, center))
        return np.asarray(np.maximum(distances, 0.0).reshape(height, width))


def _ledoit_wolf(
    count: Array, mean: Array, trace: Array, scatter: Array, second: Array, third: Array, fourth: Array
) -> Array:
    """Shrink each ring's covariance as `Moments.ledoit_wolf` does, from sums about the scene's mean.

    count, trace (of second), fourth : (n,). mean, third : (p, n). scatter, second : packed (p (p + 1) / 2, n).
    """
    p = len(mean)
    diagonal = diagonal_places(p)
    twice = np.full((len(scatter), 1), 2.0)
    twice[diagonal] = 1.0
    length = (mean**2).sum(axis=0)
    power = (
        fourth
        + 4 * (twice * products(mean[None])[0] * second).sum(axis=0)
        - 3 * count * length**2
        - 4 * (third * mean).sum(axis=0)
        + 2 * length * trace
    )
    sample = scatter / count
    scale = sample[diagonal].sum(axis=0) / p
    squared = (twice * sample**2).sum(axis=0)
    distance = squared - p * scale**2
    error = np.maximum(power / count - squared, 0.0) / count
    shrinkage = error / np.maximum(np.maximum(distance, error), np.finfo(np.float64).tiny)
    shrunk = (1 - shrinkage) * sample
    shrunk[diagonal] += shrinkage * scale
    return np.asarray(shrunk)
