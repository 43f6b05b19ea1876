"""Targets are mixed in where and as they should, and counted as they are found."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.decisions.recovery import (
    GAP,
    Implant,
    ImplantedCube,
    Rate,
    background_of,
    farthest_points,
    found_in,
    half_found,
    plan_runs,
    rates,
    threshold_of,
    unusual_spectra,
    wilson,
)
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import DataError


def cube(rows=60, columns=50, bands=6, seed=0, **more):
    random = np.random.default_rng(seed)
    array = random.normal(100, 5, (rows, columns, bands)).astype(np.float32)
    return ArrayCube(array, **more)


TARGETS = np.array([[200.0] * 6, [10.0, 50, 90, 130, 170, 210]], dtype=np.float32)
IMPLANTS = [Implant(3, 4, 2, 0.5, 0), Implant(58, 48, 2, 0.25, 1), Implant(30, 0, 5, 1.0, 1)]


@pytest.mark.parametrize("block_rows", [1, 7, None])
def test_pixels_are_mixed_and_others_are_left(block_rows):
    scene = cube(block_rows=block_rows)
    before = scene.array.copy()
    expected = before.astype(np.float64)
    for implant in IMPLANTS:
        for row in range(implant.row, implant.row + implant.size):
            for column in range(implant.column, implant.column + implant.size):
                mixed = (1 - implant.fraction) * expected[row, column] + implant.fraction * TARGETS[
                    implant.target
                ]
                expected[row, column] = mixed
    found = np.concatenate([block.pixels for block in ImplantedCube(scene, TARGETS, IMPLANTS).blocks()])
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_array_equal(scene.array, before)


def test_an_implanted_cube_has_all_that_the_scene_has():
    scene = cube(
        wavelengths=np.arange(6.0), pixel_area=4.0, memory_budget=10**6, block_rows=3, raster_bands=9
    )
    other = ImplantedCube(scene, TARGETS, IMPLANTS)
    names = ("rows", "columns", "bands", "fwhm", "raster_bands", "pixel_area", "memory_budget", "block_rows")
    assert all(getattr(other, name) == getattr(scene, name) for name in names)
    for name in ("valid", "background", "wavelengths", "band_numbers"):
        np.testing.assert_array_equal(getattr(other, name), getattr(scene, name))
    assert other.block_height() == scene.block_height()


def plan(allowed, **more):
    wanted = {"sizes": (1, 2, 4), "fractions": (0.1, 1.0), "each": 5, "targets": 3, "share": 0.02, "seed": 0}
    return plan_runs(allowed, **{**wanted, **more})


def test_every_kind_is_implanted_as_often_and_with_the_same_spectra():
    runs = plan(np.ones((80, 90), bool))
    kinds = {}
    for implant in (implant for implants in runs for implant in implants):
        kinds.setdefault((implant.size, implant.fraction), []).append(implant.target)
    assert sorted(kinds) == [(size, fraction) for size in (1, 2, 4) for fraction in (0.1, 1.0)]
    assert all(sorted(targets) == [0, 0, 1, 1, 2] for targets in kinds.values())


def test_implants_keep_apart_and_change_few_pixels():
    allowed = np.random.default_rng(1).random((80, 90)) < 0.97
    runs = plan(allowed, each=20)
    assert len(runs) > 1
    for implants in runs:
        taken = np.zeros(allowed.shape, int)
        for implant in implants:
            assert allowed[implant.window].all() and allowed[implant.window].size == implant.size**2
            assert not taken[implant.around(GAP)].any()
            taken[implant.window] = 1
        assert taken.sum() <= max(0.02 * allowed.sum(), 16)
        assert len({implant.target for implant in implants}) == len(implants)  # in a small scene


def test_a_large_scene_takes_one_spectrum_several_times_in_a_run():
    runs = plan(np.ones((2000, 2100), bool), each=20)
    assert len(runs) == 1 and len(runs[0]) == 120


def test_the_seed_decides_where():
    allowed = np.ones((80, 90), bool)
    assert plan(allowed) == plan(allowed) != plan(allowed, seed=1)


def test_a_size_without_a_place_is_refused():
    allowed = np.zeros((50, 50), bool)
    allowed[10:13, 10:20] = True
    assert sum(map(len, plan(allowed, sizes=(1, 3)))) == 20
    with pytest.raises(DataError, match="no place for a target of 4 x 4 pixels"):
        plan(allowed)
    with pytest.raises(DataError, match="no place"):
        plan(np.zeros((50, 50), bool))


def test_found_is_one_pixel_above_or_a_share_of_them():
    scores = np.zeros((20, 20), np.float32)
    scores[5, 5:7] = 2
    scores[0, 0] = np.nan
    two, none, gap = Implant(5, 5, 2, 1.0, 0), Implant(10, 10, 2, 1.0, 0), Implant(0, 0, 1, 1.0, 0)
    assert [found for _, found in found_in(scores, 1.0, [two, none, gap])] == [True, False, False]
    assert [found for _, found in found_in(scores, 1.0, [two], 0.5)] == [True]
    assert [found for _, found in found_in(scores, 1.0, [two], 0.6)] == [False]
    assert [found for _, found in found_in(scores, 2.0, [two])] == [False]  # above, not at


def test_counts_by_kind():
    outcomes = [
        (Implant(0, 0, 2, 0.5, 0), True),
        (Implant(0, 0, 1, 1.0, 0), False),
        (Implant(9, 9, 2, 0.5, 1), False),
    ]
    assert rates(outcomes) == [Rate(1, 1.0, 1, 0), Rate(2, 0.5, 2, 1)]


def test_wilson_against_the_equation_it_solves():
    for found, count in ((0, 20), (7, 20), (20, 20), (1, 1)):
        for bound in wilson(found, count):
            if 0 < bound < 1:
                deviation = (found / count - bound) / np.sqrt(bound * (1 - bound) / count)
                assert abs(deviation) == pytest.approx(1.959964)
    assert wilson(0, 20)[0] == 0 and wilson(20, 20)[1] == 1


def test_half_is_found_between_the_fractions_that_were_tried():
    def cells(*shares):
        return [Rate(1, fraction, 10, found) for fraction, found in zip((0.1, 0.2, 0.4), shares)]

    assert half_found(cells(0, 0, 10), 1) == pytest.approx(0.3)
    assert half_found(cells(8, 9, 10), 1) == 0.1
    assert half_found(cells(6, 0, 10), 1) == pytest.approx(0.3)  # a lucky few do not count
    assert half_found(cells(0, 10, 4), 1) is None
    assert half_found(cells(0, 0, 10), 2) is None


def test_the_threshold_holds_the_rate_of_the_background():
    random = np.random.default_rng(0)
    scores = random.exponential(size=(400, 400)).astype(np.float32)
    background = np.ones(scores.shape, bool)
    background[:, 200:] = False
    scores[:, 200:] += 50
    threshold = threshold_of(scores, background, 1e-3)
    assert 0.5e-3 < (scores[:, :200] > threshold).mean() < 2e-3


def test_few_scores_are_cut_at_their_quantile():
    scores = np.arange(100, dtype=np.float32).reshape(10, 10)
    assert threshold_of(scores, np.ones((10, 10), bool), 0.05) == 94
    with pytest.raises(DataError, match="no pixel"):
        threshold_of(scores * np.nan, np.ones((10, 10), bool), 0.05)


def test_around_implants_is_no_background():
    kept = background_of(np.ones((30, 30), bool), [Implant(1, 20, 2, 1.0, 0)])
    assert not kept[:8, 15:27].any() and kept.sum() == 900 - 8 * 12


def test_farthest_points_against_a_slow_loop():
    points = np.random.default_rng(0).normal(size=(40, 3))
    chosen = [0]
    for _ in range(6):
        distances = [min(np.linalg.norm(point - points[other]) for other in chosen) for point in points]
        chosen.append(int(np.argmax(distances)))
    assert farthest_points(points, 7).tolist() == chosen
    assert farthest_points(np.zeros((5, 3)), 4).tolist() == [0]


def test_unusual_spectra_are_the_scene_s_own_and_differ():
    scene = cube(100, 100)
    odd = {(10, 10): 300, (20, 20): -100, (30, 30): 900}
    for number, (place, value) in enumerate(odd.items()):
        scene.array[place][number] = value
    spectra = unusual_spectra(scene, 10)
    every = {tuple(spectrum) for spectrum in scene.array.reshape(-1, 6)}
    assert len({tuple(spectrum) for spectrum in spectra}) == 10
    assert all(tuple(spectrum) in every for spectrum in spectra)
    scores = make_detector("rx", {}).fit(scene).score(scene)
    highest = {tuple(spectrum) for spectrum in scene.array[scores >= np.sort(scores.ravel())[-102]]}
    assert all(tuple(spectrum) in highest for spectrum in spectra)
    assert all(tuple(scene.array[place]) in {tuple(spectrum) for spectrum in spectra[:3]} for place in odd)
    np.testing.assert_array_equal(spectra, unusual_spectra(scene, 10))


def test_strong_targets_are_found_and_faint_ones_are_not():
    scene = cube(100, 100)
    detector = make_detector("rx", {})
    runs = plan_runs(scene.background, (1, 3), (0.01, 1.0), 10, 2, 0.01, 0)
    outcomes = []
    for implants in runs:
        there = ImplantedCube(scene, TARGETS, implants)
        scores = detector.fit(there).score(there)
        outcomes += found_in(
            scores, threshold_of(scores, background_of(scene.background, implants), 1e-3), implants
        )
    by_kind = {(cell.size, cell.fraction): cell.rate for cell in rates(outcomes)}
    assert by_kind[1, 1.0] == by_kind[3, 1.0] == 1
    assert by_kind[1, 0.01] <= 0.1
