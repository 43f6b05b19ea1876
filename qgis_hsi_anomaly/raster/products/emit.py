"""EMIT L2A reflectance (and L1B radiance): netCDF on the grid of the sensor, with a lookup to the map (GLT).

Structure: EMIT L2A and L1B user guides (NASA/JPL, LP DAAC); masks by their names, which differ by version.
"""

from __future__ import annotations

import os
import re
from functools import partial
from typing import Any, ClassVar, List, Optional, Tuple

import numpy as np

from ...core.cube import Array
from ...core.errors import RasterError
from ..axes import ArrayView, JoinedView
from ..georeference import Georeference, crs_of_text
from .base import CLOUD_MARGIN, Mask, Ortho, Product, ProductReader
from .container import Container, container_of, dataset_of, dtype_of, names_other, opened, view_of
from .files import base_name, beside

_BANDS = "sensor_band_parameters"
_KINDS = {
    "reflectance": ("L2A", "surface reflectance", "1"),
    "radiance": ("L1B", "radiance at the sensor", "uW/cm2/sr/nm"),
}
_MARKS = {
    "cloud flag": "cloud",
    "spectf-cloud flag": "cloud",
    "dilated cloud flag": "cloud",
    "cirrus flag": "cirrus",
    "spacecraft flag": "bad",
}
"""Kinds by the masks' names in lower case. Water, aerosol and vapor are no marks."""
_NAME = re.compile(r"EMIT_L\w+?_(?:RFL|RAD)_\d+_(?P<time>\d{8}T\d{6}).*\.nc$", re.IGNORECASE)


class Emit(ProductReader):
    """The reader."""

    id: ClassVar[str] = "emit"
    label: ClassVar[str] = "EMIT"
    levels: ClassVar[str] = "L2A RFL, L1B RAD"
    give: ClassVar[str] = "`EMIT_L2A_RFL_….nc`"
    spectral: ClassVar[str] = "`sensor_band_parameters`: `wavelengths`, `fwhm`, `good_wavelengths`"
    masked: ClassVar[str] = (
        "`EMIT_L2A_MASK_….nc` of the same time beside it: cloud (the product's own buffer, else grown by 2 pixels), "
        "cirrus, spacecraft as bad"
    )
    place: ClassVar[str] = (
        "scored on the grid of the sensor, each measured pixel once; scores are laid on the map grid by "
        "`location/glt_x`, `glt_y`"
    )
    limits: ClassVar[str] = (
        "Water, aerosol and vapor in the mask file are no marks. L1B names no good wavelengths."
    )
    order: ClassVar[int] = 30

    def recognizes(self, path: str) -> bool:
        """By its groups."""
        container, array = container_of(path)
        if container is None or not container.has(f"{_BANDS}/wavelengths"):
            return False
        own = [name for name in _KINDS if container.has(name)]
        return bool(own) and not names_other(array, *own)

    def open(self, path: str) -> Tuple[Any, Product]:
        """Open the cube, the bands' values, the lookup and the masks."""
        container = opened(path)
        name = next(name for name in _KINDS if container.has(name))
        level, quantity, unit = _KINDS[name]
        wavelengths = container.values(f"{_BANDS}/wavelengths")
        bands = len(wavelengths)
        view = JoinedView(
            (view_of(container, name, "lsb", bands),), tuple((0, band) for band in range(bands))
        )
        rows, columns = view.size
        ortho = _ortho(container, rows, columns)
        nodata = view.views[0].array.GetNoDataValueAsDouble()
        dataset = dataset_of(
            container.path, view, bands, Georeference(columns, rows), -9999.0 if nodata is None else nodata
        )
        unusable = {}
        if container.has(f"{_BANDS}/good_wavelengths"):
            good = container.values(f"{_BANDS}/good_wavelengths")
            unusable = {int(band) + 1: "not a good wavelength" for band in np.flatnonzero(good == 0)}
        masks: List[Mask] = []
        notes: List[str] = []
        mask_file = _mask_file(container.path)
        if mask_file is None:
            notes.append("No EMIT_L2A_MASK file of its time lies beside it: clouds are not left out.")
        else:
            masks = _masks(mask_file, rows, columns)
        notes.append("It is scored on the grid of the sensor; scores are laid on its map grid.")
        return dataset, Product(
            "EMIT",
            level,
            "EMIT",
            quantity,
            unit,
            tuple(filter(None, (container.path, mask_file))),
            wavelengths=wavelengths,
            fwhm=container.values(f"{_BANDS}/fwhm"),
            unusable=unusable,
            masks=tuple(masks),
            ortho=ortho,
            notes=tuple(notes),
        )


def _ortho(container: Container, rows: int, columns: int) -> Ortho:
    """Return the map grid. RasterError where the swath has no lookup to it."""
    for name in ("location/glt_x", "location/glt_y"):
        if not container.has(name):
            raise RasterError(
                f"{container.path} has no geolocation ({name}): scores could not be laid on a map, download it again."
            )
    sizes = [int(dimension.GetSize()) for dimension in container.array("location/glt_x").GetDimensions()]
    geotransform = tuple(container.numbers("geotransform").tolist())
    crs = crs_of_text(str(container.attribute("spatial_ref") or "EPSG:4326"))
    place = Georeference(sizes[1], sizes[0], geotransform, crs)
    return Ortho(place, partial(_lookup, container, rows, columns))


def _lookup(container: Container, rows: int, columns: int) -> Array:
    """Return positions of the measured pixels on the map grid; the file counts from 1, and 0 is none."""
    column, row = (container.values(f"location/glt_{axis}").astype(np.int64) for axis in "xy")
    if column.shape != row.shape or column.max() > columns or row.max() > rows:
        raise RasterError(
            f"The lookup (GLT) in {container.path} leads beyond its {rows} rows and {columns} columns: it is damaged."
        )
    return np.where((column > 0) & (row > 0), (row - 1) * columns + column - 1, -1)


def _mask_file(path: str) -> Optional[str]:
    """Return the mask file of the same time beside an image; None where there is none."""
    name = base_name(path)
    match = _NAME.match(name)
    if match is None:
        return None
    same = re.sub("_L1B_RAD_", "_L2A_MASK_", re.sub("_RFL_", "_MASK_", name))
    found = beside(path, same)
    if found is not None or path.startswith("/vsi"):
        return found
    # Versions of the image and of its mask are counted apart.
    begin, time = "emit_l2a_mask_", match["time"].lower()
    others = sorted(os.listdir(os.path.dirname(path) or "."))
    fitting = [other for other in others if other.lower().startswith(begin) and f"_{time}" in other.lower()]
    return os.path.join(os.path.dirname(path), fitting[-1]) if fitting else None


def _masks(path: str, rows: int, columns: int) -> List[Mask]:
    """Return the marks in a mask file, by their names."""
    container = Container(path)
    names = [name.strip().lower() for name in container.texts(f"{_BANDS}/mask_bands")]
    view = view_of(container, "mask", "lsb", len(names))
    if view.size != (rows, columns):
        raise RasterError(
            f"The mask {path} has {view.size[0]} rows and {view.size[1]} columns, its image {rows} and {columns}: they "
            "are not of one product, download it again."
        )
    buffered = "dilated cloud flag" in names
    return [
        Mask(
            _MARKS[name],
            name,
            partial(_marked, view, band),
            CLOUD_MARGIN if _MARKS[name] == "cloud" and not buffered else 0,
        )
        for band, name in enumerate(names)
        if name in _MARKS
    ]


def _marked(view: ArrayView, band: int) -> Array:
    return np.asarray(view.read(0, view.size[0], [band], dtype_of(view))[:, 0] > 0)
