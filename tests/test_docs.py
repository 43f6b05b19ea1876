"""Pages made from the code, and tables made from kept figures, are as they are."""

import importlib.util
import json
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


def test_the_page_of_the_detectors_is_up_to_date():
    """`make docs` would change nothing."""
    text = (DOCS / "algorithms.md").read_text(encoding="utf-8")

    assert (text == script("make_algorithms").page()) is True, STALE


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
