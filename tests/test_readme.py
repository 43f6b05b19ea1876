"""The Python of the README does what it says, as it stands there."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest

from tests.test_workflow import scene  # noqa: F401 (a fixture)

TOP = Path(__file__).parents[1]

RASTERIO = """
import numpy as np
from contextlib import contextmanager
from osgeo import gdal
class Source:
    def __init__(self, name):
        self.dataset = gdal.Open(name)
    def read(self, masked):
        array = self.dataset.ReadAsArray()
        nodata = self.dataset.GetRasterBand(1).GetNoDataValue()
        return np.ma.masked_array(array, ~np.isfinite(array) if nodata is None else array == nodata)
@contextmanager
def open(name):
    yield Source(name)
"""
"""A stand-in for rasterio, where that is not installed: arrays with the bands first, nodata masked."""


def examples() -> List[str]:
    """Return the blocks of Python in the README."""
    lines = (TOP / "README.md").read_text(encoding="utf-8").split("**Python.**")[1].split("\n## ")[0]
    blocks = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", lines, re.MULTILINE)
    return ["\n".join(line[4:] for line in block.splitlines()) for block in blocks]


@pytest.mark.parametrize("number", range(2))
def test_the_examples_run(scene, tmp_path: Path, number: int) -> None:  # noqa: F811
    if importlib.util.find_spec("rasterio") is None:
        (tmp_path / "rasterio.py").write_text(RASTERIO, encoding="utf-8")
    assert len(examples()) == 2
    program = f"from osgeo import gdal; gdal.UseExceptions()\n{examples()[number]}\n"
    if number == 1:
        program += "print(scores.shape, scores.dtype, int(np.isfinite(scores).sum()))\n"
    path = os.pathsep.join([str(TOP), str(tmp_path)])
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=scene,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == ("308 6", "(20, 16) float32 308")[number]
