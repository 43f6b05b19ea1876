"""State of an unfinished run of trainings, from which an interrupted run goes on to the same result.

One file, data only (numpy's .npz, nothing executed): the weights and the optimizers' states, the place in
the run's sequence of trainings, and the losses so far. Process 0 writes it, under a temporary name that is
then renamed, after a step, at most every `seconds` seconds. At the start process 0 reads it and hands it
to all. A file of another run, or a damaged one, is refused.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, cast

import numpy as np
import torch
from torch import Tensor

from ...cube import Array
from ...errors import ParameterError
from ...run import ALONE, Run
from .optimizers import AnyOptimizer

SECONDS = 30.0
"""Time between two writings."""

History = List[Dict[str, float]]


class Checkpoint:
    """The state file of one run, which is a sequence of trainings in an order that is always the same.

    path : the file. resume : go on from it where it is there. seconds : time between two writings.
    """

    def __init__(self, path: str, resume: bool, seconds: float = SECONDS) -> None:
        self.path, self.resume, self.seconds = Path(path), resume, seconds
        self._identity = ""
        self._found: Optional[Dict[str, Array]] = None
        self._place = (0, 0)
        self._training = -1
        self._histories: List[History] = []
        self._optimizers: List[Tuple[AnyOptimizer, Sequence[Tensor]]] = []
        self._written = time.monotonic()
        self._failed = False

    def begin(self, identity: str, run: Run) -> None:
        """Read the file where the run is to be resumed. identity : tells this run from any other."""
        self._identity, self._found, self._training = identity, None, -1
        self._histories, self._optimizers = [], []
        if not self.resume:
            return
        raw = self._read(run)
        if not len(raw):
            run.message(f"There is no checkpoint {self.path}: the training starts anew.")
            return
        try:
            with np.load(io.BytesIO(raw.tobytes()), allow_pickle=False) as archive:
                found = {name: archive[name] for name in archive.files}
            header = json.loads(found.pop("header").tobytes())
            same = header["identity"] == identity
            training, epoch = map(int, header["place"])
            histories = header["histories"]
            if header["arrays"] != _checksums(found):
                raise ValueError("Arrays are missing, or not what was written.")
        except (
            *(ValueError, KeyError, TypeError, OverflowError, AttributeError, RecursionError),
            *(EOFError, OSError, NotImplementedError, zipfile.BadZipFile, zlib.error),
        ):
            raise ParameterError(
                f"RESUME: {self.path} is no checkpoint, or a damaged one: remove it, or give another output."
            ) from None
        if not same:
            raise ParameterError(
                f"RESUME: the checkpoint {self.path} is of another raster, detector or parameters: remove it, or give "
                "another output."
            )
        self._found, self._place, self._histories = found, (training, epoch), histories
        run.message(f"Resuming from {self.path}: training {training + 1}, {epoch} steps done.")

    def enter(
        self, parameters: Sequence[Tensor], optimizer: AnyOptimizer, epochs: int
    ) -> Tuple[int, History]:
        """Begin the next training of the run; return the steps that are done already, and their losses.

        Sets parameters and optimizer to what they were after the last of all steps that the file knows of.
        """
        self._training += 1
        if not any(known is optimizer for known, _ in self._optimizers):
            self._optimizers.append((optimizer, parameters))
        done = 0
        if self._found is not None and self._training <= self._place[0]:
            self._restore(optimizer, parameters)
            done = epochs if self._training < self._place[0] else min(self._place[1], epochs)
        if self._training == len(self._histories):
            self._histories.append([])
        return done, self._histories[self._training]

    def step(self, epoch: int, run: Run) -> None:
        """Take notice that `epoch` steps of the training are done; write the file where it is time."""
        self._place = (self._training, epoch)
        if run.processes.rank == 0 and time.monotonic() - self._written >= self.seconds:
            self.write(run)

    def write(self, run: Run = ALONE) -> None:
        """Write the file; a warning says where it cannot be."""
        arrays: Dict[str, Array] = {}
        for number, (optimizer, parameters) in enumerate(self._optimizers):
            for index, parameter in enumerate(parameters):
                arrays[f"{number}.{index}."] = parameter.detach().cpu().numpy()
                for name, value in optimizer.state.get(parameter, {}).items():
                    if value is None:
                        continue  # SGD's momentum, in torch before 2.4
                    arrays[f"{number}.{index}.{name}"] = torch.as_tensor(value).cpu().numpy()
        header = {
            "identity": self._identity,
            "place": self._place,
            "histories": self._histories,
            "arrays": _checksums(arrays),
        }
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
        try:
            descriptor, temporary = tempfile.mkstemp(prefix=".hsi-anomaly-", dir=self.path.parent)
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    cast(Any, np.savez)(stream, **arrays)  # some types take a name for its option
                os.replace(temporary, self.path)
            finally:
                Path(temporary).unlink(missing_ok=True)
        except OSError as error:
            if not self._failed:
                run.warning(
                    f"The checkpoint {self.path} cannot be written ({error.strerror}): the training goes on."
                )
            self._failed = True
        self._written = time.monotonic()

    def _restore(self, optimizer: AnyOptimizer, parameters: Sequence[Tensor]) -> None:
        number = next(index for index, (known, _) in enumerate(self._optimizers) if known is optimizer)
        for index, parameter in enumerate(parameters):
            state: Dict[str, Any] = {}
            for name, array in (self._found or {}).items():
                if not name.startswith(f"{number}.{index}."):
                    continue
                kind = name.split(".", 2)[2]
                value = torch.from_numpy(np.array(array))
                if kind:
                    # Step counts stay on the CPU, as torch keeps them.
                    state[kind] = value if value.ndim == 0 else value.to(parameter.device)
                else:
                    parameter.data.copy_(value)
            if state:
                optimizer.state[parameter] = state

    def _read(self, run: Run) -> Array:
        """Return the file's bytes, as process 0 reads them; none where it is not there."""
        raw: Array = np.zeros(0, dtype=np.uint8)
        if run.processes.rank == 0 and self.path.exists():
            raw = np.frombuffer(self.path.read_bytes(), dtype=np.uint8)
        size = int(run.sum(np.array([len(raw)], dtype=np.int64))[0])
        return run.sum(raw if run.processes.rank == 0 else np.zeros(size, dtype=np.uint8))


def _checksums(arrays: Dict[str, Array]) -> Dict[str, Any]:
    """Return by name what tells an array from another: type, shape and a checksum of its bytes."""
    return {
        name: [array.dtype.str, list(array.shape), zlib.crc32(np.ascontiguousarray(array).tobytes())]
        for name, array in arrays.items()
    }
