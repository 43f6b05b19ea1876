"""What every detector is: a frozen dataclass of parameters that learns a background and scores against it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import Any, Callable, ClassVar, Dict, Optional, Tuple

import numpy as np

from ..cube import MEMORY_BUDGET, Array, Cube
from ..errors import ModelError, ParameterError
from ..libraries import check_libraries
from ..parameters import Parameters
from ..run import ALONE, Run
from ..threads import CHUNK, map_threads

_ALWAYS = 24 * 2**20
"""Bytes that libraries take as soon as they compute."""


class Group(Enum):
    """Headings of the toolbox, in its order."""

    COMBINATION = "Combination"
    STATISTICAL = "Statistical"
    REPRESENTATION = "Representation and shape"
    LEARNED = "Learned"
    PREPROCESSING = "Pre-processing"


class Fitted:
    """What a method learned. Using it changes nothing in it."""

    def arrays(self) -> Dict[str, Array]:
        """Return what a model file must hold, by name. Local methods have nothing."""
        return {}

    def facts(self) -> Dict[str, Any]:
        """Return what a model file's header must hold beside the parameters, as JSON values."""
        return {}


class Background(Fitted, ABC):
    """What a detector learned to be normal."""

    @abstractmethod
    def score(self, cube: Cube, run: Run = ALONE) -> Array:
        """Return (rows, columns) float32, NaN where not valid; larger is more anomalous.

        Every process of the run gets the whole map.
        """

    def maps(self, cube: Cube, run: Run = ALONE) -> Dict[str, Array]:
        """Return the maps by name: `score`, and `spread` from detectors that have several members."""
        return {"score": self.score(cube, run)}


class Suppression(Fitted, ABC):
    """What a pre-processor learned to take out of spectra."""

    @abstractmethod
    def suppress(self, cube: Cube, target: Array, run: Run = ALONE) -> None:
        """Write a cube without its background into `target` (rows, columns, bands) float32, this process's rows."""


@dataclass(frozen=True)
class Method(Parameters, ABC):
    """Base of detectors and pre-processors: class attributes describe, fields are parameters, `fit` learns.

    id : name in the toolbox, on the command line and in model files. label : as the toolbox shows it. group : the
    toolbox's heading above it. order : place below the heading, smallest first.
    summary : what it does, when to use it and where it breaks, for help and documentation. source : the publication.
    short_label : name of its layers, where that is neither the acronym in the label nor what stands before it.
    requires : modules beside numpy, by the names they are imported by.
    needs_torch : runs in a worker process, with torch.
    shapes : of the arrays in its model files, by name: "bands", and words for lengths that are the same wherever they
    stand. Model files in which they are not are refused.
    can_save : learns something that can be saved and used on another raster.
    gives_spread : there is a map of the disagreement of several members.
    memory_budget : bytes that row blocks and what is made of them may take.

    What the method does not promise, for the checks that all go through (tests/core/test_every_detector.py):
    local : a pixel's score depends on its surroundings. directional : on which way is up. draws_at_random : on the
    order of the rows, in which pixels are drawn. ignores_brightness : a constant added to all bands changes nothing.
    has_unit : scores grow with the values. needs_room : images no larger than a target are refused.
    learns_outliers : an anomaly that is learned from may score low.
    """

    id: ClassVar[str]
    label: ClassVar[str]
    group: ClassVar[Group]
    order: ClassVar[int] = 100
    summary: ClassVar[str]
    source: ClassVar[str]
    short_label: ClassVar[str] = ""
    requires: ClassVar[Tuple[str, ...]] = ()
    needs_torch: ClassVar[bool] = False
    shapes: ClassVar[Dict[str, Tuple[str, ...]]] = {}
    can_save: ClassVar[bool] = True
    gives_spread: ClassVar[bool] = False
    memory_budget: ClassVar[int] = MEMORY_BUDGET

    local: ClassVar[bool] = False
    directional: ClassVar[bool] = False
    draws_at_random: ClassVar[bool] = False
    ignores_brightness: ClassVar[bool] = True
    has_unit: ClassVar[bool] = False
    needs_room: ClassVar[bool] = False
    learns_outliers: ClassVar[bool] = False

    @abstractmethod
    def fit(self, cube: Cube, run: Run = ALONE) -> Fitted:
        """Learn from the cube's background pixels."""

    def check_spread(self) -> None:
        """Refuse a map of the disagreement of members where these parameters give no several."""
        if not self.gives_spread:
            raise ParameterError(f"{self.id}: SPREAD needs a detector of several members.")

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> Fitted:
        """Rebuild what was learned from what `Fitted.arrays` and `.facts` gave."""
        raise ModelError(f"{self.id} learns nothing that can be saved.")

    def memory_needed(self, cube: Cube) -> int:
        """Return about how many bytes a run takes beside the program: within a third of what was measured.

        Methods that hold more than row blocks add it in `working_memory`.
        """
        maps = 16 * cube.rows * cube.columns
        return _ALWAYS + maps + block_memory(cube) + self.working_memory(cube)

    def working_memory(self, cube: Cube) -> int:
        """Return about how many bytes are held beside row blocks and maps, a sample for example."""
        return 0

    def check_libraries(self) -> None:
        """Raise MissingLibraryError where this Python lacks a library that the method requires."""
        check_libraries(self.id, (*self.requires, *(("torch",) if self.needs_torch else ())))

    @classmethod
    def who(cls) -> str:
        """Name to begin an error message with."""
        return cls.id


class Detector(Method):
    """A method that gives every pixel a score."""

    @abstractmethod
    def fit(self, cube: Cube, run: Run = ALONE) -> Background:
        """Learn the background from the cube's background pixels."""

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> Background:
        """Rebuild the background from what `Background.arrays` and `.facts` gave."""
        raise ModelError(f"{self.id} learns no background that could be saved.")


class Preprocessor(Method):
    """A method that makes a raster for detectors to work on."""

    group: ClassVar[Group] = Group.PREPROCESSING

    @abstractmethod
    def fit(self, cube: Cube, run: Run = ALONE) -> Suppression:
        """Learn from the cube's background pixels."""


def block_memory(cube: Cube) -> int:
    """Return about how many bytes reading row blocks and computing with them take."""
    return int(cube.reading_bytes + 2.2 * 4 * cube.block_height() * cube.columns * cube.bands)


def score_spectra(
    cube: Cube,
    score: Callable[[Array], Array],
    run: Run = ALONE,
    bytes_per_pixel: Optional[int] = None,
) -> Array:
    """Score every valid pixel by its own spectrum, row block by row block, in one thread a core.

    score : takes spectra (n_pixels, bands), gives their scores (n_pixels,). bytes_per_pixel : see `Cube.block_height`.
    Returns (rows, columns) float32, NaN where not valid, the whole map in every process.
    """
    scores: Array = np.zeros((cube.rows, cube.columns), dtype=np.float32)
    for block, part in run.blocks(cube, bytes_per_pixel=bytes_per_pixel):
        spectra, found = block.spectra, []
        chunks = [spectra[start : start + CHUNK] for start in range(0, len(spectra), CHUNK)]
        for number, chunk in enumerate(map_threads(score, chunks), 1):
            found.append(chunk)
            part.update(number / len(chunks))
        if found:
            scores[block.start : block.stop][cube.valid[block.start : block.stop]] = np.concatenate(found)
    scores = run.sum(scores)
    scores[~cube.valid] = np.nan
    return scores
