"""Where the files beside the code are."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

HOMEPAGE = "https://qgis-hsi-anomaly.github.io/qgis-hsi-anomaly/"
"""Where the documents are, as in metadata.txt."""

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(*parts: str) -> Path:
    """Return a file below `resources/`: inside the installed plugin, or beside the package in a checkout."""
    inside = _PACKAGE / "resources"
    return (inside if inside.is_dir() else _PACKAGE.parent / "resources").joinpath(*parts)


def document(name: str) -> str:
    """Return the address of a page of the documents: as installed with the plugin, else on the web.

    name : below docs/, with .html.
    """
    for site in (_PACKAGE / "docs" / "site", _PACKAGE.parent / "build" / "site"):
        if (site / name).is_file():
            return str(QUrl.fromLocalFile(str(site / name)).toString())
    return HOMEPAGE + name


def icon(name: str) -> QIcon:
    """Return the icon `resources/icons/<name>.svg`."""
    return QIcon(str(resource("icons", f"{name}.svg")))
