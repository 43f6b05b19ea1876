"""Tanager: ortho scenes as they lie, basic ones on the grid of the sensor."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from osgeo import osr

from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.reader import open_cube
from tests.raster.products.made import COLUMNS, NANOMETERS, ROWS, Log, blank, tanager
from tests.raster.rasters import PLACE, UTM33

pytest.importorskip("h5py")

MAP_ROWS, MAP_COLUMNS = 16, 15
FRAMING = json.dumps({"epsg_code": UTM33, "rows": MAP_ROWS, "cols": MAP_COLUMNS, "geotransform": list(PLACE)})


def test_an_ortho_scene(tmp_path: Path) -> None:
    cloud, cirrus, nodata = blank(), blank(), blank()
    cloud[6, 5], cirrus[11, 9], nodata[0, :2] = 1, 1, 1
    cirrus[0, 9] = 255  # the fill value of masks
    marks = {"beta_cloud_mask": cloud, "beta_cirrus_mask": cirrus, "nodata_pixels": nodata}
    path, values = tanager(tmp_path / "a_ortho_sr_hdf5.h5", marks=marks)
    log = Log()

    cube = open_cube(path, run=log.run())

    assert list(cube.band_numbers) == [1, 2, 3, 5]
    np.testing.assert_array_equal(cube.wavelengths, NANOMETERS[[0, 1, 2, 4]])
    np.testing.assert_allclose(cube.fwhm, NANOMETERS[[0, 1, 2, 4]] / 60)
    expected = values[..., [0, 1, 2, 4]] * cube.valid[..., None]
    np.testing.assert_array_equal(cube.read_rows(0, ROWS), expected)
    around = np.ones((ROWS, COLUMNS), bool)
    around[4:9, 3:8] = around[11, 9] = around[0, 0] = around[0, 1] = False
    np.testing.assert_array_equal(cube.valid, around)
    assert cube.masked == {"nodata": 1, "cloud": 25, "cirrus": 1}
    assert cube.georeference.geotransform == PLACE and "UTM zone 33N" in cube.georeference.crs
    assert "Tanager ortho: surface reflectance" in log
    assert open_cube(path, allow=["nodata"]).valid[0, 1]


def test_a_southern_zone_by_the_grid_alone(tmp_path: Path) -> None:
    path, _ = tanager(tmp_path / "a.h5", south=True, cube="toa_radiance")
    log = Log()
    cube = open_cube(path, run=log.run())
    assert "UTM zone 33S" in cube.georeference.crs and list(cube.band_numbers) == [1, 2, 3, 4, 5]
    assert "Radiance, not reflectance" in log and "no mask of cloud" in log


def swath(turn: float = 0.3):
    """Return latitude and longitude of a swath that lies turned within the map, and its map coordinates in pixels."""
    row, column = np.mgrid[:ROWS, :COLUMNS] + 0.0
    map_column = 2 + column * np.cos(turn) + row * np.sin(turn) * 0.4
    map_row = 3 - column * np.sin(turn) * 0.4 + row * np.cos(turn)
    left, size, _, top, _, _ = PLACE
    x, y = left + size * (map_column + 0.5), top - size * (map_row + 0.5)
    utm, world = osr.SpatialReference(), osr.SpatialReference()
    utm.ImportFromEPSG(UTM33)
    world.ImportFromEPSG(4326)
    for reference in (utm, world):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    points = np.array(
        osr.CoordinateTransformation(utm, world).TransformPoints(
            np.column_stack([x.ravel(), y.ravel()]).tolist()
        )
    )
    return (points[:, 1].reshape(x.shape), points[:, 0].reshape(x.shape)), (map_row, map_column)


def test_a_basic_scene_is_laid_by_its_nearest_pixels(tmp_path: Path) -> None:
    """Against a search over all pixels."""
    degrees, (map_row, map_column) = swath()
    path, values = tanager(
        tmp_path / "a_basic_sr_hdf5.h5", "basic", latitude_longitude=degrees, framing=FRAMING
    )

    cube = open_cube(path)

    np.testing.assert_array_equal(cube.read_rows(3, 5), values[3:5][..., [0, 1, 2, 4]])
    assert cube.georeference.geotransform is None
    scores = np.arange(ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)
    laid, place = cube.on_map(scores)
    assert laid.shape == (MAP_ROWS, MAP_COLUMNS) and place.geotransform == PLACE
    for row in range(MAP_ROWS):
        for column in range(MAP_COLUMNS):
            away = np.hypot(map_row - row, map_column - column)
            if away.min() > 1.001:
                assert np.isnan(laid[row, column])
            elif away.min() < 0.999:
                assert away[np.unravel_index(int(laid[row, column]), away.shape)] == pytest.approx(
                    away.min(), abs=1e-3
                )
    assert np.isfinite(laid).sum() > 100


@pytest.mark.parametrize(
    ("without", "framing", "sentence"),
    [
        (["HDFEOS/SWATHS/HYP/Geolocation Fields/Latitude"], FRAMING, "has no geolocation"),
        ([], "", "does not say on which grid its map lies"),
        ([], '{"rows": 3}', "does not say on which grid its map lies"),
    ],
)
def test_a_swath_without_its_place_is_refused(tmp_path: Path, without, framing, sentence) -> None:
    path, _ = tanager(tmp_path / "a.h5", "basic", without=without, framing=framing)
    with pytest.raises(RasterError, match=sentence):
        open_cube(path)


def test_masks_and_grids_of_another_size_are_refused(tmp_path: Path) -> None:
    path, _ = tanager(tmp_path / "a.h5", marks={"beta_cloud_mask": np.zeros((ROWS, COLUMNS + 1))})
    with pytest.raises(RasterError, match="beta_cloud_mask .* has 12 x 11 pixels, its image 12 x 10"):
        open_cube(path)
    path, _ = tanager(tmp_path / "b.h5", without=["HDFEOS INFORMATION/StructMetadata.0"])
    with pytest.raises(RasterError, match="does not say where its grid lies"):
        open_cube(path)


def test_pixels_that_lie_nowhere_are_told(tmp_path: Path) -> None:
    path, _ = tanager(
        tmp_path / "a.h5", "basic", latitude_longitude=(blank() + 0.0, blank() + 15.0), framing=FRAMING
    )
    with pytest.raises(RasterError, match="No pixel of .* lies on the map"):
        open_cube(path).on_map(np.zeros((ROWS, COLUMNS)))
