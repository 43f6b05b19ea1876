"""Set up torch asks first, and says which Python is used in the end. How it is made: tests/jobs/test_torch_setup.py."""

from __future__ import annotations

from pathlib import Path
from typing import List

import pytest

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import ParameterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.jobs.interpreter import Interpreter, torch_place
from qgis_hsi_anomaly.tools import setuptorch
from qgis_hsi_anomaly.tools.setuptorch import SetUpTorch


def test_nothing_happens_unless_the_user_agrees(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """The refusal says what would be downloaded, and where to."""
    monkeypatch.setattr(setuptorch, "set_up_torch", lambda *_: pytest.fail("it began"))
    with pytest.raises(ParameterError, match=r"CONFIRM must be true.*About 250 MB") as caught:
        SetUpTorch()
    assert str(torch_place()) in str(caught.value)
    assert main(["setuptorch", "--build", "cuda"]) != 0
    assert "About 3000 MB" in capsys.readouterr().err


def test_what_was_agreed_to_is_done(monkeypatch: pytest.MonkeyPatch, capsys, tmp_path: Path) -> None:
    asked: List[object] = []
    made = Interpreter("/new/bin/python", "the new environment", torch="2.9.0", devices=("A GPU",))

    def set_up(*arguments: object) -> Interpreter:
        asked.extend(arguments[:4])
        return made

    monkeypatch.setattr(setuptorch, "set_up_torch", set_up)
    monkeypatch.setattr(setuptorch, "find_interpreter", lambda python, run: made)
    place = tmp_path / "my venv"
    options = ["--folder", str(place), "--build", "cuda", "--base-python", "/p", "--index", "https://i"]

    assert main(["setuptorch", "--confirm", *options]) == 0

    assert asked == [place, "cuda", "/p", "https://i"]
    out, err = capsys.readouterr()
    assert "/new/bin/python" in out and "2.9.0" in out and "cpu, A GPU" in out
    assert "are downloaded from" in err and "Warning" not in err


def test_an_interpreter_that_goes_before_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setuptorch, "set_up_torch", lambda *_: Interpreter("/new", "new"))
    monkeypatch.setattr(
        setuptorch, "find_interpreter", lambda python, run: Interpreter("/old", "the setting")
    )
    warnings: List[str] = []
    SetUpTorch(confirm=True).perform(Run(on_warning=warnings.append))
    assert len(warnings) == 1 and "run on /old (the setting)" in warnings[0]
