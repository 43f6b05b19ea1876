"""Pixels that somebody chose: parsed, restricted, read once."""

from __future__ import annotations

from typing import Any, List

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.decisions.chosen import (
    Chosen,
    mean_spectra,
    need_some,
    single_pixels,
    walk,
    with_data,
    without,
)
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ParameterError
from qgis_hsi_anomaly.core.run import Run


def cube(**more: Any) -> ArrayCube:
    array = np.random.default_rng(0).normal(size=(12, 9, 4)).astype(np.float32)
    array[3, 3] = np.nan
    return ArrayCube(array, **more)


def chosen(name: str, *places: Any) -> Chosen:
    rows, columns = np.array(places).T
    return Chosen(name, rows, columns)


def test_single_pixels_count_from_0() -> None:
    first, second = single_pixels(["0,8", "11,0"], 12, 9)

    assert (first.name, first.rows.tolist(), first.columns.tolist()) == ("Pixel 0,8", [0], [8])
    assert second.rows.tolist() == [11]


@pytest.mark.parametrize("text", ["12,0", "0,9", "1", "1;2", "-1,2", "1,2,3", "1.5,2", "a,b"])
def test_what_is_no_pixel_of_the_image_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match=r"^PIXELS[^\n]*\.$"):
        single_pixels([text], 12, 9)


def test_nothing_chosen_is_refused() -> None:
    need_some("explain", "file", ())
    need_some("explain", "", ("1,2",))
    with pytest.raises(ParameterError, match="^explain: nothing is chosen"):
        need_some("explain", "", ())


def test_pixels_without_data_are_left_out() -> None:
    warnings: List[str] = []
    given = [chosen("A", (3, 3), (3, 4)), chosen("B", (3, 3))]

    found = with_data(given, cube(), Run(on_warning=warnings.append))

    assert [(item.name, item.columns.tolist()) for item in found] == [("A", [4])]
    assert warnings == ["Left out, because they hold no valid pixel: B."]
    with pytest.raises(DataError, match="None of the chosen objects"):
        with_data(given[1:], cube())


def test_objects_and_their_margin_are_no_background() -> None:
    whole = cube()
    left = without(whole, [chosen("A", (0, 0)), chosen("B", (6, 5))], margin=1)

    expected = whole.valid.copy()
    expected[:2, :2] = False
    expected[5:8, 4:7] = False
    np.testing.assert_array_equal(left.background, expected)
    np.testing.assert_array_equal(whole.background, whole.valid)
    with pytest.raises(DataError, match="fewer than 2 background pixels"):
        without(whole, [chosen("all", *np.argwhere(whole.valid)[1:])])


@pytest.mark.parametrize("block_rows", [1, 5, 100])
def test_spectra_of_objects_are_those_of_the_cube(block_rows: int) -> None:
    image = cube(block_rows=block_rows)
    given = [chosen("A", (1, 2), (9, 7), (5, 0)), chosen("B", (4, 4)), chosen("C", (9, 7), (9, 8))]

    seen = [
        (given[index].name, int(row), int(column), spectrum.tolist())
        for index, rows, columns, spectra in walk(image, given)
        for row, column, spectrum in zip(rows, columns, spectra)
    ]

    expected = [
        (item.name, int(row), int(column), image.array[row, column].tolist())
        for item in given
        for row, column in zip(item.rows, item.columns)
    ]
    assert sorted(seen) == sorted(expected)
    means = [image.array[item.rows, item.columns].mean(axis=0, dtype=np.float64) for item in given]
    np.testing.assert_allclose(mean_spectra(image, given), means, rtol=1e-12)


def test_rows_without_objects_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    image, read = cube(block_rows=2), []
    whole = image.read_rows
    monkeypatch.setattr(
        image, "read_rows", lambda start, stop: read.append((start, stop)) or whole(start, stop)
    )

    mean_spectra(image, [chosen("A", (5, 2)), chosen("B", (8, 1), (9, 1))])

    assert read == [(5, 6), (8, 10)]


def test_walking_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        mean_spectra(cube(), [chosen("A", (5, 2))], Run(is_cancelled=lambda: True))
