"""Wavelengths, widths and bad bands, wherever the file keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np
import pytest

from qgis_hsi_anomaly.raster.reader import open_cube, read_band_table
from tests.raster.rasters import edit, spectra, write_raster

NANOMETRES = [450.0, 550.5, 660.0, 860.0, 2200.0]
WIDTHS = [5.0, 6.0, 7.0, 8.0, 12.0]


def with_bands(tmp_path: Path, items: Sequence[Dict[str, str]], domain: str = "") -> str:
    path = write_raster(tmp_path / "cube.tif", spectra())
    dataset = edit(path)
    for number, item in enumerate(items, start=1):
        dataset.GetRasterBand(number).SetMetadata(item, domain)
    del dataset
    return path


def with_envi(tmp_path: Path, lines: str) -> str:
    path = write_raster(tmp_path / "cube.bsq", spectra(), "ENVI")
    header = tmp_path / "cube.hdr"
    header.write_text(header.read_text() + lines)
    return path


def braces(values: Sequence[float]) -> str:
    return "{" + ", ".join(f"{value:.6f}" for value in values) + "}"


UNITS = [
    ("Nanometers", 1.0),
    ("nm", 1.0),
    ("Micrometers", 1e3),
    ("um", 1e3),
    ("µm", 1e3),
    ("Millimeters", 1e6),
    ("Centimeters", 1e7),
    ("Meters", 1e9),
    ("Angstroms", 0.1),
    ("Unknown", 1.0),
    ("", 1.0),
]


@pytest.mark.parametrize(("unit", "length"), UNITS)
def test_any_unit_in_an_envi_header_becomes_nanometers(tmp_path: Path, unit: str, length: float) -> None:
    def listed(values: List[float]) -> str:
        return "{" + ", ".join(repr(value / length) for value in values) + "}"

    path = with_envi(
        tmp_path, f"wavelength units = {unit}\nwavelength = {listed(NANOMETRES)}\nfwhm = {listed(WIDTHS)}\n"
    )
    cube = open_cube(path)

    np.testing.assert_allclose(cube.wavelengths, NANOMETRES)
    np.testing.assert_allclose(cube.fwhm, WIDTHS)


def test_without_a_unit_small_numbers_are_micrometers(tmp_path: Path) -> None:
    small = braces([value / 1000 for value in NANOMETRES])
    cube = open_cube(with_envi(tmp_path, f"wavelength = {small}\n"))

    np.testing.assert_allclose(cube.wavelengths, NANOMETRES)
    assert cube.fwhm is None


def test_wavenumbers_become_wavelengths(tmp_path: Path) -> None:
    numbers, widths = [1000.0, 1100, 1200, 1300, 2000], [10.0] * 5
    cube = open_cube(
        with_envi(
            tmp_path,
            f"wavelength units = Wavenumber\nwavelength = {braces(numbers)}\nfwhm = {braces(widths)}\n",
        )
    )

    np.testing.assert_allclose(cube.wavelengths, 1e7 / np.array(numbers))
    np.testing.assert_allclose(cube.fwhm[0], 1e7 / 995 - 1e7 / 1005, rtol=1e-4)


@pytest.mark.parametrize("unit", ["Index", "GHz"])
def test_units_that_are_no_length_leave_wavelengths_unknown(tmp_path: Path, unit: str) -> None:
    path = with_envi(tmp_path, f"wavelength units = {unit}\nwavelength = {braces([1, 2, 3, 4, 5])}\n")

    assert open_cube(path).wavelengths is None


def test_the_bands_own_metadata_is_read(tmp_path: Path) -> None:
    items = [
        {"wavelength": str(center / 1000), "wavelength_units": "Micrometers", "fwhm": str(width / 1000)}
        for center, width in zip(NANOMETRES, WIDTHS)
    ]
    cube = open_cube(with_bands(tmp_path, items))

    np.testing.assert_allclose(cube.wavelengths, NANOMETRES)
    np.testing.assert_allclose(cube.fwhm, WIDTHS)


def test_gdals_imagery_domain_is_read(tmp_path: Path) -> None:
    items = [
        {"CENTRAL_WAVELENGTH_UM": str(center / 1000), "FWHM_UM": str(width / 1000)}
        for center, width in zip(NANOMETRES, WIDTHS)
    ]
    cube = open_cube(with_bands(tmp_path, items, "IMAGERY"))

    np.testing.assert_allclose(cube.wavelengths, NANOMETRES)
    np.testing.assert_allclose(cube.fwhm, WIDTHS)


@pytest.mark.parametrize(
    "name",
    [
        "band {n} ({um:.4f} Micrometers)",
        "{nm} nm",
        "B{n}: reflectance 650 x 2 at {nm} nanometres",
        "{um:.4f}µm",
    ],
)
def test_wavelengths_in_the_bands_names_are_the_last_resort(tmp_path: Path, name: str) -> None:
    path = write_raster(tmp_path / "cube.tif", spectra())
    dataset = edit(path)
    for number, center in enumerate(NANOMETRES, start=1):
        dataset.GetRasterBand(number).SetDescription(name.format(n=number, nm=center, um=center / 1000))
    del dataset

    np.testing.assert_allclose(open_cube(path).wavelengths, NANOMETRES)


def test_names_without_wavelengths_give_none(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "cube.tif", spectra())
    dataset = edit(path)
    for number in range(1, 6):
        dataset.GetRasterBand(number).SetDescription(f"band {number}" if number == 2 else f"{number}00 nm")
    del dataset

    assert open_cube(path).wavelengths is None


def test_a_list_of_another_length_is_not_believed(tmp_path: Path) -> None:
    assert open_cube(with_envi(tmp_path, f"wavelength = {braces(NANOMETRES[:4])}\n")).wavelengths is None


def test_zero_is_no_wavelength(tmp_path: Path) -> None:
    assert open_cube(with_envi(tmp_path, f"wavelength = {braces([0] * 5)}\n")).wavelengths is None

    some = [0.0, *NANOMETRES[1:]]
    np.testing.assert_array_equal(
        np.isnan(read_band_table(with_envi(tmp_path, f"wavelength = {braces(some)}\n")).wavelengths),
        [True, False, False, False, False],
    )


@pytest.mark.parametrize("where", ["envi", "file", "bands", "bands of EnMAP-Box"])
def test_bad_bands_are_found_and_left_out_of_the_table(tmp_path: Path, where: str) -> None:
    flags = ["1", "0", "1", "0", "1"]
    if where == "envi":
        path = with_envi(tmp_path, f"bbl = {{{', '.join(flags)}}}\n")
    elif where == "file":
        path = write_raster(tmp_path / "cube.tif", spectra(), metadata={"bbl": f"{{{','.join(flags)}}}"})
    else:
        name = "bbl" if where == "bands" else "bad_band_multiplier"
        path = with_bands(tmp_path, [{name: flag} for flag in flags])

    assert list(read_band_table(path).numbers) == [1, 3, 5]
    assert [(band.number, band.reason) for band in open_cube(path).dropped] == [
        (2, "marked bad"),
        (4, "marked bad"),
    ]


def test_spectral_metadata_follow_the_bands_used(tmp_path: Path) -> None:
    path = with_envi(
        tmp_path, f"wavelength units = nm\nwavelength = {braces(NANOMETRES)}\nbbl = {{0,1,1,1,1}}\n"
    )
    cube = open_cube(path, bands=[5, 1, 3])

    np.testing.assert_allclose(cube.wavelengths, [2200, 660])
    assert list(cube.band_numbers) == [5, 3]


def test_a_header_in_latin_1_is_read(tmp_path: Path) -> None:
    """As Windows software writes it, with a micro sign and names that are not ASCII."""
    path = write_raster(tmp_path / "cube.img", spectra(bands=2), "ENVI")
    with open(tmp_path / "cube.hdr", "ab") as header:
        text = "wavelength units = \u00b5m\nwavelength = {0.45, 0.55}\nfwhm = {0.01, 0.02}\n"
        header.write(text.encode("latin-1"))

    cube = open_cube(path)

    np.testing.assert_allclose(cube.wavelengths, [450, 550])
    np.testing.assert_allclose(cube.fwhm, [10, 20])
