"""The contract of detectors, checked on every one in the registry."""

import json
import threading

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import DETECTOR_IDS, detector_class, make_detector
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ModelError, ParameterError
from qgis_hsi_anomaly.core.group import Group
from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model
from qgis_hsi_anomaly.core.parameters import from_values, parameters_of
from qgis_hsi_anomaly.core.progress import Progress

ROWS, COLUMNS, BANDS = 24, 30, 12

# What a method does not promise, and why.
KEEPS_BRIGHTNESS = {
    "crd",
    "consensus",
}  # crd, also as a member, represents the spectra: a constant added is brightness
LOOKS_AROUND = {"localrx", "crd"}  # rows may be turned over, not shuffled
FILTERS_IN_TURN = {"aed", "consensus"}  # smooths along columns, then along rows: not the same turned over
LARGER_THAN_A_TARGET = {"aed"}  # refuses images no larger than the largest target
DRAWS_AT_RANDOM = {"kernelrx", "cbad", "lrasmd", "lsmad"}  # draws pixels in row order
LEARNS_WHAT_IT_SEES = {
    "aegmm"
}  # a mixture fitted to the end may give a single outlier a component of its own
LEARNT_QUICKLY = {"epochs": 2}


def test_the_registry_keeps_its_order():
    """The toolbox and the documentation show the detectors in one order."""
    classical = ["rx", "localrx", "crd", "knn", "kernelrx", "cbad", "lrasmd", "lsmad", "aed", "consensus"]
    order = [*classical, "sscade", "dagmm", "aegmm", "liade", "scaae"]
    known = [id for id in DETECTOR_IDS if id in order]

    assert known == sorted(known, key=order.index)


@pytest.fixture(params=DETECTOR_IDS)
def id(request):
    """Every detector's id; learned ones are left out where torch is missing."""
    if detector_class(request.param).needs_torch:
        # The images are tiny: more threads would only wait for each other.
        pytest.importorskip("torch").set_num_threads(1)
    return request.param


@pytest.fixture
def detector(id):
    """The detector at its defaults, learned ones with hardly any training."""
    known = {parameter.name for parameter in parameters_of(detector_class(id))}
    return make_detector(id, {name: value for name, value in LEARNT_QUICKLY.items() if name in known})


def scene(rows=ROWS, columns=COLUMNS, bands=BANDS, seed=1):
    """Two materials, smoothly mixed, under noise: (rows, columns, bands) float32."""
    random = np.random.default_rng(seed)
    materials = 1000 + 200 * np.cumsum(random.normal(size=(2, bands)), axis=1)
    share = 0.5 + 0.4 * np.sin(np.arange(rows)[:, None] / 5) * np.cos(np.arange(columns) / 7)
    mixed = share[..., None] * materials[0] + (1 - share[..., None]) * materials[1]
    return (mixed + random.normal(scale=20, size=mixed.shape)).astype(np.float32)


def with_gaps(array):
    """Some rows, a corner and single pixels without data."""
    array = array.copy()
    array[5, :20] = np.nan
    array[-6:, -8:] = np.nan
    array[::7, ::5, 3] = np.nan
    return array


def scores_of(detector, array, **options):
    cube = ArrayCube(array, **options)
    return detector.fit(cube).score(cube)


def assert_same(found, expected, share=1e-4):
    """Equal within a share of the range of the scores."""
    spread = np.nanmax(expected) - np.nanmin(expected)
    np.testing.assert_allclose(found, expected, rtol=0, atol=share * spread)


def test_scores_are_finite_where_valid_and_nan_elsewhere(detector):
    """One float32 score a pixel; gaps are NaN."""
    array = with_gaps(scene())
    cube = ArrayCube(array)

    maps = detector.fit(cube).maps(cube)

    assert set(maps) == ({"score", "spread"} if detector.gives_spread and "spread" in maps else {"score"})
    for found in maps.values():
        assert found.shape == (ROWS, COLUMNS)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(np.isfinite(found), np.isfinite(array).all(axis=2))


def test_a_bright_implant_ranks_first(detector):
    """One bright pixel on a flat noisy background has the highest score."""
    random = np.random.default_rng(3)
    array = (1000 + random.normal(scale=20, size=(ROWS, COLUMNS, BANDS))).astype(np.float32)
    array[11, 17] += 400
    region = np.ones((ROWS, COLUMNS), dtype=bool)
    region[11, 17] = detector.id not in LEARNS_WHAT_IT_SEES

    scores = scores_of(detector, array, background=region)

    assert np.unravel_index(np.argmax(scores), scores.shape) == (11, 17)


def test_the_input_is_not_changed(detector):
    """A read-only array can be scored, and is what it was."""
    array = scene()
    before = array.copy()
    array.setflags(write=False)

    scores_of(detector, array)

    np.testing.assert_array_equal(array, before)


def test_the_same_run_gives_the_same_scores(detector):
    """Nothing depends on time, order of threads or an unseeded draw."""
    array = with_gaps(scene())

    np.testing.assert_array_equal(scores_of(detector, array), scores_of(detector, array))


@pytest.mark.parametrize("height", [1, 7])
def test_block_height_does_not_matter(detector, height):
    """Scores are those of the whole image, however it is cut."""
    array = with_gaps(scene())
    # The root in liade's divergence magnifies float32's rounding where a reconstruction is near its pixel.
    share = 5e-4 if detector.id == "liade" else 1e-4

    cut, whole = (scores_of(detector, array, block_rows=rows) for rows in (height, ROWS))

    assert_same(cut, whole, share)


def test_two_processes_score_as_one(detector):
    """Rows divided over two processes, sums exchanged: both hold the map of one process."""
    if detector.needs_torch:
        pytest.skip("learned detectors exchange tensors: tests/core/deep")
    array = with_gaps(scene())
    alone = scores_of(detector, array)

    for found in _in_pair(lambda group: _fit_and_score(detector, ArrayCube(array), group)):
        assert_same(found, alone)


def test_a_constant_added_to_all_values_does_not_matter(detector):
    """Distances to the background do not change with an offset of all bands."""
    if detector.id in KEEPS_BRIGHTNESS:
        pytest.skip("represents the spectra themselves")
    array = scene()

    assert_same(
        scores_of(detector, array + 512), scores_of(detector, array), 1e-2 if detector.needs_torch else 1e-3
    )


def test_a_common_scale_changes_scores_by_a_factor_at_most(detector):
    """Reflectance in shares or in ten thousandths: the same map up to its unit."""
    array = scene()
    scores, scaled = scores_of(detector, array), scores_of(detector, array / 8192)

    factor = scaled.sum() / scores.sum() if detector.id in {"crd", "knn", "lrasmd", "aed"} else 1.0
    assert_same(scaled / factor, scores, 1e-2 if detector.needs_torch else 1e-3)


def test_the_order_of_rows_does_not_matter(detector):
    """Global methods score a pixel alike wherever it lies, local ones whichever way is up."""
    if detector.needs_torch or detector.id in DRAWS_AT_RANDOM | FILTERS_IN_TURN:
        pytest.skip("pixels are drawn, filtered or convolved in row order")
    array = with_gaps(scene())
    order = (
        np.arange(ROWS)[::-1] if detector.id in LOOKS_AROUND else np.random.default_rng(0).permutation(ROWS)
    )

    assert_same(scores_of(detector, array[order]), scores_of(detector, array)[order], 1e-3)


def test_only_background_pixels_are_learnt_from(detector):
    """What lies outside the background region has no part in what `fit` learns."""
    array = scene()
    region = np.zeros((ROWS, COLUMNS), dtype=bool)
    region[:, :18] = True
    other = array.copy()
    other[:, 22:] += 300

    cube = ArrayCube(array, background=region)
    first = detector.fit(cube).score(cube)
    second = detector.fit(ArrayCube(other, background=region)).score(cube)

    np.testing.assert_array_equal(first, second)


def test_pixels_outside_the_background_region_are_scored(detector):
    """The region restricts what is learnt, not what is scored."""
    region = np.zeros((ROWS, COLUMNS), dtype=bool)
    region[:, :18] = True

    assert np.isfinite(scores_of(detector, scene(), background=region)).all()


@pytest.mark.parametrize("case", ["constant bands", "fewer pixels than bands", "2 x 2", "one row"])
def test_degenerate_images_are_scored(detector, case):
    """Singular covariances and images smaller than any window still give finite scores."""
    if case == "constant bands":
        array = scene()
        array[..., 2:5] = 7
    else:
        array = scene(
            *{"fewer pixels than bands": (4, 5, 40), "2 x 2": (2, 2, 5), "one row": (1, 30, 5)}[case]
        )

    if detector.id in LARGER_THAN_A_TARGET and case != "constant bands":
        with pytest.raises(DataError, match="MAX_TARGET_AREA"):
            scores_of(detector, array)
    else:
        assert np.isfinite(scores_of(detector, array)).all()


def test_an_image_of_one_spectrum_is_refused(detector):
    """Where nothing varies there is no background to differ from: one sentence says so."""
    with pytest.raises(DataError, match=r"same (spectrum|value)"):
        scores_of(detector, np.full((8, 9, 5), 3.0, dtype=np.float32))


def test_progress_rises_to_the_end(detector):
    """Fit and score report shares that never fall and end at 1."""
    cube = ArrayCube(scene(), block_rows=7)
    shares = []
    progress = Progress(on_fraction=shares.append)

    detector.fit(cube, progress.part(0.0, 0.5)).score(cube, progress.part(0.5, 1.0))

    assert shares[-1] == 1.0
    assert (np.diff(shares) >= -1e-9).all()


@pytest.mark.parametrize("after", [0.0, 0.4, 0.8])
def test_a_run_can_be_cancelled_at_any_time(detector, after):
    """Whatever is being done, the next report of progress ends it."""
    cube = ArrayCube(scene(), block_rows=7)
    reports = []
    counting = Progress(on_fraction=reports.append)
    detector.fit(cube, counting).score(cube, counting)
    allowed = int(after * len(reports))
    asked = []

    def is_cancelled():
        asked.append(True)
        return len(asked) > allowed

    progress = Progress(is_cancelled=is_cancelled)
    with pytest.raises(Cancelled):
        detector.fit(cube, progress).score(cube, progress)


def test_a_model_file_scores_as_the_background_it_holds(detector, tmp_path):
    """Global backgrounds survive a file; local methods say that there is nothing to keep."""
    cube = ArrayCube(scene())
    background = detector.fit(cube)
    path = str(tmp_path / "background.model")
    if not detector.can_save:
        with pytest.raises(ModelError, match=detector.id):
            model_of(detector, background, cube, {})
        return

    write_model(path, model_of(detector, background, cube, {"numpy": np.__version__}))
    model = read_model(path)

    assert model.detector == detector
    other = ArrayCube(with_gaps(scene(seed=2)))
    np.testing.assert_array_equal(model.background.score(other), background.score(other))


def test_parameters_survive_json_and_text(detector):
    """The run record, the model file, the command line and Processing hold all of a detector's parameters."""
    values = detector.values()
    texts = {
        name: ",".join(value) if isinstance(value, list) else str(value) for name, value in values.items()
    }

    assert from_values(type(detector), json.loads(json.dumps(values))) == detector
    assert from_values(type(detector), texts) == detector


def test_every_parameter_is_explained(id):
    """The toolbox, the command line and the documentation have something to say about each."""
    cls = detector_class(id)

    assert all([cls.label, cls.group, cls.summary.endswith("."), cls.source])
    for parameter in parameters_of(cls):
        assert parameter.label
        assert parameter.help.endswith(".")


def _refused_values():
    for id in DETECTOR_IDS:
        for parameter in parameters_of(detector_class(id)):
            bad = []
            if parameter.kind in ("integer", "number"):
                bad += ["many", float("nan"), True]
                bad += [parameter.minimum - 1] if parameter.minimum is not None else []
                bad += [parameter.maximum + 1] if parameter.maximum is not None else []
                bad += [parameter.above] if parameter.above is not None else []
                bad += [parameter.default + 1] if parameter.odd else []
                bad += [parameter.default + 0.5] if parameter.kind == "integer" else []
            elif parameter.kind in ("choice", "choices"):
                bad += ["nonsense", ""]
            elif parameter.kind == "boolean":
                bad += ["perhaps", 7]
            for value in bad:
                yield pytest.param(id, parameter, value, id=f"{id}-{parameter.name}-{value}")


@pytest.mark.parametrize(("id", "parameter", "value"), list(_refused_values()))
def test_bad_values_are_refused_by_name(id, parameter, value):
    """The message names detector and parameter as the user typed them."""
    with pytest.raises(ParameterError, match=rf"^{id}: {parameter.processing_name} must be "):
        make_detector(id, {parameter.name: value})


WINDOWED = [
    id
    for id in DETECTOR_IDS
    if "inner_window" in {parameter.name for parameter in parameters_of(detector_class(id))}
]


@pytest.mark.parametrize("id", WINDOWED)
@pytest.mark.parametrize("inner", [21, 23])
def test_a_guard_as_wide_as_the_outer_window_is_refused(id, inner):
    """Nothing would be left between the windows."""
    with pytest.raises(ParameterError, match="INNER_WINDOW must be smaller than OUTER_WINDOW"):
        make_detector(id, {"inner_window": inner, "outer_window": 21})


def _fit_and_score(detector, cube, group):
    return detector.fit(cube, group=group).score(cube, group=group)


class _Pair(Group):
    """One of two threads that play processes: sums wait for both."""

    size = 2

    def __init__(self, rank, arrays, barrier):
        self.rank, self.arrays, self.barrier = rank, arrays, barrier

    def sum(self, array):
        self.arrays[self.rank] = array
        self.barrier.wait(timeout=60)
        total = self.arrays[0] + self.arrays[1]
        self.barrier.wait(timeout=60)
        return total


def _in_pair(work):
    """Run work(group) in two threads that play processes; return both results."""
    arrays, barrier, results = [None, None], threading.Barrier(2), [None, None]

    def run(rank):
        try:
            results[rank] = work(_Pair(rank, arrays, barrier))
        except BaseException:
            barrier.abort()
            raise

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result is not None for result in results)
    return results
