"""Compute a task here or in worker processes: pack the cube, start them, pass on what they say, bring results back."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, List, Optional

import numpy as np

from ..core.cube import Cube
from ..core.detectors.base import Method
from ..core.errors import DataError, ParameterError, WorkerError
from ..core.run import ALONE, Run
from ..core.scratch import Scratch, clear_away
from ..core.tasks import Apply, Results, Surroundings, Task
from .execution import Execution
from .interpreter import Interpreter, find_interpreter, forget
from .launcher import Launcher
from .packing import check_room, pack_cube, write_json

SCRATCH = "hsi-anomaly-"
"""How the names of scratch folders begin."""

_PACKING = 0.05
"""Fraction of the progress that packing takes."""


def check_execution(method: Method, execution: Execution, run: Run = ALONE) -> None:
    """Refuse, before a raster is read, what cannot run as asked, or lacks a library or an interpreter."""
    execution.check_suits(method)
    if method.needs_torch or execution.several:
        find_interpreter(execution.python, run)
    else:
        method.check_libraries()


@contextmanager
def compute(
    task: Task,
    cube: Cube,
    execution: Execution,
    versions: Dict[str, str],
    run: Run = ALONE,
    checkpoint: Optional[str] = None,
) -> Iterator[Results]:
    """Perform a task on a cube, and hold its results while the block lasts.

    In worker processes where it needs torch or is to be shared by several, else here. versions : of the software here,
    for model files. checkpoint, errors : see `in_workers`.
    """
    method = task.method
    if method.needs_torch or execution.several:
        with in_workers(task, cube, execution, run, checkpoint) as results:
            yield results
    else:
        method.check_libraries()
        yield task.results(cube, run, Surroundings(versions))


@contextmanager
def in_workers(
    task: Task, cube: Cube, execution: Execution, run: Run = ALONE, checkpoint: Optional[str] = None
) -> Iterator[Results]:
    """Perform a task on a cube in worker processes, and hold its results while the block lasts.

    Of several machines, only machine 0 has any. checkpoint : file that trainings keep their state in, and go on from
    where it is there; left to the caller.

    Raises Cancelled, ParameterError where the execution does not fit machine or cube, MissingLibraryError without an
    interpreter that has torch, DataError without room for the packed cube, WorkerError where a process dies, and
    whatever the method raises. No process and no scratch file is left, whatever happens.
    """
    execution.check_rows(cube.rows)
    interpreter = find_interpreter(execution.python, run)
    device = execution.device_among(interpreter.gpus)
    several = "1 worker process" if execution.processes == 1 else f"{execution.processes} worker processes"
    run.message(f"Runs in {several} on {device}, with torch {interpreter.torch} of {interpreter.path}.")
    run.metric("worker", {"torch": interpreter.torch, "device": device, "processes": execution.processes})
    with _scratch_folder() as scratch:
        check_room(cube, scratch)
        # Started first: the processes load torch while the cube is packed.
        with _doubted(interpreter), Launcher(interpreter, execution, device, scratch) as processes:
            if execution.machines > 1:
                where = f"machine {execution.machine} of {execution.machines} (from 0)"
                run.message(f"This is {where}; they meet at {execution.rendezvous}.")

            def packed(fraction: float) -> None:
                processes.listen(run)
                run.update(fraction * _PACKING)

            pack_cube(cube, scratch, Run(on_fraction=packed), execution.processes)
            processes.set_to_work()
            if isinstance(task, Apply):
                task = Apply(os.path.abspath(task.model_file))
            kept = os.path.abspath(checkpoint) if checkpoint is not None else None
            write_json(scratch / "task.json", {"task": task.values(), "checkpoint": kept})
            working = run.part(_PACKING, 1.0)
            while processes.listen(working, wait=0.1):
                pass
            # While the processes are held: at their end they remove the folder.
            yield _results(scratch, processes.results or [])


@contextmanager
def _doubted(interpreter: Interpreter) -> Iterator[None]:
    """Ask the interpreter anew the next time, where the run shows that it is not what it was."""
    try:
        yield
    except (WorkerError, ParameterError):
        forget(interpreter)
        raise


def _results(scratch: Path, names: List[str]) -> Results:
    """Read what the first process left."""
    maps = {name: np.load(scratch / f"{name}.npy") for name in names if name not in ("model", "cube")}
    model = (scratch / "model").read_bytes() if "model" in names else b""
    return Results(maps, model, np.load(scratch / "cube-out.npy", mmap_mode="r") if "cube" in names else None)


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """A folder that nobody else can read, removed at the end; those of runs that were killed go first."""
    clear_away(SCRATCH, tempfile.gettempdir())
    try:
        scratch = Scratch(SCRATCH)
    except OSError as error:
        raise DataError(
            f"No scratch folder can be made in {tempfile.gettempdir()} ({error.strerror or error}): free some room "
            "there, or set the environment variable TMPDIR to a folder with more."
        ) from error
    try:
        yield scratch.path
    finally:
        scratch.remove()
