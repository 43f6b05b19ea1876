"""The results of many scenes in one GeoPackage."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, List, Sequence, Tuple

from ..core.errors import DataError, RasterError
from ..core.parameters import crs, folder, output
from ..core.run import ALONE, Run
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.collection import refuse_to_lose, write_collection
from ..style import objects_style
from ..workflow import claim_style, write_style
from .base import Heading, Tool
from .scenes import DONE, read_scene

_FIELDS: Dict[str, type] = {
    "scene": str,
    "state": str,
    "reason": str,
    "input": str,
    "objects": int,
    "pixels": int,
    "bands": int,
    "threshold": float,
    "started": str,
    "seconds": float,
    "machine": str,
}


@dataclass(frozen=True)
class Collect(Tool):
    """Objects and records of many scenes."""

    id: ClassVar[str] = "collect"
    label: ClassVar[str] = "Collect objects of many scenes"
    group: ClassVar[Heading] = Heading.DECISIONS
    order: ClassVar[int] = 31
    page: ClassVar[str] = "archives"
    icon: ClassVar[str] = "objects"
    keywords: ClassVar[Sequence[str]] = ("archive", "batch", "GeoPackage", "merge layers", "run-many")
    summary: ClassVar[str] = (
        "Brings together what the command run-many found in many scenes: one GeoPackage with a layer of all objects, "
        "whose field scene says where each is from, and a table of the scenes with what became of them. Ranks and "
        "scores are those within a scene; compare objects of different scenes by their p-value. Can be run while "
        "scenes are still worked on."
    )
    returns: ClassVar[Dict[str, str]] = {
        "OBJECT_COUNT": "Objects",
        "SCENES": "Scenes in the table",
        "FAILED": "Scenes that failed",
    }

    folder: str = folder("Folder", "The folder that run-many wrote to.", positional=True)
    output: str = output(
        "vector",
        "Objects",
        "The GeoPackage: layer objects, table scenes. An earlier one is replaced, unless objects in it have been "
        "ticked.",
        positional=True,
    )
    crs: str = crs(
        "Coordinate reference system",
        "Of the layer, such as EPSG:3035. Empty: that of the scenes where all have the same, else longitude and "
        "latitude (EPSG:4326). The fields x and y stay in the CRS of the scene.",
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Read the records, and copy the objects of the scenes that are done."""
        if Path(self.output).suffix.lower() != ".gpkg":
            raise RasterError(f"The output {self.output} must be a GeoPackage, whose name ends in .gpkg.")
        found = self._records()
        done = [record for record in found if record["state"] == DONE]
        layers = [
            (record["scene"], str(Path(self.folder) / record["scene"] / "objects.gpkg")) for record in done
        ]
        missing = [scene for scene, path in layers if not Path(path).is_file()]
        if missing:
            run.warning(f"The objects of {len(missing)} scenes are gone: {', '.join(missing[:5])}.")
        layers = [(scene, path) for scene, path in layers if scene not in missing]
        outputs = Outputs([path for _, path in layers])
        outputs.claim(self.output, "vector")
        refuse_to_lose(self.output)
        claim_style(outputs, self.output)
        columns: Dict[str, Tuple[type, Sequence[Any]]] = {
            name: (kind, [_typed(record.get(name), kind) for record in found])
            for name, kind in _FIELDS.items()
        }
        columns["detector"] = (str, [_detector(record) for record in found])
        columns["warnings"] = (
            str,
            ["\n".join(map(str, record.get("warnings") or ())) or None for record in found],
        )
        with outputs:
            with outputs.writing(self.output) as hidden:
                collected = write_collection(hidden, layers, columns, self.crs, run)
            write_style(outputs, self.output, objects_style(self.output), run)
        if collected.unplaced:
            some = ", ".join(collected.unplaced[:5])
            run.warning(
                f"{len(collected.unplaced)} scenes have no coordinate reference system, so that their objects have no "
                f"outlines here: {some}."
            )
        return {
            "OBJECT_COUNT": collected.objects,
            "SCENES": len(found),
            "FAILED": len(found) - len(done),
            "crs": collected.crs,
        }

    def _records(self) -> List[Dict[str, Any]]:
        """Return the records of all scenes, by name. DataError where there is none."""
        place = Path(self.folder)
        if not place.is_dir():
            raise DataError(f"The folder {self.folder} does not exist: give the one that run-many wrote to.")
        found = [read_scene(child) for child in sorted(place.iterdir()) if child.is_dir()]
        # The folder's own name, should somebody have renamed it.
        names = [child.name for child in sorted(place.iterdir()) if child.is_dir()]
        found = [{**record, "scene": name} for name, record in zip(names, found) if record]
        if not found:
            raise DataError(f"The folder {self.folder} holds no scene: give the one that run-many wrote to.")
        if not any(record["state"] == DONE for record in found):
            reasons = Counter(str(record.get("reason", "")) for record in found)
            raise DataError(
                f"No scene in {self.folder} is done; the most frequent reason is: {reasons.most_common(1)[0][0]}"
            )
        return found

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return it as text."""
        failed = f", {answer['FAILED']} of which failed" if answer["FAILED"] else ""
        return f"{answer['OBJECT_COUNT']} objects of {answer['SCENES']} scenes{failed}, in {answer['crs'] or 'no CRS'}."


def _typed(value: Any, kind: type) -> Any:
    """Return a value of a record as a column holds it; None where it is none, or of another type."""
    if kind is str:
        return str(value) if value not in (None, "") else None
    return kind(value) if isinstance(value, (int, float)) else None


def _detector(record: Dict[str, Any]) -> Any:
    settings = record.get("settings") or {}
    return settings.get("model") or settings.get("detector")
