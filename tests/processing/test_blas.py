"""numpy's own matrix products in a program that brings GSL's, as QGIS does on Linux."""

import ctypes
import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys, time
sys.path[:0] = [{top!r}]
from qgis_hsi_anomaly.processing import blas
if {first}:
    blas.import_numpy()
import numpy as np
a = np.ones((2000, 200))
a.T @ a
start = time.process_time()
for _ in range(5):
    a.T @ a
print(time.process_time() - start, bool(blas.slow_products()))
"""


def products(first):
    """Seconds for some matrix products, and whether the user is told that they are slow."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(top=top, first=first)],
        env={**os.environ, "LD_PRELOAD": "libgslcblas.so.0", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, told = done.stdout.split()
    return float(seconds), told == "True"


def test_numpy_finds_its_own_blas_first():
    """Where our plugin is the first to import it; elsewhere the user is told what to do."""
    try:
        ctypes.CDLL("libgslcblas.so.0")
    except OSError:
        pytest.skip("GSL's BLAS is not installed")
    slow, told = products(first=False)
    if not told:
        pytest.skip("this numpy has a BLAS of its own")

    fast, told = products(first=True)

    assert not told
    assert fast < slow
