"""Keep numpy's matrix products fast inside QGIS.

On Linux, QGIS brings GSL's plain `cblas_*` functions into the process. A numpy that links to the system's BLAS, as
those of Debian and Ubuntu do, then calls GSL's in place of its own: products take 20 to 40 times as long.
numpy's own come first where it is loaded with RTLD_DEEPBIND, which only the first import can do.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import List


class _Symbol(ctypes.Structure):
    """The answer of dladdr(3)."""

    _fields_ = [
        ("library", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    ]


def import_numpy() -> None:
    """Import numpy so that it finds its own BLAS first; nothing changes where it is imported already."""
    if "numpy" in sys.modules or not hasattr(os, "RTLD_DEEPBIND"):
        return
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | os.RTLD_DEEPBIND)
    try:
        import numpy  # noqa: F401, ICN001 (for what it loads)
    finally:
        sys.setdlopenflags(flags)
    _own.append(True)


def slow_products() -> str:
    """Return what to do about slow matrix products, empty where they are fast."""
    import numpy as np

    if _own or not sys.platform.startswith("linux") or os.path.isdir(f"{os.path.dirname(np.__file__)}.libs"):
        return ""  # builds from PyPI keep a BLAS of their own, under names of their own, in numpy.libs
    try:
        program = ctypes.CDLL(None)
        function, found = program.cblas_dgemm, _Symbol()
        program.dladdr(ctypes.cast(function, ctypes.c_void_p), ctypes.byref(found))
    except (AttributeError, OSError):
        return ""
    if b"gslcblas" not in (found.library or b""):
        return ""
    return (
        "QGIS makes numpy compute matrix products with GSL's slow library, which can take 20 times as long: "
        "start QGIS with LD_PRELOAD=libblas.so.3 in its environment for large rasters."
    )


_own: List[bool] = []
"""Holds an item where numpy was imported with its own BLAS first."""
