"""Planet Tanager, basic and ortho scenes: HDF-EOS5, bands first, the spectral metadata as attributes of the cube.

Structure: Tanager product specification (Planet, November 2025).
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any, ClassVar, Dict, List, Tuple

import numpy as np

from ...core.cube import Array
from ...core.errors import RasterError
from ..axes import JoinedView
from ..georeference import Georeference, crs_of_text
from .base import CLOUD_MARGIN, Mask, Ortho, Product, ProductReader
from .container import Container, container_of, dataset_of, names_other, opened, view_of
from .swath import nearest_measured

_GROUPS = {"HDFEOS/GRIDS/HYP": "ortho", "HDFEOS/SWATHS/HYP": "basic"}
_CUBES = {
    "surface_reflectance": ("surface reflectance", "1"),
    "toa_radiance": ("radiance at the sensor", "W/m2/sr/um"),
}
_MASKS = {"nodata_pixels": "nodata", "beta_cloud_mask": "cloud", "beta_cirrus_mask": "cirrus"}
_FRAMING = "Planet_Ortho_Framing"


class Tanager(ProductReader):
    """The reader."""

    id: ClassVar[str] = "tanager"
    label: ClassVar[str] = "Tanager"
    levels: ClassVar[str] = "basic and ortho, surface reflectance and radiance"
    give: ClassVar[str] = "`…_ortho_sr_hdf5.h5`, `…_basic_sr_hdf5.h5`, `…_radiance_hdf5.h5`"
    spectral: ClassVar[str] = "attributes of the cube: `wavelengths`, `fwhm`, `good_wavelengths`"
    masked: ClassVar[str] = (
        "`nodata_pixels`, `beta_cloud_mask` (grown by 2 pixels), `beta_cirrus_mask`; fill value"
    )
    place: ClassVar[str] = (
        "ortho: `StructMetadata.0` and `epsg_code`; basic: scored on the grid of the sensor, scores laid on the grid "
        "of `Planet_Ortho_Framing`, the nearest pixel by `Latitude` and `Longitude`"
    )
    limits: ClassVar[str] = "Radiance names no good wavelengths."
    order: ClassVar[int] = 50

    def recognizes(self, path: str) -> bool:
        """By its groups."""
        container, array = container_of(path)
        if container is None:
            return False
        own = [f"{group}/Data Fields/{cube}" for group in _GROUPS for cube in _CUBES]
        own = [name for name in own if container.has(name)]
        return bool(own) and not names_other(array, *own)

    def open(self, path: str) -> Tuple[Any, Product]:
        """Open the cube, its place and its masks."""
        container = opened(path)
        group, cube = next(
            (group, cube)
            for group in _GROUPS
            for cube in _CUBES
            if container.has(f"{group}/Data Fields/{cube}")
        )
        name = f"{group}/Data Fields/{cube}"
        wavelengths = container.numbers("wavelengths", name)
        bands = len(wavelengths)
        view = JoinedView(
            (view_of(container, name, "bls", bands),), tuple((0, band) for band in range(bands))
        )
        rows, columns = view.size
        place, ortho = Georeference(columns, rows), None
        notes: List[str] = []
        if _GROUPS[group] == "ortho":
            place = _grid(container, group, rows, columns)
        else:
            ortho = _map(container, group, rows, columns)
            notes.append("It is scored on the grid of the sensor; scores are laid on its map grid.")
        unusable: Dict[int, str] = {}
        if container.attribute("good_wavelengths", name) is not None:
            good = container.numbers("good_wavelengths", name)
            unusable = {int(band) + 1: "not a good wavelength" for band in np.flatnonzero(good == 0)}
        masks = _masks(container, group, rows, columns)
        marked = {mask.kind for mask in masks}
        notes += [
            f"It has no mask of {kind}: that is not left out."
            for kind in ("cloud", "cirrus")
            if kind not in marked
        ]
        quantity, unit = _CUBES[cube]
        nodata = view.views[0].array.GetNoDataValueAsDouble()
        return dataset_of(container.path, view, bands, place, -9999.0 if nodata is None else nodata), Product(
            "Tanager",
            _GROUPS[group],
            "Tanager",
            quantity,
            unit,
            (container.path,),
            wavelengths=wavelengths,
            fwhm=container.numbers("fwhm", name),
            unusable=unusable,
            masks=tuple(masks),
            ortho=ortho,
            notes=tuple(notes),
        )


def _masks(container: Container, group: str, rows: int, columns: int) -> List[Mask]:
    masks = []
    for name, kind in _MASKS.items():
        full = f"{group}/Data Fields/{name}"
        if not container.has(full):
            continue
        sizes = [int(dimension.GetSize()) for dimension in container.array(full).GetDimensions()]
        if sizes != [rows, columns]:
            raise RasterError(
                f"The mask {name} in {container.path} has {' x '.join(map(str, sizes))} pixels, its image {rows} x "
                f"{columns}: it is damaged, download it again."
            )
        margin = CLOUD_MARGIN if kind == "cloud" else 0
        masks.append(Mask(kind, name, partial(_marked, container, full), margin))
    return masks


def _marked(container: Container, name: str) -> Array:
    return np.asarray(container.values(name) == 1)  # 255 is none


def _grid(container: Container, group: str, rows: int, columns: int) -> Georeference:
    """Return the place of an ortho scene, by HDF-EOS's own description of the grid."""
    text = "\n".join(container.texts("HDFEOS INFORMATION/StructMetadata.0"))
    corners = {
        name: re.search(rf"{name}=\(\s*([-+.\dEe]+)\s*,\s*([-+.\dEe]+)\s*\)", text)
        for name in ("UpperLeftPointMtrs", "LowerRightMtrs")
    }
    if any(match is None for match in corners.values()):
        raise RasterError(
            f"{container.path} does not say where its grid lies (StructMetadata.0): it is not a whole product, "
            "download it again."
        )
    (left, top), (right, bottom) = (
        (float(match[1]), float(match[2])) for match in corners.values() if match is not None
    )
    sizes = [re.search(rf"\b{name}=(\d+)", text) for name in ("YDim", "XDim")]
    told = [int(match[1]) for match in sizes if match is not None]
    if told and told != [rows, columns]:
        raise RasterError(
            f"{container.path} tells of {told[0]} rows and {told[-1]} columns and has {rows} and {columns}: it is "
            "damaged."
        )
    code = next(
        (
            container.attribute("epsg_code", of)
            for of in (group, f"{group}/Data Fields", "")
            if container.attribute("epsg_code", of) is not None
        ),
        None,
    )
    if code is None:
        zone = re.search(r"ZoneCode=(-?\d+)", text)
        if zone is None or "HE5_GCTP_UTM" not in text:
            raise RasterError(
                f"{container.path} does not say in which CRS it lies (epsg_code): download it again."
            )
        code = (32600 if int(zone[1]) > 0 else 32700) + abs(int(zone[1]))
    geotransform = (left, (right - left) / columns, 0.0, top, 0.0, (bottom - top) / rows)
    return Georeference(columns, rows, geotransform, crs_of_text(f"EPSG:{int(float(code))}"))


def _map(container: Container, group: str, rows: int, columns: int) -> Ortho:
    """Return the map grid of a basic scene: the one of its ortho scene."""
    fields = f"{group}/Geolocation Fields"
    for name in ("Latitude", "Longitude"):
        if not container.has(f"{fields}/{name}"):
            raise RasterError(
                f"{container.path} has no geolocation ({fields}/{name}): scores could not be laid on a map, download "
                "it again."
            )
    told = container.attribute(_FRAMING, fields)
    try:
        framing = json.loads(str(told))
        size = int(framing["cols"]), int(framing["rows"])
        geotransform = tuple(float(number) for number in framing["geotransform"])
        crs = crs_of_text(f"EPSG:{int(framing['epsg_code'])}")
    except (ValueError, KeyError, TypeError) as error:
        raise RasterError(
            f"{container.path} does not say on which grid its map lies ({_FRAMING}): download it again."
        ) from error
    place = Georeference(size[0], size[1], geotransform, crs)
    return Ortho(place, partial(_lookup, container, fields, (rows, columns), place))


def _lookup(container: Container, fields: str, shape: Tuple[int, int], place: Georeference) -> Array:
    latitude, longitude = (container.values(f"{fields}/{name}") for name in ("Latitude", "Longitude"))
    if latitude.shape != shape or longitude.shape != shape:
        raise RasterError(
            f"The geolocation in {container.path} has {latitude.shape[0]} rows, its image {shape[0]}: it is damaged."
        )
    return nearest_measured(latitude, longitude, place, container.path)
