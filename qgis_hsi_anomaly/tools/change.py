"""Anomalous change between two dates."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, ClassVar, Dict, Sequence, Tuple

from .. import __version__
from ..core.change import METHODS, Pair, learn_pairs
from ..core.cube import MEMORY_BUDGET, Array
from ..core.errors import DataError, ParameterError
from ..core.numerics.statistics import REGULARIZATIONS
from ..core.parameters import allow, choice, integer, output, raster, region
from ..core.run import ALONE, Run
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.background import read_background
from ..raster.georeference import Georeference
from ..raster.image import map_grid, open_image
from ..raster.reader import RasterCube, open_cube
from ..raster.writer import write_map
from ..record import Record, record_path
from ..style import score_style
from ..workflow import claim_style, write_style
from .base import Heading, Tool


@dataclass(frozen=True)
class Change(Tool):
    """Hyperbolic anomalous change detection; see `core.change`."""

    id: ClassVar[str] = "change"
    label: ClassVar[str] = "Anomalous change"
    group: ClassVar[Heading] = Heading.DECISIONS
    order: ClassVar[int] = 60
    page: ClassVar[str] = "decisions"
    keywords: ClassVar[Sequence[str]] = (
        "change detection",
        "two dates",
        "multitemporal",
        "hyperbolic",
        "chronochrome",
    )
    summary: ClassVar[str] = (
        "Scores what changed between two images of one place in a way of its own: the pair of spectra is rare, though "
        "each alone may be common. What changed everywhere (light, season, haze, calibration) is learned from the "
        "images and does not count. Both must lie on the same pixels; bands and units may differ. Residual "
        "misregistration up to SHIFT pixels is forgiven. The score can be negative: 0 and below is what goes together "
        "as usual."
    )
    source: ClassVar[str] = (
        "J. Theiler and S. Perkins, ICML Workshop on Machine Learning Algorithms for Surveillance and Event Detection, "
        "2006; misregistration: J. Theiler and B. Wohlberg, IEEE TGRS 50(8), 2012, doi:10.1109/TGRS.2011.2179942"
    )
    returns: ClassVar[Dict[str, str]] = {
        "VALID_PIXELS": "Pixels valid at both dates",
        "BANDS_USED": "Bands used, of both dates together",
    }

    before: str = raster(
        "Before", "The image of the first date: GeoTIFF, ENVI or any other format of GDAL.", positional=True
    )
    after: str = raster(
        "After",
        "The image of the second date, on the same pixels: as many rows and columns, at the same place. Its bands may "
        "be others.",
        positional=True,
    )
    method: str = choice(
        "hyperbolic",
        METHODS,
        "Method",
        "hyperbolic treats both dates alike, and leaves out what is rare at one date alone. chronochrome predicts the "
        "second date from the first and scores what the prediction misses; what is rare at the second date scores "
        "high too, changed or not.",
    )
    regularization: str = choice(
        "ledoitwolf",
        REGULARIZATIONS,
        "Regularization",
        "How the covariance of both dates is kept invertible. ledoitwolf shrinks it by the amount the data call for "
        "and is best untuned; ridge adds 1e-4 of the mean band variance; none is the published method "
        "(pseudo-inverse where the covariance is singular).",
        advanced=True,
    )
    shift: int = integer(
        1,
        "Shift",
        "By how much the dates may lie apart. The least score over all shifts up to so many pixels is taken, first of "
        "one date, then of the other, and the larger of the two, so that small objects are kept that are there at "
        "one date only. 0 for exactly registered images; each step more takes longer and hides more real change.",
        minimum=0,
        maximum=10,
        unit="pixels",
    )
    background: str = region(
        "Background region",
        "Where it is learned what usually goes together: polygons, or a raster of the same size in which it is not 0. "
        "Every pixel is scored all the same. The whole image by default; leave out large real changes.",
        optional=True,
    )
    allow: Tuple[str, ...] = allow()
    output: str = output(
        "raster",
        "Change scores",
        "The change scores, float32, larger = more anomalous change; NaN where a date has no data. GeoTIFF (.tif) or "
        "ENVI (.img, .dat). A style (.qml) and the record of the run (.json) are written beside it.",
        positional=True,
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Learn what goes together, score every pixel, write."""
        outputs = Outputs([self.before, self.after, self.background or None])
        outputs.claim(self.output, "raster")
        claim_style(outputs, self.output)
        outputs.claim(record_path(self.output), "run record")
        place = self._common_grid()
        record = Record("change", run, parameters=self._settings(), before=self.before, after=self.after)
        pair = self._open(place, record)
        record.lap("read")
        learned = learn_pairs(pair, self.regularization, record.part(0.2, 0.55))
        record.lap("learn")
        scores = learned.score(pair, self.method, self.shift, record.part(0.55, 0.95))
        record.lap("score")
        with outputs:
            self._write(outputs, scores, place, pair, record)
            run.update(1.0)
        return {"VALID_PIXELS": pair.valid_pixels, "BANDS_USED": pair.bands}

    def _settings(self) -> Dict[str, Any]:
        return {name: getattr(self, name) for name in ("method", "regularization", "shift", "allow")}

    def _common_grid(self) -> Georeference:
        """Return the dates' grid. Raises where it is not the same."""
        if os.path.realpath(self.before) == os.path.realpath(self.after):
            raise ParameterError(f"change: BEFORE and AFTER are both {self.before}: give two dates.")
        before, after = (map_grid(open_image(path)) for path in (self.before, self.after))
        if (before.rows, before.columns) != (after.rows, after.columns):
            raise DataError(
                f"{self.before} has {before.rows} rows and {before.columns} columns, {self.after} has {after.rows} and "
                f"{after.columns}: bring both to the same pixels first, for example with gdalwarp."
            )
        if not before.same_place(after):
            raise DataError(
                f"{self.after} does not lie where {self.before} lies: bring both to the same pixels first, for example "
                "with gdalwarp."
            )
        return before if before.geotransform is not None or before.gcps else after

    def _open(self, place: Georeference, record: Record) -> Pair:
        """Open both dates, and say what is used of them."""
        mask = read_background(self.background, place) if self.background else None
        parts = record.part(0.0, 0.1), record.part(0.1, 0.2)
        before, after = (
            open_cube(path, None, None, MEMORY_BUDGET // 2, part, allow=self.allow, on_map=True)
            for path, part in zip((self.before, self.after), parts)
        )
        pair = Pair(before, after, mask)
        record.note(
            size=[pair.rows, pair.columns],
            bands={"before": _numbers(before), "after": _numbers(after)},
            valid_pixels=pair.valid_pixels,
            masked_pixels={"before": before.masked, "after": after.masked},
            background=self.background or None,
            background_pixels=int(pair.background.sum()),
        )
        share = 100 * pair.valid_pixels / (pair.rows * pair.columns)
        record.run.message(
            f"{pair.rows} rows, {pair.columns} columns; {before.bands} bands used before, {after.bands} after; "
            f"{pair.valid_pixels} pixels valid at both dates ({share:.1f} %)."
        )
        if self.background:
            record.run.message(f"What goes together is learned from {int(pair.background.sum())} pixels.")
        return pair

    def _write(
        self, outputs: Outputs, scores: Array, place: Georeference, pair: Pair, record: Record
    ) -> None:
        """Write scores, style and record."""
        metadata = {
            "HSI_ANOMALY_TOOL": self.id,
            "HSI_ANOMALY_PARAMETERS": json.dumps(self._settings()),
            "HSI_ANOMALY_VERSION": __version__,
            "HSI_ANOMALY_BANDS_USED": str(pair.bands),
        }
        with outputs.writing(self.output) as hidden:
            write_map(hidden, scores, place, f"anomalous change score, {self.method}", metadata)
        write_style(outputs, self.output, score_style(scores, self.output), record.run)
        record.lap("write")
        outputs.write(record_path(self.output), record.content())


def _numbers(cube: RasterCube) -> Sequence[int]:
    return [int(number) for number in cube.band_numbers]
