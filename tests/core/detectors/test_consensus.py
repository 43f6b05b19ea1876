"""The consensus: its rule, its members' sizes, and what happens when one cannot run."""

import sys

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.aed import AED
from qgis_hsi_anomaly.core.detectors.consensus import MEMBERS, Consensus
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, MissingLibraryError, ParameterError
from qgis_hsi_anomaly.core.metrics import figures, label_scores
from qgis_hsi_anomaly.core.numerics.ranks import rank_normal
from qgis_hsi_anomaly.core.parameters import parameters_of
from qgis_hsi_anomaly.core.run import Run

from .windows import scene

SCENES = ("sandiego", "hydice", "beach-3", "urban-1", "urban-2", "urban-4")


@pytest.fixture
def cube():
    return ArrayCube(scene())


def test_scores_are_weighted_rank_normal_scores(cube):
    """Two of a family share its vote; the nearest spectra have two votes."""
    pytest.importorskip("scipy")
    detector = Consensus(detectors=("rx", "cbad", "knn"))
    members = {
        id: rank_normal(one.fit(cube).score(cube)[cube.valid]) for id, one in detector.members(cube).items()
    }

    maps = detector.fit(cube).maps(cube)

    expected = ((members["rx"] + members["cbad"]) / 2 + 2 * members["knn"]) / 3
    np.testing.assert_allclose(maps["score"][cube.valid], expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(maps["spread"][cube.valid], np.std(list(members.values()), axis=0), atol=1e-5)
    assert np.isnan(maps["spread"][~cube.valid]).all()


@pytest.mark.parametrize(
    ("area", "pixel_area", "inner", "outer", "neighbors"),
    [(50, None, 15, 21, 200), (0, 900.0, 15, 21, 200), (9, None, 5, 17, 36), (100, 9.0, 19, 25, 200)],
)
def test_the_target_area_sets_windows_and_neighbors(area, pixel_area, inner, outer, neighbors):
    """In pixels, whatever the coordinate system; a guard twice as wide as a square target."""
    cube = ArrayCube(np.random.default_rng(0).normal(size=(100, 100, 3)), pixel_area=pixel_area)

    members = Consensus(max_target_area=area).members(cube)

    for id in ("localrx", "crd"):
        assert (members[id].inner_window, members[id].outer_window) == (inner, outer)
    assert members["knn"].neighbors == neighbors
    assert members["aed"].max_target_area == area


def test_the_default_is_shown_as_a_number_of_pixels():
    """Not as a 0 that stands for something else, nor in a unit that nobody sees."""
    for detector in (Consensus, AED):
        (parameter,) = (one for one in parameters_of(detector) if one.name == "max_target_area")
        assert (parameter.default, parameter.unit, parameter.kind) == (50, "pixels", "integer")


def test_the_log_says_what_follows_from_the_target_area():
    """Windows, neighbors and areas, of the members that take part."""
    said = []
    run = Run(on_message=said.append)
    cube = ArrayCube(np.random.default_rng(0).normal(size=(100, 100, 3)).astype(np.float32), pixel_area=12.25)

    with pytest.raises(Cancelled):
        Consensus(max_target_area=50).fit(cube, stopping_after_the_first_message(said))
    Consensus(detectors=("rx",)).fit(cube, run)

    assert "Largest target of 50 pixels: windows 15/21, 200 neighbors, areas 50 and 25." in said
    assert "Largest target of 50 pixels." in said


def stopping_after_the_first_message(said):
    """A run that is cancelled as soon as it has said something."""
    return Run(on_message=said.append, is_cancelled=lambda: bool(said))


def test_a_largest_target_below_two_pixels_is_warned_of(cube):
    """Who thinks in square meters gives too little, or an area that is no whole number."""
    for area, count in ((1, 1), (2, 0)):
        warnings = []
        Consensus(detectors=("rx",), max_target_area=area).fit(cube, Run(on_warning=warnings.append))
        assert sum("MAX_TARGET_AREA counts pixels" in text for text in warnings) == count
    with pytest.raises(ParameterError, match="MAX_TARGET_AREA must be an integer"):
        Consensus(max_target_area=12.25)


def test_fewer_reference_pixels_have_fewer_of_a_targets_neighbors():
    """Of 40 000 pixels a quarter is drawn; of 2000 pixels a fiftieth is asked."""
    large = ArrayCube(np.random.default_rng(0).normal(size=(200, 200, 1)))
    small = ArrayCube(np.random.default_rng(0).normal(size=(40, 50, 1)))

    assert Consensus().members(large)["knn"].neighbors == 50
    assert Consensus().members(small)["knn"].neighbors == 40


def test_members_that_cannot_run_are_left_out_and_named(cube):
    """The image is smaller than the largest target: the filter cannot see one, the others can."""
    warnings = []
    run = Run(on_warning=warnings.append)
    detector = Consensus(detectors=("rx", "aed"), max_target_area=5000)

    scores = detector.fit(cube, run).score(cube, run)

    assert any(
        text.startswith("consensus: aed is left out.") and "MAX_TARGET_AREA" in text for text in warnings
    )
    assert run.metrics["members"] == ["rx"]
    assert list(run.metrics["left_out"]) == ["aed"]
    alone = Consensus(detectors=("rx",)).fit(cube).score(cube)
    np.testing.assert_array_equal(scores, alone)


@pytest.mark.parametrize(("shape", "area"), [((2, 2), 0), ((15, 11), 0), ((90, 90), 1e12)])
def test_members_without_surroundings_are_left_out(shape, area):
    """An image within one guard window has no ring around its middle; a target of any size takes no memory."""
    cube = ArrayCube(np.random.default_rng(0).normal(size=(*shape, 5)).astype(np.float32))
    run = Run()
    detector = Consensus(detectors=("rx", "localrx", "crd"), max_target_area=area)

    scores = detector.fit(cube, run).score(cube, run)

    assert np.isfinite(scores).all()
    assert run.metrics["members"] == ["rx"]
    for id in ("localrx", "crd"):
        assert "lies within the guard window" in run.metrics["left_out"][id]


def test_members_with_some_surroundings_take_part():
    """One column wider than the guard window is enough."""
    cube = ArrayCube(np.random.default_rng(0).normal(size=(2, 16, 5)).astype(np.float32))
    run = Run()

    Consensus(detectors=("rx", "localrx", "crd")).fit(cube, run).score(cube, run)

    assert run.metrics["members"] == ["rx", "localrx", "crd"]


def test_a_missing_library_leaves_its_members_out(cube, monkeypatch):
    """Without scikit-image the others make up the consensus."""
    monkeypatch.setitem(sys.modules, "skimage", None)
    said = []
    run = Run(on_warning=said.append)

    Consensus().fit(cube, run).score(cube, run)

    assert any("aed is left out. aed needs scikit-image" in text for text in said)
    assert run.metrics["members"] == [id for id in MEMBERS if id != "aed"]


def test_without_scipy_it_is_refused(cube, monkeypatch):
    """The normal scores need it too."""
    monkeypatch.setitem(sys.modules, "scipy", None)

    with pytest.raises(MissingLibraryError, match="consensus needs scipy, which the Python it runs on"):
        Consensus().fit(cube)


def test_nobody_left_is_an_error_with_the_reasons(cube):
    """The message says why each could not run."""
    detector = Consensus(detectors=("aed",), max_target_area=5000)

    with pytest.raises(DataError, match="no member could run. aed: .*MAX_TARGET_AREA"):
        detector.fit(cube).score(cube)


def test_no_detectors_is_refused():
    """By the parameter's name."""
    with pytest.raises(ParameterError, match="consensus: DETECTORS must be one or more of"):
        Consensus(detectors=())


def test_the_published_scenes(data_folder):
    """Mean area under the ROC curve over six scenes, and the least of them."""
    gdal = pytest.importorskip("osgeo.gdal")
    pytest.importorskip("skimage")
    pytest.importorskip("scipy")
    areas = []
    for name in SCENES:
        image, truth = (
            gdal.Open(str(data_folder / "paper" / f"{name}{end}.tif")).ReadAsArray() for end in ("", "_truth")
        )
        cube = ArrayCube(image.transpose(1, 2, 0))
        scores = Consensus().fit(cube).score(cube)
        areas.append(figures(label_scores(scores, truth == 1))["AUC_PD_PF"])

    assert np.mean(areas) >= 0.9945
    assert min(areas) >= 0.985
