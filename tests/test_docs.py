"""Pages made from the code, and tables made from kept figures, are as they are."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[1] / "docs"


STALE = "this page is not what the code makes of it: make docs"


def script(name: str) -> ModuleType:
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_of_the_detectors_are_up_to_date():
    """`make docs` would change nothing."""
    made = script("make_algorithms").pages()

    assert {path.name for path in (DOCS / "detectors").iterdir()} == set(made), STALE
    for name, text in made.items():
        assert ((DOCS / "detectors" / name).read_text(encoding="utf-8") == text) is True, f"{name}: {STALE}"


def test_every_detector_has_its_map_and_its_figures():
    """docs/make_maps.py was run for all."""
    maker = script("make_algorithms")
    pictures = {path.stem: path.stat().st_size for path in maker.PICTURES.glob("*.png")}

    assert set(pictures) == {"scene", *maker.detector_ids()}
    assert max(pictures.values()) < 100_000
    assert set(json.loads((maker.PICTURES / "figures.json").read_text())) == set(maker.detector_ids())


@pytest.mark.parametrize("name", ["quality.md", "speed.md"])
def test_tables_are_those_of_the_kept_figures(name):
    """`make docs` would change nothing."""
    text = (DOCS / name).read_text(encoding="utf-8")

    assert (text == script("make_tables").page(name)) is True, STALE


def test_newer_figures_replace_those_rows_they_have(tmp_path, monkeypatch):
    """Some rows can be measured again; the page keeps the others."""
    tables = script("make_tables")
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    for day, measured in ((2, {"rx": 2}), (1, {"rx": 1, "knn": 1})):
        run = {"date": f"2026-01-0{day}", "results": {"measured": measured, "failures": []}}
        (tmp_path / f"quality-{day}.json").write_text(json.dumps(run), encoding="utf-8")

    assert tables.kept("quality")["measured"] == {"rx": 2, "knn": 1}


def test_a_page_without_the_place_of_a_table_is_refused(tmp_path, monkeypatch):
    tables = script("make_tables")
    monkeypatch.setattr(tables, "DOCS", tmp_path)
    (tmp_path / "quality.md").write_text("nothing", encoding="utf-8")

    with pytest.raises(ValueError, match="needs <!-- table means"):
        tables.page("quality.md")


def test_the_site_is_built_without_a_warning_and_needs_no_network(tmp_path):
    """Links and anchors are whole, each detector has its page in the menu, and nothing is loaded from elsewhere."""
    pytest.importorskip("material", reason="make setup-docs")
    mkdocs = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(mkdocs, cwd=DOCS.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    home = (tmp_path / "index.html").read_text(encoding="utf-8")
    for id in script("make_algorithms").detector_ids():
        assert f'href="detectors/{id}.html"' in home
    for page in tmp_path.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r'<(script|img|iframe)[^>]*src="?http', text), page
        assert not re.search(r'<link[^>]*rel="?(stylesheet|preconnect)[^>]*href="?http', text), page
        assert re.search(r'src="(\.\./)*offline-search\.js"', text), page
