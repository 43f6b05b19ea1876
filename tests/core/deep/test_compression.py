"""RS-DGC: what is sent, what waits, and what it costs."""

import os
import socket

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

import torch.multiprocessing as mp  # noqa: E402

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.compression import Compression, exchange, importance  # noqa: E402
from qgis_hsi_anomaly.core.deep.group import join_group, leave_group  # noqa: E402
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE  # noqa: E402
from qgis_hsi_anomaly.core.group import ALONE  # noqa: E402
from qgis_hsi_anomaly.core.progress import Progress  # noqa: E402
from tests.core.deep.scenes import small_scene  # noqa: E402


def test_importance_is_mean_and_deviation_of_neighbours():
    """|mean| + standard deviation of 3 x 3 entries, edges repeated; 3 entries of a vector."""
    matrix = torch.randn(5, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    padded = np.pad(matrix.numpy(), 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    expected = np.abs(windows.mean(axis=(2, 3))) + windows.std(axis=(2, 3))

    assert importance(matrix).numpy() == pytest.approx(expected)
    vector = np.lib.stride_tricks.sliding_window_view(np.pad(matrix[0].numpy(), 1, mode="edge"), 3)
    assert importance(matrix[0]).numpy() == pytest.approx(np.abs(vector.mean(1)) + vector.std(1))


@pytest.mark.parametrize("indicator", ["neighbourhood", "magnitude"])
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
    assert state.sent == pytest.approx(5 * 8 * 1600 / 10, rel=0.02)
    assert state.uncompressed == 5 * 4 * 1600


def test_a_factor_of_one_sends_all():
    """Then the scores are those without compression."""
    cube = ArrayCube(small_scene())
    progress = Progress()
    plain = SSCADE(variant="reference", epochs=3).fit(cube).score(cube)

    found = (
        SSCADE(variant="reference", epochs=3, gradient_compression="rsdgc", compression_factor=1)
        .fit(cube, progress)
        .score(cube)
    )

    assert np.abs(plain - found).max() <= 1e-4 * np.ptp(plain)
    assert progress.metrics["gradient_bytes_sent"] == 2 * progress.metrics["gradient_bytes_uncompressed"]


def work(rank, size, port):
    """Exchange as process `rank`: the sums and the entries' numbers are the same everywhere."""
    os.environ.update(
        RANK=str(rank),
        LOCAL_RANK=str(rank),
        WORLD_SIZE=str(size),
        MASTER_ADDR="127.0.0.1",
        MASTER_PORT=str(port),
    )
    group = join_group("cpu")
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
        sums = exchange(state, gradients[rank], group)
        own = [b + g - r for b, g, r in zip(before, gradients[rank], state.residuals)]
        for total, part in zip(sums, own):
            assert np.allclose(group.sum(part.numpy()), total.numpy(), atol=1e-5)
    leave_group(group)


def test_processes_receive_the_sum_of_what_each_sent():
    """Two real processes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    mp.spawn(work, (2, port), nprocs=2)
