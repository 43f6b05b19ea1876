"""Style files: where they lie, whose they are, and what every one begins with."""

from __future__ import annotations

from html import escape
from pathlib import Path

_MARK = "<!-- made by qgis_hsi_anomaly for {} -->"


def style_path(layer: str) -> str:
    """Return where QGIS looks for the style of a raster or vector file."""
    return str(Path(layer).with_suffix(".qml"))


def is_foreign(layer: str) -> bool:
    """Tell whether the style file of a raster or vector file is one that somebody else made, or made for another layer.

    Such a file must not be overwritten.
    """
    path = Path(style_path(layer))
    try:
        return path.exists() and _mark(layer).encode() not in path.read_bytes()
    except OSError:
        return True


def style_file(layer: str, categories: str, content: str, attributes: str = "") -> str:
    """Return the content of a style file. categories : what of the layer it sets, as QGIS names it."""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'{_mark(layer)}\n<qgis version="3.22.0" styleCategories="{escape(categories)}"{attributes}>'
        f"{content}</qgis>\n"
    )


def raster_style_file(layer: str, renderer: str) -> str:
    """Return the content of the style file of a raster. renderer : XML of its renderer."""
    return style_file(layer, "Symbology", f"<pipe>{renderer}</pipe>")


def _mark(layer: str) -> str:
    # Two hyphens would end the comment.
    return _MARK.format(Path(layer).name.replace("--", "- -"))
