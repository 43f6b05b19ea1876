"""What is shipped: the assembled plugin folder, its zip, pb_tool's deployment, the library and its metadata."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
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
    for name in (
        *("Makefile", "package.py", "metadata.txt"),
        *("LICENSE", "README.md", "CHANGELOG.md", "pb_tool.cfg"),
    ):
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
    assert metadata["changelog"] == "", "package.py fills it in"
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


def test_plugin_folder_has_the_languages(built: Path) -> None:
    """Compiled, without any program of Qt's."""
    languages = {path.stem for path in (TOP / "resources" / "translations").glob("*.ts")}
    shipped = {path.name for path in (built / "resources" / "translations").iterdir()}
    assert shipped == {"templates.txt", *(f"{language}.qm" for language in languages)}


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


@pytest.fixture(scope="module")
def package(checkout: Path) -> ModuleType:
    """package.py of the copied checkout, as a module."""
    spec = importlib.util.spec_from_file_location("package", checkout / "package.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_alone_makes_the_zip_of_make_with_the_same_bytes(checkout: Path, tmp_path: Path) -> None:
    """From any folder, and without what a Python environment adds: Windows has no make."""
    archive = checkout / "build" / f"{NAME}.zip"
    run("make", "package", cwd=checkout)
    made = archive.read_bytes()
    archive.unlink()
    run(sys.executable, "-I", "-S", str(checkout / "package.py"), cwd=tmp_path)
    assert (archive.read_bytes() == made) is True


def test_python_3_9_understands_the_script() -> None:
    ast.parse((TOP / "package.py").read_text(encoding="utf-8"), feature_version=(3, 9))


@pytest.mark.parametrize(
    ("platform", "environment", "first"),
    [
        ("win32", {"APPDATA": "{home}/Roaming"}, "Roaming/QGIS/QGIS3"),
        ("win32", {"USERPROFILE": "{home}"}, "AppData/Roaming/QGIS/QGIS3"),
        ("darwin", {"HOME": "{home}"}, "Library/Application Support/QGIS/QGIS3"),
        ("linux", {"HOME": "{home}"}, ".local/share/QGIS/QGIS3"),
        ("linux", {"HOME": "{home}", "XDG_DATA_HOME": "{home}/data"}, "data/QGIS/QGIS3"),
    ],
)
def test_profiles_are_where_qgis_keeps_them(
    package: ModuleType, tmp_path: Path, platform: str, environment: Dict[str, str], first: str
) -> None:
    environment = {name: value.format(home=tmp_path) for name, value in environment.items()}
    plugins = "profiles/default/python/plugins"
    assert package.plugin_folders("default", platform, environment) == [tmp_path / first / plugins]
    four = tmp_path / first.replace("QGIS3", "QGIS4")
    (four / "profiles").mkdir(parents=True)
    assert package.plugin_folders("default", platform, environment) == [four / plugins]
    (tmp_path / first / "profiles").mkdir(parents=True)
    found = package.plugin_folders("field work", platform, environment)
    assert found == [folder / "profiles/field work/python/plugins" for folder in (tmp_path / first, four)]


def test_flatpak_s_qgis_is_found(package: ModuleType, tmp_path: Path) -> None:
    profiles = tmp_path / ".var/app/org.qgis.qgis/data/QGIS/QGIS3/profiles"
    profiles.mkdir(parents=True)
    found = package.plugin_folders("default", "linux", {"HOME": str(tmp_path)})
    assert found == [profiles / "default/python/plugins"]


def test_deploy_without_make_installs_for_every_qgis(checkout: Path, tmp_path: Path) -> None:
    for version in ("QGIS3", "QGIS4"):
        (tmp_path / "QGIS" / version / "profiles").mkdir(parents=True)
    run(sys.executable, "package.py", "deploy", cwd=checkout, XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path))
    for version in ("QGIS3", "QGIS4"):
        plugin = tmp_path / "QGIS" / version / "profiles/default/python/plugins" / NAME
        assert files_below(plugin) == files_below(checkout / "build" / NAME)


def test_a_deployed_link_is_replaced_and_not_followed(package: ModuleType, tmp_path: Path) -> None:
    """Developers link the plugin into their profile: their files stay."""
    package.build()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "kept.py").touch()
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / NAME).symlink_to(mine)
    package.deploy(tmp_path / "plugins")
    assert (mine / "kept.py").exists()
    assert not (tmp_path / "plugins" / NAME).is_symlink()


def test_the_site_is_shipped_while_it_is_up_to_date(
    package: ModuleType, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = checkout / "build" / "site" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("documents", encoding="utf-8")
    try:
        assert "docs/site/index.html" in package.contents()
        assert "docs/user-guide.md" not in package.contents()
        os.utime(page, (0, 0))
        assert "docs/site/index.html" not in package.contents()
        assert "docs/user-guide.md" in package.contents()
        assert "make docs" in capsys.readouterr().out
    finally:
        shutil.rmtree(page.parent)


def test_changes_are_written_as_metadata_that_can_be_read(package: ModuleType) -> None:
    changes = package.newest_changes(
        "# Log\n\nHow.\n\n## 2.0.0 - 2027-01-01\n\n**Maps**\n\n- 95 % `x`\n\n## 1.0.0\n- old\n"
    )
    parser = configparser.ConfigParser()
    parser.read_string(package.with_changelog("[general]\nname=N\nchangelog=\nicon=i\n", changes))
    assert dict(parser["general"]) == {
        "name": "N",
        "changelog": "2.0.0 - 2027-01-01\nMaps\n- 95 % x",
        "icon": "i",
    }


def test_the_readme_s_commands_for_torch_suit_their_terminals() -> None:
    """A program in quotes is a syntax error in PowerShell, which does not know %APPDATA% either."""
    rows = {}
    for line in (TOP / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 2:
            rows.setdefault(cells[0], re.findall(r"`([^`]+)`", cells[1]))
    shell, prompt = rows["Windows, PowerShell"], rows["Windows, Command Prompt"]
    assert [command.replace("$env:APPDATA", "%APPDATA%") for command in shell] == prompt
    assert all(re.match(r'py -m (venv|pip --python) "%APPDATA%\\[^"]+venv"', command) for command in prompt)
    assert len(prompt) == 2
    assert rows["Windows (PowerShell or Command Prompt)"] == ["py package.py"]
    for system in ("macOS", "Linux"):
        make, install = rows[system][-2:]
        venv = make.removeprefix("python3 -m venv ")
        assert install == (venv[:-1] + '/bin/python"' if venv.endswith('"') else f"{venv}/bin/python") + (
            " -m pip install torch numpy"
        )


def test_the_readme_names_the_package_indexes_that_set_up_torch_uses() -> None:
    from qgis_hsi_anomaly.jobs.torch_setup import _INDEX

    readme = (TOP / "README.md").read_text(encoding="utf-8")
    assert all(f"--index-url {address}`" in readme for address in _INDEX.values())


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
        *("demo", "test", "coverage", "lint", "format", "docs", "translations", "build", "package", "deploy"),
        *("bench-quality", "bench-speed", "clean"),
    ],
)
def test_makefile_knows_the_promised_command(target: str) -> None:
    run("make", "--dry-run", target)
