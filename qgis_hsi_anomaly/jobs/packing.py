"""The packed cube: a folder that a worker process maps into memory, needing numpy alone.

`cube.npy` (rows, columns, bands) float32, 0 where not valid; `valid.npy` and `background.npy` (rows, columns) bool;
`cube.json` what a cube knows beside its pixels.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, Dict

import numpy as np

from ..core.cube import ArrayCube, Cube
from ..core.errors import DataError
from ..core.run import ALONE, Run

MARGIN = 32 * 2**20
"""Bytes of the disk left free beside the packed cube, for the maps and for others."""


def packed_size(cube: Cube) -> int:
    """Return the bytes of the packed cube, masks and two maps included."""
    pixels = cube.rows * cube.columns
    return pixels * cube.bands * 4 + pixels * (2 + 2 * 4)


def check_room(cube: Cube, folder: Path) -> None:
    """Raise DataError where `folder` has no room for the packed cube."""
    needed, free = packed_size(cube) + MARGIN, shutil.disk_usage(folder).free
    if needed > free:
        raise _no_room(folder, f"{needed / 1e9:.2f} GB are needed and {free / 1e9:.2f} GB are free")


def pack_cube(cube: Cube, folder: Path, run: Run = ALONE, processes: int = 1) -> None:
    """Write `cube` into `folder` by row blocks.

    processes : how many will share the memory budget. Raises DataError where the disk is full.
    """
    header: Any = {"descr": "<f4", "fortran_order": False, "shape": (cube.rows, cube.columns, cube.bands)}
    try:
        # Written as a stream, not through a memory map: there a full disk would kill the process.
        with open(folder / "cube.npy", "wb") as stream:
            np.lib.format.write_array_header_1_0(stream, header)  # type: ignore[no-untyped-call]
            for block in cube.blocks():
                stream.write(np.ascontiguousarray(block.pixels, dtype="<f4").data)
                run.update(block.stop / cube.rows)
        np.save(folder / "valid.npy", cube.valid.astype(bool))
        np.save(folder / "background.npy", cube.background.astype(bool))
        metadata = {
            "wavelengths": _numbers(cube.wavelengths),
            "fwhm": _numbers(cube.fwhm),
            "band_numbers": _numbers(cube.band_numbers),
            "raster_bands": cube.raster_bands,
            "pixel_area": cube.pixel_area,
            "memory_budget": cube.memory_budget // processes,
            "block_rows": cube.block_rows,
        }
        write_json(folder / "cube.json", metadata)
    except OSError as error:
        raise _no_room(folder, error.strerror or str(error)) from error


def unpack_cube(folder: Path) -> ArrayCube:
    """Return the packed cube, its pixels mapped from the file."""
    metadata: Dict[str, Any] = json.loads((folder / "cube.json").read_text(encoding="utf-8"))
    for name in ("wavelengths", "fwhm"):
        if metadata[name] is not None:
            metadata[name] = np.asarray(metadata[name], dtype=np.float64)
    return ArrayCube(
        np.load(folder / "cube.npy", mmap_mode="r"),
        valid=np.load(folder / "valid.npy"),
        background=np.load(folder / "background.npy"),
        **metadata,
    )


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file so that whoever sees it sees it whole."""
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(value), encoding="utf-8")
    os.replace(temporary, path)


def _numbers(values: Any) -> Any:
    return None if values is None else np.asarray(values).tolist()


def _no_room(folder: Path, reason: str) -> DataError:
    return DataError(
        f"The image cannot be packed for the worker process in {folder.parent}: {reason}. Free some room there, or set "
        "the environment variable TMPDIR to a folder with more."
    )
