"""The report on interpreters, torch and devices."""

import json
import sys

import pytest

from qgis_hsi_anomaly.core.detectors.registry import detector_ids, method_class, preprocessor_ids
from qgis_hsi_anomaly.core.libraries import OPTIONAL
from qgis_hsi_anomaly.jobs import interpreter
from qgis_hsi_anomaly.jobs.environment import environment_html, environment_report, environment_text


def test_the_report_is_json_text_and_html(torch_python):
    report = environment_report()
    assert json.loads(json.dumps(report)) == report
    assert report["chosen"] == torch_python.path
    chosen = next(found for found in report["interpreters"] if found["usable"])
    assert (chosen["path"], chosen["torch"]) == (torch_python.path, torch_python.torch)
    assert chosen["devices"][0] == "cpu"
    text, page = environment_text(report), environment_html(report)
    for word in (torch_python.path, torch_python.torch, report["here"]["numpy"], "GDAL"):
        assert word in text
        assert word in page
    assert {library["name"] for library in report["libraries"]} == set(OPTIONAL)
    for library in report["libraries"]:
        assert f"{library['name']}: {library['version']}" in text
    assert page.startswith("<!DOCTYPE html>")
    assert "http" not in page


def test_what_is_lost_without_a_library_is_said(monkeypatch):
    monkeypatch.setattr(interpreter, "_candidates", lambda setting: [])
    monkeypatch.setitem(sys.modules, "sklearn", None)
    report = environment_report()
    words = f"not found; needed for {OPTIONAL['sklearn']}."
    assert f"sklearn: {words}" in environment_text(report)
    assert words in environment_html(report)


@pytest.mark.parametrize("id", [*detector_ids(), *preprocessor_ids()])
def test_every_library_a_method_needs_is_listed(id):
    assert set(method_class(id).requires) <= set(OPTIONAL)


def test_without_torch_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(
        interpreter,
        "_candidates",
        lambda setting: [("the provider's <setting>", str(tmp_path / "no"), False)],
    )
    report = environment_report()
    assert report["chosen"] is None
    assert "-m pip install torch" in environment_text(report)
    page = environment_html(report)
    assert "it cannot be started" in page
    assert "&lt;setting&gt;" in page
