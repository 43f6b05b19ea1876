"""Optional libraries: which are there, in which version, and what to say where one is missing."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Dict, Sequence, Tuple

from .errors import MissingLibraryError

_PACKAGES: Dict[str, Tuple[str, str]] = {
    "scipy": ("scipy", "python3-scipy"),
    "sklearn": ("scikit-learn", "python3-sklearn"),
    "skimage": ("scikit-image", "python3-skimage"),
    "matplotlib": ("matplotlib", "python3-matplotlib"),
    "torch": ("torch", "python3-torch"),
}
"""Name by which a library is imported: its names on PyPI and in Debian and Ubuntu."""

OPTIONAL: Dict[str, str] = {
    "scipy": "the consensus and its members kNN and AED, thresholds, objects, the sample scene and MATLAB files",
    "sklearn": "AEGMM, in the Python with torch",
    "matplotlib": "reports and pictures",
    "threadpoolctl": "nothing but speed, where a processor has many cores",
}
"""Name by which a library is imported: what there is not without it."""


def check_libraries(who: str, modules: Sequence[str]) -> None:
    """Raise MissingLibraryError where one of the modules cannot be imported by this Python.

    who : what needs them, as the sentence begins.
    """
    for module in modules:
        try:
            import_module(module)
        except ImportError as error:
            raise missing_library(who, module) from error


def missing_library(who: str, module: str) -> MissingLibraryError:
    """Return the error that says that a module is missing, and how to get it. who : as in `check_libraries`."""
    package, debian = _PACKAGES.get(module, (module, f"python3-{module}"))
    return MissingLibraryError(
        f"{who} needs {package}, which the Python it runs on ({_python()}) does not have: install it there "
        f"(pip install {package}; Debian and Ubuntu: {debian}; OSGeo4W: python3-{package})."
    )


def library_versions(modules: Sequence[str]) -> Dict[str, str]:
    """Return the versions of modules by name; those that are missing are left out."""
    found = {}
    for module in modules:
        try:
            found[module] = str(getattr(import_module(module), "__version__", ""))
        except ImportError:
            continue
    return found


def _python() -> str:
    # Inside QGIS, on Windows and macOS, the executable is QGIS.
    return sys.executable or f"Python {sys.version_info[0]}.{sys.version_info[1]}"
