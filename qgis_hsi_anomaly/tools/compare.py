"""Several score maps of one scene, side by side."""

from __future__ import annotations

import csv
import dataclasses
import io
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, List, Optional, Sequence, Tuple

import numpy as np

from ..core.cube import Array
from ..core.decisions.comparison import Comparison, Judgment, compare_maps, judge_map, least_of_pairs
from ..core.detectors.base import Detector
from ..core.detectors.registry import detector_class, detector_ids
from ..core.errors import DataError, MissingLibraryError, ParameterError, WorkerError
from ..core.libraries import check_libraries
from ..core.parameters import allow, choices, number, output, raster, region
from ..core.run import ALONE, Run
from ..core.tasks import Fit
from ..jobs.compute import compute
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.areas import check_grid
from ..raster.dataset import open_dataset
from ..raster.georeference import Georeference
from ..raster.reader import open_cube
from ..raster.score_map import ScoreMap
from ..raster.truth import Labels, read_labels
from ..record import versions
from ..style import limits, paint
from .base import Heading, Tool
from .origin import origin_of

_GROUND = np.array([12, 16, 24])
"""Color that lies below the see-through colors of score layers."""
_STEPS = 256


@dataclass(frozen=True)
class Candidate:
    """A score map to be compared. name : what to call it. origin : where it is from. scores : (rows, columns)."""

    name: str
    origin: str
    scores: Array


@dataclass(frozen=True)
class Compare(Tool):
    """Ranks, alarms at an equal rate, and with truth the curves of several score maps."""

    id: ClassVar[str] = "compare"
    label: ClassVar[str] = "Compare score maps"
    group: ClassVar[Heading] = Heading.EVALUATION
    order: ClassVar[int] = 2
    page: ClassVar[str] = "decisions"
    icon: ClassVar[str] = "evaluate"
    keywords: ClassVar[Sequence[str]] = ("ROC", "rank correlation", "agreement", "overlap", "detectors")
    summary: ClassVar[str] = (
        "Shows where several score maps of one scene agree: maps side by side on one color scale of ranks, rank "
        "correlations, overlap of the alarms at an equal rate, members of each other's top 100; with a truth raster "
        "ROC curves in one plot and their figures. Give two or more score layers, or one hyperspectral raster with "
        "DETECTORS, which are then run on it with their default parameters. Agreement is no proof: detectors of one "
        "family share their mistakes."
    )
    returns: ClassVar[Dict[str, str]] = {
        "MAPS": "Number of maps compared",
        "PIXELS": "Pixels with a score in every map",
        "LEAST_RANK_CORRELATION": "Lowest rank correlation of two maps",
        "LEAST_OVERLAP": "Lowest overlap of the alarms of two maps",
    }
    requires: ClassVar[Tuple[str, ...]] = ("matplotlib",)
    executes: ClassVar[bool] = True

    scores: Tuple[str, ...] = raster(
        "Score maps",
        "Two or more score layers on one grid; or, with DETECTORS, one hyperspectral raster.",
        several=True,
        positional=True,
    )
    detectors: Tuple[str, ...] = choices(
        (),
        detector_ids(),
        "Detectors",
        "Detectors to run on the one raster given, with their default parameters; two or more. Leave empty to compare "
        "score layers. To compare other settings, run the detectors first and give their score layers.",
        optional=True,
    )
    truth: str = region(
        "Truth",
        "Where the anomalies are known to be; adds ROC curves and their figures. Either a raster on the same grid, of "
        "whose first band 0 is background and all else anomaly; nodata is neither, unless 0 is the nodata value. Or "
        "polygons: anomalies inside, background outside; objects with a field status count as they are ticked.",
        optional=True,
    )
    rate: float = number(
        1e-3,
        "Rate",
        "Share of the pixels to flag in each map for the overlap of alarms: about the false-alarm rate, since few "
        "pixels are anomalies. At least one pixel is flagged.",
        above=0,
        maximum=0.5,
    )
    allow: Tuple[str, ...] = allow()
    csv: str = output(
        "file",
        "Table",
        "The figures as a table, one a line: figure, map, other map, value.",
        extensions=(".csv",),
        optional=True,
    )
    output: str = output(
        "file",
        "Report",
        "One self-contained file: maps, matrices, and with truth curves and figures.",
        extensions=(".html",),
        positional=True,
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Read or compute the maps, compare them, write the report."""
        self._check(execution)
        check_libraries(self.id, self.requires)
        outputs = Outputs([*self.scores, self.truth or None])
        outputs.claim(self.output, "html")
        if self.csv:
            outputs.claim(self.csv, "table")
        # Before detectors run: what does not suit is told at once.
        place = _common_grid(self.scores)
        labels = read_labels(self.truth, place) if self.truth else None
        notes: List[str] = []
        candidates = _varying(self._candidates(execution, notes, run.part(0.0, 0.8)), notes, run)
        maps = [candidate.scores for candidate in candidates]
        comparison = compare_maps(maps, self.rate, run.part(0.8, 0.9))
        judgments = _judged(maps, comparison, labels)
        run.update(0.93)
        names = [candidate.name for candidate in candidates]
        report = self._report(candidates, comparison, judgments, labels, notes)
        run.update(0.98)
        with outputs:
            outputs.write(self.output, report.encode())
            if self.csv:
                outputs.write(self.csv, _table(names, comparison, judgments).encode())
            run.update(1.0)
        return _answer(names, comparison, judgments)

    def _check(self, execution: Execution) -> None:
        """Raise ParameterError where the parameters do not go together."""
        if not self.detectors and len(self.scores) < 2:
            raise ParameterError(
                "compare: SCORES must be two or more score layers, or one hyperspectral raster with DETECTORS."
            )
        if self.detectors and len(self.scores) > 1:
            raise ParameterError(
                f"compare: DETECTORS are run on one hyperspectral raster; SCORES names {len(self.scores)}."
            )
        if len(self.detectors) == 1:
            raise ParameterError("compare: DETECTORS must be two or more.")
        if self.truth and os.path.realpath(self.truth.split("|")[0]) in map(os.path.realpath, self.scores):
            raise ParameterError(f"compare: TRUTH {self.truth} is one of SCORES: give the truth itself.")
        if execution.resume or execution.machines > 1:
            raise ParameterError(
                "compare: detectors are run one after the other on this machine: RESUME must be false and MACHINES 1."
            )

    def _candidates(self, execution: Execution, notes: List[str], run: Run) -> List[Candidate]:
        if self.detectors:
            return self._detect(execution, notes, run)
        found = []
        for path, part in zip(self.scores, run.parts(len(self.scores))):
            found.append(_read(path))
            part.update(1.0)
        names = _distinct([candidate.name for candidate in found], self.scores)
        return [dataclasses.replace(candidate, name=name) for candidate, name in zip(found, names)]

    def _detect(self, execution: Execution, notes: List[str], run: Run) -> List[Candidate]:
        """Run the detectors in turn; those that cannot be run here are left out, and a warning says why."""
        detectors = [detector_class(id)() for id in self.detectors]
        (path,) = self.scores
        budget = min(detector.memory_budget for detector in detectors)
        cube = open_cube(path, None, None, budget, run.part(0.0, 0.1), allow=self.allow)
        run.message(f"{cube.rows} rows, {cube.columns} columns, {cube.bands} bands used.")
        found = []
        for detector, part in zip(detectors, run.part(0.1, 1.0).parts(len(detectors))):
            run.message(f"{detector.label} [{detector.id}] is run.")
            where = _where(detector, execution)
            try:
                with compute(
                    Fit(detector, scores=True, saved=False), cube, where, versions(), part
                ) as results:
                    scores = results.maps["score"]
            except (DataError, MissingLibraryError, WorkerError) as error:
                _leave_out(f"{detector.label} [{detector.id}]", str(error), notes, run)
                continue
            origin = "run for this comparison, default parameters"
            found.append(Candidate(f"{detector.label} [{detector.id}]", origin, scores))
            part.update(1.0)
        return found

    def _report(
        self,
        candidates: Sequence[Candidate],
        comparison: Comparison,
        judgments: Sequence[Judgment],
        labels: Optional[Labels],
        notes: Sequence[str],
    ) -> str:
        # Here and not above: a library it needs may be missing.
        from ..report.comparison import DECADES, comparison_report

        truth = labels.anomaly if labels is not None else None
        scene = Path(self.scores[0]).name if self.detectors else ""
        names, origins = (
            [getattr(candidate, what) for candidate in candidates] for what in ("name", "origin")
        )
        return comparison_report(scene, names, origins, comparison, _colors(DECADES), judgments, truth, notes)

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return the matrices as text."""
        names = answer["maps"]
        lines = [f"{answer['MAPS']} maps, {answer['PIXELS']} pixels with a score in every one"]
        lines += [f"{number:3} {name}" for number, name in enumerate(names, 1)]
        for title, key, form in (
            ("Rank correlations", "rank_correlations", "{:7.3f}"),
            (f"Overlap of the alarms at {answer['rate']:.3g}", "overlap", "{:7.3f}"),
            ("Members of each other's top 100", "shared_top", "{:7d}"),
        ):
            lines.append(title)
            lines += [
                f"{number:3} " + "".join(map(form.format, row)) for number, row in enumerate(answer[key], 1)
            ]
        if answer["figures"]:
            lines.append("AUC_PD_PF, AVERAGE_PRECISION, PD_AT_PF_1E2, PD_AT_PF_1E3")
            for number, found in enumerate(answer["figures"], 1):
                lines.append(f"{number:3} " + "".join(f"{found[figure]:8.4f}" for figure in _FIGURES))
        return "\n".join(lines)


_FIGURES = ("AUC_PD_PF", "AVERAGE_PRECISION", "PD_AT_PF_1E2", "PD_AT_PF_1E3")


def _common_grid(paths: Sequence[str]) -> Georeference:
    """Return the grid of rasters. Raises DataError where one of them has another."""
    grids = [Georeference.of(open_dataset(path)) for path in paths]
    # One that says where it lies, if there is any.
    known = next((index for index, grid in enumerate(grids) if grid.geotransform is not None), 0)
    for path, grid in zip(paths, grids):
        check_grid("SCORES", path, grid, grids[known], paths[known])
    return grids[known]


def _read(path: str) -> Candidate:
    """Read a score layer, and what made it."""
    layer = ScoreMap(path)
    scores = np.empty((layer.rows, layer.columns), dtype=np.float32)
    for start, values in layer.blocks():
        scores[start : start + len(values)] = values
    id = layer.metadata.get("HSI_ANOMALY_DETECTOR") or layer.metadata.get("HSI_ANOMALY_TOOL", "")
    made = f": {detector_class(id).label} [{id}]" if id in detector_ids() else f": {id}" if id else ""
    known = origin_of(path, layer.metadata)
    said = (f"{key.lower()} {known[key]}" for key in ("Scene", "Parameters", "Made") if key in known)
    return Candidate(f"{Path(path).stem}{made}", "; ".join([Path(path).name, *said]), scores)


def _judged(maps: Sequence[Array], comparison: Comparison, labels: Optional[Labels]) -> List[Judgment]:
    """Judge each map where all are valid and the truth is known; nothing without truth."""
    if labels is None:
        return []
    return [judge_map(scores, comparison.valid & labels.known, labels.anomaly) for scores in maps]


def _distinct(names: Sequence[str], paths: Sequence[str]) -> List[str]:
    """Return names that differ: the same one gets its folder's name in front, else a number behind."""
    counts = Counter(names)
    longer = [
        f"{Path(path).resolve().parent.name}/{name}" if counts[name] > 1 else name
        for name, path in zip(names, paths)
    ]
    counts, seen = Counter(longer), Counter[str]()
    found = []
    for name in longer:
        seen[name] += 1
        found.append(f"{name} #{seen[name]}" if counts[name] > 1 else name)
    return found


def _varying(candidates: Sequence[Candidate], notes: List[str], run: Run) -> List[Candidate]:
    """Return the maps that say something. Raises DataError where fewer than two do."""
    kept = []
    for candidate in candidates:
        finite = candidate.scores[np.isfinite(candidate.scores)]
        if finite.size and finite.min() < finite.max():
            kept.append(candidate)
        else:
            why = "All of its scores are equal." if finite.size else "It has no pixel with a score."
            _leave_out(candidate.name, why, notes, run)
    if len(kept) < 2:
        raise DataError(f"Two maps are needed to compare, {len(kept)} is left. {' '.join(notes)}")
    return kept


def _leave_out(name: str, why: str, notes: List[str], run: Run) -> None:
    notes.append(f"{name} is left out. {why}")
    run.warning(f"compare: {notes[-1]}")


def _where(detector: Detector, execution: Execution) -> Execution:
    """Return where a detector runs: the device means nothing to those without torch."""
    return execution if detector.needs_torch else dataclasses.replace(execution, device="auto")


def _colors(decades: int) -> List[str]:
    """Return the colors of score layers, #rrggbb, in equal steps over powers of ten of the share of higher pixels."""
    # A map of evenly spread ranks: its colors stand at the shares that those of every layer stand at.
    ranks = -np.log10((np.arange(10**5) + 0.5) / 10**5)
    painted = paint(np.linspace(0, decades, _STEPS), limits(ranks)).astype(float)
    cover = painted[:, 3:] / 255
    mixed = np.rint(painted[:, :3] * cover + _GROUND * (1 - cover)).astype(int)
    return ["#{:02x}{:02x}{:02x}".format(*color) for color in mixed.tolist()]


def _table(names: Sequence[str], comparison: Comparison, judgments: Sequence[Judgment]) -> str:
    """Return all figures as csv: figure, map, other map (empty for figures of one), value."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(["figure", "map", "other", "value"])
    for name, flagged, alone in zip(names, comparison.flagged.tolist(), comparison.alone.tolist()):
        table.writerow(["flagged", name, "", flagged])
        table.writerow(["flagged_alone", name, "", alone])
    for name, judgment in zip(names, judgments):
        for figure, value in judgment.figures.items():
            table.writerow([figure, name, "", f"{value:.6g}"])
    for title, matrix in (
        ("rank_correlation", comparison.rank_correlations),
        ("overlap", comparison.overlap),
        ("shared_top", comparison.shared_top),
    ):
        for name, row in zip(names, matrix.tolist()):
            for other, value in zip(names, row):
                table.writerow([title, name, other, f"{value:.6g}"])
    return stream.getvalue()


def _answer(names: Sequence[str], comparison: Comparison, judgments: Sequence[Judgment]) -> Dict[str, Any]:
    return {
        "MAPS": len(names),
        "PIXELS": comparison.pixels,
        "LEAST_RANK_CORRELATION": least_of_pairs(comparison.rank_correlations)[0],
        "LEAST_OVERLAP": least_of_pairs(comparison.overlap)[0],
        "maps": list(names),
        "rate": comparison.asked / comparison.pixels,
        "flagged": comparison.flagged.tolist(),
        "rank_correlations": comparison.rank_correlations.tolist(),
        "overlap": comparison.overlap.tolist(),
        "shared_top": comparison.shared_top.tolist(),
        "figures": [judgment.figures for judgment in judgments],
    }
