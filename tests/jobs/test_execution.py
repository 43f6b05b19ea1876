"""What the execution parameters accept, and the sentence each refusal comes with."""

import socket

import pytest

from qgis_hsi_anomaly.core.detectors.registry import make_method
from qgis_hsi_anomaly.core.errors import ParameterError
from qgis_hsi_anomaly.core.parameters import from_values, parameters_of
from qgis_hsi_anomaly.jobs.execution import COMMAND_LINE_ONLY, Execution
from qgis_hsi_anomaly.jobs.network import check_port, own_address


def test_values_may_be_texts():
    values = {
        "processes": "2",
        "device": "cpu",
        "machines": "3",
        "machine": "1",
        "rendezvous": " [::1]:29500 ",
    }
    execution = from_values(Execution, values)
    assert (execution.processes, execution.machine, execution.endpoint()) == (2, 1, ("::1", 29500))
    assert execution.several


def test_the_toolbox_shows_the_rest():
    assert [parameter.name for parameter in parameters_of(Execution)] == [
        "device",
        "processes",
        "resume",
        *COMMAND_LINE_ONLY,
    ]
    assert not Execution().several


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"processes": 0}, "execution: PROCESSES must be an integer at least 1; got 0."),
        ({"device": "gpu"}, "execution: DEVICE must be one of auto, cpu, cuda; got 'gpu'."),
        (
            {"machines": 2},
            "execution: RENDEZVOUS must be HOST:PORT of machine 0, as in 192.168.1.10:29500; got ''.",
        ),
        ({"machines": 2, "machine": 2}, "execution: MACHINE must be below MACHINES (2); got 2."),
    ],
)
def test_bad_values_are_refused(values, sentence):
    with pytest.raises(ParameterError) as caught:
        Execution(**values)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "rendezvous",
    [
        "host",
        "host:",
        ":29500",
        "host:0",
        "host:65536",
        "host:http",
        "host:-1",
        "host:²",
    ],
)
def test_a_rendezvous_is_host_and_port(rendezvous):
    with pytest.raises(ParameterError, match="RENDEZVOUS must be HOST:PORT"):
        Execution(machines=2, rendezvous=rendezvous)


@pytest.mark.parametrize(
    ("device", "processes", "gpus", "expected"),
    [
        ("auto", 1, 0, "cpu"),
        ("auto", 2, 2, "cuda"),
        ("auto", 3, 2, "cpu"),
        ("cpu", 1, 1, "cpu"),
        ("cuda", 1, 4, "cuda"),
    ],
)
def test_the_device_follows_the_gpus(device, processes, gpus, expected):
    assert Execution(device=device, processes=processes).device_among(gpus) == expected


def test_more_processes_than_gpus_are_refused():
    with pytest.raises(ParameterError, match=r"PROCESSES must be at most the number of GPUs \(2\).*got 3"):
        Execution(device="cuda", processes=3).device_among(2)


def test_rows_are_counted_against_all_machines():
    execution = Execution(processes=2, machines=2, rendezvous="host:29500")
    execution.check_rows(4)
    with pytest.raises(ParameterError, match="at most the raster's 3 rows, all machines together; got 4"):
        execution.check_rows(3)


@pytest.mark.parametrize(
    ("values", "id", "sentence"),
    [
        ({"resume": True}, "rx", "rx: RESUME must be false: there is no long training to go on with."),
        ({"device": "cpu"}, "rx", "rx: DEVICE must be auto: it computes on the processor."),
        (
            {"machines": 2, "rendezvous": "host:29500"},
            "suppressbackground",
            "suppressbackground: MACHINES must be 1; use PROCESSES to share the work.",
        ),
    ],
)
def test_what_means_nothing_to_a_method_is_refused(values, id, sentence):
    Execution(**values).check_suits(make_method("sscade", {}))
    Execution(processes=2).check_suits(make_method(id, {}))
    with pytest.raises(ParameterError) as caught:
        Execution(**values).check_suits(make_method(id, {}))
    assert str(caught.value) == sentence


def test_a_port_in_use_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            ParameterError, match=f"RENDEZVOUS 127.0.0.1:{port} cannot be listened on by this machine"
        ):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_a_rendezvous_elsewhere_is_refused_on_machine_0():
    with pytest.raises(ParameterError, match="name an address of this machine"):
        check_port("192.0.2.1", 29500)


@pytest.mark.parametrize("host", ["0.0.0.0", "0", "::"])
def test_an_address_that_means_every_interface_is_refused(host):
    with pytest.raises(ParameterError, match=f"RENDEZVOUS {host} means every network interface"):
        check_port(host, 29500)


def test_own_address_lies_on_the_network_of_the_rendezvous():
    assert own_address("127.0.0.1", 1) == "127.0.0.1"
    with pytest.raises(ParameterError, match="cannot be reached from this machine"):
        own_address("no.such.host.invalid", 1)
