"""A detector that misbehaves on purpose. It is copied into a copy of the package, which the worker then runs."""

from __future__ import annotations

import importlib.util
import os
import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from qgis_hsi_anomaly.core.detectors.base import Background, Detector, Group
from qgis_hsi_anomaly.core.errors import DataError
from qgis_hsi_anomaly.core.parameters import choice, integer
from qgis_hsi_anomaly.core.run import ALONE

BEHAVIORS = ("scores", "talks", "refuses", "fails", "sleeps", "spins", "dies", "hogs")


@dataclass(frozen=True)
class Toy(Detector):
    id: ClassVar[str] = "toy"
    label: ClassVar[str] = "Toy"
    group: ClassVar[Group] = Group.STATISTICAL
    summary: ClassVar[str] = "Does what `behavior` says, in the process of rank `culprit`."
    source: ClassVar[str] = ""

    behavior: str = choice("scores", BEHAVIORS, "Behavior", "What it does.")
    culprit: int = integer(0, "Culprit", "Rank of the process that does it.", minimum=0)

    def fit(self, cube, run=ALONE):
        run.message("started")
        run.update(0.1)
        if run.processes.rank == self.culprit:
            getattr(self, self.behavior)(run)
        total = run.sum(np.ones(1))
        run.metric("processes", total[0])
        return ToyBackground()

    def restore(self, arrays, facts):
        return ToyBackground()

    def scores(self, run):
        pass

    def talks(self, run):
        assert importlib.util.find_spec("packing") is None, (
            "a neighbor of worker.py can be imported by its bare name"
        )
        print("a library prints this")
        os.write(1, b'{"kind": "error", "rank": 0, "type": "Fake", "message": "fake"}\n')
        os.write(2, b"and this\n" * 20000)
        run.warning("ä warning\nof two lines")
        run.metric("history", list(range(50000)))

    def refuses(self, run):
        raise DataError("These pixels are not to my taste.")

    def fails(self, run):
        raise RuntimeError("the gears are stuck")

    def sleeps(self, run):
        time.sleep(600)

    def spins(self, run):
        while True:
            run.update(0.5)
            time.sleep(0.01)

    def dies(self, run):
        os.write(2, b"my last words\n")
        os.kill(os.getpid(), 9)

    def hogs(self, run):
        raise MemoryError("Unable to allocate 999. GiB for an array")


class ToyBackground(Background):
    def score(self, cube, run=ALONE):
        scores = np.zeros((cube.rows, cube.columns), dtype=np.float32)
        first, last = run.rows(cube.rows)
        scores[first:last] = cube.read_rows(first, last).sum(axis=2)
        scores = run.sum(scores)
        scores[~cube.valid] = np.nan
        return scores

    def arrays(self):
        return {"nothing": np.zeros(1)}
