"""What a run is said to need: the larger the raster the more, up to the budget, and near what was measured."""

from __future__ import annotations

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import detector_ids, make_detector

MIB = 2**20


def cube(rows: int, columns: int, bands: int = 150) -> ArrayCube:
    return ArrayCube(
        np.broadcast_to(np.float32(1), (rows, columns, bands)), valid=np.ones((rows, columns), bool)
    )


@pytest.mark.parametrize("id", detector_ids())
def test_it_grows_with_the_raster_and_not_without_end(id: str) -> None:
    """Beyond the budget only maps grow."""
    detector = make_detector(id, {})
    small, medium, large, larger = (
        detector.memory_needed(cube(side, 1000)) for side in (30, 300, 3000, 30_000)
    )
    assert small < medium < large < larger
    assert larger - large <= 27_000_000 * 150
    assert small > 24 * MIB


@pytest.mark.parametrize(
    ("id", "side", "measured"),
    [
        ("rx", 200, 66),
        ("knn", 200, 70),
        ("crd", 200, 121),
        ("localrx", 200, 112),
        ("lsmad", 200, 332),
        ("sscade", 200, 477),
    ],
)
def test_it_is_near_what_was_measured(id: str, side: int, measured: float) -> None:
    """Peaks beside the program, MiB, of a raster of 150 bands."""
    assert make_detector(id, {}).memory_needed(cube(side, side)) / MIB == pytest.approx(measured, rel=0.3)


def test_a_consensus_needs_what_its_largest_member_needs() -> None:
    one = cube(500, 500)
    found = make_detector("consensus", {"detectors": ["rx", "crd"]})
    assert make_detector("rx", {}).memory_needed(one) < found.memory_needed(one)
    members = [member for several in found.members(one).values() for member in several]
    assert found.memory_needed(one) >= max(member.memory_needed(one) for member in members)
