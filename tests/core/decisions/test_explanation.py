"""Why objects stand out: every figure against its formula, and against the detectors it speaks of."""

from __future__ import annotations

from typing import Any, Tuple

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.decisions.chosen import Chosen
from qgis_hsi_anomaly.core.decisions.explanation import (
    MARGIN,
    ExplainedScene,
    band_shares,
    explain,
    place_in,
    spectral_angles,
    strongest_bands,
)
from qgis_hsi_anomaly.core.detectors.crd import CRD
from qgis_hsi_anomaly.core.detectors.gaussian import GaussianBackground
from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.errors import Cancelled, DataError
from qgis_hsi_anomaly.core.numerics.statistics import principal_components
from qgis_hsi_anomaly.core.run import Run

BANDS = 20
OBJECT = Chosen("A", np.array([14, 14, 15]), np.array([20, 21, 20]))
CORNER = Chosen("B", np.array([0]), np.array([0]))


def scene(**more: Any) -> ArrayCube:
    """Spectra of three materials, and an object that is too high in band 7."""
    random = np.random.default_rng(1)
    materials = random.uniform(100, 400, (3, BANDS))
    parts = random.dirichlet([1, 1, 1], (30, 34))
    array = (parts @ materials + random.normal(0, 2, (30, 34, BANDS))).astype(np.float32)
    array[OBJECT.rows, OBJECT.columns, 7] += [30, 40, 20]
    array[5:7, 13] = np.nan
    return ArrayCube(array, **more)


@pytest.fixture(scope="module")
def explained() -> Tuple[ArrayCube, ExplainedScene]:
    cube = scene()
    return cube, explain(cube, [OBJECT, CORNER])


def test_shares_of_the_bands_are_the_formula_s() -> None:
    """By the inverse covariance itself, a loop over pixels and bands."""
    cube = scene()
    pixels = cube.array[cube.valid].astype(np.float64)
    learned = RX(regularization="none").fit(cube)
    mean, inverse = pixels.mean(axis=0), np.linalg.inv(np.cov(pixels.T))

    found = band_shares(pixels[:5], learned)

    for pixel, shares in zip(pixels[:5], found):
        away = pixel - mean
        expected = [
            away[band] * sum(inverse[band, k] * away[k] for k in range(BANDS)) for band in range(BANDS)
        ]
        np.testing.assert_allclose(shares, expected, rtol=1e-7, atol=1e-9)


def test_shares_sum_to_the_score_of_the_detector(explained: Tuple[ArrayCube, ExplainedScene]) -> None:
    """Of the highest pixel to its value in the map of the detector rx; of the mean to the mean's."""
    cube, found = explained
    learned = RX().fit(cube)
    scores = learned.score(cube)
    for chosen, item in zip((OBJECT, CORNER), found.objects):
        highest = np.argmax(scores[chosen.rows, chosen.columns])
        assert (item.row, item.column) == (chosen.rows[highest], chosen.columns[highest])
        np.testing.assert_array_equal(item.highest, cube.array[item.row, item.column])
        np.testing.assert_allclose(item.highest_shares.sum(), scores[item.row, item.column], rtol=1e-6)
        assert item.highest_score == pytest.approx(item.highest_shares.sum(), rel=1e-12)
        mean = cube.array[chosen.rows, chosen.columns].mean(axis=0, dtype=np.float64)
        np.testing.assert_allclose(item.mean, mean, rtol=1e-12)
        white = (mean - learned.mean) @ learned.whitening
        assert item.mean_score == pytest.approx(white @ white, rel=1e-9)


def test_the_band_that_is_too_high_is_named_first(explained: Tuple[ArrayCube, ExplainedScene]) -> None:
    item = explained[1].objects[0]

    assert item.strongest[0] == 7
    assert item.highest_shares[7] > 2 * np.sort(item.highest_shares)[-2]


def test_only_bands_that_raise_the_score_are_named() -> None:
    assert strongest_bands(np.array([1.0, -5.0, 3.0, 0.0, 2.0])) == [2, 4, 0]
    assert strongest_bands(np.array([-1.0, 0.5])) == [1]


def test_the_ring_s_residual_is_the_one_crd_scores(explained: Tuple[ArrayCube, ExplainedScene]) -> None:
    """Inside, and in the corner, where the image is mirrored."""
    cube, found = explained
    learned = CRD().fit(cube)
    scores = learned.score(cube)
    for item in found.objects:
        assert item.ring_score == pytest.approx(scores[item.row, item.column], rel=1e-5)
        inside = learned.components.of(item.ring_residual[None])
        assert np.linalg.norm(inside) == pytest.approx(item.ring_score, rel=1e-12)


def test_the_ring_s_residual_is_the_pixel_less_weighted_pixels() -> None:
    """The published formula, (X'X + lambda G'G)^-1 X'y, over the ring's valid pixels."""
    cube = scene()
    learned = CRD().fit(cube)
    window = learned.window
    (item,) = explain(cube, [OBJECT]).objects
    row, column = item.row, item.column
    ring = [
        cube.array[r, c].astype(np.float64) / learned.rms
        for r in range(row - window.reach, row + window.reach + 1)
        for c in range(column - window.reach, column + window.reach + 1)
        if max(abs(r - row), abs(c - column)) > window.guard and cube.valid[r, c]
    ]
    assert len(ring) < window.size  # some pixels of it are not valid
    # As the tool does: the weights from the first 15 components, applied to whole spectra.
    axes = learned.components.axes
    y = item.highest / learned.rms
    atoms, pixel = np.stack(ring).T, axes.T @ y
    reduced = axes.T @ atoms
    penalty = ((reduced - pixel[:, None]) ** 2).sum(axis=0) * len(ring) / window.size
    weights = np.linalg.solve(reduced.T @ reduced + 100 * np.diag(penalty), reduced.T @ pixel)

    np.testing.assert_allclose(item.ring_residual, learned.rms * (y - atoms @ weights), rtol=1e-5, atol=1e-6)


def test_a_pixel_without_a_ring_is_compared_with_the_mean_of_the_scene() -> None:
    array = scene().array
    array[:14] = np.nan
    array[:, :21] = np.nan
    array[28, 2:4] = scene().array[0, :2]
    array[27, 2] = scene().array[1, 1]
    cube = ArrayCube(array)
    lonely = Chosen("C", np.array([28]), np.array([3]))

    (item,) = explain(cube, [lonely]).objects

    assert item.ring_score == pytest.approx(CRD().fit(cube).score(cube)[28, 3], rel=1e-5)


def test_own_pixels_in_the_ring_are_counted() -> None:
    """An object larger than CRD's inner window, 15, is in its own background."""
    rows, columns = np.meshgrid(np.full(1, 14), np.arange(10, 30), indexing="ij")
    bar = Chosen("bar", rows.ravel(), columns.ravel())
    (item,) = explain(scene(), [bar]).objects

    inside = np.abs(columns - item.column) > 7
    reached = np.abs(columns - item.column) <= 10
    assert item.own_in_ring == np.count_nonzero(inside & reached) > 0


def test_the_components_residual_is_what_they_cannot_express(
    explained: Tuple[ArrayCube, ExplainedScene],
) -> None:
    cube, found = explained
    components = principal_components(cube, 9)
    for item in found.objects:
        centered = item.highest - cube.array[cube.valid].mean(axis=0, dtype=np.float64)
        best, *_ = np.linalg.lstsq(components.axes, centered, rcond=None)
        np.testing.assert_allclose(
            item.components_residual, centered - components.axes @ best, rtol=1e-3, atol=1e-3
        )


def test_the_background_is_described_without_the_objects_and_their_margin(
    explained: Tuple[ArrayCube, ExplainedScene],
) -> None:
    cube, found = explained
    outside = cube.valid.copy()
    for item in (OBJECT, CORNER):
        for row, column in zip(item.rows, item.columns):
            outside[
                max(row - MARGIN, 0) : row + MARGIN + 1, max(column - MARGIN, 0) : column + MARGIN + 1
            ] = 0
    pixels = cube.array[outside]

    assert found.ordinary.pixels == len(pixels)
    np.testing.assert_allclose(found.ordinary.median, np.median(pixels, axis=0), rtol=1e-6)
    np.testing.assert_allclose(found.ordinary.low, np.percentile(pixels, 5, axis=0), rtol=1e-6)
    np.testing.assert_allclose(found.ordinary.high, np.percentile(pixels, 95, axis=0), rtol=1e-6)
    for item in found.objects:
        cosines = [
            p @ item.mean / np.linalg.norm(p) / np.linalg.norm(item.mean) for p in pixels.astype(float)
        ]
        best = np.argsort(cosines)[::-1][:3]
        np.testing.assert_array_equal(item.nearest, pixels[best])
        np.testing.assert_allclose(item.angles, np.degrees(np.arccos(np.array(cosines)[best])), rtol=1e-6)


def test_angles_do_not_see_brightness() -> None:
    one = np.array([1.0, 2.0, 2.0])
    found = spectral_angles(np.array([[2.0, 4, 4], [-1, -2, -2], [0, 1, -1], [0, 0, 0]]), one)

    np.testing.assert_allclose(found, [0, 180, 90, 90], atol=1e-5)


@pytest.mark.parametrize("block_rows", [1, 7])
def test_block_size_does_not_matter(explained: Tuple[ArrayCube, ExplainedScene], block_rows: int) -> None:
    other = explain(scene(block_rows=block_rows), [OBJECT, CORNER])

    for first, second in zip(explained[1].objects, other.objects):
        np.testing.assert_allclose(second.highest_shares, first.highest_shares, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(second.ring_residual, first.ring_residual, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(second.mean, first.mean, rtol=1e-12)
        np.testing.assert_array_equal(second.nearest, first.nearest)


def test_ranks_are_by_the_highest_score() -> None:
    scores = np.arange(12, dtype=np.float32).reshape(3, 4)
    scores[0, :2] = np.nan
    object_ = Chosen("A", np.array([0, 2, 1]), np.array([0, 0, 3]))

    assert (place_in(scores, object_).above, place_in(scores, object_).pixels) == (3, 10)
    assert place_in(scores, Chosen("B", np.array([0]), np.array([1]))).pixels == 0


def test_objects_that_leave_no_background_are_refused() -> None:
    rows, columns = np.nonzero(scene().valid)
    with pytest.raises(DataError, match="fewer than 2 background pixels"):
        explain(scene(), [Chosen("all", rows, columns)])


def test_explaining_reports_its_progress() -> None:
    fractions = []
    explain(scene(), [OBJECT], run=Run(on_fraction=fractions.append))
    assert fractions == sorted(fractions) and fractions[-1] == 1


@pytest.mark.parametrize("stop", [0.1, 0.5, 0.85])
def test_explaining_can_be_cancelled(stop: float) -> None:
    seen = [0.0]
    with pytest.raises(Cancelled):
        explain(scene(), [OBJECT], run=Run(on_fraction=seen.append, is_cancelled=lambda: seen[-1] >= stop))


def test_shares_of_a_background_that_was_read_back_are_the_same() -> None:
    """A model file rotates the whitening; S^-1 stays."""
    cube = scene()
    learned = RX().fit(cube)
    turned = np.linalg.qr(np.random.default_rng(0).normal(size=(BANDS, BANDS)))[0]
    other = GaussianBackground(learned.mean, learned.whitening @ turned)

    first, second = (band_shares(cube.array[5:6, 0], one) for one in (learned, other))
    np.testing.assert_allclose(first, second, rtol=1e-8, atol=1e-10)
