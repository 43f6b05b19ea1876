"""Regions of an image: a mask raster on its grid, or polygons, which may carry what somebody said of them."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Dict, Set, Union

import numpy as np
from osgeo import gdal, ogr

from ..core.cube import Array
from ..core.errors import DataError, RasterError
from .dataset import gdal_failures, open_dataset
from .georeference import Georeference
from .polygons import STATUS
from .vector import has_no_crs, open_layer, parts_of

_AREAS = {ogr.wkbPolygon, ogr.wkbMultiPolygon, ogr.wkbCurvePolygon, ogr.wkbMultiSurface}
_FIELD = "status"


class Areas:
    """The polygons of a source such as QGIS names it: a file, with `|layername=`, `|layerid=` and `|subset=`.

    who : the parameter, for messages.
    ticked : whether they are objects of which somebody was to say what they are (the field `status`).
    Raises RasterError where they cannot be read, are not polygons, or have a status of another kind.
    """

    def __init__(self, source: str, who: str) -> None:
        self.path, options = parts_of(source)
        self._who = who
        self._subset = options.get("subset", "")
        self._dataset, self._layer = open_layer(source, who, "a raster or as polygons")
        self._texts: Dict[str, Set[str]] = {}
        field = self._field()
        with gdal_failures(f"{who}: {self.path} cannot be read"):
            for feature in self._layer:
                geometry = feature.GetGeometryRef()
                if geometry is not None and ogr.GT_Flatten(geometry.GetGeometryType()) not in _AREAS:
                    kind = geometry.GetGeometryName().lower()
                    raise RasterError(f"{who}: {self.path} holds a {kind}: only polygons can be used.")
                if field >= 0:
                    text = str(feature.GetField(field) or "")
                    self._texts.setdefault(text.strip().lower(), set()).add(text)
        self._layer.ResetReading()
        others = sorted(set(self._texts) - {*STATUS, ""})
        if others and set(self._texts) & set(STATUS):
            raise RasterError(
                f"{who}: the field {_FIELD} of {self.path} holds {others[0]!r}: it may hold {', '.join(STATUS)}."
            )
        self.ticked = bool(self._texts) and not others
        self._texts.setdefault("unknown", set()).update(self._texts.pop("", ()))

    def has(self, status: str) -> bool:
        """Tell whether a polygon has a status."""
        return bool(self._texts.get(status))

    def cover(self, georeference: Georeference, status: str = "") -> Array:
        """Return the pixels whose centers lie in a polygon, of a status where one is given: (rows, columns) bool.

        Polygons without a CRS are taken to be in the image's; where the image has no geotransform, x is the column
        and y minus the row, as QGIS shows it. Raises RasterError where they cannot be brought there.
        """
        if has_no_crs(self._layer):
            # Without a CRS on the grid, nothing is transformed.
            georeference = replace(georeference, crs="")
        mask = gdal.GetDriverByName("MEM").Create(
            "", georeference.columns, georeference.rows, 1, gdal.GDT_Byte
        )
        georeference.as_shown().put(mask)
        with gdal_failures(f"{self._who}: the polygons of {self.path} cannot be brought to the image's grid"):
            self._layer.SetAttributeFilter(self._filter(status))
            gdal.RasterizeLayer(mask, [1], self._layer, burn_values=[1])
        inside = np.frombuffer(mask.ReadRaster(buf_type=gdal.GDT_Byte), dtype=np.uint8)
        return inside.reshape(georeference.rows, georeference.columns) > 0

    def _field(self) -> int:
        """Return the number of the field of the status, which holds texts; -1 where there is none."""
        definition = self._layer.GetLayerDefn()
        for number in range(definition.GetFieldCount()):
            field = definition.GetFieldDefn(number)
            if field.GetName().lower() == _FIELD and field.GetType() == ogr.OFTString:
                return number
        return -1

    def _filter(self, status: str) -> str:
        if not status:
            return self._subset
        texts = ", ".join(f"'{text}'" for text in sorted(self._texts.get(status, ())))
        chosen = f'"{_FIELD}" IN ({texts})' if texts else "1 = 0"
        if status == "unknown":
            chosen = f'({chosen} OR "{_FIELD}" IS NULL)'
        return f"({self._subset}) AND {chosen}" if self._subset else chosen


def open_region(source: str, who: str) -> Union[Areas, Any]:
    """Return what a region is: GDAL's dataset of a raster, or `Areas`. Raises RasterError."""
    plain, options = parts_of(source)
    if not options:
        try:
            return open_dataset(plain)
        except RasterError:
            if not os.path.exists(plain):
                raise
    return Areas(source, who)


def check_grid(who: str, path: str, own: Georeference, wanted: Georeference, whose: str) -> None:
    """Raise DataError where a raster does not have the grid it must have. whose : of what that is the grid."""
    if (own.rows, own.columns) != (wanted.rows, wanted.columns):
        raise DataError(
            f"{who}: {path} has {own.rows} rows and {own.columns} columns, {whose} {wanted.rows} "
            f"and {wanted.columns}: both must cover the same pixels."
        )
    if not own.same_place(wanted):
        raise DataError(
            f"{who}: {path} does not lie where {whose} lies: both must cover the same pixels, in place and in size."
        )
