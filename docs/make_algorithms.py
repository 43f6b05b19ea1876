"""Write algorithms.md: every detector with its parameters, from the code. `make docs` runs it."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Type

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from qgis_hsi_anomaly.core.detectors.base import Group, Method
from qgis_hsi_anomaly.core.detectors.registry import detector_ids, method_class, preprocessor_ids
from qgis_hsi_anomaly.core.parameters import Parameter, Parameters, parameters_of
from qgis_hsi_anomaly.jobs.execution import Execution

PAGE = Path(__file__).with_name("algorithms.md")

INTRODUCTION = """# Detectors

<!-- Made from the code by docs/make_algorithms.py: change the code, not this page. -->

Every detector gives each valid pixel a score, larger = more anomalous. Names are those of the command line
(`hsi-anomaly detect NAME INPUT OUTPUT --option value`) and, with `hsianomaly:` before them, of the toolbox; there the
parameters are in upper case. *Model file*: what was learned can be kept and used on another raster. *Spread*: a map of
how much the detector's members disagree can be written too.
"""


def page() -> str:
    """Return the page's text."""
    parts = [INTRODUCTION]
    classes = [method_class(id) for id in (*detector_ids(), *preprocessor_ids())]
    for group in Group:
        parts.append(f"## {group.value}\n")
        parts += [section(cls) for cls in classes if cls.group is group]
    parts.append("## Where a detector runs\n")
    parts.append(f"{inspect.getdoc(Execution)}\n")
    parts.append(table(Execution))
    return "\n".join(parts)


def section(cls: Type[Method]) -> str:
    """Return the section of one detector."""
    traits = [
        "needs torch" if cls.needs_torch else "",
        f"needs {', '.join(cls.requires)}" if cls.requires else "",
        "model file" if cls.can_save else "nothing to keep",
        "spread" if cls.gives_spread else "",
    ]
    traits_text = ", ".join(trait for trait in traits if trait)
    lines = [
        f"### `{cls.id}`: {cls.label}\n",
        f"{cls.summary}\n",
        f"*{traits_text[0].upper()}{traits_text[1:]}.*\n",
    ]
    lines.append(f"{inspect.getdoc(cls)}\n")
    lines.append(table(cls))
    lines.append(f"Source: {cls.source}\n")
    return "\n".join(lines)


def table(cls: Type[Parameters]) -> str:
    """Return the table of parameters."""
    rows = ["| option | default | permitted | meaning |", "|---|---|---|---|"]
    rows += [row(parameter) for parameter in parameters_of(cls)]
    return "\n".join(rows) + "\n"


def row(parameter: Parameter) -> str:
    """Return a parameter's line."""
    default = ",".join(parameter.default) if isinstance(parameter.default, tuple) else str(parameter.default)
    unit = f" {parameter.unit}" if parameter.unit else ""
    advanced = " *(advanced)*" if parameter.advanced else ""
    cells = [f"`{parameter.option}`{advanced}", f"{default}{unit}", parameter.permitted(), parameter.help]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
