"""The toolbox's algorithms: one class for all detectors, one each for the rest."""

from __future__ import annotations

from typing import List

from ...core.detectors.registry import detector_ids
from ..base import Algorithm
from .apply_model import ApplyModel
from .detector import DetectorAlgorithm
from .environment_check import EnvironmentCheck
from .evaluate import Evaluate
from .fit_model import FitModel
from .suppress_background import SuppressBackground


def all_algorithms() -> List[Algorithm]:
    """Make one of each algorithm of the toolbox, the detectors in the registry's order."""
    detectors: List[Algorithm] = [DetectorAlgorithm(id) for id in detector_ids()]
    tools = [
        FitModel(),
        ApplyModel(),
        SuppressBackground("suppressbackground"),
        Evaluate(),
        EnvironmentCheck(),
    ]
    return [*detectors, *tools]
