"""Figures of merit against scikit-learn and the definitions written out."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from qgis_hsi_anomaly.core.errors import DataError
from qgis_hsi_anomaly.core.metrics import FIGURES, figures, label_scores, roc


@pytest.fixture
def scene():
    """Scores with ties and a few invalid pixels, and truth."""
    random = np.random.default_rng(3)
    truth = random.random((40, 30)) < 0.1
    scores = np.round(random.normal(size=truth.shape) + truth, 1).astype(np.float32)
    scores[:2, :5] = np.nan
    return scores, truth


def test_areas_agree_with_scikit_learn(scene):
    """Ties count one half; invalid pixels do not count."""
    scores, truth = scene
    valid = np.isfinite(scores)

    found = figures(label_scores(scores, truth))

    assert found["AUC_PD_PF"] == pytest.approx(roc_auc_score(truth[valid], scores[valid]), abs=1e-12)
    assert found["AVERAGE_PRECISION"] == pytest.approx(
        average_precision_score(truth[valid], scores[valid]), abs=1e-12
    )


def test_areas_against_threshold_are_integrals(scene):
    """AUC(PD,tau) and AUC(PF,tau) are the integrals over the threshold, computed here on a fine grid."""
    scores, truth = scene
    labeled = label_scores(scores, truth)
    grid = (np.arange(20000) + 0.5) / 20000

    found = figures(labeled)

    for name, values in (("AUC_PD_TAU", labeled.anomaly), ("AUC_PF_TAU", labeled.background)):
        integral = np.mean([(values >= tau).mean() for tau in grid])
        assert found[name] == pytest.approx(integral, abs=1e-4)


def test_all_figures_by_hand():
    """Two anomalies (1, .5) and four background pixels (0, 0, .5, .25)."""
    scores = np.array([[1.0, 0.5, 0.0, 0.0, 0.5, 0.25]])
    truth = np.array([[True, True, False, False, False, False]])

    found = figures(label_scores(scores, truth))

    assert list(found) == list(FIGURES)
    expected = {
        "AUC_PD_PF": 7.5 / 8,
        "AUC_PD_TAU": 0.75,
        "AUC_PF_TAU": 0.1875,
        "AUC_TD": 0.9375 + 0.75,
        "AUC_BS": 0.75,
        "AUC_TDBS": 0.5625,
        "AUC_ODP": 1.5625,
        "AUC_OADP": 1.5,
        "AUC_SNPR": 4.0,
        "AVERAGE_PRECISION": 0.5 + 0.5 * 2 / 3,
        "PD_AT_PF_1E2": 0.5,
        "PD_AT_PF_1E3": 0.5,
    }
    assert found == pytest.approx(expected)


def test_roc_ends_at_one(scene):
    """Both shares rise to one."""
    thresholds, detections, alarms = roc(label_scores(*scene))

    assert (np.diff(thresholds) < 0).all()
    assert (np.diff(detections) >= 0).all() and detections[-1] == 1
    assert (np.diff(alarms) >= 0).all() and alarms[-1] == 1


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        (np.zeros((2, 2), bool), "no valid pixel as anomaly"),
        (np.ones((2, 2), bool), "no valid pixel as background"),
        (np.zeros((3, 2), bool), "3 rows and 2 columns"),
    ],
)
def test_truth_that_does_not_fit_is_refused(truth, message):
    """One sentence that says what is wrong."""
    with pytest.raises(DataError, match=message):
        label_scores(np.arange(4.0).reshape(2, 2), truth)


def test_equal_scores_are_refused():
    """A constant map has no curve."""
    with pytest.raises(DataError, match="All scores are equal"):
        label_scores(np.ones((1, 2)), np.array([[True, False]]))


def test_scores_without_a_valid_pixel_are_refused():
    """They are to blame, not the truth."""
    with pytest.raises(DataError, match="scores have no valid pixel"):
        label_scores(np.full((1, 2), np.nan), np.array([[True, False]]))
