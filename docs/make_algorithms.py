"""Write detectors/: a page for every detector with its parameters, from the code. `make docs` runs it."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Dict, List, Type

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from qgis_hsi_anomaly.core.detectors.base import Group, Method
from qgis_hsi_anomaly.core.detectors.registry import detector_ids, method_class, preprocessor_ids
from qgis_hsi_anomaly.core.parameters import Parameter, Parameters, parameters_of
from qgis_hsi_anomaly.jobs.execution import Execution

PAGES = Path(__file__).with_name("detectors")
PICTURES = Path(__file__).with_name("images") / "detectors"  # make_maps.py draws them

MADE = "<!-- Made from the code by docs/make_algorithms.py: change the code, not this page. -->"

INTRODUCTION = f"""# Detectors

{MADE}

Every detector gives each valid pixel a score, larger = more anomalous. If you do not want to choose, run
[Consensus of detectors](consensus.md) first. The maps show the [sample scene](../tutorial.md) with the highest
10, 1 and 0.1 % of the scores in blue, red and yellow; its targets are outlined. *AP* is the average precision there,
1 at best; the [tables](../quality.md) have real scenes.

<img src="../images/detectors/scene.png" alt="The sample scene, targets outlined">
"""

HOW_TO_CALL = """Names are those of the command line, `hsi-anomaly detect NAME INPUT OUTPUT --option value`. In
the toolbox and in `qgis_process` it is `hsianomaly:NAME`, options in upper case with underscores. *Model file* means
that what was learned can be kept and used on another raster, *spread* that a map of how much the detector's members
disagree can be written too.
"""


def pages() -> Dict[str, str]:
    """Return the texts of all pages by their files' names."""
    classes = [method_class(id) for id in (*detector_ids(), *preprocessor_ids())]
    return {
        "index.md": overview(classes),
        "execution.md": execution(),
        **{f"{cls.id}.md": page(cls) for cls in classes},
    }


def overview(classes: List[Type[Method]]) -> str:
    """Return the page that lists all, by groups."""
    figures = json.loads((PICTURES / "figures.json").read_text(encoding="utf-8"))
    parts = [INTRODUCTION]
    for group in Group:
        parts.append(f"## {group.value}\n")
        for cls in classes:
            if cls.group is group:
                precision = f" AP {figures[cls.id]['AVERAGE_PRECISION']:.2f}." if cls.id in figures else ""
                parts.append(
                    f"### [{cls.label}]({cls.id}.md)\n\n{picture(cls, 225)}\n\n{cls.summary}{precision}\n"
                )
    parts.append(f"## How to call them\n\n{HOW_TO_CALL}")
    parts.append("Options of where a detector runs are [on a page of their own](execution.md).\n")
    return "\n".join(parts)


def execution() -> str:
    """Return the page of the options that all share."""
    text = inspect.getdoc(Execution)
    return f"# Where a detector runs\n\n{MADE}\n\n{text}\n\n{table(Execution)}"


def page(cls: Type[Method]) -> str:
    """Return the page of one detector."""
    traits = [
        "needs torch" if cls.needs_torch else "",
        f"needs {', '.join(cls.requires)}" if cls.requires else "",
        "model file" if cls.can_save else "nothing to keep",
        "spread" if cls.gives_spread else "",
    ]
    traits_text = ", ".join(trait for trait in traits if trait)
    lines = [
        f"# {cls.label}\n",
        f"{MADE}\n",
        f"{cls.summary}\n",
        f"`{cls.id}`. *{traits_text[0].upper()}{traits_text[1:]}.*\n",
    ]
    if shown := picture(cls, 450):
        lines.append(f"{shown}\n")
    lines.append(f"## Parameters\n\n{table(cls)}")
    lines.append(f"## Method\n\n{inspect.getdoc(cls)}\n")
    lines.append(f"Source: {cls.source}\n")
    return "\n".join(lines)


def picture(cls: Type[Method], width: int) -> str:
    """Return the picture of its map, empty where it has none."""
    if not (PICTURES / f"{cls.id}.png").exists():
        return ""
    return (
        f'<img src="../images/detectors/{cls.id}.png" width="{width}" alt="{cls.label} on the sample scene">'
    )


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
    PAGES.mkdir(exist_ok=True)
    texts = pages()
    for old in PAGES.glob("*.md"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        (PAGES / name).write_text(text, encoding="utf-8")
