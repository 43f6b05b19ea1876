"""What an image was understood as, before anything is made from it."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, ClassVar, Dict, List, Sequence, Tuple

import numpy as np

from ..core.bands import numbers_text
from ..core.masks import KINDS
from ..core.parameters import allow, image, output
from ..core.run import ALONE, Run
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.description import describe_image
from ..raster.reader import open_cube
from ..record import json_text
from ..report.page import new_figure, page, paragraph, picture, section, table
from ..style.true_color import CUT, true_color_bands
from .base import Heading, Tool

_PICTURE = 700
"""Pixels of the picture's longer side, at most."""


@dataclass(frozen=True)
class Describe(Tool):
    """Product, bands, masks and grid of an image."""

    id: ClassVar[str] = "describe"
    label: ClassVar[str] = "Describe an image"
    group: ClassVar[Heading] = Heading.DATA
    order: ClassVar[int] = 5
    page: ClassVar[str] = "products"
    icon: ClassVar[str] = "environment"
    keywords: ClassVar[Sequence[str]] = (
        *("product", "metadata", "wavelength", "mask", "cloud", "EnMAP", "PRISMA", "EMIT"),
        *("Tanager", "DESIS", "NEON", "AVIRIS", "Wyvern", "Pixxel"),
    )
    summary: ClassVar[str] = (
        "Tells what an image was understood as: product and sensor, size, bands and wavelengths, bands that are left "
        "out and why, how many pixels each mask takes, and where it lies. Run it first on a file of a new kind: all "
        "other tools read it in the same way."
    )
    returns: ClassVar[Dict[str, str]] = {
        "ROWS": "Rows",
        "COLUMNS": "Columns",
        "BANDS": "Bands in the file",
        "BANDS_USED": "Bands used",
        "VALID_PIXELS": "Valid pixels",
    }
    texts: ClassVar[Dict[str, str]] = {"TEXT": "What was understood"}

    input: str = image()
    allow: Tuple[str, ...] = allow()
    report: str = output(
        "file",
        "Report",
        "The same as a page, with the image in true color where its wavelengths allow (needs matplotlib).",
        extensions=(".html",),
        optional=True,
    )
    facts: str = output(
        "file", "Facts", "The same as JSON, with every band.", extensions=(".json",), optional=True
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Read the image once, and write what is wanted."""
        outputs = Outputs([self.input])
        if self.report:
            outputs.claim(self.report, "html")
        if self.facts:
            outputs.claim(self.facts, "table")
        found = describe_image(self.input, self.allow, run.part(0.0, 0.8))
        with outputs:
            if self.report:
                outputs.write(self.report, self._page(found, run.part(0.8, 1.0)).encode())
            if self.facts:
                outputs.write(self.facts, (json_text(found, indent=2) + "\n").encode())
            run.update(1.0)
        counted = {name: found[name.lower()] for name in self.returns}
        return {**found, **counted, "TEXT": _text(found)}

    @classmethod
    def show(cls, answer: Dict[str, Any]) -> str:
        """Return what was understood, as lines."""
        return str(answer["TEXT"])

    def _page(self, found: Dict[str, Any], run: Run) -> str:
        """Return the report."""
        lines = [(name, value) for name, value in _lines(found) if name]
        parts = [section("What was understood", table(lines))]
        parts += [paragraph(sentence) for sentence in (*found["warnings"], *found["notes"])]
        shown = self._picture(found, run)
        if shown:
            parts.insert(1, section("True color", shown))
        bands = [
            (
                band["number"],
                "" if band["wavelength_nm"] is None else f"{band['wavelength_nm']:.2f}",
                "" if band["fwhm_nm"] is None else f"{band['fwhm_nm']:.2f}",
                "used" if band["used"] else band["reason"],
            )
            for band in found["band_table"]
        ]
        parts.append(section("Bands", table(bands, ("Band", "Wavelength, nm", "FWHM, nm", ""))))
        return page("Description of an image", f"{html.escape(found['input'])}.", parts)

    def _picture(self, found: Dict[str, Any], run: Run) -> str:
        """Return the image in true color as html; empty where it has none."""
        centers = [band["wavelength_nm"] if band["used"] else None for band in found["band_table"]]
        chosen = true_color_bands(np.array([np.nan if value is None else value for value in centers]))
        if chosen is None:
            return ""
        numbers = [position + 1 for position in chosen]
        cube = open_cube(self.input, numbers, allow=tuple(KINDS), run=Run(is_cancelled=run.is_cancelled))
        step = -(-max(cube.rows, cube.columns) // _PICTURE)
        rows = []
        for row in range(0, cube.rows, step):
            rows.append(cube.read_rows(row, row + 1)[0, ::step])
            run.update((row + 1) / cube.rows)
        pixels, valid = np.stack(rows), cube.valid[::step, ::step]
        low, high = np.quantile(pixels[valid], CUT, axis=0)
        colors = np.clip((pixels - low) / np.where(high > low, high - low, 1), 0, 1)
        colors[~valid] = 1
        figure, axes = new_figure(6, max(1.5, 6 * cube.rows / cube.columns))
        axes.imshow(colors, interpolation="nearest")
        axes.set_axis_off()
        nanometers = ", ".join(f"{centers[position]:.0f}" for position in chosen)
        text = f"Red, green and blue are the bands at {nanometers} nm, as measured; white is without data."
        return picture(text, figure) + paragraph(text)


def _lines(found: Dict[str, Any]) -> List[Tuple[str, str]]:
    """Return what was understood as names and texts."""
    grid = found["grid"]
    lines = [("Product", found["product"] or f"none that is known; a raster ({found['format']})")]
    if found["sensor"]:
        lines.append(("Sensor", found["sensor"]))
    if found["quantity"]:
        unit = "" if found["unit"] == "1" else f", {found['unit']}"
        lines.append(("Values", f"{found['quantity']}{unit}"))
    lines += [("Files" if not index else "", file) for index, file in enumerate(found["files"])]
    lines.append(("Size", f"{found['rows']} rows, {found['columns']} columns, {found['bands']} bands"))
    lines.append(("Wavelengths", _wavelengths(found)))
    lines.append(("Bands used", f"{found['bands_used']} of {found['bands']}"))
    reasons: Dict[str, List[int]] = {}
    for number, reason in found["dropped_bands"].items():
        reasons.setdefault(reason, []).append(int(number))
    lines += [("", f"not used, {reason}: {numbers_text(numbers)}") for reason, numbers in reasons.items()]
    lines.append(
        (
            "Without data",
            _pixels(found["pixels_without_data"], found["pixels_without_data"] / found["pixels"]),
        )
    )
    for index, mask in enumerate(found["masks"]):
        source = f" [{mask['source']}]" if mask["source"] else ""
        name = "Masks" if not index else ""
        lines.append((name, f"{KINDS[mask['kind']]}: {_pixels(mask['pixels'], mask['share'])}{source}"))
    if not found["masks"]:
        lines.append(("Masks", "none"))
    if found["masks_let_in"]:
        lines.append(("", f"let in: {', '.join(found['masks_let_in'])}"))
    lines.append(("Valid", _pixels(found["valid_pixels"], found["valid_pixels"] / found["pixels"])))
    lines.append(("CRS", grid["crs"] or "none"))
    lines.append(("Grid", _place(found, grid)))
    if grid["corners_longitude_latitude"] is not None:
        (west, north), _, (east, south), _ = grid["corners_longitude_latitude"]
        lines.append(("Corners", f"{north:.5f}, {west:.5f} to {south:.5f}, {east:.5f} (latitude, longitude)"))
    return lines


def _pixels(count: int, share: float) -> str:
    pixels = "1 pixel" if count == 1 else f"{count} pixels"
    return f"{pixels} ({share:.1%})"


def _wavelengths(found: Dict[str, Any]) -> str:
    if found["wavelengths_nm"] is None:
        return "not known"
    low, high = found["wavelengths_nm"]
    width = "" if found["median_fwhm_nm"] is None else f", FWHM about {found['median_fwhm_nm']:.1f} nm"
    return f"{low:.1f} to {high:.1f} nm{width}"


def _place(found: Dict[str, Any], grid: Dict[str, Any]) -> str:
    if grid["geotransform"] is None:
        points = grid["ground_control_points"]
        return f"{points} ground control points" if points else "rows and columns, without a place"
    across, down = grid["pixel_size"]
    left, _, turned, top, tilted, _ = grid["geotransform"]
    text = f"pixels of {across:g} x {down:g}, upper left corner at {left:.10g}, {top:.10g}"
    if turned or tilted:
        text += ", turned"
    if found["scored_on"] == "the grid of the sensor":
        text = f"{grid['rows']} x {grid['columns']} {text}; scored on the grid of the sensor, scores laid on this one"
    return text


def _text(found: Dict[str, Any]) -> str:
    lines = [f"{name:14}{value}" for name, value in _lines(found)]
    lines += [f"Warning: {sentence}" for sentence in found["warnings"]]
    return "\n".join([*lines, *found["notes"]])
