"""The background of one raster as sums, to be merged with those of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict, Sequence, Tuple

from ..core.background_sums import FEWEST, sums_bytes, sums_of
from ..core.parameters import allow, background, bands, flag, image, output
from ..core.run import ALONE, Run
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.reader import open_cube
from ..raster.units import unit_of
from ..record import Record, record_path, versions
from .base import Heading, Tool


@dataclass(frozen=True)
class Summarise(Tool):
    """Sums over the background pixels, from which mean, covariance and shrinkage follow."""

    id: ClassVar[str] = "summarise"
    label: ClassVar[str] = "Summarize a background"
    group: ClassVar[Heading] = Heading.MODELS
    order: ClassVar[int] = 20
    page: ClassVar[str] = "archives"
    icon: ClassVar[str] = "model"
    keywords: ClassVar[Sequence[str]] = (
        "summarize",
        "statistics",
        "sums",
        "federated",
        "several scenes",
        "merge",
    )
    summary: ClassVar[str] = (
        'Writes what one raster tells of its background to a small file of sums. "Merge backgrounds" makes a model of '
        "RX from the sums of several rasters, the same as if all their pixels had been read together. The files can be "
        "made one by one, on different machines, and sent around: no pixel is in them. That is no guarantee of "
        "secrecy: they hold the number, mean and covariance of the pixels. Use the same BANDS for all rasters of "
        "a sensor."
    )
    returns: ClassVar[Dict[str, str]] = {"PIXELS": "Pixels summed", "BANDS_USED": "Bands used"}

    input: str = image()
    sums: str = output(
        "file",
        "Sums",
        "The file of sums, 8 bytes for each pair of bands. The record of the run (.json) is written beside it.",
        extensions=(".safetensors",),
        positional=True,
    )
    bands: Tuple[int, ...] = bands()
    background: str = background()
    allow: Tuple[str, ...] = allow()
    allow_few: bool = flag(
        False,
        "Allow few pixels",
        f"Also sum over fewer than {FEWEST} pixels a band. Such sums give single pixels away, and make a poor "
        "background.",
        advanced=True,
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Read the raster once for its valid pixels and once for the sums, and write these."""
        outputs = Outputs([self.input, self.background or None])
        outputs.claim(self.sums, "file of sums")
        outputs.claim(record_path(self.sums), "run record")
        record = Record("summarise", run, input=self.input, parameters=self.values())
        part, region = record.part(0.0, 0.4), self.background or None
        cube = open_cube(self.input, self.bands or None, region, run=part, allow=self.allow)
        unit = unit_of(self.input, [int(number) for number in cube.band_numbers])
        sums = sums_of(cube, unit, versions(), self.allow_few, record.part(0.4, 0.95))
        record.lap("sum")
        record.note(
            size=[cube.rows, cube.columns],
            bands=[int(number) for number in cube.band_numbers],
            dropped_bands={str(band.number): band.reason for band in cube.dropped},
            valid_pixels=cube.valid_pixels,
            masked_pixels=cube.masked,
            background=self.background or None,
            background_pixels=int(sums.moments.count),
            unit=unit,
        )
        with outputs:
            outputs.write(self.sums, sums_bytes(sums))
            outputs.write(record_path(self.sums), record.content())
            run.update(1.0)
        return {"PIXELS": int(sums.moments.count), "BANDS_USED": cube.bands}

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return it as text."""
        return f"Summed over {answer['PIXELS']} pixels in {answer['BANDS_USED']} bands."
