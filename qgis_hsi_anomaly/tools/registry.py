"""The tools: every module beside this one that defines a tool with an id is one of them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Dict, Tuple, Type

from .base import Heading, Tool


@cache
def _tools() -> Dict[str, Type[Tool]]:
    package = __name__.rpartition(".")[0]
    found = [
        cls
        for module in iter_modules(import_module(package).__path__)
        for cls in vars(import_module(f"{package}.{module.name}")).values()
        if isinstance(cls, type) and issubclass(cls, Tool) and "id" in vars(cls)
    ]
    headings = list(Heading)
    found.sort(key=lambda cls: (headings.index(cls.group), cls.order, cls.id))
    return {cls.id: cls for cls in found}


def tools(place: str) -> Tuple[Type[Tool], ...]:
    """Return the tools of a place, toolbox or command, in the order of the toolbox."""
    return tuple(cls for cls in _tools().values() if place in cls.places)


def tool_class(id: str) -> Type[Tool]:
    """Return the class of a tool. KeyError where there is none."""
    return _tools()[id]
