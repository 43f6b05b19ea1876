"""The report on how many implanted targets were found, as a page and as a table."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import dataclass
from typing import Any, List, Sequence

import numpy as np

from ..core.cube import Array, Cube
from ..core.decisions.recovery import GAP, UNUSUAL, Rate, half_found
from ..core.detectors.base import Detector
from ..core.numerics.sampling import sample_spectra
from .page import new_figure, page, paragraph, picture, section, table

_COLORS = ("#2a5d8f", "#b5222d", "#3c8d5a", "#e08a2e", "#7a4f9a", "#566573")
_MARKERS = "os^Dvp"
_SAMPLE = 2000
_SHOWN = 50
"""Target spectra that a picture can show."""


@dataclass(frozen=True)
class Recovered:
    """What was tried and what was found.

    name : of the image. rate : of false alarms. threshold, flagged : of the scene without implants. cells : counts by
    size and fraction. targets : (n, bands) spectra. chosen : whether the user chose them. runs : of the detector.
    """

    name: str
    detector: Detector
    rate: float
    threshold: float
    flagged: int
    cells: Sequence[Rate]
    targets: Array
    chosen: bool
    runs: int
    least_share: float
    seed: int


def recovery_report(found: Recovered, cube: Cube) -> str:
    """Return the html on what was found. Raises MissingLibraryError where matplotlib is absent."""
    settings = ", ".join(f"{name.rstrip('_')} {value}" for name, value in found.detector.values().items())
    about = (
        f"Image <b>{html.escape(found.name)}</b>, detector <b>{html.escape(found.detector.label)}</b> "
        f"({html.escape(settings)}), false-alarm rate {found.rate:g}."
    )
    rows = [
        (
            f"{cell.size} x {cell.size}",
            f"{cell.fraction:g}",
            cell.implanted,
            cell.found,
            cell.rate,
            f"{cell.interval[0]:.2f} to {cell.interval[1]:.2f}",
        )
        for cell in found.cells
    ]
    heads = ("size in pixels", "fraction", "implanted", "found", "rate", "95 % interval")
    return page(
        "How small a target would have been found",
        about,
        [
            section(
                "In short",
                *(paragraph(sentence) for sentence in _in_short(found)),
                picture("Share of targets found, by size and fraction", _draw_cells(found.cells)),
            ),
            section(
                "Against the fraction", picture("Share found against fraction", _draw_curves(found.cells))
            ),
            section("What was implanted", paragraph(_targets(found)), _spectra(found, cube)),
            section("How it was done", *(paragraph(part) for part in _method(found, cube))),
            section("Figures", table(rows, heads)),
        ],
    )


def recovery_table(cells: Sequence[Rate]) -> str:
    """Return the counts as CSV, a line for each size (pixels along the side) and fraction."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("size", "fraction", "implanted", "found", "rate", "low", "high"))
    for cell in cells:
        low, high = cell.interval
        shares = (f"{share:.6g}" for share in (cell.rate, low, high))
        writer.writerow((cell.size, f"{cell.fraction:.6g}", cell.implanted, cell.found, *shares))
    return stream.getvalue()


def _in_short(found: Recovered) -> List[str]:
    sentences = []
    for size in sorted({cell.size for cell in found.cells}):
        smallest = half_found(found.cells, size)
        tried = [cell.fraction for cell in found.cells if cell.size == size]
        found_at = [f"{cell.fraction:g}" for cell in found.cells if cell.size == size and cell.rate >= 0.5]
        if smallest is None and found_at:
            said = (
                f"half of the targets are found at fraction {', '.join(found_at)}, but not at {max(tried):g}"
            )
        elif smallest is None:
            said = f"at no fraction up to {max(tried):g} are half of the targets found"
        elif smallest <= min(tried):
            said = f"at least half of the targets are found at every fraction from {smallest:g}"
        else:
            said = f"half of the targets are found from a fraction of about {smallest:.2g}"
        sentences.append(f"{size} x {size} {'pixel' if size == 1 else 'pixels'}: {said}.")
    return sentences


def _targets(found: Recovered) -> str:
    if found.chosen:
        return f"The spectra of {len(found.targets)} pixels of the objects that were chosen, each as it was measured."
    return (
        f"{len(found.targets)} spectra of the scene itself: unusual and mutually different ones of the "
        f"{100 * UNUSUAL:g} % of pixels that global RX ranks highest. So the rates are those of targets as unusual as "
        "the strangest surfaces that are in this scene already. On labeled scenes such spectra were found more often "
        "than the purest pixels of the labeled anomalies: by 0 to 16 targets in a hundred, depending on the detector, "
        "at a rate of 0.001, and by 0 to 24 at 0.01, most with RX, which chose them. A material of interest may stand "
        "out more or less: give its pixels to know."
    )


def _method(found: Recovered, cube: Cube) -> List[str]:
    implanted = sum(cell.implanted for cell in found.cells)
    some = (
        "one pixel"
        if not found.least_share
        else f"one pixel, and {100 * found.least_share:g} % of its pixels,"
    )
    mixing = (
        f"{implanted} square targets were mixed into the scene in {found.runs} runs: each of its pixels x became "
        "(1 - fraction) x + fraction t, with one spectrum t a target. No noise was added: t has the noise it was "
        "measured with, and a pixel that is mixed half and half has somewhat less noise than a measured one, which "
        f"makes the rates slightly cautious. Places were drawn at random (seed {found.seed}) among background pixels "
        f"that are not flagged in the scene as it is, at least {GAP} pixels apart in a run."
    )
    counting = (
        f"In each run the detector learned anew, targets included. A target counts as found when {some} lies above "
        f"the threshold. The threshold is that of the same run at a false-alarm rate of {found.rate:g}, by a fit of "
        "the tail of the scores away from the implants, or by their quantile where a fit is not possible: as if "
        "somebody had thresholded the scene with the target in it. The scene without implants has a threshold of "
        f"{found.threshold:.6g}; {found.flagged:,} of its {cube.valid_pixels:,} valid pixels lie above it."
    )
    limits = (
        "The intervals are Wilson's, for the number of implants; they say nothing of how these targets differ from "
        "real ones. Real targets have edges, shadows and turns: take the rates as the best case. Where large targets "
        "are found less often than small ones, they have become background: they weigh in what the detector learns, "
        "or reach into their own surroundings. Wider windows, more neighbors or a larger scene help then."
    )
    return [mixing, counting, limits]


def _draw_cells(cells: Sequence[Rate]) -> Any:
    sizes = sorted({cell.size for cell in cells})
    fractions = sorted({cell.fraction for cell in cells})
    shares = np.full((len(sizes), len(fractions)), np.nan)
    figure, axes = new_figure(max(4.0, 1.6 + 1.0 * len(fractions)), max(2.2, 1.2 + 0.6 * len(sizes)))
    for cell in cells:
        place = sizes.index(cell.size), fractions.index(cell.fraction)
        shares[place] = cell.rate
        color = "white" if cell.rate > 0.55 else "#1c2330"
        axes.text(place[1], place[0], f"{100 * cell.rate:.0f} %", ha="center", va="center", color=color)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(fractions)))
    axes.set_xticklabels([f"{fraction:g}" for fraction in fractions])
    axes.set_yticks(range(len(sizes)))
    axes.set_yticklabels([f"{size} x {size}" for size in sizes])
    axes.set(xlabel="fraction of each pixel", ylabel="size, pixels", title="Share of targets found")
    return figure


def _draw_curves(cells: Sequence[Rate]) -> Any:
    figure, axes = new_figure(7, 4.2)
    sizes = sorted({cell.size for cell in cells})
    for number, size in enumerate(sizes):
        row = [cell for cell in cells if cell.size == size]
        # Slightly apart, so that intervals do not cover each other.
        places = np.array([cell.fraction for cell in row]) * 1.025 ** (number - (len(sizes) - 1) / 2)
        values = np.array([cell.rate for cell in row])
        bounds = np.array([cell.interval for cell in row]).T
        spread = np.maximum([values - bounds[0], bounds[1] - values], 0)
        axes.errorbar(
            places,
            values,
            yerr=spread,
            color=_COLORS[number % len(_COLORS)],
            marker=_MARKERS[number % len(_MARKERS)],
            markersize=5,
            capsize=2.5,
            linewidth=1.4,
            elinewidth=0.9,
            label=f"{size} x {size}",
        )
    fractions = sorted({cell.fraction for cell in cells})
    axes.set_xscale("log")
    axes.set_xticks(fractions)
    axes.set_xticklabels([f"{fraction:g}" for fraction in fractions])
    axes.minorticks_off()
    axes.axhline(0.5, color="#99a", linewidth=0.8, linestyle="--")
    axes.set(ylim=(-0.03, 1.03), xlabel="fraction of each pixel", ylabel="share found, 95 % interval")
    axes.grid(alpha=0.3)
    axes.legend(title="pixels", loc="upper left")
    return figure


def _spectra(found: Recovered, cube: Cube) -> str:
    ordinary = sample_spectra(cube, _SAMPLE)
    low, middle, high = np.percentile(ordinary, [5, 50, 95], axis=0)
    along = cube.band_numbers if cube.wavelengths is None else cube.wavelengths
    order = np.argsort(along, kind="stable")
    figure, axes = new_figure(7, 4.2)
    axes.fill_between(
        along[order], low[order], high[order], color="#2a5d8f", alpha=0.2, label="background, 5-95 %"
    )
    axes.plot(along[order], middle[order], color="#2a5d8f", linewidth=1.4, label="background, median")
    for number, spectrum in enumerate(found.targets[:_SHOWN]):
        name = "targets" if number == 0 else None
        axes.plot(along[order], spectrum[order], color="#b5222d", linewidth=0.6, alpha=0.7, label=name)
    axes.set(
        xlabel="band" if cube.wavelengths is None else "wavelength, nm", ylabel="value in the file's unit"
    )
    axes.grid(alpha=0.3)
    axes.legend(loc="upper right")
    return picture("Spectra of the implanted targets beside the background", figure)
