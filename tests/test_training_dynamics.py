"""The benchmark of training dynamics: R against a loop over windows, and what each rule keeps."""

import numpy as np
import pytest

pytest.importorskip("torch")

from benchmarks.training_dynamics import choices, dynamics, train
from tests.core.deep.scenes import small_scene


def test_dynamics_are_the_weighted_windows():
    """Pixel by pixel, window by window, epoch by epoch."""
    energies = np.random.default_rng(0).normal(size=(21, 6)) * np.arange(1, 22)[:, None]
    standard = [(row - row.mean()) / row.std() for row in energies]
    wanted = np.zeros(6)
    for pixel in range(6):
        changes = [abs(standard[t][pixel] - standard[t - 1][pixel]) for t in range(1, 21)]
        for first in range(11):
            window = changes[first : first + 10]
            mean = sum(window) / 10
            length = sum((change - mean) ** 2 for change in window) ** 0.5
            wanted[pixel] += 0.9 * 0.1 ** (10 - first) * length

    np.testing.assert_allclose(dynamics(energies), wanted)


def test_rules_keep_what_they_say():
    random = np.random.default_rng(1)
    found, energies = random.random(1000), random.random(1000)
    order = np.sort(found)

    kept = choices(found, energies, 0)

    assert [int(one.sum()) for one in kept.values()] == [980, 900, 980, 200, 200, 200]
    assert found[kept["the fifth of highest R (as published)"]].min() == order[800]
    assert found[kept["without the 10 % of highest R"]].max() == order[899]
    groups = np.argsort(np.argsort(found)) // 50
    assert set(np.bincount(groups[kept["a fifth of every twentieth of R"]])) == {10}


def test_energies_are_kept_after_every_epoch(monkeypatch):
    """The first are the untrained network's; watching changes nothing."""
    monkeypatch.setattr("benchmarks.training_dynamics.EPOCHS", 2)
    array, valid = small_scene(), np.ones((23, 17), dtype=bool)
    valid[3] = False

    scores, energies = train(array, valid, valid, 0, record=True)
    again, last = train(array, valid, valid, 0, record=False)

    assert energies.shape == (3, valid.sum())
    assert not np.allclose(energies[0], energies[2])
    np.testing.assert_array_equal(scores, again)
    np.testing.assert_array_equal(last[0], energies[2])
