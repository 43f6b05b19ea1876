"""What an image was understood as: product, bands, masks, grid."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Sequence

import numpy as np

from ..core.errors import RasterError
from ..core.run import ALONE, Run
from .georeference import Georeference
from .image import map_grid, open_image
from .raster_cube import RasterCube
from .reader import open_cube
from .spectral import band_table


def describe_image(path: str, allow: Sequence[str] = (), run: Run = ALONE) -> Dict[str, Any]:
    """Return what is known of an image after one pass over its pixels, as JSON values.

    allow : as `open_cube`. Numbers that are not known are None. Raises as `open_cube`.
    """
    cube = open_cube(path, allow=allow, run=run)
    dataset = open_image(path)
    table, product = band_table(dataset), cube.product
    pixels = cube.rows * cube.columns
    reasons = {band.number: band.reason for band in cube.dropped}
    used = {int(number) for number in cube.band_numbers}
    data_pixels = cube.data_pixels
    wavelengths = table.wavelengths[np.asarray(sorted(used)) - 1]
    known = wavelengths[np.isfinite(wavelengths)]
    ortho = product.ortho if product is not None else None
    place = map_grid(dataset)
    return {
        "input": path,
        "product": "" if product is None else f"{product.label} {product.level}".strip(),
        "sensor": "" if product is None else product.sensor,
        "format": cube.driver if product is None or cube.driver != "VRT" else "HDF5 or netCDF",
        "quantity": "" if product is None else product.quantity,
        "unit": "" if product is None else product.unit,
        "files": [path] if product is None else list(product.files),
        "rows": cube.rows,
        "columns": cube.columns,
        "bands": cube.raster_bands,
        "bands_used": cube.bands,
        "wavelengths_nm": [float(known.min()), float(known.max())] if len(known) else None,
        "median_fwhm_nm": _median(table.fwhm[np.asarray(sorted(used)) - 1]),
        "dropped_bands": {str(number): reason for number, reason in sorted(reasons.items())},
        "band_table": [
            {
                "number": number,
                "wavelength_nm": _or_none(table.wavelengths[number - 1]),
                "fwhm_nm": _or_none(table.fwhm[number - 1]),
                "used": number in used,
                "reason": reasons.get(number, ""),
            }
            for number in range(1, cube.raster_bands + 1)
        ],
        "pixels": pixels,
        "pixels_without_data": pixels - data_pixels,
        "masks": [
            {
                "kind": kind,
                "pixels": count,
                "share": count / max(data_pixels, 1),
                "source": _sources(cube, kind),
            }
            for kind, count in cube.masked.items()
        ],
        "masks_let_in": list(allow),
        "valid_pixels": cube.valid_pixels,
        "scored_on": "the grid of the sensor" if ortho is not None else "the image's own grid",
        "grid": _grid(place),
        "notes": [] if product is None else list(product.notes),
        "warnings": [] if product is None else list(product.warnings),
    }


def _grid(place: Georeference) -> Dict[str, Any]:
    """Return size, CRS, pixel size and corners of a grid; None for what it does not have."""
    grid: Dict[str, Any] = {
        "rows": place.rows,
        "columns": place.columns,
        "crs": _crs(place),
        "geotransform": None if place.geotransform is None else list(place.geotransform),
        "pixel_size": None,
        "corners": None,
        "corners_longitude_latitude": None,
        "ground_control_points": len(place.gcps),
    }
    if place.geotransform is None:
        return grid
    left, across_x, down_x, top, across_y, down_y = place.geotransform
    grid["pixel_size"] = [float(np.hypot(across_x, across_y)), float(np.hypot(down_x, down_y))]
    corners = [
        (left + across_x * column + down_x * row, top + across_y * column + down_y * row)
        for row, column in ((0, 0), (0, place.columns), (place.rows, place.columns), (place.rows, 0))
    ]
    grid["corners"] = [list(corner) for corner in corners]
    x, y = np.array(corners).T
    world = place.longitude_latitude(x, y)
    if world is not None and np.isfinite(world).all():
        grid["corners_longitude_latitude"] = np.column_stack(world).tolist()
    return grid


def _crs(place: Georeference) -> Optional[str]:
    """Return the name of a CRS with its code, such as "WGS 84 / UTM zone 33N (EPSG:32633)"; None without one."""
    try:
        reference = place.as_reference()
    except RasterError:
        return None
    if reference is None:
        return None
    authority, code = reference.GetAuthorityName(None), reference.GetAuthorityCode(None)
    return str(reference.GetName()) + (f" ({authority}:{code})" if authority and code else "")


def _sources(cube: RasterCube, kind: str) -> str:
    """Return where marks of a kind are from, with their margin."""
    if cube.product is None:
        return ""
    found: List[str] = []
    for mask in cube.product.masks:
        if mask.kind == kind:
            margin = f", grown by {mask.margin} pixels" if mask.margin else ""
            found.append(f"{os.path.basename(mask.source)}{margin}")
    flags = cube.product.flags
    if flags is not None and kind in flags.kinds:
        found.append(flags.source)
    return "; ".join(found)


def _median(values: Any) -> Optional[float]:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def _or_none(value: float) -> Optional[float]:
    return float(value) if np.isfinite(value) else None
