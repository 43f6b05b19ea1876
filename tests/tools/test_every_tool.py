"""What holds for every tool, found by its file."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Type

import pytest

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import HsiAnomalyError
from qgis_hsi_anomaly.core.parameters import Parameter, from_values, parameters_of
from qgis_hsi_anomaly.jobs.execution import Execution
from qgis_hsi_anomaly.tools.base import Heading, Tool
from qgis_hsi_anomaly.tools.registry import tools

TOOLS = {cls.id: cls for place in ("toolbox", "command") for cls in tools(place)}
USED_BY_COMMANDS = {"json", "help", "run", "show", "tool"}
EXTENSIONS = {"raster": ".tif", "vector": ".gpkg", "file": ".csv", "folder": ""}


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest) -> Type[Tool]:
    return TOOLS[request.param]


def test_a_tool_is_found_by_its_file(tool: Type[Tool]) -> None:
    """One file a tool, named after it or after its command."""
    assert tool.__module__.rpartition(".")[2] in (tool.id, tool.command)
    assert isinstance(tool.group, Heading)
    assert dataclasses.fields(tool), "a tool is a dataclass: @dataclass(frozen=True)"


def test_everything_is_explained(tool: Type[Tool]) -> None:
    """The toolbox, the command line and the documentation have something to say about each parameter."""
    assert tool.label and tool.summary.endswith(".")
    for parameter in parameters_of(tool):
        assert parameter.label, parameter.name
        assert parameter.help.endswith("."), parameter.name
    assert all(tool.returns.values()) and all(tool.texts.values())


def test_names_are_free(tool: Type[Tool]) -> None:
    """Nothing else on the command line has the name of a parameter."""
    names = {parameter.name for parameter in parameters_of(tool)}
    where = {parameter.name for parameter in parameters_of(Execution)} if tool.executes else set()

    assert not names & (USED_BY_COMMANDS | where)


def test_the_command_line_has_it(tool: Type[Tool], capsys: pytest.CaptureFixture[str]) -> None:
    """With the options of its parameters."""
    if "command" not in tool.places:
        pytest.skip("a tool of the toolbox alone")
    with pytest.raises(SystemExit, match="0"):
        main([tool.command or tool.id, "--help"])

    page = capsys.readouterr().out
    for parameter in parameters_of(tool):
        assert (parameter.name.upper() if parameter.positional else parameter.option) in page


def test_a_missing_input_is_refused_in_one_sentence(tool: Type[Tool], tmp_path: Path) -> None:
    """And nothing is written."""
    fields = parameters_of(tool)
    if not any(field.is_path and not field.writes and not field.optional for field in fields):
        pytest.skip("reads no file that must be there")
    values = {field.name: _a_path(field, tmp_path) for field in fields if field.is_path}
    before = sorted(tmp_path.iterdir())

    with pytest.raises(HsiAnomalyError) as refused:
        from_values(tool, values).perform()

    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")
    assert sorted(tmp_path.iterdir()) == before


def _a_path(field: Parameter, folder: Path) -> Any:
    extension = field.extensions[0] if field.extensions else EXTENSIONS.get(field.kind, "")
    path = str(folder / ("made" if field.writes else "nowhere") / f"{field.name}{extension}")
    if field.writes:
        Path(path).parent.mkdir(exist_ok=True)
    return (path,) if field.several else path


def test_finding_the_tools_needs_numpy_and_gdal_alone() -> None:
    """A library that one tool needs, imported at the top of its file, would take all tools down where it is missing."""
    program = """
import sys
for name in ("scipy", "sklearn", "skimage", "matplotlib", "h5py", "torch"):
    sys.modules[name] = None
from qgis_hsi_anomaly.tools.registry import tools
print(len(tools("command")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_names_of_tools_are_their_own() -> None:
    names: Dict[str, Type[Tool]] = {}
    for cls in TOOLS.values():
        assert names.setdefault(cls.command or cls.id, cls) is cls
