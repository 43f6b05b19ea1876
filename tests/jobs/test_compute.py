"""Real worker processes: same scores, clear errors, and nothing left behind."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import qgis_hsi_anomaly
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ParameterError, WorkerError
from qgis_hsi_anomaly.core.model_file import read_model
from qgis_hsi_anomaly.core.run import ALONE, Run
from qgis_hsi_anomaly.core.tasks import Apply, Fit
from qgis_hsi_anomaly.jobs import compute, launcher
from qgis_hsi_anomaly.jobs.execution import Execution
from tests.jobs.conftest import assert_nothing_left, processes_naming, run_in_worker
from tests.jobs.toy import Toy

pytestmark = pytest.mark.usefixtures("scratch")


def maps_of(cube, detector, processes=1, run=ALONE, **values):
    task = Fit(detector, scores=True, saved=False)
    return run_in_worker(task, cube, Execution(processes=processes, **values), run).maps


@pytest.mark.parametrize("processes", [1, 3])
def test_rx_gives_the_same_scores_and_model_on_any_number_of_processes(
    cube, torch_python, tmp_path, processes
):
    fractions, metrics = [], {}
    run = Run(on_fraction=fractions.append, on_metric=metrics.__setitem__)
    found = run_in_worker(Fit(RX(), scores=True), cube, Execution(processes=processes), run)
    maps, model = found.maps, tmp_path / "rx.model"
    model.write_bytes(found.model)
    expected = RX().fit(cube).score(cube)
    assert list(maps) == ["score"]
    assert maps["score"].dtype == np.float32
    np.testing.assert_array_equal(np.isnan(maps["score"]), ~cube.valid)
    np.testing.assert_allclose(maps["score"], expected, rtol=1e-5)
    assert "shrinkage" in metrics
    assert fractions == sorted(fractions)
    saved = read_model(str(model))
    assert saved.method == RX()
    assert "torch" in saved.versions
    np.testing.assert_allclose(saved.wavelengths, cube.wavelengths)
    np.testing.assert_allclose(saved.fitted.score(cube), expected, rtol=1e-5)


def test_sscade_gives_the_same_scores_on_uneven_rows(cube, torch_python):
    detector = make_detector("sscade", {"variant": "reference", "epochs": 3, "latent": 3})
    one, three = (maps_of(cube, detector, processes, device="cpu")["score"] for processes in (1, 3))
    assert np.nanmax(np.abs(one - three)) <= 1e-4 * (np.nanmax(one) - np.nanmin(one))


def test_fit_then_apply(cube, torch_python, tmp_path):
    fitted = run_in_worker(Fit(RX()), cube, Execution())
    assert fitted.maps == {}
    model = tmp_path / "rx.model"
    model.write_bytes(fitted.model)
    maps = run_in_worker(Apply(str(model)), cube, Execution(processes=2)).maps
    np.testing.assert_allclose(maps["score"], RX().fit(cube).score(cube), rtol=1e-5)


def test_prints_of_libraries_do_not_disturb(cube, toy_worker):
    warnings, metrics = [], {}
    run = Run(on_warning=warnings.append, on_metric=metrics.__setitem__)
    maps = maps_of(cube, Toy(behavior="talks"), 2, run)
    assert warnings == ["ä warning\nof two lines"]
    assert metrics.pop("worker")["processes"] == 2
    assert metrics == {"history": list(range(50000)), "processes": 2.0}
    np.testing.assert_allclose(maps["score"][cube.valid], cube.array.sum(axis=2)[cube.valid], rtol=1e-5)


def test_an_error_of_the_package_keeps_its_class(cube, toy_worker):
    with pytest.raises(DataError, match=r"^These pixels are not to my taste\.$"):
        maps_of(cube, Toy(behavior="refuses", culprit=1), 2)


def test_any_other_error_comes_with_the_last_words(cube, toy_worker):
    with pytest.raises(
        WorkerError, match=r"^Worker process 2 \(of 2\) failed: RuntimeError: the gears are stuck\.\n"
    ) as caught:
        maps_of(cube, Toy(behavior="fails", culprit=1), 2)
    assert "toy.py" in str(caught.value)


def test_memory_that_runs_out_is_named(cube, toy_worker):
    with pytest.raises(WorkerError, match=r"ran out of memory: close other programs"):
        maps_of(cube, Toy(behavior="hogs"))


def test_a_killed_process_ends_the_run_with_its_last_words(cube, toy_worker):
    begun = time.monotonic()
    with pytest.raises(WorkerError, match=r"^Worker process 1 \(of 2\) was ended by SIGKILL") as caught:
        maps_of(cube, Toy(behavior="dies"), 2)
    assert "my last words" in str(caught.value)
    assert time.monotonic() - begun < 30


def test_a_stopped_process_ends_the_run(cube, toy_worker, scratch, monkeypatch):
    monkeypatch.setattr(launcher, "SILENCE", 3.0)

    def stop_one(message):
        if message != "started":
            return
        pid = processes_naming(scratch)[-1][0]
        os.kill(pid, signal.SIGSTOP)

    with pytest.raises(WorkerError, match=r"^Worker process [12] \(of 2\) has given no sign of life"):
        maps_of(cube, Toy(behavior="spins"), 2, Run(on_message=stop_one))


def test_processes_that_wait_for_ever_end_the_run(cube, toy_worker, monkeypatch):
    monkeypatch.setattr(launcher, "IDLE", 3.0)
    with pytest.raises(WorkerError, match="neither computed nor reported anything"):
        maps_of(cube, Toy(behavior="sleeps", culprit=1), 2)


def test_the_share_done_is_reported_at_least_once_a_second(cube, toy_worker, monkeypatch):
    monkeypatch.setattr(launcher, "IDLE", 4.0)
    times = []
    with pytest.raises(WorkerError):
        maps_of(cube, Toy(behavior="sleeps"), 1, Run(on_fraction=lambda _: times.append(time.monotonic())))
    assert len(times) > 4
    assert max(np.diff(times)) < 1.5


def test_a_process_that_only_reports_progress_is_not_hanging(cube, toy_worker, monkeypatch):
    monkeypatch.setattr(launcher, "IDLE", 2.0)
    ends = []
    run = Run(on_message=lambda _: ends.append(time.monotonic() + 4))
    run.is_cancelled = lambda: len(ends) == 2 and time.monotonic() > ends[1]
    with pytest.raises(Cancelled):
        maps_of(cube, Toy(behavior="spins"), 1, run)


def test_cancel_while_learning(cube, toy_worker):
    asked = []

    def ask(message):
        if message == "started":
            asked.append(time.monotonic())

    run = Run(on_message=ask, is_cancelled=lambda: bool(asked))
    with pytest.raises(Cancelled):
        maps_of(cube, Toy(behavior="sleeps"), 2, run)
    assert time.monotonic() - asked[0] < 5


def test_cancel_while_packing(cube, torch_python):
    cube.block_rows = 1
    reports = []
    run = Run(on_fraction=reports.append, is_cancelled=lambda: len(reports) > 3)
    with pytest.raises(Cancelled):
        maps_of(cube, RX(), 1, run)
    assert len(reports) == 4


def test_a_vanished_parent_ends_everything(torch_python, toy_package, scratch):
    program = (
        "import numpy as np\n"
        "from qgis_hsi_anomaly.core.cube import ArrayCube\n"
        "from qgis_hsi_anomaly.core.detectors.registry import make_detector\n"
        "from qgis_hsi_anomaly.core.run import Run\n"
        "from qgis_hsi_anomaly.core.tasks import Fit\n"
        "from qgis_hsi_anomaly.jobs.compute import in_workers\n"
        "from qgis_hsi_anomaly.jobs.execution import Execution\n"
        "run = Run(on_message=lambda text: print(text, flush=True))\n"
        "cube = ArrayCube(np.random.default_rng(0).normal(size=(9, 9, 3)))\n"
        "toy = make_detector('toy', {'behavior': 'spins'})\n"
        "with in_workers(Fit(toy, scores=True), cube, Execution(processes=2), run):\n"
        "    pass\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(toy_package.parent), "TMPDIR": str(scratch)}
    environment["QGIS_HSI_ANOMALY_PYTHON"] = torch_python.path
    arguments = {"env": environment, "cwd": toy_package.parent, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", program], **arguments) as parent:
        while parent.stdout.readline() != b"started\n":
            assert parent.poll() is None
        assert len(processes_naming(scratch)) == 2
        parent.kill()
    assert_nothing_left(scratch, seconds=10)


def test_a_disk_that_is_too_small_is_refused(cube, torch_python, monkeypatch):
    usage = type("usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(DataError, match=r"cannot be packed .* are needed and 0\.00 GB are free.*TMPDIR"):
        maps_of(cube, RX())


def test_a_disk_that_fills_up_while_packing_is_refused(torch_python):
    cube = ArrayCube(np.random.default_rng(0).normal(size=(600, 100, 10)))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, limits[1]))
    try:
        with pytest.raises(DataError, match=r"cannot be packed .*TMPDIR"):
            maps_of(cube, RX())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_more_processes_than_rows_are_refused(cube):
    with pytest.raises(ParameterError, match="PROCESSES must be at most the raster's 23 rows"):
        maps_of(cube, RX(), 24)


def test_cuda_without_a_gpu_is_refused(cube, torch_python):
    if torch_python.gpus:
        pytest.skip("there is a GPU")
    with pytest.raises(ParameterError, match="DEVICE cuda needs a GPU"):
        maps_of(cube, RX(), device="cuda")


def test_the_worker_stays_below_the_package():
    assert launcher.WORKER == Path(qgis_hsi_anomaly.__file__).parent / "jobs" / "worker.py"
    assert launcher.WORKER.exists()


def test_an_interpreter_whose_worker_fails_is_asked_anew(cube, scratch, monkeypatch, torch_python, tmp_path):
    """What it answered once may be true no longer: its torch is broken, the GPU is gone."""
    forgotten = []
    monkeypatch.setattr(compute, "forget", forgotten.append)
    broken = tmp_path / "broken.py"
    broken.write_text("raise ImportError('no torch any more')\n", encoding="utf-8")
    monkeypatch.setattr(launcher, "WORKER", broken)

    with pytest.raises(WorkerError, match="no torch any more"):
        run_in_worker(Fit(RX(), scores=True), cube, Execution(processes=1))
    assert forgotten == [torch_python]
