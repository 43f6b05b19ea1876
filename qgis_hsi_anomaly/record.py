"""The record of a run: what was done, to what, with which software, in which time; JSON beside its output."""

from __future__ import annotations

import json
import math
import platform
import time
from datetime import datetime, timezone
from typing import Any, Dict, List, Optional

import numpy as np

from . import __version__
from .core.addresses import without_secrets
from .core.run import Run
from .raster.dataset import gdal_version


class Record:
    """Notes taken during a run.

    task : what is done, such as detect. run : where it reports to; `part` gives its stretches.
    """

    def __init__(self, task: str, run: Run, **facts: Any) -> None:
        self.run = run
        self._facts: Dict[str, Any] = {
            "task": task,
            **facts,
            "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "versions": versions(),
        }
        self._warnings: List[str] = []
        self._seconds: Dict[str, float] = {}
        self._clock = time.monotonic()

    def part(self, start: float, stop: float) -> Run:
        """Return the run of a stretch of the work, whose warnings are noted too."""
        part = self.run.part(start, stop)
        part.on_warning = self._warn
        return part

    def note(self, **facts: Any) -> None:
        """Note JSON values by name."""
        self._facts.update(facts)

    def lap(self, name: str) -> None:
        """Note the seconds since the last lap."""
        now = time.monotonic()
        self._seconds[name] = round(now - self._clock, 3)
        self._clock = now

    def content(self) -> bytes:
        """Return the content of the record's file."""
        noted = {"warnings": self._warnings, "seconds": self._seconds, "metrics": self.run.metrics}
        return (json_text({**self._facts, **noted}, indent=2) + "\n").encode()

    def _warn(self, text: str) -> None:
        self._warnings.append(text)
        self.run.warning(text)


def record_path(output: str) -> str:
    """Return where the record of a run is written, beside its output."""
    return f"{output}.json"


def read_record(output: str) -> Dict[str, Any]:
    """Return the record that lies beside an output; empty where there is none, or it cannot be read."""
    try:
        with open(record_path(output), encoding="utf-8") as stream:
            found = json.load(stream)
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def versions() -> Dict[str, str]:
    """Return the versions of the software at work."""
    return {
        "qgis_hsi_anomaly": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "gdal": gdal_version(),
    }


def json_text(value: Any, indent: Optional[int] = None) -> str:
    """Return JSON, with null for figures that are infinite or not a number, and no secrets of addresses."""
    return json.dumps(_plain(value), indent=indent, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return without_secrets(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
