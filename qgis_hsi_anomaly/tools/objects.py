"""Objects above a threshold, as polygons with what is known of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Dict, List, Optional, Sequence, Tuple

import numpy as np

from ..core.cube import Array
from ..core.decisions.object_bands import leading_bands
from ..core.decisions.objects import Objects, false_discoveries, find_objects, low_threshold
from ..core.decisions.threshold import Threshold, ThresholdParameters
from ..core.errors import DataError, ParameterError
from ..core.parameters import allow, number, output, raster
from ..core.run import ALONE, Run
from ..core.scene_checks import wider_than_guard
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.background import read_background
from ..raster.polygons import refuse_to_replace, write_objects
from ..raster.reader import open_cube
from ..raster.score_map import ScoreMap
from ..style import objects_style
from ..workflow import claim_style, write_style
from .base import Heading, Tool
from .threshold import FIGURES, figures_of, metadata_of, threshold_of


@dataclass(frozen=True)
class FoundObjects:
    """The threshold, the low one they were grown to, the objects, and their fields: values by name."""

    threshold: Threshold
    low: float
    objects: Objects
    fields: Dict[str, Sequence[Any]]


def answer_of(found: FoundObjects) -> Dict[str, Any]:
    """Return what the tool returns."""
    return {"OBJECT_COUNT": len(found.objects), **figures_of(found.threshold), "low_threshold": found.low}


@dataclass(frozen=True)
class ObjectsTool(ThresholdParameters, Tool):
    """A list of objects, the most anomalous first."""

    id: ClassVar[str] = "objects"
    label: ClassVar[str] = "Anomalous objects"
    group: ClassVar[Heading] = Heading.DECISIONS
    order: ClassVar[int] = 2
    page: ClassVar[str] = "decisions"
    icon: ClassVar[str] = "objects"
    keywords: ClassVar[Sequence[str]] = ("polygons", "targets", "vectorize", "detections", "GeoPackage")
    summary: ClassVar[str] = (
        'Turns a score layer into a list of objects: chooses a threshold as "Threshold scores" does, grows each '
        "group of pixels above it to its edge, and writes one polygon an object, the most anomalous first, with "
        "its area, scores, p-value, place and, where the hyperspectral raster is given, the bands that set it apart. "
        "The field status (unknown, true, false) is for you to tick; ticked objects serve as truth for "
        '"Evaluate scores" and, as background region, as places to leave out.'
    )
    returns: ClassVar[Dict[str, str]] = {"OBJECT_COUNT": "Objects", **FIGURES}

    scores: str = raster(
        "Scores",
        "A score layer, as a detector writes it: one band, larger is more anomalous.",
        positional=True,
    )
    output: str = output(
        "vector",
        "Objects",
        "Polygons along pixel borders: GeoPackage, GeoJSON, Shapefile or any other vector format of GDAL; CSV for the "
        "fields alone.",
        positional=True,
    )
    input: str = raster(
        "Hyperspectral raster",
        "The image the scores were made from: then each object names the three bands that set it apart most.",
        optional=True,
    )
    allow: Tuple[str, ...] = allow()
    min_area: float = number(
        0,
        "Least area",
        "Smaller objects are left out. Without a coordinate reference system it counts pixels.",
        minimum=0,
        unit="m²",
    )
    max_area: float = number(
        0,
        "Largest area",
        "Larger objects are left out; 0 keeps all. Without a coordinate reference system it counts pixels.",
        minimum=0,
        unit="m²",
    )
    extent: float = number(
        0.8,
        "Extent",
        "How far an object reaches out from where it lies above the threshold: 1 stops at the threshold, smaller "
        "values go on to lower scores. It is the part of the threshold's normal score that the edge has to reach.",
        minimum=0.5,
        maximum=1,
        advanced=True,
    )
    spread: str = raster(
        "Spread",
        "How much the members of a consensus disagree, as the detector writes it: then each object has an agreement, "
        "1 where all say the same and 0 where they differ by as much as the score.",
        optional=True,
        advanced=True,
    )
    false_discoveries: float = number(
        0,
        "False-discovery rate",
        "The share of listed objects that may be false; 0 does not limit it. Needs METHOD conformal and objects in the "
        "background region to compare with: those found elsewhere are listed as far down as Benjamini-Hochberg allows.",
        minimum=0,
        maximum=0.5,
        advanced=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.false_discoveries and self.method != "conformal":
            raise ParameterError("objects: FALSE_DISCOVERIES needs METHOD conformal and a BACKGROUND.")
        if self.max_area and self.max_area < self.min_area:
            raise ParameterError("objects: MAX_AREA is smaller than MIN_AREA: no object can be both.")

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Find them, describe them, write them."""
        return answer_of(self.find(run))

    def find(self, run: Run = ALONE) -> FoundObjects:
        """Find them, describe them, write them; see `Tool.perform`."""
        outputs = Outputs([self.scores, self.input or None, self.spread or None, self.background or None])
        outputs.claim(self.output, "vector")
        refuse_to_replace(self.output)
        claim_style(outputs, self.output)
        scores = ScoreMap(self.scores)
        spread = self._on_the_grid(self.spread, scores) if self.spread else None
        found = threshold_of(scores, self, run.part(0, 0.3))
        low = low_threshold(scores, found, self.extent, run.part(0.3, 0.4))
        objects = find_objects(scores, found, low, run.part(0.4, 0.5))
        if self.false_discoveries:
            objects = self._without_false(objects, scores, run)
        objects, areas = self._of_size(objects, scores)
        bands = self._bands(objects, scores, run.part(0.5, 0.8))
        columns = _columns(
            objects, areas, scores, bands, None if spread is None else _agreement(objects, spread)
        )
        metadata = {**scores.metadata, **metadata_of(found, self)}
        with outputs:
            with outputs.writing(self.output) as hidden:
                write_objects(hidden, objects, columns, scores.georeference, metadata, run.part(0.8, 1))
            write_style(outputs, self.output, objects_style(self.output), run)
        run.message("1 object." if len(objects) == 1 else f"{len(objects)} objects.")
        guard = inner_window(scores.metadata)
        doubt = "" if guard is None else wider_than_guard([int(width) for width in objects.width], guard)
        if doubt:
            run.warning(doubt)
        return FoundObjects(found, low, objects, {name: values for name, (_, values) in columns.items()})

    def _on_the_grid(self, path: str, scores: ScoreMap) -> ScoreMap:
        other = ScoreMap(path)
        if (other.rows, other.columns) != (scores.rows, scores.columns):
            raise DataError(
                f"SPREAD: {path} has another size than {self.scores}: give the spread of the same run."
            )
        if not other.georeference.same_place(scores.georeference):
            raise DataError(
                f"SPREAD: {path} lies at another place than {self.scores}: give the spread of the same run."
            )
        return other

    def _without_false(self, objects: Objects, scores: ScoreMap, run: Run) -> Objects:
        """Keep the objects outside the background region that Benjamini-Hochberg lets pass."""
        region = read_background(self.background, scores.georeference)
        inside = region.ravel()[objects.peak]
        reference, tested = objects.keep(inside), objects.keep(~inside)
        kept = tested.keep(false_discoveries(tested, reference, self.false_discoveries))
        if not len(kept):
            needed = int(np.ceil(len(tested) / (self.false_discoveries * (1 + len(reference)))))
            run.warning(
                f"No object is listed: with {len(reference)} objects in the background region to compare {len(tested)} "
                f"with, at least {needed} would have to score higher than all of the region's. Enlarge the region."
            )
        return kept

    def _of_size(self, objects: Objects, scores: ScoreMap) -> Tuple[Objects, Optional[Array]]:
        """Leave out objects that are too small or too large. Returns their areas in square meters too, if known."""
        areas = _areas(objects, scores)
        sizes = objects.pixels if areas is None else areas
        kept = (sizes >= self.min_area) & (sizes <= (self.max_area or np.inf))
        return objects.keep(kept), None if areas is None else areas[kept]

    def _bands(self, objects: Objects, scores: ScoreMap, run: Run) -> Optional[List[str]]:
        if not self.input or not len(objects):
            return None
        cube = open_cube(self.input, run=run.part(0, 0.3), allow=self.allow, on_map=True)
        if (cube.rows, cube.columns) != (scores.rows, scores.columns) or not cube.georeference.same_place(
            scores.georeference
        ):
            raise DataError(
                f"INPUT: {self.input} does not lie on the grid of {self.scores}: give the image it was made from."
            )
        names = [
            f"{number}" if cube.wavelengths is None else f"{number} ({cube.wavelengths[index]:.0f} nm)"
            for index, number in enumerate(cube.band_numbers)
        ]
        return [
            ", ".join(names[index] for index in bands)
            for bands in leading_bands(cube, objects, run=run.part(0.3, 1))
        ]


def inner_window(metadata: Dict[str, str]) -> Optional[int]:
    """Return the width of the window around a pixel that its background leaves out; None for other detectors."""
    try:
        found = json.loads(metadata.get("HSI_ANOMALY_PARAMETERS", "{}")).get("inner_window")
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, int) else None


def _areas(objects: Objects, scores: ScoreMap) -> Optional[Array]:
    runs = objects.runs
    length = runs.stop - runs.start
    row, column = runs.start // objects.columns, runs.start % objects.columns + (length - 1) / 2
    areas = scores.georeference.square_meters(row, column)
    return None if areas is None else objects.sums(areas * length)


def _agreement(objects: Objects, spread: ScoreMap) -> List[Optional[float]]:
    """Return 1 - spread / score at each object's highest score, at least 0."""
    at_peak = np.full(len(objects), np.nan)
    rows, columns = objects.peak // objects.columns, objects.peak % objects.columns
    for start, values in spread.blocks():
        here = (rows >= start) & (rows < start + len(values))
        at_peak[here] = values[rows[here] - start, columns[here]]
    with np.errstate(divide="ignore", invalid="ignore"):
        agreement = np.clip(1 - at_peak / objects.score_max, 0, 1)
    return [float(value) if np.isfinite(value) else None for value in agreement]


def _columns(
    objects: Objects,
    areas: Optional[Array],
    scores: ScoreMap,
    bands: Optional[List[str]],
    agreement: Optional[List[Optional[float]]],
) -> Dict[str, Tuple[type, Sequence[Any]]]:
    """Return the fields of an objects layer: type and values by name."""
    count = len(objects)
    nothing: List[None] = [None] * count
    x, y = scores.georeference.map_points(objects.row, objects.column)
    place = scores.georeference.longitude_latitude(x, y)
    longitude, latitude = (nothing, nothing) if place is None else (place[0].tolist(), place[1].tolist())
    return {
        "rank": (int, list(range(1, count + 1))),
        "pixels": (int, objects.pixels.tolist()),
        "area_m2": (float, nothing if areas is None else areas.tolist()),
        "score_max": (float, objects.score_max.tolist()),
        "score_mean": (float, objects.score_mean.tolist()),
        "p_value": (float, objects.p_value.tolist()),
        "agreement": (float, nothing if agreement is None else agreement),
        "x": (float, np.asarray(x).tolist()),
        "y": (float, np.asarray(y).tolist()),
        "longitude": (float, longitude),
        "latitude": (float, latitude),
        "bands": (str, nothing if bands is None else bands),
        "status": (str, ["unknown"] * count),
    }
