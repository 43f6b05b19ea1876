"""What every tool is: a frozen dataclass of parameters, files among them, and what it does with them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Dict, Sequence, Tuple

from ..core.parameters import Parameters, parameters_of
from ..core.run import ALONE, Run
from ..jobs.execution import Execution


class Heading(Enum):
    """Headings of the toolbox above tools, in its order."""

    DECISIONS = "From scores to decisions"
    EVALUATION = "Evaluation"
    MODELS = "Models"
    DATA = "Data"
    ENVIRONMENT = "Environment"


@dataclass(frozen=True)
class Tool(Parameters, ABC):
    """Base of the tools: class attributes describe, fields are parameters, `perform` does the work.

    A module in this package that defines a class with an id is a tool; nothing else is to be edited.

    id : name in the toolbox. command : name on the command line, where it is another one.
    label, group, order, icon, keywords : as the toolbox shows it, and finds it by.
    page : the document that its help opens, below docs/.
    summary : what it does and when to use it. source : the publication. requires : modules beside numpy and GDAL.
    returns, texts : names and descriptions of the numbers and texts that `perform` returns beside files.
    executes : runs detectors, so that the user says where. places : the fronts that have it.
    """

    id: ClassVar[str]
    command: ClassVar[str] = ""
    label: ClassVar[str]
    group: ClassVar[Heading]
    order: ClassVar[int] = 100
    page: ClassVar[str] = "user-guide"
    icon: ClassVar[str] = "detector"
    keywords: ClassVar[Sequence[str]] = ()
    summary: ClassVar[str]
    source: ClassVar[str] = ""
    requires: ClassVar[Tuple[str, ...]] = ()
    returns: ClassVar[Dict[str, str]] = {}
    texts: ClassVar[Dict[str, str]] = {}
    executes: ClassVar[bool] = False
    places: ClassVar[Tuple[str, ...]] = ("toolbox", "command")

    @abstractmethod
    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Do the work. Returns the values that `returns` and `texts` name, and others for the command line's JSON.

        Raises HsiAnomalyError, one sentence, and leaves every output as it was, where it cannot be done.
        """

    def written(self) -> Dict[str, str]:
        """Return the files it is asked to write, by field name."""
        wanted = [parameter.name for parameter in parameters_of(type(self)) if parameter.writes]
        return {name: getattr(self, name) for name in wanted if getattr(self, name)}

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return what `perform` returned as text."""
        return "\n".join(f"{name:22} {_written(value)}" for name, value in answer.items())

    @classmethod
    def who(cls) -> str:
        """Name to begin an error message with."""
        return cls.id


def _written(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
