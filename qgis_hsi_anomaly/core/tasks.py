"""What a run computes on a cube, in this process or in a worker: detect, fit, apply, suppress."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Optional, Tuple

import numpy as np

from .cube import Array, Cube
from .detectors.base import Background, Fitted, Method, Suppression
from .detectors.registry import make_method
from .errors import DataError, ModelError
from .model_file import model_bytes, model_of, read_header, read_model
from .run import Run

_TOO_EXTREME = "values of the image, of the model, or a parameter are too large or too small to compute with"
_ROWS = 64
"""Rows of a cube that are looked at together."""


@dataclass(frozen=True)
class Results:
    """What a task returns.

    maps : by name, float32 (rows, columns). model : content of the model file of what was learned. cube : float32
    (rows, columns, bands), 0 where not valid.
    """

    maps: Dict[str, Array] = field(default_factory=dict)
    model: bytes = b""
    cube: Optional[Array] = None


@dataclass(frozen=True)
class Surroundings:
    """What a task finds where it runs.

    versions : of the software, for model files. checkpoint : keeps the state of trainings. new_cube : makes an array
    (rows, columns, bands) that all processes of the run write into.
    """

    versions: Dict[str, str]
    checkpoint: Any = None
    new_cube: Optional[Callable[[Tuple[int, ...]], Array]] = None


class Task(ABC):
    """Something to be computed on a cube."""

    def results(self, cube: Cube, run: Run, surroundings: Surroundings) -> Results:
        """Do it, see `perform`. DataError where no numbers come of it: at valid pixels all of them must be finite."""
        try:
            found = self.perform(cube, run, surroundings)
        except Exception as error:
            # numpy's and torch's, by name: torch is not to be imported here.
            if type(error).__name__.lstrip("_") != "LinAlgError":
                raise
            raise DataError(
                f"{self.method.id}: a matrix of the scene cannot be solved: {_TOO_EXTREME}."
            ) from error
        for values in found.maps.values():
            self._check_finite(np.isfinite(values), cube)
        if found.cube is not None:
            rows = range(0, cube.rows, _ROWS)
            parts = [np.isfinite(found.cube[row : row + _ROWS]).all(axis=2) for row in rows]
            self._check_finite(np.concatenate(parts), cube)
        return found

    def _check_finite(self, finite: Array, cube: Cube) -> None:
        missing = cube.valid & ~finite
        count = int(np.count_nonzero(missing))
        if count:
            row, column = np.argwhere(missing)[0] + 1
            raise DataError(
                f"{self.method.id}: {count} of {cube.valid_pixels} valid pixels, first row {row} column {column}, get "
                f"no finite number: {_TOO_EXTREME}."
            )

    @property
    @abstractmethod
    def method(self) -> Method:
        """The detector or pre-processor that does it."""

    @abstractmethod
    def perform(self, cube: Cube, run: Run, surroundings: Surroundings) -> Results:
        """Do it. Of several processes, all get the results."""

    @abstractmethod
    def values(self) -> Dict[str, Any]:
        """Return it as JSON values, for `task_of`."""


@dataclass(frozen=True)
class Fit(Task):
    """Learn, and with `scores`, score the same cube. saved : whether the model is wanted."""

    learner: Method
    scores: bool = False
    saved: bool = True

    @property
    def method(self) -> Method:
        """The detector or pre-processor."""
        return self.learner

    def perform(self, cube: Cube, run: Run, surroundings: Surroundings) -> Results:
        """Fit, score, save."""
        learning = run.part(0.0, 0.6) if self.scores else run
        if surroundings.checkpoint is None:
            fitted = self.learner.fit(cube, learning)
        else:
            fitted = self.learner.fit(cube, learning, surroundings.checkpoint)  # type: ignore[call-arg]
        model = b""
        if self.saved and run.processes.rank == 0:
            model = model_bytes(model_of(self.learner, fitted, cube, surroundings.versions))
        found = _use(fitted, cube, run.part(0.6, 1.0), surroundings) if self.scores else Results()
        return Results(found.maps, model, found.cube)

    def values(self) -> Dict[str, Any]:
        """The method by id and parameters."""
        named = {"method": self.learner.id, "parameters": self.learner.values()}
        return {**named, "scores": self.scores, "saved": self.saved}


@dataclass(frozen=True)
class Apply(Task):
    """Score a cube, or suppress its background, with what a model file holds."""

    model_file: str

    @property
    def method(self) -> Method:
        """The method the model was fitted with."""
        return read_header(self.model_file).method

    def perform(self, cube: Cube, run: Run, surroundings: Surroundings) -> Results:
        """Read the model and use it."""
        return _use(read_model(self.model_file).fitted, cube, run, surroundings)

    def values(self) -> Dict[str, Any]:
        """The file."""
        return {"model_file": self.model_file}


def task_of(values: Dict[str, Any]) -> Task:
    """Rebuild a task from its values."""
    if "model_file" in values:
        return Apply(values["model_file"])
    return Fit(make_method(values["method"], values["parameters"]), values["scores"], values["saved"])


def _use(fitted: Fitted, cube: Cube, run: Run, surroundings: Surroundings) -> Results:
    """Score, or suppress."""
    if isinstance(fitted, Background):
        return Results(fitted.maps(cube, run))
    if isinstance(fitted, Suppression) and surroundings.new_cube is not None:
        target = surroundings.new_cube((cube.rows, cube.columns, cube.bands))
        fitted.suppress(cube, target, run)
        return Results(cube=target)
    raise ModelError("This model can be used by a worker process only.")
