"""Objects and records of many scenes in one GeoPackage: fields, places, ticks, refusals."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Dict, List, Optional

import numpy as np
import pytest
from osgeo import gdal, ogr

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ParameterError, RasterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.tools.collect import Collect
from qgis_hsi_anomaly.tools.scenes import write_scene
from tests.raster.rasters import UTM33
from tests.raster.test_features import GRID, box, on_map, polygon, write


def add(folder: Path, name: str, count: int = 2, epsg: Optional[int] = UTM33, **record: Any) -> None:
    """Make a scene that is done, with `count` objects."""
    place = folder / "found" / name
    place.mkdir(parents=True)
    shapes = [polygon(box(index, 0, index + 1, 2)) for index in range(count)]
    write(place / "objects.gpkg", shapes, ranks=list(range(1, count + 1)), epsg=epsg)
    known = {"scene": name, "state": "done", "input": f"/data/{name}.tif", "objects": count, "seconds": 1.5}
    write_scene(
        place, {**known, "settings": {"detector": "rx", "model": ""}, "warnings": ["odd", "thin"], **record}
    )


def tick(path: Path, status: str) -> None:
    """Give a layer the field status, and its first object a value."""
    data = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = data.GetLayer(0)
    if layer.GetLayerDefn().GetFieldIndex("status") < 0:
        layer.CreateField(ogr.FieldDefn("status", ogr.OFTString))
    feature = layer.GetNextFeature()
    feature.SetField("status", status)
    layer.SetFeature(feature)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    add(tmp_path, "north")
    add(tmp_path, "south", 3)
    place = tmp_path / "found/broken"
    place.mkdir()
    write_scene(
        place, {"scene": "broken", "state": "failed", "reason": "It is broken.", "input": "/data/b.tif"}
    )
    return tmp_path


def collect(root: Path, run: Run = Run(), **more: Any) -> Dict[str, Any]:
    return Collect(**{"folder": f"{root}/found", "output": f"{root}/all.gpkg", **more}).perform(run)


def rows(folder: Path, layer: str) -> List[Dict[str, Any]]:
    data = gdal.OpenEx(f"{folder}/all.gpkg", gdal.OF_VECTOR)
    return [feature.items() for feature in data.GetLayerByName(layer)]


def layer_of(data: Any) -> Any:
    return data.GetLayerByName("objects")


def test_objects_of_all_scenes_say_where_they_are_from(folder: Path) -> None:
    answer = collect(folder)

    assert answer == {"OBJECT_COUNT": 5, "SCENES": 3, "FAILED": 1, "crs": "EPSG:32633"}
    found = rows(folder, "objects")
    assert [row["scene"] for row in found] == ["north"] * 2 + ["south"] * 3
    assert [row["rank"] for row in found] == [1, 2, 1, 2, 3]
    data = gdal.OpenEx(f"{folder}/all.gpkg", gdal.OF_VECTOR)
    source = gdal.OpenEx(f"{folder}/found/south/objects.gpkg", gdal.OF_VECTOR)
    extents = layer_of(data).GetExtent(), source.GetLayer(0).GetExtent()
    assert extents[0] == pytest.approx(extents[1])
    assert (folder / "all.qml").exists()


def test_the_table_holds_the_records(folder: Path) -> None:
    collect(folder)

    found = {row["scene"]: row for row in rows(folder, "scenes")}
    assert found["broken"]["state"] == "failed" and found["broken"]["reason"] == "It is broken."
    assert found["broken"]["objects"] is None
    assert (found["south"]["objects"], found["south"]["seconds"], found["south"]["detector"]) == (
        3,
        1.5,
        "rx",
    )
    assert found["south"]["input"] == "/data/south.tif" and found["south"]["warnings"] == "odd\nthin"


def test_scenes_of_several_crs_are_brought_to_degrees(folder: Path) -> None:
    add(folder, "west", epsg=32632)

    assert collect(folder)["crs"] == "EPSG:4326"

    data = gdal.OpenEx(f"{folder}/all.gpkg", gdal.OF_VECTOR)
    centers = {
        row.GetField("scene"): row.geometry().Centroid()
        for row in layer_of(data)
        if row.GetField("rank") == 1
    }
    x, y = on_map(0.5, 1)
    longitude, latitude = GRID.longitude_latitude(np.array([x]), np.array([y]))
    for center in centers.values():  # all were given the same place
        assert (center.GetX(), center.GetY()) == pytest.approx((longitude[0], latitude[0]), abs=1e-7)
    assert set(centers) == {"north", "south", "west"}


def test_another_crs_can_be_chosen(folder: Path) -> None:
    assert collect(folder, crs="EPSG:3035")["crs"] == "EPSG:3035"
    with pytest.raises(ParameterError, match="CRS EPSG:0 cannot be understood"):
        collect(folder, crs="EPSG:0")


def test_objects_without_a_place_keep_their_fields(folder: Path) -> None:
    add(folder, "nowhere", epsg=None)
    warnings: List[str] = []

    assert collect(folder, Run(on_warning=warnings.append))["OBJECT_COUNT"] == 7

    data = gdal.OpenEx(f"{folder}/all.gpkg", gdal.OF_VECTOR)
    bare = [row.GetField("scene") for row in layer_of(data) if row.geometry() is None]
    assert bare == ["nowhere", "nowhere"] and "no outlines here: nowhere" in warnings[0]


def test_where_no_scene_has_a_place_outlines_are_kept(tmp_path: Path) -> None:
    add(tmp_path, "one", epsg=None)
    assert collect(tmp_path)["crs"] == ""
    data = gdal.OpenEx(f"{tmp_path}/all.gpkg", gdal.OF_VECTOR)
    assert all(row.geometry() is not None for row in layer_of(data))


def test_fields_of_all_scenes_are_there(folder: Path) -> None:
    tick(folder / "found/south/objects.gpkg", "true")
    collect(folder)
    assert [row["status"] for row in rows(folder, "objects")] == [None, None, "true", None, None]


def test_a_collection_is_made_again_unless_it_was_worked_on(folder: Path) -> None:
    tick(folder / "found/north/objects.gpkg", "unknown")
    collect(folder)
    add(folder, "east")
    assert collect(folder)["OBJECT_COUNT"] == 7

    tick(folder / "all.gpkg", "false")
    with pytest.raises(RasterError, match="holds 1 objects that somebody has ticked"):
        collect(folder)


def test_other_files_are_not_overwritten(folder: Path) -> None:
    write(folder / "all.gpkg", [polygon(box(0, 0, 1, 1))])
    with pytest.raises(RasterError, match=r"holds objects, which would be lost"):
        collect(folder)
    with pytest.raises(RasterError, match="input"):
        collect(folder, output=f"{folder}/found/north/objects.gpkg")
    with pytest.raises(RasterError, match="must be a GeoPackage"):
        collect(folder, output=f"{folder}/all.shp")


def test_objects_that_are_gone_are_told(folder: Path) -> None:
    (folder / "found/north/objects.gpkg").unlink()
    warnings: List[str] = []
    assert collect(folder, Run(on_warning=warnings.append))["OBJECT_COUNT"] == 3
    assert warnings == ["The objects of 1 scenes are gone: north."]


def test_refusals_leave_nothing(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "failed/x").mkdir(parents=True)
    write_scene(folder / "failed/x", {"scene": "x", "state": "failed", "reason": "No disk."})
    (folder / "damaged/x").mkdir(parents=True)
    (folder / "damaged/x/scene.json").write_text("{")
    (folder / "broken/x").mkdir(parents=True)
    (folder / "broken/x/objects.gpkg").write_text("no GeoPackage")
    write_scene(folder / "broken/x", {"scene": "x", "state": "done"})
    before = sorted(os.listdir(folder))
    refused: List[Any] = [
        ("nowhere", DataError, "does not exist"),
        ("empty", DataError, "holds no scene"),
        ("damaged", DataError, "holds no scene"),
        ("failed", DataError, "No scene in .* is done; the most frequent reason is: No disk."),
        ("broken", RasterError, "The objects of x, .* cannot be read"),
    ]
    for name, kind, message in refused:
        with pytest.raises(kind, match=message) as told:
            collect(folder, folder=f"{folder}/{name}")
        assert "\n" not in str(told.value)
    assert sorted(os.listdir(folder)) == before


@pytest.mark.parametrize("stop", [0.1, 0.5, 0.8])
def test_cancelling_leaves_nothing(folder: Path, stop: float) -> None:
    seen = [0.0]
    with pytest.raises(Cancelled):
        collect(folder, Run(on_fraction=seen.append, is_cancelled=lambda: seen[-1] >= stop))
    assert sorted(os.listdir(folder)) == ["found"]


def test_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["collect", f"{folder}/found", f"{folder}/all.gpkg", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["OBJECT_COUNT"] == 5
    assert main(["collect", f"{folder}/found", f"{folder}/all.gpkg"]) == 0
    assert "5 objects of 3 scenes, 1 of which failed, in EPSG:32633." in capsys.readouterr().out
