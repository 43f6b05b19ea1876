"""Background suppression: the diffusion, training that does not depend on how the image is cut, models."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.models.bsdm import NoisePredictor, diffusion  # noqa: E402
from qgis_hsi_anomaly.core.deep.training.checkpoint import Checkpoint  # noqa: E402
from qgis_hsi_anomaly.core.detectors.suppressbackground import SuppressBackground  # noqa: E402
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ModelError  # noqa: E402
from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model  # noqa: E402
from qgis_hsi_anomaly.core.run import Run  # noqa: E402


@pytest.fixture
def array():
    """Two materials, mixed, and one pixel of a third."""
    random = np.random.default_rng(0)
    share = random.random((14, 11, 1))
    cube = (
        share * np.linspace(1, 2, 20)
        + (1 - share) * np.linspace(3, 1, 20)
        + random.normal(0, 0.02, (14, 11, 20))
    )
    cube[6, 5] += np.sin(np.arange(20))
    return cube.astype(np.float32)


def suppressed(fitted, cube):
    """Return the cube without its background, (rows, columns, bands) float32."""
    target = np.full((cube.rows, cube.columns, cube.bands), np.nan, dtype=np.float32)
    fitted.suppress(cube, target)
    return target


def test_diffusion_is_the_recursion():
    """x_t = sqrt(1 - beta_t) x_{t-1} + sqrt(beta_t) n, with one n throughout, stepped here."""
    signal, noise = 1.0, 0.0
    for beta in np.linspace(1e-4, 0.02, 1000)[:300]:
        signal, noise = np.sqrt(1 - beta) * signal, np.sqrt(1 - beta) * noise + np.sqrt(beta)

    found = diffusion(300)

    assert found[0] == pytest.approx(signal, rel=1e-12)
    # The sum keeps the decay of every step under one square root: the same recursion.
    beta = np.linspace(1e-4, 0.02, 1000)[:300]
    assert found[1] == pytest.approx(
        sum(np.sqrt(beta[s] * np.prod(1 - beta[s + 1 :])) for s in range(300)), rel=1e-12
    )
    assert found[1] == pytest.approx(noise, rel=1e-12)


@torch.no_grad()
@pytest.mark.parametrize(("variant", "copies"), [("adapted", 1), ("published", 20)])
def test_offsets_are_those_of_repeated_means_and_deviations(array, variant, copies):
    """The offset module is given a pixel's mean and deviation once, or as often as there are bands."""
    spectra = torch.randn(7, 20, generator=torch.Generator().manual_seed(0))
    network = SuppressBackground(variant=variant, epochs=0).fit(ArrayCube(array)).network
    deviation, mean = torch.std_mean(spectra, dim=1, keepdim=True)

    repeated = torch.cat([mean.repeat(1, copies), deviation.repeat(1, copies)], dim=1)
    expected = network.offset_out(torch.tanh(network.offset_in(repeated)))

    torch.testing.assert_close(network.offsets(spectra), expected)
    assert NoisePredictor(1, 500).offsets(spectra[:, :1]).isfinite().all()


def test_another_scene_is_suppressed_in_its_own_range(array):
    """Digital numbers or reflectance: the same."""
    suppressor = SuppressBackground(epochs=2).fit(ArrayCube(array))

    expected = suppressed(suppressor, ArrayCube(array))
    found = suppressed(suppressor, ArrayCube(5000 * array - 300))

    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * np.ptp(expected))
    with pytest.raises(DataError, match="same value"):
        suppressed(suppressor, ArrayCube(np.ones_like(array)))


@pytest.mark.parametrize("block_rows", [1, 5])
def test_result_does_not_depend_on_blocks(array, block_rows):
    """The same noise and the same gradients, however many rows are read at once."""
    whole, cut = (
        suppressed(SuppressBackground(epochs=3).fit(cube), cube)
        for cube in (ArrayCube(array), ArrayCube(array, block_rows=block_rows))
    )

    np.testing.assert_allclose(cut, whole, rtol=1e-3, atol=1e-4 * np.ptp(whole))


def test_training_changes_the_result_and_the_seed_decides(array):
    """Zero epochs are the untrained control."""
    cube = ArrayCube(array)
    control, trained, again, other = (
        suppressed(SuppressBackground(epochs=epochs, seed=seed).fit(cube), cube)
        for epochs, seed in ((0, 0), (5, 0), (5, 0), (5, 1))
    )

    np.testing.assert_array_equal(trained, again)
    assert np.abs(trained - control).max() > 1e-3
    assert np.abs(trained - other).max() > 1e-3


def test_invalid_pixels_are_left_out(array):
    """Zero where not valid, and the rest as the network has it."""
    array[2, 3] = np.nan
    cube = ArrayCube(array)
    suppressor = SuppressBackground(epochs=1).fit(cube)

    rows = suppressed(suppressor, cube)[2:4]

    assert (rows[0, 3] == 0).all()
    low, high = np.nanmin(array), np.nanmax(array)
    expected = suppressor.network.suppress(torch.from_numpy((array[3] - low) / (high - low)), 10).numpy()
    np.testing.assert_allclose(rows[1], expected, rtol=1e-4, atol=1e-5 * np.ptp(expected))


def test_model_file_round_trip(array, tmp_path):
    """What was learned suppresses as it did before it was written, in any cube of these bands."""
    cube = ArrayCube(array)
    suppression = SuppressBackground(epochs=2, iterations=3)
    suppressor = suppression.fit(cube)
    write_model(str(tmp_path / "m"), model_of(suppression, suppressor, cube, {}))

    restored = read_model(str(tmp_path / "m")).fitted

    for scene in (cube, ArrayCube(array[:1])):
        np.testing.assert_array_equal(suppressed(restored, scene), suppressed(suppressor, scene))


def test_training_predicts_the_noise_better(array):
    """The error falls from that of random weights below that of always naming the noise's mean."""
    run = Run()
    SuppressBackground(epochs=60).fit(ArrayCube(array), run)
    scaled = (array - array.min()) / np.ptp(array)

    first, last = (run.metrics[f"loss_{which}_epoch"]["noise_error"] for which in ("first", "last"))

    assert last < scaled.var() * 1.1 < first


def test_an_interrupted_training_goes_on_to_the_same_weights(array, tmp_path):
    cube, suppression = ArrayCube(array), SuppressBackground(epochs=6)
    checkpoint, share = Checkpoint(str(tmp_path / "state"), resume=True, seconds=0.0), [0.0]
    with pytest.raises(Cancelled):
        suppression.fit(cube, Run(share.append, is_cancelled=lambda: share[-1] > 0.5), checkpoint)
    said = []

    resumed = suppression.fit(cube, Run(on_message=said.append), checkpoint)

    assert "Resuming" in said[0]
    for name, expected in suppression.fit(cube).arrays().items():
        np.testing.assert_array_equal(resumed.arrays()[name], expected)


def test_weights_of_another_network_are_refused(array):
    suppressor = SuppressBackground(epochs=0).fit(ArrayCube(array))
    arrays = {**suppressor.arrays(), "out.bias": np.zeros(3, dtype=np.float32)}

    with pytest.raises(ModelError, match="do not fit"):
        suppressor.method.restore(arrays, suppressor.facts())


def test_a_constant_image_is_refused():
    with pytest.raises(DataError, match="same value"):
        SuppressBackground(epochs=1).fit(ArrayCube(np.ones((4, 5, 3), dtype=np.float32)))
