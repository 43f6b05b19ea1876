"""In which unit a raster says its values are."""

from __future__ import annotations

from typing import Sequence

from .dataset import as_text, open_dataset


def unit_of(path: str, bands: Sequence[int]) -> str:
    """Return the unit of some bands, numbers from 1; "" where the file names none, or several. Raises RasterError."""
    dataset = open_dataset(path)
    found = {as_text(dataset.GetRasterBand(int(number)).GetUnitType() or "").strip() for number in bands}
    return found.pop() if len(found) == 1 else ""
