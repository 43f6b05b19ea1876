"""The consensus: its rule, its members' sizes, and what happens when one cannot run."""

import sys

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.aed import AED
from qgis_hsi_anomaly.core.detectors.consensus import MEMBERS, Consensus, _Sums, _without
from qgis_hsi_anomaly.core.detectors.knn import KNN
from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, MissingLibraryError, ParameterError
from qgis_hsi_anomaly.core.metrics import figures, label_scores
from qgis_hsi_anomaly.core.numerics.line_opening import line_opening
from qgis_hsi_anomaly.core.numerics.ranks import rank_normal
from qgis_hsi_anomaly.core.parameters import parameters_of
from qgis_hsi_anomaly.core.run import Run

from .windows import scene

SCENES = ("sandiego", "hydice", "beach-3", "urban-1", "urban-2", "urban-4")


@pytest.fixture
def cube():
    return ArrayCube(scene())


def evidence(normal, cube, lengths):
    """Mean of normal scores and of the normal scores of what lines do not fit into."""
    image = np.zeros(cube.valid.shape, dtype=np.float32)
    image[cube.valid] = normal
    residue = sum(image - line_opening(image, cube.valid, length) for length in lengths)
    return (normal + rank_normal(residue[cube.valid])) / 2


def test_scores_are_mean_evidence(cube):
    """Those that look around first; the others learn without the 5 % of pixels they point at; aed has two votes."""
    detector = Consensus(detectors=("rx", "crd", "aed"))
    members, lengths = detector.members(cube), detector.line_lengths()
    kept = [one for one in members["crd"] if one.inner_window < max(cube.rows, cube.columns)]
    crd = sum(rank_normal(one.fit(cube).score(cube)[cube.valid]) for one in kept)
    normal = {
        "crd": rank_normal(crd),
        "aed": rank_normal(members["aed"][0].fit(cube).score(cube)[cube.valid]),
    }
    first = {id: evidence(one, cube, lengths) for id, one in normal.items()}
    suspected = np.zeros(cube.valid.shape, dtype=bool)
    both = first["crd"] + 2 * first["aed"]
    suspected[cube.valid] = both > np.quantile(both, 0.95)
    clean = ArrayCube(scene(), background=~suspected)
    normal["rx"] = rank_normal(RX().fit(clean).score(cube)[cube.valid])

    maps = detector.fit(cube).maps(cube)

    expected = (both + evidence(normal["rx"], cube, lengths)) / 4
    np.testing.assert_allclose(maps["score"][cube.valid], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(maps["spread"][cube.valid], np.std(list(normal.values()), axis=0), atol=1e-4)
    assert np.isnan(maps["spread"][~cube.valid]).all()


def test_what_the_first_suspect_is_no_background():
    """A block of 2 % of the pixels spoils the covariance of rx, but not where the filters see it first."""
    draw = np.random.default_rng(0)
    array = draw.normal(size=(60, 60, 6)).astype(np.float32)
    array[20:28, 30:39] += 3
    cube = ArrayCube(array)

    def separation(detectors):
        found = Consensus(detectors=detectors).fit(cube)
        scores = []
        for id in found.others:
            clean = _without(cube, _suspects(found, cube))
            scores.append(found.others[id][0].fit(clean).score(cube))
        return scores[0][20:28, 30:39].mean() / scores[0].mean()

    assert separation(("rx", "aed")) > 1.2 * separation(("rx",))


def _suspects(background, cube):
    sums = _Sums(cube, background.lengths)
    for id, learned in background.first.items():
        sums.add(id, [one.score(cube) for one in learned])
    return sums.suspects()


@pytest.mark.parametrize(
    ("area", "pixel_area", "guards", "aed", "lengths"),
    [
        (0, None, (5, 21), 100, (15, 31)),
        (400, 9.0, (5, 21), 100, (15, 31)),
        (9, None, (3,), 9, (5, 9)),
        (100, 9.0, (5, 11), 100, (7, 15)),
        (1600, None, (5, 41), 400, (31, 61)),
    ],
)
def test_the_target_area_sets_windows_and_filters(area, pixel_area, guards, aed, lengths):
    """In pixels, whatever the coordinate system."""
    cube = ArrayCube(np.random.default_rng(0).normal(size=(100, 100, 3)), pixel_area=pixel_area)
    detector = Consensus(max_target_area=area)

    members = detector.members(cube)

    for id in ("localrx", "crd"):
        assert tuple(one.inner_window for one in members[id]) == guards
    assert members["aed"][0].max_target_area == aed
    assert detector.line_lengths() == lengths


def test_the_default_is_shown_as_a_number_of_pixels():
    """Not as a 0 that stands for something else, nor in a unit that nobody sees."""
    for detector, pixels in ((Consensus, 400), (AED, 100)):
        (parameter,) = (one for one in parameters_of(detector) if one.name == "max_target_area")
        assert (parameter.default, parameter.unit, parameter.kind) == (pixels, "pixels", "integer")


def test_the_log_says_what_follows_from_the_target_area():
    """Windows, areas and lines, of the members that take part."""
    said = []
    cube = ArrayCube(np.random.default_rng(0).normal(size=(100, 100, 3)).astype(np.float32), pixel_area=12.25)

    with pytest.raises(Cancelled):
        Consensus().fit(cube, Run(on_message=said.append, is_cancelled=lambda: bool(said)))
    Consensus(detectors=("rx",), max_target_area=100).fit(cube, Run(on_message=said.append))

    assert "Largest target of 400 pixels: windows 5 and 21, areas up to 100, lines 15 and 31." in said
    assert "Largest target of 100 pixels: lines 7 and 15." in said


def test_a_largest_target_below_two_pixels_is_warned_of(cube):
    """Who thinks in square meters gives too little, or an area that is no whole number."""
    for area, count in ((1, 1), (2, 0)):
        warnings = []
        Consensus(detectors=("rx",), max_target_area=area).fit(cube, Run(on_warning=warnings.append))
        assert sum("MAX_TARGET_AREA counts pixels" in text for text in warnings) == count
    with pytest.raises(ParameterError, match="MAX_TARGET_AREA must be an integer"):
        Consensus(max_target_area=12.25)


def test_a_small_image_asks_fewer_neighbors():
    """Fifty, or a fiftieth of the pixels."""
    large = ArrayCube(np.random.default_rng(0).normal(size=(200, 200, 1)))
    small = ArrayCube(np.random.default_rng(0).normal(size=(40, 50, 1)))

    assert Consensus().members(large)["knn"][0].neighbors == 50
    assert Consensus().members(small)["knn"][0].neighbors == 40


def test_members_that_cannot_run_are_left_out_and_named(cube):
    """The image is smaller than the largest target: the filter cannot see one, the others can."""
    warnings = []
    run = Run(on_warning=warnings.append)
    detector = Consensus(detectors=("rx", "aed"), max_target_area=20_000)

    scores = detector.fit(cube, run).score(cube, run)

    assert any(
        text.startswith("consensus: aed is left out.") and "MAX_TARGET_AREA" in text for text in warnings
    )
    assert run.metrics["members"] == ["rx"]
    assert list(run.metrics["left_out"]) == ["aed"]
    alone = Consensus(detectors=("rx",), max_target_area=20_000).fit(cube).score(cube)
    np.testing.assert_array_equal(scores, alone)


@pytest.mark.parametrize(("shape", "area"), [((2, 2), 0), ((5, 4), 0)])
def test_members_without_surroundings_are_left_out(shape, area):
    """An image within the smallest guard window has no ring around its middle."""
    cube = ArrayCube(np.random.default_rng(0).normal(size=(*shape, 5)).astype(np.float32))
    run = Run()
    detector = Consensus(detectors=("rx", "localrx", "crd"), max_target_area=area)

    scores = detector.fit(cube, run).score(cube, run)

    assert np.isfinite(scores).all()
    assert run.metrics["members"] == ["rx"]
    for id in ("localrx", "crd"):
        assert "lies within the guard window" in run.metrics["left_out"][id]


def test_members_with_some_surroundings_take_part():
    """One column wider than the larger guard window is enough."""
    cube = ArrayCube(np.random.default_rng(0).normal(size=(2, 22, 5)).astype(np.float32))
    run = Run()

    Consensus(detectors=("rx", "localrx", "crd")).fit(cube, run).score(cube, run)

    assert run.metrics["members"] == ["localrx", "crd", "rx"]


def test_a_target_of_any_size_takes_no_memory():
    """The small windows are left; no filter is larger than the image."""
    cube = ArrayCube(np.random.default_rng(0).normal(size=(90, 90, 5)).astype(np.float32))
    run = Run()

    scores = Consensus(max_target_area=10**12).fit(cube, run).score(cube, run)

    assert np.isfinite(scores).all()
    assert run.metrics["members"] == ["localrx", "crd", "rx", "knn"]
    assert "MAX_TARGET_AREA" in run.metrics["left_out"]["aed"]


def test_a_missing_library_leaves_its_members_out(cube, monkeypatch):
    """The others make up the consensus."""
    monkeypatch.setattr(KNN, "requires", ("no_such_library",))
    said = []
    run = Run(on_warning=said.append)

    Consensus().fit(cube, run).score(cube, run)

    assert any("knn is left out." in text for text in said)
    assert sorted(run.metrics["members"]) == ["aed", "crd", "localrx", "rx"]


def test_the_defaults_need_neither_scikit_image_nor_scikit_learn(cube, monkeypatch):
    """They do not come with every QGIS."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "skimage", None)
    run = Run()

    Consensus().fit(cube, run).score(cube, run)

    assert sorted(run.metrics["members"]) == sorted(MEMBERS)


def test_without_scipy_it_is_refused(cube, monkeypatch):
    """The normal scores need it too."""
    monkeypatch.setitem(sys.modules, "scipy", None)

    with pytest.raises(MissingLibraryError, match="consensus needs scipy, which the Python it runs on"):
        Consensus().fit(cube)


def test_nobody_left_is_an_error_with_the_reasons(cube):
    """The message says why each could not run."""
    detector = Consensus(detectors=("aed",), max_target_area=20_000)

    with pytest.raises(DataError, match="no member could run. aed: .*MAX_TARGET_AREA"):
        detector.fit(cube).score(cube)


def test_no_detectors_is_refused():
    """By the parameter's name."""
    with pytest.raises(ParameterError, match="consensus: DETECTORS must be one or more of"):
        Consensus(detectors=())


def test_the_published_scenes(data_folder):
    """Mean area under the ROC curve over six scenes, and the least of them."""
    gdal = pytest.importorskip("osgeo.gdal")
    pytest.importorskip("scipy")
    areas = []
    for name in SCENES:
        image, truth = (
            gdal.Open(str(data_folder / "paper" / f"{name}{end}.tif")).ReadAsArray() for end in ("", "_truth")
        )
        cube = ArrayCube(image.transpose(1, 2, 0))
        scores = Consensus().fit(cube).score(cube)
        areas.append(figures(label_scores(scores, truth == 1))["AUC_PD_PF"])

    assert np.mean(areas) >= 0.994
    assert min(areas) >= 0.985


def test_members_share_the_moments_of_their_background(monkeypatch):
    """One sum for those that go first, one for those that learn without the suspects; none is left for another run."""
    from qgis_hsi_anomaly.core.numerics import statistics

    sums = []
    over = statistics.Moments.over
    monkeypatch.setattr(statistics.Moments, "over", lambda self, run: sums.append(self) or over(self, run))
    cube = ArrayCube(np.random.default_rng(0).normal(size=(40, 40, 5)).astype(np.float32))

    Consensus().fit(cube).maps(cube)

    assert len(sums) == 2
    assert cube.kept_moments is None
