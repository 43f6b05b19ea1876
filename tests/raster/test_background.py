"""BACKGROUND: a raster of the image's grid, or polygons, say where the background may be learned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import pytest
from osgeo import gdal, ogr, osr

from qgis_hsi_anomaly.core.errors import DataError, RasterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.georeference import Georeference
from qgis_hsi_anomaly.raster.reader import open_cube
from tests.raster.rasters import PLACE, UTM33, spectra, wkt, write_raster

# Columns 4 to 14 and rows 10 to 20 of the image, in its map units.
BOX = (PLACE[0] + 4 * 30, PLACE[3] - 20 * 30, PLACE[0] + 14 * 30, PLACE[3] - 10 * 30)


def expected() -> Any:
    inside = np.zeros((37, 29), dtype=bool)
    inside[10:20, 4:14] = True
    return inside


@pytest.fixture
def image(tmp_path: Path) -> str:
    return write_raster(tmp_path / "cube.tif", spectra(), geotransform=PLACE, epsg=UTM33)


def square(box: Tuple[float, float, float, float]) -> Any:
    left, low, right, high = box
    return ogr.CreateGeometryFromWkt(
        f"POLYGON (({left} {low}, {right} {low}, {right} {high}, {left} {high}, {left} {low}))"
    )


def write_layers(
    path: Path, layers: Dict[str, Sequence[Any]], epsg: Optional[int] = UTM33, driver: str = "GPKG"
) -> str:
    """Write layers of geometries, given in UTM 33 and brought to `epsg`, with a field `kind` that counts."""
    data = gdal.GetDriverByName(driver).Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
    for name, geometries in layers.items():
        reference = None if epsg is None else osr.SpatialReference()
        if reference is not None:
            reference.ImportFromEPSG(epsg)
            reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        layer = data.CreateLayer(name, reference, ogr.wkbUnknown)
        layer.CreateField(ogr.FieldDefn("kind", ogr.OFTInteger))
        for number, geometry in enumerate(geometries):
            if epsg not in (None, UTM33):
                source = osr.SpatialReference()
                source.ImportFromEPSG(UTM33)
                geometry.Transform(osr.CoordinateTransformation(source, reference))
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetField("kind", number)
            feature.SetGeometry(geometry)
            layer.CreateFeature(feature)
    del data
    return str(path)


def learned_from(image: str, background: str) -> Any:
    return open_cube(image, background=background).background


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_raster_marks_the_background_by_what_is_not_zero(tmp_path: Path, image: str, dtype: str) -> None:
    mask = expected()[..., None].astype(dtype) * 7
    path = write_raster(tmp_path / "mask.tif", mask)

    np.testing.assert_array_equal(learned_from(image, path), expected())


def test_nodata_of_a_mask_raster_is_not_background(tmp_path: Path, image: str) -> None:
    mask = expected()[..., None].astype("uint8")
    mask[10, 4] = 255
    shown = expected()
    shown[10, 4] = False

    path = write_raster(tmp_path / "mask.tif", mask, nodata=255, geotransform=PLACE, epsg=UTM33)
    np.testing.assert_array_equal(learned_from(image, path), shown)


def test_only_valid_pixels_are_background_and_all_valid_ones_are_scored(tmp_path: Path) -> None:
    array = spectra(dtype="float32")
    array[:12, :, 1] = np.nan
    image = write_raster(tmp_path / "cube.tif", array)
    cube = open_cube(
        image, background=write_raster(tmp_path / "mask.tif", expected()[..., None].astype("uint8"))
    )

    np.testing.assert_array_equal(cube.background, expected() & cube.valid)
    assert cube.valid_pixels == 25 * 29


def test_a_raster_of_another_size_or_place_is_refused(tmp_path: Path, image: str) -> None:
    small = write_raster(tmp_path / "small.tif", np.ones((5, 4, 1), "uint8"))
    with pytest.raises(DataError, match=r"small.tif has 5 rows and 4 columns, the image 37 and 29"):
        learned_from(image, small)
    moved = (PLACE[0] + 3000, *PLACE[1:])
    away = write_raster(tmp_path / "away.tif", np.ones((37, 29, 1), "uint8"), geotransform=moved, epsg=UTM33)
    with pytest.raises(DataError, match=r"away.tif does not lie where the image lies"):
        learned_from(image, away)


@pytest.mark.parametrize("epsg", [UTM33, 4326, 3857, None])
def test_polygons_of_any_crs_are_brought_to_the_image(tmp_path: Path, image: str, epsg) -> None:
    left, low, right, high = BOX
    # Edges a third of a pixel outside the centers, so that no CRS moves one across.
    path = write_layers(tmp_path / "areas.gpkg", {"areas": [square((left, low, right, high))]}, epsg)

    np.testing.assert_array_equal(learned_from(image, path), expected())


def test_a_geojson_file_is_read(tmp_path: Path, image: str) -> None:
    polygon = square(BOX)
    path = write_layers(tmp_path / "areas.geojson", {"areas": [polygon]}, 4326, "GeoJSON")
    assert json.loads(Path(path).read_text())["features"][0]["geometry"]["coordinates"][0][0][0] < 14

    np.testing.assert_array_equal(learned_from(image, path), expected())


def test_several_and_multipart_polygons_are_joined(tmp_path: Path, image: str) -> None:
    left, low, right, high = BOX
    middle = (left + right) / 2
    several = ogr.Geometry(ogr.wkbMultiPolygon)
    several.AddGeometry(square((left, low, middle, high)))
    path = write_layers(tmp_path / "areas.gpkg", {"areas": [several, square((middle, low, right, high))]})

    np.testing.assert_array_equal(learned_from(image, path), expected())


@pytest.mark.parametrize(
    ("suffix", "which"),
    [("", 0), ("|layername=second", 1), ("|layerid=1", 1), ("|layername=first|geometrytype=Polygon", 0)],
)
def test_the_layer_a_qgis_source_names_is_taken(tmp_path: Path, image: str, suffix: str, which: int) -> None:
    left, low, right, _ = BOX
    other = square((left, low - 150, right, low))
    path = write_layers(tmp_path / "areas.gpkg", {"first": [square(BOX)], "second": [other]})
    below = np.roll(expected(), 10, axis=0)
    below[25:] = False

    np.testing.assert_array_equal(learned_from(image, path + suffix), [expected(), below][which])


def test_the_filter_a_qgis_source_carries_is_obeyed(tmp_path: Path, image: str) -> None:
    left, low, right, _ = BOX
    path = write_layers(
        tmp_path / "areas.gpkg", {"areas": [square((left, low - 150, right, low)), square(BOX)]}
    )

    np.testing.assert_array_equal(learned_from(image, f'{path}|subset="kind" = 1'), expected())
    with pytest.raises(RasterError, match=r"BACKGROUND: .*areas.gpkg"):
        learned_from(image, f"{path}|subset=kind = = 1")


def test_without_a_geotransform_polygons_count_pixels_as_qgis_shows_them(tmp_path: Path) -> None:
    image = write_raster(tmp_path / "cube.tif", spectra())
    path = write_layers(tmp_path / "areas.gpkg", {"areas": [square((4, -20, 14, -10))]}, None)

    np.testing.assert_array_equal(learned_from(image, path), expected())


def test_polygons_follow_a_rotated_image(tmp_path: Path) -> None:
    turned = (PLACE[0], 0.0, 30.0, PLACE[3], 30.0, 0.0)
    image = write_raster(tmp_path / "cube.tif", spectra(), geotransform=turned, epsg=UTM33)
    box = (PLACE[0] + 10 * 30, PLACE[3] + 4 * 30, PLACE[0] + 20 * 30, PLACE[3] + 14 * 30)
    path = write_layers(tmp_path / "areas.gpkg", {"areas": [square(box)]})

    np.testing.assert_array_equal(learned_from(image, path), expected())


def test_polygons_are_placed_by_ground_control_points(tmp_path: Path) -> None:
    image = write_raster(tmp_path / "cube.tif", spectra())
    points: List[Any] = [
        gdal.GCP(PLACE[0] + 30 * column, PLACE[3] - 30 * row, 0, column, row)
        for column, row in [(0, 0), (29, 0), (0, 37), (29, 37)]
    ]
    dataset = gdal.OpenEx(image, gdal.OF_UPDATE)
    dataset.SetGCPs(points, wkt(UTM33))
    del dataset
    path = write_layers(tmp_path / "areas.gpkg", {"areas": [square(BOX)]})

    np.testing.assert_array_equal(learned_from(image, path), expected())


def test_polygons_elsewhere_are_refused(tmp_path: Path, image: str) -> None:
    left, low, right, high = BOX
    path = write_layers(tmp_path / "areas.gpkg", {"areas": [square((left + 9e4, low, right + 9e4, high))]})
    with pytest.raises(DataError, match=r"BACKGROUND: no polygon of .*areas.gpkg covers a pixel"):
        learned_from(image, path)


def test_a_layer_without_features_is_refused(tmp_path: Path, image: str) -> None:
    with pytest.raises(DataError, match="no polygon"):
        learned_from(image, write_layers(tmp_path / "areas.gpkg", {"areas": []}))


@pytest.mark.parametrize("text", ["POINT (380200 5819600)", "LINESTRING (380200 5819600, 380400 5819500)"])
def test_points_and_lines_are_refused(tmp_path: Path, image: str, text: str) -> None:
    path = write_layers(tmp_path / "places.gpkg", {"places": [ogr.CreateGeometryFromWkt(text)]})
    with pytest.raises(RasterError, match="only polygons"):
        learned_from(image, path)


def test_what_is_neither_is_refused(tmp_path: Path, image: str) -> None:
    with pytest.raises(RasterError, match="does not exist"):
        learned_from(image, str(tmp_path / "missing.gpkg"))
    notes = tmp_path / "notes.txt"
    notes.write_text("notes")
    with pytest.raises(
        RasterError, match="BACKGROUND: .*notes.txt cannot be opened as a raster or as polygons"
    ):
        learned_from(image, str(notes))
    path = write_layers(tmp_path / "areas.gpkg", {"areas": [square(BOX)]})
    with pytest.raises(RasterError, match="no such layer; it has areas"):
        learned_from(image, f"{path}|layername=others")


def test_a_background_of_fewer_than_two_pixels_is_refused(tmp_path: Path, image: str) -> None:
    left, low, _, _ = BOX
    path = write_layers(tmp_path / "areas.gpkg", {"areas": [square((left, low, left + 30, low + 30))]})
    with pytest.raises(DataError, match="at least 2"):
        learned_from(image, path)


def write_objects(path: Path, statuses: Sequence[Optional[str]]) -> str:
    """Write squares of three columns side by side in rows 10 to 20, each with its field `status`."""
    data = gdal.GetDriverByName("GPKG").Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(UTM33)
    layer = data.CreateLayer("objects", reference, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("status", ogr.OFTString))
    for number, status in enumerate(statuses):
        left = BOX[0] + 90 * number
        feature = ogr.Feature(layer.GetLayerDefn())
        if status is not None:
            feature.SetField("status", status)
        feature.SetGeometry(square((left, BOX[1], left + 90, BOX[3])))
        layer.CreateFeature(feature)
    del layer, data
    return str(path)


def test_objects_that_are_ticked_true_are_left_out_of_the_background(tmp_path: Path, image: str) -> None:
    path = write_objects(tmp_path / "objects.gpkg", ["unknown", "true", "false", None])
    ticked = np.zeros((37, 29), dtype=bool)
    ticked[10:20, 7:10] = True
    said: List[str] = []

    cube = open_cube(image, background=path, run=Run(on_message=said.append))
    np.testing.assert_array_equal(cube.background, ~ticked)
    assert any("ticked true, 30 pixels, are left out of the background" in text for text in said)
    np.testing.assert_array_equal(learned_from(image, f"{path}|subset=fid > 1"), ~ticked)


def test_objects_of_which_none_is_true_are_refused(tmp_path: Path, image: str) -> None:
    for statuses in (["unknown", "false"], [None, None]):
        with pytest.raises(DataError, match=r"BACKGROUND: no object of .* has the status true: tick those"):
            learned_from(image, write_objects(tmp_path / "objects.gpkg", statuses))
    path = write_objects(tmp_path / "mixed.gpkg", ["true", "maybe"])
    with pytest.raises(RasterError, match="holds 'maybe': it may hold unknown, true, false"):
        learned_from(image, path)


def test_polygons_with_a_status_of_another_kind_are_polygons(tmp_path: Path, image: str) -> None:
    path = write_objects(tmp_path / "parcels.gpkg", ["sold", None, "planned"])
    inside = np.zeros((37, 29), dtype=bool)
    inside[10:20, 4:13] = True

    np.testing.assert_array_equal(learned_from(image, path), inside)


def test_a_georeference_without_place_is_shown_as_qgis_does() -> None:
    assert Georeference(3, 2).as_shown().geotransform == (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
    assert Georeference(3, 2, PLACE).as_shown().geotransform == PLACE
