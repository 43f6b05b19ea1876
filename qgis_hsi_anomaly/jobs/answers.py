"""What interpreters said of themselves, kept from run to run: asking costs an import of torch.

One JSON file in the user's cache folder. An answer counts while the interpreter, its packages, the drivers of GPUs and
the environment variables it depends on are what they were; a run that fails all the same forgets it. What is damaged,
or cannot be written, is as if it were not there.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

_KINDS: Dict[str, Any] = {
    "python": list,
    "torch": (str, type(None)),
    "numpy": (str, type(None)),
    "gpus": list,
    "reason": (str, type(None)),
    "folders": list,
}
"""What an answer holds."""

_VARIABLES = re.compile(r"PYTHON|LD_|DYLD_|CUDA|HIP_|ROCR_|NVIDIA_")
"""Environment variables that decide what an interpreter finds."""

_DRIVERS = (
    "/proc/driver/nvidia/version",
    "/dev/nvidia0",
    "/dev/kfd",
    os.path.join(os.environ.get("SystemRoot", ""), "System32", "nvcuda.dll"),  # noqa: SIM112 (its name)
)


def is_answer(found: Any) -> bool:
    """Tell whether something read is the answer of an interpreter."""
    return isinstance(found, dict) and all(isinstance(found.get(name), kind) for name, kind in _KINDS.items())


class Answers:
    """The answers to those who ask in one session, by interpreter; those that name a torch also in the file."""

    def __init__(self) -> None:
        self._known: Dict[str, Dict[str, Any]] = {}

    def get(self, path: str, environment: Mapping[str, str]) -> Optional[Dict[str, Any]]:
        """Return what the interpreter `path` answered in `environment`, None where that is not known any more."""
        for kept in (self._known.get(path), _read().get(path)):
            if isinstance(kept, dict) and is_answer(kept.get("answer")):
                answer: Dict[str, Any] = kept["answer"]
                if kept.get("stamp") == _stamp(path, answer["folders"], environment):
                    self._known[path] = kept
                    return answer
        return None

    def keep(self, path: str, environment: Mapping[str, str], answer: Dict[str, Any]) -> None:
        """Keep an answer."""
        kept = {"stamp": _stamp(path, answer["folders"], environment), "answer": answer}
        self._known[path] = kept
        if answer["torch"]:
            _write({**_read(), path: kept})

    def forget(self, path: str) -> None:
        """Keep an interpreter's answer no longer."""
        self._known.pop(path, None)
        kept = _read()
        if kept.pop(path, None) is not None:
            _write(kept)


def answers_path() -> Path:
    """Return where the file lies. Raises RuntimeError for a user without a home."""
    if sys.platform == "win32":
        folder = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches"
    else:
        folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(folder) / "qgis-hsi-anomaly" / "interpreters.json"


def _read() -> Dict[str, Any]:
    try:
        found = json.loads(answers_path().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(answers: Dict[str, Any]) -> None:
    """Write the file, whole or not at all, without interpreters that are gone."""
    with suppress(OSError, RuntimeError):
        place = answers_path()
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = {path: kept for path, kept in answers.items() if os.path.exists(path)}
        descriptor, early = tempfile.mkstemp(dir=place.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump(content, stream)
            os.replace(early, place)
        finally:
            Path(early).unlink(missing_ok=True)


def _stamp(path: str, folders: List[str], environment: Mapping[str, str]) -> List[Any]:
    """Return by what an answer goes out of date: sizes and times of change of files, and environment variables."""
    places = [path, str(Path(path).parent.parent / "pyvenv.cfg"), *folders, *_DRIVERS]
    variables = sorted([name, value] for name, value in environment.items() if _VARIABLES.match(name))
    return [*(_state(place) for place in places), *variables]


def _state(place: str) -> List[int]:
    try:
        found = os.stat(place)
    except (OSError, ValueError):
        return []
    return [found.st_size, found.st_mtime_ns]
