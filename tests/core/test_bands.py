"""Lists of band numbers, and which bands of a raster a model gets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qgis_hsi_anomaly.core.bands import BandTable, match_bands, numbers_text, parse_bands
from qgis_hsi_anomaly.core.errors import ModelError, ParameterError


def table(wavelengths=None, count=None, bad=(), fwhm=None) -> BandTable:
    count = len(wavelengths) if count is None else count
    unknown = np.full(count, np.nan)
    marked = np.isin(np.arange(1, count + 1), list(bad))
    return BandTable(
        ("",) * count,
        unknown if wavelengths is None else np.array(wavelengths, dtype=float),
        unknown if fwhm is None else np.full(count, float(fwhm)),
        marked,
        np.zeros(count, dtype=bool),
    )


def test_a_model_finds_its_bands_by_wavelength_in_its_own_order() -> None:
    raster = table([2200, 900, 450, 660, 550], bad=[2])

    assert match_bands([450, 550, 660, 2200], [1, 2, 3, 4], 4, raster) == [3, 5, 4, 1]


def test_a_wavelength_may_be_off_by_half_the_spacing_or_half_the_width() -> None:
    assert match_bands([500, 510, 520], [1, 2, 3], 3, table([504, 514, 524])) == [1, 2, 3]
    with pytest.raises(ModelError):
        match_bands([500, 510, 520], [1, 2, 3], 3, table([506, 536, 556]))
    assert match_bands([500, 502], [1, 2], 2, table([499, 504.5], fwhm=8)) == [1, 2]
    with pytest.raises(ModelError):
        match_bands([500, 502], [1, 2], 2, table([499, 504.5], fwhm=4))


def test_one_band_is_not_given_twice() -> None:
    with pytest.raises(ModelError, match=r"3 bands at 500, 510, 520 nm.* 2 bands at 505, 520 nm"):
        match_bands([500, 510, 520], [1, 2, 3], 3, table([505, 520]))


def test_wavelengths_that_disagree_are_refused_though_the_count_fits() -> None:
    with pytest.raises(ModelError, match="model needs 3 bands at 500, 510, 520 nm"):
        match_bands([500, 510, 520], [1, 2, 3], 3, table([900, 910, 920]))


def test_long_lists_are_shortened() -> None:
    with pytest.raises(ModelError, match=r"200 bands at 400, 410, 420, 430, \.\.\., 2370, 2380, 2390 nm"):
        match_bands(np.arange(400, 2400, 10.0), list(range(1, 201)), 200, table([1.0, 2.0]))


def test_without_wavelengths_the_number_of_usable_bands_decides() -> None:
    assert match_bands(None, [1, 2, 3], 3, table(count=4, bad=[2])) == [1, 3, 4]
    assert match_bands([400, 500, 600], [1, 2, 3], 3, table(count=3)) == [1, 2, 3]
    with pytest.raises(
        ModelError,
        match=r"3 bands \(numbers 1-3 of 3\), the raster has 4 usable ones \(numbers 1-4 of 4\)",
    ):
        match_bands(None, [1, 2, 3], 3, table(count=4))


@pytest.mark.parametrize("numbers", [[1, 2, 3], [2, 3, 5], [5, 3, 2]])
def test_a_model_of_selected_bands_finds_them_by_number_in_a_raster_of_as_many(numbers) -> None:
    assert match_bands(None, numbers, 6, table(count=6)) == numbers
    assert match_bands(None, numbers, 6, table(count=6, bad=[4])) == numbers
    assert match_bands(None, numbers, 6, table(count=3)) == [1, 2, 3]
    for other in (table(count=7), table(count=6, bad=[3]), table(count=6, bad=[1, 3, 6])):
        with pytest.raises(ModelError, match=r"of 6\), the raster has"):
            match_bands(None, numbers, 6, other)


# On a busy machine even drawing the examples can be slow.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(range(30)), st.floats(-2, 2))
def test_any_order_and_small_shifts_are_matched_back(order, shift: float) -> None:
    wavelengths = 400 + 5.0 * np.arange(30)

    matched = match_bands(wavelengths, list(range(1, 31)), 30, table(wavelengths[list(order)] + shift))

    assert [order[number - 1] for number in matched] == list(range(30))


@given(st.lists(st.integers(1, 300), unique=True))
def test_numbers_in_short_can_be_read_back(numbers) -> None:
    back = []
    for part in filter(None, numbers_text(numbers).split(",")):
        first, _, last = part.partition("-")
        back.extend(range(int(first), int(last or first) + 1))

    assert back == numbers


@pytest.mark.parametrize(
    ("text", "numbers"), [("1", [1]), ("1,2,5-8", [1, 2, 5, 6, 7, 8]), (" 3 - 4 , 9", [3, 4, 9])]
)
def test_band_lists(text, numbers):
    """Numbers and ranges."""
    assert parse_bands(text) == numbers


@pytest.mark.parametrize("text", ["", "a", "5-2", "1,,2", "-3", "1-99999999999"])
def test_band_lists_that_make_no_sense(text):
    """Refused by name."""
    with pytest.raises(ParameterError, match="BANDS"):
        parse_bands(text)
