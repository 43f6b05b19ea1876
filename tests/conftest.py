"""Fixtures every room's tests share."""

import os
from pathlib import Path

import pytest

# Before Qt is loaded: tests run without a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before torch is loaded: threads that wait give their core away, or a busy machine takes many times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Folder of the real scenes, from HSI_ANOMALY_DATA; the test is skipped, saying so, without it."""
    folder = os.environ.get("HSI_ANOMALY_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("HSI_ANOMALY_DATA does not name the folder of real scenes")
    return Path(folder)
