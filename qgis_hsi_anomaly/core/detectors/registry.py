"""The detectors: every module beside this one that defines a method with an id is one of them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Dict, Tuple, Type

from ..errors import ParameterError
from ..parameters import RESERVED, from_values, parameters_of
from .base import Detector, Group, Method, Preprocessor


@cache
def _methods() -> Dict[str, Type[Method]]:
    """Return all methods by id, in the order of the toolbox."""
    package = __name__.rpartition(".")[0]
    found = [
        cls
        for module in iter_modules(import_module(package).__path__)
        for cls in vars(import_module(f"{package}.{module.name}")).values()
        if isinstance(cls, type) and issubclass(cls, Method) and "id" in vars(cls)
    ]
    for cls in found:
        taken = RESERVED & {parameter.name for parameter in parameters_of(cls)}
        if taken:
            raise TypeError(
                f"{cls.__module__}: a parameter cannot be named {min(taken)}, which commands use."
            )
    groups = list(Group)
    found.sort(key=lambda cls: (groups.index(cls.group), cls.order, cls.id))
    return {cls.id: cls for cls in found}


def detector_ids() -> Tuple[str, ...]:
    """Return the ids of all detectors, in the order in which the toolbox and the documentation show them."""
    return tuple(id for id, cls in _methods().items() if issubclass(cls, Detector))


def preprocessor_ids() -> Tuple[str, ...]:
    """Return the ids of all pre-processors."""
    return tuple(id for id, cls in _methods().items() if issubclass(cls, Preprocessor))


def method_class(id: str) -> Type[Method]:
    """Return the class of a detector or pre-processor; ParameterError, with the known ids, where there is none."""
    if id not in _methods():
        raise ParameterError(f"DETECTOR must be one of {', '.join(_methods())}; got {id!r}.")
    return _methods()[id]


def detector_class(id: str) -> Type[Detector]:
    """Return the class of a detector; errors as `method_class`."""
    cls = method_class(id)
    if not issubclass(cls, Detector):
        raise ParameterError(f"DETECTOR must be one of {', '.join(detector_ids())}; got {id!r}.")
    return cls


def make_method(id: str, values: Dict[str, Any]) -> Method:
    """Return a detector or pre-processor with parameters by field name, the rest at their defaults."""
    return from_values(method_class(id), values)


def make_detector(id: str, values: Dict[str, Any]) -> Detector:
    """Return a detector with parameters by field name, the rest at their defaults."""
    return from_values(detector_class(id), values)
