"""Which interpreter is taken, which is refused and why."""

import json
import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from qgis_hsi_anomaly.core.errors import MissingLibraryError
from qgis_hsi_anomaly.jobs import interpreter
from qgis_hsi_anomaly.jobs.answers import Answers, answers_path
from qgis_hsi_anomaly.jobs.interpreter import (
    all_interpreters,
    clean_environment,
    find_interpreter,
    how_to_get,
    own_pythons,
)

GOOD = {
    "python": [3, 11, 2],
    "torch": "2.1.0+cpu",
    "numpy": "1.26.0",
    "gpus": [],
    "reason": None,
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch, tmp_path):
    """No candidates but those of the test."""
    monkeypatch.setattr(interpreter, "__file__", str(tmp_path / "nowhere" / "jobs" / "interpreter.py"))
    monkeypatch.setattr(interpreter, "own_pythons", list)
    monkeypatch.setattr(interpreter, "_answers", Answers())
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.delenv(interpreter.VARIABLE, raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)


def fake(path, body="", **answer):
    """Write a program that answers the probe like an interpreter would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = json.dumps({**GOOD, "folders": [], **answer})
    path.write_text(
        body or f"#!/bin/sh\necho noise\necho '@{said}'\necho x >> {path}.asked\n", encoding="utf-8"
    )
    path.chmod(0o755)
    return str(path)


def asked(path):
    """Return how often the program was asked."""
    return Path(f"{path}.asked").read_text(encoding="utf-8").count("x")


def test_the_order(tmp_path, monkeypatch):
    package = tmp_path / "profile" / "python" / "plugins" / "qgis_hsi_anomaly"
    monkeypatch.setattr(interpreter, "__file__", str(package / "jobs" / "interpreter.py"))
    setting, variable, own = (
        fake(tmp_path / "a" / "set"),
        fake(tmp_path / "b" / "env"),
        fake(tmp_path / "c" / "own"),
    )
    profile = fake(tmp_path / "profile" / "qgis_hsi_anomaly" / "venv" / "bin" / "python")
    beside = fake(package.parent / ".venv" / "bin" / "python")
    monkeypatch.setattr(interpreter, "own_pythons", lambda: [own])
    monkeypatch.setenv(interpreter.VARIABLE, variable)
    monkeypatch.setattr(sys, "version_info", (3, 11, 2))
    assert [found.path for found in all_interpreters(setting)] == [setting, variable, profile, beside, own]
    assert find_interpreter(setting).path == setting
    assert find_interpreter().path == variable
    monkeypatch.delenv(interpreter.VARIABLE)
    assert find_interpreter().path == profile


def test_one_without_torch_is_passed_over(tmp_path, monkeypatch):
    first, second = fake(tmp_path / "1" / "python3", torch=None), fake(tmp_path / "2" / "python3")
    monkeypatch.setattr(interpreter, "own_pythons", lambda: [first, second])
    monkeypatch.setattr(sys, "version_info", (3, 11, 2))
    assert find_interpreter().path == second


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"torch": None, "reason": "ModuleNotFoundError: No module named 'torch'"}, "it has no torch."),
        ({"torch": None, "numpy": None}, "it has no numpy."),
        (
            {"torch": None, "reason": "OSError: libcudart.so"},
            "it has no torch that works (OSError: libcudart.so).",
        ),
        ({"torch": "1.12.1"}, "its torch is 1.12.1, and 1.13 or newer is needed."),
        ({"python": [3, 8, 1]}, "it is Python 3.8.1, and 3.9 or newer is needed."),
    ],
)
def test_one_the_user_named_is_refused_with_the_reason(tmp_path, monkeypatch, answer, reason):
    monkeypatch.setattr(interpreter, "own_pythons", lambda: [fake(tmp_path / "own" / "python3")])
    path = fake(tmp_path / "python3", **answer)
    with pytest.raises(MissingLibraryError) as caught:
        find_interpreter(path)
    assert (
        f"The Python interpreter {path} (the provider's setting or --python) cannot run this: {reason}"
        in str(caught.value)
    )
    assert "-m pip install torch" in str(caught.value)
    assert interpreter.VARIABLE in str(caught.value)


@pytest.mark.parametrize("torch", ["1.13.0", "1.13.1+cu117", "2.6.0+debian", "2.13.0a0+git1234", "10.0"])
def test_torch_is_new_enough(tmp_path, torch):
    assert find_interpreter(fake(tmp_path / "python3", torch=torch)).torch == torch


def test_what_is_no_interpreter_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(interpreter, "PROBE_LIMIT", 0.5)
    for body, reason in [
        ("#!/bin/sh\nsleep 9", "it did not answer within 0 s"),
        ("#!/bin/sh\necho @hello", "it is no Python that works (no answer)"),
        ("#!/bin/sh\necho broken >&2; exit 3", "it is no Python that works (broken)"),
        ("garbage", "it cannot be started"),
    ]:
        with pytest.raises(MissingLibraryError) as caught:
            find_interpreter(fake(tmp_path / "python3", body))
        assert reason in str(caught.value)
    with pytest.raises(MissingLibraryError, match="it cannot be started"):
        find_interpreter(str(tmp_path / "absent"))


def test_without_any_the_sentence_says_how_to_get_torch():
    with pytest.raises(
        MissingLibraryError,
        match=r"(?s)^This needs torch, .*setuptorch.* -m venv .* -m pip install torch .*check",
    ):
        find_interpreter()


def test_the_answer_is_kept_until_interpreter_or_packages_change(tmp_path):
    packages = tmp_path / "site-packages"
    packages.mkdir()
    path = fake(tmp_path / "python3", folders=[str(packages)], gpus=["A", "B"])
    assert [find_interpreter(path).gpus for _ in range(3)] == [2, 2, 2]
    assert asked(path) == 1
    os.utime(packages, (time.time() + 5, time.time() + 5))
    find_interpreter(path)
    assert asked(path) == 2
    fake(tmp_path / "python3", torch=None)
    os.utime(path, (time.time() + 9, time.time() + 9))
    with pytest.raises(MissingLibraryError):
        find_interpreter(path)


@pytest.fixture
def new_session(monkeypatch):
    """Call it to begin a session that knows only what is in the file."""
    return lambda: monkeypatch.setattr(interpreter, "_answers", Answers())


def test_the_answer_is_kept_for_the_next_session(tmp_path, monkeypatch, new_session):
    packages = tmp_path / "site-packages"
    packages.mkdir()
    path = fake(tmp_path / "python3", folders=[str(packages)])
    first = find_interpreter(path)
    new_session()
    assert find_interpreter(path) == first and asked(path) == 1
    assert answers_path().stat().st_mode & 0o77 == 0

    for change in (
        lambda: monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1"),
        lambda: os.utime(packages, (time.time() + 5, time.time() + 5)),
        lambda: Path(path).write_text(Path(path).read_text(encoding="utf-8") + "\n", encoding="utf-8"),
        lambda: answers_path().write_text("[[[", encoding="utf-8"),
        lambda: answers_path().write_text(json.dumps({path: {"stamp": [], "answer": 3}}), encoding="utf-8"),
    ):
        before = asked(path)
        change()
        new_session()
        assert find_interpreter(path) == first and asked(path) == before + 1


def test_what_has_no_torch_is_asked_again_in_the_next_session(tmp_path, new_session):
    """The user may have mended it where we do not look."""
    path = fake(tmp_path / "python3", torch=None)
    for session in (1, 2):
        with pytest.raises(MissingLibraryError):
            find_interpreter(path)
        assert asked(path) == session
        new_session()


def test_the_environment_check_and_a_failed_run_ask_anew(tmp_path, new_session):
    path = fake(tmp_path / "python3")
    found = find_interpreter(path)
    all_interpreters(path)
    assert asked(path) == 2
    interpreter.forget(found)
    new_session()
    find_interpreter(path)
    assert asked(path) == 3


def test_interpreters_that_are_gone_are_not_kept(tmp_path):
    gone, there = fake(tmp_path / "1" / "python3"), fake(tmp_path / "2" / "python3")
    find_interpreter(gone)
    os.remove(gone)
    find_interpreter(there)
    assert set(json.loads(answers_path().read_text(encoding="utf-8"))) == {there}


def test_without_a_place_to_keep_it_the_interpreter_is_asked_each_time(tmp_path, monkeypatch, new_session):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".cache").write_text("a file, no folder", encoding="utf-8")
    path = fake(tmp_path / "python3")
    for session in (1, 2):
        find_interpreter(path)
        assert asked(path) == session
        new_session()


def test_the_environment_is_cleaned_of_what_misleads(monkeypatch):
    traps = (
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "LD_LIBRARY_PATH",
        "RANK",
        "MASTER_PORT",
        "WORLD_SIZE",
    )
    for name in traps:
        monkeypatch.setenv(name, "trap")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    cleaned = clean_environment()
    assert not set(traps) & set(cleaned)
    assert cleaned["OMP_NUM_THREADS"] == "3"
    assert cleaned["PATH"] == os.environ["PATH"]
    assert {"PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH"} < set(clean_environment(own=True))
    assert "RANK" not in clean_environment(own=True)


def test_qgis_on_path_is_left_out(monkeypatch):
    monkeypatch.setenv("OSGEO4W_ROOT", "/C/OSGeo4W")
    monkeypatch.setenv("PATH", os.pathsep.join(["/c/osgeo4w/bin", "/usr/bin", "/C/OSGeo4W/apps/qt"]))
    assert clean_environment()["PATH"] == "/usr/bin"
    assert "OSGeo4W" in clean_environment(own=True)["PATH"]


def test_qgis_is_not_taken_for_python(monkeypatch, tmp_path):
    for name in ("qgis-bin.exe", "python.exe", "pythonw.exe"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "qgis-bin.exe"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "_base_executable", str(tmp_path / "qgis-bin.exe"))
    assert own_pythons() == [str(tmp_path / "python.exe")]


def test_this_python_is_found(monkeypatch):
    found = own_pythons()
    assert sys.executable in found


def test_a_venv_beside_the_parent_of_a_checkout_is_not_run(tmp_path, monkeypatch):
    """Anybody may have put one there; only a build folder's parent is the checkout."""
    stranger = fake(tmp_path / "shared" / ".venv" / "bin" / "python")
    for name, expected in [("checkout", []), ("build", [stranger])]:
        package = tmp_path / "shared" / name / "qgis_hsi_anomaly"
        monkeypatch.setattr(interpreter, "__file__", str(package / "jobs" / "interpreter.py"))
        assert [found.path for found in all_interpreters()] == expected


def test_a_relative_path_is_meant_from_the_current_folder(tmp_path, monkeypatch):
    path = fake(tmp_path / "venv" / "bin" / "python")
    monkeypatch.chdir(tmp_path)
    assert find_interpreter("venv/bin/python").path == path
    assert find_interpreter("./venv/bin/python").path == path
    monkeypatch.chdir(tmp_path / "venv" / "bin")
    assert find_interpreter("./python").path == path


def test_a_bare_name_is_looked_up_on_path_and_never_here(tmp_path, monkeypatch):
    path = fake(tmp_path / "bin" / "mypython")
    fake(tmp_path / "here" / "mypython")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", str(tmp_path / "bin")]))
    monkeypatch.setenv(interpreter.VARIABLE, "mypython")
    assert find_interpreter().path == path
    monkeypatch.setenv("PATH", os.pathsep.join(["", "."]))
    with pytest.raises(MissingLibraryError, match="no program of that name is on PATH"):
        find_interpreter()


@pytest.mark.parametrize("planted", ["torch", "numpy", "json", "site"])
def test_the_probe_imports_nothing_of_the_current_folder(tmp_path, monkeypatch, planted):
    """Nor of the interpreter's own: a file there is not what it is named after."""
    links = tmp_path / "links"
    links.mkdir()
    (links / "python3").symlink_to(sys.executable)
    for folder in (tmp_path, links):
        (folder / f"{planted}.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    all_interpreters(str(links / "python3"))
    assert not (tmp_path / "run").exists()


def test_the_folder_of_an_environment_is_taken_for_its_python(tmp_path):
    path = fake(tmp_path / "my venv" / "bin" / "python")
    assert find_interpreter(str(tmp_path / "my venv")).path == path
    with pytest.raises(MissingLibraryError, match="it cannot be started"):
        find_interpreter(str(tmp_path))


def test_the_environment_in_the_home_folder_is_found(tmp_path):
    """Where Set up torch makes it outside of QGIS."""
    path = fake(tmp_path / "home" / "hsi-anomaly-venv" / "bin" / "python")
    assert (find_interpreter().path, find_interpreter().source) == (path, "the venv in the home folder")


def test_a_program_that_repeats_the_question_is_cut_short(tmp_path):
    with pytest.raises(MissingLibraryError) as caught:
        find_interpreter(fake(tmp_path / "ls", '#!/bin/sh\necho "$2" | tr "\\n" " " >&2'))
    assert "it is no Python that works (" in str(caught.value)
    assert "json.dumps" not in str(caught.value)


def test_the_commands_of_the_advice_work_with_blanks_in_the_path(tmp_path, monkeypatch):
    """Profile folders of macOS have one; each command on a line of its own, to be copied."""
    monkeypatch.setattr(interpreter, "torch_place", lambda: tmp_path / "Application Support" / "venv")
    commands = [line for line in how_to_get().splitlines() if "-m" in line]
    words = [shlex.split(command) for command in commands]
    assert words[0] == ["python3", "-m", "venv", str(tmp_path / "Application Support" / "venv")]
    assert words[1][1:] == ["-m", "pip", "install", "torch", "numpy"]
    assert words[1][0] == str(tmp_path / "Application Support" / "venv" / "bin" / "python")


def test_the_commands_of_windows_begin_with_no_quote(monkeypatch):
    """PowerShell would take it for a text, and print it."""
    monkeypatch.setattr(sys, "platform", "win32")
    commands = [line for line in how_to_get().splitlines() if "-m" in line]
    assert len(commands) == 2
    assert all(command.startswith("py -m ") for command in commands)
