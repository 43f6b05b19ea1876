"""The worker script on its own."""

import json
import os

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.errors import DataError
from qgis_hsi_anomaly.core.tasks import Fit
from qgis_hsi_anomaly.jobs import worker
from qgis_hsi_anomaly.jobs.packing import pack_cube
from qgis_hsi_anomaly.jobs.protocol import Channel


def test_results_that_find_no_room_are_told_in_one_sentence(tmp_path):
    """A folder in the way of the file stands in for a full disk."""
    pytest.importorskip("torch", reason="the worker needs torch")
    pack_cube(ArrayCube(np.random.default_rng(0).random((6, 5, 3), dtype=np.float32)), tmp_path)
    task = {"task": Fit(RX(), scores=True, saved=False).values(), "checkpoint": None}
    (tmp_path / "task.json").write_text(json.dumps(task), encoding="utf-8")
    (tmp_path / "meeting.json").write_text(json.dumps({"device": "cpu"}), encoding="utf-8")
    (tmp_path / "score.npy").mkdir()

    with pytest.raises(DataError, match=r"results cannot be left in .* TMPDIR"):
        worker.perform(tmp_path, Channel(os.open(os.devnull, os.O_WRONLY), 0))
