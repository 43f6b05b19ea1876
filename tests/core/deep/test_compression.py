"""RS-DGC: what is sent, what waits, and what it costs."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

import torch.multiprocessing as mp  # noqa: E402

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.processes import Meeting, join, leave  # noqa: E402
from qgis_hsi_anomaly.core.deep.training.compression import Compression, exchange, importance  # noqa: E402
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE  # noqa: E402
from qgis_hsi_anomaly.core.errors import ParameterError  # noqa: E402
from qgis_hsi_anomaly.core.run import ALONE, Run  # noqa: E402
from tests.core.deep.scenes import small_scene  # noqa: E402


def test_importance_is_mean_and_deviation_of_neighbors():
    """|mean| + standard deviation of 3 x 3 entries, edges repeated; 3 entries of a vector."""
    matrix = torch.randn(5, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    padded = np.pad(matrix.numpy(), 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    expected = np.abs(windows.mean(axis=(2, 3))) + windows.std(axis=(2, 3))

    assert importance(matrix).numpy() == pytest.approx(expected)
    vector = np.lib.stride_tricks.sliding_window_view(np.pad(matrix[0].numpy(), 1, mode="edge"), 3)
    assert importance(matrix[0]).numpy() == pytest.approx(np.abs(vector.mean(1)) + vector.std(1))


@pytest.mark.parametrize("indicator", ["neighborhood", "magnitude"])
def test_nothing_is_lost(indicator):
    """What was sent and what waits add up to all gradients; a factor times fewer entries are sent."""
    state = Compression(10.0, indicator)
    generator = torch.Generator().manual_seed(1)
    given = [torch.zeros(40, 30), torch.zeros(400)]
    received = [torch.zeros(40, 30), torch.zeros(400)]
    for _ in range(5):
        gradients = [torch.randn(g.shape, generator=generator) for g in given]
        for total, gradient in zip(given, gradients):
            total.add_(gradient)
        for total, part in zip(received, exchange(state, gradients, ALONE)):
            total.add_(part)

    for total, part, waiting in zip(given, received, state.residuals):
        assert torch.allclose(total, part + waiting, atol=1e-5)
    assert state.sent == state.uncompressed == 0  # nobody to send to


@pytest.mark.parametrize("variant", ["reference", "paper", "improved"])
def test_a_factor_of_one_sends_all_and_a_larger_one_less(variant):
    """At 1 the scores are those without compression, at 20 they are others: no variant ignores it."""
    cube = ArrayCube(small_scene())
    plain = SSCADE(variant=variant, epochs=3, learning_rate=1e-3)
    scores = plain.fit(cube).score(cube)

    same, other = (
        replace(plain, gradient_compression="rsdgc", compression_factor=factor).fit(cube).score(cube)
        for factor in (1, 20)
    )

    assert np.abs(scores - same).max() <= 1e-4 * np.ptp(scores)
    assert np.abs(scores - other).max() > 1e-3 * np.ptp(scores)


def test_compression_and_a_checkpoint_are_refused():
    """What waits in the other processes would be lost."""
    with pytest.raises(ParameterError, match="GRADIENT_COMPRESSION rsdgc cannot be used with RESUME"):
        SSCADE(gradient_compression="rsdgc").fit(ArrayCube(small_scene()), checkpoint=object())


def work(rank, size, folder):
    """Exchange as process `rank`: the sums and the entries' numbers are the same everywhere."""
    run = Run(processes=join("cpu", Meeting(rank, size, folder=folder)))
    state = Compression(8.0)
    for step in range(4):
        gradients = [
            [
                torch.randn(16, 10, generator=torch.Generator().manual_seed(10 * step + r)),
                torch.full((20,), r + 1.0),
            ]
            for r in range(size)
        ]
        before = [residual.clone() for residual in state.residuals] or [torch.zeros(16, 10), torch.zeros(20)]
        sums = exchange(state, gradients[rank], run)
        own = [b + g - r for b, g, r in zip(before, gradients[rank], state.residuals)]
        for total, part in zip(sums, own):
            assert np.allclose(run.sum(part.numpy()), total.numpy(), atol=1e-5)
    # One other process; an eighth of the 180 entries, a place and a value each; the whole gradient twice round.
    assert state.sent == pytest.approx(4 * 8 * 180 / 8, rel=0.05)
    assert state.uncompressed == 4 * 4 * 180
    detector = SSCADE(epochs=1, gradient_compression="rsdgc", compression_factor=10)
    detector.fit(ArrayCube(small_scene()), run)
    sent, whole = (run.metrics[f"gradient_bytes_{name}"] for name in ("sent", "uncompressed"))
    assert sent == pytest.approx(whole * 1.5 / 10, rel=0.05)  # float64: 12 bytes an entry instead of 8
    leave(run.processes)


def test_processes_receive_the_sum_of_what_each_sent(tmp_path):
    """Two real processes."""
    mp.spawn(work, (2, str(tmp_path)), nprocs=2)
