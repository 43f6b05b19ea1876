"""The toolbox's algorithms: one class for all detectors, one for all tools, one each for the rest."""

from __future__ import annotations

from typing import List

from ...core.detectors.registry import detector_ids
from ...tools.registry import tools
from ..base import Algorithm
from .apply_model import ApplyModel
from .detector import DetectorAlgorithm
from .fit_model import FitModel
from .suppress_background import SuppressBackground
from .tool import ToolAlgorithm


def all_algorithms() -> List[Algorithm]:
    """Make one of each algorithm of the toolbox, detectors and tools in their registries' order."""
    detectors: List[Algorithm] = [DetectorAlgorithm(id) for id in detector_ids()]
    models = [FitModel(), ApplyModel(), SuppressBackground("suppressbackground")]
    return [*detectors, *models, *(ToolAlgorithm(cls.id) for cls in tools("toolbox"))]
