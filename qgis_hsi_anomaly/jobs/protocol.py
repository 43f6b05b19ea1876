"""The line protocol: what worker processes tell the one that started them, one JSON object a line.

Every line has `kind` and `rank`. Kinds: alive (cpu seconds, updates; every half second from every process), met (all
processes of the run have), progress (fraction), message and warning (text), metric (name, value), result (names), error
(type, message). A line is one write, so that the lines of several processes do not mix.
"""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any, Dict, Optional

from ..core import errors
from ..core.errors import HsiAnomalyError
from ..core.run import Processes, Run

BEAT = 0.5
"""Seconds between the signs of life of a worker process."""


_FIELDS: Dict[str, Dict[str, Any]] = {
    "alive": {"cpu": (int, float), "updates": int},
    "met": {},
    "progress": {"fraction": (int, float)},
    "message": {"text": str},
    "warning": {"text": str},
    "metric": {"name": str},
    "result": {"names": list},
    "error": {"type": str, "message": str},
}
"""What a line of each kind holds beside `kind` and `rank`, by name: the types of its values."""


class Channel:
    """The worker's end: writes lines to a file descriptor that nothing else writes to."""

    def __init__(self, descriptor: int, rank: int) -> None:
        self.descriptor, self.rank = descriptor, rank
        self._lock = threading.Lock()
        self._updates = 0

    def send(self, kind: str, **fields: Any) -> None:
        """Write one line. A reader that is gone is no error: the watch on it ends this process."""
        line = json.dumps({"kind": kind, "rank": self.rank, **fields}, default=_plain) + "\n"
        with self._lock:
            try:
                os.write(self.descriptor, line.encode("ascii"))
            except BrokenPipeError:
                return

    def beat(self) -> None:
        """Send signs of life for ever; for a thread."""
        while True:
            self.send("alive", cpu=time.process_time(), updates=self._updates)
            time.sleep(BEAT)

    def run(self, processes: Processes) -> Run:
        """Return the run of this process: the first one's sends everything, the others' only counts updates."""
        if self.rank:
            return Run(on_fraction=self._count, processes=processes)
        return Run(
            on_fraction=self._fraction(),
            on_message=lambda text: self.send("message", text=text),
            on_warning=lambda text: self.send("warning", text=text),
            on_metric=lambda name, value: self.send("metric", name=name, value=value),
            processes=processes,
        )

    def _count(self, _: float) -> None:
        self._updates += 1

    def _fraction(self) -> Any:
        sent = [0.0]

        def send(fraction: float) -> None:
            self._count(fraction)
            now = time.monotonic()
            if now - sent[0] >= 0.1:
                sent[0] = now
                self.send("progress", fraction=fraction)

        return send


def parse(line: bytes) -> Optional[Dict[str, Any]]:
    """Return a line's object; None where it is not one of ours, with all that belongs to its kind."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or type(found.get("rank")) is not int:
        return None
    fields = _FIELDS.get(found["kind"]) if isinstance(found.get("kind"), str) else None
    if fields is None or not all(isinstance(found.get(name), kinds) for name, kinds in fields.items()):
        return None
    return found if "value" in found or found["kind"] != "metric" else None


def library_error(line: Dict[str, Any]) -> Optional[HsiAnomalyError]:
    """Return the error of this package that an error line tells of, as the same class; None for any other."""
    cls = getattr(errors, str(line.get("type")), None)
    if isinstance(cls, type) and issubclass(cls, HsiAnomalyError):
        return cls(str(line.get("message")))
    return None


def _plain(value: Any) -> Any:
    """Turn numpy's numbers and arrays into JSON values."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
