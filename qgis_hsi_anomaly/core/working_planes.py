"""Maps of a whole raster that a run needs one after the other: kept in a working file, not in memory."""

from __future__ import annotations

import tempfile
import threading
from typing import Tuple

import numpy as np

from .cube import Array
from .errors import DataError


class WorkingPlanes:
    """`count` maps (rows, columns) float32, 0 where nothing was written; indexed, each is read as a new array.

    The file has no name that others could find, and is gone when the block that the planes are opened in ends. Raises
    DataError where there is no room for it.
    """

    def __init__(self, count: int, shape: Tuple[int, int]) -> None:
        self.shape, self._count = shape, count
        self._lock = threading.Lock()
        try:
            self._file = tempfile.TemporaryFile(prefix="hsi-anomaly-")  # noqa: SIM115 (closed in __exit__)
        except OSError as error:
            raise self._no_room(error) from error

    def __enter__(self) -> WorkingPlanes:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def _bytes(self) -> int:
        return 4 * self.shape[0] * self.shape[1]

    def __len__(self) -> int:
        return self._count

    def write(self, index: int, first_row: int, values: Array) -> None:
        """Write rows of one map. values : (n, columns)."""
        try:
            with self._lock:
                self._file.seek(index * self._bytes + 4 * first_row * self.shape[1])
                self._file.write(np.ascontiguousarray(values, dtype=np.float32).data)
        except OSError as error:
            raise self._no_room(error) from error

    def __getitem__(self, index: int) -> Array:
        with self._lock:
            self._file.seek(index * self._bytes)
            read = self._file.read(self._bytes)
        values = np.zeros(self.shape, dtype=np.float32)
        values.ravel()[: len(read) // 4] = np.frombuffer(read, dtype=np.float32)
        return values

    def _no_room(self, error: OSError) -> DataError:
        return DataError(
            f"There is no room for a working file of {self._count * self._bytes / 1e9:.2f} GB in "
            f"{tempfile.gettempdir()}: {error.strerror or error}. Free some room there, or set the environment "
            "variable TMPDIR to a folder with more."
        )
