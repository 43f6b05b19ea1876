"""What plugins.qgis.org asks of an upload (its validator and its security scan of 2026), tried on the zip.

Not tried, as it takes the network: the site opens the three addresses of the metadata, and writes to the email.
"""

from __future__ import annotations

import ast
import configparser
import importlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Dict, List
from urllib.parse import urlparse

import pytest

TOP = Path(__file__).parents[1]
NAME = "qgis_hsi_anomaly"

REQUIRED = (
    "name",
    "description",
    "version",
    "qgisMinimumVersion",
    "author",
    "email",
    "about",
    "tracker",
    "repository",
)
ADDRESSES = ("homepage", "repository", "tracker")
PROGRAMS = (".exe", ".dll", ".so", ".dylib", ".bat", ".sh", ".ps1", ".cmd", ".pyd")
SCANNER_SETTINGS = {".bandit", ".flake8", ".secrets.baseline"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip that package.py makes of a copy of the checkout."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in (NAME, "resources", "docs"):
        shutil.copytree(TOP / folder, copy / folder)
    for name in ("package.py", "metadata.txt", "LICENSE", "README.md", "CHANGELOG.md"):
        shutil.copy(TOP / name, copy / name)
    subprocess.run([sys.executable, "package.py"], cwd=copy, check=True, capture_output=True)
    return copy / "build" / f"{NAME}.zip"


@pytest.fixture(scope="module")
def entries(archive: Path) -> List[zipfile.ZipInfo]:
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        return opened.infolist()


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def metadata(unpacked: Path) -> Dict[str, str]:
    """Read as the site and QGIS do it: % has a meaning, so that a bare one would lose the whole plugin."""
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((unpacked / NAME / "metadata.txt").read_text(encoding="utf-8"))
    return dict(parser.items("general"))


def test_the_archive_is_small_and_holds_one_folder_that_is_a_module(archive, entries):
    assert archive.stat().st_size < 20e6, "the site takes 25 MB"
    assert {entry.filename.split("/")[0] for entry in entries} == {NAME}
    assert NAME.isidentifier()
    names = {entry.filename for entry in entries}
    assert {f"{NAME}/__init__.py", f"{NAME}/metadata.txt", f"{NAME}/LICENSE"} <= names


def test_no_file_is_of_a_kind_the_site_refuses_or_marks(entries):
    for entry in entries:
        parts = entry.filename.split("/")
        assert ".." not in entry.filename
        assert not {"__MACOSX", ".git", "__pycache__"} & set(parts)
        assert not entry.filename.lower().endswith((*PROGRAMS, ".pyc")), entry.filename
        assert not any(part.startswith(".") for part in parts), f"hidden: {entry.filename}"
        assert not entry.external_attr >> 16 & 0o111, f"executable: {entry.filename}"


def test_no_binary_is_shipped_but_pictures(unpacked):
    binary = [path for path in unpacked.rglob("*") if path.is_file() and b"\0" in path.read_bytes()]
    assert {path.suffix for path in binary} <= {".png", ".qm", ".woff", ".woff2"}


def test_nothing_turns_the_scanners_off():
    """The site reads such files, and calls the upload "configured" instead of clean.

    A list of skips in .bandit makes its call of bandit fail, so that nothing is scanned. Exceptions stand beside the
    line that needs them (# nosec).
    """
    assert not SCANNER_SETTINGS & {path.name for path in (*TOP.iterdir(), *(TOP / NAME).rglob("*"))}


def test_metadata_is_complete(metadata, unpacked):
    assert not [name for name in REQUIRED if not metadata.get(name, "").strip()]
    assert "/" not in metadata["author"]
    assert re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", metadata["email"])
    assert (unpacked / NAME / metadata["icon"]).is_file()
    assert {metadata[flag].lower() for flag in ("experimental", "deprecated")} <= {"true", "false"}
    assert "supportsQt6" not in metadata, "gone: qgisMaximumVersion says it"
    assert float(metadata["qgisMaximumVersion"]) >= 4


def test_addresses_are_whole_and_no_examples(metadata):
    for name in ADDRESSES:
        address = urlparse(metadata[name])
        assert address.scheme == "https"
        assert "." in address.netloc
        assert "example" not in metadata[name]
    assert "example" not in metadata["email"]


def test_the_addresses_are_the_same_everywhere(metadata):
    citation = (TOP / "CITATION.cff").read_text(encoding="utf-8")
    site = (TOP / "mkdocs.yml").read_text(encoding="utf-8")
    assert f"\nurl: {metadata['homepage']}\n" in citation
    assert f"\nrepository-code: {metadata['repository']}\n" in citation
    assert f"\nversion: {metadata['version']}\n" in citation
    assert f"\nsite_url: {metadata['homepage']}\n" in site
    assert f"\nrepo_url: {metadata['repository']}\n" in site


def test_changes_of_this_version_are_shown_in_the_plugin_manager(metadata):
    assert metadata["changelog"].startswith(f"{metadata['version']} - ")
    assert "95 % interval" in metadata["changelog"]


def test_the_changelog_is_read_by_qgis_plugin_ci(metadata):
    """Its rule: `## 1.2.3 - 2026-11-21`, and the text up to the next `##`, be it of a heading of a lower level."""
    text = (TOP / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(
        r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d\n(.*?)(?=##|\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found is not None
    assert found[1] == metadata["version"]
    assert found[2].count("\n- ") > 10, "a lower heading cuts the text off"


def test_qgis_plugin_ci_itself_reads_the_changelog(metadata):
    parser = pytest.importorskip("qgispluginci.changelog").ChangelogParser(TOP)
    assert parser.latest_version() == metadata["version"]
    assert len(parser.content(metadata["version"])) > 1000


def scan(*command: str, cwd: Path) -> Any:
    """What a scanner prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_bandit_finds_nothing(unpacked):
    """All of its checks at every severity; the site has some of them switched on, and a finding stops the upload."""
    pytest.importorskip("bandit")
    report = scan("bandit", "-r", ".", "-f", "json", "--quiet", cwd=unpacked)
    findings = [f"{one['filename']}:{one['line_number']} {one['issue_text']}" for one in report["results"]]
    assert report["metrics"]["_totals"]["loc"] > 10_000
    assert not report["errors"]
    assert not findings


def test_detect_secrets_finds_nothing(unpacked):
    pytest.importorskip("detect_secrets")
    report = scan(
        "detect_secrets", "scan", "--all-files", "--exclude-files", r"metadata\.txt", ".", cwd=unpacked
    )
    assert report["results"] == {}


QT6 = [*(TOP / NAME).rglob("*.py"), TOP / "docs" / "make_screenshots.py"]


@pytest.mark.parametrize(
    "path", [path for path in QT6 if "qgis" in path.read_text(encoding="utf-8")], ids=lambda p: p.stem
)
def test_enumerations_are_named_in_full_as_qt6_asks(path):
    """`Qt.Orientation.Horizontal`, as PyQt6 has no `Qt.Horizontal`; Qt comes from qgis.PyQt."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]
    assert not [node.module for node in imports if re.match(r"(PyQt|sip)", node.module)]
    classes = {
        alias.asname or alias.name: getattr(importlib.import_module(node.module), alias.name)
        for node in imports
        if node.module.startswith("qgis.") and not node.module.startswith("qgis.utils")
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"exec_", "QVariant"}, f"line {node.lineno}"
            if isinstance(node.value, ast.Name) and isinstance(classes.get(node.value.id), type):
                value = getattr(classes[node.value.id], node.attr, None)
                assert not isinstance(value, int), f"line {node.lineno}: {node.value.id}.{node.attr}"
