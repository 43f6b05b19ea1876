"""Consensus of several detectors: the mean of where each of them ranks a pixel, and of what is compact there."""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, Dict, List, Tuple

import numpy as np

from ..cube import Array, Cube
from ..errors import DataError, MissingLibraryError
from ..numerics.line_opening import line_residue
from ..numerics.ranks import rank_normal
from ..parameters import choices
from ..run import ALONE, Run
from .aed import target_area_field, target_pixels, warn_of_tiny_targets
from .base import Background, Detector, Group
from .registry import make_detector

MEMBERS = ("rx", "localrx", "crd", "knn", "aed")
LEARN_FIRST = ("localrx", "crd", "aed")
"""Members that compare a pixel with its surroundings: targets elsewhere in the scene do not disturb them."""
OTHERS = ("rx", "knn", "kernelrx", "cbad", "lrasmd", "lsmad")
"""Members that learn from the whole scene, without the pixels the first ones suspect."""
VOTES: Dict[str, float] = {"localrx": 0.5, "aed": 2}
"""Weights of the members that do not count once."""
SUSPECTS = 0.05
"""Share of the background pixels that are left out of what the others learn."""
LARGEST_TARGET = 400
"""Pixels of the largest target by default, and what MAX_TARGET_AREA 0 stands for."""
_LARGEST_SHAPE = 100
_SMALL_GUARD = 5
_RING = 6
_LEAST_OUTER = 17  # of localrx, which needs pixels for its covariance
_LOCAL_COMPONENTS = 10
_LAMBDA = 1000.0
_NEIGHBORS = 50
_REFERENCE = 10_000
_MAPS = 24  # bytes a pixel of what members said and of two maps


@dataclass(frozen=True)
class Consensus(Detector):
    """Score the mean over members of their maps' normal scores and those of what is compact in their maps.

    Every member's scores become normal scores, n: ranks, and these the quantiles of a standard normal distribution,
    so that all count alike. Its evidence is the mean of n and of the normal scores of its residues n - o_L, o_L the
    opening of the map n by lines of L = 3/4 and 3/2 sqrt(A) pixels in four directions: large bright areas, roads and
    edges in the score map lose, targets keep. The score is the mean of the members' evidence, `aed` counted twice and
    `localrx` half.

    MAX_TARGET_AREA, A = 400 pixels by default, is the largest target, and nothing smaller need be known: `crd`
    and `localrx` are the means of two, with guard windows of 5 and sqrt(A) pixels, and the largest area of `aed` is
    A, no more than 100 pixels or A / 4.

    `localrx`, `crd` and `aed` go first. The 5 % of the background pixels with their highest mean evidence are left
    out of what the others learn, so that targets do not make up the background they are compared with. The others
    therefore learn from the image that is scored.

    The spread is the standard deviation over members of normal scores. A member that cannot run, because of too few
    pixels or a missing library, is left out and named. Found by the comparison in docs/consensus.md. Time: the
    members', one after the other. Memory: that of the one that needs most, and about 24 bytes a pixel.
    """

    id: ClassVar[str] = "consensus"
    label: ClassVar[str] = "Consensus of detectors"
    short_label: ClassVar[str] = "Consensus"
    group: ClassVar[Group] = Group.COMBINATION
    order: ClassVar[int] = 1
    directional: ClassVar[bool] = True
    local: ClassVar[bool] = True
    ignores_brightness: ClassVar[bool] = False
    requires: ClassVar[Tuple[str, ...]] = ("scipy",)
    summary: ClassVar[str] = (
        "Runs several detectors that look at different things (the whole scene, the most similar spectra, the "
        "surroundings, the shape) and combines their rankings. To run first: it needs no tuning and is better than "
        "any single member on average. Targets may have any size up to 400 pixels. Scores are standard deviations: 2.3 "
        "means among the highest 1 % for all members alike. The spread says where the members disagree."
    )
    source: ClassVar[str] = (
        "Normal scores: B. L. van der Waerden, Indagationes Mathematicae 14, 1952, 453-458; line openings: "
        "P. Soille and H. Talbot, IEEE Trans. PAMI 23(11), 2001, doi:10.1109/34.969120"
    )
    can_save: ClassVar[bool] = False
    gives_spread: ClassVar[bool] = True

    detectors: Tuple[str, ...] = choices(
        MEMBERS,
        (*OTHERS, *LEARN_FIRST),
        "Detectors",
        "The detectors that take part. All count alike, but aed twice and localrx half.",
    )
    max_target_area: int = target_area_field(
        "windows, area filters and lengths of lines follow from it, and the log names them; smaller ones are found too",
        LARGEST_TARGET,
    )

    def fit(self, cube: Cube, run: Run = ALONE) -> ConsensusBackground:
        """Let the members that go first learn. Raises DataError where there are no members but these and none can."""
        self.check_libraries()
        cube = _learned_by_several(cube)
        members = self.members(cube)
        area = self._area()
        pixels = "1 pixel" if area == 1 else f"{area} pixels"
        run.message(f"Largest target of {pixels}: {self._consequences(members)}.")
        warn_of_tiny_targets(self.id, area, run, LARGEST_TARGET)
        first: Dict[str, List[Background]] = {}
        left_out: Dict[str, str] = {}
        early = [id for id in members if id in LEARN_FIRST]
        for id, part in zip(early, run.parts(max(len(early), 1))):
            run.message(f"{id} learns.")
            try:
                kept = _with_surroundings(id, members[id], cube)
                first[id] = [one.fit(cube, own) for one, own in zip(kept, part.parts(len(kept)))]
            except (DataError, MissingLibraryError) as error:
                _leave_out(id, error, left_out, run)
            part.update(1.0)
        others = {id: members[id] for id in members if id not in LEARN_FIRST}
        if not first and not others:
            raise _nobody(left_out)
        return ConsensusBackground(first, others, left_out, self.line_lengths())

    def memory_needed(self, cube: Cube) -> int:
        """As much as the member that needs most, and the maps of all."""
        members = [one.memory_needed(cube) for several in self.members(cube).values() for one in several]
        return max(members, default=0) + _MAPS * cube.rows * cube.columns

    def members(self, cube: Cube) -> Dict[str, List[Detector]]:
        """Return the members by id, each one or several whose mean counts, with what the largest target's size sets."""
        area = self._area()
        side = math.sqrt(area)
        guards = sorted({int(min(_SMALL_GUARD, side)) | 1, int(side) | 1})
        shape = max(min(area, _LARGEST_SHAPE), area // 4)
        learned = int(np.count_nonzero(cube.background))
        components = {"principal_components": _LOCAL_COMPONENTS}
        own: Dict[str, List[Dict[str, Any]]] = {
            "localrx": [{**_windows(guard, _LEAST_OUTER), **components} for guard in guards],
            "crd": [{**_windows(guard), **components, "lambda_": _LAMBDA} for guard in guards],
            "knn": [{"neighbors": int(min(max(learned / 50, 20), _NEIGHBORS)), "sample": _REFERENCE}],
            "aed": [{"max_target_area": shape}],
        }
        return {id: [make_detector(id, values) for values in own.get(id, [{}])] for id in self.detectors}

    def line_lengths(self) -> Tuple[int, ...]:
        """Return the lengths of the lines that open the score maps, pixels."""
        side = math.sqrt(self._area())
        return int(max(0.75 * side, 5)) | 1, int(max(1.5 * side, 9)) | 1

    def _area(self) -> int:
        return target_pixels(self.max_target_area, LARGEST_TARGET)

    def _consequences(self, members: Dict[str, List[Any]]) -> str:
        """Say what follows from the largest target: `windows 5 and 21, areas up to 100, lines 15 and 31`."""
        said = []
        local = members.get("localrx") or members.get("crd")
        if local is not None:
            said.append(f"windows {' and '.join(str(one.inner_window) for one in local)}")
        if "aed" in members:
            said.append(f"areas up to {members['aed'][0].max_target_area}")
        said.append(f"lines {' and '.join(str(length) for length in self.line_lengths())}")
        return ", ".join(said)


@dataclass(frozen=True)
class ConsensusBackground(Background):
    """first : what the members that go first learned, by id. others : the members that learn later, by id.

    left_out : why members did not learn, by id. lengths : of the lines that open score maps, pixels.
    """

    first: Dict[str, List[Background]]
    others: Dict[str, List[Detector]]
    left_out: Dict[str, str]
    lengths: Tuple[int, ...]

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the consensus, (rows, columns) float32, in standard deviations, NaN where not valid.

        Raises DataError where no member can score.
        """
        return self.maps(cube, run)["score"]

    def maps(self, cube: Cube, run: Run = ALONE) -> Dict[str, Array]:
        """Return `score` and `spread`, each (rows, columns) float32, NaN where not valid."""
        sums = _Sums(cube, self.lengths)
        left_out = dict(self.left_out)
        parts = run.parts(len(self.first) + len(self.others))
        for id, backgrounds in self.first.items():
            part = next(parts)
            run.message(f"{id} scores.")
            try:
                sums.add(
                    id, [one.score(cube, own) for one, own in zip(backgrounds, part.parts(len(backgrounds)))]
                )
            except (DataError, MissingLibraryError) as error:
                _leave_out(id, error, left_out, run)
            part.update(1.0)
        clean = _without(cube, sums.suspects())
        for id, (detector,) in self.others.items():
            part = next(parts)
            run.message(f"{id} learns and scores.")
            try:
                learned = detector.fit(clean, part.part(0.0, 0.3))
                sums.add(id, [learned.score(cube, part.part(0.3, 1.0))])
            except (DataError, MissingLibraryError) as error:
                _leave_out(id, error, left_out, run)
            part.update(1.0)
        if not sums.members:
            raise _nobody(left_out)
        run.metric("members", sums.members)
        run.metric("left_out", left_out)
        return {"score": _as_map(sums.score(), cube), "spread": _as_map(sums.spread(), cube)}


class _Sums:
    """What members say of the valid pixels, added up."""

    def __init__(self, cube: Cube, lengths: Tuple[int, ...]) -> None:
        """Start with no member; `lengths` of the lines, pixels."""
        self.cube = cube
        self.lengths = lengths
        self.members: List[str] = []
        self._votes = 0.0
        self._evidence, self._normal, self._squares = np.zeros((3, cube.valid_pixels), dtype=np.float32)

    def add(self, id: str, maps: List[Array]) -> None:
        """Add the mean of one member's maps, (rows, columns) each."""
        normal = rank_normal(maps[0][self.cube.valid])
        for scores in maps[1:]:
            normal += rank_normal(scores[self.cube.valid])
        if len(maps) > 1:
            normal = rank_normal(normal)
        votes = VOTES.get(id, 1)
        self.members.append(id)
        self._votes += votes
        self._normal += normal
        self._squares += normal**2
        evidence = rank_normal(self._residues(normal))
        evidence += normal
        evidence *= votes / 2
        self._evidence += evidence

    def _residues(self, normal: Array) -> Array:
        """What lines do not fit into, (n_valid,)."""
        image = np.zeros(self.cube.valid.shape, dtype=np.float32)
        image[self.cube.valid] = normal
        return line_residue(image, self.cube.valid, self.lengths)[self.cube.valid]

    def suspects(self) -> Array:
        """The background pixels with the most evidence so far, (rows, columns) bool."""
        found = np.zeros(self.cube.valid.shape, dtype=bool)
        if self.members:
            learned = self.cube.background[self.cube.valid]
            limit = np.quantile(self._evidence[learned], 1 - SUSPECTS)
            found[self.cube.valid] = learned & (self._evidence > limit)
        return found

    def score(self) -> Array:
        """The consensus, (n_valid,)."""
        return np.asarray(self._evidence / self._votes)

    def spread(self) -> Array:
        """Standard deviation over members of normal scores, (n_valid,)."""
        count = len(self.members)
        return np.asarray(np.sqrt(np.maximum(self._squares / count - (self._normal / count) ** 2, 0.0)))


def _learned_by_several(cube: Cube) -> Cube:
    """Return the cube as one that keeps the moments of its background: a pass over the file for all its members."""
    shared = copy(cube)
    shared.kept_moments = []
    return shared


def _without(cube: Cube, suspects: Array) -> Cube:
    """Return the cube with fewer background pixels."""
    clean = _learned_by_several(cube)
    clean.background = cube.background & ~suspects
    return clean


def _windows(guard: int, least: int = 0) -> Dict[str, Any]:
    return {"inner_window": guard, "outer_window": max(guard + _RING, least)}


def _as_map(values: Array, cube: Cube) -> Array:
    """Put (n_valid,) values in their places, (rows, columns) float32, NaN elsewhere."""
    found = np.full(cube.valid.shape, np.nan, dtype=np.float32)
    found[cube.valid] = values
    return found


def _with_surroundings(id: str, detectors: List[Detector], cube: Cube) -> List[Detector]:
    """Return those whose guard window around a pixel in the middle does not cover the image; DataError if none."""
    guards = [getattr(detector, "inner_window", 0) for detector in detectors]
    kept = [one for one, guard in zip(detectors, guards) if guard < max(cube.rows, cube.columns)]
    if not kept:
        raise DataError(
            f"{id}: the image of {cube.rows} x {cube.columns} pixels lies within the guard window of {min(guards)} "
            "pixels: give a smaller MAX_TARGET_AREA or a larger image."
        )
    return kept


def _leave_out(id: str, error: Exception, left_out: Dict[str, str], run: Run) -> None:
    left_out[id] = str(error)
    run.warning(f"consensus: {id} is left out. {error}")


def _nobody(left_out: Dict[str, str]) -> DataError:
    reasons = " ".join(f"{id}: {reason}" for id, reason in left_out.items())
    return DataError(f"consensus: no member could run. {reasons}")
