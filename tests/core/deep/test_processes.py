"""Processes joined by torch.distributed: sums, devices, and the scores of one, two and three."""

from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

import torch.multiprocessing as mp  # noqa: E402

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.models import mskdad_published  # noqa: E402
from qgis_hsi_anomaly.core.deep.processes import Meeting, choose_device, join, leave, sum_tensor  # noqa: E402
from qgis_hsi_anomaly.core.detectors.registry import make_detector  # noqa: E402
from qgis_hsi_anomaly.core.detectors.rx import RX  # noqa: E402
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE, VARIANTS  # noqa: E402
from qgis_hsi_anomaly.core.errors import ParameterError  # noqa: E402
from qgis_hsi_anomaly.core.run import SINGLE, Run  # noqa: E402
from tests.core.deep.scenes import LEARNED, small_scene  # noqa: E402

DETECTORS = {
    "reference": SSCADE(variant="reference", epochs=5, learning_rate=1e-3),
    "paper": SSCADE(variant="paper", epochs=5, members=2),
    "mamba": SSCADE(variant="reference", encoder="mamba", epochs=2, learning_rate=1e-3),
    "liade-published": make_detector("liade", {"variant": "published", "epochs": 1, "learning_rate": 1e-3}),
    "scaae-published": make_detector("scaae", {"variant": "published", "epochs": 3, "learning_rate": 1e-2}),
    "mskdad-published": make_detector("mskdad", {"variant": "published", "epochs": 1, "members": 1}),
    "mskdad-attentive": make_detector("mskdad", {"attention": "eca", "epochs": 1, "members": 1}),
    "rx": RX(),
    # Steps large enough for the training to matter; those of sscade's improved variant are a hundred times its rate,
    # those of scaae ten times.
    **{
        id: make_detector(id, {"epochs": 3, "learning_rate": 1e-4 if id in ("sscade", "scaae") else 1e-3})
        for id in LEARNED
    },
}
TOLERANCES = {
    # The root in paper's divergence magnifies float32's rounding on a scene this small.
    "paper": 3e-4,
    "liade": 5e-4,
    # Convolutions in float32.
    "mskdad-published": 1e-3,
}
"""Shares of a map's range; of all others 1e-4."""


def shorten():
    """Fewer steps of teacher and student."""
    mskdad_published.TEACHER_STEPS, mskdad_published.PublishedDistillation.steps = 2, 2


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
    shorten()
    run = Run(processes=join("cpu", Meeting(rank, size, folder=folder)))
    assert (run.processes.rank, run.processes.size) == (rank, size)
    own = np.array([1, rank], dtype=np.float64)
    assert np.array_equal(run.sum(own), [size, size * (size - 1) / 2])
    assert np.array_equal(own, [1, rank])  # what was given stays as it is
    assert sum_tensor(torch.tensor([rank + 1]), run).item() == size * (size + 1) / 2
    for name, detector in DETECTORS.items():
        maps = detector.fit(uneven_scene(), run).maps(uneven_scene(), run)
        np.savez(f"{folder}/{name}{rank}.npz", **maps)
    leave(run.processes)


@pytest.mark.parametrize("size", [2, 3])
def test_processes_give_the_scores_of_one(tmp_path, monkeypatch, size):
    """Uneven rows, gaps, a process without background: every process holds the map that one alone makes."""
    monkeypatch.setattr(mskdad_published, "TEACHER_STEPS", 2)
    monkeypatch.setattr(mskdad_published.PublishedDistillation, "steps", 2)
    mp.spawn(work, (size, str(tmp_path)), nprocs=size)

    # In one thread too: batches of five pixels magnify how sums were rounded.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        alone = {
            name: detector.fit(uneven_scene()).maps(uneven_scene()) for name, detector in DETECTORS.items()
        }
    finally:
        torch.set_num_threads(threads)
    for name, expected in alone.items():
        for rank in range(size):
            with np.load(tmp_path / f"{name}{rank}.npz", allow_pickle=False) as found:
                assert set(found) == set(expected)
                for kind, wanted in expected.items():
                    extent = float(np.ptp(wanted[np.isfinite(wanted)]))
                    share = TOLERANCES.get(name, 1e-4)
                    assert found[kind] == pytest.approx(wanted, abs=share * extent, nan_ok=True), (name, kind)


def test_one_process_works_alone():
    """Nothing is joined."""
    assert join("cpu").size == 1
    leave(SINGLE)


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


def tensors_of(model):
    """Return every tensor that a model holds: parameters, buffers, and whatever else its parts keep."""
    found = [*model.parameters(), *model.buffers()]
    kept = [value for module in model.modules() for value in vars(module).values()]
    return found + [value for value in kept if isinstance(value, torch.Tensor)]


@pytest.mark.parametrize(
    ("id", "values"),
    [("sscade", {"variant": v}) for v in VARIANTS] + [(id, {}) for id in LEARNED if id != "sscade"],
)
def test_a_model_from_a_file_goes_where_the_pixels_are(id, values, monkeypatch):
    """It is read to the CPU; scoring on a GPU finds all of it there (torch's device without memory stands in)."""
    model = make_detector(id, values).model(6, 0)
    elsewhere = SimpleNamespace(device=torch.device("meta"), map_of=None)
    # There are no pixels to score.
    monkeypatch.setattr(type(model), "scores", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        model.score_map(elsewhere)

    assert {tensor.device.type for tensor in tensors_of(model)} == {"meta"}
