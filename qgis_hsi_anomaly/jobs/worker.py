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
from typing import Any, Dict

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
    """Import the package this file lies in, and no other of its name, without making its neighbours importable."""
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
    """Fit, score, save: what `task.json` says."""
    import numpy as np

    from qgis_hsi_anomaly.core.deep.checkpoint import Checkpoint
    from qgis_hsi_anomaly.core.deep.group import Meeting, join_group, leave_group
    from qgis_hsi_anomaly.core.detectors.registry import make_detector
    from qgis_hsi_anomaly.core.errors import DataError
    from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model
    from qgis_hsi_anomaly.jobs.packing import unpack_cube

    told = json.loads((scratch / "meeting.json").read_text(encoding="utf-8"))
    group = join_group(told.pop("device"), Meeting(channel.rank, folder=str(scratch), **told))
    channel.send("met")
    task = wait_for_task(scratch / "task.json")
    cube, progress = unpack_cube(scratch), channel.progress()
    check_alike(task, cube, group)
    if task["checkpoint"] is not None:
        group.checkpoint = Checkpoint(task["checkpoint"], resume=True)
    if task["task"] == "apply":
        background = read_model(task["model"]).background
        scoring = progress
    else:
        detector = make_detector(task["detector"], task["parameters"])
        learning, scoring = progress.part(0.0, 0.7), progress.part(0.7, 1.0)
        background = detector.fit(cube, progress if task["task"] == "fit" else learning, group)
        if task["save_model"] and group.rank == 0:
            write_model(str(scratch / "model"), model_of(detector, background, cube, versions()))
    maps = {} if task["task"] == "fit" else background.maps(cube, scoring, group)
    if group.rank == 0:
        try:
            for name, array in maps.items():
                np.save(scratch / f"{name}.npy", array)
        except OSError as error:
            raise DataError(
                f"The scores cannot be left in {scratch.parent}: {error}. Free some room there, or set the environment "
                "variable TMPDIR to a folder with more."
            ) from error
    channel.send("result", maps=list(maps) if group.rank == 0 else [])
    leave_group(group)


def wait_for_task(path: Path) -> Dict[str, Any]:
    """Return the task once the packed cube is complete."""
    while not path.exists():
        time.sleep(0.02)
    found: Dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def check_alike(task: Dict[str, Any], cube: Any, group: Any) -> None:
    """Raise ParameterError where another machine was given another raster or other parameters."""
    import numpy as np

    from qgis_hsi_anomaly.core.errors import ParameterError

    what = [
        task["task"],
        task["detector"],
        task["parameters"],
        cube.rows,
        cube.columns,
        cube.bands,
        cube.valid_pixels,
    ]
    own = np.array([zlib.crc32(json.dumps(what, sort_keys=True).encode())], dtype=np.float64)
    if group.sum(own)[0] != own[0] * group.size:
        raise ParameterError(
            "The machines were not given the same raster and parameters: use one command on all."
        )


def versions() -> Dict[str, str]:
    """Return the versions of the software at work, for the model file."""
    import numpy as np
    import torch

    import qgis_hsi_anomaly

    return {
        PACKAGE: qgis_hsi_anomaly.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": str(torch.__version__),
    }


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # without an orderly end of torch's threads, which can fail and has nothing left to do
