"""Setting up torch: what is run, what is said, and that nothing is left where it fails. Nothing is downloaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import List, Optional

import pytest

from qgis_hsi_anomaly.core.errors import Cancelled, MissingLibraryError, ParameterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.jobs import torch_setup
from qgis_hsi_anomaly.jobs.interpreter import OLDEST_PYTHON
from qgis_hsi_anomaly.jobs.torch_setup import set_up_torch, what_is_downloaded

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Python is a shell script")

ANSWER = {"python": [3, 11, 2], "torch": "2.9.0", "numpy": "2.0", "gpus": [], "reason": None, "folders": []}

PYTHON = """#!/bin/sh
# A stand-in for Python: makes environments that hold itself, and installs whatever is asked for.
echo "$*" >> {log}
case "$1 $2" in
"-c "*) echo '@{answer}' ;;
"-m venv") mkdir -p "$3/bin"; touch "$3/pyvenv.cfg"; cp "$0" "$3/bin/python"; {venv} ;;
"-m pip") {pip} ;;
esac
"""
PIP = 'echo "Collecting torch"; echo "Downloading torch.whl (180.5 MB)"; echo "Installing collected packages: torch"'


class Machine:
    """A folder with a Python in it, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        self.venv = folder / "User Profile" / "venv"

    def python(self, pip: str = PIP, venv: str = "true", **answer: object) -> str:
        path = self.folder / "bin" / "python3"
        path.parent.mkdir(exist_ok=True)
        said = json.dumps({**ANSWER, **answer})
        path.write_text(PYTHON.format(log=self.log, answer=said, pip=pip, venv=venv), encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def asked(self) -> List[str]:
        return self.log.read_text(encoding="utf-8").splitlines()

    def left(self) -> List[str]:
        """Everything below the folder but the stand-in and its log."""
        return sorted(
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if path != self.log and "bin" not in path.relative_to(self.folder).parts[:1]
        )


@pytest.fixture
def machine(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Machine:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    return Machine(tmp_path)


def test_the_environment_is_made_and_answers(machine: Machine) -> None:
    messages: List[str] = []
    fractions: List[float] = []
    run = Run(fractions.append, messages.append)

    found = set_up_torch(machine.venv, "cpu", machine.python(), run=run)

    assert (found.path, found.torch, found.reason) == (str(machine.venv / "bin" / "python"), "2.9.0", "")
    pip = next(line for line in machine.asked() if line.startswith("-m pip"))
    assert (
        pip.endswith("torch numpy --index-url https://download.pytorch.org/whl/cpu")
        or sys.platform != "linux"
    )
    assert "--only-binary :all:" in pip
    assert "Downloading torch.whl (180.5 MB)" in messages
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert {name.split("/")[0] for name in machine.left()} == {"User Profile"}
    assert os.listdir(machine.venv.parent) == ["venv"]


def test_another_index_is_used_alone(machine: Machine) -> None:
    set_up_torch(machine.venv, "cuda", machine.python(), index="https://mirror.example/simple")
    pip = [line for line in machine.asked() if line.startswith("-m pip")]
    assert len(pip) == 1 and pip[0].endswith("--index-url https://mirror.example/simple")


@pytest.mark.skipif(sys.platform != "linux", reason="there, the usual index is pip's own")
def test_without_pytorchs_index_the_one_that_pip_is_set_up_for_is_asked(machine: Machine) -> None:
    pip = f'case "$*" in *pytorch*) echo "ERROR: no connection"; exit 1;; esac; {PIP}'
    assert set_up_torch(machine.venv, "cpu", machine.python(pip=pip)).torch == "2.9.0"


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (
            {"pip": 'echo "ERROR: No matching distribution found for torch."; exit 1'},
            "No matching distribution",
        ),
        ({"pip": "exit 1"}, "it said nothing"),
        (
            {"torch": None, "reason": "OSError: libgomp"},
            r"does not work: it has no torch that works \(OSError",
        ),
        ({"venv": 'echo "ensurepip is not available"; exit 1'}, "install python3-venv"),
        ({"venv": 'echo "Error: no room"; exit 1'}, "no room"),
    ],
)
@pytest.mark.parametrize("before", [None, "an environment"])
def test_a_failure_leaves_everything_as_it_was(machine: Machine, how, reason, before: Optional[str]) -> None:
    """One sentence, and what was there is back."""
    if before:
        machine.venv.mkdir(parents=True)
        (machine.venv / "pyvenv.cfg").write_text(before, encoding="utf-8")
    python = machine.python(**how)
    there = machine.left()

    with pytest.raises(MissingLibraryError, match=reason) as caught:
        set_up_torch(machine.venv, "cpu", python)

    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    assert machine.left() == there
    if before:
        assert (machine.venv / "pyvenv.cfg").read_text(encoding="utf-8") == before


def test_cancelling_ends_the_download_with_its_children_and_removes_what_there_is(machine: Machine) -> None:
    pids = machine.folder / "bin" / "pids"
    pip = f'sleep 60 & echo $$ $! > {pids}; echo "Collecting torch"; wait'
    asked: List[str] = []
    run = Run(on_message=asked.append, is_cancelled=lambda: "Collecting torch" in asked)
    start = time.monotonic()

    with pytest.raises(Cancelled):
        set_up_torch(machine.venv, "cpu", machine.python(pip=pip), run=run)

    assert time.monotonic() - start < 5
    assert machine.left() == []
    time.sleep(0.1)
    for pid in pids.read_text(encoding="utf-8").split():
        stat = Path(f"/proc/{pid}/stat")
        assert not stat.exists() or stat.read_text(encoding="utf-8").split()[2] == "Z"


def test_an_environment_that_is_there_is_replaced(machine: Machine) -> None:
    machine.venv.mkdir(parents=True)
    (machine.venv / "pyvenv.cfg").touch()
    (machine.venv / "old").touch()

    set_up_torch(machine.venv, "cpu", machine.python())

    assert not (machine.venv / "old").exists()
    assert os.listdir(machine.venv.parent) == ["venv"]


def test_a_folder_of_other_things_is_refused(machine: Machine) -> None:
    machine.venv.mkdir(parents=True)
    (machine.venv / "thesis.odt").touch()
    with pytest.raises(ParameterError, match="holds other things"):
        set_up_torch(machine.venv, "cpu", machine.python())
    assert (machine.venv / "thesis.odt").exists()


def test_a_full_disk_is_noticed_before(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_setup, "_SIZES", {"cpu": (250, 1e9)})
    with pytest.raises(ParameterError, match="GB are free there"):
        set_up_torch(machine.venv, "cpu", machine.python())
    assert machine.left() == []


def test_the_first_python_that_can_makes_it(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    good = machine.python()
    bad = machine.folder / "bin" / "older"
    bad.write_text('#!/bin/sh\necho "it is older than Python 3.9"; exit 1', encoding="utf-8")
    bad.chmod(0o755)
    monkeypatch.setattr(
        torch_setup, "_pythons", lambda: [(str(bad), False), ("/nowhere/py", True), (good, False)]
    )
    assert set_up_torch(machine.venv).torch == "2.9.0"

    monkeypatch.setattr(torch_setup, "_pythons", lambda: [(str(bad), False), ("/nowhere/py", True)])
    with pytest.raises(
        MissingLibraryError, match=r"older: it is older than .*; /nowhere/py: it cannot be started"
    ):
        set_up_torch(machine.venv)


def test_this_python_is_new_enough() -> None:
    """What is asked of a Python is a program that works."""
    newer = torch_setup._IS_NEW_ENOUGH.replace(str(OLDEST_PYTHON), "(99, 0)")
    for program, status in ((torch_setup._IS_NEW_ENOUGH, 0), (newer, 1)):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert done.returncode == status
    assert "it is older than Python 3.9" in done.stderr


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_where_pythons_are_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str) -> None:
    """On Windows and macOS that of QGIS comes last; the store's stand-in and Xcode's are no Pythons."""
    for folder, name in (("WindowsApps", "python3"), ("good", "python3"), ("good", "py")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text("", encoding="utf-8")
        (tmp_path / folder / name).chmod(0o755)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(torch_setup, "own_pythons", lambda: ["/qgis/python3"])
    monkeypatch.setattr(torch_setup.shutil, "which", _which)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "/usr/bin", str(tmp_path / "good")]))
    found = torch_setup._pythons()
    assert found[0 if platform == "linux" else -1] == ("/qgis/python3", True)
    assert (str(tmp_path / "good" / "py"), False) in found
    assert platform != "darwin" or not any(path.startswith("/usr/bin/") for path, _ in found)
    monkeypatch.setenv("PATH", str(tmp_path / "WindowsApps"))
    assert not any("WindowsApps" in path for path, _ in torch_setup._pythons())


def _which(name: str, path: str) -> Optional[str]:
    places = (os.path.join(folder, name) for folder in path.split(os.pathsep))
    return next((place for place in places if os.path.exists(place)), None)


def test_macs_have_no_cuda(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ParameterError, match="BUILD must be cpu on macOS"):
        set_up_torch(machine.venv, "cuda")


@pytest.mark.parametrize(
    ("platform", "build", "source"),
    [
        ("linux", "cpu", "download.pytorch.org/whl/cpu"),
        ("linux", "cuda", "pypi.org"),
        ("win32", "cpu", "pypi.org"),
        ("win32", "cuda", "download.pytorch.org/whl/cu"),
        ("darwin", "cpu", "pypi.org"),
    ],
)
def test_what_will_be_done_is_said(monkeypatch, platform: str, build: str, source: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    said = what_is_downloaded(build, Path("/profile/venv"))
    assert source in said and "/profile/venv" in said
    assert ("250 MB" in said) == (build == "cpu")
    assert "mirror" in what_is_downloaded(build, Path("/profile/venv"), "https://mirror.example")
