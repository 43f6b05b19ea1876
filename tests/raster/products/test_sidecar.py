"""A GeoTIFF and what lies beside it: a header, an XML, of Pixxel or of anybody; Wyvern, which says all itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.reader import open_cube, read_band_table
from tests.raster.products.made import COLUMNS, NANOMETERS, ROWS, Log, blank, counts
from tests.raster.rasters import PLACE, UTM33, edit, write_raster

HEADER = """ENVI
description = {
  made elsewhere, wavelength = none}
bands = 5
wavelength units = Micrometers
wavelength = { 0.45, 0.55,
 0.65, 1.4, 2.2 }
fwhm = {0.01, 0.01, 0.01, 0.02, 0.02}
bbl = {1, 1, 1, 0, 1}
data gain values = {1, 2, 3, 4, 5}
data ignore value = 7
"""
XML = "<?xml version='1.0'?><image><bands>{}</bands></image>"


def image(folder: Path) -> str:
    values = counts(5, low=10)
    values[2, 2] = 7
    return write_raster(folder / "scene.tif", values, geotransform=PLACE, epsg=UTM33)


@pytest.mark.parametrize("given", ["scene.tif", "scene.hdr"])
def test_a_header_beside_it(tmp_path: Path, given: str) -> None:
    """Though GDAL reads headers of ENVI's own files only."""
    image(tmp_path)
    (tmp_path / "scene.hdr").write_text(HEADER, encoding="utf-8")
    log = Log()

    cube = open_cube(f"{tmp_path}/{given}", run=log.run())

    np.testing.assert_allclose(cube.wavelengths, NANOMETERS[[0, 1, 2, 4]])
    np.testing.assert_allclose(cube.fwhm, [10, 10, 10, 20])
    assert [(band.number, band.reason) for band in cube.dropped] == [(4, "marked bad")]
    expected = counts(5, low=10)[..., [0, 1, 2, 4]] * np.array([1, 2, 3, 5])
    expected[2, 2] = 0
    np.testing.assert_array_equal(cube.read_rows(0, ROWS), expected)
    assert not cube.valid[2, 2] and cube.georeference.geotransform == PLACE
    assert "Wavelengths are those in" in log


@pytest.mark.parametrize("unit", ["", " unit='um'"])
def test_an_xml_beside_it(tmp_path: Path, unit: str) -> None:
    path = image(tmp_path)
    factor = 1 if not unit else 1e-3
    bands = "".join(
        f"<band><Center_Wavelength{unit}>{nm * factor}</Center_Wavelength><FWHM>{nm * factor / 50}</FWHM></band>"
        for nm in NANOMETERS
    )
    (tmp_path / "scene.xml").write_text(XML.format(bands), encoding="utf-8")

    cube = open_cube(path)

    np.testing.assert_allclose(cube.wavelengths, NANOMETERS)
    np.testing.assert_allclose(cube.fwhm, NANOMETERS / 50)


def test_one_of_other_bands_is_not_used(tmp_path: Path) -> None:
    path = image(tmp_path)
    (tmp_path / "scene.hdr").write_text("ENVI\nwavelength = {400, 500}\n", encoding="utf-8")
    log = Log()
    assert open_cube(path, run=log.run()).wavelengths is None
    assert any("does not describe the 5 bands" in warning for warning in log.warnings)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scene.xml", "<metadata><title>a map</title></metadata>"),
        ("scene.xml", "not XML at all"),
        ("scene.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a><wavelength>&b;</wavelength></a>'),
        ("scene.hdr", "BYTEORDER I\nLAYOUT BIL\n"),
    ],
)
def test_one_that_says_nothing_of_wavelengths_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    path = image(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")
    cube = open_cube(path)
    assert cube.wavelengths is None and cube.product is None


def test_an_image_that_knows_its_wavelengths_keeps_them(tmp_path: Path) -> None:
    path = image(tmp_path)
    dataset = edit(path)
    for number in range(1, 6):
        dataset.GetRasterBand(number).SetMetadata({"wavelength": str(500 + number), "wavelength_units": "nm"})
    del dataset
    (tmp_path / "scene.hdr").write_text(HEADER, encoding="utf-8")
    np.testing.assert_array_equal(read_band_table(path).wavelengths, 500.0 + np.arange(1, 6))


def wyvern(folder: Path, level: str = "", bands: int = 4, shape=(ROWS, COLUMNS)) -> str:
    """Write a Dragonette's image with the tags of its guide, and its mask."""
    stem = f"wyvern_dragonette-003_20250508T092313_a60915a4{level}"
    values = np.random.default_rng(0).random((ROWS, COLUMNS, 5)).astype(np.float32)
    values[0, 0] = -9999
    path = write_raster(folder / f"{stem}.tiff", values, nodata=-9999, geotransform=PLACE, epsg=UTM33)
    dataset = edit(path)
    for number, nm in enumerate(NANOMETERS, 1):
        band = dataset.GetRasterBand(number)
        band.SetMetadata({"Wavelength": str(nm), "FWHM": str(nm / 40), "Wavelength_Units": "nm"})
    del dataset
    mask = np.zeros((*shape, bands), np.uint8)
    mask[..., 0] = 1
    mask[6, 5, 1] = 1
    mask[0, 0] = 255
    if bands > 2:
        mask[11, 9, 2] = mask[11, 0, 3] = 1
    write_raster(folder / f"{stem}_data_mask.tiff", mask)
    return path


@pytest.mark.parametrize(
    ("bands", "expected"), [(4, {"cloud": 25, "haze": 1, "shadow": 1}), (2, {"cloud": 25})]
)
def test_wyvern_with_its_mask(tmp_path: Path, bands: int, expected) -> None:
    """Of versions 2 and 1.5 of the guide."""
    path = wyvern(tmp_path, bands=bands)
    log = Log()

    cube = open_cube(path, run=log.run())

    np.testing.assert_array_equal(cube.wavelengths, NANOMETERS)
    np.testing.assert_allclose(cube.fwhm, NANOMETERS / 40)
    assert cube.masked == expected and not cube.valid[0, 0]
    assert cube.georeference.geotransform == PLACE
    assert "Wyvern Dragonette L1B: radiance" in log
    assert open_cube(wyvern(tmp_path, "_l2a")).product.quantity == "surface reflectance"


def test_wyvern_with_a_mask_of_another_size(tmp_path: Path) -> None:
    path = wyvern(tmp_path, shape=(ROWS + 1, COLUMNS))
    with pytest.raises(RasterError, match="has 13 rows and 10 columns, its image 12 and 10"):
        open_cube(path)


def test_pixels_without_marks(tmp_path: Path) -> None:
    """The mask itself is a raster like any other."""
    wyvern(tmp_path)
    mask = next(tmp_path.glob("*_data_mask.tiff"))
    assert open_cube(str(mask)).product is None and not blank().any()


def test_bands_of_a_product_ascend(tmp_path: Path) -> None:
    """In the order of wavelengths, each with its own numbers, unless somebody asks for another order."""
    path = image(tmp_path)
    (tmp_path / "scene.hdr").write_text(
        "ENVI\nwavelength = {2200, 450, 1400, 550, 650}\nfwhm = {5, 1, 4, 2, 3}\n", encoding="utf-8"
    )
    order = [2, 4, 5, 3, 1]

    cube = open_cube(path)

    assert list(cube.band_numbers) == order
    np.testing.assert_array_equal(cube.wavelengths, NANOMETERS)
    np.testing.assert_array_equal(cube.fwhm, [1, 2, 3, 4, 5])
    values = counts(5, low=10)[5][:, [number - 1 for number in order]]
    np.testing.assert_array_equal(cube.read_rows(5, 6)[0], values)
    assert list(open_cube(path, bands=[1, 2]).band_numbers) == [1, 2]
