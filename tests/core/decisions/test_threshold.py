"""Thresholds: largest scores, the tail's fit, budgets, conformal p-values, and the rates they keep."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from scipy.stats import genpareto

from qgis_hsi_anomaly.core.decisions import scores as module
from qgis_hsi_anomaly.core.decisions.scores import ArrayScores, Largest, largest_scores
from qgis_hsi_anomaly.core.decisions.tail import fit_tail
from qgis_hsi_anomaly.core.decisions.threshold import ThresholdParameters, choose_threshold
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ParameterError
from qgis_hsi_anomaly.core.run import Run

RNG = np.random.default_rng


def background(rows=200, columns=200, seed=0):
    """A map of heavy-tailed scores without targets, and some pixels without a score."""
    values = RNG(seed).gamma(2.0, 1.0, (rows, columns)).astype(np.float32)
    values[RNG(seed + 1).random((rows, columns)) < 0.02] = np.nan
    return values


@pytest.mark.parametrize("block_rows", [None, 1, 7])
@pytest.mark.parametrize("in_memory", [2**22, 0])
def test_the_largest_scores_are_those_of_a_sort(monkeypatch, block_rows, in_memory):
    """Also in three passes; ties, infinities of both signs of zero and negative scores included."""
    monkeypatch.setattr(module, "_IN_MEMORY", in_memory)
    values = np.round(RNG(0).normal(size=(60, 50)), 2).astype(np.float32)
    values[0, :5] = [-0.0, 0.0, np.nan, 1e-42, -1e30]
    expected = np.sort(values[np.isfinite(values)])[::-1]

    for count in (1, 10, 2000, 5000):
        found = largest_scores(ArrayScores(values, block_rows), count)

        assert found.pixels == len(expected)
        np.testing.assert_array_equal(found.values, expected[:count])


def test_a_quantile_has_no_more_than_its_share_above():
    values = np.arange(1000.0)[::-1]
    largest = Largest(values, 1000)

    for share in (0.001, 0.0015, 0.01, 0.1):
        assert (values > largest.quantile(share)).sum() == int(share * 1000)


def test_the_fit_finds_the_distribution_it_was_drawn_from():
    over = genpareto.rvs(0.2, scale=2.0, size=20_000, random_state=3)
    tail = fit_tail(Largest(np.sort(np.append(over, np.zeros(180_000)))[::-1] + 5, 200_000))

    assert tail.dropped <= 0.02 * 20_000
    assert tail.start == pytest.approx(5) and tail.share == pytest.approx(0.1, rel=0.02)
    assert tail.shape == pytest.approx(0.2, abs=0.05) and tail.scale == pytest.approx(2, rel=0.05)
    assert tail.p_value(np.array([tail.threshold(1e-4)])) == pytest.approx(1e-4)
    assert tail.threshold(1e-3) == pytest.approx(5 + genpareto.isf(1e-2, 0.2, scale=2.0), rel=0.05)


def test_intervals_hold_the_threshold_nineteen_times_in_twenty():
    true = 3 + genpareto.isf(1e-2, 0.1)
    inside = 0
    for seed in range(100):
        over = genpareto.rvs(0.1, size=2000, random_state=seed)
        low, high = fit_tail(Largest(np.sort(np.append(over, np.zeros(18_000)))[::-1] + 3, 20_000)).interval(
            1e-3
        )
        inside += low <= true <= high

    assert 88 <= inside <= 100


def test_targets_do_not_raise_the_tails_threshold():
    clean = background()
    struck = clean.copy()
    struck[:8, :20] = 60 + RNG(5).random((8, 20))
    wanted = ThresholdParameters(rate=3e-3)

    before, after = (choose_threshold(ArrayScores(values), wanted) for values in (clean, struck))

    assert after.tail.dropped >= 150
    assert after.score == pytest.approx(before.score, rel=0.1)
    assert (clean > after.score).mean() < 2 * 3e-3
    assert choose_threshold(ArrayScores(struck), ThresholdParameters("quantile", 3e-3)).score > 20


def test_targets_too_few_for_the_test_of_the_whole_are_left_out_too():
    values = RNG(0).gamma(3.0, 1.0, (700, 700)).astype(np.float32)
    values[:10, :10] = 60 + RNG(1).random((10, 10))

    found = choose_threshold(ArrayScores(values), ThresholdParameters(rate=1e-4))

    assert found.tail.dropped >= 100 and found.score < 20
    assert 100 <= found.flagged <= 4 * 49 and found.expected < 2 * 49


def test_a_budget_beyond_the_tail_is_kept_and_one_beyond_the_map_refused():
    values = RNG(2).normal(size=(80, 90)).astype(np.float32)

    assert choose_threshold(ArrayScores(values), ThresholdParameters("budget", budget=4000)).flagged == 4000
    with pytest.raises(ParameterError, match="7200: all would be flagged"):
        choose_threshold(ArrayScores(values), ThresholdParameters("budget", budget=8000))


@pytest.mark.parametrize("method", ["tail", "quantile"])
@pytest.mark.parametrize("rate", [1e-2, 1e-3])
def test_rates_are_kept_on_a_pure_background(method, rate):
    values = background(500, 500)

    found = choose_threshold(ArrayScores(values, 64), ThresholdParameters(method, rate))

    pixels = np.isfinite(values).sum()
    assert found.flagged == (values > found.score).sum() and found.pixels == pixels
    assert found.flagged / pixels == pytest.approx(rate, rel=0.35)
    fitted = rate if method == "quantile" else found.tail.p_value(np.array([found.score]))[0]
    assert found.expected == pytest.approx(fitted * pixels) and fitted <= 4 * rate
    assert found.tail.start <= found.interval[0] <= found.score <= found.interval[1]


def test_the_same_however_the_map_is_cut():
    values = background()
    wanted = ThresholdParameters()

    assert (
        choose_threshold(ArrayScores(values), wanted).score
        == choose_threshold(ArrayScores(values, 3), wanted).score
    )


def test_conformal_counts_the_background_regions_scores():
    values = background(100, 100)
    region = np.zeros(values.shape, bool)
    region[::3] = True
    reference = np.sort(values[region & np.isfinite(values)])

    found = choose_threshold(ArrayScores(values), ThresholdParameters("conformal", 0.01), region)

    # The formula: the share of reference scores at least as large, each pixel counted in.
    tested = values[~region & np.isfinite(values)]
    p = (1 + (reference[None, :] >= tested[:, None]).sum(axis=1)) / (len(reference) + 1)
    flagged = tested > found.score
    np.testing.assert_array_equal(flagged, p <= 0.01)
    np.testing.assert_allclose(found.p_values(tested[flagged]), p[flagged])


def test_a_budget_of_pixels_or_objects_is_kept():
    values = ndimage.gaussian_filter(RNG(2).normal(size=(80, 90)), 1).astype(np.float32)
    for budget in (1, 7, 40):
        pixels = choose_threshold(ArrayScores(values), ThresholdParameters("budget", budget=budget))
        objects = choose_threshold(
            ArrayScores(values, 9), ThresholdParameters("budget", budget=budget, unit="objects")
        )
        dense = choose_threshold(
            ArrayScores(values),
            ThresholdParameters("budget", budget=budget / 7.2, unit="objects_per_km2"),
            None,
            1e-3,
        )

        assert pixels.flagged == budget
        assert ndimage.label(values > objects.score, np.ones((3, 3)))[1] <= budget
        # One pixel more and there are too many, or it joins a group that is there.
        lower = np.sort(values[values <= objects.score].ravel())[-3:]
        assert max(ndimage.label(values > low - 1e-6, np.ones((3, 3)))[1] for low in lower) >= budget
        assert dense.score == objects.score
        assert objects.expected <= objects.flagged


def test_a_short_tail_falls_back_to_the_quantile_and_says_so():
    said = []
    run = Run(on_warning=said.append)

    found = choose_threshold(ArrayScores(background(10, 10)), ThresholdParameters(rate=0.05), run=run)

    assert found.method == "quantile" and found.tail is None and "quantile" in said[0]


@pytest.mark.parametrize(
    ("values", "wanted", "region", "error", "words"),
    [
        (np.full((9, 9), np.nan), {}, None, DataError, "no pixel with a score"),
        (np.ones((9, 9)), {"method": "conformal"}, None, ParameterError, "BACKGROUND"),
        (np.ones((9, 9)), {"method": "conformal"}, np.ones((9, 9), bool), DataError, "at least 1000"),
        (np.ones((9, 9)), {}, np.zeros((9, 9), bool), DataError, "covers no pixel"),
        (
            np.ones((9, 9)),
            {"method": "budget", "unit": "objects_per_km2"},
            None,
            ParameterError,
            "coordinate",
        ),
        (np.ones((9, 9)), {"method": "budget", "budget": 0.5}, None, ParameterError, "less than one"),
    ],
)
def test_what_cannot_be_chosen_is_refused(values, wanted, region, error, words):
    with pytest.raises(error, match=words):
        choose_threshold(ArrayScores(values.astype(np.float32)), ThresholdParameters(**wanted), region)


@pytest.mark.parametrize("value", [0, 0.2, -1, "x"])
def test_rates_outside_their_bounds_are_refused(value):
    with pytest.raises(ParameterError, match="RATE"):
        ThresholdParameters(rate=value)


def test_equal_scores_flag_nothing():
    found = choose_threshold(ArrayScores(np.ones((50, 50), np.float32)), ThresholdParameters())

    assert (found.flagged, found.score) == (0, 1)


def test_a_cancel_stops_it():
    with pytest.raises(Cancelled):
        choose_threshold(
            ArrayScores(background(), 10), ThresholdParameters(), run=Run(is_cancelled=lambda: True)
        )
