"""The examples in docstrings give what they say."""

import doctest
import importlib
from pathlib import Path

import qgis_hsi_anomaly

PACKAGE = Path(qgis_hsi_anomaly.__file__).parent


def test_examples_give_what_they_say():
    """Of every module of the core that needs numpy alone."""
    attempted = 0
    for path in sorted((PACKAGE / "core").rglob("*.py")):
        if "deep" in path.parts:
            continue
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        found = doctest.testmod(importlib.import_module(name))
        assert found.failed == 0, name
        attempted += found.attempted
    assert attempted >= 5
