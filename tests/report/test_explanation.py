"""The pictures of an explanation: lines that stop at gaps, and where bands stand."""

from __future__ import annotations

from typing import Any, List, Optional

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.report.explanation import _BandAxis, _outline, band_name


def axis(wavelengths: Optional[List[float]], numbers: Optional[List[int]] = None) -> _BandAxis:
    bands = len(wavelengths or numbers or [])
    known = None if wavelengths is None else np.array(wavelengths, dtype=np.float64)
    return _BandAxis(ArrayCube(np.ones((2, 2, bands)), wavelengths=known, band_numbers=numbers))


def parts(found: _BandAxis) -> List[List[float]]:
    """Wavelengths of the pieces of a line; the values are the bands' places from 0."""
    x, y = found.line(np.arange(len(found.places), dtype=np.float64))
    pieces: List[List[float]] = [[]]
    for place, value in zip(x, y):
        assert np.isnan(place) == np.isnan(value)
        pieces = [*pieces, []] if np.isnan(place) else [*pieces[:-1], [*pieces[-1], float(place)]]
    return pieces


def test_water_vapor_is_not_bridged() -> None:
    found = axis([1310, 1320, 1330, 1450, 1460, 1480, 1490])

    assert parts(found) == [[1310, 1320, 1330], [1450, 1460, 1480, 1490]]
    assert found.label == "wavelength (nm)"


def test_two_detectors_that_overlap_have_a_line_each() -> None:
    assert parts(axis([900, 910, 920, 930, 905, 915, 925])) == [[900, 910, 920, 930], [905, 915, 925]]


def test_falling_wavelengths_are_one_line() -> None:
    """Files by wavenumber begin with the longest."""
    found = axis([930, 920, 910, 900])

    assert parts(found) == [[900, 910, 920, 930]]
    np.testing.assert_array_equal(found.line(np.array([3.0, 2, 1, 0]))[1], [0, 1, 2, 3])


def test_bands_asked_for_in_another_order_stand_in_their_places() -> None:
    assert parts(axis([920, 900, 910], [3, 1, 2])) == [[900, 910, 920]]


def test_without_wavelengths_dropped_bands_leave_a_gap() -> None:
    found = axis(None, [1, 2, 3, 7, 8, 12])

    assert parts(found) == [[1, 2, 3], [7, 8], [12]]
    assert found.label == "band"


def test_bands_are_called_by_number_and_wavelength() -> None:
    assert band_name(axis([450.4, 460], [7, 9]).cube, 1) == "band 9 (460 nm)"
    assert band_name(axis(None, [7, 9]).cube, 0) == "band 7"


def test_an_outline_runs_along_the_borders_of_pixels() -> None:
    """Two pixels side by side, in row 10 and columns 20 and 21: a box of 2 x 1."""

    class Axes:
        def __init__(self) -> None:
            self.lines: List[Any] = []

        def hlines(self, y: Any, x0: Any, x1: Any, **style: Any) -> None:
            self.lines += [("h", *line) for line in zip(y.tolist(), x0.tolist(), x1.tolist())]

        def vlines(self, x: Any, y0: Any, y1: Any, **style: Any) -> None:
            self.lines += [("v", *line) for line in zip(x.tolist(), y0.tolist(), y1.tolist())]

    axes = Axes()
    _outline(axes, np.pad(np.ones((1, 2), bool), 1), 9, 19)

    assert sorted(axes.lines) == [
        *[("h", row, column - 0.5, column + 0.5) for row in (9.5, 10.5) for column in (20, 21)],
        ("v", 19.5, 9.5, 10.5),
        ("v", 21.5, 9.5, 10.5),
    ]


@pytest.mark.parametrize("bands", [2, 3])
def test_few_bands_can_be_drawn(bands: int) -> None:
    assert len(parts(axis([500.0 * (band + 1) for band in range(bands)]))[0]) == bands
