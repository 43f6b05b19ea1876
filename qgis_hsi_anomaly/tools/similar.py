"""More of what was found: how much each pixel is like chosen objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict, List, Sequence, Tuple

import numpy as np

from .. import __version__
from ..core.decisions.chosen import Chosen, mean_spectra, need_some, single_pixels, with_data, without
from ..core.decisions.similarity import METHODS, similarity
from ..core.detectors.rx import RX
from ..core.parameters import allow, background, bands, choice, image, output, vector, words
from ..core.run import ALONE, Run
from ..core.scene_checks import check_scene
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.features import read_features
from ..raster.reader import RasterCube, open_cube
from ..raster.writer import write_map
from ..record import Record, json_text, record_path
from ..style import score_style
from ..workflow import claim_style, write_style
from .base import Heading, Tool

_NAMES = {"ace": "ACE similarity", "matched": "Matched filter"}


@dataclass(frozen=True)
class Similar(Tool):
    """Target detection with the spectra of objects that were found."""

    id: ClassVar[str] = "similar"
    label: ClassVar[str] = "Find more like this"
    group: ClassVar[Heading] = Heading.DECISIONS
    order: ClassVar[int] = 4
    page: ClassVar[str] = "decisions"
    keywords: ClassVar[Sequence[str]] = (
        "target",
        "matched filter",
        "ACE",
        "coherence",
        "similarity",
        "search",
    )
    summary: ClassVar[str] = (
        "Scores how much every pixel is like an object that was found, against the background of the scene: "
        "larger is more alike. Use it when an anomaly has turned out to be of interest, to look for others of its "
        "material, smaller or weaker ones too. The object's mean spectrum is what is looked for; its own pixels "
        "are left out of the background, and score high, of course. An object of mixed materials, or of pixels at "
        "its edge, finds worse."
    )
    source: ClassVar[str] = (
        "S. Kraut and L. L. Scharf, IEEE Trans. SP 47(9), 1999, doi:10.1109/78.782198; "
        "D. Manolakis, D. Marden and G. A. Shaw, Lincoln Laboratory Journal 14(1), 2003"
    )
    returns: ClassVar[Dict[str, str]] = {
        "SPECTRA": "Spectra looked for",
        "VALID_PIXELS": "Valid pixels",
        "BANDS_USED": "Bands used",
    }

    input: str = image()
    output: str = output(
        "raster",
        "Similarity",
        "The scores, float32, larger = more alike; NaN where the image has no data. GeoTIFF (.tif) or ENVI (.img, "
        ".dat). A style (.qml) and the record of the run (.json) are written beside it.",
        positional=True,
    )
    objects: str = vector(
        "Objects",
        "Polygons or points on the image, in any CRS. The mean spectrum of each feature is looked for, and a "
        "pixel gets its largest score of any of them: for one material choose its features alone, in QGIS by a "
        "filter of the layer, on the command line by FILE|subset=rank = 1.",
        optional=True,
    )
    pixels: Tuple[str, ...] = words(
        "Pixels",
        "Single pixels to look for, as ROW,COLUMN, counted from 0 at the upper left, several divided by blanks: "
        "12,40 57,3. They may stand beside objects or instead of them.",
    )
    method: str = choice(
        "ace",
        METHODS,
        "Method",
        "ace, the adaptive coherence estimator, compares the shape of spectra whatever their strength: 1 is the "
        "object's own shape, 0 has nothing of it, below 0 is its opposite. matched, the matched filter, tells "
        "about how much of the pixel the object's material fills: 1 is as strong as the object, 0 the mean of the "
        "background. Take ace to find small pieces with few false alarms, matched to see how strong they are.",
    )
    bands: Tuple[int, ...] = bands()
    background: str = background()
    allow: Tuple[str, ...] = allow()

    def __post_init__(self) -> None:
        super().__post_init__()
        need_some(self.id, self.objects, self.pixels)

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Learn the background, score, and write the layer, its style and its record."""
        outputs = Outputs([self.input, self.background or None, self.objects or None])
        outputs.claim(self.output, "raster")
        claim_style(outputs, self.output)
        outputs.claim(record_path(self.output), "run record")
        record = Record(self.id, run, parameters=self.values(), input=self.input)
        cube = open_cube(
            self.input,
            self.bands or None,
            self.background or None,
            run=record.part(0.0, 0.15),
            allow=self.allow,
            on_map=True,
        )
        check_scene(cube, record.part(0.15, 0.15))
        chosen = self._chosen(cube, record.part(0.15, 0.2))
        record.note(
            bands=[int(number) for number in cube.band_numbers],
            valid_pixels=cube.valid_pixels,
            objects={item.name: len(item.rows) for item in chosen},
        )
        record.lap("read")
        learned = RX().fit(without(cube, chosen), record.part(0.2, 0.5))
        targets = mean_spectra(cube, chosen, record.part(0.5, 0.6))
        record.lap("learn")
        scores = similarity(cube, learned, targets, self.method, record.part(0.6, 0.95))
        record.lap("score")
        with outputs:
            with outputs.writing(self.output) as hidden:
                write_map(
                    hidden, scores, cube.georeference, _NAMES[self.method], self._metadata(cube, chosen)
                )
            write_style(outputs, self.output, score_style(scores, self.output), run)
            record.lap("write")
            outputs.write(record_path(self.output), record.content())
            run.update(1.0)
        return {"SPECTRA": len(chosen), "VALID_PIXELS": cube.valid_pixels, "BANDS_USED": cube.bands}

    def _chosen(self, cube: RasterCube, run: Run) -> List[Chosen]:
        features = read_features(self.objects, cube.georeference, run) if self.objects else []
        pixels = single_pixels(self.pixels, cube.rows, cube.columns)
        chosen = with_data([*features, *pixels], cube, run)
        count = int(np.sum([len(item.rows) for item in chosen]))
        run.message(
            f"Looking for {len(chosen)} spectra, means of {count} pixels."
            if len(chosen) > 1
            else f"Looking for one spectrum, the mean of {count} pixels."
        )
        return chosen

    def _metadata(self, cube: RasterCube, chosen: Sequence[Chosen]) -> Dict[str, str]:
        return {
            "HSI_ANOMALY_TOOL": self.id,
            "HSI_ANOMALY_PARAMETERS": json_text(self.values()),
            "HSI_ANOMALY_OBJECTS": ", ".join(item.name for item in chosen[:100]),
            "HSI_ANOMALY_VERSION": __version__,
            "HSI_ANOMALY_BANDS_USED": str(cube.bands),
        }

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return what was done in a line."""
        return (
            "Spectra looked for: {SPECTRA}; valid pixels: {VALID_PIXELS}; bands used: {BANDS_USED}.".format(
                **answer
            )
        )
