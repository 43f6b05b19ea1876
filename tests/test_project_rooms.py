"""The rooms of docs/architecture.md: who may import whom, and what importing the core brings along."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Sequence, Set

import pytest

TOP = Path(__file__).parents[1]
PACKAGE = TOP / "qgis_hsi_anomaly"

# Room: the rooms it may import, itself included. Modules at the top of the package are rooms of one file.
MAY_IMPORT = {
    "core": {"core"},
    "raster": {"core", "raster"},
    "jobs": {"core", "jobs"},
    "style": {"core", "style"},
    "report": {"core", "style", "report"},
    "record": {"core", "raster", "record"},
    "outputs": {"core", "raster", "outputs"},
    "tools": {"core", "raster", "jobs", "style", "report", "record", "outputs", "workflow", "tools"},
    "workflow": {"core", "raster", "jobs", "style", "record", "outputs", "workflow"},
    "cli": {"core", "raster", "jobs", "record", "workflow", "tools", "cli"},
    "__main__": {"cli"},
    "processing": {"core", "raster", "jobs", "style", "workflow", "tools", "processing"},
    "__init__": {"processing"},
}
# The same within the core, whose modules that are in no folder are the room `core`.
CORE_MAY_IMPORT = {
    "core": {"core", "numerics", "detectors"},
    "numerics": {"core", "numerics"},
    "detectors": {"core", "numerics", "detectors", "deep"},
    "decisions": {"core", "numerics", "detectors", "decisions"},
    "deep": {"core", "numerics", "deep"},
}
# Outside library: the rooms that may import it.
BELONGS_TO = {"osgeo": {"raster", "processing"}, "qgis": {"processing"}, "processing": {"processing"}}


def modules() -> List[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def core_room_of(parts: Sequence[str]) -> str:
    """The room within the core of a module `qgis_hsi_anomaly.core.parts`."""
    return parts[0] if parts and parts[0] in CORE_MAY_IMPORT else "core"


def absolute_imports(module: Path) -> Set[str]:
    """Every imported module's full name, wherever in the file it is imported; `from . import x` counts x too."""
    parts = ["qgis_hsi_anomaly", *module.relative_to(PACKAGE).parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found.update([base, *(f"{base}.{name.name}" for name in node.names)])
    return found


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_the_rooms_it_may(module: Path) -> None:
    room = room_of(module)
    assert room in MAY_IMPORT, f"{room} is no room of docs/architecture.md"
    rooms = {room_of(other) for other in modules()}
    for name in absolute_imports(module):
        parts = name.split(".")
        if parts[0] == "qgis_hsi_anomaly" and len(parts) > 1 and parts[1] in rooms:
            assert parts[1] in MAY_IMPORT[room], f"{module.name} imports {name}"
        elif parts[0] in BELONGS_TO:
            assert room in BELONGS_TO[parts[0]], f"{module.name} imports {name}"


def imported_rooms() -> Dict[str, Set[str]]:
    """Who imports whom, as it is."""
    rooms = {room_of(other) for other in modules()}
    found: Dict[str, Set[str]] = {room: {room} for room in rooms}
    for module in modules():
        parts = [name.split(".") for name in absolute_imports(module)]
        ours = {part[1] for part in parts if part[0] == "qgis_hsi_anomaly" and len(part) > 1}
        found[room_of(module)] |= ours & rooms
    return found


def test_no_room_may_import_what_it_does_not() -> None:
    """The picture shows the arrows there are, and no others."""
    assert {room: others | {room} for room, others in MAY_IMPORT.items()} == imported_rooms()


def test_within_the_core_a_module_imports_only_the_rooms_it_may() -> None:
    folders = {path.name for path in (PACKAGE / "core").iterdir() if (path / "__init__.py").exists()}
    assert folders == set(CORE_MAY_IMPORT) - {"core"}
    for module in sorted((PACKAGE / "core").rglob("*.py")):
        room = core_room_of(module.relative_to(PACKAGE / "core").parts)
        for name in absolute_imports(module):
            parts = name.split(".")
            if parts[:2] == ["qgis_hsi_anomaly", "core"] and len(parts) > 2:
                assert core_room_of(parts[2:]) in CORE_MAY_IMPORT[room], f"{module} imports {name}"


def test_the_tables_of_the_documentation_are_these() -> None:
    """Rooms and arrows of docs/architecture.md."""
    text = (TOP / "docs" / "architecture.md").read_text(encoding="utf-8")
    whole, core = (
        {
            re.sub(r"^core/(?=.)|/?(\*)?(\.py)?$", "", cells[0].strip(" `")) or "core": set(
                re.findall(r"`(\w+)`", cells[2])
            )
            for cells in (line.strip("|").split("|") for line in lines.splitlines()[2:])
        }
        for lines in re.findall(r"^\| room \| holds \| may import \|\n(?:\|.*\n)+", text, re.MULTILINE)
    )

    assert whole == {room: others - {room} for room, others in MAY_IMPORT.items()}
    assert core == {room: others - {room} for room, others in CORE_MAY_IMPORT.items()}


def test_torch_is_imported_inside_functions_or_below_deep_only() -> None:
    for module in modules():
        top = ast.parse(module.read_text(encoding="utf-8")).body
        names = {name.name for node in top if isinstance(node, ast.Import) for name in node.names}
        names |= {node.module or "" for node in top if isinstance(node, ast.ImportFrom) and not node.level}
        if "torch" in {name.split(".")[0] for name in names}:
            assert module.relative_to(PACKAGE).parts[:2] == ("core", "deep"), module


def test_importing_the_core_brings_neither_qgis_nor_gdal_nor_torch() -> None:
    program = """
import importlib, pkgutil, sys
import qgis_hsi_anomaly.core as core
from qgis_hsi_anomaly.core.detectors.registry import detector_ids, detector_class
for id in detector_ids():
    detector_class(id)
for module in pkgutil.walk_packages(core.__path__, core.__name__ + "."):
    if not module.name.startswith("qgis_hsi_anomaly.core.deep"):
        importlib.import_module(module.name)
print(sorted({"qgis", "osgeo", "torch"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PACKAGE.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
