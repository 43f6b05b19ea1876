"""GoDec against a direct implementation in memory."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.numerics import godec as module
from qgis_hsi_anomaly.core.numerics.godec import godec, learn_godec

RANK, SHARE = 3, 0.02


def mixture(seed=4):
    """Low rank, a few large deviations and noise: (30, 40, 12) float32, and where the deviations are."""
    random = np.random.default_rng(seed)
    low = random.uniform(size=(1200, RANK)) @ random.normal(scale=300, size=(RANK, 12)) + 2000
    sparse = np.zeros((1200, 12))
    places = random.choice(sparse.size, int(SHARE * sparse.size), replace=False)
    sparse.flat[places] = 500 * random.choice([-1, 1], len(places))
    pixels = low + sparse + random.normal(size=sparse.shape)
    return pixels.reshape(30, 40, 12).astype(np.float32), sparse.reshape(30, 40, 12) != 0


def direct(pixels, iterations):
    """Zhou and Tao's loop with the k largest entries sorted out, L and S kept for every pixel."""
    random = np.random.default_rng(0)
    sparse = np.zeros_like(pixels)
    for _ in range(iterations):
        rest = pixels - sparse
        basis = random.normal(size=(pixels.shape[1], RANK))
        for _ in range(2):
            basis = rest.T @ (rest @ basis)
        axes = np.linalg.qr(basis)[0]
        low = rest @ axes @ axes.T
        difference = pixels - low
        sparse = np.zeros_like(pixels)
        largest = np.argsort(np.abs(difference), axis=None)[-int(SHARE * pixels.size) :]
        sparse.flat[largest] = difference.flat[largest]
    return low, sparse


@pytest.mark.parametrize("block_rows", [1, 30])
def test_the_division_is_the_direct_one(block_rows):
    """Going through the iterations again, block by block, gives what a loop over the whole image gives."""
    array, _ = mixture()
    cube = ArrayCube(array, block_rows=block_rows)
    learned = learn_godec(cube, RANK, SHARE, 0.99, seed=0)
    pixels = array.reshape(-1, 12).astype(np.float64)
    low, sparse = direct(pixels - pixels.mean(axis=0), len(learned.thresholds))

    divided = [learned.divide(block.spectra) for block in cube.blocks()]

    np.testing.assert_allclose(
        np.concatenate([one for one, _ in divided]), low + pixels.mean(axis=0), rtol=1e-8
    )
    np.testing.assert_allclose(np.concatenate([one for _, one in divided]), sparse, rtol=1e-6, atol=1e-6)


def test_deviations_are_found():
    """What was put in is what S holds."""
    array, places = mixture()
    learned = learn_godec(ArrayCube(array), RANK, SHARE, 0.99, seed=0)

    _, sparse = learned.divide(array.reshape(-1, 12))

    assert ((sparse != 0).reshape(places.shape) == places).mean() > 0.999


@pytest.mark.parametrize("energy", [0.5, 0.9, 0.999])
def test_rank_0_takes_the_rank_of_the_energy(energy):
    """As few eigenvalues of the covariance as hold that share of their sum."""
    array, _ = mixture()
    values = np.linalg.eigvalsh(np.cov(array.reshape(-1, 12).T))[::-1]
    rank = learn_godec(ArrayCube(array), 0, SHARE, energy, seed=0).axes.shape[2]

    assert values[: rank - 1].sum() < energy * values.sum() <= values[:rank].sum()


def test_a_sample_divides_nearly_like_the_whole(monkeypatch):
    """A quarter of the pixels is enough to learn from."""
    array, places = mixture()
    monkeypatch.setattr(module, "SAMPLE_VALUES", array.size // 4)
    learned = learn_godec(ArrayCube(array), RANK, SHARE, 0.99, seed=0)

    _, sparse = learned.divide(array.reshape(-1, 12))

    assert ((sparse != 0).reshape(places.shape) == places).mean() > 0.99


def test_all_or_nothing_sparse():
    """Shares at their ends: no deviation at all, or everything one."""
    pixels = np.random.default_rng(0).normal(size=(50, 4))

    assert np.isinf(godec(pixels, 2, 0.0)[1]).all()
    assert (godec(pixels, 2, 1.0)[1] == 0).all()
