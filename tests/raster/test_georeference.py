"""Where a raster lies and how large its pixels are."""

from __future__ import annotations

from pathlib import Path

import pytest

from qgis_hsi_anomaly.raster.georeference import Georeference
from qgis_hsi_anomaly.raster.reader import open_cube
from tests.raster.rasters import PLACE, UTM33, spectra, wkt, write_raster


def test_pixel_area_is_in_square_map_units() -> None:
    assert Georeference(10, 10, PLACE, wkt(UTM33)).pixel_area == pytest.approx(900)


def test_a_rotated_pixel_is_as_large_as_its_parallelogram() -> None:
    turned = (0.0, 3.0, -4.0, 0.0, 4.0, 3.0)

    assert Georeference(10, 10, turned, wkt(UTM33)).pixel_area == pytest.approx(25)


def test_degrees_become_square_meters_by_latitude() -> None:
    # One second of arc is about 30.9 m; half as wide at 60 degrees north.
    second = 1 / 3600
    at_equator = Georeference(2, 2, (10.0, second, 0, second, 0, -second), wkt(4326))
    far_north = Georeference(2, 2, (10.0, second, 0, 60 + second, 0, -second), wkt(4326))

    assert at_equator.pixel_area == pytest.approx(30.9**2, rel=0.01)
    assert far_north.pixel_area == pytest.approx(30.9**2 / 2, rel=0.01)


def test_without_a_crs_or_a_geotransform_there_is_no_area() -> None:
    assert Georeference(10, 10, PLACE, "").pixel_area is None
    assert Georeference(10, 10, None, wkt(UTM33)).pixel_area is None


def test_a_crs_that_cannot_be_understood_gives_no_area() -> None:
    assert Georeference(10, 10, PLACE, "NOT A CRS").pixel_area is None


def test_a_cube_has_its_files_georeference(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "cube.tif", spectra(), geotransform=PLACE, epsg=UTM33)
    cube = open_cube(path)

    assert cube.georeference.geotransform == PLACE
    assert "32633" in cube.georeference.crs
    assert cube.pixel_area == pytest.approx(900)


@pytest.mark.parametrize(("shift", "same"), [(0, True), (14, True), (16, False), (-5000, False)])
def test_two_grids_are_in_one_place_within_half_a_pixel(shift: float, same: bool) -> None:
    moved = (PLACE[0] + shift, *PLACE[1:])

    assert Georeference(10, 10, PLACE, "").same_place(Georeference(10, 10, moved, "")) is same
    assert Georeference(10, 10, None, "").same_place(Georeference(10, 10, moved, ""))


def test_a_coordinate_system_in_latin_1_is_read(tmp_path) -> None:
    """A name that is not ASCII, as Windows software writes it."""
    path = write_raster(tmp_path / "cube.img", spectra(), "ENVI", epsg=UTM33, geotransform=PLACE)
    header = tmp_path / "cube.hdr"
    text = (
        header.read_text(encoding="utf-8")
        .replace("UTM_Zone_33N", "Z\u00fcrich")
        .replace("UTM zone 33N", "Z\u00fcrich")
    )
    header.write_bytes(text.encode("latin-1"))

    assert open_cube(path).georeference.geotransform == PLACE
