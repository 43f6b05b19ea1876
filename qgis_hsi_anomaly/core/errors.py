"""What can go wrong, one class a cause. Every message is one sentence for the user."""

from __future__ import annotations

from .addresses import without_secrets

LONGEST = 1000
"""Characters of a line in a message: of longer ones, which repeat what somebody typed, the middle is left out."""


class HsiAnomalyError(Exception):
    """Base of every error this package raises on purpose."""

    def __str__(self) -> str:
        return "\n".join(map(_in_short, without_secrets(super().__str__()).split("\n")))


class ParameterError(HsiAnomalyError, ValueError):
    """Raised when a parameter's value cannot be used; the message names the parameter."""


class DataError(HsiAnomalyError, ValueError):
    """Raised when pixels, masks or scores cannot be used, whatever file they came from."""


class RasterError(HsiAnomalyError, OSError):
    """Raised when a raster or vector file cannot be read or written."""


class ModelError(HsiAnomalyError, ValueError):
    """Raised when a model file cannot be read, or does not fit the raster."""


class MissingLibraryError(HsiAnomalyError, ImportError):
    """Raised when an optional library is needed and absent; the message says how to get it."""


class WorkerError(HsiAnomalyError, RuntimeError):
    """Raised when the worker process fails; the message ends with its last words."""


class Cancelled(HsiAnomalyError):  # noqa: N818 (not a failure)
    """Raised when the user stops a run."""

    def __init__(self, message: str = "Cancelled.") -> None:
        super().__init__(message)


def _in_short(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[: LONGEST // 2]} ... {line[-LONGEST // 2 :]}"
