"""What is shipped: the assembled plugin folder, its zip, pb_tool's deployment, the library and its metadata."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Dict, Set

import pytest

import qgis_hsi_anomaly

TOP = Path(__file__).parents[1]
NAME = "qgis_hsi_anomaly"

# What plugins.qgis.org refuses an upload without, and what this plugin promises.
METADATA = {
    "name": "Hyperspectral Anomaly Detection",
    "qgisMinimumVersion": "3.22",
    "qgisMaximumVersion": "4.99",
    "supportsQt6": "yes",
    "hasProcessingProvider": "yes",
    "version": qgis_hsi_anomaly.__version__,
}
REQUIRED = [
    "description",
    "about",
    "author",
    "email",
    "tracker",
    "repository",
    "homepage",
    "tags",
    "icon",
    "category",
]


def run(*command: str, cwd: Path = TOP, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command; assert that it succeeds, showing what it said where it does not."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def files_below(folder: Path) -> Set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the packaging commands work on, so that they do not touch the checkout's own build folder."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in (NAME, "resources", "docs"):
        shutil.copytree(TOP / name, copy / name)
    for name in ("Makefile", "metadata.txt", "LICENSE", "README.md", "pb_tool.cfg"):
        shutil.copy(TOP / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def built(checkout: Path) -> Path:
    """The plugin folder `make build` assembles."""
    run("make", "build", cwd=checkout)
    return checkout / "build" / NAME


@pytest.fixture
def metadata() -> Dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(TOP / "metadata.txt", encoding="utf-8")
    return dict(parser["general"])


def test_metadata_is_complete_and_has_the_package_s_version(metadata: Dict[str, str]) -> None:
    assert {name: metadata[name] for name in METADATA} == METADATA
    assert all(metadata[name].strip() for name in REQUIRED)
    assert (TOP / metadata["icon"]).is_file()
    assert "\n" not in metadata["about"], "QGIS reads the first line only"


def test_changelog_tells_of_this_version() -> None:
    assert f"## {qgis_hsi_anomaly.__version__} " in (TOP / "CHANGELOG.md").read_text(encoding="utf-8")


def test_plugin_folder_has_the_whole_package_and_no_leftovers(built: Path) -> None:
    shipped = files_below(built)
    package = {name for name in files_below(TOP / NAME) if not name.endswith(".pyc")}
    assert package <= shipped
    assert {
        "metadata.txt",
        "LICENSE",
        "__init__.py",
        "resources/icons/detector.svg",
        "docs/user-guide.md",
    } <= shipped
    assert not {name for name in shipped if re.search(r"__pycache__|\.pyc$|^resources/demo|^tests", name)}


def test_qgis_loads_the_plugin_from_the_zip(checkout: Path, tmp_path: Path) -> None:
    run("make", "package", cwd=checkout)
    with zipfile.ZipFile(checkout / "build" / f"{NAME}.zip") as archive:
        assert archive.testzip() is None
        names = {name for name in archive.namelist() if not name.endswith("/")}
        archive.extractall(tmp_path / "plugins")
    assert names == {f"{NAME}/{name}" for name in files_below(checkout / "build" / NAME)}
    assert 0 < (checkout / "build" / f"{NAME}.zip").stat().st_size < 20e6, (
        "plugins.qgis.org takes at most 25 MB"
    )

    qgis_process = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    assert qgis_process, "QGIS is not installed: make setup"
    environment = {
        "PATH": f"/usr/bin:{os.environ['PATH']}",  # QGIS takes its Python from the first python3 there
        "QGIS_PLUGINPATH": str(tmp_path / "plugins"),
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path / "profile"),
    }
    run(qgis_process, "plugins", "enable", NAME, **environment)
    listed = run(qgis_process, "list", **environment).stdout
    assert re.search(r"^\s*hsianomaly:rx\b", listed, re.MULTILINE), listed


def test_deploy_replaces_what_was_there(checkout: Path, tmp_path: Path) -> None:
    plugins = tmp_path / "a profile" / "plugins"
    leftover = plugins / NAME / "leftover.py"
    leftover.parent.mkdir(parents=True)
    leftover.touch()
    run("make", "deploy", f"PLUGINS={plugins}", cwd=checkout)
    assert files_below(plugins / NAME) == files_below(checkout / "build" / NAME)


def test_pb_tool_deploys_the_plugin_folder(built: Path, tmp_path: Path) -> None:
    pb_tool = Path(sys.executable).parent / "pb_tool"
    config = str(built.parents[1] / "pb_tool.cfg")
    options = ["--config_file", config, "--plugin_path", str(tmp_path), "--no-docs", "--no-confirm"]
    run(str(pb_tool), "deploy", *options, cwd=built)
    assert files_below(tmp_path / NAME) == files_below(built)


def test_library_installs_with_its_console_command(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    shutil.copytree(TOP / NAME, source / NAME)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(TOP / name, source / name)
    target = tmp_path / "library"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    run(*pip, "--target", str(target), str(source))
    version = run(str(target / "bin" / "hsi-anomaly"), "--version", PYTHONPATH=str(target), cwd=tmp_path)
    assert version.stdout.strip() == qgis_hsi_anomaly.__version__
    assert (target / NAME / "core" / "detectors" / "rx.py").is_file()


@pytest.mark.parametrize(
    "target",
    [
        *("demo", "test", "coverage", "lint", "format", "docs", "build", "package", "deploy"),
        *("bench-quality", "bench-speed", "clean"),
    ],
)
def test_makefile_knows_the_promised_command(target: str) -> None:
    run("make", "--dry-run", target)
