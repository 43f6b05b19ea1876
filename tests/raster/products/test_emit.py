"""EMIT: scored on the grid of the sensor, scores laid on the map by the product's lookup."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, ogr

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import DataError, RasterError
from qgis_hsi_anomaly.raster.image import input_files
from qgis_hsi_anomaly.raster.reader import open_cube, read_map
from tests.raster.products.made import (
    COLUMNS,
    EMIT_MAP,
    EMIT_MASKS,
    EMIT_PLACE,
    ROWS,
    Log,
    blank,
    emit,
    emit_lookup,
)

pytest.importorskip("netCDF4")


def test_the_cube_is_the_swath(tmp_path: Path) -> None:
    """Lines, samples and bands as they were measured, each pixel once, the bad band left out."""
    path, values = emit(tmp_path)
    log = Log()

    cube = open_cube(path, run=log.run())

    assert (cube.rows, cube.columns) == (ROWS, COLUMNS) and list(cube.band_numbers) == [1, 2, 4]
    np.testing.assert_array_equal(cube.wavelengths, [400, 600, 2200])
    np.testing.assert_allclose(cube.fwhm, [8, 12, 44])
    expected = values[..., [0, 1, 3]].copy()
    expected[11, 0] = 0
    np.testing.assert_array_equal(cube.read_rows(0, ROWS), expected)
    assert not cube.valid[11, 0] and cube.valid.sum() == ROWS * COLUMNS - 1
    assert [(band.number, band.reason) for band in cube.dropped] == [(3, "not a good wavelength")]
    assert "clouds are not left out" in log and "scores are laid on its map grid" in log


def test_maps_are_laid_by_the_lookup(tmp_path: Path) -> None:
    """ortho[y, x] = raw[glt_y - 1, glt_x - 1], NaN where it is 0: as the user guide has it, pixel by pixel."""
    path, _ = emit(tmp_path)
    cube = open_cube(path)
    scores = np.arange(ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)
    scores[4, 4] = np.nan

    laid, place = cube.on_map(scores)

    across, down = emit_lookup()
    expected = np.full(EMIT_MAP, np.nan, np.float32)
    for row in range(EMIT_MAP[0]):
        for column in range(EMIT_MAP[1]):
            if across[row, column]:
                expected[row, column] = scores[down[row, column] - 1, across[row, column] - 1]
    np.testing.assert_array_equal(laid, expected)
    assert place.geotransform == EMIT_PLACE and "WGS 84" in place.crs
    assert (place.rows, place.columns) == EMIT_MAP
    assert cube.pixel_area == place.pixel_area != None  # noqa: E711 (chained)


@pytest.mark.parametrize("layout", ["v001", "v003"])
def test_masks_by_their_names(tmp_path: Path, layout: str) -> None:
    """Whatever their order; the product's own buffer of clouds, else one of ours."""
    cloud, wide, cirrus, water = blank(), blank(), blank(), blank()
    cloud[5, 5], wide[4:7, 4:7], cirrus[0, 0], water[9, 9] = 1, 1, 1, 1
    if layout == "v001":
        marks = {"Cloud flag": cloud, "Dilated Cloud Flag": wide, "Cirrus flag": cirrus, "Water flag": water}
        path, _ = emit(tmp_path, marks=marks)
        expected = 9
    else:
        names = ("Cirrus Flag", "Water Flag", "SpecTf-Cloud Probability", "SpecTf-Cloud Flag")
        marks = {"SpecTf-Cloud Flag": cloud, "Cirrus Flag": cirrus, "Water Flag": water}
        mask_name = "EMIT_L2A_MASK_003_20220827T060753.nc"
        path, _ = emit(tmp_path, marks=marks, mask_names=names, mask_name=mask_name)
        expected = 25

    cube = open_cube(path)

    assert (cube.masked["cloud"], cube.masked["cirrus"]) == (expected, 1)
    assert cube.valid[9, 9] and not cube.valid[0, 0] and not cube.valid[4, 4]
    assert open_cube(path, allow=["cloud"]).valid[5, 5]
    assert any("MASK" in name for name in input_files(path))


def test_a_background_is_given_on_the_map(tmp_path: Path) -> None:
    path, _ = emit(tmp_path)
    source = ogr.GetDriverByName("GeoJSON").CreateDataSource(f"{tmp_path}/a.geojson")
    layer = source.CreateLayer("a", geom_type=ogr.wkbPolygon)
    feature = ogr.Feature(layer.GetLayerDefn())
    left, size, _, top, _, _ = EMIT_PLACE
    edges = [(left + 2 * size, left + 4 * size), (top - 3 * size, top - 6 * size)]
    ring = ",".join(
        f"{x} {y}"
        for x, y in [
            (edges[0][0], edges[1][0]),
            (edges[0][1], edges[1][0]),
            (edges[0][1], edges[1][1]),
            (edges[0][0], edges[1][1]),
            (edges[0][0], edges[1][0]),
        ]
    )
    feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POLYGON(({ring}))"))
    layer.CreateFeature(feature)
    del feature, layer, source

    cube = open_cube(path, background=f"{tmp_path}/a.geojson")

    expected = np.zeros((ROWS, COLUMNS), bool)
    expected[2:5, 1:3] = True  # the map's rows 3 to 5 and columns 2 to 3, moved by 1
    np.testing.assert_array_equal(cube.background, expected)


def test_scores_are_written_on_the_map(tmp_path: Path, capsys) -> None:
    """Through the command line, its record beside it."""
    cloud = blank()
    cloud[5, 5] = 1
    path, _ = emit(tmp_path, marks={key: cloud if key == "Cloud flag" else blank() for key in EMIT_MASKS})
    output = f"{tmp_path}/scores.tif"

    assert main(["detect", "rx", path, output, "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert answer["valid_pixels"] == ROWS * COLUMNS - 2
    scores, place = read_map(output)
    assert scores.shape == EMIT_MAP and place.geotransform == EMIT_PLACE
    across, down = emit_lookup()
    none = (across == 0) | ((down == 12) & (across == 1)) | ((down == 6) & (across == 6))
    np.testing.assert_array_equal(np.isnan(scores), none)
    record = json.loads(Path(f"{output}.json").read_text(encoding="utf-8"))
    assert record["metrics"]["masked_pixels"] == {"cloud": 1, "cirrus": 0, "bad": 0}
    assert record["metrics"]["product"] == "EMIT L2A"


def test_a_layer_of_it_is_the_product(tmp_path: Path) -> None:
    """As QGIS names it."""
    path, _ = emit(tmp_path)
    assert open_cube(f'NETCDF:"{path}":reflectance').product.label == "EMIT"


def test_radiance(tmp_path: Path) -> None:
    path, _ = emit(tmp_path, quantity="radiance", without=["good_wavelengths"])
    log = Log()
    assert list(open_cube(path, run=log.run()).band_numbers) == [1, 2, 3, 4]
    assert "Radiance, not reflectance" in log


def test_what_is_missing_or_does_not_fit_is_told(tmp_path: Path) -> None:
    path, _ = emit(tmp_path, without=["glt_y"])
    with pytest.raises(RasterError, match=r"has no geolocation \(location/glt_y\)"):
        open_cube(path)
    path, _ = emit(tmp_path, marks={"Cloud flag": np.zeros((ROWS, COLUMNS + 2))})
    with pytest.raises(RasterError, match="The mask .* has 12 rows and 12 columns, its image 12 and 10"):
        open_cube(path)
    (tmp_path / "cut.nc").write_bytes(Path(path).read_bytes()[:3000])
    with pytest.raises(
        RasterError, match=r"cut.nc is cut short: it promises \d+ bytes and has 3000; download it again"
    ):
        open_cube(f"{tmp_path}/cut.nc")


def test_a_lookup_beyond_the_swath_is_told(tmp_path: Path) -> None:
    import netCDF4

    path, _ = emit(tmp_path)
    with netCDF4.Dataset(path, "a") as file:
        file["location/glt_x"][0, 0] = COLUMNS + 1
        file["location/glt_y"][0, 0] = 1
    with pytest.raises(RasterError, match="leads beyond its 12 rows and 10 columns"):
        open_cube(path).on_map(np.zeros((ROWS, COLUMNS)))


def test_a_region_on_the_swath_is_not_the_map(tmp_path: Path) -> None:
    path, _ = emit(tmp_path)
    gdal.GetDriverByName("GTiff").Create(f"{tmp_path}/mask.tif", COLUMNS, ROWS, 1)
    with pytest.raises(DataError, match="has 12 rows and 10 columns, the image 14 and 12"):
        open_cube(path, background=f"{tmp_path}/mask.tif")
