"""Fixtures every room's tests share."""

import io
import os
from pathlib import Path

import pytest

try:
    from osgeo import gdal
except ImportError:  # the core's tests need none
    gdal = None

# Before Qt is loaded: tests run without a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Tests read English, whatever language the machine speaks.
os.environ["LC_ALL"] = "C.UTF-8"
# Before torch is loaded: threads that wait give their core away, or a busy machine takes many times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
if gdal is not None:
    gdal.DontUseExceptions()  # newer ones warn, and warnings are errors here, until somebody chooses


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Folder of the real scenes, from HSI_ANOMALY_DATA; the test is skipped, saying so, without it."""
    folder = os.environ.get("HSI_ANOMALY_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("HSI_ANOMALY_DATA does not name the folder of real scenes")
    return Path(folder)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Where coverage is measured, as `make test` does, tell it before the runner's own last line."""
    if not terminalreporter.config.getoption("cov_source", None):
        return
    from coverage import Coverage

    measured = Coverage()
    measured.load()
    total = measured.report(file=io.StringIO())
    terminalreporter.write_line(f"Lines and branches covered: {total:.1f} % (make coverage: by file)")
