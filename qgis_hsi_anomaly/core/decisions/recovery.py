"""How small a target would have been found: targets implanted into a scene, and how many of them are found.

The linear mixing model x' = (1 - f) x + f t, with x a background pixel and t a target's spectrum. Intervals of the
rates: E. B. Wilson, J. American Statistical Association 22 (1927) 209-212.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from ..cube import Array, Cube
from ..detectors.rx import RX
from ..errors import DataError
from ..run import ALONE, Run
from .chosen import Chosen, walk
from .scores import ArrayScores, largest_scores
from .tail import bounded_threshold, fit_tail, tail_size

GAP = 10
"""Pixels at least between two implants of a run: the reach of the detectors' default outer windows."""
UNUSUAL = 1e-2
"""Share of the scene's pixels among which targets are chosen by default: the highest by RX."""
_CANDIDATES = 5000
_MARGIN = 5
"""Pixels around an implant that tell nothing of the background: scores may reach that far."""
_SAME = 1e-4
"""Share of the pixels that may get the same spectrum in a run, beyond one implant: more would hide each other."""
_TRIES = 200


@dataclass(frozen=True)
class Implant:
    """A square target.

    row, column : its first pixel. size : pixels along its side. fraction : of each pixel, above 0 to 1. target : which
    spectrum.
    """

    row: int
    column: int
    size: int
    fraction: float
    target: int

    @property
    def window(self) -> Tuple[slice, slice]:
        """Its rows and columns."""
        return self.around(0)

    def around(self, margin: int) -> Tuple[slice, slice]:
        """Its rows and columns, and those within `margin` pixels."""
        return (
            slice(max(self.row - margin, 0), self.row + self.size + margin),
            slice(max(self.column - margin, 0), self.column + self.size + margin),
        )


class ImplantedCube(Cube):
    """A cube with targets in it, which are mixed in as rows are read: nothing is copied.

    cube : the scene. targets : (n, bands) spectra. implants : where which of them lies; they must not overlap.
    """

    def __init__(self, cube: Cube, targets: Array, implants: Sequence[Implant]) -> None:
        self.rows, self.columns, self.bands = cube.rows, cube.columns, cube.bands
        self.valid, self.background = cube.valid, cube.background
        self.wavelengths, self.fwhm, self.band_numbers = cube.wavelengths, cube.fwhm, cube.band_numbers
        self.raster_bands, self.pixel_area = cube.raster_bands, cube.pixel_area
        self.memory_budget, self.block_rows = cube.memory_budget, cube.block_rows
        self._cube, self._targets = cube, np.asarray(targets, dtype=np.float32)
        self._implants = sorted(implants, key=lambda implant: implant.row)

    def block_height(self, bytes_per_pixel: Optional[int] = None) -> int:
        """Return how many rows the scene gives at a time."""
        return self._cube.block_height(bytes_per_pixel)

    def read_rows(self, start: int, stop: int) -> Array:
        """Return rows [start, stop) as (stop - start, columns, bands) float32, 0 where not valid."""
        pixels = self._cube.read_rows(start, stop)
        here = [
            implant for implant in self._implants if implant.row < stop and implant.row + implant.size > start
        ]
        if here:
            pixels = pixels.copy()
        for implant in here:
            rows, columns = implant.window
            inside = pixels[max(rows.start - start, 0) : rows.stop - start, columns]
            fraction = np.float32(implant.fraction)
            inside *= 1 - fraction
            inside += fraction * self._targets[implant.target]
        return pixels


@dataclass(frozen=True)
class Rate:
    """How many of the targets of a size and a fraction were found."""

    size: int
    fraction: float
    implanted: int
    found: int

    @property
    def rate(self) -> float:
        """Share that was found."""
        return self.found / self.implanted

    @property
    def interval(self) -> Tuple[float, float]:
        """Wilson's 95 % bounds of the share."""
        return wilson(self.found, self.implanted)


def wilson(found: int, count: int) -> Tuple[float, float]:
    """Return Wilson's 95 % bounds of a share, of which `found` of `count` were seen.

    >>> [round(bound, 4) for bound in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    z = 1.959964
    share, slack = found / count, z * z / count
    center = (share + slack / 2) / (1 + slack)
    half = z * np.sqrt(share * (1 - share) / count + slack / (4 * count)) / (1 + slack)
    return max(0.0, float(center - half)), min(1.0, float(center + half))


def unusual_spectra(cube: Cube, count: int, seed: int = 0, run: Run = ALONE) -> Array:
    """Return unusual and mutually different spectra of the scene, (n, bands) float32, at most `count`.

    Candidates are the pixels that RX ranks among the highest `UNUSUAL` share of the scene; of many, a random sample.
    The first is the one of the highest score, each further one the candidate that is farthest from all chosen, in
    RX's own (Mahalanobis) distance. On labeled scenes these are found somewhat more often than the purest pixels of
    the labeled anomalies: see benchmarks/recovery.py. DataError where nothing varies.
    """
    background = RX().fit(cube, run.part(0, 0.4))
    scores = background.score(cube, run.part(0.4, 0.8))
    wanted = max(int(UNUSUAL * cube.valid_pixels), count)
    largest = largest_scores(ArrayScores(scores), wanted)
    rows, columns = np.nonzero(scores >= largest.values[-1])
    random = np.random.default_rng(seed)
    chosen = np.sort(random.permutation(len(rows))[:_CANDIDATES])
    candidates = Chosen("candidates", rows[chosen], columns[chosen])
    spectra = spectra_of(cube, [candidates], run.part(0.8, 1))
    order = np.argsort(-scores[candidates.rows, candidates.columns], kind="stable")
    white = (spectra[order] - background.mean) @ background.whitening
    return np.asarray(spectra[order][farthest_points(white, count)])


def spectra_of(cube: Cube, chosen: Sequence[Chosen], run: Run = ALONE) -> Array:
    """Return the spectra of all pixels of some objects, (n, bands) float32, in row order of each."""
    parts: List[List[Array]] = [[] for _ in chosen]
    for index, _, _, spectra in walk(cube, chosen, run):
        parts[index].append(spectra)
    return np.concatenate([spectra for part in parts for spectra in part])


def farthest_points(points: Array, count: int) -> Array:
    """Return the places of at most `count` of the points (n, p): the first, then always the farthest from all chosen.

    T. F. Gonzalez, Theoretical Computer Science 38 (1985) 293-306. Points that coincide with a chosen one are left out.
    """
    chosen = [0]
    nearest = ((points - points[0]) ** 2).sum(axis=1)
    while len(chosen) < count and nearest.max() > 0:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
    return np.asarray(chosen)


def plan_runs(
    allowed: Array,
    sizes: Sequence[int],
    fractions: Sequence[float],
    each: int,
    targets: int,
    share: float,
    seed: int,
    gap: int = GAP,
) -> List[List[Implant]]:
    """Return the implants of each run: `each` of every size and fraction, at random places.

    allowed : (rows, columns) bool, where a target's pixels may lie. targets : number of spectra; the n-th implant of
    every size and fraction has the same one. share : of the allowed pixels that a run may change; one implant at
    least. gap : pixels at least between two implants of a run.
    Raises DataError where there is no place for a size.
    """
    random = np.random.default_rng(seed)
    waiting = [
        (size, fraction, number % targets)
        for size in sizes
        for fraction in fractions
        for number in range(each)
    ]
    random.shuffle(waiting)
    places = _Places(allowed, random)
    room, same = share * places.pixels, _SAME * places.pixels
    runs: List[List[Implant]] = []
    while waiting:
        implants: List[Implant] = []
        left: List[Tuple[int, float, int]] = []
        used: Dict[int, int] = {}
        total = 0
        for size, fraction, target in waiting:
            area = size * size
            fits = total + area <= room and (target not in used or used[target] + area <= same)
            place = places.find(size, implants, gap) if fits or not implants else None
            if place is None and not implants:
                raise DataError(
                    f"The background has no place for a target of {size} x {size} pixels: leave that size out, or "
                    "enlarge the background."
                )
            if place is None:
                left.append((size, fraction, target))
                continue
            implants.append(Implant(*place, size, fraction, target))
            used[target] = used.get(target, 0) + area
            total += area
        runs.append(implants)
        waiting = left
    return runs


class _Places:
    """Draws places among pixels. pixels : how many there are."""

    def __init__(self, allowed: Array, random: np.random.Generator) -> None:
        self._allowed, self._random = allowed, random
        self._before = np.concatenate([[0], np.cumsum(np.count_nonzero(allowed, axis=1))])
        self.pixels = int(self._before[-1])

    def find(self, size: int, implants: Sequence[Implant], gap: int) -> Optional[Tuple[int, int]]:
        """Return the first row and column of a free square; None where none was found in `_TRIES` draws."""
        taken = np.array([(other.row, other.column, other.size) for other in implants]).reshape(-1, 3)
        for drawn in self._random.integers(0, max(self.pixels, 1), _TRIES if self.pixels else 0):
            row = int(np.searchsorted(self._before, drawn, side="right")) - 1
            column = int(np.flatnonzero(self._allowed[row])[drawn - self._before[row]])
            square = self._allowed[row : row + size, column : column + size]
            if square.shape != (size, size) or not square.all():
                continue
            near = (
                (taken[:, 0] < row + size + gap)
                & (row < taken[:, 0] + taken[:, 2] + gap)
                & (taken[:, 1] < column + size + gap)
                & (column < taken[:, 1] + taken[:, 2] + gap)
            )
            if not near.any():
                return row, column
        return None


def threshold_of(scores: Array, background: Array, rate: float) -> float:
    """Return the score that a share `rate` of the background lies above.

    scores : (rows, columns) float32. background : (rows, columns) bool, where there are no implants. By the fit of the
    tail (see `tail`), which leaves the scene's own targets out; by the quantile where it refuses.
    """
    chosen = ArrayScores(scores).within(background)
    largest = largest_scores(chosen, tail_size(scores.size) + 2)
    if largest.pixels == 0:
        raise DataError("The detector gave no pixel of the background a score.")
    try:
        tail = fit_tail(largest)
    except DataError:
        return largest.quantile(rate)
    return bounded_threshold(tail, largest, rate)


def background_of(background: Array, implants: Iterable[Implant]) -> Array:
    """Return where of a background (rows, columns) bool no implant is near."""
    kept = background.copy()
    for implant in implants:
        kept[implant.around(_MARGIN)] = False
    return kept


def found_in(
    scores: Array, threshold: float, implants: Iterable[Implant], least: float = 0.0
) -> Iterator[Tuple[Implant, bool]]:
    """Yield every implant and whether it was found: with one pixel and `least` of its pixels above the threshold."""
    for implant in implants:
        above = np.count_nonzero(scores[implant.window] > threshold)
        yield implant, bool(above >= max(1.0, least * implant.size**2 - 1e-9))


def rates(outcomes: Iterable[Tuple[Implant, bool]]) -> List[Rate]:
    """Count what was found by size and fraction, both rising."""
    counts: Dict[Tuple[int, float], List[int]] = {}
    for implant, found in outcomes:
        cell = counts.setdefault((implant.size, implant.fraction), [0, 0])
        cell[0] += 1
        cell[1] += found
    return [Rate(*key, *counts[key]) for key in sorted(counts)]


def half_found(cells: Sequence[Rate], size: int) -> Optional[float]:
    """Return the fraction from which at least half of the targets of a size are found; None where that is never so.

    Between the fractions that were tried by straight lines; the smallest of them where it suffices.
    """
    row = sorted((cell for cell in cells if cell.size == size), key=lambda cell: -cell.fraction)
    if not row or row[0].rate < 0.5:
        return None
    for above, below in zip(row, row[1:]):
        if below.rate < 0.5:
            part = (0.5 - below.rate) / (above.rate - below.rate)
            return below.fraction + part * (above.fraction - below.fraction)
    return row[-1].fraction
