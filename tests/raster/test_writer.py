"""Score layers say what they are and where they lie."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.georeference import Georeference
from qgis_hsi_anomaly.raster.reader import open_cube, read_map
from qgis_hsi_anomaly.raster.writer import _OPTIONS, DRIVERS, write_map
from tests.raster.rasters import PLACE, UTM33, spectra, wkt, write_raster

ROTATED = (380000.0, 25.0, 16.0, 5820000.0, 16.0, -25.0)
METADATA = {"METHOD": "rx", "PARAMETERS": '{"regularization": "none"}', "NAME": "Größe = 1 < 2"}


def scores(rows: int = 300, columns: int = 270) -> np.ndarray:
    values = np.random.default_rng(1).random((rows, columns)).astype(np.float32)
    values[5, :7] = np.nan
    return values


def place(geotransform=PLACE, epsg=UTM33) -> Georeference:
    return Georeference(270, 300, geotransform, wkt(epsg) if epsg else "")


@pytest.mark.parametrize("extension", [*DRIVERS, ".TIF"])
def test_what_is_written_is_read_back(tmp_path: Path, extension: str) -> None:
    path = str(tmp_path / f"scores{extension}")
    write_map(path, scores(), place(), "RX scores", METADATA)
    values, georeference = read_map(path)

    np.testing.assert_array_equal(values, scores())
    assert georeference.geotransform == PLACE
    assert 'AUTHORITY["EPSG","32633"]' in georeference.crs or "UTM" in georeference.crs
    dataset = gdal.Open(path)
    band = dataset.GetRasterBand(1)
    assert dataset.GetDriver().ShortName == DRIVERS[extension.lower()]
    assert band.GetDescription() == "RX scores"
    assert np.isnan(band.GetNoDataValue())
    assert METADATA.items() <= dataset.GetMetadata().items()
    finite = scores()[np.isfinite(scores())].astype(float)
    # False, False: kept in the file, neither approximated nor computed now.
    np.testing.assert_allclose(
        band.GetStatistics(False, False), [finite.min(), finite.max(), finite.mean(), finite.std()], rtol=1e-6
    )
    assert band.DataType == gdal.GDT_Float32


def test_a_geotiff_is_tiled_and_compressed(tmp_path: Path) -> None:
    path = str(tmp_path / "scores.tif")
    write_map(path, np.zeros((300, 270), np.float64), place(), "", {})
    dataset = gdal.Open(path)

    assert dataset.GetRasterBand(1).GetBlockSize() == [256, 256]
    assert dataset.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE") == "DEFLATE"
    assert dataset.GetMetadataItem("PREDICTOR", "IMAGE_STRUCTURE") == "3"
    assert os.path.getsize(path) < 5000


@pytest.mark.parametrize("extension", [".tif", ".img"])
@pytest.mark.parametrize(
    ("geotransform", "epsg"),
    [(PLACE, UTM33), (ROTATED, UTM33), (PLACE, None), (None, None), ((10.0, 1e-4, 0, 52.0, 0, -2e-4), 4326)],
)
def test_place_and_crs_are_the_inputs(tmp_path: Path, extension: str, geotransform, epsg) -> None:
    path = str(tmp_path / f"scores{extension}")
    expected = place(geotransform, epsg)
    write_map(path, scores(), expected, "", {})
    found = read_map(path)[1]

    if geotransform is None:
        assert found.geotransform is None
    else:
        np.testing.assert_allclose(found.geotransform, geotransform, rtol=1e-13, atol=1e-12)
    assert bool(found.crs) == bool(epsg)
    assert found.pixel_area == pytest.approx(expected.pixel_area) if epsg else found.pixel_area is None


@pytest.mark.parametrize("extension", [".tif", ".img"])
def test_ground_control_points_are_kept(tmp_path: Path, extension: str) -> None:
    path = str(tmp_path / f"scores{extension}")
    corners = [(0, 0), (270, 0), (0, 300), (270, 300)]
    gcps = tuple(
        (float(p), float(q), 1e5 + 3 * p, 2e5 - 4 * q, 0.0, str(n)) for n, (p, q) in enumerate(corners, 1)
    )
    write_map(path, scores(), Georeference(270, 300, None, wkt(UTM33), gcps), "", {})
    found = read_map(path)[1]

    assert found.geotransform is None
    np.testing.assert_allclose([gcp[:5] for gcp in found.gcps], [gcp[:5] for gcp in gcps])
    assert "UTM zone 33N" in found.crs


def test_scores_that_are_all_nan_are_written_without_statistics(tmp_path: Path) -> None:
    path = str(tmp_path / "scores.tif")
    write_map(path, np.full((300, 270), np.nan), place(), "", {})

    assert np.isnan(read_map(path)[0]).all()


def test_a_refusal_by_gdal_is_told_in_a_sentence(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(_OPTIONS, "GTiff", ["TILED=YES", "BLOCKXSIZE=17"])
    with pytest.raises(RasterError, match=r"scores.tif cannot be written: .*(17|BLOCKXSIZE)"):
        write_map(str(tmp_path / "scores.tif"), scores(), place(), "", {})


@pytest.mark.parametrize("name", ["scores", "scores.jpg", "scores.hdr", "scores.tif.gz"])
def test_an_unknown_extension_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RasterError, match=r"extension.*\.tif"):
        write_map(str(tmp_path / name), scores(), place(), "", {})


def test_the_output_of_a_cube_is_aligned_with_it(tmp_path: Path) -> None:
    cube = open_cube(write_raster(tmp_path / "cube.tif", spectra(), geotransform=ROTATED, epsg=UTM33))
    path = str(tmp_path / "scores.tif")
    write_map(path, np.zeros((cube.rows, cube.columns)), cube.georeference, "", {})

    assert read_map(path)[1] == cube.georeference
