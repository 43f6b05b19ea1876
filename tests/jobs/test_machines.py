"""Several machines, played by several launchers on the loopback."""

import socket
import threading
import time

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, HsiAnomalyError, ParameterError
from qgis_hsi_anomaly.core.model_file import read_model
from qgis_hsi_anomaly.core.run import ALONE, Run
from qgis_hsi_anomaly.core.tasks import Fit, Results
from qgis_hsi_anomaly.jobs.execution import Execution
from tests.jobs.conftest import run_in_worker
from tests.jobs.toy import Toy

pytestmark = pytest.mark.usefixtures("scratch", "torch_python")


def free_port():
    with socket.socket() as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


def run_machines(cube, detector, processes=(1, 1), runs=(ALONE, ALONE), saved=False):
    """Run on as many machines as `processes` has numbers; return maps or error of each."""
    port, outcomes = free_port(), {}

    def work(machine):
        execution = Execution(
            device="cpu",
            processes=processes[machine],
            machines=len(processes),
            machine=machine,
            rendezvous=f"127.0.0.1:{port}",
        )
        cubes = cube if isinstance(cube, list) else [cube] * len(processes)
        try:
            task = Fit(detector, scores=True, saved=saved)
            outcomes[machine] = run_in_worker(task, cubes[machine], execution, runs[machine])
        except HsiAnomalyError as error:
            outcomes[machine] = error

    threads = [threading.Thread(target=work, args=(machine,)) for machine in range(len(processes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return [outcomes[machine] for machine in range(len(processes))]


def test_rx_on_two_machines_gives_the_same_scores_and_machine_0_has_them(cube, tmp_path):
    first, second = run_machines(cube, RX(), (2, 2), saved=True)
    expected = RX().fit(cube).score(cube)
    np.testing.assert_allclose(first.maps["score"], expected, rtol=1e-5)
    assert second == Results()
    model = tmp_path / "rx.model"
    model.write_bytes(first.model)
    np.testing.assert_allclose(read_model(str(model)).fitted.score(cube), expected, rtol=1e-5)


def test_an_error_on_one_machine_ends_all(cube, toy_worker):
    begun = time.monotonic()
    first, second = run_machines(cube, Toy(behavior="refuses", culprit=1))
    assert isinstance(second, DataError)
    assert str(second) == "These pixels are not to my taste."
    assert str(first).startswith("The connection to another machine was lost")
    assert time.monotonic() - begun < 60


def test_different_rasters_are_refused(cube):
    other = ArrayCube(cube.array[:-1])
    for error in run_machines([cube, other], RX()):
        assert isinstance(error, ParameterError)
        assert str(error).startswith("The machines were not given the same raster")


def test_cancel_on_one_machine_ends_all(cube, toy_worker):
    messages = []
    run = Run(on_message=messages.append, is_cancelled=lambda: "started" in messages)
    first, second = run_machines(cube, Toy(behavior="spins"), runs=(run, ALONE))
    assert isinstance(first, Cancelled)
    assert str(second).startswith("The connection to another machine was lost")


def test_a_port_in_use_is_refused(cube):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        execution = Execution(machines=2, rendezvous=f"127.0.0.1:{port}")
        with pytest.raises(ParameterError, match=f"RENDEZVOUS 127.0.0.1:{port} cannot be listened on"):
            run_in_worker(Fit(RX(), scores=True), cube, execution)


def test_waiting_for_the_other_machine_can_be_cancelled(cube):
    messages = []
    run = Run(on_message=messages.append)
    ends = time.monotonic() + 4
    run.is_cancelled = lambda: time.monotonic() > ends
    execution = Execution(machines=2, rendezvous=f"127.0.0.1:{free_port()}")
    with pytest.raises(Cancelled):
        run_in_worker(Fit(RX(), scores=True), cube, execution, run)
    assert messages[1:] == [f"This is machine 0 of 2 (from 0); they meet at {execution.rendezvous}."]
