"""Attribute and edge-preserving filters (AED): what area filters take away from the principal components."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar, Dict, Iterator, Sequence, Tuple, Union

import numpy as np

from ..cube import Array, Cube
from ..errors import DataError
from ..numerics.area_opening import area_openings, rank_levels
from ..numerics.line_opening import line_opening
from ..numerics.statistics import Components, principal_components
from ..parameters import integer, number
from ..run import ALONE, Run
from ..threads import core_count, map_threads
from ..working_planes import WorkingPlanes
from .base import Background, Detector, Group, block_memory

TARGET_PIXELS = 100
"""Pixels of the largest target by default, and what MAX_TARGET_AREA 0 stands for."""
SMOOTHING_RANGE = 2.0
"""Change of the first component, in its standard deviations, that separates pixels as much as SMOOTHING pixels do."""
SMOOTHING_STEPS = 3
_TILE = 1024
_TREES = 100  # bytes that filtering takes for a value, as measured
_TOGETHER = 1 << 20  # values of a tile, or of several small maps
_AT_ONCE = 1 << 22  # values whose residues are held

Rectangle = Tuple[slice, slice]


def target_area_field(consequence: str, pixels: int = TARGET_PIXELS) -> Any:
    """Field that holds the largest target's number of pixels. consequence : what follows from it, for the help."""
    return integer(
        pixels,
        "Largest target area",
        f"How many pixels of this image the largest target covers: {consequence}. A target of 7 x 7 m covers 4 pixels "
        f"of 3.5 m. Leave it where the size is not known; rather too large than too small. 0 = {pixels}.",
        minimum=0,
        unit="pixels",
    )


@dataclass(frozen=True)
class AED(Detector):
    """Score the sum over p principal components c of |closing - c| + |c - opening|, smoothed within edges.

    X. Kang, X. Zhang, S. Li, K. Li, J. Li, J. A. Benediktsson, IEEE TGRS 55 (2017) 5600-5613. Area opening and
    closing (4-connected) take away what is brighter or darker than its surroundings and not larger than
    MAX_TARGET_AREA, A pixels. The sum is smoothed by the recursive filter of the domain transform (E. S. L. Gastal,
    M. M. Oliveira, ACM Trans. Graphics 30 (2011) 69) guided by the first component. Departure: what the filters
    take from a component counts in units of its mean over the background, so that the score does not depend on
    the first components alone; hence also more components than the published three. A second departure: the
    filters are applied with A and with A / 4 and both counted, as in an attribute profile (M. Dalla Mura et al., IEEE
    TGRS 48 (2010) 3747-3762), so that a target much smaller than the largest stands out from what is not. A third:
    openings and closings by lines of 1.5 and 3 sqrt(A) pixels in four directions count too (P. Soille, H. Talbot, IEEE
    Trans. PAMI 23 (2001) 1313-1329); they take away what is short in every direction, also where it touches
    something large. For the area filters components are cut into 512 levels.

    An area filter looks no further than its area, so it works exactly on tiles with a halo of that many pixels.
    Pixels that are not valid belong to no bright or dark part, and the smoothing does not pass them; valid pixels
    in groups of no more than MAX_TARGET_AREA, surrounded by such, cannot be judged and score 0. The components are
    kept in a working file of 4 p bytes a pixel. Memory: about 40 bytes a pixel, and 100 MB for each core. Time
    O(n_pixels (bands^2 + p)).
    """

    id: ClassVar[str] = "aed"
    label: ClassVar[str] = "Attribute and edge-preserving filters (AED)"
    group: ClassVar[Group] = Group.REPRESENTATION
    order: ClassVar[int] = 3
    shapes: ClassVar[Dict[str, Tuple[str, ...]]] = Components.SHAPES
    requires: ClassVar[Tuple[str, ...]] = ("scipy",)
    directional: ClassVar[bool] = True
    local: ClassVar[bool] = True
    needs_room: ClassVar[bool] = True
    has_unit: ClassVar[bool] = True
    summary: ClassVar[str] = (
        "Finds what is small: parts of the image, brighter or darker than what surrounds them in some principal "
        "component, that are not larger than the largest target. Needs no statistics of spectra and ignores rare but "
        "large materials. Fails where targets are larger than MAX_TARGET_AREA, or where small objects are common."
    )
    source: ClassVar[str] = "X. Kang et al., IEEE TGRS 55(10), 2017, doi:10.1109/TGRS.2017.2710145"

    max_target_area: int = target_area_field("what is larger belongs to the background")
    principal_components: int = integer(
        10,
        "Principal components",
        "Number of principal components that are filtered; 0 = all.",
        minimum=0,
    )
    smoothing: float = number(
        0.7,
        "Smoothing",
        "Distance within which the scores are smoothed, less across edges of the first component; 0 = not at all.",
        minimum=0.0,
        unit="pixels",
        advanced=True,
    )

    def fit(self, cube: Cube, run: Run = ALONE) -> AEDBackground:
        """Find the components of the background pixels. DataError where nothing varies."""
        self.check_libraries()
        area = target_pixels(self.max_target_area)
        lengths = " and ".join(str(length) for length in line_lengths(area))
        run.message(f"aed: area filters of {area} and {max(area // 4, 1)} pixels, lines of {lengths}.")
        warn_of_tiny_targets(self.id, area, run)
        components = principal_components(cube, self.principal_components, run)
        return AEDBackground(components, self.max_target_area, self.smoothing)

    def working_memory(self, cube: Cube) -> int:
        """What filtering takes beyond row blocks, which are gone by then: residues, and trees in every core."""
        pixels = cube.rows * cube.columns
        values = (self.principal_components or cube.bands) * pixels
        residues, trees = min(values, max(pixels, _AT_ONCE)), min(values, core_count() * _TOGETHER)
        return max(12 * residues + _TREES * trees - block_memory(cube), 0)

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> AEDBackground:
        """Rebuild the background from a model file's arrays."""
        return AEDBackground(Components.from_arrays(arrays), self.max_target_area, self.smoothing)


@dataclass(frozen=True)
class AEDBackground(Background):
    """components : what is filtered. max_target_area, smoothing : as the detector's."""

    components: Components
    max_target_area: int
    smoothing: float

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the smoothed sums, (rows, columns) float32, >= 0, without unit, NaN where not valid.

        Raises DataError where the image is not larger than a target.
        """
        area = target_pixels(self.max_target_area)
        if cube.valid_pixels <= area:
            raise DataError(
                f"aed: the image has {cube.valid_pixels} valid pixels and the largest target {area}: "
                "give a smaller MAX_TARGET_AREA or a larger image."
            )
        with WorkingPlanes(len(self.components.variances), (cube.rows, cube.columns)) as planes:
            self._write_components(planes, cube, run.part(0.0, 0.3))
            scores = fused_residues(planes, cube, area, run.part(0.3, 0.9))
            first = planes[0]
        if self.smoothing > 0:
            scores = smooth(scores, first, cube.valid, self.smoothing, run.part(0.9, 1.0))
        run.update(1.0)
        scores[~cube.valid] = np.nan
        return scores

    def _write_components(self, planes: WorkingPlanes, cube: Cube, run: Run) -> None:
        """Write the components in standard deviations, 0 where not valid."""
        scale = np.sqrt(self.components.variances)
        for block, _ in run.blocks(cube):
            valid = cube.valid[block.start : block.stop]
            values = np.zeros((len(scale), *valid.shape), dtype=np.float32)
            values[:, valid] = (self.components.of(block.spectra) / scale).T
            for index, part in enumerate(values):
                planes.write(index, block.start, part)
        if run.processes.size > 1:  # the others' rows
            for index in range(len(planes)):
                planes.write(index, 0, run.sum(planes[index]))

    def arrays(self) -> Dict[str, Array]:
        """The components."""
        return self.components.arrays()


def target_pixels(max_target_area: int, pixels: int = TARGET_PIXELS) -> int:
    """Return how many pixels the largest target has: `pixels` where the parameter is 0."""
    return max_target_area or pixels


def warn_of_tiny_targets(who: str, area: int, run: Run, pixels: int = TARGET_PIXELS) -> None:
    """Warn where the largest target is smaller than two pixels. who : to begin the warning with. pixels : default."""
    if area < 2:
        run.warning(
            f"{who}: with a largest target of {area} pixel, windows and area filters take targets of 2 pixels or more "
            f"for background. MAX_TARGET_AREA counts pixels, not square meters; the default is {pixels}."
        )


def fused_residues(
    maps: Union[Sequence[Array], WorkingPlanes], cube: Cube, area: int, run: Run = ALONE
) -> Array:
    """Return the sum over maps of their residues by area and by length, each divided by its background mean.

    maps : p times (rows, columns) float32. Returns (rows, columns) float32, 0 where not valid.
    """
    areas = sorted({area, max(area // 4, 1)})
    judged = _large_groups(cube.valid, area)
    scores = np.zeros(cube.valid.shape, dtype=np.float32)
    # As many as are filtered at once without their residues taking much memory.
    together = max(_AT_ONCE // cube.valid.size, 1)
    for start in range(0, len(maps), together):
        some = [maps[index] for index in range(start, min(start + together, len(maps)))]
        for values, by_area in zip(some, area_residues(some, cube.valid, areas)):
            by_line = (line_residue(values, cube.valid, length) for length in line_lengths(area))
            for residue in chain(by_area, by_line):
                residue[~judged] = 0
                mean = float(residue[cube.background].mean(dtype=np.float64))
                if mean > 0:
                    scores += residue / np.float32(mean)
        run.update((start + len(some)) / len(maps))
    return scores


def line_lengths(area: int) -> Tuple[int, ...]:
    """Return the lengths of lines that no target of `area` pixels holds, unless it is drawn out, odd.

    >>> line_lengths(100)
    (15, 31)
    """
    side = math.sqrt(area)
    return tuple(sorted({int(max(1.5 * side, 3)) | 1, int(max(3 * side, 5)) | 1}))


def area_residues(maps: Sequence[Array], valid: Array, areas: Sequence[int]) -> Array:
    """Return |closing - values| + |values - opening| of maps for each area, (maps, areas, rows, columns) float32.

    maps : (rows, columns) float32 each, whose values count as the mean of their level (see `rank_levels`). areas :
    the largest numbers of pixels the filters take away. 0 where not valid.
    """
    levels, means = zip(*map_threads(lambda values: _levels(values, valid), maps))
    # Small maps are filtered together, one share a core: most of the time goes into steps from level to level.
    share = max(min(_TOGETHER // valid.size, -(-len(maps) // core_count())), 1)
    shares = [range(start, min(start + share, len(maps))) for start in range(0, len(maps), share)]
    jobs = [(some, *tile) for tile in _tiles(valid.shape, max(areas)) for some in shares]

    def filtered(job: Tuple[range, Rectangle, Rectangle, Rectangle]) -> Array:
        some, window, inner, _ = job
        return _tile_residues(
            [levels[one][window] for one in some], [means[one] for one in some], inner, areas
        )

    found = np.zeros((len(maps), len(areas), *valid.shape), dtype=np.float32)
    for (some, _, _, place), residues in zip(jobs, map_threads(filtered, jobs)):
        found[(slice(some.start, some.stop), slice(None), *place)] = residues
    return found


def _levels(values: Array, valid: Array) -> Tuple[Array, Array]:
    """Return the level of every pixel, (rows, columns) int16, -1 where not valid, and the mean of each level."""
    level = rank_levels(values[valid])
    sums = np.bincount(level, weights=values[valid])
    image = np.full(valid.shape, -1, dtype=np.int16)
    image[valid] = level
    return image, (sums / np.maximum(np.bincount(level), 1)).astype(np.float32)


def _tile_residues(
    levels: Sequence[Array], means: Sequence[Array], inner: Rectangle, areas: Sequence[int]
) -> Array:
    """Return the residues of the inside of a tile, (maps, areas, rows, columns) float32."""
    images = []
    for level, mean in zip(levels, means):
        images += [level, np.where(level < 0, np.int16(-1), np.int16(len(mean) - 1) - level)]
    # One below the other, a row without pixels between them.
    height = images[0].shape[0] + 1
    column = np.concatenate([np.pad(image, ((0, 1), (0, 0)), constant_values=-1) for image in images])
    opened = area_openings(column, areas).reshape(len(areas), len(images), height, -1)[:, :, :-1]
    opened = opened[(slice(None), slice(None), *inner)]
    inside = levels[0][inner] >= 0
    residues = []
    for one, mean in enumerate(means):
        bright, dark = opened[:, 2 * one], np.int16(len(mean) - 1) - opened[:, 2 * one + 1]
        residues.append((mean[np.where(inside, dark, 0)] - mean[np.where(inside, bright, 0)]) * inside)
    return np.stack(residues)


def line_residue(values: Array, valid: Array, length: int) -> Array:
    """Return |closing - values| + |values - opening| by lines, (rows, columns) float32, 0 where not valid."""
    found = (values - line_opening(values, valid, length)) + (-values - line_opening(-values, valid, length))
    found[~valid] = 0
    return np.asarray(found)


def _large_groups(valid: Array, area: int) -> Array:
    """Return the valid pixels in 4-connected groups of more than `area`: others have nothing to stand out from."""
    from scipy.ndimage import label

    groups, _ = label(valid)
    return np.asarray(valid & (np.bincount(groups.ravel())[groups] > area))


def smooth(image: Array, guide: Array, valid: Array, distance: float, run: Run = ALONE) -> Array:
    """Smooth within edges by the domain transform's recursive filter (Gastal and Oliveira 2011, equation 21).

    image, guide : (rows, columns). valid : bool; nothing passes a pixel that is not valid. distance : standard
    deviation in pixels where the guide is flat; a change of SMOOTHING_RANGE in the guide counts as much.
    """
    image = image.copy()
    steps = [1 + distance / SMOOTHING_RANGE * np.abs(np.diff(guide, axis=axis)) for axis in (0, 1)]
    blocked = [~(valid[1:] & valid[:-1]), ~(valid[:, 1:] & valid[:, :-1])]
    passes = 2 * SMOOTHING_STEPS
    for done in range(passes):
        iteration, axis = divmod(done, 2)
        sigma = (
            distance
            * np.sqrt(3)
            * 2.0 ** (SMOOTHING_STEPS - iteration - 1)
            / np.sqrt(4.0**SMOOTHING_STEPS - 1)
        )
        weights = np.exp(-np.sqrt(2) / sigma * steps[axis]).astype(image.dtype)
        weights[blocked[axis]] = 0
        lines, factors = (image, weights) if axis == 0 else (np.ascontiguousarray(image.T), weights.T.copy())
        for line in range(1, len(lines)):
            lines[line] += factors[line - 1] * (lines[line - 1] - lines[line])
            run.check_cancelled()
        for line in range(len(lines) - 2, -1, -1):
            lines[line] += factors[line] * (lines[line + 1] - lines[line])
            run.check_cancelled()
        image = lines if axis == 0 else np.ascontiguousarray(lines.T)
        run.update((done + 1) / passes)
    return image


def _tiles(shape: Tuple[int, ...], halo: int) -> Iterator[Tuple[Rectangle, Rectangle, Rectangle]]:
    """Cut an image into tiles: each with a halo, its inside within that, and its place in the image.

    A bright part that reaches from the inside through the halo has more than `halo` pixels in the tile already.
    """
    sides = [-(-length // -(-length // max(_TILE, 2 * halo))) for length in shape]  # of equal tiles
    rows, columns = (
        [(start, min(start + side, length)) for start in range(0, length, side)]
        for side, length in zip(sides, shape)
    )
    for top, bottom in rows:
        for left, right in columns:
            low, near = max(top - halo, 0), max(left - halo, 0)
            window = slice(low, bottom + halo), slice(near, right + halo)
            inner = slice(top - low, bottom - low), slice(left - near, right - near)
            yield window, inner, (slice(top, bottom), slice(left, right))
