"""The worker process: started by path, needs numpy and torch, not GDAL or QGIS.

    python worker.py SCRATCH RANK

Process RANK of this machine waits until the packed cube and `task.json` lie in the folder SCRATCH, meets the others as
`meeting.json` there says, runs the task with them, and leaves the maps (`score.npy` ...) and the model there. Standard
input is a pipe that nobody writes to: where it ends, whoever started the run is gone, and so must this process and the
folder be.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib.util
import json
import os
import platform
import shutil
import sys
import threading
import time
import traceback
import zlib
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import numpy as np

PACKAGE = "qgis_hsi_anomaly"


def main() -> int:
    """Run this process's part of the task. Returns the exit status."""
    sys.path = [entry for entry in sys.path if entry and Path(entry) != Path(__file__).parent]
    scratch, rank = Path(sys.argv[1]), int(sys.argv[2])
    threading.Thread(target=end_with_parent, args=(scratch,), daemon=True).start()
    output = keep_output()
    load_package()
    from qgis_hsi_anomaly.jobs.protocol import Channel

    channel = Channel(output, rank)
    threading.Thread(target=channel.beat, daemon=True).start()
    try:
        perform(scratch, channel)
    except BaseException as error:  # noqa: BLE001 (whatever ends this process must be told)
        with contextlib.suppress(OSError):  # the disk that the words go to may be full
            traceback.print_exc()
        channel.send("error", type=type(error).__name__, message=str(error)[:2000])
        return 1
    return 0


def end_with_parent(scratch: Path) -> None:
    """Wait for the end of standard input, then remove the folder and end this process at once."""
    while os.read(0, 1):
        pass
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def keep_output() -> int:
    """Return a descriptor of standard output for the protocol; every other output goes to standard error."""
    protocol = os.dup(1)
    os.dup2(2, 1)
    faulthandler.enable()
    return protocol


def load_package() -> None:
    """Import the package this file lies in, and no other of its name, without making its neighbors importable."""
    folder = Path(__file__).parent.parent
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is not a package.")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)


def perform(scratch: Path, channel: Any) -> None:
    """Do what `task.json` says with the other processes; process 0 leaves the results."""
    from qgis_hsi_anomaly.core.deep.processes import Meeting, join, leave
    from qgis_hsi_anomaly.core.deep.training.checkpoint import Checkpoint
    from qgis_hsi_anomaly.core.tasks import Surroundings, task_of
    from qgis_hsi_anomaly.jobs.packing import unpack_cube

    told = json.loads((scratch / "meeting.json").read_text(encoding="utf-8"))
    processes = join(told.pop("device"), Meeting(channel.rank, folder=str(scratch), **told))
    channel.send("met")
    asked = wait_for_task(scratch / "task.json")
    run, cube, task = channel.run(processes), unpack_cube(scratch), task_of(asked["task"])
    check_alike(asked["task"], cube, run)
    task.method.check_libraries()
    checkpoint = None if asked["checkpoint"] is None else Checkpoint(asked["checkpoint"], resume=True)

    def new_cube(shape: Tuple[int, ...]) -> Any:
        return shared_cube(scratch / "cube-out.npy", shape, run)

    results = task.results(cube, run, Surroundings(versions(task.method.requires), checkpoint, new_cube))
    run.sum(np.zeros(1))  # all have written what they share
    names: List[str] = []
    if processes.rank == 0:
        with telling_of_room(scratch):
            for name, array in results.maps.items():
                np.save(scratch / f"{name}.npy", array)
            if results.model:
                (scratch / "model").write_bytes(results.model)
        kept = {"model": bool(results.model), "cube": results.cube is not None}
        names = [*results.maps, *(name for name, there in kept.items() if there)]
    channel.send("result", names=names)
    leave(processes)


def shared_cube(path: Path, shape: Tuple[int, ...], run: Any) -> Any:
    """Return a float32 array in a file that every process writes its own rows of."""
    header: Any = {"descr": "<f4", "fortran_order": False, "shape": shape}
    if run.processes.rank == 0:
        with telling_of_room(path.parent), open(path, "wb") as stream:
            np.lib.format.write_array_header_1_0(stream, header)  # type: ignore[no-untyped-call]
            # Zeros, not a hole: a disk that fills under a memory map would kill the process.
            row = bytes(4 * shape[1] * shape[2])
            stream.writelines(row for _ in range(shape[0]))
    run.sum(np.zeros(1))
    return np.load(path, mmap_mode="r+")


@contextlib.contextmanager
def telling_of_room(scratch: Path) -> Iterator[None]:
    """Raise DataError, saying what to do, where results find no room in the scratch folder."""
    from qgis_hsi_anomaly.core.errors import DataError

    try:
        yield
    except OSError as error:
        raise DataError(
            f"The results cannot be left in {scratch.parent}: {error}. Free some room there, or set the environment "
            "variable TMPDIR to a folder with more."
        ) from error


def wait_for_task(path: Path) -> Dict[str, Any]:
    """Return the task once the packed cube is complete."""
    while not path.exists():
        time.sleep(0.02)
    found: Dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def check_alike(task: Dict[str, Any], cube: Any, run: Any) -> None:
    """Raise ParameterError where another machine was given another raster or other parameters."""
    from qgis_hsi_anomaly.core.errors import ParameterError

    named = {name: value for name, value in task.items() if name != "model_file"}
    what = [named, cube.rows, cube.columns, cube.bands, cube.valid_pixels]
    own = np.array([zlib.crc32(json.dumps(what, sort_keys=True).encode())], dtype=np.float64)
    if run.sum(own)[0] != own[0] * run.processes.size:
        raise ParameterError(
            "The machines were not given the same raster and parameters: use one command on all."
        )


def versions(libraries: Sequence[str]) -> Dict[str, str]:
    """Return the versions of the software at work, for the model file."""
    import qgis_hsi_anomaly
    from qgis_hsi_anomaly.core.libraries import library_versions

    return {
        PACKAGE: qgis_hsi_anomaly.__version__,
        "python": platform.python_version(),
        **library_versions(["numpy", "torch", *libraries]),
    }


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # without an orderly end of torch's threads, which can fail and has nothing left to do
