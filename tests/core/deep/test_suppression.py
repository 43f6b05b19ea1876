"""Background suppression: the diffusion, training that does not depend on how the image is cut, models."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.checkpoint import Checkpoint  # noqa: E402
from qgis_hsi_anomaly.core.detectors.suppressbackground import (  # noqa: E402
    SuppressBackground,
    SuppressedCube,
    _predict,
    diffusion,
)
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ModelError  # noqa: E402
from qgis_hsi_anomaly.core.group import Group  # noqa: E402
from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model  # noqa: E402
from qgis_hsi_anomaly.core.progress import Progress  # noqa: E402


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


@pytest.mark.parametrize("block_rows", [1, 5])
def test_result_does_not_depend_on_blocks(array, block_rows):
    """The same noise and the same gradients, however many rows are read at once."""
    suppression = SuppressBackground(epochs=3)
    whole = suppression.fit(ArrayCube(array)).suppress(array.reshape(-1, 20))
    cut = suppression.fit(ArrayCube(array, block_rows=block_rows)).suppress(array.reshape(-1, 20))

    np.testing.assert_allclose(cut, whole, rtol=1e-3, atol=1e-4 * np.ptp(whole))


def test_training_changes_the_result_and_the_seed_decides(array):
    """Zero epochs are the untrained control."""
    cube = ArrayCube(array)
    control, trained, again = (SuppressBackground(epochs=epochs).fit(cube) for epochs in (0, 5, 5))

    spectra = array.reshape(-1, 20)
    np.testing.assert_array_equal(trained.suppress(spectra), again.suppress(spectra))
    assert np.abs(trained.suppress(spectra) - control.suppress(spectra)).max() > 1e-3


def test_suppressed_cube_leaves_invalid_pixels_out(array):
    """Zero where not valid, and the rest as `suppress` has it."""
    array[2, 3] = np.nan
    cube = ArrayCube(array)
    suppressor = SuppressBackground(epochs=1).fit(cube)

    rows = SuppressedCube(cube, suppressor).read_rows(2, 4)

    assert (rows[0, 3] == 0).all()
    expected = suppressor.suppress(array[3])
    np.testing.assert_allclose(rows[1], expected, rtol=1e-4, atol=1e-5 * np.ptp(expected))
    assert np.isnan(suppressor.score(cube)[2, 3])


def test_model_file_round_trip(array, tmp_path):
    """What the worker writes, the reader applies without torch."""
    cube = ArrayCube(array)
    suppression = SuppressBackground(epochs=2, iterations=3)
    suppressor = suppression.fit(cube)
    write_model(str(tmp_path / "m"), model_of(suppression, suppressor, cube, {}))

    restored = read_model(str(tmp_path / "m")).background

    np.testing.assert_array_equal(restored.suppress(array[0]), suppressor.suppress(array[0]))


def test_arrays_and_tensors_give_the_same_noise(array):
    """Training runs on tensors, suppression on arrays."""
    weights = SuppressBackground(epochs=2).fit(ArrayCube(array)).weights
    spectra = array[0] / 3

    found = _predict(
        {name: torch.from_numpy(value) for name, value in weights.items()}, torch.from_numpy(spectra), 500
    )

    np.testing.assert_allclose(found.numpy(), _predict(weights, spectra, 500), rtol=1e-4, atol=1e-5)


def test_training_predicts_the_noise_better(array):
    """The error falls from that of random weights below that of always naming the noise's mean."""
    progress = Progress()
    SuppressBackground(epochs=60).fit(ArrayCube(array), progress)
    scaled = (array - array.min()) / np.ptp(array)

    first, last = (progress.metrics[f"loss_{which}_epoch"]["noise_error"] for which in ("first", "last"))

    assert last < scaled.var() * 1.1 < first


def test_an_interrupted_training_goes_on_to_the_same_weights(array, tmp_path):
    cube, suppression = ArrayCube(array), SuppressBackground(epochs=6)
    group, share = Group(), [0.0]
    group.checkpoint = Checkpoint(str(tmp_path / "state"), resume=True, seconds=0.0)
    with pytest.raises(Cancelled):
        suppression.fit(cube, Progress(share.append, is_cancelled=lambda: share[-1] > 0.5), group)
    said = []

    resumed = suppression.fit(cube, Progress(on_message=said.append), group)

    assert "Resuming" in said[0]
    for name, expected in suppression.fit(cube).weights.items():
        np.testing.assert_array_equal(resumed.weights[name], expected)


def test_weights_of_another_network_are_refused(array):
    suppressor = SuppressBackground(epochs=0).fit(ArrayCube(array))
    arrays = {**suppressor.arrays(), "out.bias": np.zeros(3, dtype=np.float32)}

    with pytest.raises(ModelError, match="do not fit"):
        suppressor.detector.restore(arrays, suppressor.facts())


def test_a_constant_image_is_refused():
    with pytest.raises(DataError, match="same value"):
        SuppressBackground(epochs=1).fit(ArrayCube(np.ones((4, 5, 3), dtype=np.float32)))
