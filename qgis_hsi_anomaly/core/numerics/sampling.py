"""A random sample of the background pixels, the same whatever the block height or the number of processes."""

from __future__ import annotations

import numpy as np

from ..cube import Array, Cube
from ..run import ALONE, Run


def sample_spectra(cube: Cube, count: int, seed: int = 0, run: Run = ALONE) -> Array:
    """Return `count` background spectra drawn without replacement, (count, bands) float32, in row order.

    All of them where the background has no more than `count`. One pass over the data.
    """
    total = int(np.count_nonzero(cube.background))
    if total <= count:
        chosen: Array = np.arange(total)
    else:
        chosen = np.sort(np.random.default_rng(seed).choice(total, count, replace=False))
    # Number of background pixels before each row: where the chosen ones are.
    before = np.concatenate([[0], np.cumsum(np.count_nonzero(cube.background, axis=1))])
    sample = np.zeros((len(chosen), cube.bands), dtype=np.float32)
    for block, _ in run.blocks(cube):
        low, high = np.searchsorted(chosen, before[[block.start, block.stop]])
        if high > low:
            sample[low:high] = cube.learning_spectra(block)[chosen[low:high] - before[block.start]]
    return run.sum(sample)
