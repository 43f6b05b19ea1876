"""Colors of scores, spreads, masks and objects; whose style file it is; true color. How QGIS reads them: processing."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.style import (
    is_foreign,
    limits,
    mask_style,
    objects_style,
    paint,
    score_style,
    spread_style,
    style_path,
    true_color_bands,
    true_color_style,
)


@pytest.fixture
def scores():
    """Of 10 000 pixels, with nodata: a heavy tail."""
    found = np.random.default_rng(0).exponential(size=(100, 101)).astype(np.float32) ** 3
    found[:, 0] = np.nan
    return found


def test_colors_stand_at_the_same_shares_of_every_map(scores):
    """Median, 10, 1 and 0.1 % from above, whatever the scores' unit."""
    shares = [(scores > stop.value).sum() / 10_000 for stop in limits(scores, "rx")]

    np.testing.assert_allclose(shares, [0.5, 0.1, 0.01, 0.001], atol=2e-4)
    assert [stop.color for stop in limits(1000 * scores)] == [stop.color for stop in limits(scores, "rx")]


def test_the_consensus_has_fixed_limits(scores):
    """Its scores mean the same in every scene: the class marks are those of the help."""
    assert [stop.value for stop in limits(scores, "consensus")] == [0, 1.3, 2.3, 3.1]
    assert "2.3: about the highest 1 %" in score_style(scores, "a.tif", "consensus")
    assert "about" not in score_style(scores, "a.tif", "rx")


def test_up_to_the_median_the_scene_shows_through(scores):
    """And the highest cover it, in the last color."""
    stops = limits(scores)
    painted = paint(scores, stops)

    low, high = scores <= stops[0].value, scores >= stops[-1].value
    assert (painted[..., 3][low | np.isnan(scores)] == 0).all()
    assert (painted[high] == [*bytes.fromhex(stops[-1].color[1:]), 255]).all()
    # Alpha never falls as scores rise.
    assert (
        np.diff(painted[..., 3][~np.isnan(scores)][np.argsort(scores[~np.isnan(scores)])].astype(int)) >= 0
    ).all()
    np.testing.assert_array_equal(paint(scores, ()), 0)


def test_between_limits_colors_are_mixed():
    """Half way, half of each."""
    below, above = limits(np.arange(1000.0), "consensus")[-2:]
    middle = paint(np.array([(below.value + above.value) / 2]), [below, above])[0, :3]

    mixed = np.mean([list(bytes.fromhex(stop.color[1:])) for stop in (below, above)], axis=0)
    np.testing.assert_allclose(middle, mixed, atol=1)


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ([0] * 95 + [1, 2, 3, 4, 5], 3),  # most have none: their color is see-through
        ([0] * 9999 + [7], 2),  # one pixel stands out, above every quantile
        ([0] * 50 + [1] * 50, 2),  # two values
        ([0] + [5] * 9999, 0),  # the rare one is the lowest: nothing to be seen
    ],
)
def test_limits_rise_where_many_scores_are_equal(values, count):
    """A style in which two limits are equal has no order."""
    scores = np.array(values, np.float32)
    stops = limits(scores)

    assert len(stops) == count
    assert all(below.value < above.value for below, above in zip(stops, stops[1:]))
    if stops:
        assert paint(scores.min(keepdims=True), stops)[0, 3] == 0
        assert paint(scores.max(keepdims=True), stops)[0, 3] == 255


@pytest.mark.parametrize("detector", ["rx", "consensus"])
def test_equal_scores_have_no_style(detector):
    """There is no range to divide."""
    for empty in (np.ones((5, 5), np.float32), np.full((5, 5), np.nan, np.float32), np.zeros((0, 5))):
        assert score_style(empty, "a.tif", detector) == ""
        assert spread_style(empty, "a.tif") == ""
        assert limits(empty, detector) == ()


def test_a_very_large_map_is_drawn_from_evenly():
    """As many as quantiles need."""
    rising = np.linspace(0, 1, 9_000_000, dtype=np.float32).reshape(3000, 3000)

    np.testing.assert_allclose([stop.value for stop in limits(rising)], [0.5, 0.9, 0.99, 0.999], atol=1e-5)


def test_a_spread_does_not_look_like_scores(scores):
    """None of its colors is one of theirs."""
    colors = {stop.color for stop in limits(scores)}

    assert not any(color in spread_style(scores, "a.tif") for color in colors)


@pytest.mark.parametrize("layer", ["scores.tif", "scores.gpkg", "a--b.geojson", 'q"<&>.tif'])
def test_only_our_own_style_files_are_overwritten(tmp_path, layer):
    """Of rasters and vectors alike: not the user's, nor that of another layer of the same stem."""
    path = str(tmp_path / layer)
    style = tmp_path / style_path(path)

    assert not is_foreign(path)
    style.write_text("<qgis>mine</qgis>")
    assert is_foreign(path)
    for text in (mask_style(path), objects_style(path)):
        style.write_text(text)
        assert not is_foreign(path)
        assert is_foreign(str(tmp_path / f"{style.stem}.other"))


def test_the_bands_of_true_color():
    """The nearest, unless a color is missing."""
    wavelengths = np.arange(400.0, 2500.0, 10.0)

    assert true_color_bands(wavelengths) == (25, 15, 7)
    assert true_color_bands(wavelengths[::-1]) == (184, 194, 202)
    assert true_color_bands(np.where(wavelengths == 650, np.nan, wavelengths))[0] in (24, 26)
    for without in (None, np.full(5, np.nan), np.arange(900.0, 2500.0, 10.0), np.array([550.0, 560.0])):
        assert true_color_bands(without) is None


def test_true_color_is_stretched_between_quantiles_of_valid_pixels():
    """Of each color by itself; pixels that are not valid count for nothing."""
    array = np.random.default_rng(0).normal(size=(40, 50, 4)).astype(np.float32)
    valid = np.ones((40, 50), bool)
    valid[:5], array[:5] = False, 1e6
    cube = ArrayCube(array, valid=valid, wavelengths=np.array([470.0, 550.0, 650.0, 860.0]))

    text = true_color_style(cube, "a.tif")

    low, high = np.quantile(array[5:].reshape(-1, 4), [0.02, 0.98], axis=0)
    for color, band in (("red", 2), ("green", 1), ("blue", 0)):
        assert f'{color}Band="{band + 1}"' in text
        part = text.partition(f"<{color}ContrastEnhancement>")[2]
        found = [float(part.partition(f"<{end}Value>")[2].partition("<")[0]) for end in ("min", "max")]
        np.testing.assert_allclose(found, [low[band], high[band]], rtol=1e-5)
    assert true_color_style(ArrayCube(array, valid=valid), "a.tif") == ""
