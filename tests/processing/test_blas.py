"""numpy's own matrix products in a program that brings GSL's, as QGIS does on Linux."""

import ctypes
import os
import subprocess
import sys

import pytest

from qgis_hsi_anomaly.core.numerics import matrix_product
from qgis_hsi_anomaly.processing import blas
from tests.processing.conftest import Log

PROGRAM = """
import sys, time
sys.path[:0] = [{top!r}]
from qgis_hsi_anomaly.processing import blas
if {first}:
    blas.import_numpy()
import numpy as np
from qgis_hsi_anomaly.core.numerics.matrix_product import numpy_is_slow
a = np.ones((2000, 200))
a.T @ a
start = time.process_time()
for _ in range(5):
    a.T @ a
print(time.process_time() - start, numpy_is_slow(), blas._has_gsl())
"""


def products(first):
    """Seconds for some matrix products, and whether they are found to be slow."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(top=top, first=first)],
        env={**os.environ, "LD_PRELOAD": "libgslcblas.so.0", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, slow, gsl = done.stdout.split()
    assert gsl == "True"
    return float(seconds), slow == "True"


def test_numpy_finds_its_own_blas_first():
    """Where our plugin is the first to import it."""
    try:
        ctypes.CDLL("libgslcblas.so.0")
    except OSError:
        pytest.skip("GSL's BLAS is not installed")
    slow, noticed = products(first=False)
    if not noticed:
        pytest.skip("this numpy has a BLAS of its own")

    fast, noticed = products(first=True)

    assert not noticed
    assert fast < slow


@pytest.mark.parametrize(
    ("slow", "scipy", "gsl", "told"),
    [
        (True, False, True, 1),
        (True, True, True, 0),  # scipy multiplies
        (True, False, False, 0),  # slow for another reason: no restart cures it
        (False, False, True, 0),
    ],
)
def test_the_user_is_told_once_and_only_where_it_matters(monkeypatch, slow, scipy, gsl, told):
    monkeypatch.setattr(blas, "_told", [])
    monkeypatch.setattr(blas, "_has_gsl", lambda: gsl)
    monkeypatch.setattr(matrix_product, "numpy_is_slow", lambda: slow)
    monkeypatch.setattr(matrix_product, "scipy_is_faster", lambda: scipy)
    log = Log()
    for _ in range(3):
        blas.tell_slow_products(log)
    assert len(log.warnings) == told
    assert all("restart QGIS" in warning for warning in log.warnings)
