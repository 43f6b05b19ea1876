"""Matrix products at full speed, also in a program that has given numpy a slow library for them.

QGIS on Linux brings GSL's plain `cblas_*` functions into the process. A numpy that links to the system's BLAS, as those
of Debian and Ubuntu do, then calls GSL's in place of its own where it is loaded after QGIS: products take ten to twenty
times as long. scipy calls the same library by its Fortran names, which GSL does not have.
"""

from __future__ import annotations

import time
from functools import cache
from typing import Callable

import numpy as np

from ..cube import Array

_ENOUGH = 20e9
"""Operations a second from which a library is not slow, whatever another one does."""
_SLOWER = 3.0
"""How many times as long numpy must take before its products are left to scipy."""
_NUMBERS = np.linspace(-1.0, 1.0, 256 * 128).reshape(256, 128)
"""What is multiplied to see how long it takes."""


def matrix_product(a: Array, b: Array) -> Array:
    """Return a @ b of float matrices (n, k) and (k, m): by numpy, or where that is slow and scipy is there, by scipy.

    Both are the same sums; the last digits may differ.
    """
    if not scipy_is_faster() or a.size == 0 or b.size == 0:
        return np.asarray(a @ b)
    return _by_scipy(a, b)


@cache
def numpy_is_slow() -> bool:
    """Tell whether numpy's products take long, by timing a small one, once a session."""
    return 2 * _NUMBERS.size * _NUMBERS.shape[1] / _seconds(_by_numpy) < _ENOUGH


@cache
def scipy_is_faster() -> bool:
    """Tell whether numpy's products take long and scipy's do not."""
    if not numpy_is_slow():
        return False  # scipy is not even imported
    try:
        return _seconds(_by_numpy) > _SLOWER * _seconds(lambda: _by_scipy(_NUMBERS.T, _NUMBERS))
    except ImportError:
        return False


def _by_numpy() -> Array:
    return np.asarray(_NUMBERS.T @ _NUMBERS)


def _by_scipy(a: Array, b: Array) -> Array:
    from scipy.linalg.blas import dgemm, sgemm

    multiply = sgemm if a.dtype == b.dtype == np.float32 else dgemm
    # Fortran's matrices are ours transposed: (a b)' = b' a', each as it lies in memory, so that nothing is copied.
    second, first = (one if one.flags.f_contiguous else one.T for one in (b, a))
    return np.asarray(multiply(1.0, second, first, trans_a=second is b, trans_b=first is a).T)


def _seconds(multiply: Callable[[], Array]) -> float:
    """Return the processor time of a product; the shortest of some, as other programs may disturb one."""
    taken = []
    for _ in range(4):
        start = time.thread_time()
        multiply()
        taken.append(time.thread_time() - start)
    return max(min(taken), 1e-9)
