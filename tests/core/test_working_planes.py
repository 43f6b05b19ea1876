"""Maps in a working file: read as they were written, and one sentence where there is no room for them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly.core.errors import DataError
from qgis_hsi_anomaly.core.working_planes import WorkingPlanes


def test_rows_come_back_and_what_was_not_written_is_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the end of the file, where nothing was written."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rows = np.arange(8, dtype=np.float32).reshape(2, 4)

    with WorkingPlanes(3, (5, 4)) as planes:
        planes.write(1, 2, rows)
        assert len(planes) == 3
        assert not list(tmp_path.iterdir()) or next(iter(tmp_path.iterdir())).stat().st_mode & 0o077 == 0
        np.testing.assert_array_equal(planes[1][2:4], rows)
        assert not planes[1][:2].any()
        assert not planes[1][4:].any()
        assert not planes[0].any()
        assert not planes[2].any()

    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told_in_one_sentence() -> None:
    """As a device that is always full answers."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no device that is always full")
    planes = WorkingPlanes(1, (5, 4))
    planes._file.close()
    with full.open("r+b", buffering=0) as file:
        planes._file = file
        with pytest.raises(DataError, match="no room for a working file"):
            planes.write(0, 0, np.ones((5, 4), dtype=np.float32))
