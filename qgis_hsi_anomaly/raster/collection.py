"""The objects of many scenes in one GeoPackage, with a table of the scenes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

from osgeo import gdal, ogr, osr

from ..core.errors import RasterError
from ..core.run import ALONE, Run
from .dataset import gdal_failures
from .georeference import crs_of_text
from .polygons import STATUS
from .vector import has_no_crs

OBJECTS, SCENES, SCENE = "objects", "scenes", "scene"
"""Names of the two layers, and of the field that joins them."""

_WORLD = "EPSG:4326"
_TYPES = {int: ogr.OFTInteger64, float: ogr.OFTReal, str: ogr.OFTString}


@dataclass(frozen=True)
class Collected:
    """What was written.

    objects : how many. crs : theirs, such as EPSG:4326, "" for none. unplaced : scenes without one among others that
    have one.
    """

    objects: int
    crs: str
    unplaced: Tuple[str, ...]


def refuse_to_lose(path: str) -> None:
    """Raise RasterError where a file holds more than an earlier collection that nobody has worked on."""
    if not os.path.exists(path):
        return
    try:
        with gdal_failures("not a vector file"):
            vector = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_VERBOSE_ERROR)
            names = {vector.GetLayer(index).GetName() for index in range(vector.GetLayerCount())}
    except RasterError:
        return
    if names != {OBJECTS, SCENES}:
        raise RasterError(
            f"The output {path} holds {', '.join(sorted(names)) or 'other things'}, which would be lost: give another "
            "name."
        )
    with gdal_failures(f"The output {path} cannot be read"):
        ticked = sum(
            feature.GetField("status") in STATUS[1:] for feature in _ticking(vector.GetLayerByName(OBJECTS))
        )
    if ticked:
        raise RasterError(
            f"The output {path} holds {ticked} objects that somebody has ticked as true or false: give another name."
        )


def write_collection(
    path: str,
    layers: Sequence[Tuple[str, str]],
    columns: Dict[str, Tuple[type, Sequence[Any]]],
    crs: str = "",
    run: Run = ALONE,
) -> Collected:
    """Write the objects of many scenes into one layer, and a table of the scenes beside it.

    layers : name of a scene and its file of objects, one for each scene that has any. columns : of the table, as in
    `write_objects`. crs : of the layer; where it is empty, the one that all scenes have, else WGS 84. Objects of
    scenes without a CRS keep their fields and lose their outlines, unless no scene has one.
    Raises RasterError where a file cannot be read or written.
    """
    fields, references = _survey(layers, run.part(0.0, 0.3))
    target = _target(references, crs)
    unplaced: List[str] = []
    count = 0
    with gdal_failures(f"The output {path} cannot be written"):
        dataset = gdal.GetDriverByName("GPKG").Create(path, 0, 0, 0, gdal.GDT_Unknown)
        layer = dataset.CreateLayer(OBJECTS, target, ogr.wkbMultiPolygon)
        for name, kind in [(SCENE, ogr.OFTString), *fields.items()]:
            layer.CreateField(ogr.FieldDefn(name, kind))
    for index, ((scene, file), reference) in enumerate(zip(layers, references)):
        if target is not None and reference is None:
            unplaced.append(scene)
        with gdal_failures(f"The objects of {scene} cannot be copied from {file} to {path}"):
            count += _copy(file, scene, layer, reference, target)
        run.update(0.3 + 0.6 * (index + 1) / len(layers))
    with gdal_failures(f"The output {path} cannot be written"):
        _write_table(dataset, columns)
        layer = None
        dataset = None
    run.update(1.0)
    return Collected(count, "" if target is None else _code(target), tuple(unplaced))


def _survey(layers: Sequence[Tuple[str, str]], run: Run) -> Tuple[Dict[str, int], List[Optional[Any]]]:
    """Return the fields of all layers by name, with their types (text where they differ), and each layer's CRS."""
    fields: Dict[str, int] = {}
    references: List[Optional[Any]] = []
    for index, (scene, file) in enumerate(layers):
        with gdal_failures(f"The objects of {scene}, {file}, cannot be read"):
            dataset = gdal.OpenEx(file, gdal.OF_VECTOR | gdal.OF_VERBOSE_ERROR)
            layer = dataset.GetLayer(0)
            definition = layer.GetLayerDefn()
            for number in range(definition.GetFieldCount()):
                field = definition.GetFieldDefn(number)
                name, kind = field.GetName(), field.GetType()
                fields[name] = kind if fields.get(name, kind) == kind else ogr.OFTString
            references.append(None if has_no_crs(layer) else _in_order(layer.GetSpatialRef().Clone()))
        run.update((index + 1) / len(layers))
    fields.pop(SCENE, None)
    return fields, references


def _target(references: Sequence[Optional[Any]], crs: str) -> Optional[Any]:
    known = [reference for reference in references if reference is not None]
    if not crs and known and all(reference.IsSame(known[0]) for reference in known):
        return known[0]
    if not crs and not known:
        return None
    found = osr.SpatialReference()
    found.ImportFromWkt(crs_of_text(crs or _WORLD))
    return _in_order(found)


def _in_order(reference: Any) -> Any:
    """Set x before y."""
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return reference


def _code(reference: Any) -> str:
    authority, code = reference.GetAuthorityName(None), reference.GetAuthorityCode(None)
    return f"{authority}:{code}" if authority and code else str(reference.GetName())


def _copy(file: str, scene: str, layer: Any, reference: Optional[Any], target: Optional[Any]) -> int:
    """Copy the features of a file into a layer, in its CRS. Returns how many."""
    dataset = gdal.OpenEx(file, gdal.OF_VECTOR | gdal.OF_VERBOSE_ERROR)
    source = dataset.GetLayer(0)
    moved = None
    if reference is not None and target is not None and not reference.IsSame(target):
        moved = osr.CoordinateTransformation(reference, target)
    names = [
        source.GetLayerDefn().GetFieldDefn(index).GetName()
        for index in range(source.GetLayerDefn().GetFieldCount())
    ]
    places = [layer.GetLayerDefn().GetFieldIndex(name) for name in names]
    count = 0
    layer.StartTransaction()
    for feature in source:
        copy = ogr.Feature(layer.GetLayerDefn())
        for index, place in enumerate(places):
            if feature.IsFieldSetAndNotNull(index):
                copy.SetField(place, feature.GetField(index))
        copy.SetField(0, scene)
        geometry = feature.GetGeometryRef()
        if geometry is not None and (target is None or reference is not None):
            geometry = geometry.Clone()
            if moved is not None:
                geometry.Transform(moved)
            copy.SetGeometry(geometry)
        layer.CreateFeature(copy)
        count += 1
    layer.CommitTransaction()
    return count


def _write_table(dataset: Any, columns: Dict[str, Tuple[type, Sequence[Any]]]) -> None:
    table = dataset.CreateLayer(SCENES, None, ogr.wkbNone)
    for name, (kind, _) in columns.items():
        table.CreateField(ogr.FieldDefn(name, _TYPES[kind]))
    table.StartTransaction()
    for row in zip(*(values for _, values in columns.values())):
        feature = ogr.Feature(table.GetLayerDefn())
        for field, value in enumerate(row):
            if value is not None:
                feature.SetField(field, value)
        table.CreateFeature(feature)
    table.CommitTransaction()


def _ticking(layer: Any) -> Any:
    """Return the features of a layer that has a field status."""
    return layer if layer.GetLayerDefn().GetFieldIndex("status") >= 0 else ()
