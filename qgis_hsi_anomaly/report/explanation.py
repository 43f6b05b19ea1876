"""The report on why objects stand out, as a page and as a table."""

from __future__ import annotations

import csv
import html
import io
from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from ..core.cube import Array, Cube
from ..core.decisions.chosen import read_window
from ..core.decisions.explanation import ExplainedScene, Explanation, Ordinary, Place
from ..core.run import ALONE, Run
from ..style import true_color_bands
from .page import new_figure, page, paragraph, picture, section, table

_OBJECT, _MEAN, _BACKGROUND, _OTHER = "#b5222d", "#e08a2e", "#2a5d8f", "#3c8d5a"
_WIDE_STEP = 2.5
"""Bands this many usual steps apart have a gap between them, which no line crosses."""

_AROUND, _FARTHEST = 20, 100
"""Pixels shown on each side of an object, and at most."""

_FIELDS = (
    *("object", "band", "wavelength_nm", "value", "value_highest"),
    *("background_p05", "background_median", "background_p95"),
    *("contribution", "contribution_highest", "residual_crd", "residual_components"),
)

_READING = (
    "Object is the mean spectrum of an object, highest its pixel of the highest RX score. Rows and columns count "
    "from 0 at the upper left. RX is the squared Mahalanobis distance from the mean of the background, as the "
    "detector RX (global) gives it with its defaults; the contributions of the bands sum to it. A contribution "
    "below 0 says that the band, seen together with the others, is more ordinary than was to be expected; "
    "neighboring bands often share a large positive and a large negative one, and then it is their difference "
    "that stands out. The CRD residual is what is left of the highest pixel when the ring of pixels around it has "
    "represented it, as the detector CRD does with its defaults; the component residual is what the first "
    "principal components of the scene leave (a linear autoencoder). Both are near 0 where the background "
    "explains the spectrum; one that no pixel around it resembles is left nearly whole by CRD."
)


def explanation_report(
    name: str,
    cube: Cube,
    scene: ExplainedScene,
    places: Sequence[Tuple[str, Sequence[Place]]],
    warnings: Sequence[str] = (),
    run: Run = ALONE,
) -> str:
    """Return the html on a scene's explained objects.

    name : of the image. places : name of a score map, and where each object ranks in it. warnings : what is doubtful
    about the scene.
    Raises MissingLibraryError where matplotlib is absent.
    """
    about = (
        f"Image <b>{html.escape(name)}</b>: {cube.bands} bands used, {cube.valid_pixels:,} valid pixels, background "
        f"learned from {int(np.count_nonzero(cube.background)):,}."
    )
    doubts = [section("Doubtful about the scene", *map(paragraph, warnings))] if warnings else []
    sections = [*doubts, section("Objects", _summary(scene, _BandAxis(cube)), paragraph(_READING))]
    if places:
        sections.append(section("Ranks in score maps", _ranks(scene.objects, places)))
    sections += explanation_sections(cube, scene, run)
    return page("Why these objects stand out", about, sections)


def explanation_sections(cube: Cube, scene: ExplainedScene, run: Run = ALONE) -> List[str]:
    """Return the html of a section for each explained object: its spectrum, contributions and residuals."""
    axis = _BandAxis(cube)
    sections = []
    for number, item in enumerate(scene.objects, 1):
        sections.append(_object(item, scene.ordinary, axis))
        run.update(number / len(scene.objects))
    return sections


def explanation_table(cube: Cube, scene: ExplainedScene) -> str:
    """Return the explanations as CSV, a line for each object and band.

    value, contribution : of the object's mean; those of its highest pixel, and what is left of that, stand behind them.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_FIELDS)
    wavelengths = [""] * cube.bands if cube.wavelengths is None else [f"{nm:.6g}" for nm in cube.wavelengths]
    ordinary = scene.ordinary
    for item in scene.objects:
        columns = (
            *(item.mean, item.highest, ordinary.low, ordinary.median, ordinary.high),
            *(item.mean_shares, item.highest_shares, item.ring_residual, item.components_residual),
        )
        for band, values in enumerate(zip(*columns)):
            numbers = [f"{value:.9g}" for value in values]
            writer.writerow([item.name, int(cube.band_numbers[band]), wavelengths[band], *numbers])
    return stream.getvalue()


def band_name(cube: Cube, band: int) -> str:
    """Return what people call a band of a cube, by its place from 0: its number, and its wavelength where known."""
    number = f"band {int(cube.band_numbers[band])}"
    return number if cube.wavelengths is None else f"{number} ({cube.wavelengths[band]:.0f} nm)"


class _BandAxis:
    """Where bands stand in a picture: by wavelength, else by number; and where a line is interrupted.

    At gaps such as those of water vapor, and where a second detector of the instrument begins anew.
    """

    def __init__(self, cube: Cube) -> None:
        known = cube.wavelengths is not None
        self.cube, self.label = cube, "wavelength (nm)" if known else "band"
        places = np.asarray(cube.wavelengths if known else cube.band_numbers, dtype=np.float64)
        order = np.argsort(cube.band_numbers)
        if np.median(np.diff(places[order])) < 0:
            order = order[::-1]
        self.order, self.places = order, places[order]
        steps = np.diff(self.places)
        self.step = float(np.median(np.abs(steps)))
        self.breaks = np.flatnonzero((steps <= 0) | (steps > (_WIDE_STEP * self.step if known else 1))) + 1

    def line(self, values: Array) -> Tuple[Array, Array]:
        """Return x and y of a line through values (bands,), with NaN where it is interrupted."""
        x = np.insert(self.places, self.breaks, np.nan)
        return x, np.insert(np.asarray(values, np.float64)[self.order], self.breaks, np.nan)

    def draw(self, axes: Any, values: Array, color: str, label: Optional[str], width: float = 1.4) -> None:
        """Draw a line; bands that stand alone between two gaps as points."""
        x, y = self.line(values)
        axes.plot(x, y, color=color, label=label, linewidth=width)
        edges = np.concatenate([[0], self.breaks, [len(self.places)]])
        alone = edges[:-1][np.diff(edges) == 1]
        if len(alone):
            shown = np.asarray(values)[self.order][alone]
            axes.plot(self.places[alone], shown, ".", color=color, markersize=4)


def _summary(scene: ExplainedScene, axis: _BandAxis) -> str:
    headings = (
        *("Object", "Pixels", "Highest at row", "column", "RX of highest", "RX of mean"),
        *("CRD of highest", "Strongest bands", "Angle to nearest background"),
    )
    rows = [
        (
            *(item.name, item.pixels, item.row, item.column, item.highest_score, item.mean_score),
            *(item.ring_score, _strongest(item, axis.cube), f"{item.angles[0]:.1f}°"),
        )
        for item in scene.objects
    ]
    return table(rows, headings)


def _strongest(item: Explanation, cube: Cube) -> str:
    return ", ".join(band_name(cube, band) for band in item.strongest)


def _ranks(objects: Sequence[Explanation], places: Sequence[Tuple[str, Sequence[Place]]]) -> str:
    rows: List[Sequence[Any]] = [
        (item.name, *(_rank(found[index]) for _, found in places)) for index, item in enumerate(objects)
    ]
    note = (
        "Rank of each object's highest pixel among all pixels of a map, and the share of pixels that score higher. "
        "Where one map ranks an object far lower than the others, its method does not see it."
    )
    return table(rows, ["Object", *(name for name, _ in places)]) + paragraph(note)


def _rank(place: Place) -> str:
    if not place.pixels:
        return "no score"
    return f"{place.above + 1:,} of {place.pixels:,} ({100 * place.above / place.pixels:.3g} %)"


def _object(item: Explanation, ordinary: Ordinary, axis: _BandAxis) -> str:
    figure = _draw(item, ordinary, axis)
    told = [
        f"{item.pixels:,} pixel{'s' if item.pixels > 1 else ''}. RX {item.highest_score:.4g} at row {item.row}, column "
        f"{item.column}"
        + (f"; {item.mean_score:.4g} for the mean spectrum" if item.pixels > 1 else "")
        + (f". Largest contributions: {_strongest(item, axis.cube)}." if item.strongest else ".")
    ]
    if item.own_in_ring:
        told.append(
            f"{item.own_in_ring} pixels of the object lie in the ring that CRD takes for its background, which makes "
            f"the CRD residual small: the object is larger than CRD's inner window."
        )
    angles = ", ".join(f"{angle:.1f}°" for angle in item.angles)
    told.append(
        f"Nearest of {ordinary.pixels:,} background spectra (all, or a random sample), by spectral angle to the "
        f"{'mean' if item.pixels > 1 else 'pixel'}: {angles}."
    )
    place = picture(f"{item.name} in the image", _draw_place(item, axis.cube))
    drawn = picture(f"{item.name}: spectra, contributions, residuals", figure)
    return section(item.name, *map(paragraph, told), place, drawn)


def _draw_place(item: Explanation, cube: Cube) -> Any:
    """Draw the object, outlined, among the pixels around it: in true color, else the brightness of one band."""
    rows, columns = item.where.rows, item.where.columns
    size = max(int(np.ptp(rows)), int(np.ptp(columns)))
    reach = min(max(_AROUND, size // 2 + 5), _FARTHEST)
    row, column = (int(numbers.min() + numbers.max()) // 2 for numbers in (rows, columns))
    if size > 2 * _FARTHEST:
        row, column = item.row, item.column
    top, bottom = max(row - reach, 0), min(row + reach + 1, cube.rows)
    left, right = max(column - reach, 0), min(column + reach + 1, cube.columns)
    colors = true_color_bands(cube.wavelengths)
    bands = list(colors or (cube.bands // 2,) * 3)
    pixels = read_window(cube, top, bottom, np.arange(left, right))[..., bands]
    valid = cube.valid[top:bottom, left:right]
    low, high = np.quantile(pixels[valid], [0.02, 0.98], axis=0) if valid.any() else (np.zeros(3), np.ones(3))
    shown = np.clip((pixels - low) / np.where(high > low, high - low, 1), 0, 1)
    shown[~valid] = 1
    inside = np.zeros(valid.shape, dtype=bool)
    here = (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)
    inside[rows[here] - top, columns[here] - left] = True
    width = 3.6 * min(1.0, (right - left) / (bottom - top)) + 0.4
    figure, axes = new_figure(width, 3.4 * min(1.0, (bottom - top) / (right - left)) + 0.8)
    extent = (left - 0.5, right - 0.5, bottom - 0.5, top - 0.5)
    axes.imshow(shown, extent=extent, interpolation="nearest")
    _outline(axes, np.pad(inside, 1), top - 1, left - 1)
    axes.set(xlim=extent[:2], ylim=extent[2:], xlabel="column", ylabel="row")
    axes.set_title("True color" if colors else band_name(cube, bands[0]), fontsize=10)
    return figure


def _outline(axes: Any, inside: Array, top: int, left: int) -> None:
    """Draw the borders between pixels (rows, columns) of which one is inside; the first lies at `top` and `left`."""
    below = np.argwhere(inside[1:] != inside[:-1])
    beside = np.argwhere(inside[:, 1:] != inside[:, :-1])
    style = {"colors": "#39d0ff", "linewidths": 1.2}
    axes.hlines(below[:, 0] + top + 0.5, below[:, 1] + left - 0.5, below[:, 1] + left + 0.5, **style)
    axes.vlines(beside[:, 1] + left + 0.5, beside[:, 0] + top - 0.5, beside[:, 0] + top + 0.5, **style)


def _draw(item: Explanation, ordinary: Ordinary, axis: _BandAxis) -> Any:
    figure, (spectra, shares, residuals) = new_figure(9, 8.4, rows=3)
    several = item.pixels > 1
    x, low = axis.line(ordinary.low)
    spectra.fill_between(
        x,
        low,
        axis.line(ordinary.high)[1],
        color=_BACKGROUND,
        alpha=0.18,
        linewidth=0,
        label="5-95 % of the background",
    )
    axis.draw(spectra, ordinary.median, _BACKGROUND, "its median")
    for number, spectrum in enumerate(item.nearest):
        axis.draw(spectra, spectrum, _OTHER, None if number else "nearest of the background", 0.8)
    if several:
        axis.draw(spectra, item.mean, _MEAN, "object, mean")
    axis.draw(spectra, item.highest, _OBJECT, "highest pixel" if several else "pixel")
    spectra.set(ylabel="value in the image", title="Spectrum beside the background")

    shares.bar(
        axis.places,
        item.highest_shares[axis.order],
        0.9 * axis.step,
        color=_OBJECT,
        label="highest pixel" if several else "pixel",
    )
    if several:
        axis.draw(shares, item.mean_shares, _MEAN, "object, mean")
    for place, band in enumerate(item.strongest):
        at = axis.places[np.flatnonzero(axis.order == band)[0]]
        shares.annotate(
            str(place + 1),
            (at, item.highest_shares[band]),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )
    shares.set(
        ylabel="contribution",
        title=f"RX score {item.highest_score:.4g}, band by band: {_numbered(item, axis)}",
    )
    shares.margins(y=0.12)

    axis.draw(residuals, item.ring_residual, _OBJECT, "left by the ring of pixels around it (CRD)")
    axis.draw(residuals, item.components_residual, _BACKGROUND, "left by the principal components")
    residuals.set(
        ylabel="value in the image",
        xlabel=axis.label,
        title="What is left of the highest pixel" if several else "What is left of the pixel",
    )
    margin = 2 * axis.step
    for axes in (spectra, shares, residuals):
        axes.set_xlim(axis.places.min() - margin, axis.places.max() + margin)
        axes.grid(alpha=0.3)
        axes.title.set_fontsize(10)
        # Above the curves: in a row, in room of its own.
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.18 * (high - low))
        axes.legend(fontsize=8, loc="upper center", ncol=5)
    for axes in (shares, residuals):
        axes.axhline(0, color="#1c2330", linewidth=0.6)
    return figure


def _numbered(item: Explanation, axis: _BandAxis) -> str:
    return ", ".join(f"{place} {band_name(axis.cube, band)}" for place, band in enumerate(item.strongest, 1))
