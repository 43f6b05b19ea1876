"""Objects against scipy's labels, on many random maps; growing; false discoveries; leading bands."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.decisions import components, objects
from qgis_hsi_anomaly.core.decisions.object_bands import leading_bands, object_spectra
from qgis_hsi_anomaly.core.decisions.objects import false_discoveries, find_objects, low_threshold
from qgis_hsi_anomaly.core.decisions.scores import ArrayScores
from qgis_hsi_anomaly.core.decisions.threshold import ThresholdParameters, choose_threshold
from qgis_hsi_anomaly.core.errors import DataError

TOUCHING = np.ones((3, 3))


def random_map(seed):
    """Smooth or rough, with ties, holes and odd sizes."""
    rng = np.random.default_rng(seed)
    shape = rng.integers(1, 40, 2)
    values = ndimage.gaussian_filter(rng.normal(size=shape), rng.choice([0, 0.7, 1.5])).astype(np.float32)
    values = np.round(values, 1) if seed % 3 == 0 else values
    values[rng.random(shape) < 0.05] = np.nan
    values[rng.integers(shape[0]), rng.integers(shape[1])] = 0
    return values


def found_in(values, rate=0.05, extent=0.6, block_rows=None):
    scores = ArrayScores(values, block_rows)
    threshold = choose_threshold(scores, ThresholdParameters("quantile", rate))
    low = low_threshold(scores, threshold, extent)
    return find_objects(scores, threshold, low), threshold, low


@pytest.mark.parametrize("seed", range(100))
def test_objects_are_scipys_labels(seed):
    values = random_map(seed)
    found, threshold, low = found_in(values)
    labels, count = ndimage.label(np.nan_to_num(values, nan=-np.inf) > low, TOUCHING)
    numbers = np.arange(1, count + 1)
    kept = [number for number in numbers if values[labels == number].max() > threshold.score]

    drawn = found.rows_of_labels(0, len(values))
    np.testing.assert_array_equal(drawn > 0, np.isin(labels, kept))
    assert len(found) == len(kept)
    for index in range(len(found)):
        mask = drawn == index + 1
        rows, columns = np.nonzero(mask)
        assert len(set(labels[mask])) == 1
        assert found.pixels[index] == mask.sum()
        assert found.score_max[index] == values[mask].max()
        assert found.score_mean[index] == pytest.approx(values[mask].mean(dtype=float))
        assert values.ravel()[found.peak[index]] == found.score_max[index]
        assert (found.row[index], found.column[index]) == pytest.approx((rows.mean(), columns.mean()))
        assert found.width[index] == max(np.ptp(rows), np.ptp(columns)) + 1
    assert (np.diff(found.score_max) <= 0).all()


@pytest.mark.parametrize("block_rows", [1, 2, 5])
def test_the_same_however_the_map_is_cut(block_rows):
    for seed in range(10):
        whole, cut = found_in(random_map(seed))[0], found_in(random_map(seed), block_rows=block_rows)[0]

        for name in (
            "pixels",
            "score_max",
            "score_mean",
            "p_value",
            "peak",
            "row",
            "column",
            "width",
            "labels",
        ):
            np.testing.assert_array_equal(getattr(whole, name), getattr(cut, name))


def test_objects_grow_to_the_low_threshold_only():
    values = np.zeros((20, 20), np.float32) + np.random.default_rng(0).random((20, 20), np.float32) * 0.1
    values[5:9, 5:9], values[6, 6] = 2, 5
    values[12:15, 12:15] = 2
    scores = ArrayScores(values)
    threshold = choose_threshold(scores, ThresholdParameters("budget", budget=1))

    assert low_threshold(scores, threshold, 1.0) == threshold.score
    found = find_objects(scores, threshold, 1.5)
    assert list(found.pixels) == [16]
    assert list(find_objects(scores, threshold, threshold.score).pixels) == [1]


def test_false_discoveries_are_limited_as_benjamini_and_hochberg_do():
    values = np.zeros((50, 100), np.float32)
    rng = np.random.default_rng(0)
    places = [(row, column) for row in range(1, 50, 3) for column in range(1, 100, 3)]
    for row, column in places:
        values[row, column] = 1 + rng.random() + (2 if column > 60 and rng.random() < 0.3 else 0)
    scores = ArrayScores(values)
    threshold = choose_threshold(scores, ThresholdParameters("quantile", 0.1))
    every = find_objects(scores, threshold, 0.5)
    left = every.peak % 100 < 50
    reference, tested = every.keep(left), every.keep(~left)

    kept = false_discoveries(tested, reference, 0.1)

    p = np.array(
        [(1 + (reference.score_max >= score).sum()) / (1 + len(reference)) for score in tested.score_max]
    )
    ranks = [rank for rank in range(1, len(p) + 1) if p[rank - 1] <= 0.1 * rank / len(p)]
    assert kept.sum() == max(ranks) > 10 and kept[: kept.sum()].all()
    assert (tested.keep(kept).score_max > 2).mean() > 0.9
    assert false_discoveries(tested, reference, 1e-9).sum() == 0


def test_keeping_some_keeps_their_pixels():
    values = random_map(7)
    found = found_in(values, rate=0.1)[0]
    chosen = np.arange(len(found)) % 2 == 1
    some = found.keep(chosen)

    drawn, before = some.rows_of_labels(0, len(values)), found.rows_of_labels(0, len(values))
    assert len(some) == chosen.sum()
    np.testing.assert_array_equal(drawn > 0, (before > 0) & (before % 2 == 0))


@pytest.mark.parametrize("block_rows", [None, 4])
def test_spectra_are_means_over_the_pixels_and_the_leading_bands_those_that_differ(block_rows):
    rng = np.random.default_rng(0)
    cube = rng.normal(size=(30, 30, 8)).astype(np.float32)
    cube[10:13, 10:13, 5] += 20
    cube[10:13, 10:13, 2] -= 12
    values = np.zeros((30, 30), np.float32)
    values[10:13, 10:13] = 1
    values[20, 20] = 0.9
    valid = np.ones((30, 30), bool)
    valid[10, 10] = valid[20, 20] = False
    scores = ArrayScores(values)
    found = find_objects(scores, choose_threshold(scores, ThresholdParameters("quantile", 0.1)), 0.5)
    image = ArrayCube(cube, valid=valid)
    image.block_rows = block_rows

    spectra = object_spectra(image, found)

    inside = (values > 0.95) & valid
    np.testing.assert_allclose(spectra[0], cube[inside].mean(axis=0), rtol=1e-6)
    assert np.isnan(spectra[1]).all()
    bands = leading_bands(image, found)
    assert bands[0][:2] == [5, 2] and bands[1] == []


def test_too_many_objects_are_refused(monkeypatch):
    values = np.zeros((20, 20), np.float32)
    values[::2, ::2] = 1
    scores = ArrayScores(values)
    threshold = choose_threshold(scores, ThresholdParameters("quantile", 0.01))
    monkeypatch.setattr(objects, "MOST_OBJECTS", 10)
    # All peaks are equal, so none lies above their quantile: the threshold of half of it is asked for.
    lower = type(threshold)(
        0.5,
        *[getattr(threshold, n) for n in ("method", "flagged", "pixels", "expected")],
        None,
        None,
        threshold.reference,
    )

    with pytest.raises(DataError, match="too many"):
        find_objects(scores, lower, 0.5)
    monkeypatch.setattr(components, "MOST_RUNS", 10)
    with pytest.raises(DataError, match="lower RATE"):
        find_objects(scores, lower, 0.5)
