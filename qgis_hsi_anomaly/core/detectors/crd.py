"""Collaborative representation (CRD): how badly a pixel is put together from the ring of pixels around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Iterator, List, Tuple

import numpy as np

from ..cube import Array, Cube
from ..numerics.linear_systems import conjugate_gradients, diagonal_places, products, solve_packed
from ..numerics.matrix_product import matrix_product
from ..numerics.statistics import Components, principal_components
from ..numerics.windows import DualWindow, Tile, ring_members, score_windows, window_memory
from ..parameters import flag, integer, number
from ..run import ALONE, Run
from .base import Background, Detector, Group

_TILE, _LONG_TILE = 64, 32
"""Side of a tile; of many coordinates, less fit into a thread's memory."""
_PATCH = 8
"""Pixels of a patch share one dictionary, so that their systems are built by one matrix product."""
_DIRECT = 24
"""Up to so many coordinates, the systems of a tile are built and factored; of more, only multiplied with."""
_FLOOR = 1e-12
_CLOSE = 1e-6
"""Squared distances shorter than this fraction of the squared lengths are computed from differences."""

Patch = Tuple[slice, slice]


@dataclass(frozen=True)
class CRD(Detector):
    """Score |y - X a| with a = (X'X + lambda G^2)^-1 X'y, X the ring of pixel y, G = diag |y - x_k|.

    W. Li, Q. Du, IEEE TGRS 53 (2015) 1463-1474. Computed in its exact p x p form: with W = G^-2 the residual is
    lambda (X W X' + lambda I)^-1 y. The p coordinates come from an uncentered singular value decomposition of
    the scene's background: time O(window^2 p^2 + p^3) a pixel. Up to 24 coordinates the systems of many pixels are
    factored together. Of more they are solved by conjugate gradients: the number of steps goes with the root of
    1 / lambda, seven where that is 100. Pixels that do not converge in 30 (lambda below 1) are solved one by one.

    SUM_TO_ONE appends a row of ones, times the root mean square of the scene, to X and y, and leaves its
    residual out of the score.

    Departures: W is at most 1e12 over the mean square norm of the scene (identical pixels); where a ring has
    n < size valid pixels W is multiplied by size / n, so that the edge of the data does not look anomalous; a
    pixel without any is compared with the mean of the scene.

    Measured, mean area under the ROC curve of six benchmark scenes: .972 with the defaults (lowest scene .924);
    lambda 1 .978, 10 .972, 300 .980, 1,000 .983 (lowest .972), 3,000 .982, 10,000 .974; with windows 15/25 and
    lambda 1,000 .986, 21/31 .987. All bands or a sum of one change the third digit at most.
    """

    id: ClassVar[str] = "crd"
    label: ClassVar[str] = "Collaborative representation (CRD)"
    group: ClassVar[Group] = Group.REPRESENTATION
    order: ClassVar[int] = 1
    local: ClassVar[bool] = True
    ignores_brightness: ClassVar[bool] = False
    has_unit: ClassVar[bool] = True
    summary: ClassVar[str] = (
        "Reconstructs each pixel from the ring of pixels around it, preferring similar spectra, and scores the "
        "residual. Needs no statistics, so it copes with small and mixed backgrounds. The inner window must be larger "
        "than the largest target."
    )
    source: ClassVar[str] = "W. Li and Q. Du, IEEE TGRS 53(3), 2015, doi:10.1109/TGRS.2014.2343955"
    can_save: ClassVar[bool] = False

    inner_window: int = integer(
        15,
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
        "Width of the window whose pixels, without the inner window's, represent the pixel; odd.",
        minimum=3,
        odd=True,
        unit="pixels",
    )
    principal_components: int = integer(
        15,
        "Principal components",
        "Number of components (uncentered singular value decomposition of the scene) that are represented; 0 = all "
        "bands, as published, which takes longer.",
        minimum=0,
    )
    lambda_: float = number(
        100.0,
        "Lambda",
        "Weight of the penalty on using pixels that differ from the one represented. It has no unit. The ring must "
        "hold more pixels than there are components, and the penalty must count: 1 to 1000 is sensible, and large "
        "targets (of more pixels than the inner window holds) want the larger values.",
        above=0.0,
    )
    sum_to_one: bool = flag(
        False,
        "Weights sum to one",
        "Ask the weights of the ring's pixels to sum to about one, which makes the brightness of a pixel count.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._window()

    def _window(self) -> DualWindow:
        return DualWindow.checked(self.who(), self.inner_window, self.outer_window)

    def fit(self, cube: Cube, run: Run = ALONE) -> CRDBackground:
        """Find the components of the background pixels. DataError where nothing varies."""
        self._window().check_fits(self.id, cube)
        components = principal_components(cube, self.principal_components, run, centered=False)
        rms = float(np.sqrt(components.variances.sum()))
        ones_weight = 1 / np.sqrt(cube.bands) if self.sum_to_one else 0.0
        return CRDBackground(self._window(), components, rms, self.lambda_, float(ones_weight))

    def working_memory(self, cube: Cube) -> int:
        """A row block as high as the budget lets it be, so that few rows around it are read twice.

        Wide windows may need more: each pixel of a patch has a weight for each one around the patch.
        """
        window, p = self._window(), min(self.principal_components or cube.bands, cube.bands)
        block = min(cube.memory_budget, cube.rows * cube.columns * (cube.bands * 8 + p * 24))
        thread = (_PATCH + 2 * window.reach) ** 2 * 8 * (6 * _PATCH**2 + 3 * p)
        return max(block, window_memory(cube, window, p, int(thread)))


@dataclass(frozen=True)
class CRDBackground(Background):
    """The windows and the components in which their pixels are compared.

    rms : root mean square length of the scene's pixels, of which coordinates are multiples. ones_weight : what the
    row of ones is multiplied by, 0 where there is none.
    """

    window: DualWindow
    components: Components
    rms: float
    lambda_: float
    ones_weight: float

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the norms of the residuals, (rows, columns) float32, >= 0, unit of the image, NaN where not valid."""
        p = len(self.components.mean)
        size, needed = _TILE if p <= _DIRECT else _LONG_TILE, cube.bands * 8 + p * 24
        return score_windows(cube, self.window, self.coordinates, self.score_tile, size, needed, run)

    def coordinates(self, spectra: Array) -> Array:
        """Return the components of spectra (n_pixels, bands), (n_pixels, p) float64, without a unit."""
        return np.asarray(self.components.of(spectra) / self.rms)

    def score_tile(self, tile: Tile) -> Array:
        """Return the norms of the residuals, (height, width) float64; of invalid pixels some number."""
        height, width = (side - 2 * self.window.reach for side in tile.valid.shape)
        points = _Points.of(tile, self.window.reach, self.ones_weight)
        patches = list(_patches(height, width))
        solve = self._solve_by_factors if tile.features.shape[2] <= _DIRECT else self._solve_by_steps
        solution, unsolved = solve(tile, points, patches)
        solution = solution[:, : tile.features.shape[2]]

        numbers = np.arange(height * width).reshape(height, width)
        order = np.concatenate([numbers[patch].ravel() for patch in patches])
        scores = np.empty(height * width)
        scores[order] = self.rms * self.lambda_ * np.sqrt(np.einsum("np,np->n", solution, solution))
        for pixel in order[unsolved]:
            scores[pixel] = self._residual(tile, *divmod(int(pixel), width))
        return scores.reshape(height, width)

    def _solve_by_factors(self, tile: Tile, points: _Points, patches: List[Patch]) -> Tuple[Array, Array]:
        """Return (X W X' + lambda I)^-1 y of all pixels, patch by patch, (n, p), and which have no ring, (n,) bool."""
        pairs = points.pairs()
        matrices, no_ring = [], []
        for patch in patches:
            weights, without = self._weights(tile, points, patch)
            matrices.append(matrix_product(points.around(pairs, patch).T, weights.T))
            no_ring.append(without)
        own = np.concatenate([points.at(points.coordinates, patch) for patch in patches])
        systems: Array = np.concatenate(matrices, axis=1)
        systems[diagonal_places(own.shape[1])] += self.lambda_
        return solve_packed(systems, np.ascontiguousarray(own.T)).T, np.concatenate(no_ring)

    def _solve_by_steps(self, tile: Tile, points: _Points, patches: List[Patch]) -> Tuple[Array, Array]:
        """Return the same of many coordinates, without building X W X', and which pixels are not solved, (n,) bool."""
        solutions, unsolved = [], []
        for patch in patches:
            weights, no_ring = self._weights(tile, points, patch)
            system = partial(self._multiply, points.around(points.coordinates, patch), weights)
            own = points.at(points.coordinates, patch)
            solution, converged = conjugate_gradients(system, own, self.lambda_)
            solutions.append(solution)
            unsolved.append(no_ring | ~converged)
        return np.concatenate(solutions), np.concatenate(unsolved)

    def _multiply(self, around: Array, weights: Array, vectors: Array) -> Array:
        """Return (X W X' + lambda I) v of a patch's pixels, (n_pixels, p); around : their X', (n_around, p)."""
        parts = matrix_product(vectors, around.T) * weights
        return np.asarray(matrix_product(parts, around) + self.lambda_ * vectors)

    def _weights(self, tile: Tile, points: _Points, patch: Patch) -> Tuple[Array, Array]:
        """Return W of a patch's pixels, (n_pixels, n_around), 0 outside their rings, and which have no ring."""
        members = ring_members(tile, self.window, *patch)
        count = members.sum(axis=1)
        squares = matrix_product(points.at(points.near, patch), points.around(points.far, patch).T)
        weights = np.divide(members, np.maximum(squares, _FLOOR, out=squares), out=squares)
        own, other = points.at(points.slack, patch), points.around(points.slack, patch).T
        if weights.max() * (own.max() + other.max()) > 1:
            close = weights * (own + other) > 1
            pixels, around = points.at(tile.features, patch), points.around(tile.features, patch)
            for row in np.flatnonzero(close.any(axis=1)):
                difference = around[close[row]] - pixels[row]
                exact = np.einsum("ij,ij->i", difference, difference)
                weights[row, close[row]] = 1 / np.maximum(exact, _FLOOR)
        if count.min() < self.window.size:
            weights *= (self.window.size / np.maximum(count, 1))[:, None]
        return weights, count == 0

    def _residual(self, tile: Tile, row: int, column: int) -> float:
        """Score one pixel by its whole system; a pixel without a ring against the mean of the scene."""
        reach = self.window.reach
        members = ring_members(tile, self.window, slice(row, row + 1), slice(column, column + 1))[0] > 0
        pixel = tile.features[row + reach, column + reach]
        around = tile.features[row : row + 2 * reach + 1, column : column + 2 * reach + 1]
        atoms = (
            around.reshape(len(members), -1)[members]
            if members.any()
            else self.components.mean[None] / self.rms
        )
        squares = np.maximum(((atoms - pixel) ** 2).sum(axis=1), _FLOOR)
        weights = self.window.size / max(np.count_nonzero(members), 1) / squares
        if self.ones_weight > 0:
            atoms = np.pad(atoms, ((0, 0), (0, 1)), constant_values=self.ones_weight)
            pixel = np.append(pixel, self.ones_weight)
        system = (atoms.T * weights) @ atoms
        system.flat[:: len(system) + 1] += self.lambda_
        solved = np.linalg.solve(system, pixel)[: tile.features.shape[2]]
        return float(self.rms * self.lambda_ * np.linalg.norm(solved))


@dataclass(frozen=True)
class _Points:
    """The pixels of a tile and those around it, as its patches need them: arrays (rows, columns, ...).

    coordinates : with the row of ones, where there is one. near, far : one pixel's times another's is their squared
    distance. slack : the sum of two pixels' is the squared distance below which too many digits of that cancel.
    """

    reach: int
    coordinates: Array
    near: Array
    far: Array
    slack: Array

    @classmethod
    def of(cls, tile: Tile, reach: int, ones: float) -> _Points:
        """Prepare a tile, with a row of `ones` where that is not 0."""
        coordinates = tile.features
        centered = tile.features - tile.features.mean(axis=(0, 1))
        squares = np.einsum("rcp,rcp->rc", centered, centered)[..., None]
        near = np.concatenate([centered, squares, np.ones_like(squares)], axis=2)
        far = np.concatenate([-2 * centered, np.ones_like(squares), squares], axis=2)
        if ones > 0:
            coordinates = np.pad(coordinates, ((0, 0), (0, 0), (0, 1)), constant_values=ones)
        return cls(reach, coordinates, near, far, _CLOSE * squares)

    def pairs(self) -> Array:
        """Return the products of every two coordinates, (rows, columns, p (p + 1) / 2), see `products`."""
        pairs = products(np.ascontiguousarray(self.coordinates.transpose(0, 2, 1)))
        return np.ascontiguousarray(pairs.transpose(0, 2, 1))

    def around(self, part: Array, patch: Patch) -> Array:
        """Return one of the arrays for a patch and the pixels around it, (n_around, ...)."""
        rows, columns = (slice(one.start, one.stop + 2 * self.reach) for one in patch)
        return part[rows, columns].reshape(-1, part.shape[2])

    def at(self, part: Array, patch: Patch) -> Array:
        """Return one of the arrays for the pixels of a patch, (n_pixels, ...)."""
        rows, columns = (slice(one.start + self.reach, one.stop + self.reach) for one in patch)
        return part[rows, columns].reshape(-1, part.shape[2])


def _patches(height: int, width: int) -> Iterator[Patch]:
    """Cut a tile into patches."""
    for top in range(0, height, _PATCH):
        for left in range(0, width, _PATCH):
            yield slice(top, min(top + _PATCH, height)), slice(left, min(left + _PATCH, width))
