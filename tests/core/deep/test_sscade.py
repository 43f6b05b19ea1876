"""E2E-SSCADE as a whole: the same answer however it is cut, nothing from outside the mask, nothing that breaks."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.models.sscade import Design, JointDensity  # noqa: E402
from qgis_hsi_anomaly.core.deep.scene import Scene  # noqa: E402
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE  # noqa: E402
from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model  # noqa: E402
from qgis_hsi_anomaly.core.run import ALONE, Run  # noqa: E402
from tests.core.deep.scenes import small_scene  # noqa: E402

VARIANTS = ("reference", "paper")
# A step large enough for the training to matter.
QUICK = SSCADE(variant="reference", epochs=5, learning_rate=1e-3)


def with_gaps(**options):
    """Return a cube of which some pixels and a whole row are not valid."""
    array = small_scene()
    array[3, 2:6] = np.nan
    array[10] = np.nan
    array[0, 0] = np.nan
    return ArrayCube(array, **options)


def difference(first, second):
    """Return the largest difference as a share of the first map's range; masks must be equal."""
    assert np.array_equal(np.isnan(first), np.isnan(second))
    return np.nanmax(np.abs(first - second)) / np.ptp(first[np.isfinite(first)])


def joint_loss(parts):
    """Return the loss of its parts."""
    return parts["reconstruction"] + 0.1 * parts["energy"] + 0.001 * parts["inverse_variances"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_scores_do_not_depend_on_blocks(variant):
    """Whole image with outputs kept, rows one by one, rows by seven, and no room to keep anything."""
    detector = replace(QUICK, variant=variant)
    cubes = [with_gaps(), with_gaps(block_rows=1), with_gaps(block_rows=7), with_gaps(memory_budget=20_000)]

    whole, *others = [detector.fit(cube).score(cube) for cube in cubes]

    for other in others:
        assert difference(whole, other) <= 1e-4


@pytest.mark.parametrize("variant", VARIANTS)
def test_scores_do_not_depend_on_what_is_stored_in_invalid_pixels(variant):
    """Nodata takes no part in normalization, convolutions, moments or losses."""
    array = small_scene()
    valid = np.ones(array.shape[:2], dtype=bool)
    valid[3, 2:6], valid[10], valid[0, 0] = False, False, False
    scores = []
    for filling in (0.0, -1e6, 3e5):
        filled = np.where(valid[..., None], array, np.float32(filling))
        cube = ArrayCube(filled, valid=valid)
        scores.append(replace(QUICK, variant=variant).fit(cube).score(cube))

    assert np.array_equal(scores[0], scores[1], equal_nan=True)
    assert np.array_equal(scores[0], scores[2], equal_nan=True)


def test_a_frame_of_nodata_changes_nothing():
    """The image's edge and the edge of nodata are the same thing to the spatial context."""
    array = small_scene()
    framed = np.pad(array, ((3, 2), (1, 4), (0, 0)), constant_values=np.nan)
    detector = replace(QUICK, variant="paper")

    bare = detector.fit(ArrayCube(array)).score(ArrayCube(array))
    found = detector.fit(ArrayCube(framed)).score(ArrayCube(framed))

    assert difference(bare, found[3:-2, 1:-4]) <= 1e-4


def test_only_background_pixels_are_learned_from():
    """What lies outside the background mask changes its own scores, not the model."""
    array = small_scene()
    background = np.ones(array.shape[:2], dtype=bool)
    background[4:9, 3:8] = False
    changed = array.copy()
    changed[4:9, 3:8] *= 3

    models = [QUICK.fit(ArrayCube(a, background=background)).arrays() for a in (array, changed)]

    for name in models[0]:
        assert np.array_equal(models[0][name], models[1][name]), name


def test_same_seed_same_scores_and_nobody_elses_random_numbers():
    """Two runs agree to the bit, another seed differs, and torch's generator is left alone."""
    cube = with_gaps()
    torch.manual_seed(5)
    before = torch.get_rng_state()

    first, second = QUICK.fit(cube).score(cube), QUICK.fit(cube).score(cube)

    assert np.array_equal(first, second, equal_nan=True)
    assert torch.equal(before, torch.get_rng_state())
    assert difference(first, replace(QUICK, seed=1).fit(cube).score(cube)) > 1e-3


def test_members_are_averaged_and_their_disagreement_given():
    """Score: mean of the members' standardized energies; spread: their standard deviation."""
    cube = with_gaps()
    alone = []
    for seed in (3, 4):
        background = replace(QUICK, seed=seed).fit(cube)
        energies = background.score(cube)
        assert "spread" not in background.maps(cube)
        inside = energies[cube.valid].astype(np.float64)
        alone.append((energies - inside.mean()) / inside.std())

    maps = replace(QUICK, seed=3, members=2).fit(cube).maps(cube)

    assert difference(np.mean(alone, axis=0), maps["score"]) <= 1e-5
    assert maps["spread"] == pytest.approx(np.std(alone, axis=0), abs=1e-4, nan_ok=True)


def test_every_run_reports_its_controls():
    """Rank correlations with the untrained network and with RX; at no epoch the control is the result."""
    cube = with_gaps()
    run = Run()
    QUICK.fit(cube, run).score(cube, run)
    trained = dict(run.metrics)
    SSCADE(variant="reference", epochs=0).fit(cube, run).score(cube, run)

    assert -1 <= trained["rx_correlation"] <= 1
    assert trained["untrained_control_correlation"] < 1
    assert run.metrics["untrained_control_correlation"] == pytest.approx(1)
    assert joint_loss(trained["loss_last_epoch"]) < joint_loss(trained["loss_first_epoch"])


@pytest.mark.parametrize("variant", VARIANTS)
def test_collapsing_mixtures_end_no_run(variant):
    """Two hundred large steps: scores stay finite and no step is left out."""
    array = small_scene()
    array[7] = array[8]  # repeated spectra
    cube = ArrayCube(array)
    warnings = []
    run = Run(on_warning=warnings.append)

    score = SSCADE(variant=variant, epochs=200, learning_rate=1e-2).fit(cube, run).score(cube)

    assert np.isfinite(score).all()
    assert not warnings


def test_a_saved_model_scores_another_raster_without_learning(tmp_path):
    """Read back, a model gives the same scores, with its own normalization and moments."""
    cube, other = with_gaps(), ArrayCube(small_scene(seed=8)[:9])
    detector = replace(QUICK, members=2)
    background = detector.fit(cube)
    write_model(str(tmp_path / "model"), model_of(detector, background, cube, {}))

    restored = read_model(str(tmp_path / "model")).fitted

    for scene in (cube, other):
        assert np.array_equal(background.score(scene), restored.score(scene), equal_nan=True)
    # A part of the scene has the scores of the whole but where its edge cuts neighbors off.
    part = ArrayCube(small_scene()[:, 4:])
    paper = replace(QUICK, variant="paper").fit(ArrayCube(small_scene()))
    whole = paper.score(ArrayCube(small_scene()))[:, 4:]
    assert paper.score(part)[:, 1:] == pytest.approx(whole[:, 1:], rel=1e-4, abs=1e-4)


def test_large_scenes_have_the_published_codes_relu6(tmp_path, monkeypatch):
    """From 20,000 pixels on, in `reference` alone, trained and untrained; a model file knows it."""
    from qgis_hsi_anomaly.core.detectors import sscade

    cube = with_gaps()
    assert sscade.RECTIFIED_FROM == 20000
    below = {variant: replace(QUICK, variant=variant).fit(cube).score(cube) for variant in VARIANTS}
    monkeypatch.setattr(sscade, "RECTIFIED_FROM", int(np.count_nonzero(cube.valid)))

    background = QUICK.fit(cube)
    write_model(str(tmp_path / "model"), model_of(QUICK, background, cube, {}))
    restored = read_model(str(tmp_path / "model")).fitted

    for model in background.members[0]:
        assert all(branch.rectified for branch in model.network.parts)
        assert model.network.estimation.rectified
    assert difference(below["reference"], background.score(cube)) > 1e-2
    assert np.array_equal(background.score(cube), restored.score(cube), equal_nan=True)
    paper = replace(QUICK, variant="paper").fit(cube).score(cube)
    assert np.array_equal(below["paper"], paper, equal_nan=True)
    monkeypatch.setattr(sscade, "RECTIFIED_FROM", int(np.count_nonzero(cube.valid)) + 1)
    assert np.array_equal(below["reference"], QUICK.fit(cube).score(cube), equal_nan=True)


def test_progress_is_reported_and_cancel_is_heard():
    """Progress rises to 1 within a fit, and a wish to stop is heard in the middle of it."""
    from qgis_hsi_anomaly.core.errors import Cancelled

    seen = []
    QUICK.fit(with_gaps(block_rows=4), Run(on_fraction=seen.append))
    assert len(seen) > 50
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)

    with pytest.raises(Cancelled):
        QUICK.fit(with_gaps(), Run(is_cancelled=lambda: True))


def test_memory_of_a_walk_is_bounded():
    """Where the budget is small nothing is kept, and blocks are of a few rows."""
    cube = ArrayCube(small_scene(rows=60), memory_budget=20_000)
    scene = Scene(cube, cube.valid, (0.0, 1000.0), ALONE)

    assert scene.spare_bytes == 0
    assert all(len(spectra) <= 20_000 / (24 * 12) for _, spectra in scene.spectra())


def test_untouched_weights_of_other_design_are_refused():
    """Weights of another size do not fit."""
    from qgis_hsi_anomaly.core.errors import ModelError

    cube = with_gaps()
    density = QUICK.fit(cube).members[0][0]
    with pytest.raises(ModelError, match="do not fit"):
        JointDensity(Design(latent=4), cube.bands).load(density.arrays())


@pytest.mark.parametrize(("name", "least"), [("hydice", 0.986), ("urban-4", 0.979)])
def test_published_figures(data_folder, name, least):
    """Seed 0 reaches the measured figure of the scene, less .005."""
    gdal = pytest.importorskip("osgeo.gdal", reason="reading scenes needs GDAL")
    gdal.UseExceptions()
    array = gdal.Open(str(data_folder / "paper" / f"{name}.tif")).ReadAsArray().transpose(1, 2, 0)
    truth = gdal.Open(str(data_folder / "paper" / f"{name}_truth.tif")).ReadAsArray() > 0
    cube = ArrayCube(array)

    score = SSCADE(variant="reference").fit(cube).score(cube)

    anomalies, background = score[truth], np.sort(score[~truth])
    assert np.searchsorted(background, anomalies).mean() / len(background) >= least
