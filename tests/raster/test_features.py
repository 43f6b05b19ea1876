"""OBJECTS: the features of a vector layer as pixels of the image."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import pytest
from osgeo import gdal, ogr, osr

from qgis_hsi_anomaly.core.errors import Cancelled, DataError, RasterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.background import read_background
from qgis_hsi_anomaly.raster.features import read_features
from qgis_hsi_anomaly.raster.georeference import Georeference
from tests.raster.rasters import PLACE, UTM33, wkt

ROWS, COLUMNS = 37, 29
GRID = Georeference(COLUMNS, ROWS, PLACE, wkt(UTM33))


def on_map(row: float, column: float) -> Tuple[float, float]:
    return PLACE[0] + 30 * column, PLACE[3] - 30 * row


def polygon(*rings: Sequence[Tuple[float, float]]) -> Any:
    """A polygon from rings of (row, column), closed here."""
    texts = [
        "(" + ", ".join("{!r} {!r}".format(*on_map(*corner)) for corner in [*ring, ring[0]]) + ")"
        for ring in rings
    ]
    return ogr.CreateGeometryFromWkt(f"POLYGON ({', '.join(texts)})")


def box(top: float, left: float, bottom: float, right: float) -> List[Tuple[float, float]]:
    return [(top, left), (top, right), (bottom, right), (bottom, left)]


def point(row: float, column: float) -> Any:
    return ogr.CreateGeometryFromWkt("POINT ({!r} {!r})".format(*on_map(row, column)))


def write(
    path: Path,
    geometries: Sequence[Any],
    ranks: Optional[Sequence[Optional[int]]] = None,
    epsg: Optional[int] = UTM33,
    driver: str = "GPKG",
) -> str:
    """Write geometries, given in UTM 33, to a layer of a CRS."""
    data = gdal.GetDriverByName(driver).Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
    reference = None
    if epsg is not None:
        reference, source = osr.SpatialReference(), osr.SpatialReference()
        for one, code in ((reference, epsg), (source, UTM33)):
            one.ImportFromEPSG(code)
            one.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        transformation = osr.CoordinateTransformation(source, reference)
    layer = data.CreateLayer("objects", reference, ogr.wkbUnknown)
    if ranks is not None:
        layer.CreateField(ogr.FieldDefn("rank", ogr.OFTInteger))
    for number, geometry in enumerate(geometries):
        feature = ogr.Feature(layer.GetLayerDefn())
        if ranks is not None and ranks[number] is not None:
            feature.SetField("rank", ranks[number])
        if geometry is not None:
            moved = geometry.Clone()
            if epsg is not None:
                moved.Transform(transformation)
            feature.SetGeometry(moved)
        layer.CreateFeature(feature)
    del data
    return str(path)


def places(path: str, georeference: Georeference = GRID) -> Dict[str, List[Tuple[int, int]]]:
    return {
        item.name: sorted(zip(item.rows.tolist(), item.columns.tolist()))
        for item in read_features(path, georeference)
    }


def pixels(top: int, left: int, bottom: int, right: int) -> List[Tuple[int, int]]:
    return [(row, column) for row in range(top, bottom) for column in range(left, right)]


@pytest.mark.parametrize("epsg", [UTM33, 4326, 3857, None])
def test_polygons_of_any_crs_cover_the_pixels_whose_centers_lie_in_them(
    tmp_path: Path, epsg: Optional[int]
) -> None:
    path = write(tmp_path / "o.gpkg", [polygon(box(10, 4, 12, 7)), polygon(box(30, 20, 31, 21))], epsg=epsg)

    assert places(path) == {"Feature 1": pixels(10, 4, 12, 7), "Feature 2": [(30, 20)]}


def test_pixels_are_those_that_gdal_burns(tmp_path: Path) -> None:
    """Stars with a hole, several parts, over the image's edge: an implementation that is not ours."""
    random = np.random.default_rng(3)
    for number in range(8):
        turns = np.linspace(0, 2 * np.pi, 17)[:-1]
        lengths = random.uniform(4, 16, len(turns))
        middle = random.uniform(0, 30, 2)
        outer = middle + lengths[:, None] * np.stack([np.sin(turns), np.cos(turns)], axis=1)
        star = polygon(outer.tolist(), (middle + 0.4 * (outer - middle)).tolist())
        several = ogr.Geometry(ogr.wkbMultiPolygon)
        several.AddGeometry(star)
        several.AddGeometry(polygon(box(33, 1, 36, 3)).Difference(star))
        path = write(tmp_path / f"{number}.gpkg", [several])

        (found,) = read_features(path, GRID)

        mask = np.zeros((ROWS, COLUMNS), dtype=bool)
        mask[found.rows, found.columns] = True
        np.testing.assert_array_equal(mask, read_background(path, GRID))


def test_a_polygon_without_a_pixel_center_has_the_pixel_it_lies_in(tmp_path: Path) -> None:
    path = write(tmp_path / "o.gpkg", [polygon(box(10.6, 4.6, 10.9, 4.9))])

    assert places(path) == {"Feature 1": [(10, 4)]}


def test_objects_are_named_and_ordered_by_rank(tmp_path: Path) -> None:
    shapes = [polygon(box(row, 4, row + 2, 6)) for row in (2, 8, 14, 20)]
    path = write(tmp_path / "o.gpkg", shapes, ranks=[3, None, 1, 2])

    found = read_features(path, GRID)

    assert [item.name for item in found] == ["Object 1", "Object 2", "Object 3", "Feature 2"]
    assert found[0].rows.min() == 14
    assert [item.name for item in read_features(f"{path}|subset=rank > 1", GRID)] == ["Object 2", "Object 3"]


def test_points_have_the_pixel_they_lie_in_each_once(tmp_path: Path) -> None:
    several = ogr.Geometry(ogr.wkbMultiPoint)
    for row, column in [(5.2, 6.9), (5.9, 6.1), (7.5, 6.5)]:
        several.AddGeometry(point(row, column))
    path = write(tmp_path / "o.gpkg", [point(0.01, 0.01), several])

    assert places(path) == {"Feature 1": [(0, 0)], "Feature 2": [(5, 6), (7, 6)]}


def test_without_a_geotransform_coordinates_count_pixels_as_qgis_shows_them(tmp_path: Path) -> None:
    square = ogr.CreateGeometryFromWkt("POLYGON ((4 -20, 14 -20, 14 -10, 4 -10, 4 -20))")
    path = write(tmp_path / "o.gpkg", [square, ogr.CreateGeometryFromWkt("POINT (3.5 -0.5)")], epsg=None)

    found = places(path, Georeference(COLUMNS, ROWS))

    assert found == {"Feature 1": pixels(10, 4, 20, 14), "Feature 2": [(0, 3)]}


def test_features_follow_a_rotated_image(tmp_path: Path) -> None:
    """Columns run north and rows east."""
    turned = Georeference(COLUMNS, ROWS, (PLACE[0], 0.0, 30.0, PLACE[3], 30.0, 0.0), wkt(UTM33))
    # Over the image's own place: 10 to 12 steps east are rows, 3 to 5 steps north are columns.
    path = write(tmp_path / "o.gpkg", [polygon(box(-5, 10, -3, 12))])

    assert places(path, turned) == {"Feature 1": pixels(10, 3, 12, 5)}


def test_features_are_placed_by_ground_control_points(tmp_path: Path) -> None:
    corners = [(0, 0), (0, COLUMNS), (ROWS, 0), (ROWS, COLUMNS)]
    points = tuple((column, row, *on_map(row, column), 0.0, "") for row, column in corners)
    path = write(tmp_path / "o.gpkg", [polygon(box(10, 4, 12, 7)), point(3.5, 8.5)], epsg=4326)

    found = places(path, Georeference(COLUMNS, ROWS, None, wkt(UTM33), points))

    assert found == {"Feature 1": pixels(10, 4, 12, 7), "Feature 2": [(3, 8)]}


def test_features_outside_are_left_out_and_counted(tmp_path: Path) -> None:
    warnings: List[str] = []
    shapes = [polygon(box(-9, -9, -5, -5)), None, polygon(box(-1, -1, 2, 3)), polygon(box(40, 2, 40.2, 2.2))]
    path = write(tmp_path / "o.gpkg", shapes)

    found = read_features(path, GRID, Run(on_warning=warnings.append))

    assert [item.name for item in found] == ["Feature 3"] and len(found[0].rows) == 6
    assert warnings == ["OBJECTS: 3 of 4 features lie outside the image."]


def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    line = ogr.CreateGeometryFromWkt("LINESTRING ({!r} {!r}, {!r} {!r})".format(*on_map(2, 2), *on_map(9, 9)))
    with pytest.raises(
        RasterError, match=r"OBJECTS: .*lines.gpkg holds a linestring: only polygons and points"
    ):
        read_features(write(tmp_path / "lines.gpkg", [line]), GRID)
    with pytest.raises(DataError, match=r"OBJECTS: no feature of .*away.gpkg lies on a pixel"):
        read_features(write(tmp_path / "away.gpkg", [polygon(box(90, 90, 95, 95))]), GRID)
    with pytest.raises(DataError, match="no feature"):
        read_features(write(tmp_path / "empty.gpkg", []), GRID)
    with pytest.raises(RasterError, match=r"OBJECTS: .*nowhere.gpkg cannot be opened as a vector layer"):
        read_features(str(tmp_path / "nowhere.gpkg"), GRID)
    with pytest.raises(RasterError, match="OBJECTS: .* no such layer; it has objects"):
        read_features(f"{tmp_path / 'lines.gpkg'}|layername=others", GRID)


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    path = write(tmp_path / "o.gpkg", [point(3, 3)])
    with pytest.raises(Cancelled):
        read_features(path, GRID, Run(is_cancelled=lambda: True))
