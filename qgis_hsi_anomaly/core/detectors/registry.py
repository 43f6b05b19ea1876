"""The one list of detectors: toolbox, command line, checks and documentation are made from it."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Dict, Tuple, Type

from ..errors import ParameterError
from ..parameters import from_values
from .base import Detector

# id: module in this package and class. A new detector is one file and one line.
_DETECTORS = {
    "rx": ("rx", "RX"),
    "localrx": ("localrx", "LocalRX"),
    "crd": ("crd", "CRD"),
    "knn": ("knn", "KNN"),
    "kernelrx": ("kernelrx", "KernelRX"),
    "cbad": ("cbad", "CBAD"),
    "lrasmd": ("lrasmd", "LRaSMD"),
    "lsmad": ("lsmad", "LSMAD"),
    "aed": ("aed", "AED"),
    "consensus": ("consensus", "Consensus"),
    "sscade": ("sscade", "SSCADE"),
    "dagmm": ("dagmm", "DAGMM"),
    "aegmm": ("aegmm", "AEGMM"),
    "liade": ("liade", "LIADE"),
    "scaae": ("scaae", "SCAAE"),
}

# Learnt and stored like detectors, but raster in, raster out.
_PREPROCESSORS = {
    "suppressbackground": ("suppressbackground", "SuppressBackground"),
}

DETECTOR_IDS: Tuple[str, ...] = tuple(_DETECTORS)
"""Ids of all detectors, in the order the toolbox and the documentation show them."""


def detector_class(id: str) -> Type[Detector]:
    """Return the class of detector (or pre-processor) `id`; ParameterError, with the known ids, where there is none."""
    known = {**_DETECTORS, **_PREPROCESSORS}
    if id not in known:
        raise ParameterError(f"DETECTOR must be one of {', '.join(DETECTOR_IDS)}; got {id!r}.")
    module, name = known[id]
    found: Type[Detector] = getattr(import_module(f"{__package__}.{module}"), name)
    return found


def make_detector(id: str, values: Dict[str, Any]) -> Detector:
    """Return detector `id` with parameters by field name, the rest at their defaults."""
    return from_values(detector_class(id), values)
