"""Keep numpy's matrix products fast inside QGIS.

On Linux, QGIS brings GSL's plain `cblas_*` functions into the process. A numpy that links to the system's BLAS, as
those of Debian and Ubuntu do, then calls GSL's in place of its own: products take 20 to 40 times as long.
numpy's own come first where it is loaded with RTLD_DEEPBIND, which only the first import can do.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, List

if TYPE_CHECKING:
    from qgis.core import QgsProcessingFeedback


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


def tell_slow_products(feedback: QgsProcessingFeedback) -> None:
    """Warn, once a session, where matrix products are slow and a restart of QGIS cures it.

    With scipy they are not: `core.numerics.matrix_product` leaves them to it.
    """
    from ..core.numerics.matrix_product import numpy_is_slow, scipy_is_faster  # not before `import_numpy`
    from .language import translate

    if _told or not numpy_is_slow() or scipy_is_faster() or not _has_gsl():
        return
    _told.append(True)
    text = (
        "Matrix products are slow in this session of QGIS, and large rasters take many times as long: restart QGIS, "
        "which is needed once after the plugin is installed."
    )
    feedback.pushWarning(translate(text))


def _has_gsl() -> bool:
    """Tell whether GSL's library is in this process, as Linux lists it."""
    maps = Path("/proc/self/maps")
    return maps.is_file() and b"libgslcblas" in maps.read_bytes()


_told: List[bool] = []
"""Holds an item once the user was warned."""
