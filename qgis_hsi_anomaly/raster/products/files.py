"""The files that a product consists of: found beside each other, read safely."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Optional
from xml.parsers import expat

import numpy as np
from osgeo import gdal

from ...core.cube import Array
from ...core.errors import RasterError
from ..dataset import as_text, open_dataset
from ..rows import RasterRows

_LARGEST = 64 * 2**20
"""Bytes of a metadata file that are read at most."""


def match_name(pattern: re.Pattern[str], path: str) -> re.Match[str]:
    """Return how the name of a file, without its folder, matches. RasterError where it does not."""
    match = pattern.match(base_name(path))
    if match is None:
        raise RasterError(f"{path} is not named as its product is.")
    return match


def base_name(path: str) -> str:
    """Return the name of a file without its folder, of any system."""
    return re.split(r"[\\/]", path)[-1]


def beside(path: str, *names: str) -> Optional[str]:
    """Return the first of some names that lies in the folder of a file, in upper or lower case; None for none."""
    folder = os.path.dirname(path)
    if path.startswith("/vsi"):
        candidates = [f"{folder}/{name}" for name in names]
        return next((name for name in candidates if gdal.VSIStatL(name) is not None), None)
    try:
        listed = {name.lower(): name for name in sorted(os.listdir(folder or "."), reverse=True)}
    except OSError:
        return None
    found = next((listed[name.lower()] for name in names if name.lower() in listed), None)
    return os.path.join(folder, found) if found is not None else None


def content(path: str) -> str:
    """Return the text of a file. Raises RasterError where it cannot be read, or is far too large."""
    stream = gdal.VSIFOpenL(path, "rb")
    if stream is None:
        raise RasterError(f"{path} cannot be read: check its permissions.")
    try:
        raw = bytes(gdal.VSIFReadL(1, _LARGEST + 1, stream) or b"")
    finally:
        gdal.VSIFCloseL(stream)
    if len(raw) > _LARGEST:
        raise RasterError(f"{path} is too large to be metadata: more than {_LARGEST // 2**20} MiB.")
    return as_text(raw)


@dataclass
class Element:
    """An element of an XML file: its name without a prefix, attributes, text and children."""

    name: str
    attributes: Dict[str, str]
    text: str = ""
    children: List[Element] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[Element]:
        """Yield the elements of some names, compared in lower case, at any depth, in the file's order."""
        for child in self.children:
            if child.name.lower() in names:
                yield child
            yield from child.all(*names)

    def first(self, *names: str) -> Optional[Element]:
        """Return the first element of some names, compared in lower case, at any depth."""
        return next(self.all(*names), None)

    def value(self, *names: str) -> str:
        """Return the text of the first element of some names; empty where there is none."""
        found = self.first(*names)
        return found.text.strip() if found is not None else ""

    def number(self, *names: str) -> float:
        """Return the number in the first element of some names; NaN where there is none."""
        try:
            return float(self.value(*names) or "nan")
        except ValueError:
            return float("nan")


def read_xml(path: str) -> Element:
    """Return the root of an XML file. Raises RasterError where it is none, or declares a document type.

    Entities, with which a small file can grow to any size or read others, need a document type: it is refused.
    """
    root = Element("", {})
    open_elements = [root]

    def start(name: str, attributes: Dict[str, str]) -> None:
        element = Element(name.rpartition(":")[2], attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(name: str) -> None:
        open_elements.pop()

    def data(text: str) -> None:
        open_elements[-1].text += text

    def refuse(*_: object) -> None:
        raise RasterError(f"{path} declares a document type, which no metadata needs: it is not read.")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = refuse
    text = re.sub(
        r"^\ufeff?\s*<\?xml[^>]*\?>", "", content(path)
    )  # it is text by now, whatever it was encoded in
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, RecursionError) as error:
        raise RasterError(f"{path} is not XML that can be read: {error}.") from error
    return root.children[0]


def read_layer(path: str, rows: int, columns: int, number: int = 1) -> Array:
    """Return a band of a mask that belongs to an image of so many rows and columns, as the file stores it.

    Raises RasterError where it has another size.
    """
    dataset = open_dataset(path)
    if (dataset.RasterYSize, dataset.RasterXSize) != (rows, columns):
        raise RasterError(
            f"The mask {path} has {dataset.RasterYSize} rows and {dataset.RasterXSize} columns, its image {rows} and "
            f"{columns}: they are not of one product, download it again."
        )
    if number > dataset.RasterCount:
        raise RasterError(f"The mask {path} has {dataset.RasterCount} bands, band {number} is needed.")
    return RasterRows(dataset, path, [number]).read(0, rows)[:, 0]


def zero_throughout(dataset: object, path: str, numbers: List[int]) -> Array:
    """Return the pixels that are 0 in all of some bands, (rows, columns) bool."""
    source = RasterRows(dataset, path, numbers)
    found = np.empty((source.rows, source.columns), dtype=bool)
    for start, stop in source.spans(0, source.rows, 2**26):
        found[start:stop] = ~source.read(start, stop).any(axis=1)
    return found
