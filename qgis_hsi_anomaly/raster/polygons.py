"""Objects as a vector layer: polygons with fields, in any format that GDAL writes, or a table without geometry."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
from osgeo import gdal, ogr

from ..core.decisions.objects import Objects
from ..core.errors import RasterError
from ..core.run import ALONE, Run
from .dataset import gdal_failures
from .georeference import Georeference

_PREFERRED = {".json": "GeoJSON", ".kml": "KML", ".csv": "CSV", ".xml": "GML"}
_WITHOUT_FIELDS = {"GPX", "DXF", "DGN", "S57", "GPSBabel", "OpenFileGDB", "PGDUMP", "WAsP", "VDV"}
"""Formats that hold no fields of ours, or are folders."""
_SIDECARS = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".gml": (".xsd",),
}
_TYPES = {int: ogr.OFTInteger, float: ogr.OFTReal, str: ogr.OFTString}
_BLOCK_ROWS = 256

STATUS = ("unknown", "true", "false")
"""What a person says of an object."""


def vector_driver(path: str) -> str:
    """Return the GDAL driver for a vector file, by its extension. RasterError where none writes such files."""
    extension = Path(path).suffix.lower()
    if extension in _PREFERRED:
        return _PREFERRED[extension]
    for index in range(gdal.GetDriverCount()):
        driver = gdal.GetDriver(index)
        known = (driver.GetMetadataItem("DMD_EXTENSIONS") or "").split()
        able = driver.GetMetadataItem("DCAP_VECTOR") and driver.GetMetadataItem("DCAP_CREATE")
        suits = driver.ShortName == "GPKG" or not driver.GetMetadataItem("DCAP_RASTER")
        if able and suits and extension[1:] in known and driver.ShortName not in _WITHOUT_FIELDS:
            return str(driver.ShortName)
    raise RasterError(
        f"The extension of the output {path} is not known: use .gpkg (GeoPackage), .geojson, .shp, .csv or another "
        f"vector format of GDAL."
    )


def vector_sidecars(target: Path) -> List[Path]:
    """List the files that belong to a vector file beside it."""
    return [target.with_suffix(suffix) for suffix in _SIDECARS.get(target.suffix.lower(), ())]


def refuse_to_replace(path: str) -> None:
    """Raise RasterError where a file holds more than an objects layer that nobody has worked on yet."""
    if not os.path.exists(path):
        return
    try:
        with gdal_failures("not a vector file"):
            vector = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_VERBOSE_ERROR)
            count = vector.GetLayerCount()
            layer = vector.GetLayer(0)
    except RasterError:
        return
    if count > 1:
        raise RasterError(
            f"The output {path} holds {count} layers, which would be lost: give a file of its own for the objects."
        )
    if layer is None or layer.GetLayerDefn().GetFieldIndex("status") < 0:
        return
    with gdal_failures(f"The output {path} cannot be read"):
        ticked = sum(str(feature.GetField("status")).strip().lower() in STATUS[1:] for feature in layer)
    if ticked:
        raise RasterError(
            f"The output {path} holds {ticked} objects that somebody has ticked as true or false: give another name."
        )


def write_objects(
    path: str,
    objects: Objects,
    columns: Dict[str, Tuple[type, Sequence[Any]]],
    georeference: Georeference,
    metadata: Dict[str, str],
    run: Run = ALONE,
) -> None:
    """Write objects, with their fields, as polygons along the borders of their pixels.

    columns : by field name, the type of its values (int, float or str) and the values, None for none. A CSV file has
    the fields alone. Raises RasterError.
    """
    driver = vector_driver(path)
    plain = driver in ("CSV", "ODS", "XLSX")
    geometries = [None] * len(objects) if plain else _polygons(objects, georeference, run.part(0, 0.8))
    with gdal_failures(f"The output {path} cannot be written"):
        dataset = gdal.GetDriverByName(driver).Create(path, 0, 0, 0, gdal.GDT_Unknown)
        layer = dataset.CreateLayer(
            Path(path).stem,
            georeference.as_reference(),
            ogr.wkbNone if plain else ogr.wkbMultiPolygon,
            # An index would put the objects into another order.
            ["SPATIAL_INDEX=NO"] if driver == "FlatGeobuf" else [],
        )
        for name, (kind, _) in columns.items():
            layer.CreateField(ogr.FieldDefn(name, _TYPES[kind]))
        # Some drivers put fields of their own before ours.
        places = [layer.GetLayerDefn().GetFieldIndex(name) for name in columns]
        if driver == "GPKG":
            layer.SetMetadata(metadata)
        layer.StartTransaction()
        for index, geometry in enumerate(geometries):
            feature = ogr.Feature(layer.GetLayerDefn())
            for field, (_, values) in zip(places, columns.values()):
                if values[index] is not None:
                    feature.SetField(field, values[index])
            if geometry is not None:
                feature.SetGeometry(geometry)
            layer.CreateFeature(feature)
            if index % 1000 == 0:
                run.update(0.8 + 0.2 * index / len(geometries))
        layer.CommitTransaction()
        # In this order: GDAL writes when the last name is gone.
        feature = None
        layer = None
        dataset = None
    run.update(1.0)


def _polygons(objects: Objects, georeference: Georeference, run: Run) -> List[Any]:
    """Return an OGR multipolygon for each object."""
    found = [ogr.Geometry(ogr.wkbMultiPolygon) for _ in range(len(objects))]
    place = georeference.as_shown()
    memory = gdal.GetDriverByName("MEM" if gdal.GetDriverByName("Memory") is None else "Memory")
    holder = memory.Create("", 0, 0, 0, gdal.GDT_Unknown)
    traced = holder.CreateLayer("", None, ogr.wkbPolygon)
    traced.CreateField(ogr.FieldDefn("object", ogr.OFTInteger))
    # In a file and not in memory: a map may have more pixels than there is room for.
    with tempfile.TemporaryDirectory() as folder, gdal_failures("The objects cannot be traced"):
        numbers = gdal.GetDriverByName("GTiff").Create(
            os.path.join(folder, "objects.tif"),
            objects.columns,
            objects.rows,
            1,
            gdal.GDT_Int32,
            ["COMPRESS=LZW", "SPARSE_OK=TRUE", "BIGTIFF=IF_SAFER"],
        )
        if place.geotransform is not None:
            numbers.SetGeoTransform(place.geotransform)
        band = numbers.GetRasterBand(1)
        for start in range(0, objects.rows, _BLOCK_ROWS):
            labels = objects.rows_of_labels(start, min(start + _BLOCK_ROWS, objects.rows))
            if labels.any():
                band.WriteRaster(0, start, objects.columns, len(labels), labels.tobytes())
            run.update(0.5 * (start + len(labels)) / objects.rows)
        # The band is its own mask: 0 is no object.
        gdal.Polygonize(band, band, traced, 0)
        band = None
        numbers = None
    run.update(0.9)
    for feature in traced:
        found[feature.GetField(0) - 1].AddGeometry(feature.GetGeometryRef())
    traced = None
    holder = None
    if place.geotransform is None:
        for geometry in found:
            _lay_on_map(geometry, georeference)
    run.update(1.0)
    return found


def _lay_on_map(geometry: Any, georeference: Georeference) -> None:
    """Move a geometry from columns and rows to where ground control points put it."""
    for part in (geometry.GetGeometryRef(index) for index in range(geometry.GetGeometryCount())):
        if part.GetGeometryCount():
            _lay_on_map(part, georeference)
            continue
        corners = np.asarray(part.GetPoints())[:, :2]
        for index, (x, y) in enumerate(
            zip(*georeference.map_points(corners[:, 1] - 0.5, corners[:, 0] - 0.5))
        ):
            part.SetPoint_2D(index, x, y)
