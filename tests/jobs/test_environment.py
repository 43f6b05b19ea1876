"""The report on interpreters, torch and devices."""

import json

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
    assert page.startswith("<!DOCTYPE html>")
    assert "http" not in page


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
