"""One background from the sums of several scenes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Dict, Sequence, Tuple

from ..core.background_sums import WEIGHTS, Merged, merge
from ..core.detectors.rx import RX
from ..core.model_file import model_bytes
from ..core.numerics.statistics import REGULARIZATIONS
from ..core.parameters import choice, file, output
from ..core.run import ALONE, Run
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..record import Record, record_path, versions
from .base import Heading, Tool


@dataclass(frozen=True)
class Merge(Tool):
    """A model of RX from files of sums."""

    id: ClassVar[str] = "merge"
    label: ClassVar[str] = "Merge backgrounds"
    group: ClassVar[Heading] = Heading.MODELS
    order: ClassVar[int] = 21
    page: ClassVar[str] = "archives"
    icon: ClassVar[str] = "model"
    keywords: ClassVar[Sequence[str]] = (
        "statistics",
        "sums",
        "federated",
        "several scenes",
        "update",
        "summarize",
    )
    summary: ClassVar[str] = (
        'Makes one model of RX from the files that "Summarize a background" made of several rasters: the same model as '
        "if all their pixels had been read together, whatever the order of the files. A model that was made here, or "
        "fitted by RX, can be given too, and is so updated with further scenes. Bands are matched by wavelength. A "
        "scene whose mean lies farther from the others' background than a typical pixel does, because it is calibrated "
        'differently, is named in a warning. Use the model with "Apply model".'
    )
    returns: ClassVar[Dict[str, str]] = {
        "SITES": "Files merged",
        "PIXELS": "Pixels in the model",
        "BANDS_USED": "Bands of the model",
        "LARGEST_DISTANCE": "Largest squared distance of a scene's mean from the others, in numbers of bands",
    }

    sums: Tuple[str, ...] = file(
        "Sums",
        'Files of sums, as "Summarize a background" writes them, of one sensor; and models of RX to be updated.',
        several=True,
        extensions=(".safetensors",),
        positional=True,
    )
    output: str = output(
        "file",
        "Model",
        "The model file. It holds the sums too, so that it can be updated. The record of the run (.json), with the "
        "distance of each scene, is written beside it.",
        extensions=(".safetensors",),
    )
    regularization: str = choice(
        "ledoitwolf",
        REGULARIZATIONS,
        "Regularization",
        "How the covariance is kept invertible, as in RX: ledoitwolf shrinks it by the amount the data call for; ridge "
        "adds 1e-4 of the mean band variance to every band; none does nothing. Where the files have different bands, "
        "ridge and none use the common ones; ledoitwolf needs files with the same bands.",
    )
    weights: str = choice(
        "count",
        WEIGHTS,
        "Weights",
        "What counts alike: count takes every pixel, so that large scenes weigh more, as if all had been read "
        "together; equal takes every file, whatever its number of pixels. A model that is updated counts as one file.",
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Read every file three times, one at a time, and write the model."""
        outputs = Outputs(self.sums)
        outputs.claim(self.output, "model file")
        outputs.claim(record_path(self.output), "run record")
        record = Record("merge", run, detector=RX.id, parameters=self.values())
        detector = RX(regularization=self.regularization)
        merged = merge(self.sums, detector, self.weights, versions(), record.part(0.0, 0.95))
        self._tell(merged, run)
        record.lap("merge")
        sites = [
            {
                "name": site.name,
                "pixels": site.pixels,
                "weight": site.weight,
                "distance": site.distance,
                "size": site.size,
            }
            for site in merged.sites
        ]
        record.note(sites=sites, bands=merged.model.band_numbers)
        with outputs:
            outputs.write(self.output, model_bytes(merged.model))
            outputs.write(record_path(self.output), record.content())
            run.update(1.0)
        distances = [site.distance for site in merged.sites if site.distance is not None]
        return {
            "SITES": len(merged.sites),
            "PIXELS": sum(site.pixels for site in merged.sites),
            "BANDS_USED": merged.model.bands,
            "LARGEST_DISTANCE": max(distances, default=0.0) / merged.model.bands,
            "sites": sites,
        }

    def _tell(self, merged: Merged, run: Run) -> None:
        for site in merged.sites:
            far = "" if site.distance is None else f", distance {site.distance / merged.model.bands:.3g}"
            run.message(f"{site.name}: {site.pixels} background pixels{far}.")
        if len(merged.sites) > 1:
            run.message(
                "The distance is that of a scene's mean from the background of the others, squared and in numbers of "
                "bands: 1 is as far out as a typical pixel."
            )

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return it as text."""
        count = "1 file" if answer["SITES"] == 1 else f"{answer['SITES']} files"
        return f"Merged {count}: {answer['PIXELS']} pixels, {answer['BANDS_USED']} bands."
