"""EnMAP: numbers, wavelengths, masks and place as written, whichever of its files is given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly.core.errors import DataError, ParameterError, RasterError
from qgis_hsi_anomaly.raster.image import input_files
from qgis_hsi_anomaly.raster.reader import open_cube, read_band_table
from tests.raster.products.made import COLUMNS, ENMAP_NANOMETERS, ENMAP_STEM, ROWS, Log, blank, enmap
from tests.raster.rasters import PLACE, edit

# In the order of wavelengths, without the VNIR bands where SWIR measures, and without the empty one.
USED = [1, 2, 5, 6, 8]


@pytest.mark.parametrize("given", ["image", "metadata"])
def test_image_or_metadata_give_the_same_cube(tmp_path: Path, given: str) -> None:
    gain, offset = np.linspace(1e-4, 8e-4, 8), np.linspace(0, 0.7, 8)
    image, metadata, values = enmap(tmp_path, gain=gain, offset=offset)
    log = Log()

    cube = open_cube(image if given == "image" else metadata, run=log.run())

    index = np.array(USED) - 1
    assert list(cube.band_numbers) == USED
    np.testing.assert_array_equal(cube.wavelengths, ENMAP_NANOMETERS[index])
    np.testing.assert_array_equal(cube.fwhm, 5.0 + np.array(USED))
    expected = values[..., index] * gain[index] + offset[index]
    expected[0, 0] = 0
    np.testing.assert_allclose(cube.read_rows(0, ROWS), expected, rtol=1e-6)
    assert not cube.valid[0, 0] and cube.valid.sum() == ROWS * COLUMNS - 1
    assert cube.georeference.geotransform == PLACE and "UTM zone 33N" in cube.georeference.crs
    reasons = {band.number: band.reason for band in cube.dropped}
    both = "measured by both detectors"
    assert reasons == {3: both, 4: both, 7: "without data, by the metadata"}
    assert "EnMAP L2A: surface reflectance" in log and "the 2 bands of the first (VNIR)" in log
    assert "cloud, cirrus, haze, shadow; such pixels are not left out" in log


def test_bands_asked_for_stay_in_their_order(tmp_path: Path) -> None:
    image, _, values = enmap(tmp_path)

    cube = open_cube(image, bands=[6, 2])

    np.testing.assert_allclose(cube.read_rows(3, 4), values[3:4][..., [5, 1]] * np.float32(1e-4), rtol=1e-6)


def test_masks_take_pixels_and_each_can_be_let_in(tmp_path: Path) -> None:
    """A cloud with its margin of 2 pixels; the others as they are."""
    cloud, cirrus, haze, classes = blank(), blank(), blank(), blank() + 1
    cloud[6, 5], cirrus[0, 9], haze[11, 0], classes[11, 9] = 1, 3, 1, 3
    image, _, _ = enmap(tmp_path, masks={"CLOUD": cloud, "CIRRUS": cirrus, "HAZE": haze, "CLASSES": classes})
    run = Log().run()

    cube = open_cube(image, run=run)

    around = np.zeros((ROWS, COLUMNS), bool)
    around[4:9, 3:8] = True
    expected = ~around & (cirrus == 0) & (haze == 0) & (classes == 1)
    expected[0, 0] = False
    np.testing.assert_array_equal(cube.valid, expected)
    assert cube.masked == {"nodata": 1, "cloud": 25, "cirrus": 1, "haze": 1}
    assert run.metrics["masked_pixels"] == cube.masked

    let_in = open_cube(image, allow=["cloud", "haze"])
    assert let_in.valid[6, 5] and let_in.valid[11, 0] and not let_in.valid[0, 9] and not let_in.valid[11, 9]
    assert let_in.masked == {"nodata": 1, "cirrus": 1}


def test_masks_that_leave_nothing_are_told(tmp_path: Path) -> None:
    image, _, _ = enmap(tmp_path, masks={"CLOUD": blank() + 1})
    with pytest.raises(DataError, match=r"leave 0 of 119 pixels with data \(cloud 119 .*ALLOW"):
        open_cube(image)
    with pytest.raises(ParameterError, match="ALLOW must be one or more of nodata, cloud"):
        open_cube(image, allow=["clouds"])


def test_radiance_says_so(tmp_path: Path) -> None:
    """Of L1C, where pixels that are 0 in all bands are without data."""
    image, _, _ = enmap(tmp_path, ENMAP_STEM.replace("L2A", "L1C"), level="L1C")
    dataset = edit(image)
    for number in range(1, 9):
        band = dataset.GetRasterBand(number)
        band.SetNoDataValue(0)
        band.WriteRaster(1, 1, 1, 1, b"\0\0")
        if number == 6:
            band.WriteRaster(2, 2, 1, 1, b"\0\0")
    del band, dataset
    log = Log()

    cube = open_cube(image, run=log.run())

    assert not cube.valid[1, 1] and cube.valid[2, 2] and cube.masked["nodata"] == 1

    assert "EnMAP L1C: radiance" in log and "Radiance, not reflectance" in log


def test_a_cloud_optimized_copy_and_its_masks_are_found(tmp_path: Path) -> None:
    cloud = blank()
    cloud[3, 3] = 1
    image, metadata, _ = enmap(tmp_path, masks={"CLOUD": cloud}, ending="SPECTRAL_IMAGE_COG.TIF")
    (tmp_path / f"{ENMAP_STEM}-QL_QUALITY_CLOUD.TIF").rename(
        tmp_path / f"{ENMAP_STEM}-QL_QUALITY_CLOUD_COG.TIF"
    )

    assert open_cube(metadata).masked == open_cube(image).masked == {"cloud": 25}
    assert {metadata, image, f"{tmp_path}/{ENMAP_STEM}-QL_QUALITY_CLOUD_COG.TIF"} <= set(
        input_files(metadata)
    )


def test_a_renamed_product_is_known_by_its_metadata(tmp_path: Path) -> None:
    image, _, _ = enmap(tmp_path, "berlin")
    assert list(open_cube(image).band_numbers) == USED
    assert list(read_band_table(image).numbers) == [1, 2, 5, 6, 8]


def test_an_image_alone_is_read_with_a_warning(tmp_path: Path) -> None:
    image, metadata, _ = enmap(tmp_path)
    Path(metadata).unlink()
    log = Log()

    cube = open_cube(image, run=log.run())

    assert cube.wavelengths is None and any("without its ENMAP01" in warning for warning in log.warnings)


def test_missing_and_strange_parts_are_refused(tmp_path: Path) -> None:
    _, metadata, _ = enmap(tmp_path, image=False)
    with pytest.raises(RasterError, match="describes an EnMAP image that does not lie beside it"):
        open_cube(metadata)

    image, _, _ = enmap(tmp_path, masks={"HAZE": np.zeros((ROWS, COLUMNS + 1))})
    with pytest.raises(
        RasterError, match=r"QL_QUALITY_HAZE.TIF has 12 rows and 11 columns, its image 12 and 10"
    ):
        open_cube(image)


@pytest.mark.parametrize(
    ("level", "sentence"),
    [("L1B", "not registered to each other: use L1C"), ("L7X", "of the processing level L7X")],
)
def test_other_levels_are_refused(tmp_path: Path, level: str, sentence: str) -> None:
    image, _, _ = enmap(tmp_path, ENMAP_STEM.replace("L2A", level), level=level)
    with pytest.raises(RasterError, match=sentence):
        open_cube(image)


def test_metadata_of_another_product_is_refused(tmp_path: Path) -> None:
    image, metadata, _ = enmap(tmp_path)
    enmap(tmp_path, "other", nanometers=np.append(ENMAP_NANOMETERS, 2450.0))
    Path(f"{tmp_path}/other-METADATA.XML").replace(metadata)
    with pytest.raises(RasterError, match=r"describes 9 bands, its image has 8"):
        open_cube(image)


def test_overlapping_grids_are_refused(tmp_path: Path) -> None:
    """The second detector within the first: which goes on where?"""
    image, _, _ = enmap(tmp_path, nanometers=[420, 700, 950, 2500, 902, 1000, 1400, 2400])
    with pytest.raises(RasterError, match="two overlapping wavelength grids, 420 to 2500 nm and 902 to 2400"):
        open_cube(image)


BILLION = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (BILLION, "declares a document type"),
        ("<?xml version='1.0'?><unclosed>", "is not XML that can be read"),
    ],
)
def test_xml_is_read_safely(tmp_path: Path, head: str, sentence: str) -> None:
    image, _, _ = enmap(tmp_path, head=head)
    with pytest.raises(RasterError, match=sentence):
        open_cube(image)
