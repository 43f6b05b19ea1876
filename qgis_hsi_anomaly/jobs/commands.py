"""Commands of our own command line as processes of their own: what crashes there ends nothing here."""

from __future__ import annotations

import os
import signal
import subprocess  # nosec B404
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, Sequence

from ..core.threads import core_count
from .interpreter import own_session

GRACE = 15.0
"""Seconds a process has to end in order before it is killed."""

_PACKAGE = Path(__file__).parents[1]
_LOOK = 0.2
"""Seconds between two looks at a process."""
_PROGRAM = f"""
import os, runpy, signal, sys, threading
def watch():
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
runpy.run_module({_PACKAGE.name!r}, run_name="__main__")
"""
"""What a process runs: the command line. It ends as by Ctrl-C when its standard input does, that is when we vanish."""


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    status : its exit status; below 0, the number of the signal that ended it. output : what it printed.
    """

    status: int
    output: str


def run_command(
    arguments: Sequence[str], log: str, stopped: Callable[[], bool] = lambda: False, threads: int = 0
) -> Ended:
    """Run a command of our command line in a process of its own, which ends when `stopped` says so.

    log : file that what it says on standard error is added to. threads : that it may compute with, 0 for all cores.
    """
    with tempfile.TemporaryFile() as output, open(log, "ab") as errors:
        # A list of arguments, no shell.
        process = subprocess.Popen(  # nosec B603
            [sys.executable, "-c", _PROGRAM, *arguments],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            env=_environment(threads),
            **own_session(),
        )
        try:
            while not _has_ended(process, _LOOK):
                if stopped():
                    break
        finally:
            _end(process)
        output.seek(0)
        return Ended(process.returncode, output.read().decode("utf-8", "replace"))


def threads_of(processes: int) -> int:
    """Return how many threads each of several processes at once should compute with."""
    return max(1, core_count() // processes)


def signal_name(status: int) -> str:
    """Return the name of the signal that a status below 0 stands for."""
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no process: ask it to end, and where it does not, kill it with all that it has started."""
    if process.stdin is not None:
        process.stdin.close()
    if _has_ended(process, GRACE):
        return
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _has_ended(process: subprocess.Popen[bytes], wait: float) -> bool:
    try:
        process.wait(wait)
    except subprocess.TimeoutExpired:
        return False
    return True


def _environment(threads: int) -> Dict[str, str]:
    """Return the environment of a process that finds this very package."""
    found = dict(os.environ)
    paths = [str(_PACKAGE.parent), *filter(None, [found.get("PYTHONPATH")])]
    found["PYTHONPATH"] = os.pathsep.join(paths)
    found["PYTHONIOENCODING"] = "utf-8"
    if threads:
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            found.setdefault(name, str(threads))
        found.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    return found
