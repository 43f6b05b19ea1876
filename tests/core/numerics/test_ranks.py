"""Ranks against scipy."""

import numpy as np
import pytest
from scipy.stats import norm, rankdata, spearmanr

from qgis_hsi_anomaly.core.numerics.ranks import average_ranks, rank_correlation, rank_normal


@pytest.fixture
def scores():
    """Scores with ties and a few invalid pixels."""
    scores = np.round(np.random.default_rng(3).normal(size=(40, 30)), 1).astype(np.float32)
    scores[:2, :5] = np.nan
    return scores


def test_rank_correlation_agrees_with_scipy(scores):
    """Ties included, invalid pixels left out."""
    other = np.round(scores**2 + np.random.default_rng(1).normal(size=scores.shape), 1)
    valid = np.isfinite(scores)

    assert rank_correlation(scores, other) == pytest.approx(
        spearmanr(scores[valid], other[valid])[0], abs=1e-12
    )


def test_ranks_and_their_normal_scores_agree_with_scipy(scores):
    """Ties share their mean rank; the k-th of n becomes the quantile of (k - 1/2) / n."""
    values = scores[np.isfinite(scores)]
    ranks = rankdata(values).astype(np.float64)  # newest scipy keeps float32

    np.testing.assert_array_equal(average_ranks(values), ranks)
    np.testing.assert_allclose(
        rank_normal(values), norm.ppf((ranks - 0.5) / len(values)), rtol=1e-6, atol=1e-6
    )


def test_rank_normal_ignores_monotone_maps(scores):
    """Only the order matters."""
    values = scores[np.isfinite(scores)].astype(float)

    assert rank_normal(values) == pytest.approx(rank_normal(np.exp(values)))
