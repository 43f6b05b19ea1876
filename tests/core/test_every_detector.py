"""The contract of detectors, checked on every one in the registry."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.base import Group
from qgis_hsi_anomaly.core.detectors.registry import (
    detector_class,
    detector_ids,
    make_detector,
    make_method,
    method_class,
    preprocessor_ids,
)
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ModelError, ParameterError
from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model
from qgis_hsi_anomaly.core.parameters import RESERVED, from_values, parameters_of
from qgis_hsi_anomaly.core.run import Processes, Run
from qgis_hsi_anomaly.jobs.execution import Execution

ROWS, COLUMNS, BANDS = 24, 30, 12

LEARNED_QUICKLY = {"epochs": 2, "members": 1}


@pytest.fixture(params=detector_ids())
def id(request):
    """Every detector's id; those whose libraries are missing are left out."""
    cls = detector_class(request.param)
    for library in cls.requires:
        pytest.importorskip(library)
    if cls.needs_torch:
        # The images are tiny: more threads would only wait for each other.
        pytest.importorskip("torch").set_num_threads(1)
    return request.param


@pytest.fixture
def detector(id):
    """The detector at its defaults, learned ones with hardly any training."""
    known = {parameter.name for parameter in parameters_of(detector_class(id))}
    return make_detector(id, {name: value for name, value in LEARNED_QUICKLY.items() if name in known})


def scene(rows=ROWS, columns=COLUMNS, bands=BANDS, seed=1):
    """Two materials, smoothly mixed, under noise: (rows, columns, bands) float32."""
    random = np.random.default_rng(seed)
    materials = 1000 + 200 * np.cumsum(random.normal(size=(2, bands)), axis=1)
    fraction = 0.5 + 0.4 * np.sin(np.arange(rows)[:, None] / 5) * np.cos(np.arange(columns) / 7)
    mixed = fraction[..., None] * materials[0] + (1 - fraction[..., None]) * materials[1]
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


def assert_same(found, expected, fraction=1e-4):
    """Equal within a fraction of the range of the scores."""
    extent = np.nanmax(expected) - np.nanmin(expected)
    np.testing.assert_allclose(found, expected, rtol=0, atol=fraction * extent)


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
    region[11, 17] = not detector.learns_outliers

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
    # A root of a difference magnifies float32's rounding where a reconstruction is near its pixel.
    fraction = 5e-4 if detector.needs_torch else 1e-4

    cut, whole = (scores_of(detector, array, block_rows=rows) for rows in (height, ROWS))

    assert_same(cut, whole, fraction)


def test_two_processes_score_as_one(detector):
    """Rows divided over two processes, sums exchanged: both hold the map of one process."""
    if detector.needs_torch:
        pytest.skip("learned detectors exchange tensors: tests/core/deep")
    array = with_gaps(scene())
    alone = scores_of(detector, array)

    for found in _in_pair(lambda run: _fit_and_score(detector, ArrayCube(array), run)):
        assert_same(found, alone)


def test_a_constant_added_to_all_values_does_not_matter(detector):
    """Distances to the background do not change with an offset of all bands."""
    if not detector.ignores_brightness:
        pytest.skip("represents the spectra themselves")
    array = scene()

    assert_same(
        scores_of(detector, array + 512), scores_of(detector, array), 1e-2 if detector.needs_torch else 1e-3
    )


def test_a_common_scale_changes_scores_by_a_factor_at_most(detector):
    """Reflectance in shares or in ten thousandths: the same map up to its unit."""
    array = scene()
    scores, scaled = scores_of(detector, array), scores_of(detector, array / 8192)

    factor = scaled.sum() / scores.sum() if detector.has_unit else 1.0
    assert_same(scaled / factor, scores, 1e-2 if detector.needs_torch else 1e-3)


def test_the_order_of_rows_does_not_matter(detector):
    """Global methods score a pixel alike wherever it lies, local ones whichever way is up."""
    if detector.draws_at_random or detector.directional:
        pytest.skip("pixels are drawn, filtered or convolved in row order")
    array = with_gaps(scene())
    order = np.arange(ROWS)[::-1] if detector.local else np.random.default_rng(0).permutation(ROWS)

    assert_same(scores_of(detector, array[order]), scores_of(detector, array)[order], 1e-3)


def test_only_background_pixels_are_learned_from(detector):
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
    """The region restricts what is learned, not what is scored."""
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

    if detector.needs_room and case != "constant bands":
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
    run = Run(on_fraction=shares.append)

    detector.fit(cube, run.part(0.0, 0.5)).score(cube, run.part(0.5, 1.0))

    assert shares[-1] == 1.0
    assert (np.diff(shares) >= -1e-9).all()


@pytest.mark.parametrize("after", [0.0, 0.4, 0.8])
def test_a_run_can_be_cancelled_at_any_time(detector, after):
    """Whatever is being done, the next report of progress ends it."""
    cube = ArrayCube(scene(), block_rows=7)
    reports = []
    counting = Run(on_fraction=reports.append)
    detector.fit(cube, counting).score(cube, counting)
    allowed = int(after * len(reports))
    asked = []

    def is_cancelled():
        asked.append(True)
        return len(asked) > allowed

    run = Run(is_cancelled=is_cancelled)
    with pytest.raises(Cancelled):
        detector.fit(cube, run).score(cube, run)


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

    assert model.method == detector
    other = ArrayCube(with_gaps(scene(seed=2)))
    np.testing.assert_array_equal(model.fitted.score(other), background.score(other))


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
    for id in detector_ids():
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
    for id in detector_ids()
    if "inner_window" in {parameter.name for parameter in parameters_of(detector_class(id))}
]


@pytest.mark.parametrize("id", WINDOWED)
@pytest.mark.parametrize("inner", [21, 23])
def test_a_guard_as_wide_as_the_outer_window_is_refused(id, inner):
    """Nothing would be left between the windows."""
    with pytest.raises(ParameterError, match="INNER_WINDOW must be smaller than OUTER_WINDOW"):
        make_detector(id, {"inner_window": inner, "outer_window": 21})


def _fit_and_score(detector, cube, run):
    return detector.fit(cube, run).score(cube, run)


class _Pair(Processes):
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
    """Run work(run) in two threads that play processes; return both results."""
    arrays, barrier, results = [None, None], threading.Barrier(2), [None, None]

    def play(rank):
        try:
            results[rank] = work(Run(processes=_Pair(rank, arrays, barrier)))
        except BaseException:
            barrier.abort()
            raise

    threads = [threading.Thread(target=play, args=(rank,)) for rank in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result is not None for result in results)
    return results


ALL = (*detector_ids(), *preprocessor_ids())


@pytest.mark.parametrize("id", ALL)
def test_a_method_is_found_by_its_file(id):
    """One file a method, named after it."""
    cls = method_class(id)

    assert cls.__module__.rpartition(".")[2] == cls.id == id
    assert isinstance(cls.group, Group)


@pytest.mark.parametrize("id", ALL)
def test_seeds_have_a_maximum(id):
    """Libraries take no larger ones."""
    for parameter in parameters_of(method_class(id)):
        if parameter.name == "seed":
            assert parameter.maximum is not None and parameter.maximum < 2**32


def test_names_that_commands_use_are_reserved():
    """So that a detector's parameter of such a name is refused where it is written, not in every command."""
    taken = {parameter.name for parameter in parameters_of(Execution)}

    assert taken | {"input", "output", "bands", "background", "model", "spread", "json"} <= RESERVED


@pytest.mark.parametrize("id", ALL)
@pytest.mark.parametrize(("name", "value"), [("resume", True), ("device", "cpu")])
def test_what_only_training_has_is_refused_elsewhere(id, name, value):
    """In one sentence."""
    method = make_method(id, {})
    if method.needs_torch:
        Execution(**{name: value}).check_suits(method)
        return

    with pytest.raises(ParameterError, match=f"^{id}: {name.upper()} must be"):
        Execution(**{name: value}).check_suits(method)


BLOCKED = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"scipy", "sklearn", "skimage", "torch"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Block())
import numpy as np
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.base import Group
from qgis_hsi_anomaly.core.detectors.registry import (
    detector_class,
    detector_ids,
    make_detector,
    make_method,
    method_class,
    preprocessor_ids,
)
from qgis_hsi_anomaly.core.errors import MissingLibraryError
cube = ArrayCube(np.random.default_rng(0).normal(size=(9, 8, 5)))
for id in detector_ids():
    cls = detector_class(id)
    if cls.needs_torch:
        continue
    try:
        make_detector(id, {}).fit(cube).score(cube)
    except MissingLibraryError as error:
        assert cls.requires and str(error).startswith(f"{id} needs "), error
    else:
        assert not cls.requires, id
"""


def test_optional_libraries_are_declared_and_only_their_detectors_need_them():
    """Without scipy, scikit-learn, scikit-image and torch, all can be listed, and the others run."""
    top = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED], cwd=top, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
