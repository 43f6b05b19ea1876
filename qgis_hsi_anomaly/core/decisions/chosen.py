"""Pixels that somebody chose, as objects on an image's grid."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass
from typing import Iterator, List, Sequence, Tuple, TypeVar

import numpy as np

from ..cube import Array, Cube
from ..errors import DataError, ParameterError
from ..run import ALONE, Run

C = TypeVar("C", bound=Cube)


@dataclass(frozen=True)
class Chosen:
    """Some pixels that are looked at as one. name : for people. rows, columns : (n,) int, counted from 0."""

    name: str
    rows: Array
    columns: Array

    def among(self, mask: Array) -> Chosen:
        """Return those of the pixels where a mask, (rows, columns) bool, is True."""
        kept = mask[self.rows, self.columns]
        return Chosen(self.name, self.rows[kept], self.columns[kept])


def need_some(who: str, objects: str, pixels: Sequence[str]) -> None:
    """Raise ParameterError, naming `who`, where neither a file of objects nor pixels are given."""
    if not objects and not pixels:
        raise ParameterError(
            f"{who}: nothing is chosen: give OBJECTS (polygons or points) or PIXELS (ROW,COLUMN)."
        )


def single_pixels(texts: Sequence[str], rows: int, columns: int) -> List[Chosen]:
    """Return pixels of an image of so many rows and columns from texts ROW,COLUMN, counted from 0.

    Raises ParameterError for what is no such text, or lies outside.
    """
    found = []
    for text in texts:
        match = re.fullmatch(r"(\d{1,9}),(\d{1,9})", text)
        if match is None:
            raise ParameterError(f"PIXELS must be ROW,COLUMN, several divided by blanks; got {text!r}.")
        row, column = int(match[1]), int(match[2])
        if row >= rows or column >= columns:
            raise ParameterError(
                f"PIXELS: {text} lies outside the image, whose rows count from 0 to {rows - 1} and columns from 0 "
                f"to {columns - 1}."
            )
        found.append(Chosen(f"Pixel {row},{column}", np.array([row]), np.array([column])))
    return found


def with_data(chosen: Sequence[Chosen], cube: Cube, run: Run = ALONE) -> List[Chosen]:
    """Return the objects without the pixels that are not valid; those that have no other are named in a warning.

    Raises DataError where nothing is left.
    """
    found = [item.among(cube.valid) for item in chosen]
    empty = [item.name for item in found if not len(item.rows)]
    if len(empty) == len(found):
        raise DataError("None of the chosen objects holds a pixel that is valid in every band used.")
    if empty:
        shown = ", ".join(empty[:5]) + (f" and {len(empty) - 5} more" if len(empty) > 5 else "")
        run.warning(f"Left out, because they hold no valid pixel: {shown}.")
    return [item for item in found if len(item.rows)]


def without(cube: C, chosen: Sequence[Chosen], margin: int = 0) -> C:
    """Return the cube with a background that the objects, and pixels up to `margin` from them, are no part of.

    Raises DataError where fewer than two background pixels are left.
    """
    background = cube.background.copy()
    for item in chosen:
        for down in range(-margin, margin + 1):
            for across in range(-margin, margin + 1):
                rows, columns = item.rows + down, item.columns + across
                background[rows.clip(0, cube.rows - 1), columns.clip(0, cube.columns - 1)] = False
    if np.count_nonzero(background) < 2:
        raise DataError(
            "The chosen objects leave fewer than 2 background pixels: choose fewer or smaller ones."
        )
    other = copy(cube)
    other.background = background
    return other


def walk(cube: Cube, chosen: Sequence[Chosen], run: Run = ALONE) -> Iterator[Tuple[int, Array, Array, Array]]:
    """Yield the objects' pixels while the rows that hold them are read once, a block at a time.

    Yields an object's place in `chosen`, rows (n,), columns (n,) and spectra (n, bands) float32.
    """
    firsts, lasts = (np.array([edge(item.rows) for item in chosen]) for edge in (np.min, np.max))
    height = cube.block_height()
    for start in range(0, cube.rows, height):
        stop = min(start + height, cube.rows)
        here = np.flatnonzero((firsts < stop) & (lasts >= start))
        if len(here):
            low, high = max(firsts[here].min(), start), min(lasts[here].max() + 1, stop)
            pixels = cube.read_rows(int(low), int(high))
            for index in here:
                item = chosen[index]
                inside = (item.rows >= low) & (item.rows < high)
                rows, columns = item.rows[inside], item.columns[inside]
                if len(rows):
                    yield int(index), rows, columns, pixels[rows - low, columns]
        run.update(stop / cube.rows)


def read_window(cube: Cube, top: int, bottom: int, columns: Array) -> Array:
    """Return rows [top, bottom) of some columns (n,), (rows, n, bands) float32, read a block at a time."""
    height = cube.block_height()
    parts = [
        cube.read_rows(start, min(start + height, bottom))[:, columns] for start in range(top, bottom, height)
    ]
    return np.concatenate(parts)


def mean_spectra(cube: Cube, chosen: Sequence[Chosen], run: Run = ALONE) -> Array:
    """Return the mean spectrum of each object, (n_objects, bands) float64."""
    sums = np.zeros((len(chosen), cube.bands))
    for index, _, _, spectra in walk(cube, chosen, run):
        sums[index] += spectra.sum(axis=0, dtype=np.float64)
    return np.asarray(sums / np.array([[len(item.rows)] for item in chosen]))
