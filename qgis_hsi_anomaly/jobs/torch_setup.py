"""Make the environment with torch that learned detectors run in: a folder of its own; QGIS's Python stays as it is."""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import subprocess  # nosec B404
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

from ..core.errors import MissingLibraryError, ParameterError
from ..core.run import ALONE, Run
from .interpreter import (
    OLDEST_PYTHON,
    Interpreter,
    clean_environment,
    examine,
    own_pythons,
    own_session,
    python_of,
)

BUILDS = ("cpu", "cuda")

_PYTORCH = "https://download.pytorch.org/whl"
_INDEX = {
    # PyPI's torch comes with CUDA on Linux, without it on Windows, and for Apple's own on macOS.
    ("linux", "cpu"): f"{_PYTORCH}/cpu",
    ("win32", "cuda"): f"{_PYTORCH}/cu126",
}
_SIZES = {"cpu": (250, 1500), "cuda": (3000, 9000)}
"""Megabytes that are downloaded, and that the disk must have free, about."""

_PACKAGES = ("torch", "numpy")
_IS_NEW_ENOUGH = f"""
import sys
if sys.version_info < {OLDEST_PYTHON}:
    sys.exit("it is older than Python {".".join(map(str, OLDEST_PYTHON))}")
"""
_WORDS = re.compile(
    r"(Collecting|Downloading|Using cached|Installing collected packages|Successfully installed)\b"
)
_ALERTS = re.compile(r"ERROR: |error: ")
_SIZE = re.compile(r"Downloading .*\(([\d.]+) (kB|MB|GB)\)")
_MEGABYTES = {"kB": 1e-3, "MB": 1.0, "GB": 1e3}


def what_is_downloaded(build: str, folder: Path, index: str = "") -> str:
    """Say what setting up torch will do, to be agreed to: how much, from where, to where."""
    megabytes, free = _SIZES[build]
    source = index or _INDEX.get((sys.platform, build), "") or "PyPI (https://pypi.org)"
    return (
        f"About {megabytes} MB (torch, numpy and what they need) are downloaded from {source}, or from the package "
        f"index that pip is set up for, and installed into {folder}, which takes up to {free / 1000:g} GB."
    )


def set_up_torch(
    folder: Path, build: str = "cpu", python: str = "", index: str = "", run: Run = ALONE
) -> Interpreter:
    """Make a virtual environment with torch and return its Python, which has answered.

    folder : the environment's; one that is there is replaced once the new one works. build : of BUILDS.
    python : what makes it; found by itself where empty. index : address of the packages, the usual one where empty.

    Raises ParameterError, MissingLibraryError, saying why, and Cancelled; then everything is as it was before.
    """
    if build == "cuda" and sys.platform == "darwin":
        raise ParameterError("setuptorch: BUILD must be cpu on macOS: there is no CUDA for Macs.")
    _check_folder(folder, build)
    with _replacing(folder), _scratch_beside(folder) as scratch:
        _make_environment(folder, python, scratch, run.part(0.0, 0.1))
        _install(folder, build, index, scratch, run.part(0.1, 0.95))
        run.message("Starting the new Python with torch for the first time.")
        found = examine("the new environment", str(python_of(folder)))
        if found.reason:
            raise MissingLibraryError(
                f"torch was installed into {folder} and does not work: {found.reason}. Try the other BUILD, or another "
                "Python (BASE_PYTHON)."
            )
    run.update(1.0)
    return found


def _check_folder(folder: Path, build: str) -> None:
    """Refuse a folder that holds something else, or lies where there is no room."""
    if (
        folder.exists()
        and not (folder / "pyvenv.cfg").is_file()
        and (folder.is_file() or any(folder.iterdir()))
    ):
        raise ParameterError(
            f"setuptorch: FOLDER {folder} holds other things: name a new or an empty folder."
        )
    above = next(parent for parent in folder.absolute().parents if parent.is_dir())
    free, needed = shutil.disk_usage(above).free / 1e6, _SIZES[build][1]
    if free < needed:
        raise ParameterError(
            f"setuptorch: FOLDER {folder} needs about {needed / 1000:g} GB, and {free / 1000:.1f} GB are free there: "
            "free some room or name another folder."
        )


@contextmanager
def _replacing(folder: Path) -> Iterator[None]:
    """Bring back what was at a folder, and remove what was put there, where the block fails."""
    made = [parent for parent in (folder, *folder.absolute().parents) if not parent.exists()]
    kept: Optional[Path] = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            kept = Path(tempfile.mkdtemp(prefix=".hsi-anomaly-", dir=folder.parent)) / folder.name
            folder.rename(kept)
    except OSError as error:
        _remove_empty(made)
        raise _cannot_be_made(folder, error) from error
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if kept is not None:
            kept.rename(folder)
        _remove_empty(made)
        raise
    finally:
        if kept is not None:
            shutil.rmtree(kept.parent, ignore_errors=True)


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


@contextmanager
def _scratch_beside(folder: Path) -> Iterator[Path]:
    """A folder for what is downloaded, on the same disk, removed at the end."""
    try:
        scratch = Path(tempfile.mkdtemp(prefix=".hsi-anomaly-", dir=folder.parent))
    except OSError as error:
        raise _cannot_be_made(folder, error) from error
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _cannot_be_made(folder: Path, error: OSError) -> ParameterError:
    return ParameterError(
        f"setuptorch: FOLDER {folder} cannot be made ({error.strerror or error}): name another."
    )


def _make_environment(folder: Path, python: str, scratch: Path, run: Run) -> None:
    """Make an empty environment by the first Python that can."""
    reasons = []
    for path, own in [(python, False)] if python else _pythons():
        run.update(0.0)
        try:
            status, said = _listen([path, "-c", _IS_NEW_ENOUGH], own, scratch, run)
            if status == 0:
                run.message(f"Making an environment with {path}.")
                status, said = _listen([path, "-m", "venv", str(folder)], own, scratch, run)
        except OSError as error:
            status, said = 1, [f"it cannot be started ({error.strerror or error})"]
        if status == 0 and python_of(folder).exists():
            run.update(1.0)
            return
        shutil.rmtree(folder, ignore_errors=True)
        missing = any("ensurepip is not" in line or "No module named venv" in line for line in said)
        reason = "it has no venv (Debian and Ubuntu: install python3-venv)" if missing else _last(said)
        reasons.append(f"{path}: {reason}")
    looked = "; ".join(reasons) or "none was found"
    raise MissingLibraryError(
        f"No Python can make an environment ({looked}): install Python from python.org, or name one in BASE_PYTHON."
    )


def _pythons() -> List[Tuple[str, bool]]:
    """List the Pythons that may make an environment, and whether each is this program's own.

    On Linux QGIS's own is the system's. On Windows and macOS it comes with QGIS, and is asked last.
    """
    own = [(path, True) for path in own_pythons()]
    names = ("py", "python3", "python")
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    if sys.platform == "darwin":
        # Programs that are started from the desktop have a short PATH. /usr/bin/python3 may ask to install Xcode.
        folders = [folder for folder in folders if folder != "/usr/bin"]
        folders = ["/opt/homebrew/bin", "/usr/local/bin", *folders]
        folders.insert(0, "/Library/Frameworks/Python.framework/Versions/Current/bin")
    places = [shutil.which(name, path=os.pathsep.join(folders)) for name in names] if folders else []
    # Windows' own "python" of this folder is no Python: it opens the store.
    others = [(place, False) for place in places if place and "WindowsApps" not in place]
    found = [*own, *others] if sys.platform.startswith("linux") else [*others, *own]
    return list({os.path.realpath(path): (path, own) for path, own in reversed(found)}.values())[::-1]


def _install(folder: Path, build: str, index: str, scratch: Path, run: Run) -> None:
    """Install torch with the environment's own pip, wheels only: nothing is compiled, no code of packages runs."""
    command = [str(python_of(folder)), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--no-cache-dir", "--progress-bar", "off", "--only-binary", ":all:", *_PACKAGES]
    usual = _INDEX.get((sys.platform, build))
    if index:
        command += ["--index-url", index]
    elif usual:
        command += ["--index-url", usual]
    run.message(f"Downloading torch ({build}); this takes minutes.")
    status, said = _listen(command, False, scratch, run, _SIZES[build][0])
    if status != 0 and usual and not index:
        run.message(f"{usual} did not give it; trying the package index that pip is set up for.")
        status, said = _listen(
            [part for part in command if part not in ("--index-url", usual)], False, scratch, run
        )
    if status != 0:
        alerts = [line for line in said if _ALERTS.match(line)]
        raise MissingLibraryError(
            f"torch cannot be installed: {_last(alerts or said)}. Check the connection to the internet, or name "
            "another Python (BASE_PYTHON) or package index (INDEX)."
        )


def _listen(
    command: Sequence[str], own: bool, scratch: Path, run: Run, megabytes: float = 0.0
) -> Tuple[int, List[str]]:
    """Run a program; return its exit status and the lines it said. Cancelling ends it, and its children.

    own : it is this program's own Python. megabytes : about how much it will download into `scratch`.
    """
    environment: Dict[str, str] = {
        **clean_environment(own),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch)),
    }
    # A list of arguments, no shell.
    process = subprocess.Popen(  # nosec B603
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=scratch,
        env=environment,
        **own_session(),
    )
    lines: queue.Queue[Optional[str]] = queue.Queue()
    threading.Thread(target=_read_lines, args=(process, lines), daemon=True).start()
    said: List[str] = []
    fraction, announced = 0.0, 0.0
    try:
        while True:
            run.update(fraction)
            try:
                line = lines.get(timeout=0.25)
            except queue.Empty:
                if megabytes:
                    share = _written(scratch) / max(megabytes, announced)
                    fraction = max(fraction, 0.7 * min(share, 1.0))
                continue
            if line is None:
                return process.wait(), said
            said.append(line)
            size = _SIZE.search(line)
            announced += float(size[1]) * _MEGABYTES[size[2]] if size else 0.0
            if _WORDS.match(line) and megabytes:
                run.message(line if len(line) < 200 else f"{line[:200]} …")
                fraction = 0.75 if line.startswith("Installing") else fraction
    finally:
        _end(process)


def _read_lines(process: subprocess.Popen[bytes], lines: queue.Queue[Optional[str]]) -> None:
    if process.stdout is not None:
        for line in process.stdout:
            text = line.decode("utf-8", "replace").strip()
            if text:
                lines.put(text)
        process.stdout.close()
    lines.put(None)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and its children, and wait until it is gone."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _written(folder: Path) -> float:
    """Return the megabytes below a folder, of files that may vanish meanwhile."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total / 1e6


def _last(said: Sequence[str]) -> str:
    """Return the last words of a program, without the mark of an error and the full stop."""
    words = _ALERTS.sub("", said[-1]).rstrip(".") if said else "it said nothing"
    return words if len(words) <= 300 else f"{words[:300]} …"
