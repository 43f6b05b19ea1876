"""Find a Python interpreter that has torch: look at each candidate in order, in its own process.

Nothing is installed into QGIS, and `sys.executable` may be QGIS itself, so every candidate is asked by a short program
what it can do. Its answer is kept (`answers.py`) until the interpreter or its packages change.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess  # nosec B404
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

from ..core.errors import MissingLibraryError
from ..core.run import ALONE, Run
from .answers import Answers, is_answer

OLDEST_TORCH = (1, 13)
"""Oldest torch that the worker runs on: Debian 12's."""

OLDEST_PYTHON = (3, 9)

VARIABLE = "QGIS_HSI_ANOMALY_PYTHON"
"""Environment variable that names an interpreter."""

PROBE_LIMIT = 60.0
"""Seconds an interpreter may take to import torch and answer."""

_LONGEST = 120
"""Letters of what a program says that are repeated to the user."""

_LISTEN = 0.1
"""Seconds after which a probe is left waiting for a cancel."""

_PROBE = """
import sys
sys.path = [path for path in sys.path if path]
import json, os, site
found = {"python": list(sys.version_info[:3]), "torch": None, "numpy": None, "gpus": [], "reason": None}
try:
    import numpy
    found["numpy"] = numpy.__version__
    import torch
    found["torch"] = str(torch.__version__)
    if torch.cuda.is_available():
        found["gpus"] = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
except Exception as error:
    found["reason"] = type(error).__name__ + ": " + str(error).split(chr(10))[0]
folders = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
found["folders"] = folders + [site.getusersitepackages()]
print("\\n@" + json.dumps(found))
"""

# QGIS and its packagers set these for QGIS's own Python and libraries; torch reads the rest.
_TRAPS = re.compile(
    r"PYTHON|LD_LIBRARY_PATH$|LD_PRELOAD$|DYLD_|TORCHELASTIC_|MASTER_|(LOCAL_)?RANK$|(LOCAL_)?WORLD_SIZE$"
)


@dataclass(frozen=True)
class Interpreter:
    """What was found out about one candidate.

    path : the executable. source : where the candidate comes from, in words. own : whether it is the one this
    process runs on, whose environment it keeps. reason : why it cannot be used; empty where it can.
    python, torch, numpy : versions, empty where unknown. devices : names of the GPUs torch can use.
    """

    path: str
    source: str
    own: bool = False
    reason: str = ""
    python: str = ""
    torch: str = ""
    numpy: str = ""
    devices: Tuple[str, ...] = ()

    @property
    def gpus(self) -> int:
        """Number of GPUs torch can use."""
        return len(self.devices)

    @property
    def torch_version(self) -> Tuple[int, int]:
        """First two numbers of torch's version, 0 where unknown."""
        return _version(self.torch)

    def environment(self) -> Dict[str, str]:
        """Return the environment to start it with."""
        return clean_environment(self.own)


def find_interpreter(setting: str = "", run: Run = ALONE) -> Interpreter:
    """Return the first interpreter that has torch.

    Order: `setting`, the environment variable QGIS_HSI_ANOMALY_PYTHON, the venv in the plugin's profile folder, the
    `.venv` beside a checkout, this process's own Python. One that the user named is used or refused, never passed over.
    Raises MissingLibraryError, saying how to get torch.
    """
    rejected: List[Interpreter] = []
    for found in _look(setting, run):
        if not found.reason:
            return found
        rejected.append(found)
        if found.source in (_SETTING, _VARIABLE):
            raise MissingLibraryError(
                f"The Python interpreter {found.path} ({found.source}) cannot run this: {found.reason}. {how_to_get()}"
            )
    looked = "; ".join(f"{found.path}: {found.reason}" for found in rejected) or "no interpreter was found"
    raise MissingLibraryError(
        f"This needs torch, and no Python interpreter has it ({looked}). {how_to_get()}"
    )


def all_interpreters(setting: str = "", run: Run = ALONE) -> List[Interpreter]:
    """Return what is found out about every candidate, in the order they are tried; each is asked anew."""
    for _, path, _ in _candidates(setting):
        _answers.forget(path)
    return list(_look(setting, run))


def forget(interpreter: Interpreter) -> None:
    """Ask an interpreter anew the next time: what it answered is in doubt."""
    _answers.forget(interpreter.path)


def how_to_get() -> str:
    """Say how to get torch on this system: a sentence, the commands for a terminal, a line each, and another way."""
    venv = torch_place()
    if sys.platform == "win32":
        # For both shells of Windows: a program in quotes needs an & in PowerShell, and fails with it in the other.
        commands = [f'py -m venv "{venv}"', f'py -m pip --python "{venv}" install torch numpy']
    else:
        commands = [f'python3 -m venv "{venv}"', f'"{python_of(venv)}" -m pip install torch numpy']
    oldest = ".".join(map(str, OLDEST_TORCH))
    other_way = (
        f"Or name a Python that has torch {oldest} or newer, or the folder of its environment, in the provider's "
        f"setting or in {VARIABLE}. 'Environment check' shows what was tried."
    )
    advice = "Run 'Set up torch' (setuptorch), which asks before it downloads, or type in a terminal:"
    return "\n".join([advice, *commands, other_way])


def torch_place() -> Path:
    """Return the folder of the environment with torch: in the QGIS profile, else in the user's home."""
    return profile_venv() or Path.home() / "hsi-anomaly-venv"


def clean_environment(own: bool = False) -> Dict[str, str]:
    """Return this process's environment without what would mislead another interpreter.

    own : the interpreter is this process's own and needs PYTHONHOME and library paths as they are.
    """
    kept = dict(os.environ)
    for name in os.environ:
        if _TRAPS.match(name) and not (own and name.startswith(("PYTHONHOME", "PYTHONPATH", "LD_", "DYLD_"))):
            del kept[name]
    root = kept.get("OSGEO4W_ROOT", "")
    if root and not own:
        # On Windows, QGIS's folder on PATH offers other builds of the libraries that torch brings along.
        parts = kept.get("PATH", "").split(os.pathsep)
        kept["PATH"] = os.pathsep.join(part for part in parts if not part.lower().startswith(root.lower()))
    return kept


def profile_venv() -> Optional[Path]:
    """Return where the plugin's venv lies in the QGIS profile; None where the plugin does not run from a profile."""
    plugins = Path(__file__).parent.parent.parent
    if plugins.name == "plugins" and plugins.parent.name == "python":
        return plugins.parent.parent / "qgis_hsi_anomaly" / "venv"
    return None


_SETTING, _VARIABLE = "the provider's setting or --python", f"the environment variable {VARIABLE}"


def _candidates(setting: str) -> Iterator[Tuple[str, str, bool]]:
    """Yield source, path and whether it is this process's own Python."""
    if setting:
        yield _SETTING, _located(setting), False
    if os.environ.get(VARIABLE):
        yield _VARIABLE, _located(os.environ[VARIABLE]), False
    venv = torch_place()
    if python_of(venv).exists():
        where = "home" if profile_venv() is None else "profile"
        yield f"the venv in the {where} folder", str(python_of(venv)), False
    checkout = Path(__file__).resolve().parent.parent.parent
    if checkout.name == "build":
        checkout = checkout.parent
    if python_of(checkout / ".venv").exists():
        yield "the .venv beside the checkout", str(python_of(checkout / ".venv")), False
    for path in own_pythons():
        yield "this program's own Python", path, True


def _located(named: str) -> str:
    """Return the interpreter a user named as an absolute path: a bare name is looked up on PATH.

    Never in the current folder, which anybody may have put a program into. Of an environment's folder, its Python.
    """
    named = os.path.expanduser(named)
    if os.path.basename(named) != named:
        named = os.path.abspath(named)
        return str(python_of(Path(named))) if os.path.isdir(named) else named
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    names = [named, f"{named}.exe"] if sys.platform == "win32" else [named]
    places = (os.path.join(folder, name) for folder in folders for name in names)
    return next((place for place in places if os.path.isfile(place) and os.access(place, os.X_OK)), named)


def own_pythons() -> List[str]:
    """Return where this process's Python may lie; `sys.executable` counts only where it is one, not QGIS."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    folders = [
        Path(sys.prefix),
        Path(sys.base_prefix),
        Path(getattr(sys, "_base_executable", None) or "").parent,
    ]
    guesses = [Path(sys.executable)] if sys.executable else []
    for folder in folders:
        guesses += [folder / "python.exe", folder / "python3.exe"]
        guesses += [
            folder / "bin" / f"python{version}",
            folder / "bin" / "python3",
            folder / f"python{version}",
        ]
    name = re.compile(r"python[\d.]*(\.exe)?$", re.IGNORECASE)
    found = [str(guess) for guess in guesses if name.match(guess.name) and guess.is_file()]
    return list(dict.fromkeys(found))


def _look(setting: str, run: Run) -> Iterator[Interpreter]:
    seen = set()
    for source, path, own in _candidates(setting):
        # A folder's python, python3 and python3.x are one, as a rule.
        key = Path(path).parent if own else path
        if key not in seen:
            seen.update([key, Path(path).parent])
            run.check_cancelled()
            yield examine(source, path, own, run)


def examine(source: str, path: str, own: bool = False, run: Run = ALONE) -> Interpreter:
    """Return one candidate with what the probe says about it."""
    try:
        answer = probe(path, own, run)
    except MissingLibraryError as error:
        return Interpreter(path, source, own, str(error))
    python, torch = ".".join(map(str, answer["python"])), answer["torch"] or ""
    if tuple(answer["python"][:2]) < OLDEST_PYTHON:
        reason = f"it is Python {python}, and {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed"
    elif own and tuple(answer["python"][:2]) != sys.version_info[:2]:
        reason = f"it is Python {python}, not this program's own"
    elif not answer["numpy"] or not torch:
        lacking = "torch" if answer["numpy"] else "numpy"
        broken = answer["reason"] and "No module named" not in answer["reason"]
        reason = f"it has no {lacking} that works ({answer['reason']})" if broken else f"it has no {lacking}"
    elif _version(torch) < OLDEST_TORCH:
        reason = f"its torch is {torch}, and {'.'.join(map(str, OLDEST_TORCH))} or newer is needed"
    else:
        reason = ""
    return Interpreter(path, source, own, reason, python, torch, answer["numpy"] or "", tuple(answer["gpus"]))


_answers = Answers()


def probe(path: str, own: bool = False, run: Run = ALONE) -> Dict[str, Any]:
    """Ask an interpreter for its versions and devices; the answer is kept while it and its packages stay the same.

    Raises MissingLibraryError where it does not start or answer in time, Cancelled where the user does not wait.
    """
    if not os.path.isabs(path):
        raise MissingLibraryError("no program of that name is on PATH")
    environment = clean_environment(own)
    known = _answers.get(path, environment)
    if known is not None:
        return known
    try:
        # A list of arguments, no shell.
        process = subprocess.Popen(  # nosec B603
            [path, "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(path).parent,
            env=environment,
            **own_session(),
        )
        printed, complained = _answer_of(process, run)
    except OSError as error:
        raise MissingLibraryError(f"it cannot be started ({error.strerror or error})") from error
    answers = [line[1:] for line in printed.decode("utf-8", "replace").splitlines() if line.startswith("@")]
    try:
        answer: Any = json.loads(answers[-1])
    except (IndexError, ValueError):
        answer = None
    if not is_answer(answer):
        words = complained.decode("utf-8", "replace").strip().splitlines()
        said = words[-1] if words else "no answer"
        # Programs that are no Python repeat the question, which is long.
        said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]} …"
        raise MissingLibraryError(f"it is no Python that works ({said})")
    found: Dict[str, Any] = answer
    _answers.keep(path, environment, found)
    return found


def _answer_of(process: subprocess.Popen[bytes], run: Run) -> Tuple[bytes, bytes]:
    """Return what a probe wrote to standard output and error; no process of it is left, whatever happens."""
    deadline = time.monotonic() + PROBE_LIMIT
    try:
        while True:
            try:
                return process.communicate(timeout=_LISTEN)
            except subprocess.TimeoutExpired:
                run.check_cancelled()
                if time.monotonic() > deadline:
                    raise MissingLibraryError(f"it did not answer within {PROBE_LIMIT:.0f} s") from None
    finally:
        if process.returncode is None:
            # Its session, with whatever it started, where there is such a thing.
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.communicate()


def own_session() -> Dict[str, Any]:
    """Return Popen's arguments for a process that no interrupt at the keyboard reaches and no console window shows."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _version(text: str) -> Tuple[int, int]:
    numbers = re.match(r"(\d+)\.(\d+)", text)
    return (int(numbers.group(1)), int(numbers.group(2))) if numbers else (0, 0)


def python_of(venv: Path) -> Path:
    """Return the Python of an environment's folder."""
    return venv / "Scripts" / "python.exe" if sys.platform == "win32" else venv / "bin" / "python"
