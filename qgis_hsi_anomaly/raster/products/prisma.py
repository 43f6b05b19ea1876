"""PRISMA L2D: HDF-EOS5 with a cube of each detector, their bands descending, on a UTM grid.

Structure: PRISMA products specification (ASI), and what public readers (prismaread, SNAP's, EnMAP-Box) make of it.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, List, Sequence, Tuple

import numpy as np

from ...core.cube import Array
from ...core.errors import RasterError
from ..axes import ArrayView, JoinedView
from ..georeference import Georeference, crs_of_text
from .base import BandFlags, Mask, Product, ProductReader, leave_out_overlap
from .container import Container, container_of, dataset_of, names_other, opened, view_of
from .files import zero_throughout

_SWATHS = "HDFEOS/SWATHS"
_FULL_SCALE = 65535.0
_FLAGS = {"bad": (1, 2), "saturated": (3, 256)}
"""Codes of the error matrices: 0 good, 1 invalid, 2 negative, 3 saturated; older descriptions have 4 for that."""


class Prisma(ProductReader):
    """The reader."""

    id: ClassVar[str] = "prisma"
    label: ClassVar[str] = "PRISMA"
    levels: ClassVar[str] = "L2D"
    give: ClassVar[str] = "`PRS_L2D_….he5`"
    spectral: ClassVar[str] = (
        "`List_Cw_…`, `List_Fwhm_…`: 0 is no band; bands numbered VNIR first, ascending; of the overlap the SWIR bands "
        "are kept; scale by `L2Scale…Min` and `Max`"
    )
    masked: ClassVar[str] = (
        "0 in all bands is nodata; `…_PIXEL_L2_ERR_MATRIX`: invalid is bad, saturated; negative stays in. Bands marked "
        "in more than 5 % of the pixels are left out instead"
    )
    place: ClassVar[str] = (
        "`Epsg_Code`, corner eastings and northings (pixel centers); rows are the axis along which `Latitude` changes"
    )
    limits: ClassVar[str] = "The product has no mask of clouds. Levels L1, L2B and L2C are refused."
    order: ClassVar[int] = 20

    def recognizes(self, path: str) -> bool:
        """By its swaths' names."""
        container, array = container_of(path)
        if container is None:
            return False
        swaths = [name for name in container.groups(_SWATHS) if name.startswith("PRS_")]
        return bool(swaths) and not names_other(
            array, *(_cube(swath, name) for swath in swaths for name in ("VNIR", "SWIR"))
        )

    def open(self, path: str) -> Tuple[Any, Product]:
        """Join the cubes of both detectors."""
        container = opened(path)
        swath = "PRS_L2D_HCO"
        swaths = container.groups(_SWATHS)
        if swath not in swaths:
            level = next((name.split("_")[1] for name in swaths if name.startswith("PRS_")), "unknown")
            raise RasterError(
                f"{container.path} is of the processing level {level}, of PRISMA L2D is read: order that."
            )
        lists = [_band_list(container, name) for name in ("Vnir", "Swir")]
        axes = _axes(container, swath)
        detectors = ("VNIR", "SWIR")
        view = _joined(container, [_cube(swath, name) for name in detectors], axes, lists)
        rows, columns = view.size
        wavelengths = np.concatenate([cw[::-1] for cw, _ in lists])
        wavelengths[wavelengths <= 0] = np.nan
        first = len(lists[0][0])
        unusable = {int(index) + 1: "not measured" for index in np.flatnonzero(np.isnan(wavelengths))}
        twice, sentence = leave_out_overlap(container.path, wavelengths[:first], wavelengths[first:])
        unusable.update({int(index) + 1: "measured by both detectors" for index in np.flatnonzero(twice)})
        bounds = [
            (container.number(f"L2Scale{name}Min"), container.number(f"L2Scale{name}Max"))
            for name in ("Vnir", "Swir")
        ]
        repeats = [first, len(wavelengths) - first]
        place = _georeference(container, swath, axes, rows, columns)
        dataset = dataset_of(container.path, view, len(wavelengths), place, None)
        present = [int(number) + 1 for number in np.flatnonzero(np.isfinite(wavelengths))]
        nodata = partial(zero_throughout, dataset, container.path, present)
        matrices = [_field(swath, f"{name}_PIXEL_L2_ERR_MATRIX") for name in detectors]
        flags, notes = None, [sentence] if sentence else []
        if all(container.has(name) for name in matrices):
            marks = _joined(container, matrices, axes, lists)
            if marks.size != view.size:
                raise RasterError(
                    f"The error matrix in {container.path} has {marks.size[0]} rows and {marks.size[1]} columns, its "
                    f"image {rows} and {columns}: it is damaged, download it again."
                )
            flags = BandFlags("PIXEL_L2_ERR_MATRIX", partial(_codes, marks), _FLAGS)
        else:
            notes.append("It holds no error matrices: saturated and bad values are not left out.")
        notes.append(
            "PRISMA L2D has no mask of clouds: give a BACKGROUND region, or look at the brightest objects first."
        )
        return dataset, Product(
            "PRISMA",
            "L2D",
            "PRISMA",
            "surface reflectance",
            "1",
            (container.path,),
            wavelengths=wavelengths,
            fwhm=np.concatenate([fwhm[::-1] for _, fwhm in lists]),
            unusable=unusable,
            scale=np.repeat([(high - low) / _FULL_SCALE for low, high in bounds], repeats),
            offset=np.repeat([low for low, _ in bounds], repeats),
            masks=(Mask("nodata", "0 in all bands", nodata),),
            flags=flags,
            notes=tuple(notes),
        )


def _field(swath: str, name: str) -> str:
    return f"{_SWATHS}/{swath}/Data Fields/{name}"


def _cube(swath: str, detector: str) -> str:
    return _field(swath, f"{detector}_Cube")


def _band_list(container: Container, detector: str) -> Tuple[Array, Array]:
    """Return wavelengths and widths in the file's order, 0 where there is no band."""
    centers = container.numbers(f"List_Cw_{detector}").copy()
    widths = container.numbers(f"List_Fwhm_{detector}")
    if len(widths) != len(centers):
        raise RasterError(
            f"{container.path} lists {len(centers)} wavelengths of {detector} and {len(widths)} widths: it is damaged."
        )
    if container.attribute(f"List_Cw_{detector}_Flags") is not None:
        there = container.numbers(f"List_Cw_{detector}_Flags")
        centers[: len(there)][there == 0] = 0
    return centers, widths


def _axes(container: Container, swath: str) -> str:
    """Return the order of the cubes' axes: rows are along the axis on which the latitude changes most."""
    name = f"{_SWATHS}/{swath}/Geolocation Fields/Latitude"
    if not container.has(name):
        raise RasterError(
            f"{container.path} has no geolocation ({name}), which tells its rows from its columns: download it again."
        )
    latitude = container.values(name)
    known = np.where(latitude == 0, np.nan, latitude)  # padding has none
    steps = [np.abs(np.nanmedian(np.diff(known, axis=axis))) for axis in (0, 1)]
    return "lbs" if steps[0] >= steps[1] else "sbl"


def _joined(
    container: Container, names: Sequence[str], axes: str, lists: Sequence[Tuple[Array, Array]]
) -> JoinedView:
    """Join an array of each detector, whose bands descend, into one whose bands ascend within a detector."""
    views: List[ArrayView] = []
    places: List[Tuple[int, int]] = []
    for number, (name, (centers, _)) in enumerate(zip(names, lists)):
        views.append(view_of(container, name, axes, len(centers)))
        places += [(number, band) for band in reversed(range(len(centers)))]
    if views[0].size != views[1].size:
        raise RasterError(
            f"The detectors in {container.path} have {views[0].size} and {views[1].size} rows and columns: it is "
            "damaged."
        )
    return JoinedView(tuple(views), tuple(places))


def _codes(marks: JoinedView, start: int, stop: int, numbers: Sequence[int]) -> Array:
    return marks.read(start, stop, [number - 1 for number in numbers], np.dtype("u1"))


def _georeference(container: Container, swath: str, axes: str, rows: int, columns: int) -> Georeference:
    """Return the place from the centers of the corner pixels; the row order as the latitude has it."""
    east = [container.number(f"Product_{corner}corner_easting") for corner in ("UL", "UR")]
    north = [container.number(f"Product_{corner}corner_northing") for corner in ("UL", "LL")]
    across = (max(east) - min(east)) / max(columns - 1, 1)
    down = (max(north) - min(north)) / max(rows - 1, 1)
    if not (across > 0 and down > 0 and 0.9 < across / down < 1.1):
        raise RasterError(
            f"The corners in {container.path} do not suit its {rows} rows and {columns} columns, pixels would be "
            f"{across:g} x {down:g}: it is damaged, or of another version."
        )
    latitude = container.values(f"{_SWATHS}/{swath}/Geolocation Fields/Latitude")
    latitude = latitude if axes == "lbs" else latitude.T
    known = np.where(latitude == 0, np.nan, latitude)
    from_south = np.nanmedian(np.diff(known, axis=0)) > 0
    top = min(north) - down / 2 if from_south else max(north) + down / 2
    geotransform = (min(east) - across / 2, across, 0.0, top, 0.0, down if from_south else -down)
    return Georeference(columns, rows, geotransform, crs_of_text(f"EPSG:{container.number('Epsg_Code'):.0f}"))
