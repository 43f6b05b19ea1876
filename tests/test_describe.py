"""The tool `describe`: text, JSON and page of what an image was understood as."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import Cancelled, RasterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.tools.describe import Describe
from tests.raster.products.made import COLUMNS, ENMAP_STEM, ROWS, blank, emit, enmap
from tests.raster.rasters import PLACE, spectra, write_raster


def product(folder: Path) -> str:
    cloud = blank()
    cloud[6, 5] = 1
    return enmap(folder, masks={"CLOUD": cloud})[0]


def test_the_facts_of_a_product(tmp_path: Path) -> None:
    path = product(tmp_path)

    found = Describe(input=path).perform()

    assert (found["product"], found["sensor"], found["quantity"]) == (
        "EnMAP L2A",
        "EnMAP HSI",
        "surface reflectance",
    )
    assert (found["ROWS"], found["COLUMNS"], found["BANDS"], found["BANDS_USED"]) == (ROWS, COLUMNS, 8, 5)
    assert found["VALID_PIXELS"] == found["valid_pixels"] == ROWS * COLUMNS - 1 - 25
    assert found["wavelengths_nm"] == [420, 2400] and found["pixels_without_data"] == 1
    assert found["masks"] == [
        {"kind": "cloud", "pixels": 25, "share": 25 / 119, "source": "QL_QUALITY_CLOUD, grown by 2 pixels"}
    ]
    assert found["dropped_bands"] == {
        "3": "measured by both detectors",
        "4": "measured by both detectors",
        "7": "without data, by the metadata",
    }
    assert [band["used"] for band in found["band_table"]] == [
        True,
        True,
        False,
        False,
        True,
        True,
        False,
        True,
    ]
    grid = found["grid"]
    assert grid["crs"] == "WGS 84 / UTM zone 33N (EPSG:32633)" and grid["geotransform"] == list(PLACE)
    assert grid["corners"] == [[380000, 5820000], [380300, 5820000], [380300, 5819640], [380000, 5819640]]
    longitude, latitude = grid["corners_longitude_latitude"][0]
    assert longitude == pytest.approx(13.2315, abs=1e-4) and latitude == pytest.approx(52.5169, abs=1e-4)
    assert Describe(input=path, allow=("cloud",)).perform()["masks"] == []


def test_the_text(tmp_path: Path, capsys) -> None:
    assert main(["describe", product(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Product       EnMAP L2A" in lines
    assert "Wavelengths   420.0 to 2400.0 nm, FWHM about 10.0 nm" in lines
    assert "              not used, measured by both detectors: 3-4" in lines
    assert "Masks         cloud: 25 pixels (21.0%) [QL_QUALITY_CLOUD, grown by 2 pixels]" in lines
    assert "CRS           WGS 84 / UTM zone 33N (EPSG:32633)" in lines
    assert "Grid          pixels of 30 x 30, upper left corner at 380000, 5820000" in lines


def test_json_is_one_object(tmp_path: Path, capsys) -> None:
    pytest.importorskip("netCDF4")
    path, _ = emit(tmp_path)
    assert main(["describe", path, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["scored_on"] == "the grid of the sensor" and answer["grid"]["rows"] == 14
    assert "14 x 12 pixels" in answer["TEXT"] and "scores laid on this one" in answer["TEXT"]


def test_page_and_facts_are_written(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path, _, _ = enmap(tmp_path, nanometers=[470, 550, 650, 660, 902, 1000, 1400, 2400])
    report, facts = f"{tmp_path}/a.html", f"{tmp_path}/a.json"

    Describe(input=path, report=report, facts=facts).perform()

    text = Path(report).read_text(encoding="utf-8")
    assert "True color" in text and "470 nm" in text and "QL_QUALITY" in text
    assert json.loads(Path(facts).read_text(encoding="utf-8"))["product"] == "EnMAP L2A"
    image, _, _ = enmap(
        tmp_path, "ENMAP01-____L2A-far", nanometers=[910, 920, 930, 940, 950, 1000, 1400, 2400]
    )
    Describe(input=image, report=report).perform()
    assert "True color" not in Path(report).read_text(encoding="utf-8")


def test_any_other_raster_is_described_too(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "a.tif", spectra())
    text = Describe(input=path).perform()["TEXT"]
    assert "none that is known; a raster (GTiff)" in text and "Wavelengths   not known" in text
    assert "CRS           none" in text and "Masks         none" in text


def test_refused_and_cancelled_leave_nothing(tmp_path: Path) -> None:
    _, metadata, _ = enmap(tmp_path, image=False)
    report = f"{tmp_path}/a.html"
    with pytest.raises(RasterError, match=f"describes an EnMAP image .* put {ENMAP_STEM}"):
        Describe(input=metadata, report=report).perform()

    path = product(tmp_path)
    with pytest.raises(Cancelled):
        Describe(input=path, report=report).perform(Run(is_cancelled=lambda: True))
    assert not Path(report).exists()
