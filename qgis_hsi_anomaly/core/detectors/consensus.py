"""Consensus of several detectors: the mean of where each of them ranks a pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Dict, List, Tuple

import numpy as np

from ..cube import Array, Cube
from ..errors import DataError, MissingLibraryError
from ..numerics.ranks import rank_normal
from ..parameters import choices
from ..run import ALONE, Run
from .aed import target_area_field, target_pixels, warn_of_tiny_targets
from .base import Background, Detector, Group
from .registry import make_detector

FAMILIES: Dict[str, str] = {
    "rx": "whole scene",
    "kernelrx": "whole scene",
    "cbad": "whole scene",
    "lrasmd": "whole scene",
    "lsmad": "whole scene",
    "knn": "nearest spectra",
    "localrx": "surroundings",
    "crd": "surroundings",
    "aed": "shape",
}
"""The detectors that can be members, with what they compare a pixel with: the family they belong to."""

VOTES: Dict[str, float] = {"whole scene": 1, "nearest spectra": 2, "surroundings": 1, "shape": 2}
"""Weights of the families: one vote for those that assume a Gaussian background, two for the others."""

MEMBERS = ("rx", "localrx", "crd", "knn", "cbad", "aed")
_RING = 6
_LEAST_OUTER = 17
_LOCAL_COMPONENTS = 10
_REFERENCE = 10_000


@dataclass(frozen=True)
class Consensus(Detector):
    """Score the weighted mean over families, and within them over members, of rank-normal scores.

    Every member's scores become ranks and these the quantiles of a standard normal distribution, so that all
    count alike. Members that look at the same thing make up one family, within which they are averaged; families
    have votes: one for whole scene and surroundings, which assume a Gaussian background or a clean ring, two for
    nearest spectra and shape. Found by the comparison in docs/consensus.md, where it beats the plain mean of
    rank-normal scores on real and simulated scenes.

    MAX_TARGET_AREA, A pixels, sets what members know of targets: guard windows of 2 sqrt(A), area filters of A, and
    4 A nearest neighbors (fewer where not all pixels are reference pixels, or the image is small).

    The spread is the standard deviation over members of rank-normal scores. A member that cannot run, because
    of too few pixels or a missing library, is left out and named. Time: the members', one after the other.
    Memory: theirs, and about 60 bytes a pixel.
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
        "any single member on average. Scores are standard deviations: 2.3 means among the highest 1 % for all members "
        "alike. The spread says where the members disagree."
    )
    source: ClassVar[str] = (
        "Rank-normal scores: B. L. van der Waerden, Indagationes Mathematicae 14, 1952, 453-458"
    )
    can_save: ClassVar[bool] = False
    gives_spread: ClassVar[bool] = True

    detectors: Tuple[str, ...] = choices(
        MEMBERS,
        tuple(FAMILIES),
        "Detectors",
        "The detectors that take part. They share votes: one for rx, kernelrx, cbad, lrasmd and lsmad together, one "
        "for localrx and crd, two for knn, two for aed.",
    )
    max_target_area: int = target_area_field(
        "guard windows, area filters and numbers of neighbors follow from it, and the log names them"
    )

    def fit(self, cube: Cube, run: Run = ALONE) -> ConsensusBackground:
        """Let every member learn. Raises DataError where none can."""
        self.check_libraries()
        members: Dict[str, Background] = {}
        left_out: Dict[str, str] = {}
        chosen = self.members(cube)
        area = target_pixels(self.max_target_area)
        run.message(f"Largest target of {_count(area, 'pixel')}{_consequences(chosen)}.")
        warn_of_tiny_targets(self.id, area, run)
        for (id, detector), part in zip(chosen.items(), run.parts(len(chosen))):
            run.message(f"{id} learns.")
            try:
                _check_surroundings(id, detector, cube)
                members[id] = detector.fit(cube, part)
            except (DataError, MissingLibraryError) as error:
                _leave_out(id, error, left_out, run)
            part.update(1.0)
        if not members:
            raise _nobody(left_out)
        return ConsensusBackground(members, left_out)

    def members(self, cube: Cube) -> Dict[str, Detector]:
        """Return the members by id, with the parameters the largest target's size gives them."""
        area = target_pixels(self.max_target_area)
        guard = 2 * math.ceil(math.sqrt(area)) - 1
        windows = {"inner_window": guard, "outer_window": max(guard + _RING, _LEAST_OUTER)}
        learned = int(np.count_nonzero(cube.background))
        # Of a target's pixels only so many are in the reference sample.
        neighbors = 4 * area * min(1.0, _REFERENCE / learned)
        own: Dict[str, Dict[str, Any]] = {
            "localrx": {**windows, "principal_components": _LOCAL_COMPONENTS},
            "crd": windows,
            "knn": {"neighbors": int(min(max(min(neighbors, learned / 50), 20), 1000)), "sample": _REFERENCE},
            "aed": {"max_target_area": self.max_target_area},
        }
        return {id: make_detector(id, own.get(id, {})) for id in self.detectors}


@dataclass(frozen=True)
class ConsensusBackground(Background):
    """members : what each member learned, by id. left_out : why others did not, by id."""

    members: Dict[str, Background]
    left_out: Dict[str, str]

    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return the consensus, (rows, columns) float32, in standard deviations, NaN where not valid.

        Raises DataError where no member can score.
        """
        return self.maps(cube, run)["score"]

    def maps(self, cube: Cube, run: Run = ALONE) -> Dict[str, Array]:
        """Return `score` and `spread`, each (rows, columns) float32, NaN where not valid."""
        left_out = dict(self.left_out)
        families: Dict[str, List[Any]] = {}
        taken = np.zeros(cube.valid_pixels)
        squared = np.zeros_like(taken)
        for (id, background), part in zip(self.members.items(), run.parts(len(self.members))):
            run.message(f"{id} scores.")
            try:
                scores = background.score(cube, part)[cube.valid]
            except (DataError, MissingLibraryError) as error:
                _leave_out(id, error, left_out, run)
                part.update(1.0)
                continue
            normal = rank_normal(scores)
            family = families.setdefault(FAMILIES[id], [0, 0.0])
            family[0] += 1
            family[1] = family[1] + normal
            taken += normal
            squared += normal**2
        count = sum(family[0] for family in families.values())
        if count == 0:
            raise _nobody(left_out)
        run.metric("members", [id for id in self.members if id not in left_out])
        run.metric("left_out", left_out)
        votes = sum(VOTES[family] for family in families)
        combined = sum(VOTES[family] / votes * total / size for family, (size, total) in families.items())
        spread = np.sqrt(np.maximum(squared / count - (taken / count) ** 2, 0.0))
        return {"score": _as_map(combined, cube), "spread": _as_map(spread, cube)}


def _consequences(members: Dict[str, Any]) -> str:
    """Say what members take from the largest target's size: `: windows 15/21, 200 neighbors, areas 50 and 25`."""
    said = []
    local = members.get("localrx") or members.get("crd")
    if local is not None:
        said.append(f"windows {local.inner_window}/{local.outer_window}")
    if "knn" in members:
        said.append(_count(members["knn"].neighbors, "neighbor"))
    if "aed" in members:
        area = target_pixels(members["aed"].max_target_area)
        said.append(f"areas {area} and {max(area // 2, 1)}")
    return f": {', '.join(said)}" if said else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _as_map(values: Array, cube: Cube) -> Array:
    """Put (n_valid,) values in their places, (rows, columns) float32, NaN elsewhere."""
    found = np.full(cube.valid.shape, np.nan, dtype=np.float32)
    found[cube.valid] = values
    return found


def _check_surroundings(id: str, detector: Detector, cube: Cube) -> None:
    """Raise DataError where the guard window around a pixel in the middle covers the image."""
    guard = getattr(detector, "inner_window", 0)
    if guard >= max(cube.rows, cube.columns):
        raise DataError(
            f"{id}: the image of {cube.rows} x {cube.columns} pixels lies within the guard window of {guard} pixels: "
            "give a smaller MAX_TARGET_AREA or a larger image."
        )


def _leave_out(id: str, error: Exception, left_out: Dict[str, str], run: Run) -> None:
    left_out[id] = str(error)
    run.warning(f"consensus: {id} is left out. {error}")


def _nobody(left_out: Dict[str, str]) -> DataError:
    reasons = " ".join(f"{id}: {reason}" for id, reason in left_out.items())
    return DataError(f"consensus: no member could run. {reasons}")
