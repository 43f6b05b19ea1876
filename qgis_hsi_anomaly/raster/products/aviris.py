"""AVIRIS-3 and AVIRIS-5 L2A reflectance: orthorectified netCDF, bands first.

Structure: AVIRIS-3 L2A user guide (NASA/JPL, ORNL DAAC).
"""

from __future__ import annotations

from typing import Any, ClassVar, Tuple

import numpy as np

from ...core.errors import RasterError
from ..axes import JoinedView
from ..georeference import Georeference, crs_of_text
from .base import Product, ProductReader
from .container import Container, container_of, dataset_of, names_other, opened, view_of
from .files import base_name

_CUBE = "reflectance/reflectance"
_GRID_MAPPINGS = ("transverse_mercator", "spatial_ref", "crs")


class Aviris(ProductReader):
    """The reader."""

    id: ClassVar[str] = "aviris"
    label: ClassVar[str] = "AVIRIS-3, AVIRIS-5"
    levels: ClassVar[str] = "L2A"
    give: ClassVar[str] = "`AV3…_RFL_ORT.nc`"
    spectral: ClassVar[str] = "`reflectance/wavelength`, `reflectance/fwhm`"
    masked: ClassVar[str] = "fill value"
    place: ClassVar[str] = "grid mapping at the root, else `easting` and `northing` (pixel centers)"
    limits: ClassVar[str] = (
        "No masks come with it; bands of strong water vapor are constant, and left out for that."
    )
    order: ClassVar[int] = 40

    def recognizes(self, path: str) -> bool:
        """By its arrays."""
        container, array = container_of(path)
        if container is None:
            return False
        return (
            container.has(_CUBE) and container.has("reflectance/wavelength") and not names_other(array, _CUBE)
        )

    def open(self, path: str) -> Tuple[Any, Product]:
        """Open the cube and its place."""
        container = opened(path)
        wavelengths = container.values("reflectance/wavelength")
        bands = len(wavelengths)
        view = JoinedView(
            (view_of(container, _CUBE, "bls", bands),), tuple((0, band) for band in range(bands))
        )
        rows, columns = view.size
        nodata = view.views[0].array.GetNoDataValueAsDouble()
        place = _georeference(container, rows, columns)
        name = base_name(container.path).upper()
        return dataset_of(container.path, view, bands, place, -9999.0 if nodata is None else nodata), Product(
            "AVIRIS-5" if name.startswith("AV5") else "AVIRIS-3",
            "L2A",
            "AVIRIS-5" if name.startswith("AV5") else "AVIRIS-3",
            "surface reflectance",
            "1",
            (container.path,),
            wavelengths=wavelengths,
            fwhm=container.values("reflectance/fwhm"),
            notes=("It brings no masks: clouds are not left out.",),
        )


def _georeference(container: Container, rows: int, columns: int) -> Georeference:
    mapping = next(
        (
            name
            for name in _GRID_MAPPINGS
            if container.attribute("spatial_ref", name) is not None
            or container.attribute("crs_wkt", name) is not None
        ),
        "",
    )
    if not mapping:
        raise RasterError(
            f"{container.path} does not say in which CRS it lies: it is damaged, or of another version."
        )
    crs = crs_of_text(
        str(container.attribute("spatial_ref", mapping) or container.attribute("crs_wkt", mapping))
    )
    told = container.attribute("GeoTransform", mapping)
    if told is not None:
        numbers = told.split() if isinstance(told, str) else told
        return Georeference(columns, rows, tuple(float(number) for number in numbers), crs)
    east, north = container.values("easting"), container.values("northing")
    if len(east) != columns or len(north) != rows:
        raise RasterError(
            f"{container.path} has {len(north)} northings and {len(east)} eastings for {rows} rows and {columns} "
            "columns: it is damaged."
        )
    across, down = (float(np.diff(axis).mean()) for axis in (east, north))
    return Georeference(
        columns, rows, (float(east[0]) - across / 2, across, 0.0, float(north[0]) - down / 2, 0.0, down), crs
    )
