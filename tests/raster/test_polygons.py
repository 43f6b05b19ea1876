"""Objects on disk: polygons along pixel borders, areas, places, formats."""

from __future__ import annotations

import csv
import math
import re

import numpy as np
import pytest
from osgeo import gdal, ogr
from scipy import ndimage

from qgis_hsi_anomaly.core.decisions.objects import find_objects
from qgis_hsi_anomaly.core.decisions.scores import ArrayScores
from qgis_hsi_anomaly.core.decisions.threshold import ThresholdParameters, choose_threshold
from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.georeference import Georeference
from qgis_hsi_anomaly.raster.polygons import refuse_to_replace, vector_driver, vector_sidecars, write_objects
from tests.raster.rasters import PLACE, UTM33, wkt

SECOND = 1 / 3600


def objects_of(values):
    scores = ArrayScores(values.astype(np.float32))
    return find_objects(scores, choose_threshold(scores, ThresholdParameters("quantile", 0.1)), 0.5)


def place(values, geotransform=PLACE, crs=UTM33, gcps=()):
    rows, columns = values.shape
    return Georeference(columns, rows, geotransform, wkt(crs) if crs else "", gcps)


def written(path, values, georeference):
    found = objects_of(values)
    write_objects(str(path), found, {"rank": (int, list(range(1, len(found) + 1)))}, georeference, {"a": "b"})
    return found


def labels_on_grid(path, georeference):
    """The polygons' ranks burned into the grid again."""
    vector = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    target = gdal.GetDriverByName("MEM").Create(
        "", georeference.columns, georeference.rows, 1, gdal.GDT_Int32
    )
    georeference.as_shown().put(target)
    gdal.RasterizeLayer(target, [1], vector.GetLayer(0), options=["ATTRIBUTE=rank"])
    return target.ReadAsArray()


@pytest.mark.parametrize("seed", range(100))
def test_polygons_cover_the_pixels_of_scipys_labels(tmp_path, seed):
    rng = np.random.default_rng(seed)
    values = ndimage.gaussian_filter(rng.normal(size=rng.integers(12, 40, 2)), rng.choice([0, 0.8, 1.5]))
    values = (values - values.mean()) / values.std()
    values[rng.random(values.shape) < 0.05] = np.nan
    georeference = place(values)

    found = written(tmp_path / "objects.gpkg", values, georeference)

    drawn = found.rows_of_labels(0, len(values))
    np.testing.assert_array_equal(labels_on_grid(tmp_path / "objects.gpkg", georeference), drawn)
    layer = (vector := gdal.OpenEx(str(tmp_path / "objects.gpkg"), gdal.OF_VECTOR)).GetLayer(0)
    for index, feature in enumerate(layer):
        geometry = feature.GetGeometryRef()
        assert geometry.IsValid() and geometry.GetArea() == pytest.approx(900 * found.pixels[index])
        assert geometry.GetGeometryName() == "MULTIPOLYGON"
    del layer, vector


def two_squares():
    values = np.zeros((20, 20))
    values[2:4, 3:5] = 2
    values[4:6, 5:7] = 3  # touches the first at a corner
    values[15, 15] = 1
    return values


def test_parts_that_touch_at_a_corner_are_one_object(tmp_path):
    written(tmp_path / "o.geojson", two_squares(), place(two_squares()))

    layer = (vector := gdal.OpenEx(str(tmp_path / "o.geojson"), gdal.OF_VECTOR)).GetLayer(0)
    parts = [feature.GetGeometryRef().GetGeometryCount() for feature in layer]
    assert parts == [2, 1]
    assert "32633" in layer.GetSpatialRef().ExportToWkt()
    del layer, vector


@pytest.mark.parametrize(
    "name", ["o.gpkg", "o.geojson", "o.shp", "o.gml", "o.fgb", "o.tab", "o.sqlite", "o.kml"]
)
def test_formats_hold_every_object(tmp_path, name):
    written(tmp_path / name, two_squares(), place(two_squares()))

    vector = gdal.OpenEx(str(tmp_path / name), gdal.OF_VECTOR)
    if (
        vector.GetDriver().ShortName == "KML"
    ):  # it writes fields and reads none; LIBKML, where it is there, does
        ranks = [int(rank) for rank in re.findall(r'name="rank">(\d+)<', (tmp_path / name).read_text())]
    else:
        ranks = [int(feature.GetField("rank")) for feature in vector.GetLayer(0)]
    assert ranks == [1, 2]
    assert vector_driver(name) in (vector.GetDriver().ShortName, "LIBKML", "KML")


def test_a_table_has_the_fields_alone(tmp_path):
    columns = {"rank": (int, [1, 2]), "status": (str, ["unknown", None])}
    write_objects(str(tmp_path / "o.csv"), objects_of(two_squares()), columns, place(two_squares()), {})

    with open(tmp_path / "o.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{"rank": "1", "status": "unknown"}, {"rank": "2", "status": ""}]


def test_rasters_without_a_place_get_polygons_where_qgis_shows_them(tmp_path):
    values = two_squares()
    georeference = place(values, None, None)

    found = written(tmp_path / "o.gpkg", values, georeference)

    np.testing.assert_array_equal(
        labels_on_grid(tmp_path / "o.gpkg", georeference), found.rows_of_labels(0, 20)
    )


def test_control_points_place_the_polygons(tmp_path):
    values = two_squares()
    corners = [(0, 0), (20, 0), (0, 20), (20, 20)]
    gcps = tuple((p, line, 500 + 2 * p, 900 - 2 * line, 0.0, str(i)) for i, (p, line) in enumerate(corners))
    georeference = place(values, None, UTM33, gcps)

    written(tmp_path / "o.gpkg", values, georeference)

    layer = (vector := gdal.OpenEx(str(tmp_path / "o.gpkg"), gdal.OF_VECTOR)).GetLayer(0)
    feature = layer.GetNextFeature()
    west, east, south, north = feature.GetGeometryRef().GetEnvelope()
    assert (west, east, south, north) == pytest.approx((506, 514, 888, 896))
    x, y = georeference.map_points(np.array([2.0]), np.array([3.0]))
    assert (x[0], y[0]) == pytest.approx((507, 895))
    del feature, layer, vector


def test_square_meters_follow_the_ellipsoid():
    """The area of a belt of one degree from the integral over the ellipsoid, and feet turned into meters."""
    rows = np.arange(3600.0)
    degree = Georeference(10, 3600, (10.0, SECOND, 0, 61.0, 0, -SECOND), wkt(4326))
    strip = degree.square_meters(rows, np.zeros(3600)).sum() * 3600

    e2 = 1 - (6356752.314245 / 6378137.0) ** 2

    def below(latitude):
        s, e = math.sin(math.radians(latitude)), math.sqrt(e2)
        return 6356752.314245**2 / 2 * (s / (1 - e2 * s * s) + math.log((1 + e * s) / (1 - e * s)) / (2 * e))

    assert strip == pytest.approx((below(61) - below(60)) * math.radians(1), rel=1e-7)
    feet = Georeference(10, 10, (0, 10, 0, 0, 0, -10), wkt(2225))
    assert feet.square_meters(np.zeros(1), np.zeros(1))[0] == pytest.approx(100 * 0.3048006096**2)
    assert Georeference(10, 10, PLACE, "").square_meters(rows, rows) is None


def test_degrees_are_given_for_any_crs():
    georeference = Georeference(10, 10, PLACE, wkt(UTM33))
    x, y = georeference.map_points(np.array([0.0]), np.array([0.0]))

    longitude, latitude = georeference.longitude_latitude(x, y)

    assert (x[0], y[0]) == (380015.0, 5819985.0)
    assert (longitude[0], latitude[0]) == pytest.approx((13.2317, 52.5168), abs=1e-3)
    assert Georeference(10, 10, PLACE, "").longitude_latitude(x, y) is None


@pytest.mark.parametrize("name", ["o.xyz", "o", "o.tif", "o.gpx", "o.gdb"])
def test_extensions_that_hold_no_objects_are_refused(name):
    with pytest.raises(RasterError, match=r"\.gpkg"):
        vector_driver(name)


def test_what_lies_beside_a_shapefile_belongs_to_it(tmp_path):
    written(tmp_path / "o.shp", two_squares(), place(two_squares()))

    beside = {file.name for file in tmp_path.iterdir()} - {"o.shp"}
    assert beside <= {file.name for file in vector_sidecars(tmp_path / "o.shp")}


def test_ticked_objects_and_other_layers_are_not_replaced(tmp_path):
    path = str(tmp_path / "o.gpkg")
    found = objects_of(two_squares())
    status = {"status": (str, ["unknown"] * len(found))}
    refuse_to_replace(path)
    write_objects(path, found, status, place(two_squares()), {})
    refuse_to_replace(path)
    vector = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_UPDATE)
    vector.ExecuteSQL("UPDATE o SET status = 'true' WHERE fid = 1")
    del vector
    with pytest.raises(RasterError, match="1 objects that somebody has ticked"):
        refuse_to_replace(path)
    vector = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_UPDATE)
    vector.CreateLayer("streets", None, ogr.wkbLineString)
    del vector
    with pytest.raises(RasterError, match="2 layers"):
        refuse_to_replace(path)
