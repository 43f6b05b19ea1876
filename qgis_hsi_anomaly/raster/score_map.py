"""Score layers on disk, read a few rows at a time, and the masks made from them."""

from __future__ import annotations

from typing import Dict, Iterator, Tuple

import numpy as np

from ..core.cube import Array
from ..core.decisions.scores import Scores
from ..core.errors import DataError
from ..core.run import ALONE, Run
from .dataset import open_dataset
from .georeference import Georeference
from .rows import RasterRows
from .writer import write_byte_band

_BLOCK_BYTES = 2**23
FLAGGED, CLEAR, NO_SCORE = 1, 0, 255
"""Values of a mask."""


class ScoreMap(Scores):
    """The scores in a raster of one band.

    path : the file. georeference : its place. metadata : what the file says of the method.
    Raises RasterError where it cannot be opened, DataError where it has several bands.
    """

    def __init__(self, path: str) -> None:
        dataset = open_dataset(path)
        if dataset.RasterCount != 1:
            raise DataError(
                f"{path} has {dataset.RasterCount} bands: a score layer has one. Run a detector on it first."
            )
        self.path = path
        self._source = RasterRows(dataset, path, [1])
        self.rows, self.columns = self._source.rows, self._source.columns
        self.georeference = Georeference.of(dataset)
        self.metadata: Dict[str, str] = dict(dataset.GetMetadata() or {})

    def blocks(self) -> Iterator[Tuple[int, Array]]:
        """Yield blocks of rows along those of the file."""
        for start, stop in self._source.spans(0, self.rows, _BLOCK_BYTES):
            stored = self._source.read(start, stop)
            invalid = self._source.invalid(stored, start)
            with np.errstate(over="ignore", invalid="ignore"):
                stored_values = self._source.measured(stored)[:, 0]
                values = stored_values.astype(np.float32)
                self._refuse_too_fine(stored_values, values)
            if invalid is not None:
                values[invalid[:, 0]] = np.nan
            yield start, values

    def _refuse_too_fine(self, stored: Array, values: Array) -> None:
        """Raise DataError where scores that differ in the file become equal, or infinite, as 32-bit numbers."""
        if stored.dtype != np.float64:
            return
        differ = np.diff(stored, axis=1) != 0
        lost = differ & ((np.diff(values, axis=1) == 0) | ~np.isfinite(np.diff(values, axis=1)))
        lost &= np.isfinite(stored[:, 1:]) & np.isfinite(stored[:, :-1])
        if np.count_nonzero(lost) > 0.5 * max(np.count_nonzero(differ), 1):
            raise DataError(
                f"The scores of {self.path} cannot be told apart as 32-bit numbers: rescale them, for instance to "
                f"0..1, with the raster calculator."
            )


def write_mask(
    path: str, scores: ScoreMap, threshold: float, metadata: Dict[str, str], run: Run = ALONE
) -> None:
    """Write which scores lie above a threshold: `FLAGGED`, `CLEAR`, and `NO_SCORE` as nodata. Raises RasterError."""

    def blocks() -> Iterator[Tuple[int, Array]]:
        for start, values in scores.blocks():
            mask = np.where(values > threshold, np.uint8(FLAGGED), np.uint8(CLEAR))
            mask[np.isnan(values)] = NO_SCORE
            yield start, mask
            run.update((start + len(values)) / scores.rows)

    write_byte_band(
        path, blocks(), scores.georeference, "anomaly mask", NO_SCORE, {**scores.metadata, **metadata}
    )
