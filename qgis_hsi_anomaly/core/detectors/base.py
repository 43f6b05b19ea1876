"""What every detector is: a frozen dataclass of parameters that learns a background and scores against it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Callable, ClassVar, Dict, Optional

import numpy as np

from ..cube import MEMORY_BUDGET, Array, Cube
from ..errors import ModelError
from ..group import ALONE, Group
from ..parameters import Parameters
from ..progress import SILENT, Progress
from ..threads import CHUNK, map_threads


class Background(ABC):
    """What a detector learnt to be normal. Scoring changes nothing in it."""

    @abstractmethod
    def score(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> Array:
        """Return (rows, columns) float32, NaN where not valid; larger is more anomalous.

        Every process of `group` gets the whole map.
        """

    def maps(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> Dict[str, Array]:
        """Return the maps by name: `score`, and `spread` from detectors that have several members."""
        return {"score": self.score(cube, progress, group)}

    def arrays(self) -> Dict[str, Array]:
        """Return what a model file must hold, by name. Local methods have nothing."""
        return {}

    def facts(self) -> Dict[str, Any]:
        """Return what a model file's header must hold beside the parameters, as JSON values."""
        return {}


@dataclass(frozen=True)
class Detector(Parameters, ABC):
    """Base of the detectors: class attributes describe, fields are parameters, `fit` learns.

    id : name in the toolbox, on the command line and in model files. label, group : as the toolbox shows them.
    summary : what it does, when to use it and where it breaks, for help and documentation.
    source : the publication.
    needs_torch : runs in a worker process, with torch.
    can_save : learns a background that can be saved and used on another raster.
    gives_spread : `maps` has `spread`, the disagreement of several members.
    memory_budget : bytes that row blocks and what is made of them may take.
    """

    id: ClassVar[str]
    label: ClassVar[str]
    group: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str]
    needs_torch: ClassVar[bool] = False
    can_save: ClassVar[bool] = True
    gives_spread: ClassVar[bool] = False
    memory_budget: ClassVar[int] = MEMORY_BUDGET

    @abstractmethod
    def fit(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> Background:
        """Learn the background from the cube's background pixels."""

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> Background:
        """Rebuild the background from what `Background.arrays` and `.facts` gave."""
        raise ModelError(f"{self.id} has no background that can be saved.")

    @classmethod
    def who(cls) -> str:
        """Name to begin an error message with."""
        return cls.id


def score_spectra(
    cube: Cube,
    score: Callable[[Array], Array],
    progress: Progress = SILENT,
    group: Group = ALONE,
    bytes_per_pixel: Optional[int] = None,
) -> Array:
    """Score every valid pixel by its own spectrum, row block by row block, in one thread a core.

    score : takes spectra (n_pixels, bands), gives their scores (n_pixels,). bytes_per_pixel : see `Cube.block_height`.
    Returns (rows, columns) float32, NaN where not valid, the whole map in every process.
    """
    scores = np.zeros((cube.rows, cube.columns), dtype=np.float32)
    first, last = group.rows(cube.rows)
    for block in cube.blocks(rows=(first, last), bytes_per_pixel=bytes_per_pixel):
        spectra, found = block.spectra, []
        chunks = [spectra[start : start + CHUNK] for start in range(0, len(spectra), CHUNK)]
        for number, chunk in enumerate(map_threads(score, chunks)):
            found.append(chunk)
            rows_done = block.start - first + (block.stop - block.start) * (number + 1) / len(chunks)
            progress.update(rows_done / (last - first))
        if found:
            scores[block.start : block.stop][cube.valid[block.start : block.stop]] = np.concatenate(found)
        progress.update((block.stop - first) / (last - first))
    scores = group.sum(scores)
    scores[~cube.valid] = np.nan
    return scores
