"""One-pass, mergeable mean and covariance; shrinkage; whitening; principal components.

Moments are kept in float64 about a pilot mean near the true one, so that nothing is lost to cancellation
and the sums of blocks, or of processes, simply add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, ClassVar, Dict, Optional, Tuple, cast

import numpy as np

from ..cube import Array, Cube
from ..errors import DataError
from ..run import ALONE, Run
from ..threads import CHUNK, map_threads
from .matrix_product import matrix_product

REGULARIZATIONS = ("none", "ridge", "ledoitwolf")
RIDGE = 1e-4
"""Fraction of the mean band variance that `ridge` adds to every band's variance."""
_AT_ONCE = 4096
"""Spectra whose float64 copies are made at a time."""
_PANEL = 56
"""Columns of a triangular whitening that are multiplied at a time."""
SAME_SPECTRUM = "All background pixels have the same spectrum: there is nothing to compare with."


@dataclass(frozen=True)
class Moments:
    """Moments over pixels of y = x - pilot and q = |y|^2, in float64: what all global statistics follow from.

    count : number of pixels. first : sum of y, (bands,). second : sum of y y', (bands, bands).
    third : sum of q y, (bands,). fourth : sum of q^2. The last two give Ledoit-Wolf's shrinkage.
    """

    pilot: Array
    count: float
    first: Array
    second: Array
    third: Array
    fourth: float

    @classmethod
    def of(cls, pixels: Array, pilot: Array) -> Moments:
        """Sum over (n_pixels, bands)."""
        centered = pixels - pilot
        squares = np.einsum("ij,ij->i", centered, centered)
        return cls(
            pilot,
            float(len(centered)),
            centered.sum(axis=0),
            matrix_product(centered.T, centered),
            squares @ centered,
            float(squares @ squares),
        )

    def __add__(self, other: Moments) -> Moments:
        if not np.array_equal(self.pilot, other.pilot):
            raise ValueError("Moments about different pilots do not add up.")
        return Moments(
            self.pilot,
            self.count + other.count,
            self.first + other.first,
            self.second + other.second,
            self.third + other.third,
            self.fourth + other.fourth,
        )

    def about(self, pilot: Array) -> Moments:
        """Return the same pixels' moments about another pilot, (bands,); exact but for rounding.

        With y' = y + d, d = old - new pilot: every sum of y' follows from those of y.
        """
        d = self.pilot - pilot
        squared, trace = float(d @ d), float(np.trace(self.second))
        twice, along = self.second @ d, float(d @ self.first)
        return Moments(
            pilot,
            self.count,
            self.first + self.count * d,
            self.second + np.outer(self.first, d) + np.outer(d, self.first) + self.count * np.outer(d, d),
            self.third
            + trace * d
            + 2 * twice
            + 2 * along * d
            + squared * self.first
            + self.count * squared * d,
            self.fourth
            + 4 * float(d @ twice)
            + self.count * squared**2
            + 4 * float(d @ self.third)
            + 2 * squared * trace
            + 4 * squared * along,
        )

    def of_bands(self, indices: Array) -> Moments:
        """Return the moments of some bands, (n,) int, in that order.

        Of fewer bands `third` and `fourth` are NaN: |y|^2 over those bands is no longer known.
        """
        known = len(indices) == len(self.pilot)
        third = self.third[indices]
        return Moments(
            self.pilot[indices],
            self.count,
            self.first[indices],
            self.second[np.ix_(indices, indices)],
            third if known else np.full_like(third, np.nan),
            self.fourth if known else np.nan,
        )

    def times(self, weight: float) -> Moments:
        """Return the moments in which every pixel counts `weight` times."""
        return Moments(
            self.pilot,
            self.count * weight,
            self.first * weight,
            self.second * weight,
            self.third * weight,
            self.fourth * weight,
        )

    @property
    def complete(self) -> bool:
        """Whether `third` and `fourth`, which Ledoit-Wolf's shrinkage needs, are known."""
        return bool(np.isfinite(self.fourth) and np.isfinite(self.third).all())

    def arrays(self) -> Dict[str, Array]:
        """Return what a file must hold of them; without `third` and `fourth` where these are not known."""
        kept = {
            "pilot": self.pilot,
            "first": self.first,
            "second": self.second,
            "count": np.array([self.count]),
        }
        return {**kept, "third": self.third, "fourth": np.array([self.fourth])} if self.complete else kept

    @classmethod
    def from_arrays(cls, arrays: Dict[str, Array]) -> Moments:
        """Rebuild them from what `arrays` gave. ValueError and KeyError where these cannot be sums over pixels."""
        pilot, first, second = arrays["pilot"], arrays["first"], arrays["second"]
        third = arrays.get("third", np.full_like(first, np.nan))
        count, fourth = float(arrays["count"][0]), float(arrays.get("fourth", np.array([np.nan]))[0])
        if not (
            pilot.shape == first.shape == third.shape and second.shape == 2 * pilot.shape and pilot.ndim == 1
        ):
            raise ValueError("The sums have different numbers of bands.")
        if not count > 0 or (second.diagonal() < 0).any():
            raise ValueError("The sums are of no pixels.")
        return cls(pilot, count, first, second, third, fourth)

    def over(self, run: Run) -> Moments:
        """Return the sums over all processes."""
        bands = len(self.pilot)
        packed = np.concatenate([[self.count, self.fourth], self.first, self.third, self.second.ravel()])
        packed = run.sum(packed)
        first, third = packed[2 : 2 + bands], packed[2 + bands : 2 + 2 * bands]
        second = packed[2 + 2 * bands :].reshape(bands, bands)
        return Moments(self.pilot, float(packed[0]), first, second, third, float(packed[1]))

    @property
    def mean(self) -> Array:
        """Mean, (bands,)."""
        return np.asarray(self.pilot + self.first / self.count)

    @property
    def covariance(self) -> Array:
        """Covariance with divisor n - 1, (bands, bands)."""
        return self._scatter() / max(self.count - 1.0, 1.0)

    def _scatter(self) -> Array:
        scatter = self.second - np.outer(self.first, self.first) / self.count
        return np.asarray((scatter + scatter.T) / 2)

    def ledoit_wolf(self) -> Tuple[Array, float]:
        """Return the Ledoit-Wolf covariance (divisor n) and its shrinkage, 0 to 1.

        O. Ledoit, M. Wolf, J. Multivariate Analysis 88 (2004) 365-411. Equal to scikit-learn's `LedoitWolf`.
        """
        n, bands = self.count, len(self.pilot)
        shift = self.first / n
        length = float(shift @ shift)
        scatter = self._scatter()
        # Sum over pixels of |x - mean|^4, from the sums about the pilot.
        power = (
            self.fourth
            + 4 * float(shift @ self.second @ shift)
            + n * length**2
            - 4 * float(self.third @ shift)
            + 2 * length * float(np.trace(self.second))
            - 4 * length * n * length
        )
        sample = scatter / n
        scale = float(np.trace(sample)) / bands
        squared = float((sample**2).sum())
        distance = squared - bands * scale**2
        error = (power / n - squared) / n
        shrinkage = 0.0 if distance <= 0 else min(max(error, 0.0) / distance, 1.0)
        shrunk = (1 - shrinkage) * sample
        shrunk.flat[:: bands + 1] += shrinkage * scale
        return shrunk, shrinkage


def pilot_mean(cube: Cube) -> Array:
    """Return the mean of a first few background pixels, (bands,) float64: near enough to center sums about.

    The same pixels whatever the block height, so sums do not depend on it.
    """
    rows = np.flatnonzero(cube.background.any(axis=1))
    row = int(rows[0])
    pixels = cube.read_rows(row, row + 1)[0][cube.background[row]]
    return np.asarray(pixels.mean(axis=0, dtype=np.float64))


def gather_moments(
    cube: Cube,
    run: Run = ALONE,
    transform: Optional[Callable[[Array], Array]] = None,
    pilot: Optional[Array] = None,
) -> Moments:
    """Sum over the cube's background pixels, of all processes, in one pass, in one thread a core.

    transform : what to sum instead of the spectra, (n_pixels, bands) to (n_pixels, bands). pilot : a mean to sum
    about, (bands,), found where it is not given.
    """
    kept = cube.kept_moments if transform is None and pilot is None else None
    if kept:
        return cast(Moments, kept[0])
    about = pilot_mean(cube) if pilot is None else pilot

    def add_up(spectra: Array) -> Moments:
        return Moments.of(spectra if transform is None else transform(spectra), about)

    bands = cube.bands
    moments = Moments(about, 0.0, np.zeros(bands), np.zeros((bands, bands)), np.zeros(bands), 0.0)
    for block, _ in run.blocks(cube):
        spectra = cube.learning_spectra(block)
        chunks = [spectra[start : start + CHUNK] for start in range(0, len(spectra), CHUNK)]
        for part in map_threads(add_up, chunks):
            moments = moments + part
    moments = moments.over(run)
    if kept is not None:
        kept.append(moments)
    return moments


def regularized_covariance(moments: Moments, regularization: str, run: Run = ALONE) -> Array:
    """Return the covariance (bands, bands) as `regularization` (none, ridge, ledoitwolf) has it."""
    if regularization == "none":
        return moments.covariance
    if regularization == "ridge":
        covariance = moments.covariance
        covariance.flat[:: len(covariance) + 1] += RIDGE * np.trace(covariance) / len(covariance)
        return covariance
    if regularization == "ledoitwolf":
        covariance, shrinkage = moments.ledoit_wolf()
        run.metric("shrinkage", shrinkage)
        return covariance
    raise ValueError(f"regularization must be one of {', '.join(REGULARIZATIONS)}; got {regularization!r}.")


def whitening(covariance: Array, run: Run = ALONE) -> Array:
    """Return W (bands, rank), lower triangular, with W W' the inverse, or pseudo-inverse, of a covariance.

    covariance : (bands, bands). The triangle saves `squared_mahalanobis` three eighths of the product.
    Directions without variance (to float64's accuracy) are left out, and a warning says how many.
    Raises DataError where nothing varies.
    """
    values, vectors = np.linalg.eigh(covariance)
    kept = vary(values)
    rank = int(kept.sum())
    if rank == 0:
        raise DataError(SAME_SPECTRUM)
    if rank < len(values):
        run.warning(
            f"The covariance of the {len(values)} bands is singular: the pseudo-inverse over its {rank} "
            "directions that vary was used; REGULARIZATION ledoitwolf uses all of them."
        )
    return triangular(vectors[:, kept] / np.sqrt(values[kept]))


def vary(eigenvalues: Array) -> Array:
    """Tell which eigenvalues of a covariance, (n,), are more than float64's rounding: its numerical rank."""
    return np.asarray(eigenvalues > max(eigenvalues.max(), 0.0) * len(eigenvalues) * np.finfo(np.float64).eps)


def triangular(whitening: Array) -> Array:
    """Return the lower triangular matrix (bands, rank) with the same W W'."""
    # W' = Q R: W and R' differ by a rotation, which W W' does not see.
    return np.asarray(np.linalg.qr(whitening.T)[1].T)


def squared_mahalanobis(centered: Array, triangle: Array) -> Array:
    """Return |x W|^2 of centered spectra x (n_pixels, bands), (n_pixels,), W a `whitening`: its zeros are skipped.

    In float32 where both are float32, else in float64.
    """
    white = np.empty((len(centered), triangle.shape[1]), dtype=np.result_type(centered, triangle))
    for start in range(0, triangle.shape[1], _PANEL):
        panel = slice(start, start + _PANEL)
        white[:, panel] = matrix_product(centered[:, start:], triangle[start:, panel])
    return np.asarray(np.einsum("ij,ij->i", white, white))


def principal_axes(covariance: Array, components: int) -> Array:
    """Return the `components` axes of largest variance, (bands, components), largest first."""
    _, vectors = np.linalg.eigh(covariance)
    axes = vectors[:, ::-1][:, :components]
    # A sign of its own: the largest loading of an axis is positive.
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])]
    return np.asarray(axes * np.where(largest < 0, -1.0, 1.0))


@dataclass(frozen=True)
class Components:
    """The few coordinates along which the background varies most.

    center : (bands,) spectrum that becomes 0. axes : (bands, p), orthonormal, largest variance first.
    variances : (p,) mean square of the background's coordinates along each axis. mean : (p,) their mean.
    """

    center: Array
    axes: Array
    variances: Array
    mean: Array

    SHAPES: ClassVar[Dict[str, Tuple[str, ...]]] = {
        "center": ("bands",),
        "axes": ("bands", "components"),
        "variances": ("components",),
        "component_mean": ("components",),
    }

    def of(self, spectra: Array) -> Array:
        """Return the coordinates of spectra (n_pixels, bands), (n_pixels, p) float64."""
        coordinates = np.empty((len(spectra), self.axes.shape[1]))
        for start in range(0, len(spectra), _AT_ONCE):
            rows = slice(start, start + _AT_ONCE)
            coordinates[rows] = matrix_product(spectra[rows] - self.center, self.axes)
        return coordinates

    def arrays(self) -> Dict[str, Array]:
        """Return what a model file must hold of them."""
        return {
            "center": self.center,
            "axes": self.axes,
            "variances": self.variances,
            "component_mean": self.mean,
        }

    @classmethod
    def from_arrays(cls, arrays: Dict[str, Array]) -> Components:
        """Rebuild them from what `arrays` gave."""
        return cls(arrays["center"], arrays["axes"], arrays["variances"], arrays["component_mean"])


def principal_components(cube: Cube, count: int, run: Run = ALONE, centered: bool = True) -> Components:
    """Return the first `count` principal components of the background pixels, all of them where it is 0.

    centered : about their mean; else about zero (an uncentered singular value decomposition).
    Directions without variance (to float64's accuracy) are left out. DataError where nothing varies.
    """
    moments = gather_moments(cube, run)
    check_varies(moments)
    second = moments.covariance * (moments.count - 1) / moments.count
    center = moments.mean
    if not centered:
        second = second + np.outer(center, center)
        center = np.zeros_like(center)
    values = np.linalg.eigvalsh(second)[::-1]
    usable = int(vary(values).sum())
    kept = min(count or cube.bands, usable)
    if kept < min(count, cube.bands):
        run.warning(f"Only {kept} of {count} principal components vary, and were used.")
    axes = principal_axes(second, kept)
    return Components(center, axes, values[:kept], (moments.mean - center) @ axes)


def check_varies(moments: Moments) -> None:
    """Raise DataError where all pixels have the same spectrum."""
    scale = float(np.abs(moments.mean).max())
    if np.trace(moments.covariance) <= (scale * 1e-12) ** 2:
        raise DataError(SAME_SPECTRUM)
