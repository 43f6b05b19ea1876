"""Ctrl-C is heard wherever it comes, leaves nothing, and what a killed run left is cleared away by the next."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly.cli import _Interrupt
from qgis_hsi_anomaly.core import scratch as room
from qgis_hsi_anomaly.core.errors import Cancelled, MissingLibraryError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.core.scratch import Scratch, clear_away
from qgis_hsi_anomaly.jobs import interpreter
from qgis_hsi_anomaly.jobs.interpreter import find_interpreter, probe
from qgis_hsi_anomaly.outputs import Outputs
from tests.jobs.conftest import processes_naming
from tests.test_workflow import write_raster

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture
def sleeper(tmp_path):
    """A program that never answers, and starts another one."""
    program = tmp_path / "python3"
    program.write_text(f"#!/bin/sh\nsh -c 'sleep 300; :' {program} &\nsleep 300\n")
    program.chmod(0o700)
    return str(program)


def test_a_cancel_is_heard_while_an_interpreter_is_probed(sleeper):
    began = time.monotonic()

    with pytest.raises(Cancelled):
        find_interpreter(sleeper, Run(is_cancelled=lambda: time.monotonic() - began > 0.5))

    assert time.monotonic() - began < 5
    assert processes_naming(sleeper) == []


def test_an_interpreter_that_never_answers_is_ended(sleeper, monkeypatch):
    monkeypatch.setattr(interpreter, "PROBE_LIMIT", 0.3)

    with pytest.raises(MissingLibraryError, match="did not answer"):
        probe(sleeper)
    assert processes_naming(sleeper) == []


def test_ctrl_c_while_an_interpreter_is_probed_ends_the_command(tmp_path, sleeper):
    write_raster(tmp_path / "scene.tif", np.random.default_rng(0).normal(size=(9, 8, 4)).astype("f4"))
    command = ["detect", "sscade", "scene.tif", "o.tif", "--python", sleeper]
    started = subprocess.Popen(
        [sys.executable, "-m", "qgis_hsi_anomaly", *command],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    deadline = time.monotonic() + 30
    while not processes_naming(sleeper)[1:] and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    began = time.monotonic()
    started.send_signal(signal.SIGINT)

    assert started.wait(20) == 130
    assert time.monotonic() - began < 10
    assert b"Cancelled." in started.stderr.read()
    started.stderr.close()
    assert processes_naming(sleeper) == []


@pytest.fixture
def interrupt():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    yield _Interrupt()
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGTERM, before[1])


def test_once_a_run_is_ending_further_interrupts_do_not_break_its_clearing_away(interrupt):
    signal.raise_signal(signal.SIGINT)
    assert interrupt.is_cancelled()  # heard: the run ends

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        signal.raise_signal(number)


def test_a_second_interrupt_breaks_off_a_run_that_does_not_listen(interrupt):
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)

    signal.raise_signal(signal.SIGINT)  # and the third leaves it to its clearing away


KILLED = """
import os, sys
sys.path.insert(0, {package!r})
from qgis_hsi_anomaly.core.scratch import Scratch
made = Scratch("hsi-anomaly-", {folder!r})
(made.path / "cube.npy").write_bytes(bytes(1000))
print(made.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def killed(tmp_path):
    """A folder of a process that is there; killing it is left to the test."""
    code = KILLED.format(package=str(Path(__file__).parents[2]), folder=str(tmp_path))
    started = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield started, Path(started.stdout.readline().strip())
    started.kill()
    started.communicate()


def test_scratch_of_a_killed_run_is_cleared_away_and_that_of_a_living_one_is_not(tmp_path, killed):
    started, folder = killed
    assert clear_away("hsi-anomaly-", tmp_path) == 0 and folder.exists()

    started.kill()
    started.wait()
    assert clear_away("hsi-anomaly-", tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_next_run_clears_away(tmp_path, killed, monkeypatch):
    from qgis_hsi_anomaly.jobs.compute import _scratch_folder

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    started, folder = killed
    started.kill()
    started.wait()

    with _scratch_folder() as own:
        assert not folder.exists() and own.exists()
    assert list(tmp_path.iterdir()) == []


def test_only_folders_of_ours_are_cleared_away(tmp_path, monkeypatch):
    """Not a user's own folder or file of such a name, a link, or what another machine or user has made."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "in-use").write_bytes(room.platform.node().encode())
    (tmp_path / "hsi-anomaly-venv").mkdir()
    (tmp_path / "hsi-anomaly-notes").write_text("mine")
    (tmp_path / "hsi-anomaly-link").symlink_to(outside)
    (tmp_path / "hsi-anomaly-far").mkdir()
    (tmp_path / "hsi-anomaly-far" / "in-use").write_text("another machine")
    (tmp_path / "hsi-anomaly-planted").mkdir()
    (tmp_path / "hsi-anomaly-planted" / "in-use").symlink_to(outside / "in-use")
    assert clear_away("hsi-anomaly-", tmp_path) == 0

    (tmp_path / "hsi-anomaly-left").mkdir()
    (tmp_path / "hsi-anomaly-left" / "in-use").write_bytes(room.platform.node().encode())
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert clear_away("hsi-anomaly-", tmp_path) == 0
    monkeypatch.undo()
    assert clear_away("hsi-anomaly-", tmp_path) == 1


def test_hidden_outputs_of_a_killed_run_are_cleared_away_but_never_what_was_there_before(tmp_path):
    left = Scratch(".hsi-anomaly-", tmp_path)
    kept = Scratch(".hsi-anomaly-", tmp_path)
    (kept.path / "scores.tif").write_text("the only one")
    kept.keep()  # the run was moving files
    os.close(left._held)  # as the end of its process does

    with Outputs() as outputs:
        outputs.claim(f"{tmp_path}/new.txt", "table")
        outputs.write(f"{tmp_path}/new.txt", b"new")

    assert {path.name for path in tmp_path.iterdir()} == {"new.txt", kept.path.name}
    kept.remove()


def test_a_planted_link_at_an_output_is_replaced_and_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (tmp_path / "record.json").symlink_to(victim)

    with Outputs() as outputs:
        outputs.claim(f"{tmp_path}/record.json", "run record")
        outputs.write(f"{tmp_path}/record.json", b"{}")

    assert victim.read_text() == "untouched"
    assert (tmp_path / "record.json").read_text() == "{}" and not (tmp_path / "record.json").is_symlink()
