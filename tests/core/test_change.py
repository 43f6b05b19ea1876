"""Anomalous change against the formula written out, and what it promises: units, light, blocks, misregistration."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.ndimage import shift as shift_image
from sklearn.covariance import LedoitWolf

from qgis_hsi_anomaly.core.change import Pair, learn_pairs
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import Cancelled, DataError
from qgis_hsi_anomaly.core.metrics import detection_at, label_scores
from qgis_hsi_anomaly.core.run import Run


@pytest.fixture
def dates():
    """Two dates of unequal bands and units, with gaps of their own at both."""
    random = np.random.default_rng(4)
    ground = random.normal(size=(19, 14, 4))
    before = (ground @ random.normal(size=(4, 5)) + 0.3 * random.normal(size=(19, 14, 5)) + 9).astype("f4")
    after = (1e3 * (ground @ random.normal(size=(4, 3)) + 0.4 * random.normal(size=(19, 14, 3)))).astype("f4")
    before[2, 3] = np.nan
    after[17:, :2] = np.nan
    return before, after


def change(
    before, after, shift=0, method="hyperbolic", regularization="none", background=None, run=None, **cut
):
    """Scores of two arrays."""
    pair = Pair(ArrayCube(before, **cut), ArrayCube(after, **cut), background)
    learned = learn_pairs(pair, regularization, *([run] if run else []))
    return learned.score(pair, method, shift)


def by_the_formula(before, after, shift, method, shrink):
    """The definition, slow and plain: covariance of both dates, three distances, every shift of either date."""
    bands = before.shape[2]
    valid = np.isfinite(before).all(axis=2) & np.isfinite(after).all(axis=2)
    x, y = before[valid].astype(float), after[valid].astype(float)
    if shrink:  # each date in units of its root mean variance
        x_unit, y_unit = (np.sqrt(z.var(axis=0).mean()) for z in (x, y))
        before, after = before / x_unit, after / y_unit
        x, y = x / x_unit, y / y_unit
    z = np.hstack([x, y])
    covariance = LedoitWolf().fit(z).covariance_ if shrink else np.cov(z.T)
    mean = z.mean(axis=0)
    both, first, second = (
        np.linalg.inv(part) for part in (covariance, covariance[:bands, :bands], covariance[bands:, bands:])
    )

    def pair_score(a, b):
        u = np.concatenate([a, b]) - mean
        score = u @ both @ u - u[:bands] @ first @ u[:bands]
        return score if method == "chronochrome" else score - u[bands:] @ second @ u[bands:]

    rows, columns = valid.shape
    found = np.full(valid.shape, np.nan)
    for i, j in np.argwhere(valid):
        near = [
            (k, m)
            for k in range(max(i - shift, 0), min(i + shift + 1, rows))
            for m in range(max(j - shift, 0), min(j + shift + 1, columns))
            if valid[k, m]
        ]
        found[i, j] = max(
            min(pair_score(before[i, j], after[place]) for place in near),
            min(pair_score(before[place], after[i, j]) for place in near),
        )
    return found


@pytest.mark.parametrize("method", ["hyperbolic", "chronochrome"])
@pytest.mark.parametrize("regularization", ["none", "ledoitwolf"])
@pytest.mark.parametrize("shift", [0, 1, 2])
def test_scores_are_the_formula(dates, method, regularization, shift):
    """With gaps, at the edges, for every shift."""
    expected = by_the_formula(*dates, shift, method, regularization == "ledoitwolf")

    found = change(*dates, shift, method, regularization)

    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("block_rows", [1, 4, 7])
@pytest.mark.parametrize("shift", [0, 2])
def test_scores_do_not_depend_on_blocks(dates, block_rows, shift):
    """Neither the statistics nor the shifts see them."""
    np.testing.assert_allclose(
        change(*dates, shift, block_rows=block_rows), change(*dates, shift), rtol=1e-6, atol=1e-6
    )


def test_an_affine_change_of_one_date_changes_nothing(dates):
    """Light, haze and calibration, band by band and among bands, without regularization."""
    before, after = dates
    random = np.random.default_rng(1)

    hazy = (after @ random.normal(size=(3, 3)) + 500).astype("f4")

    np.testing.assert_allclose(change(before, hazy, 1), change(before, after, 1), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("regularization", ["ridge", "ledoitwolf"])
def test_units_change_nothing_with_regularization_either(dates, regularization):
    """Digital numbers at one date, reflectance at the other."""
    before, after = dates

    np.testing.assert_allclose(
        change(before * np.float32(1 / 1024), after, regularization=regularization),
        change(before, after, regularization=regularization),
        rtol=1e-5,
        atol=1e-5,
    )


def scenes(misplaced=0):
    """Fields of three materials; a second time in stronger light, with noise, and `misplaced` by so many pixels."""
    random = np.random.default_rng(7)
    fields = gaussian_filter(random.normal(size=(50, 50, 3)), (2, 2, 0)) * 25
    shares = np.exp(fields) / np.exp(fields).sum(axis=2, keepdims=True)
    ground = shares @ random.uniform(10, 60, size=(3, 12)) + 0.3 * random.normal(size=(50, 50, 12))
    light = np.linspace(0.9, 1.1, 50)[:, None, None]
    seen = shift_image(ground, (misplaced, misplaced, 0), order=1, mode="nearest")
    after = 2.5 * seen * light + 20 + 0.3 * random.normal(size=ground.shape)
    return ground.astype("f4"), after.astype("f4")


def implanted(before, after, date):
    """Swap distant pixels of different materials at one date: nothing rare is added to it. Returns where, bool."""
    random = np.random.default_rng(0)
    truth = np.zeros(before.shape[:2], bool)
    chosen = (before, after)[date]
    while truth.sum() < 12:
        here, there = (tuple(random.integers(1, 49, 2)) for _ in range(2))
        if not (truth[here] or truth[there]) and np.linalg.norm(before[here] - before[there]) > 40:
            chosen[here], chosen[there] = chosen[there].copy(), chosen[here].copy()
            truth[here] = truth[there] = True
    return truth


def detections(scores, truth, false_alarms):
    """Share of the changed pixels found at a rate of false alarms."""
    return detection_at(label_scores(scores, truth), false_alarms)


@pytest.mark.parametrize("shift", [0, 1])
@pytest.mark.parametrize("date", [0, 1], ids=["gone", "come"])
def test_changes_are_found_that_the_difference_of_the_dates_hides(date, shift):
    """In other light every pixel differs; single pixels swapped at either date stand out all the same."""
    before, after = scenes()
    truth = implanted(before, after, date)
    difference = ArrayCube(after - before)
    plain = make_detector("rx", {}).fit(difference).score(difference)

    found = change(before, after, shift, regularization="ledoitwolf")

    assert detections(found, truth, 1e-3) == 1
    assert detections(plain, truth, 1e-3) < 0.6


@pytest.mark.parametrize("date", [0, 1], ids=["gone", "come"])
def test_a_shift_forgives_misregistration(date):
    """One pixel apart: more is found at the same rate of false alarms, at whichever date it is there."""
    before, after = scenes(misplaced=1)
    truth = implanted(before, after, date)

    with_shift, without = (detections(change(before, after, shift), truth, 1e-2) for shift in (1, 0))

    assert with_shift > without + 0.3


def test_noise_alone_scores_low():
    """Where the dates agree but for noise, the pair is no rarer than each date: the score lies below 0 on the whole."""
    random = np.random.default_rng(0)
    before = (random.normal(size=(30, 30, 3)) @ random.normal(size=(3, 8)) * 5 + 50).astype("f4")
    before += random.normal(size=before.shape).astype("f4")
    after = (before + 0.1 * random.normal(size=before.shape)).astype("f4")
    changed = after.copy()
    changed[11, 13] = after[22, 4]

    scores = change(before, changed)

    assert np.median(scores) < 0
    assert scores[11, 13] > 20 * np.sort(scores.ravel())[-2]


def test_a_copy_is_named_and_scores_are_finite():
    """The covariance of both dates is singular then."""
    before = np.random.default_rng(0).normal(size=(12, 12, 4)).astype("f4")
    warnings = []

    scores = change(before, before.copy(), run=Run(on_warning=warnings.append))

    assert np.isfinite(scores).all() and (scores <= 1e-3).all()
    assert any("agree exactly along 4 of 4 directions" in warning for warning in warnings)


def test_the_background_region_is_what_is_learned_from(dates):
    """Pixels outside of it change no score but their own."""
    before, after = dates
    region = np.zeros(before.shape[:2], bool)
    region[3:15] = True
    expected = change(before, after, background=region)
    before[0, 5] += 80

    np.testing.assert_allclose(
        change(before, after, background=region)[1:], expected[1:], rtol=1e-5, atol=1e-5
    )


def test_too_few_pixels_are_said_to_be_few(dates):
    """Fewer than ten a band of both dates."""
    warnings = []
    before, after = (date[:7, 4:] for date in dates)

    change(before, after, run=Run(on_warning=warnings.append))

    assert "70 pixels for 8 bands" in warnings[0]


def test_dates_that_do_not_fit_are_refused(dates):
    """Of other sizes, without common pixels, the same everywhere."""
    before, after = dates
    empty = np.full_like(after, np.nan)
    empty[2, 3] = empty[0, 0] = 1
    with pytest.raises(DataError, match="19 rows and 14 columns, the date after 18 and 14"):
        change(before, after[1:])
    with pytest.raises(DataError, match="valid at both dates; 1 are"):
        change(before, empty)
    with pytest.raises(DataError, match="same spectrum"):
        change(before, np.full_like(after, 7))


def test_a_cancel_is_heard(dates):
    """While scores are computed, too."""
    pair = Pair(ArrayCube(dates[0], block_rows=2), ArrayCube(dates[1], block_rows=2))
    learned = learn_pairs(pair)
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 5

    with pytest.raises(Cancelled):
        learned.score(pair, shift=1, run=Run(is_cancelled=stop))
