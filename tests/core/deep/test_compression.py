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


def random(*shape, seed=0):
    """Normal numbers, float64."""
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_importance_is_mean_and_deviation_of_neighboring_bands():
    """|mean| + standard deviation of 3 entries along every axis of bands, edges repeated; |g| without one."""
    matrix = random(5, 6)
    padded = np.pad(matrix.numpy(), ((0, 0), (1, 1)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=1)
    expected = np.abs(windows.mean(axis=2)) + windows.std(axis=2)

    assert importance(matrix, 6).numpy() == pytest.approx(expected)
    assert importance(matrix.t(), 6).t().numpy() == pytest.approx(expected)
    assert importance(matrix[0], 6).numpy() == pytest.approx(expected[0])
    assert importance(matrix, 7).equal(matrix.abs())
    square = random(4, 4)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(square.numpy(), 1, mode="edge"), (3, 3))
    assert importance(square, 4).numpy() == pytest.approx(
        np.abs(windows.mean(axis=(2, 3))) + windows.std(axis=(2, 3))
    )
    assert importance(1e-30 * matrix.float(), 6).numpy() == pytest.approx(1e-30 * expected, rel=1e-4)


def test_layers_of_equal_gradients_keep_equal_parts():
    """Who happens to send more does not count as stronger; a layer of twice the gradients sends twice as much."""
    state, generator = Compression(50.0), torch.Generator().manual_seed(0)
    for _ in range(300):
        exchange(state, [torch.randn(60, 60, generator=generator) for _ in range(2)], ALONE)
    first, second = state.entries([3600, 3600])
    assert abs(first - second) <= 2

    state = Compression(50.0)
    for _ in range(20):
        exchange(state, [factor * random(100, 100, seed=3) for factor in (1, 2)], ALONE)
    first, second = state.entries([10000, 10000])
    assert second == pytest.approx(2 * first, rel=0.02)


def test_a_gradient_that_is_not_finite_is_not_kept():
    """The step is left out, and the next ones are as if it had not been."""
    state, other = Compression(4.0), Compression(4.0)
    broken = random(8, 5)
    broken[2, 3] = torch.inf

    for gradient in (random(8, 5, seed=1), broken, random(8, 5, seed=2)):
        found = exchange(state, [gradient], ALONE)[0]
        if gradient is broken:
            assert found.isnan().all()
        else:
            assert found.equal(exchange(other, [gradient], ALONE)[0])
    assert state.residuals[0].equal(other.residuals[0]) and state.strengths == other.strengths


@pytest.mark.parametrize("indicator", ["neighborhood", "magnitude"])
def test_nothing_is_lost(indicator):
    """What was sent and what waits add up to all gradients; a factor times fewer entries are sent."""
    state = Compression(10.0, 30, indicator)
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


@pytest.mark.parametrize(
    ("variant", "encoder"),
    [("reference", "dense"), ("reference", "mamba"), ("paper", "dense"), ("improved", "dense")],
)
def test_a_factor_of_one_sends_all_and_a_larger_one_less(variant, encoder):
    """At 1 the scores are those without compression, at 20 they are others: no variant ignores it."""
    cube = ArrayCube(small_scene())
    plain = SSCADE(variant=variant, encoder=encoder, epochs=3, learning_rate=1e-3)
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
    state = Compression(8.0, 10)
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
        if step == 0:
            squares = [[float(g.square().mean()) for g in of_process] for of_process in gradients]
            assert state.strengths == pytest.approx(np.sqrt(np.mean(squares, axis=0)).tolist())
    # One other process; an eighth of the 180 entries, a place and a value each, and a number for either layer; the
    # whole gradient twice round.
    assert state.sent == pytest.approx(4 * (8 * 180 / 8 + 8 * 2), rel=0.05)
    assert state.uncompressed == 4 * 4 * 180
    detector = SSCADE(epochs=1, gradient_compression="rsdgc", compression_factor=10)
    detector.fit(ArrayCube(small_scene()), run)
    sent, whole = (run.metrics[f"gradient_bytes_{name}"] for name in ("sent", "uncompressed"))
    assert sent == pytest.approx(whole * 1.5 / 10, rel=0.05)  # float64: 12 bytes an entry instead of 8
    leave(run.processes)


def test_processes_receive_the_sum_of_what_each_sent(tmp_path):
    """Two real processes."""
    mp.spawn(work, (2, str(tmp_path)), nprocs=2)
