"""What score maps have in common, against scipy, sets and the definitions written out."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from qgis_hsi_anomaly.core.decisions.comparison import (
    TOP,
    compare_maps,
    highest,
    highest_of_squares,
    judge_map,
    least_of_pairs,
)
from qgis_hsi_anomaly.core.errors import Cancelled, DataError
from qgis_hsi_anomaly.core.metrics import detection_at, figures, label_scores
from qgis_hsi_anomaly.core.run import Run


@pytest.fixture
def maps():
    """Three maps that agree in part, with ties, and gaps of their own."""
    random = np.random.default_rng(2)
    common = random.normal(size=(40, 30))
    made = [common + random.normal(size=common.shape) for _ in range(2)]
    made.append(np.round(common - made[0], 1))
    for index, scores in enumerate(made):
        scores[index, :4] = np.nan
    return [scores.astype(np.float32) for scores in made]


def test_ranks_are_correlated_as_scipy_does(maps):
    """Spearman's, ties at their mean rank, over the pixels valid in all."""
    valid = np.isfinite(maps).all(axis=0)
    expected = spearmanr([scores[valid] for scores in maps], axis=1)[0]

    found = compare_maps(maps, 0.01)

    assert found.pixels == valid.sum() == 1188
    np.testing.assert_array_equal(found.valid, valid)
    np.testing.assert_allclose(found.rank_correlations, expected, atol=1e-6)


def test_alarms_overlap_as_sets_do(maps):
    """Jaccard's index, what one map alone flags, and the common ones of the highest hundred."""
    valid = np.isfinite(maps).all(axis=0)
    values = [scores[valid] for scores in maps]

    def sets(count):
        return [{i for i, value in enumerate(v) if (v >= value).sum() <= count} for v in values]

    flagged, top = sets(11), sets(TOP)

    found = compare_maps(maps, 0.01)

    assert found.asked == 11
    for i in range(3):
        assert found.flagged[i] == len(flagged[i])
        assert found.alone[i] == len(flagged[i] - set().union(*(flagged[j] for j in range(3) if j != i)))
        for j in range(3):
            assert found.overlap[i, j] == pytest.approx(
                len(flagged[i] & flagged[j]) / len(flagged[i] | flagged[j])
            )
            assert found.shared_top[i, j] == len(top[i] & top[j])


def test_shares_above_are_counts(maps):
    """Of equal scores, half count as higher."""
    found = compare_maps(maps, 0.01)

    values = maps[2][found.valid].astype(float)
    expected = [((values > v).sum() + (values == v).sum() / 2) / len(values) for v in values]
    np.testing.assert_allclose(found.above[2], expected, rtol=1e-6)


def test_nothing_changes_under_a_monotone_change_of_a_map(maps):
    """Only ranks count."""
    other = [maps[0], np.exp(maps[1] / 2), maps[2] * 100 - 7]

    one, two = compare_maps(maps, 0.02), compare_maps(other, 0.02)

    for name in ("above", "rank_correlations", "flagged", "alone", "overlap", "shared_top"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)


def test_equal_scores_at_the_cut_are_left_out():
    """Whichever comes first in the file must not decide."""
    assert highest(np.array([3, 1, 2, 2, 0]), 2).tolist() == [True, False, False, False, False]
    assert highest(np.array([3, 1, 2, 2, 0]), 3).tolist() == [True, False, True, True, False]
    assert highest(np.array([1, 2]), 100).tolist() == [True, True]


def test_a_map_with_nothing_flagged_has_no_overlap_with_itself():
    """Half of its scores are the highest one."""
    scores = np.arange(20.0).reshape(4, 5)

    found = compare_maps([scores, (scores > 9).astype(float)], 0.1)

    assert found.flagged.tolist() == [2, 0]
    assert np.isnan(found.overlap[1, 1]) and found.overlap[0, 1] == 0


def test_a_constant_map_has_no_rank_correlation():
    """It has no ranks."""
    found = compare_maps([np.arange(20.0).reshape(4, 5), np.ones((4, 5))], 0.1)

    assert np.isnan(found.rank_correlations[0, 1]) and found.rank_correlations[0, 0] == 1
    assert np.isnan(least_of_pairs(found.rank_correlations)[0])


def test_maps_without_common_pixels_are_refused():
    """One sentence."""
    one, two = np.ones((2, 2)), np.ones((2, 2))
    one[0], two[1] = np.nan, np.nan
    with pytest.raises(DataError, match="in every map; 0 have"):
        compare_maps([one, two], 0.1)


def test_figures_and_curve_are_those_of_the_common_pixels(maps):
    """The curve gives the detections at every rate of false alarms."""
    valid = compare_maps(maps, 0.1).valid
    truth = np.random.default_rng(1).random(valid.shape) < 0.05
    labeled = label_scores(np.where(valid, maps[0], np.nan), truth)

    found = judge_map(maps[0], valid, truth)

    assert found.figures == figures(labeled)
    for index in (0, 150, 400, 599):
        assert found.detections[index] == pytest.approx(
            detection_at(labeled, found.alarms[index] * (1 + 1e-9))
        )


def test_a_large_map_is_shown_by_the_highest_of_each_square():
    """So that no single pixel is lost; gaps are none."""
    values = np.zeros((7, 5))
    values[6, 4], values[0, 0], values[1, 3] = 3, np.nan, 2
    values[2:4, :2] = np.nan

    np.testing.assert_array_equal(
        highest_of_squares(values, 2), [[0, 2, 0], [np.nan, 0, 0], [0, 0, 0], [0, 0, 3]]
    )


def test_the_least_of_pairs_is_off_the_diagonal():
    """With where it stands."""
    assert least_of_pairs(np.array([[1, 0.5, 0.7], [0.5, 1, 0.2], [0.7, 0.2, 1]])) == (0.2, 1, 2)


def test_a_cancel_is_heard(maps):
    """After the first map."""
    with pytest.raises(Cancelled):
        compare_maps(maps, 0.1, Run(is_cancelled=lambda: True))
