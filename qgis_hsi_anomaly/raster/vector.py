"""Vector layers as QGIS names them: a file, and after bars which of its layers and features."""

from __future__ import annotations

import re
from typing import Any, Dict, Tuple

from osgeo import gdal

from ..core.errors import RasterError
from .dataset import gdal_failures, may_be_opened


def parts_of(path: str) -> Tuple[str, Dict[str, str]]:
    """Return the file of a source such as `FILE|layername=NAME`, and its options by name in lower case."""
    plain, *parts = path.split("|")
    return plain, {key.lower(): value for key, _, value in (part.partition("=") for part in parts)}


def open_layer(path: str, who: str, kinds: str) -> Tuple[Any, Any]:
    """Return GDAL's dataset (to be kept while the layer is used) and layer of a source such as `FILE|layername=NAME`.

    `|layerid=` and the filter in `|subset=` are understood too. who, kinds : for messages, the parameter, and what it
    takes. Raises RasterError.
    """
    plain, options = parts_of(path)
    if not may_be_opened(plain):
        raise RasterError(f"{who}: {plain} is a device or a pipe: give a file.")
    with gdal_failures(f"{who}: {plain} cannot be opened as {kinds}"):
        dataset = gdal.OpenEx(plain, gdal.OF_VECTOR | gdal.OF_VERBOSE_ERROR)
    if "layername" in options:
        layer = dataset.GetLayerByName(options["layername"])
    else:
        number = options.get("layerid", "0")
        # GDAL takes numbers of 32 bits.
        layer = dataset.GetLayer(int(number)) if re.fullmatch("[0-9]{1,9}", number) else None
    if layer is None:
        names = ", ".join(dataset.GetLayer(index).GetName() for index in range(dataset.GetLayerCount()))
        raise RasterError(f"{who}: {plain} has no such layer; it has {names or 'none'}.")
    if "subset" in options:
        with gdal_failures(f"{who}: the filter {options['subset']} does not suit {plain}"):
            layer.SetAttributeFilter(options["subset"])
    return dataset, layer


def has_no_crs(layer: Any) -> bool:
    """Tell whether a layer says nothing of its CRS; GeoPackage has one of the name "Undefined" for that."""
    reference = layer.GetSpatialRef()
    return reference is None or reference.GetName().startswith("Undefined")
