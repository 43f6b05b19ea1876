"""The rooms of docs/architecture.md: who may import whom, and what importing the core brings along."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import List, Set

import pytest

PACKAGE = Path(__file__).parents[1] / "qgis_hsi_anomaly"

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
    "workflow": {"core", "raster", "jobs", "style", "report", "record", "outputs", "workflow"},
    "cli": {"core", "raster", "jobs", "record", "workflow", "tools", "cli"},
    "__main__": {"cli"},
    "processing": {"core", "raster", "jobs", "outputs", "workflow", "tools", "processing"},
    "__init__": {"processing"},
}
# Outside library: the rooms that may import it.
BELONGS_TO = {"osgeo": {"raster", "processing"}, "qgis": {"processing"}, "processing": {"processing"}}


def modules() -> List[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


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


def test_torch_is_imported_inside_functions_or_below_deep_only() -> None:
    for module in modules():
        top = [
            node
            for node in ast.parse(module.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Import)
        ]
        names = {name.name.split(".")[0] for node in top for name in node.names}
        if "torch" in names:
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
