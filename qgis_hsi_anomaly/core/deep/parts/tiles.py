"""A scene as overlapping square tiles on a fixed grid: what takes the place of images where a method needs many.

The grid begins at the raster's first pixel and knows nothing of blocks and processes, so that nothing depends on them.
"""

from __future__ import annotations

from typing import Callable, Iterator, List, Tuple

import numpy as np
import torch
from torch import Tensor

from ...cube import Array
from ...run import Run
from ..scene import Scene

SIDE = 32
STRIDE = 16
AT_ONCE = 16
"""Tiles that are worked on at once."""
LEAST = 0.25
"""Fraction of a tile's pixels that must be in the mask for it to be learned from."""


def starts(length: int) -> List[int]:
    """Return where tiles begin along a side: every STRIDE pixels, the last one so that it ends with the side."""
    return [*range(0, length - SIDE, STRIDE), max(length - SIDE, 0)]


class Tiles:
    """The tiles of a scene; a side shorter than a tile is filled by reflection. Pixels off the mask are 0."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.tops, self.lefts = starts(scene.cube.rows), starts(scene.cube.columns)

    def row(self, top: int) -> Tuple[Tensor, Tensor]:
        """Return a row's tiles, (tiles, bands, SIDE, SIDE) float32, and their masks, (tiles, 1, SIDE, SIDE)."""
        mask = self._filled(self.scene.mask[top : top + SIDE])
        pixels = self._filled(self.scene.cube.read_rows(top, min(top + SIDE, self.scene.cube.rows)))
        pixels = np.moveaxis(np.where(mask[..., None], pixels, np.float32(0)), 2, 0)
        cut = [np.s_[..., left : left + SIDE] for left in self.lefts]
        tiles = torch.from_numpy(np.stack([pixels[part] for part in cut]))
        masks = torch.from_numpy(np.stack([mask[None][part] for part in cut]).astype(np.float32))
        return tiles.to(self.scene.device), masks.to(self.scene.device)

    def sample(self, count: int, seed: int, run: Run) -> Tuple[Tensor, Tensor]:
        """Draw up to `count` tiles that are to be learned from, with masks, as `row`; the same in every process."""
        places = [(top, column) for top in self.tops for column in range(len(self.lefts))]
        known = np.array(
            [
                self._filled(self.scene.mask[top : top + SIDE])[:, self.lefts[column] :][:, :SIDE].mean()
                for top, column in places
            ]
        )
        enough = np.flatnonzero(known >= min(LEAST, known.max()))
        chosen = [places[n] for n in np.sort(np.random.default_rng(seed).permutation(enough)[:count])]
        table = np.zeros((len(chosen), self.scene.cube.bands + 1, SIDE, SIDE), dtype=np.float32)
        for top in sorted({top for top, _ in chosen if self.scene.first <= top < self.scene.last}):
            here = [number for number, place in enumerate(chosen) if place[0] == top]
            both = torch.cat(self.row(top), dim=1)[[chosen[number][1] for number in here]]
            table[here] = both.cpu().numpy()
        together = torch.from_numpy(run.sum(table)).to(self.scene.device)
        return together[:, :-1], together[:, -1:]

    def merge(self, score: Callable[[Tensor, Tensor], Tensor], run: Run) -> Tensor:
        """Return values (count,) float64 of this process's pixels: the mean over their tiles, their middles first.

        score : takes tiles and masks, gives (tiles, SIDE, SIDE). A tile's weights are two triangles, never 0.
        """
        scene = self.scene
        triangle = torch.minimum(torch.arange(1, SIDE + 1), torch.arange(SIDE, 0, -1)).double()
        weights = torch.outer(triangle, triangle).to(scene.device)
        sums = torch.zeros(
            2, scene.last - scene.first, scene.cube.columns, dtype=torch.float64, device=scene.device
        )
        for top in self.tops:
            low, high = max(top, scene.first), min(top + SIDE, scene.last)
            if low >= high:
                continue
            for left, values in zip(self.lefts, self._scored(top, score)):
                both = torch.stack([values.double() * weights, weights])
                here = sums[:, low - scene.first : high - scene.first, left : left + SIDE]
                here += both[:, low - top : high - top, : here.shape[2]]
            run.update((high - scene.first) / (scene.last - scene.first))
        mask = torch.from_numpy(scene.mask[scene.first : scene.last]).to(scene.device)
        return (sums[0] / sums[1])[mask]

    def _scored(self, top: int, score: Callable[[Tensor, Tensor], Tensor]) -> Iterator[Tensor]:
        tiles, masks = self.row(top)
        for start in range(0, len(tiles), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            yield from score(tiles[part], masks[part])

    @staticmethod
    def _filled(rows: Array) -> Array:
        """Return rows and columns reflected to the right and below until a tile is full."""
        missing = [max(SIDE - length, 0) for length in rows.shape[:2]]
        down, across = (
            np.pad(np.arange(n), (0, more), mode="reflect") for n, more in zip(rows.shape, missing)
        )
        return np.asarray(rows[down][:, across])
