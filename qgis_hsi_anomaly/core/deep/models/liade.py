"""E2E-LIADE's density: the spectral branch of E2E-SSCADE, whose codes keep neighbors together."""

from __future__ import annotations

from typing import Dict, Optional, Tuple

from torch import Tensor

from ...run import Run
from ..parts.joint_loss import CodeLoss
from ..parts.locality import locality_gradient
from ..scene import Scene
from .sscade import Design, JointDensity


class LocalDensity(JointDensity):
    """A density whose loss has a term of local invariance, with the weight `locality`."""

    def __init__(self, design: Design, locality: float, bands: int) -> None:
        super().__init__(design, bands)
        self.locality = locality

    def code_loss(self, scene: Scene, run: Run) -> Optional[CodeLoss]:
        """Return the weighted loss of codes that differ from their neighbors'."""

        def loss(codes: Tensor) -> Tuple[Tensor, Dict[str, float]]:
            gradient, part = locality_gradient(codes, scene, run)
            return self.locality * gradient, {"locality": part}

        return loss
