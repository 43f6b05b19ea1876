"""Who can reach a run from outside: the addresses its processes listen on."""

import os
import threading
from pathlib import Path

import pytest

from qgis_hsi_anomaly.core.errors import Cancelled
from qgis_hsi_anomaly.core.run import ALONE, Run
from qgis_hsi_anomaly.core.tasks import Fit
from qgis_hsi_anomaly.jobs.execution import Execution
from tests.jobs.conftest import processes_naming, run_in_worker
from tests.jobs.test_machines import free_port
from tests.jobs.toy import Toy

pytestmark = [
    pytest.mark.usefixtures("toy_worker"),
    pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the system has no /proc/net/tcp"),
]
LOOPBACK = "0100007F"
LISTENING = "0A"
SPINNING = Fit(Toy(behavior="spins"), scores=True, saved=False)


def listeners(pids):
    """Return the addresses, as the kernel writes them, that processes listen on."""
    sockets = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            target = os.readlink(descriptor)
            if target.startswith("socket:["):
                sockets.add(target[len("socket:[") : -1])
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if rest[5] in sockets and (state == LISTENING or table.startswith("udp")):
                found.append(local.split(":")[0])
    return found


def looking(found, scratch):
    """Return a run that notes the listeners once the work has begun, and then cancels."""

    def look(text):
        if text == "started":
            found.append(listeners(pid for pid, _ in processes_naming(scratch)))

    return Run(on_message=look, is_cancelled=lambda: bool(found))


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_on_one_machine_nothing_listens(cube, scratch, processes):
    """However many processes there are: they share memory."""
    found = []
    execution = Execution(device="cpu", processes=processes)

    with pytest.raises(Cancelled):
        run_in_worker(SPINNING, cube, execution, looking(found, scratch))

    assert found == [[]]


def test_several_machines_listen_at_their_own_address_alone(cube, scratch):
    """Here that of the loopback: the store of machine 0, and every process for the others."""
    found, rendezvous = [], f"127.0.0.1:{free_port()}"

    def work(machine, run):
        execution = Execution(device="cpu", machines=2, machine=machine, rendezvous=rendezvous)
        with pytest.raises(Exception):  # noqa: B017 (cancelled, or left alone by the other)
            run_in_worker(SPINNING, cube, execution, run)

    other = threading.Thread(target=work, args=(1, ALONE))
    other.start()
    work(0, looking(found, scratch))
    other.join(60)

    assert len(found[0]) >= 3
    assert set(found[0]) == {LOOPBACK}
