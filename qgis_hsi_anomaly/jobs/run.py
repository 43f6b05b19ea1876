"""Run a detector in worker processes: pack the cube, start them, pass on what they say, bring the maps back."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, Optional

import numpy as np

from ..core.cube import Array, Cube
from ..core.detectors.base import Detector
from ..core.errors import DataError
from ..core.progress import SILENT, Progress
from .execution import Execution
from .interpreter import find_interpreter
from .launcher import Launcher
from .packing import check_room, pack_cube, write_json

SCRATCH = "hsi-anomaly-"
"""How the names of scratch folders begin."""

_PACKING = 0.05
"""Share of the progress that packing takes."""


@dataclass(frozen=True)
class Results:
    """What worker processes return.

    maps : by name, float32 (rows, columns). model : content of the model file of what was learnt.
    """

    maps: Dict[str, Array]
    model: bytes = b""


def run_in_worker(
    task: str,
    cube: Cube,
    detector: Optional[Detector],
    model_file: Optional[str],
    execution: Execution,
    progress: Progress = SILENT,
    save_model: bool = False,
    checkpoint: Optional[str] = None,
) -> Results:
    """Run `task` on `cube` in worker processes and return what came of it.

    task : "detect" (fit, score), "fit" or "apply" (score with `model_file`).
    save_model : whether what was learnt is wanted. Of several machines, only machine 0 returns anything.
    checkpoint : file that trainings keep their state in, and go on from where it is there; left to the caller.

    Raises Cancelled, ParameterError where the execution does not fit machine or cube, MissingLibraryError without an
    interpreter that has torch, DataError without room for the packed cube, WorkerError where a process dies, and
    whatever the detector raises. No process and no scratch file is left, whatever happens.
    """
    execution.check_rows(cube.rows)
    interpreter = find_interpreter(execution.python, progress)
    device = execution.device_among(interpreter.gpus)
    several = "1 worker process" if execution.processes == 1 else f"{execution.processes} worker processes"
    progress.message(f"Runs in {several} on {device}, with torch {interpreter.torch} of {interpreter.path}.")
    progress.metric(
        "worker", {"torch": interpreter.torch, "device": device, "processes": execution.processes}
    )
    with _scratch_folder() as scratch:
        check_room(cube, scratch)
        # Started first: the processes load torch while the cube is packed.
        with Launcher(interpreter, execution, device, scratch) as processes:
            if execution.machines > 1:
                where = f"machine {execution.machine} of {execution.machines} (from 0)"
                progress.message(f"This is {where}; they meet at {execution.rendezvous}.")

            def packed(fraction: float) -> None:
                processes.listen(progress)
                progress.update(fraction * _PACKING)

            pack_cube(cube, scratch, Progress(on_fraction=packed), execution.processes)
            processes.set_to_work()
            write_json(
                scratch / "task.json",
                {
                    "task": task,
                    "detector": detector.id if detector is not None else None,
                    "parameters": detector.values() if detector is not None else {},
                    "model": os.path.abspath(model_file) if model_file is not None else None,
                    "save_model": save_model,
                    "checkpoint": os.path.abspath(checkpoint) if checkpoint is not None else None,
                },
            )
            working = progress.part(_PACKING, 1.0)
            while processes.listen(working, wait=0.1):
                pass
            # While the processes are held: at their end they remove the folder.
            maps = {name: np.load(scratch / f"{name}.npy") for name in processes.maps or []}
            learnt = (scratch / "model").read_bytes() if save_model and execution.machine == 0 else b""
    return Results(maps, learnt)


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """A folder that nobody else can read, removed at the end."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=SCRATCH))
    except OSError as error:
        raise DataError(
            f"No scratch folder can be made in {tempfile.gettempdir()} ({error.strerror or error}): free some room "
            "there, or set the environment variable TMPDIR to a folder with more."
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
