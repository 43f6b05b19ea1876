"""Background suppression: the diffusion, training that does not depend on how the image is cut, models."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.detectors.suppressbackground import (  # noqa: E402
    SuppressBackground,
    SuppressedCube,
    diffusion,
)
from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model  # noqa: E402


@pytest.fixture
def array():
    """Two materials, mixed, and one pixel of a third."""
    random = np.random.default_rng(0)
    share = random.random((14, 11, 1))
    cube = share * np.linspace(1, 2, 20) + (1 - share) * np.linspace(3, 1, 20) + random.normal(0, 0.02, (14, 11, 20))
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
    assert found[1] == pytest.approx(sum(np.sqrt(beta[s] * np.prod(1 - beta[s + 1 :])) for s in range(300)), rel=1e-12)
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
