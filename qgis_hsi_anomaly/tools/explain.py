"""Why chosen objects stand out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, List, Sequence, Tuple

from ..core.decisions.chosen import Chosen, need_some, single_pixels, with_data
from ..core.decisions.explanation import ExplainedScene, Place, explain, place_in
from ..core.errors import DataError
from ..core.libraries import check_libraries
from ..core.parameters import allow, background, bands, image, integer, raster, vector, words
from ..core.parameters import output as file_to_write
from ..core.run import ALONE, Run
from ..core.scene_checks import check_scene
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.features import read_features
from ..raster.reader import RasterCube, open_cube, read_map
from ..report.explanation import band_name, explanation_report, explanation_table
from .base import Heading, Tool


@dataclass(frozen=True)
class Explain(Tool):
    """Band contributions, residuals, ranks and spectra of objects."""

    id: ClassVar[str] = "explain"
    label: ClassVar[str] = "Explain objects"
    group: ClassVar[Heading] = Heading.DECISIONS
    order: ClassVar[int] = 3
    page: ClassVar[str] = "decisions"
    icon: ClassVar[str] = "evaluate"
    keywords: ClassVar[Sequence[str]] = ("spectrum", "contribution", "reason", "interpretation", "report")
    summary: ClassVar[str] = (
        "Shows why chosen objects or pixels stand out: how much each band adds to their RX score, what the "
        "background does not reconstruct of them, and their spectra beside those of the background. Use it to "
        "judge the objects at the top of a list: a bad band or a stripe shows as one lonely bar, a material as a "
        "spectrum of its own. One page to read and to pass on, and a table. It says what sets a spectrum apart, "
        "not what the material is."
    )
    source: ClassVar[str] = "I. S. Reed and X. Yu, IEEE Trans. ASSP 38(10), 1990, doi:10.1109/29.60107"
    requires: ClassVar[Tuple[str, ...]] = ("matplotlib",)
    returns: ClassVar[Dict[str, str]] = {"EXPLAINED": "Objects explained"}

    input: str = image()
    output: str = file_to_write(
        "file",
        "Report",
        "One self-contained file with pictures and figures of each object.",
        extensions=(".html",),
        positional=True,
    )
    objects: str = vector(
        "Objects",
        "Polygons or points on the image, in any CRS; each feature is explained by its mean spectrum and by its "
        "pixel of the highest RX score. Features with a field rank, such as those of Anomalous objects, come in "
        "its order and are named by it. On the command line FILE|subset=rank IN (3, 7) takes some of them; in "
        "QGIS filter the layer.",
        optional=True,
    )
    pixels: Tuple[str, ...] = words(
        "Pixels",
        "Single pixels as ROW,COLUMN, counted from 0 at the upper left, several divided by blanks: 12,40 57,3. "
        "They may stand beside objects or instead of them.",
    )
    bands: Tuple[int, ...] = bands()
    background: str = background()
    allow: Tuple[str, ...] = allow()
    scores: Tuple[str, ...] = raster(
        "Score maps",
        "Score layers of the same image, such as those of several detectors: the report says where each object "
        "ranks in each of them.",
        several=True,
        optional=True,
    )
    most: int = integer(
        10,
        "Most objects",
        "How many features are explained at most, those of the first ranks. Raise it for a longer report.",
        minimum=1,
    )
    csv: str = file_to_write(
        "file",
        "Table",
        "The same figures to compute with, a line for each object and band.",
        extensions=(".csv",),
        optional=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        need_some(self.id, self.objects, self.pixels)

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Read, explain, and write the report."""
        check_libraries(self.id, self.requires)
        outputs = Outputs([self.input, self.background or None, self.objects or None, *self.scores])
        outputs.claim(self.output, "html")
        if self.csv:
            outputs.claim(self.csv, "table")
        cube = open_cube(
            self.input,
            self.bands or None,
            self.background or None,
            run=run.part(0.0, 0.2),
            allow=self.allow,
            on_map=True,
        )
        warnings = _warnings(cube, run)
        found, others = self._chosen(cube, run.part(0.2, 0.25))
        places = self._places(cube, found, run.part(0.25, 0.3))
        scene = explain(cube, found, others, run.part(0.3, 0.7))
        text = explanation_report(Path(self.input).name, cube, scene, places, warnings, run.part(0.7, 0.95))
        with outputs:
            outputs.write(self.output, text.encode())
            if self.csv:
                outputs.write(self.csv, explanation_table(cube, scene).encode())
            run.update(1.0)
        return {"EXPLAINED": len(scene.objects), "objects": _facts(cube, scene, places)}

    def _chosen(self, cube: RasterCube, run: Run) -> Tuple[List[Chosen], List[Chosen]]:
        """Return the objects to explain, and those beyond `most`."""
        pixels = single_pixels(self.pixels, cube.rows, cube.columns)
        features = read_features(self.objects, cube.georeference, run) if self.objects else []
        if len(features) > self.most:
            run.message(
                f"Of {len(features)} features the first {self.most} are explained: MOST allows for more."
            )
        return with_data([*features[: self.most], *pixels], cube, run), features[self.most :]

    def _places(self, cube: RasterCube, chosen: Sequence[Chosen], run: Run) -> List[Tuple[str, List[Place]]]:
        """Return, for each score map, its name and where the objects rank in it."""
        found = []
        for path in self.scores:
            scores, georeference = read_map(path)
            if scores.shape != cube.valid.shape or not georeference.same_place(cube.georeference):
                raise DataError(
                    f"SCORES: {path} does not lie on the grid of {self.input}: give maps made from it."
                )
            found.append((Path(path).stem, [place_in(scores, item) for item in chosen]))
            run.update(len(found) / len(self.scores))
        return found

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return a line for each object."""
        return "\n".join(
            f"{item['name']}: RX {item['rx']:.4g} at row {item['row']}, column {item['column']}; "
            f"{', '.join(item['strongest']) or 'no band stands out'}"
            for item in answer["objects"]
        )


def _warnings(cube: RasterCube, run: Run) -> List[str]:
    """Warn of what is doubtful about the scene, and return the sentences."""
    noted: List[str] = []

    def note(text: str) -> None:
        noted.append(text)
        run.warning(text)

    checking = run.part(0.2, 0.2)
    checking.on_warning = note
    check_scene(cube, checking)
    return noted


def _facts(
    cube: RasterCube, scene: ExplainedScene, places: Sequence[Tuple[str, Sequence[Place]]]
) -> List[Dict[str, Any]]:
    """Return what was found of each object, as JSON values."""
    return [
        {
            "name": item.name,
            "pixels": item.pixels,
            "row": item.row,
            "column": item.column,
            "rx": item.highest_score,
            "rx_of_mean": item.mean_score,
            "crd": item.ring_score,
            "strongest": [band_name(cube, band) for band in item.strongest],
            "ranks": {name: found[index].above + 1 for name, found in places if found[index].pixels},
        }
        for index, item in enumerate(scene.objects)
    ]
