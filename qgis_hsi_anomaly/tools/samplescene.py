"""A made scene to try the detectors on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, Sequence, Tuple

from ..core import parameters  # as a whole: a field has the name of its function
from ..core.errors import RasterError
from ..core.libraries import check_libraries
from ..core.run import ALONE, Run
from ..core.sample_scene import TARGETS, TRUTH_SHARE, simulate
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.reader import open_cube
from ..raster.sample_scene import write_sample_scene, write_sample_truth
from ..style import true_color_style
from ..workflow import claim_style, write_style
from .base import Heading, Tool

_EXTENSIONS = (".tif", ".tiff")


@dataclass(frozen=True)
class SampleScene(Tool):
    """The sample scene and its truth."""

    id: ClassVar[str] = "samplescene"
    label: ClassVar[str] = "Load sample scene"
    group: ClassVar[Heading] = Heading.DATA
    order: ClassVar[int] = 1
    page: ClassVar[str] = "tutorial"
    keywords: ClassVar[Sequence[str]] = ("demo", "example", "tutorial", "try", "test data")
    summary: ClassVar[str] = (
        "Makes a small hyperspectral scene to try the detectors on: 120 rows, 150 columns and 224 bands of a river "
        "landscape as a satellite such as EnMAP would see it, with fields, woods, a village and a road. "
        f"{len(TARGETS)} targets of plastic, paint and silicon are hidden in it, from a tenth of a pixel to six pixels "
        "large, and the truth layer shows where. Everything is computed; nothing is downloaded. Run Consensus of "
        "detectors on it, then Evaluate scores with the truth."
    )
    requires: ClassVar[Tuple[str, ...]] = ("scipy",)

    output: str = parameters.output(
        "raster",
        "Sample scene",
        "The scene: GeoTIFF (.tif), reflectance times 10,000, with wavelengths, bad bands and nodata as a real product "
        "has them. A true-color style (.qml) is written beside it.",
        positional=True,
    )
    truth: str = parameters.output(
        "raster",
        "Truth of the sample scene",
        f"Where the targets are: 1 in pixels of at least {TRUTH_SHARE:.0%} target material, else 0. GeoTIFF (.tif).",
        optional=True,
        offered=True,
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Simulate it and write it."""
        check_libraries(self.label, self.requires)
        outputs = Outputs()
        for path in filter(None, (self.output, self.truth)):
            if Path(path).suffix.lower() not in _EXTENSIONS:
                raise RasterError(f"The sample scene is written as GeoTIFF: end the name of {path} in .tif.")
            outputs.claim(path, "raster")
        claim_style(outputs, self.output)
        run.update(0.0)
        reflectance, share = simulate()
        with outputs:
            with outputs.writing(self.output) as hidden:
                write_sample_scene(hidden, reflectance, run.part(0.3, 0.9))
                style = true_color_style(open_cube(hidden), self.output)
            write_style(outputs, self.output, style, run)
            if self.truth:
                with outputs.writing(self.truth) as hidden:
                    write_sample_truth(hidden, share)
            run.update(1.0)
        rows, columns, bands = reflectance.shape
        return {"rows": rows, "columns": columns, "bands": bands, "targets": len(TARGETS)}
