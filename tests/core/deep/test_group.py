"""Processes joined by torch.distributed: sums, devices, and the scores of one, two and three."""

from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

import torch.multiprocessing as mp  # noqa: E402

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep import score_matching  # noqa: E402
from qgis_hsi_anomaly.core.deep.group import Meeting, choose_device, join_group, leave_group, sum_tensor  # noqa: E402
from qgis_hsi_anomaly.core.detectors.registry import make_detector  # noqa: E402
from qgis_hsi_anomaly.core.detectors.rx import RX  # noqa: E402
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE, VARIANTS  # noqa: E402
from qgis_hsi_anomaly.core.errors import ParameterError  # noqa: E402
from qgis_hsi_anomaly.core.group import ALONE  # noqa: E402
from tests.core.deep.scenes import small_scene  # noqa: E402

DETECTORS = {
    "reference": SSCADE(variant="reference", epochs=5, learning_rate=1e-3),
    "paper": SSCADE(variant="paper", epochs=5, members=2),
    "rx": RX(),
}


def uneven_scene():
    """Return 23 rows, not divisible by 2 or 3, with gaps; the last third holds no background pixel."""
    array = small_scene()
    array[3, 2:6] = np.nan
    array[10] = np.nan
    background = np.ones(array.shape[:2], dtype=bool)
    background[14:] = False
    return ArrayCube(array, background=background)


def work(rank, size, folder):
    """Join as process `rank`, check the sums, and save every detector's maps."""
    torch.set_num_threads(1)
    group = join_group("cpu", Meeting(rank, size, folder=folder))
    assert (group.rank, group.size) == (rank, size)
    own = np.array([1, rank], dtype=np.float64)
    assert np.array_equal(group.sum(own), [size, size * (size - 1) / 2])
    assert np.array_equal(own, [1, rank])  # what was given stays as it is
    assert sum_tensor(torch.tensor([rank + 1]), group).item() == size * (size + 1) / 2
    for name, detector in DETECTORS.items():
        maps = detector.fit(uneven_scene(), group=group).maps(uneven_scene(), group=group)
        np.savez(f"{folder}/{name}{rank}.npz", **maps)
    leave_group(group)


@pytest.mark.parametrize("size", [2, 3])
def test_processes_give_the_scores_of_one(tmp_path, size):
    """Uneven rows, gaps, a process without background: every process holds the map that one alone makes."""
    mp.spawn(work, (size, str(tmp_path)), nprocs=size)

    for name, detector in DETECTORS.items():
        expected = detector.fit(uneven_scene()).maps(uneven_scene())
        for rank in range(size):
            with np.load(tmp_path / f"{name}{rank}.npz", allow_pickle=False) as found:
                assert set(found) == set(expected)
                for kind, wanted in expected.items():
                    extent = float(np.ptp(wanted[np.isfinite(wanted)]))
                    # The root in paper's divergence magnifies float32's rounding on a scene this small.
                    share = 3e-4 if name == "paper" else 1e-4
                    assert found[kind] == pytest.approx(wanted, abs=share * extent, nan_ok=True), (name, kind)


def test_one_process_works_alone():
    """Nothing is joined."""
    assert join_group("cpu").size == 1
    leave_group(ALONE)


def test_devices(monkeypatch):
    """auto falls back to the CPU, cuda refuses, where there are fewer GPUs than processes."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)

    assert choose_device("auto", 1, 2) == "cuda:1"
    assert choose_device("auto", 1, 3) == "cpu"
    assert choose_device("cpu", 1, 2) == "cpu"
    with pytest.raises(ParameterError, match=r"PROCESSES 3, but torch finds 2 GPU"):
        choose_device("cuda", 0, 3)
    with pytest.raises(ParameterError, match="DEVICE must be one of"):
        choose_device("tpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ParameterError, match="finds no GPU"):
        choose_device("cuda")


def tensors_of(density):
    """Return every tensor that a density holds: its own, and those of its networks."""
    values = list(vars(density).values())
    modules = [value for value in values if isinstance(value, torch.nn.Module)]
    found = [value for value in values if isinstance(value, torch.Tensor)]
    return found + [tensor for module in modules for tensor in module.state_dict().values()]


@pytest.mark.parametrize(
    ("id", "values"),
    [("sscade", {"variant": v}) for v in VARIANTS] + [("scaae", {}), ("aegmm", {}), ("liade", {})],
)
def test_a_model_from_a_file_goes_where_the_pixels_are(id, values, monkeypatch):
    """It is read to the CPU; scoring on a GPU finds all of it there (torch's device without memory stands in)."""
    density = make_detector(id, values).density(6, 0, "cpu")
    elsewhere = SimpleNamespace(device=torch.device("meta"), map_of=None)
    # The first thing each does with the pixels, which are none.
    for name in ("features", "_scores"):
        monkeypatch.setattr(type(density), name, lambda *_, **__: 1 / 0, raising=False)
    monkeypatch.setattr(score_matching, "principal_scene", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        density.score(elsewhere, ALONE)

    assert {tensor.device.type for tensor in tensors_of(density)} == {"meta"}
