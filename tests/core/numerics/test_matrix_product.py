"""Products through scipy are those of numpy, and are asked for only where numpy is slow."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import Array
from qgis_hsi_anomaly.core.numerics import matrix_product as module
from qgis_hsi_anomaly.core.numerics.matrix_product import matrix_product, numpy_is_slow, scipy_is_faster

PROGRAM = """
import numpy as np, time
from qgis_hsi_anomaly.core.numerics.matrix_product import matrix_product, numpy_is_slow
def seconds(multiply):
    taken = []
    for _ in range(4):
        start = time.thread_time()
        multiply()
        taken.append(time.thread_time() - start)
    return min(taken)
a = np.ones((1024, 200))
print(numpy_is_slow(), seconds(lambda: a.T @ a), seconds(lambda: matrix_product(a.T, a)))
"""


@pytest.fixture(autouse=True)
def _measured_anew() -> Iterator[None]:
    for found in (numpy_is_slow, scipy_is_faster):
        found.cache_clear()
    yield
    for found in (numpy_is_slow, scipy_is_faster):
        found.cache_clear()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A numpy that takes its time."""
    monkeypatch.setattr(module, "_seconds", lambda multiply: 1.0 if multiply is module._by_numpy else 0.01)


def laid_out(matrix: Array, how: str) -> Array:
    if how == "columns first":
        return np.asfortranarray(matrix)
    if how == "with gaps":
        wide = np.zeros((matrix.shape[0], 2 * matrix.shape[1]), matrix.dtype)
        wide[:, ::2] = matrix
        return wide[:, ::2]
    return matrix


@pytest.mark.parametrize("first", ["rows first", "columns first", "with gaps"])
@pytest.mark.parametrize("second", ["rows first", "columns first", "with gaps"])
@pytest.mark.parametrize("shape", [(7, 5, 3), (1, 5, 3), (7, 1, 3), (7, 5, 1), (0, 5, 3), (7, 0, 3)])
def test_the_product_is_numpys_however_it_lies_in_memory(slow, first, second, shape) -> None:
    pytest.importorskip("scipy")
    n, k, m = shape
    random = np.random.default_rng(0)
    a, b = laid_out(random.normal(size=(n, k)), first), laid_out(random.normal(size=(k, m)), second)
    assert scipy_is_faster()
    np.testing.assert_allclose(matrix_product(a, b), np.array(a) @ np.array(b), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("types", ["ff", "fd", "df", "dd"])
def test_the_product_has_numpys_type(slow, types) -> None:
    pytest.importorskip("scipy")
    a, b = np.ones((3, 2), types[0]), np.ones((2, 4), types[1])
    found = matrix_product(a, b)
    assert found.dtype == (a @ b).dtype
    np.testing.assert_array_equal(found, a @ b)


def test_a_fast_numpy_is_left_alone(monkeypatch) -> None:
    """Scipy is not even imported: RX must work without it, and at once."""
    monkeypatch.setattr(module, "_seconds", lambda multiply: 1e-6)
    monkeypatch.setattr(module, "_by_scipy", lambda a, b: pytest.fail("scipy was asked"))
    assert matrix_product(np.eye(2), np.eye(2)).tolist() == [[1, 0], [0, 1]]


def test_a_slow_numpy_without_scipy_still_multiplies(slow, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.linalg.blas", None)
    monkeypatch.setattr(module, "_seconds", lambda multiply: multiply() is None or 1.0)
    assert numpy_is_slow() and not scipy_is_faster()
    assert matrix_product(np.eye(2), np.eye(2)).tolist() == [[1, 0], [0, 1]]


def test_two_slow_libraries_are_not_exchanged(monkeypatch) -> None:
    pytest.importorskip("scipy")
    monkeypatch.setattr(module, "_seconds", lambda multiply: 1.0)
    assert numpy_is_slow() and not scipy_is_faster()


def test_products_are_fast_where_qgis_gives_numpy_a_slow_library() -> None:
    try:
        ctypes.CDLL("libgslcblas.so.0")
    except OSError:
        pytest.skip("GSL's BLAS is not installed")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "LD_PRELOAD": "libgslcblas.so.0", "OMP_NUM_THREADS": "1"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    told, by_numpy, by_us = done.stdout.split()
    if told == "False":
        pytest.skip("this numpy has a BLAS of its own")
    assert float(by_us) < float(by_numpy) / 3
