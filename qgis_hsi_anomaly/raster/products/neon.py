"""NEON AOP surface reflectance (DP1.30006, DP3.30006): HDF5 of a site, rows x columns x bands.

Structure: NEON imaging spectrometer reflectance data products, file format of the HDF5 deliveries.
"""

from __future__ import annotations

from typing import Any, ClassVar, Dict, List, Tuple

import numpy as np

from ...core.cube import Array
from ...core.errors import RasterError
from ..axes import JoinedView
from ..georeference import Georeference, crs_of_text
from .base import Product, ProductReader
from .container import Container, container_of, dataset_of, names_other, opened, view_of


class Neon(ProductReader):
    """The reader."""

    id: ClassVar[str] = "neon"
    label: ClassVar[str] = "NEON AOP"
    levels: ClassVar[str] = "L1 flight lines and L3 tiles of surface reflectance"
    give: ClassVar[str] = "`NEON_…_reflectance.h5`"
    spectral: ClassVar[str] = (
        "`Metadata/Spectral_Data`: `Wavelength`, `FWHM`; scale by `Scale_Factor`; bands in `Band_Window_…` are left out"
    )
    masked: ClassVar[str] = "`Data_Ignore_Value`"
    place: ClassVar[str] = "`Metadata/Coordinate_System`: `EPSG Code`, `Map_Info`"
    limits: ClassVar[str] = "No mask of clouds is read: see the weather of the flight line."
    order: ClassVar[int] = 60

    def recognizes(self, path: str) -> bool:
        """By the group of a site."""
        container, array = container_of(path)
        return container is not None and any(
            not names_other(array, _cube(site)) for site in _sites(container)
        )

    def open(self, path: str) -> Tuple[Any, Product]:
        """Open the cube of the site."""
        container = opened(path)
        site = _sites(container)[0]
        metadata = f"{site}/Reflectance/Metadata"
        wavelengths = container.values(f"{metadata}/Spectral_Data/Wavelength").reshape(-1)
        bands = len(wavelengths)
        name = _cube(site)
        view = JoinedView(
            (view_of(container, name, "lsb", bands),), tuple((0, band) for band in range(bands))
        )
        rows, columns = view.size
        nodata = container.number("Data_Ignore_Value", name)
        place = _georeference(container, f"{metadata}/Coordinate_System", rows, columns)
        scale = container.number("Scale_Factor", name)
        if not scale > 0:
            raise RasterError(f"The Scale_Factor in {container.path} is {scale:g}: it is damaged.")
        return dataset_of(container.path, view, bands, place, nodata), Product(
            "NEON AOP",
            "surface reflectance",
            f"NEON imaging spectrometer, site {site}",
            "surface reflectance",
            "1",
            (container.path,),
            wavelengths=wavelengths,
            fwhm=container.values(f"{metadata}/Spectral_Data/FWHM").reshape(-1),
            unusable=_windows(container, site, wavelengths),
            scale=np.full(bands, 1 / scale),
            offset=np.zeros(bands),
            notes=("It brings no mask of clouds: see the weather of its flight lines.",),
        )


def _cube(site: str) -> str:
    return f"{site}/Reflectance/Reflectance_Data"


def _sites(container: Container) -> List[str]:
    return [name for name in container.groups() if container.has(_cube(name))]


def _windows(container: Container, site: str, wavelengths: Array) -> Dict[int, str]:
    """Return the bands within the windows of water vapor that the file names."""
    group = f"{site}/Reflectance"
    unusable: Dict[int, str] = {}
    for number in (1, 2, 3):
        name = f"Band_Window_{number}_Nanometers"
        of = next(
            (place for place in (group, _cube(site)) if container.attribute(name, place) is not None), None
        )
        if of is not None:
            low, high = container.numbers(name, of)[:2]
            within = np.flatnonzero((wavelengths >= low) & (wavelengths <= high))
            unusable.update({int(band) + 1: "water vapor, by the file" for band in within})
    return unusable


def _georeference(container: Container, group: str, rows: int, columns: int) -> Georeference:
    """Return the place: ENVI's map info, whose reference pixel 1, 1 is the upper left corner of the image."""
    info = "".join(container.texts(f"{group}/Map_Info"))
    parts = [part.strip() for part in info.split(",")]
    try:
        column, row, x, y, across, down = (float(part) for part in parts[1:7])
        code = int(
            float(
                "".join(container.texts(f"{group}/EPSG Code"))
                or container.values(f"{group}/EPSG Code").item()
            )
        )
    except ValueError as error:
        raise RasterError(
            f"{container.path} does not say where it lies ({group}/Map_Info and EPSG Code): download it again."
        ) from error
    turned = [
        part for part in parts if part.lower().startswith("rotation") and float(part.split("=")[1] or 0) != 0
    ]
    if turned:
        raise RasterError(
            f"{container.path} is turned on its map ({turned[0]}), which is not read: use a tile (L3)."
        )
    geotransform = (x - (column - 1) * across, across, 0.0, y + (row - 1) * down, 0.0, -down)
    return Georeference(columns, rows, geotransform, crs_of_text(f"EPSG:{code}"))
