"""What every report is made of: a page, sections, tables and pictures."""

from __future__ import annotations

import base64
import html
import io
from typing import Any, Iterable, Sequence, Tuple

from .. import __version__
from ..core.errors import MissingLibraryError

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2330; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
p.about { color: #566; margin-top: 0; } img { max-width: 100%; }
table { border-collapse: collapse; width: 100%; } td, th { padding: .3rem .6rem; text-align: left;
border-bottom: 1px solid #dde2e8; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


def page(title: str, about: str, sections: Iterable[str]) -> str:
    """Return the html of a report. about : html of the line below the title. sections : html, in order."""
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{html.escape(title)}</h1><p class='about'>{about} HSI Anomaly {__version__}.</p>"
        + "\n".join(sections)
        + "</body></html>\n"
    )


def section(heading: str, *parts: str) -> str:
    """Return the html of a section. heading : text. parts : html."""
    return f"<h2>{html.escape(heading)}</h2>{''.join(parts)}"


def paragraph(text: str) -> str:
    """Return a paragraph of plain text as html."""
    return f"<p>{html.escape(text)}</p>"


def table(rows: Iterable[Sequence[Any]], headings: Sequence[str] = ()) -> str:
    """Return a table as html. rows : cells; texts stand at the left and numbers, with four digits, at the right."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in headings)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table>{f'<tr>{head}</tr>' if head else ''}{body}</table>"


def picture(caption: str, figure: Any) -> str:
    """Return a matplotlib figure as html, with its caption as the text for those who cannot see it."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    data = base64.b64encode(stream.getvalue()).decode()
    return f"<img alt='{html.escape(caption)}' src='data:image/png;base64,{data}'>"


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1) -> Tuple[Any, Any]:
    """Return a matplotlib figure of inches, and its axes (one, or an array of rows and columns of them).

    Raises MissingLibraryError where matplotlib is absent.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingLibraryError(
            "The report needs matplotlib: install it for this Python (Debian: python3-matplotlib), or do without "
            "a report."
        ) from error
    figure = Figure(figsize=(width, height), dpi=110, constrained_layout=True)
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        shown = f"{value:,.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.4g}"
        return f"<td class='number'>{shown}</td>"
    if isinstance(value, int):
        return f"<td class='number'>{value:,}</td>"
    return f"<td>{html.escape(str(value))}</td>"
