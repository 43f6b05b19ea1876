"""The report of a comparison of score maps."""

from __future__ import annotations

import html
import textwrap
from typing import Any, List, Optional, Sequence

import numpy as np

from ..core.cube import Array
from ..core.decisions.comparison import TOP, Comparison, Judgment, highest_of_squares
from .page import new_figure, page, paragraph, picture, section, table

DECADES = 3
"""Powers of ten of the share of higher pixels that the colors of the maps tell apart."""

_MAP_PIXELS = 600
"""Pixels along the longer side of a map."""
_COLUMNS = 3
_TITLE = 126
"""Letters of titles that fit beside each other."""
_LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9", "#999999")
"""Colors that also those tell apart who do not see colors as most people do (Okabe and Ito); then dashed."""


def comparison_report(
    scene: str,
    names: Sequence[str],
    origins: Sequence[str],
    comparison: Comparison,
    colors: Sequence[str],
    judgments: Sequence[Judgment] = (),
    truth: Optional[Array] = None,
    notes: Sequence[str] = (),
) -> str:
    """Return the html of a comparison of k maps: maps, matrices, and with truth curves and figures.

    scene : what the maps are of, where it is known. names, origins : (k,) texts, what to call the maps and where
    they come from.
    colors : #rrggbb in equal steps over `DECADES` powers of ten, from all pixels scoring higher to none.
    judgments : (k,) with truth. truth : (rows, columns) bool. notes : what the reader should know, sentences.
    Raises MissingLibraryError where matplotlib is absent.
    """
    numbered = [f"{number} {name}" for number, name in enumerate(names, 1)]
    about = (
        (f"<b>{html.escape(scene)}</b>: " if scene else "")
        + f"{len(names)} score maps, compared over the {comparison.pixels:,} pixels "
        f"that have a score in all of them. Only the order of the scores counts, not their units."
    )
    sections = [
        section("Maps", _list(names, origins), *map(paragraph, notes)),
        section(
            "Side by side",
            paragraph(
                "One color scale for all: the share of the scene's pixels that score higher. A pixel in the color of "
                "0.1 % would be flagged at a rate of 0.1 %."
                + (" Outlined: the anomalies of the truth." if truth is not None else "")
            ),
            picture("Score maps side by side", _draw_maps(numbered, comparison, colors, truth)),
        ),
    ]
    if judgments:
        sections.append(
            section(
                "Against the truth",
                _judged(numbered, judgments),
                paragraph(
                    "AUC_PD_PF: chance that an anomaly scores higher than a background pixel. AVERAGE_PRECISION: mean "
                    "share of anomalies among the highest pixels. The last two: share of the anomalies found at a "
                    "false-alarm rate of 1 % and of 0.1 %."
                ),
                picture("Detections against false alarms", _draw_curves(numbered, judgments)),
            )
        )
    share = comparison.asked / comparison.pixels
    sections += [
        section(
            "Rank correlations",
            _matrix(numbered, comparison.rank_correlations, "{:.2f}"),
            paragraph(
                "Spearman's: 1 where two maps order all pixels alike, 0 where their orders have nothing to do with "
                "each other. Most pixels are ordinary, so this says how alike the maps see the background."
            ),
        ),
        section(
            f"Overlap of alarms at {100 * share:.3g} %",
            _matrix(numbered, comparison.overlap, "{:.2f}"),
            paragraph(
                f"The {comparison.asked:,} highest pixels of each map are flagged. Pixels flagged in both maps, over "
                "those flagged in either: 1 where the alarms are the same, 0 where none is shared. Alarms side by "
                "side do not count as shared."
            ),
            _flagged(numbered, comparison),
        ),
        section(
            f"Members of each other's top {TOP}",
            _matrix(numbered, comparison.shared_top, "{:d}"),
            paragraph(f"How many of the {TOP} highest pixels of one map are among those of the other."),
        ),
    ]
    return page("Comparison of score maps", about, sections)


def _list(names: Sequence[str], origins: Sequence[str]) -> str:
    rows = [(str(number), *both) for number, both in enumerate(zip(names, origins), 1)]
    return table(rows, ("", "map", "from"))


def _flagged(names: Sequence[str], comparison: Comparison) -> str:
    rows = [
        (name, f"{flagged:,}", f"{alone:,}")
        for name, flagged, alone in zip(names, comparison.flagged.tolist(), comparison.alone.tolist())
    ]
    note = ""
    if (comparison.flagged < comparison.asked).any():
        note = paragraph("Fewer are flagged where many pixels have the same score at the cut.")
    return table(rows, ("", "flagged pixels", "flagged by no other map")) + note


def _matrix(names: Sequence[str], values: Array, form: str) -> str:
    """Return a symmetric matrix as a table. form : of an entry; a dash stands for those that are not a number."""
    rows = [
        (name, *("–" if value != value else form.format(value) for value in row))  # noqa: PLR0124 (not a number)
        for name, row in zip(names, values.tolist())
    ]
    return table(rows, ("", *(str(number) for number in range(1, len(names) + 1))))


def _judged(names: Sequence[str], judgments: Sequence[Judgment]) -> str:
    wanted = ("AUC_PD_PF", "AVERAGE_PRECISION", "PD_AT_PF_1E2", "PD_AT_PF_1E3")
    rows = [
        (name, *(f"{judgment.figures[figure]:.4f}" for figure in wanted))
        for name, judgment in zip(names, judgments)
    ]
    return table(rows, ("", *wanted))


def _draw_maps(
    names: Sequence[str], comparison: Comparison, colors: Sequence[str], truth: Optional[Array]
) -> Any:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, Normalize

    rows, columns = comparison.valid.shape
    across = min(_COLUMNS, len(names))
    down = -(-len(names) // across)
    width = 9.6 / across
    figure, axes = new_figure(9.6, min(max(width * rows / columns, 1.2), 9) * down + 1.2, down, across)
    panels: List[Any] = list(np.ravel(axes))
    scale = Normalize(0, DECADES)
    ramp = ListedColormap(list(colors))
    side = -(-max(rows, columns) // _MAP_PIXELS)
    image = np.empty(comparison.valid.shape, dtype=np.float32)
    for name, above, panel in zip(names, comparison.above, panels):
        image.fill(np.nan)
        image[comparison.valid] = -np.log10(above)
        shown = highest_of_squares(image, side)
        down_to, right_to = side * len(shown) - 0.5, side * shown.shape[1] - 0.5
        panel.set_facecolor("#d8dce1")
        panel.imshow(
            shown, cmap=ramp, norm=scale, interpolation="nearest", extent=(-0.5, right_to, down_to, -0.5)
        )
        if truth is not None:
            _outline(panel, truth, side)
        panel.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), xticks=[], yticks=[])
        panel.set_title(textwrap.fill(name, _TITLE // across), fontsize=9)
    for panel in panels[len(names) :]:
        panel.set_axis_off()
    bar = figure.colorbar(
        ScalarMappable(scale, ramp),
        ax=panels,
        location="bottom",
        shrink=0.6,
        aspect=40,
        pad=0.02,
        extend="max",
    )
    bar.set_ticks(range(DECADES + 1), labels=[f"{100 / 10**power:g} %" for power in range(DECADES + 1)])
    per_point = f"; the highest of {side} x {side} pixels a point" if side > 1 else ""
    bar.set_label(f"pixels that score higher{per_point}")
    return figure


def _outline(panel: Any, truth: Array, side: int) -> None:
    """Draw the outlines of the truth's anomalies."""
    # With a margin, so that outlines close at the map's edge.
    marked = np.pad(highest_of_squares(truth.astype(np.float32), side), 1)
    middle = (side - 1) / 2
    down, across = (side * np.arange(-1, length - 1) + middle for length in marked.shape)
    panel.contour(across, down, marked, levels=[0.5], colors="#39d0ff", linewidths=0.9)


def _draw_curves(names: Sequence[str], judgments: Sequence[Judgment]) -> Any:
    figure, axes = new_figure(8, 4.6)
    for index, (name, judgment) in enumerate(zip(names, judgments)):
        axes.step(
            judgment.alarms,
            judgment.detections,
            where="post",
            color=_LINES[index % len(_LINES)],
            linestyle=("-", "--", ":")[index // len(_LINES) % 3],
            label=f"{name} ({judgment.figures['AUC_PD_PF']:.4f})",
        )
    axes.set(
        xscale="log",
        xlim=(max(judgments[0].alarms[0], 1e-5), 1),
        ylim=(0, 1.02),
        xlabel="false alarms PF",
        ylabel="detections PD",
    )
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", fontsize=8, title="map (AUC_PD_PF)", title_fontsize=8)
    return figure
