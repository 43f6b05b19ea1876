"""Where a run reports to, and where it learns that the user wants it to stop."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional

from .errors import Cancelled


class Progress:
    """A sink for what a run has to say: share done, messages, warnings, figures.

    `update` raises `Cancelled` once `is_cancelled` answers True, so whatever reports progress can
    be stopped. `part` gives a sink for a stretch of the run, with shares of its own from 0 to 1.

    on_fraction : called with the share done, 0 to 1.
    on_message, on_warning : called with one sentence.
    on_metric : called with a name and a JSON value to be kept in the run record.
    is_cancelled : asked at every update.
    """

    def __init__(
        self,
        on_fraction: Optional[Callable[[float], None]] = None,
        on_message: Optional[Callable[[str], None]] = None,
        on_warning: Optional[Callable[[str], None]] = None,
        on_metric: Optional[Callable[[str, Any], None]] = None,
        is_cancelled: Optional[Callable[[], bool]] = None,
    ) -> None:
        self.on_fraction = on_fraction
        self.on_message = on_message
        self.on_warning = on_warning
        self.on_metric = on_metric
        self.is_cancelled = is_cancelled
        self.metrics: Dict[str, Any] = {}

    def update(self, fraction: float) -> None:
        """Report the share done, 0 to 1. Raises Cancelled when the user asked to stop."""
        self.check_cancelled()
        if self.on_fraction is not None:
            self.on_fraction(min(max(fraction, 0.0), 1.0))

    def check_cancelled(self) -> None:
        """Raise Cancelled when the user asked to stop."""
        if self.is_cancelled is not None and self.is_cancelled():
            raise Cancelled()

    def message(self, text: str) -> None:
        """Say what is being done."""
        if self.on_message is not None:
            self.on_message(text)

    def warning(self, text: str) -> None:
        """Say what the user should know before trusting the result."""
        if self.on_warning is not None:
            self.on_warning(text)
        elif self.on_message is not None:
            self.on_message(text)

    def metric(self, name: str, value: Any) -> None:
        """Keep a figure (a JSON value) for the run record."""
        self.metrics[name] = value
        if self.on_metric is not None:
            self.on_metric(name, value)

    def part(self, start: float, stop: float) -> Progress:
        """Return a sink whose 0 to 1 is this one's `start` to `stop`."""
        return Progress(
            on_fraction=lambda fraction: self.update(start + (stop - start) * fraction),
            on_message=self.message,
            on_warning=self.warning,
            on_metric=self.metric,
            is_cancelled=self.is_cancelled,
        )


SILENT = Progress()
"""Reports to nobody and is never cancelled."""
