"""How an image is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

from .parameters import Parameters, allow


@dataclass(frozen=True)
class Reading(Parameters):
    """What every command that reads an image can be told about it."""

    allow: Tuple[str, ...] = allow()

    @classmethod
    def who(cls) -> str:
        """Name to begin an error message with."""
        return "image"
