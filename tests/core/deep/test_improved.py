"""The improved variant: its loss against the definition; that training pays; the same answer however it is cut."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.multiprocessing as mp  # noqa: E402

from benchmarks import simulated  # noqa: E402
from benchmarks.improved import compare, figures_of  # noqa: E402
from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.models.base import Training, seeded  # noqa: E402
from qgis_hsi_anomaly.core.deep.models.sscade_improved import ScoreMatchedDensity  # noqa: E402
from qgis_hsi_anomaly.core.deep.parts.principal import WHITENING_STRENGTH, principal_scene, whitened_axes  # noqa: E402
from qgis_hsi_anomaly.core.deep.scene import Scene  # noqa: E402
from qgis_hsi_anomaly.core.detectors.registry import make_detector  # noqa: E402
from qgis_hsi_anomaly.core.errors import ModelError  # noqa: E402
from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model  # noqa: E402
from qgis_hsi_anomaly.core.numerics.line_opening import line_opening  # noqa: E402
from qgis_hsi_anomaly.core.run import ALONE, Run  # noqa: E402
from tests.core.deep.scenes import small_scene  # noqa: E402


def improved(**values):
    return make_detector("sscade", {"variant": "improved", **values})


def gappy(**options):
    """A cube some of whose pixels are not valid."""
    array = small_scene()
    array[3, 2:6] = np.nan
    array[10] = np.nan
    return ArrayCube(array, **options)


def test_components_are_partly_whitened():
    """Mean 0, uncorrelated; variances v become (v / last v)^(1 - WHITENING_STRENGTH), but for shrinkage."""
    cube = gappy()
    scene = Scene(cube, cube.valid, (0.0, 1000.0), ALONE)
    small = principal_scene(scene, whitened_axes(cube, 10, ALONE), ALONE)
    pixels = torch.cat([spectra for _, spectra in small.spectra()]).double().numpy()
    spectra = cube.array[cube.valid].astype(np.float64)
    variances = np.linalg.eigvalsh(np.cov(spectra.T, bias=True))[::-1][:10]

    covariance = np.cov(pixels.T, bias=True)

    np.testing.assert_allclose(pixels.mean(axis=0), 0, atol=1e-4)
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 1e-3
    found = np.diag(covariance) / covariance[0, 0]
    np.testing.assert_allclose(
        found[:3], (variances[:3] / variances[0]) ** (1 - WHITENING_STRENGTH), rtol=0.05
    )
    assert covariance[-1, -1] == pytest.approx(1, rel=0.5)


def slope_error(epochs):
    """Rms difference of the energy's slope at blurred Gaussian pixels from (covariance + 1)^-1 u."""
    array = np.random.default_rng(0).standard_normal((60, 60, 4)).astype(np.float32)
    cube = ArrayCube(array)
    scene = Scene(cube, cube.valid, (-1.0, 1.0), ALONE)
    density = seeded(lambda: ScoreMatchedDensity(1, 9, 3, 0.1, 4), 0, "cpu")
    density.fit(scene, Training(epochs, 1e-4))
    (density,) = density.densities
    small = principal_scene(scene, density.axes.numpy(), ALONE)
    spectra = torch.cat([found for _, found in small.spectra()]).double()
    pixels = torch.cat([spectra, density._normalized(density.spatial.features(small))], dim=1)
    noise = torch.randn(pixels.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    blurred = (pixels + noise).requires_grad_()
    slopes = torch.autograd.grad(density.network(blurred).sum(), blurred)[0]
    expected = torch.linalg.solve(torch.cov(pixels.t()) + torch.eye(5), blurred.detach().t()).t()
    return float((slopes - expected).square().mean().sqrt())


def test_learns_the_slope_of_a_known_density():
    """Gaussian pixels stay Gaussian under the noise, with 1 more of variance."""
    assert slope_error(20) < 0.15
    assert slope_error(0) > 1


def test_few_pixels_get_no_place_of_their_own():
    """A group of one in a hundred pixels, two noises away from the rest, stays among the highest energies."""
    draw = np.random.default_rng(0)
    array = draw.standard_normal((60, 60, 6)).astype(np.float32)
    truth = np.zeros((60, 60), dtype=bool)
    truth[20:26, 30:36] = True
    array[truth] = 0.2 * array[truth] + np.float32([3, 3, 3, 0, 0, 0])
    cube = ArrayCube(array)

    scores = improved().fit(cube).score(cube)

    assert figures_of(scores, truth, cube)[0] > 0.99


def test_training_pays_on_simulated_scenes():
    """Large targets in a town, on which kNN and RX have trouble."""
    cube, truth = simulated.simulate(1, 4.0, 0.3, "town", "satellite", rows=70, columns=70)

    found = compare("improved", ArrayCube(cube), truth, 1)

    assert found["trained"][0] > found["untrained"][0] + 0.005
    assert found["trained"][0] > found["RX"][0] + 0.004


@pytest.mark.parametrize("name", ["sandiego"])
def test_training_pays_on_a_real_scene(data_folder, name):
    from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

    cube = open_cube(str(data_folder / "paper" / f"{name}.tif"))
    truth = read_truth(str(data_folder / "paper" / f"{name}_truth.tif"), (cube.rows, cube.columns))

    found = compare("improved", cube, truth, 1)

    assert found["trained"][0] > 0.975
    assert found["trained"][0] > found["untrained"][0] + 0.005
    assert found["trained"][0] > found["RX"][0] + 0.004


@pytest.mark.parametrize("rows", [1, 7])
def test_block_height_changes_nothing(rows):
    whole, cut = gappy(), gappy(block_rows=rows)
    alone = improved(epochs=3).fit(whole).score(whole)

    scores = improved(epochs=3).fit(cut).score(cut)

    np.testing.assert_allclose(scores, alone, rtol=0, atol=1e-4 * np.ptp(alone[whole.valid]))


def test_model_file_gives_the_same_scores(tmp_path):
    cube = gappy()
    detector = improved(epochs=2)
    background = detector.fit(cube)
    path = str(tmp_path / "improved.model")
    write_model(path, model_of(detector, background, cube, {}))

    restored = read_model(path).fitted.score(cube)

    np.testing.assert_array_equal(restored, background.score(cube))


def test_model_file_of_one_density_is_refused_in_one_sentence(tmp_path):
    """As the variant was saved before it had two: the same names without `densities.0.`."""
    cube = gappy()
    detector = improved(epochs=0)
    model = model_of(detector, detector.fit(cube), cube, {})
    arrays = {name.replace("densities.0.", ""): value for name, value in model.fitted.arrays().items()}
    earlier = {name: value for name, value in arrays.items() if "densities.1." not in name}
    with pytest.raises(ModelError) as caught:
        detector.restore(earlier, model.fitted.facts())

    assert "fit it again" in str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 150


def test_two_densities_agree_with_their_shape():
    """The map is the mean of both densities' stretched energies and what of it stands out of its openings."""
    cube = gappy()
    background = improved(epochs=1).fit(cube)
    model = background.members[0][0]
    scene = Scene(cube, cube.valid, background.value_range, ALONE)
    with torch.no_grad():
        both = [one.stretched(one.energies(scene, ALONE)).float() for one in model.densities]
    assert [one.network.inputs for one in model.densities] == [10, 12]
    mean = scene.map_of((both[0] + both[1]) / 2)
    shape = sum(mean - line_opening(mean, cube.valid, length) for length in (15, 31))

    scores = background.score(cube)

    np.testing.assert_allclose(scores[cube.valid], (mean + shape)[cube.valid], atol=1e-4)


def test_members_and_their_spread():
    cube = gappy()
    maps = improved(epochs=2, members=2).fit(cube).maps(cube)

    assert np.isnan(maps["score"][~cube.valid]).all()
    assert np.nanmax(maps["spread"]) > 0


def test_fewer_bands_than_components():
    cube = ArrayCube(small_scene(bands=3))

    assert np.isfinite(improved(epochs=2).fit(cube).score(cube)).all()


def score_in_process(rank, size, folder, results):
    """Fit and score in one of several processes."""
    from qgis_hsi_anomaly.core.deep.processes import Meeting, join

    torch.set_num_threads(1)
    run = Run(processes=join("cpu", Meeting(rank, size, folder=folder)))
    found = improved(epochs=8).fit(gappy(), run).score(gappy(), run)
    if rank == 0:
        results["found"] = found


def test_three_processes_give_the_scores_of_one(tmp_path):
    """Rows divided unevenly, 23 among three, and 160 steps to drift apart in."""
    with mp.Manager() as manager:
        results = manager.dict()
        mp.spawn(score_in_process, (3, str(tmp_path), results), nprocs=3)
        found = results["found"]
    cube = gappy()

    alone = improved(epochs=8).fit(cube).score(cube)

    np.testing.assert_allclose(found, alone, rtol=0, atol=1e-4 * np.ptp(alone[cube.valid]))
