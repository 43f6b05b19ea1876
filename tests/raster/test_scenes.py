"""The real scenes: what the reader finds in them, and RX on them as published figures have it."""

from __future__ import annotations

from pathlib import Path
from typing import List

import numpy as np
import pytest
from osgeo import gdal, osr

from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.metrics import figures, label_scores
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import open_cube, read_map, read_truth
from qgis_hsi_anomaly.raster.writer import write_map
from tests.raster.rasters import LAYOUTS

# Plain RX: area under detection against false alarms, and under false alarms against threshold.
PAPER_SCENES = [
    ("sandiego", 0.9403, 0.0589),
    ("hydice", 0.9763, 0.0380),
    ("beach-3", 0.9998, 0.0259),
    ("urban-1", 0.9907, 0.0555),
    ("urban-2", 0.9946, 0.0135),
    ("urban-4", 0.9887, 0.0114),
]


@pytest.mark.parametrize(("scene", "detection", "false_alarms"), PAPER_SCENES)
def test_plain_rx_has_its_known_figures(
    data_folder: Path, scene: str, detection: float, false_alarms: float
) -> None:
    cube = open_cube(str(data_folder / "paper" / f"{scene}.tif"))
    scores = RX("none").fit(cube).score(cube)
    truth = read_truth(str(data_folder / "paper" / f"{scene}_truth.tif"), scores.shape)
    found = figures(label_scores(scores, truth))

    assert found["AUC_PD_PF"] == pytest.approx(detection, abs=1e-4)
    assert found["AUC_PF_TAU"] == pytest.approx(false_alarms, abs=1e-4)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rx_is_the_same_for_the_same_pixels_in_any_layout(
    data_folder: Path, tmp_path: Path, layout: str
) -> None:
    original = str(data_folder / "paper" / "hydice.tif")
    driver, name, options = LAYOUTS[layout]
    gdal.Translate(str(tmp_path / name), original, format=driver, creationOptions=list(options))
    expected = open_cube(original)
    cube = open_cube(str(tmp_path / name), memory_budget=3 * 2**20)
    scores, wanted = (RX("none").fit(one).score(one) for one in (cube, expected))

    np.testing.assert_allclose(scores, wanted, atol=1e-4 * np.ptp(wanted))


def test_san_diego_has_its_place_wavelengths_and_figure(data_folder: Path) -> None:
    folder = data_folder / "georeferenced"
    cube = open_cube(str(folder / "SDData"))
    scores = RX("none").fit(cube).score(cube)
    truth = read_truth(str(folder / "SDDataGt.bmp"), scores.shape)

    assert truth.sum() == 77
    assert figures(label_scores(scores, truth))["AUC_PD_PF"] == pytest.approx(0.9106, abs=1e-4)
    assert cube.georeference.geotransform == (480805.4, 3.5, 0, 3618830.5, 0, -3.5)
    assert cube.pixel_area == pytest.approx(12.25)
    assert cube.wavelengths[[0, -1]] == pytest.approx([429.41, 2470.46], abs=0.01)
    assert cube.fwhm[0] == pytest.approx(9.11)
    again = open_cube(str(folder / "SDData.hdr"))
    np.testing.assert_array_equal(again.read_rows(0, 90), cube.read_rows(0, 90))


def test_the_enmap_mosaics_dead_bands_are_named_and_its_gaps_are_not_valid(data_folder: Path) -> None:
    messages: List[str] = []
    path = str(data_folder / "georeferenced" / "enmap_potsdam_mosaic.tif")
    cube = open_cube(path, run=Run(on_message=messages.append))

    assert [band.number for band in cube.dropped] == [130, 131, 132, 133, 134, 135]
    assert messages == ["Bands not used, 6 of 224: marked bad: 130-135."]
    assert cube.bands == 218
    # 40 % of the pixels; with the 6 empty bands 42 % of the values.
    assert cube.valid.mean() == pytest.approx(0.6, abs=0.005)
    assert cube.pixel_area == 900
    assert cube.wavelengths[0] == pytest.approx(418.24)
    assert 0.01 < cube.read_rows(0, 192)[cube.valid].mean() < 0.5
    assert np.isfinite(RX().fit(cube).score(cube)[cube.valid]).all()


@pytest.mark.parametrize(
    ("name", "size", "wavelengths", "fwhm", "pixel_area"),
    [
        ("georeferenced/EnMAP_BerlinUrbanGradient.bsq", (80, 60, 177), (460, 2409), 5.8, 900),
        ("georeferenced/HyMap02_Berlin_Urban_Gradient_2009.bsq", (100, 67, 111), (455.4, 2446.5), None, 81),
        ("difficult/cubus_gamsberg_subset", (25, 10, 189), (426.82, 2324.91), 11.3871, None),
        ("difficult/missing-crs.tif", (40, 40, 426), None, None, None),
        ("difficult/constant-bands.tif", (100, 100, 202), None, None, None),
    ],
)
def test_what_the_scenes_say_of_themselves(
    data_folder: Path, name, size, wavelengths, fwhm, pixel_area
) -> None:
    cube = open_cube(str(data_folder / name))

    assert (cube.rows, cube.columns, cube.bands) == size
    assert cube.pixel_area == pixel_area
    if wavelengths is None:
        assert cube.wavelengths is None
    else:
        assert cube.wavelengths[[0, -1]] == pytest.approx(wavelengths, abs=0.01)
    assert (cube.fwhm is None) == (fwhm is None)
    assert fwhm is None or cube.fwhm[0] == pytest.approx(fwhm)
    scores = RX().fit(cube).score(cube)
    assert np.isfinite(scores[cube.valid]).all()


def test_constant_bands_are_dropped(data_folder: Path) -> None:
    cube = open_cube(str(data_folder / "difficult" / "constant-bands.tif"))

    assert {band.reason for band in cube.dropped} == {"constant"}
    assert len(cube.dropped) == 22


@pytest.mark.parametrize("extension", [".tif", ".img"])
@pytest.mark.parametrize(
    "name", ["georeferenced/SDData", "georeferenced/enmap_potsdam_mosaic.tif", "difficult/missing-crs.tif"]
)
def test_outputs_lie_where_the_scenes_lie(
    data_folder: Path, tmp_path: Path, name: str, extension: str
) -> None:
    cube = open_cube(str(data_folder / name))
    path = str(tmp_path / f"scores{extension}")
    write_map(path, np.where(cube.valid, np.float32(1), np.float32(np.nan)), cube.georeference, "", {})
    values, georeference = read_map(path)

    np.testing.assert_array_equal(np.isfinite(values), cube.valid)
    assert georeference.geotransform == cube.georeference.geotransform
    assert bool(georeference.crs) == bool(cube.georeference.crs)
    if georeference.crs:
        # Not by IsSame: GeoTIFF gives a datum its EPSG axis, to a millimetre, and a name.
        mine, theirs = (osr.SpatialReference(one.crs) for one in (georeference, cube.georeference))
        assert mine.ExportToProj4() == theirs.ExportToProj4()
