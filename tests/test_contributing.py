"""The examples of CONTRIBUTING.md are whole files: pasted as they stand, they pass what the guide says is checked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict

import pytest

TOP = Path(__file__).parents[1]
EXAMPLE = re.compile(r"^`(qgis_hsi_anomaly/[\w/]+\.py)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> Dict[str, str]:
    return dict(EXAMPLE.findall((TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and its tests, into which the examples are pasted."""
    folder = tmp_path_factory.mktemp("checkout")
    leave = shutil.ignore_patterns("__pycache__")
    for name in ("qgis_hsi_anomaly", "tests"):
        shutil.copytree(TOP / name, folder / name, ignore=leave)
    shutil.copy(TOP / "pyproject.toml", folder)
    for name, code in examples().items():
        assert not (folder / name).exists(), f"{name} is there already: give the example another name"
        (folder / name).write_text(code, encoding="utf-8")
    return folder


def run(copy: Path, *arguments: str) -> str:
    """Run a Python module in the copy; return what it printed. Asserts that it succeeds."""
    # The outer run may measure coverage, which is not asked of this one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_there_is_an_example_of_each_kind() -> None:
    assert [Path(name).parent.name for name in examples()] == ["detectors", "detectors", "tools"]


def test_examples_pass_lint(copy: Path) -> None:
    run(copy, "ruff", "check", "--no-cache", *examples())
    run(copy, "ruff", "format", "--no-cache", "--check", *examples())
    # With what `make lint` has found out about all other files.
    run(copy, "mypy", "--cache-dir", str(TOP / ".mypy_cache"), *examples())


def test_examples_pass_the_shared_checks(copy: Path) -> None:
    names = [Path(name).stem for name in examples()]
    suites = ["core/test_every_detector.py", "tools/test_every_tool.py", "test_project_rooms.py"]
    files = [f"tests/{suite}" for suite in suites]
    told = run(copy, "pytest", "-q", "-p", "no:cacheprovider", "-k", " or ".join(names), *files)
    passed = re.search(r"(\d+) passed", told)
    assert passed is not None, told
    assert int(passed[1]) > 80, told
    listed = run(copy, "qgis_hsi_anomaly", "--help") + run(copy, "qgis_hsi_anomaly", "detectors")
    assert all(name in listed for name in names)
