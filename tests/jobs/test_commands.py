"""Commands of our own in processes of their own: what they say, and that none is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qgis_hsi_anomaly.jobs import commands
from qgis_hsi_anomaly.jobs.commands import run_command

ROOT = Path(__file__).parents[2]


def test_a_command_gives_its_output_and_its_words(tmp_path: Path) -> None:
    done = run_command(["fit", "rx", "nowhere.tif", "x"], f"{tmp_path}/log", threads=1)
    assert (done.status, done.output) == (1, "")
    assert (tmp_path / "log").read_text().startswith("nowhere.tif does not exist")


LONG = "import time\ntime.sleep(60)\n"


def test_a_command_ends_when_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order where it hears, else by force."""
    monkeypatch.setattr(commands, "_PROGRAM", commands._PROGRAM.split("runpy.run_module")[0] + LONG)
    assert run_command([], f"{tmp_path}/log", lambda: True).status == -signal.SIGTERM

    monkeypatch.setattr(commands, "_PROGRAM", LONG)
    monkeypatch.setattr(commands, "GRACE", 0.2)
    assert run_command([], f"{tmp_path}/log", lambda: True).status == -signal.SIGKILL


def test_no_process_outlives_a_parent_that_vanishes(tmp_path: Path) -> None:
    program = f"""
from qgis_hsi_anomaly.jobs import commands
commands._PROGRAM = commands._PROGRAM.split("runpy.run_module")[0] + '''
print(os.getpid(), file=sys.stderr, flush=True)
import time
time.sleep(60)
'''
commands.run_command([], {str(tmp_path / "log")!r})
"""
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    for _ in range(200):
        time.sleep(0.05)
        if (tmp_path / "log").exists() and (tmp_path / "log").read_text().endswith("\n"):
            break
    child = int((tmp_path / "log").read_text())
    parent.kill()
    parent.wait()

    for _ in range(100):
        if not Path(f"/proc/{child}/stat").exists() or ") Z" in Path(f"/proc/{child}/stat").read_text():
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the child went on")
