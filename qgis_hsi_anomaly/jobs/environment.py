"""What was found on this machine: interpreters, torch, devices, versions; as JSON, text and html."""

from __future__ import annotations

import html
import importlib
import os
import platform
import sys
import tempfile
from typing import Any, Dict, List

from .. import __version__
from ..core.libraries import OPTIONAL, library_versions
from ..core.run import ALONE, Run
from .interpreter import OLDEST_TORCH, all_interpreters, how_to_get

_TITLE = "Environment of QGIS HSI Anomaly"


def environment_report(setting: str = "", run: Run = ALONE) -> Dict[str, Any]:
    """Look at every interpreter and at this process; return JSON values.

    setting : the provider's interpreter. Keys: `version` of the plugin; `chosen`, the interpreter that learned
    detectors will use, or None; `advice` where there is none; `oldest_torch`; `interpreters`, a list with source, path,
    usable, reason, python, torch, numpy, devices; `here`, facts about this process and machine; `libraries`, the
    optional ones of this process's Python: name, version (empty where there is none), without (what is lost then).
    """
    found = all_interpreters(setting, run)
    usable = [interpreter for interpreter in found if not interpreter.reason]
    return {
        "version": __version__,
        "chosen": usable[0].path if usable else None,
        "advice": "" if usable else how_to_get(),
        "oldest_torch": ".".join(map(str, OLDEST_TORCH)),
        "interpreters": [
            {
                "source": interpreter.source,
                "path": interpreter.path,
                "usable": not interpreter.reason,
                "reason": interpreter.reason,
                "python": interpreter.python,
                "torch": interpreter.torch,
                "numpy": interpreter.numpy,
                "devices": ["cpu", *interpreter.devices] if interpreter.torch else [],
            }
            for interpreter in found
        ],
        "here": _here(),
        "libraries": [
            {"name": name, "version": library_versions([name]).get(name, ""), "without": without}
            for name, without in OPTIONAL.items()
        ],
    }


def environment_text(report: Dict[str, Any]) -> str:
    """Return the report as plain text."""
    lines = [_TITLE, ""]
    lines += [f"{name}: {value}" for name, value in _facts(report)]
    lines += ["", "Interpreters, in the order they are tried:"]
    for number, interpreter in enumerate(report["interpreters"], 1):
        lines += [
            f"  {number}. {interpreter['path']} ({interpreter['source']})",
            f"     {_finding(interpreter)}",
        ]
    lines += ["", "Optional libraries of the Python that runs this:"]
    lines += [f"  {library['name']}: {_use(library)}" for library in report["libraries"]]
    return "\n".join(lines) + "\n"


def environment_html(report: Dict[str, Any]) -> str:
    """Return the report as one self-contained html page."""
    facts = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value)).replace(chr(10), '<br>')}</td></tr>"
        for name, value in _facts(report)
    )
    rows = "".join(
        f"<tr><td>{number}</td><td><code>{html.escape(interpreter['path'])}</code></td>"
        f"<td>{html.escape(interpreter['source'])}</td><td>{html.escape(_finding(interpreter))}</td></tr>"
        for number, interpreter in enumerate(report["interpreters"], 1)
    )
    libraries = "".join(
        f"<tr><th>{html.escape(library['name'])}</th><td>{html.escape(_use(library))}</td></tr>"
        for library in report["libraries"]
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{_TITLE}</title><style>'
        "body{font-family:sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse;margin:1em 0}"
        "th,td{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}</style></head><body>"
        f"<h1>{_TITLE}</h1><table>{facts}</table><h2>Interpreters, in the order they are tried</h2>"
        f"<table><tr><th></th><th>Interpreter</th><th>Where from</th><th>Finding</th></tr>{rows}</table>"
        f"<h2>Optional libraries of the Python that runs this</h2><table>{libraries}</table>"
        "</body></html>\n"
    )


def _facts(report: Dict[str, Any]) -> List[Any]:
    chosen = (
        report["chosen"] or f"no interpreter has torch {report['oldest_torch']} or newer. {report['advice']}"
    )
    names = {"python": "Python", "numpy": "numpy", "gdal": "GDAL", "qgis": "QGIS", "cores": "Processor cores"}
    here = [
        (names.get(name, name.capitalize()), value or "not found") for name, value in report["here"].items()
    ]
    return [("Plugin", report["version"]), ("Learned detectors run on", chosen), *here]


def _finding(interpreter: Dict[str, Any]) -> str:
    if not interpreter["usable"]:
        return f"Not usable: {interpreter['reason']}."
    return (
        f"Usable: Python {interpreter['python']}, torch {interpreter['torch']}, numpy {interpreter['numpy']}; devices "
        f"{', '.join(interpreter['devices'])}."
    )


def _use(library: Dict[str, Any]) -> str:
    """Return a library's version, or what is lost without it."""
    return str(library["version"]) or f"not found; needed for {library['without']}."


def _here() -> Dict[str, Any]:
    """Facts about this process and machine, by name."""
    return {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "python": f"{platform.python_version()} ({sys.executable})",
        "numpy": _version("numpy", "__version__"),
        "gdal": _version("osgeo.gdal", "__version__"),
        # QGIS is looked at, not loaded: outside it there is nothing to say.
        "qgis": _version("qgis.core", "Qgis.QGIS_VERSION") if "qgis.core" in sys.modules else "",
        "scratch": tempfile.gettempdir(),
    }


def _version(module: str, attribute: str) -> str:
    """Return an attribute of a module, empty where there is no such module."""
    try:
        found: Any = importlib.import_module(module)
    except ImportError:
        return ""
    for name in attribute.split("."):
        found = getattr(found, name)
    return str(found)
