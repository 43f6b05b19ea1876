"""How small a target would have been found in a scene, by trying."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, ClassVar, Dict, List, Sequence, Tuple, TypeVar

import numpy as np

from ..core.cube import Array, Cube
from ..core.decisions.chosen import Chosen, single_pixels, with_data
from ..core.decisions.recovery import (
    Implant,
    ImplantedCube,
    Rate,
    background_of,
    found_in,
    half_found,
    plan_runs,
    rates,
    spectra_of,
    threshold_of,
    unusual_spectra,
)
from ..core.detectors.base import Detector
from ..core.detectors.registry import detector_ids, make_detector
from ..core.errors import ParameterError
from ..core.libraries import check_libraries
from ..core.parameters import (
    allow,
    background,
    bands,
    choice,
    image,
    integer,
    number,
    seed_field,
    text,
    vector,
    words,
)
from ..core.parameters import output as file_to_write
from ..core.run import ALONE, Run
from ..core.scene_checks import check_scene, many_flagged
from ..core.tasks import Fit
from ..jobs.compute import compute
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.features import read_features
from ..raster.reader import RasterCube, open_cube
from ..record import versions
from ..report.recovery import Recovered, recovery_report, recovery_table
from .base import Heading, Tool

N = TypeVar("N", int, float)

_LARGEST = 101
_MOST_SPECTRA = 1000


@dataclass(frozen=True)
class Recovery(Tool):
    """Rates of detection of implanted targets, by size and fraction."""

    id: ClassVar[str] = "recovery"
    label: ClassVar[str] = "Recovery of implanted targets"
    group: ClassVar[Heading] = Heading.EVALUATION
    order: ClassVar[int] = 3
    page: ClassVar[str] = "decisions"
    icon: ClassVar[str] = "evaluate"
    keywords: ClassVar[Sequence[str]] = (
        "sensitivity",
        "detection limit",
        "implant",
        "subpixel",
        "simulation",
    )
    summary: ClassVar[str] = (
        "Says how small a target would have been found here. Mixes targets of several sizes and fractions into your "
        "own scene, at random places of the background, runs the detector on it, and counts which of them lie above "
        "the threshold at the false-alarm rate you name. Use it before you write that there was nothing: it shows "
        "what would have been missed. The detector runs once for every few implants, so that they do not become "
        "background: often on a small scene, a few times on a large one; the log says how many times. Targets are "
        "squares that cover all their pixels alike; real ones have edges, shadows and turns, so take the rates as "
        "the best case."
    )
    source: ClassVar[str] = (
        "Intervals of the rates: E. B. Wilson, JASA 22, 1927, doi:10.1080/01621459.1927.10502953"
    )
    requires: ClassVar[Tuple[str, ...]] = ("matplotlib", "scipy")
    executes: ClassVar[bool] = True
    returns: ClassVar[Dict[str, str]] = {
        "IMPLANTED": "Targets implanted",
        "FOUND": "Targets found",
        "RUNS": "Runs of the detector with targets",
        "THRESHOLD": "Threshold of the scene without implants",
    }

    input: str = image()
    output: str = file_to_write(
        "file",
        "Report",
        "One self-contained file: how many targets of each size and fraction were found, with 95 % intervals, the "
        "spectra that were implanted, and how it was done.",
        extensions=(".html",),
        positional=True,
    )
    detector: str = choice(
        "rx",
        detector_ids(),
        "Detector",
        "The detector to be tried. It learns anew each time, as it would if the targets had been there: choose fast "
        "ones first. rx takes seconds on a small scene; learned detectors and consensus take many minutes.",
    )
    parameters: Tuple[str, ...] = words(
        "Parameters of the detector",
        "NAME=value, several divided by spaces, such as INNER_WINDOW=15 OUTER_WINDOW=25; defaults for the rest.",
    )
    rate: float = number(
        1e-3,
        "False-alarm rate",
        "The share of background pixels that may be flagged by mistake: 0.001 is one pixel in a thousand. Give the "
        "rate at which you threshold your scores. The threshold is chosen as method tail of Threshold scores does.",
        above=0,
        maximum=0.1,
    )
    sizes: str = text(
        "1,2,3,5",
        "Sizes",
        "Pixels along the side of the square targets, divided by commas. Each size is tried with each fraction.",
    )
    fractions: str = text(
        "0.05,0.1,0.2,0.5,1",
        "Fractions",
        "How much of each of its pixels a target covers, above 0 to 1, divided by commas. 1 replaces the pixel; a "
        "target of half a pixel's length and width covers 0.25 of one pixel.",
    )
    implants: int = integer(
        20,
        "Implants of each kind",
        "How many targets of each size and fraction are tried. More make the intervals narrower and the work longer: "
        "with 20 a rate of one half is known to about 0.2, with 100 to about 0.1.",
        minimum=1,
        maximum=10_000,
    )
    objects: str = vector(
        "Target objects",
        "Polygons or points on the image whose spectra are implanted, in any CRS: each of their pixels is a target "
        "spectrum. Without objects and pixels, 20 unusual and mutually different spectra of the scene are "
        "implanted, of the percent that RX ranks highest: targets as strange as the strangest that is there "
        "already. On labeled scenes they were found more often than the labeled anomalies, most with RX.",
        optional=True,
    )
    pixels: Tuple[str, ...] = words(
        "Target pixels",
        "Pixels whose spectra are implanted, as ROW,COLUMN, counted from 0 at the upper left, several divided by "
        "blanks: 12,40 57,3. They may stand beside objects.",
    )
    bands: Tuple[int, ...] = bands()
    background: str = background()
    allow: Tuple[str, ...] = allow()
    csv: str = file_to_write(
        "file",
        "Table",
        "The rates and their intervals to compute with, a line for each size and fraction.",
        extensions=(".csv",),
        optional=True,
    )
    least_share: float = number(
        0.0,
        "Least share above the threshold",
        "A target counts as found when one of its pixels lies above the threshold, and at least this share of them. "
        "Raise it where single pixels are dropped from your list of objects.",
        minimum=0,
        maximum=1,
        advanced=True,
    )
    spectra: int = integer(
        20,
        "Target spectra",
        "How many of the scene's unusual spectra are implanted, where no objects or pixels are given.",
        minimum=1,
        maximum=_MOST_SPECTRA,
        advanced=True,
    )
    changed: float = number(
        0.01,
        "Share of changed pixels",
        "The share of the background that one run may change, one target at least. Smaller is nearer to a scene with a "
        "single target, and takes more runs.",
        above=0,
        maximum=0.1,
        advanced=True,
    )
    seed: int = seed_field(
        "Start of the random numbers for places and order: the same seed gives the same rates.", advanced=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._detector()
        self._sizes()
        self._fractions()

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Run the detector on the scene, then with targets, count, and write the report."""
        detector = self._detector()
        check_libraries(self.id, self.requires)
        self._check_execution(detector, execution)
        outputs = Outputs([self.input, self.background or None, self.objects or None])
        outputs.claim(self.output, "html")
        if self.csv:
            outputs.claim(self.csv, "table")
        cube = open_cube(
            self.input,
            self.bands or None,
            self.background or None,
            detector.memory_budget,
            run.part(0.0, 0.03),
            allow=self.allow,
            on_map=bool(self.objects),
        )
        check_scene(cube, run.part(0.03, 0.03))
        targets, own = self._targets(cube, run.part(0.03, 0.08))
        scores = _score(detector, cube, execution, run.part(0.08, 0.12))
        threshold = threshold_of(scores, cube.background, self.rate)
        allowed = cube.background & (scores <= threshold)
        for item in own:
            allowed[item.rows, item.columns] = False
        runs = plan_runs(
            allowed, self._sizes(), self._fractions(), self.implants, len(targets), self.changed, self.seed
        )
        flagged, implanted = int(np.count_nonzero(scores > threshold)), sum(map(len, runs))
        doubt = many_flagged(flagged, cube.valid_pixels)
        if doubt:
            run.warning(doubt)
        run.message(
            f"{implanted} targets are implanted, a few at a time: {detector.id} runs {len(runs)} times."
        )
        cells = self._try(detector, cube, targets, runs, execution, run.part(0.12, 0.97))
        recovered = Recovered(
            name=Path(self.input).name,
            detector=detector,
            rate=self.rate,
            threshold=threshold,
            flagged=flagged,
            cells=cells,
            targets=targets,
            chosen=bool(own),
            runs=len(runs),
            least_share=self.least_share,
            seed=self.seed,
        )
        report = recovery_report(recovered, cube)
        with outputs:
            outputs.write(self.output, report.encode())
            if self.csv:
                outputs.write(self.csv, recovery_table(cells).encode())
            run.update(1.0)
        return {
            "IMPLANTED": implanted,
            "FOUND": sum(cell.found for cell in cells),
            "RUNS": len(runs),
            "THRESHOLD": threshold,
            "cells": [_facts(cell) for cell in cells],
            "half_found": {str(size): half_found(cells, size) for size in self._sizes()},
        }

    def _detector(self) -> Detector:
        values: Dict[str, Any] = {}
        for item in self.parameters:
            name, equals, value = item.partition("=")
            if not (name and equals and value):
                raise ParameterError(
                    f"{self.id}: PARAMETERS must be NAME=value, several divided by spaces; got {item!r}."
                )
            values[name.lower()] = value
        return make_detector(self.detector, values)

    def _sizes(self) -> List[int]:
        what = f"whole numbers from 1 to {_LARGEST}, divided by commas"
        return self._numbers("SIZES", self.sizes, what, int, lambda size: 1 <= size <= _LARGEST)

    def _fractions(self) -> List[float]:
        what = "numbers above 0 and at most 1, divided by commas"
        return self._numbers("FRACTIONS", self.fractions, what, float, lambda fraction: 0 < fraction <= 1)

    def _numbers(
        self, name: str, given: str, what: str, kind: Callable[[str], N], permitted: Callable[[N], bool]
    ) -> List[N]:
        """Return the numbers in a text, rising, each once. Raises ParameterError, saying `what` is permitted."""
        try:
            found = sorted({kind(part) for part in re.split(r"[,;\s]+", given.strip())})
        except ValueError:
            found = []
        if not found or not all(math.isfinite(value) and permitted(value) for value in found):
            raise ParameterError(f"{self.id}: {name} must be {what}; got {given!r}.")
        return found

    def _check_execution(self, detector: Detector, execution: Execution) -> None:
        execution.check_suits(detector)
        if execution.machines > 1:
            raise ParameterError(f"{self.id}: MACHINES must be 1; use PROCESSES to share the work.")
        if execution.resume:
            raise ParameterError(
                f"{self.id}: RESUME must be false: it is many short trainings, not a long one."
            )

    def _targets(self, cube: RasterCube, run: Run) -> Tuple[Array, List[Chosen]]:
        """Return target spectra (n, bands), and the objects they are from: none where the scene's own are taken."""
        own = [
            *(read_features(self.objects, cube.georeference, run.part(0, 0.2)) if self.objects else ()),
            *single_pixels(self.pixels, cube.rows, cube.columns),
        ]
        if not own:
            return unusual_spectra(cube, self.spectra, self.seed, run), []
        own = with_data(own, cube, run)
        spectra = spectra_of(cube, own, run.part(0.2, 1))
        kept = np.random.default_rng(self.seed).permutation(len(spectra))[:_MOST_SPECTRA]
        run.message(f"The spectra of {len(kept)} pixels of the chosen objects are implanted.")
        return spectra[kept], own

    def _try(
        self,
        detector: Detector,
        cube: Cube,
        targets: Array,
        runs: Sequence[Sequence[Implant]],
        execution: Execution,
        run: Run,
    ) -> List[Rate]:
        """Run the detector on the scene with each set of implants, and count what is found."""
        outcomes: List[Tuple[Implant, bool]] = []
        for implants, part in zip(runs, run.parts(len(runs))):
            # Each would say again what the run without implants has said.
            quiet = Run(on_fraction=part.update, is_cancelled=part.is_cancelled)
            scores = _score(detector, ImplantedCube(cube, targets, implants), execution, quiet)
            # The threshold of this very run: the scores of some detectors depend on what else is in the scene.
            threshold = threshold_of(scores, background_of(cube.background, implants), self.rate)
            outcomes += found_in(scores, threshold, implants, self.least_share)
            part.update(1.0)
        return rates(outcomes)

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return the rates as a table, a line for each size."""
        cells = answer["cells"]
        rows = [["found, %", *(f"{fraction:g}" for fraction in sorted({cell["fraction"] for cell in cells}))]]
        for size in sorted({cell["size"] for cell in cells}):
            found = [f"{100 * cell['rate']:.0f}" for cell in cells if cell["size"] == size]
            rows.append([f"{size} x {size} pixels", *found])
        return "\n".join(f"{row[0]:16}" + "".join(f"{value:>7}" for value in row[1:]) for row in rows)


def _score(detector: Detector, cube: Cube, execution: Execution, run: Run) -> Array:
    """Return the detector's scores of a cube, (rows, columns) float32, learned from it."""
    with compute(Fit(detector, scores=True, saved=False), cube, execution, versions(), run) as results:
        return np.array(results.maps["score"])


def _facts(cell: Rate) -> Dict[str, Any]:
    low, high = cell.interval
    counts = {"size": cell.size, "fraction": cell.fraction, "implanted": cell.implanted, "found": cell.found}
    return {**counts, "rate": cell.rate, "low": low, "high": high}
