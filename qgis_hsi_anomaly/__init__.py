"""Hyperspectral anomaly detection for QGIS, the command line and Python.

The package imports nothing until it is used: QGIS loads it at every start, and the worker
process loads parts of it in an interpreter that has no QGIS.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def classFactory(iface: Any) -> Any:  # noqa: N802 (the name QGIS looks for)
    """Give QGIS the plugin object."""
    from .processing.plugin import Plugin

    return Plugin(iface)
