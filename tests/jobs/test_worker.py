"""The worker script on its own."""

import subprocess

from qgis_hsi_anomaly.jobs import launcher

WITHOUT_LIBUV = f"""
import sys
sys.path.insert(0, {str(launcher.WORKER.parent)!r})
import worker
sys.path.pop(0)
worker.avoid_libuv()
from torch.distributed import TCPStore
store = TCPStore("localhost", 0, is_master=True)
store.set("key", "value")
print(store.get("key").decode(), getattr(store, "libuvBackend", False))
"""


def test_processes_can_meet_without_libuv(torch_python, tmp_path):
    done = subprocess.run(
        [torch_python.path, "-c", WITHOUT_LIBUV],
        env=torch_python.environment(),
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert done.stdout.split() == [b"value", b"False"]
