"""The environment that learned detectors run in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, Sequence

from ..core.errors import ParameterError
from ..core.parameters import choice, flag, text
from ..core.run import ALONE, Run
from ..jobs.execution import Execution
from ..jobs.interpreter import find_interpreter, torch_place
from ..jobs.torch_setup import BUILDS, set_up_torch, what_is_downloaded
from .base import Heading, Tool


@dataclass(frozen=True)
class SetUpTorch(Tool):
    """Makes an environment with torch, once the user has agreed."""

    id: ClassVar[str] = "setuptorch"
    label: ClassVar[str] = "Set up torch"
    group: ClassVar[Heading] = Heading.ENVIRONMENT
    order: ClassVar[int] = 1
    icon: ClassVar[str] = "environment"
    keywords: ClassVar[Sequence[str]] = (
        "PyTorch",
        "GPU",
        "CUDA",
        "install",
        "installation",
        "deep learning",
        "venv",
    )
    summary: ClassVar[str] = (
        "Downloads PyTorch, which learned detectors need, into a folder of its own: qgis_hsi_anomaly/venv in your QGIS "
        "profile, or hsi-anomaly-venv in your home folder outside of QGIS. QGIS and its Python stay as they are, and "
        "deleting the folder undoes it. About 250 MB without CUDA, 3 GB with it; some minutes. When it is cancelled or "
        "fails, nothing is left. Needed once; learned detectors find the folder by themselves."
    )
    texts: ClassVar[Dict[str, str]] = {
        "PYTHON": "Python with torch",
        "TORCH": "Version of torch",
        "DEVICES": "Devices",
    }

    confirm: bool = flag(
        False,
        "Download and install torch",
        "Has to be ticked. About 250 MB (3 GB with CUDA) are downloaded from the package index of Python (pypi.org) or "
        "from download.pytorch.org, and installed into FOLDER.",
    )
    build: str = choice(
        "cpu",
        BUILDS,
        "Build",
        "cpu works everywhere. cuda is for NVIDIA graphics cards with a recent driver, on Windows and Linux; it is ten "
        "times as large. Small scenes gain little by it.",
    )
    folder: str = text(
        "",
        "Folder",
        "The folder of the environment. Empty: where learned detectors look by themselves. Any other has to be named "
        "in the provider's setting. An environment that is there is replaced.",
        advanced=True,
    )
    base_python: str = text(
        "",
        "Python that makes it",
        "A Python, 3.9 or newer, for the environment to be made by; found by itself where empty. Name another where "
        "torch is not offered for the one that was found.",
        advanced=True,
    )
    index: str = text(
        "",
        "Package index",
        "Address of a package index, such as your institution's mirror; the usual ones where empty.",
        advanced=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.confirm:
            raise ParameterError(
                f"{self.id}: CONFIRM must be true to go on. {what_is_downloaded(self.build, self.place, self.index)}"
            )

    @property
    def place(self) -> Path:
        """The folder of the environment."""
        return Path(self.folder).expanduser().absolute() if self.folder else torch_place()

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Make the environment; say where another one goes before it."""
        run.message(what_is_downloaded(self.build, self.place, self.index))
        made = set_up_torch(self.place, self.build, self.base_python, self.index, run)
        used = find_interpreter(execution.python, run)
        if used.path != made.path:
            run.warning(
                f"Learned detectors run on {used.path} ({used.source}), which goes before the new environment: clear "
                f"that, or name {self.place} in the provider's setting."
            )
        return {"PYTHON": made.path, "TORCH": made.torch, "DEVICES": ", ".join(("cpu", *made.devices))}
