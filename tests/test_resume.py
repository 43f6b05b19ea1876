"""An interrupted training goes on with RESUME, through the worker, to the same result."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import Cancelled
from qgis_hsi_anomaly.core.group import Group
from qgis_hsi_anomaly.core.progress import Progress
from qgis_hsi_anomaly.jobs.execution import Execution
from qgis_hsi_anomaly.raster.reader import open_cube
from tests.test_workflow import gdal, scene  # noqa: F401 (a fixture)

pytest.importorskip("torch", reason="learned detectors need torch")

SSCADE = make_detector("sscade", {"variant": "reference", "epochs": 8, "learning_rate": 0.01})


def interrupted(path: Path, checkpoint: Path) -> None:
    """Leave the state of a training that was stopped half-way."""
    from qgis_hsi_anomaly.core.deep.checkpoint import Checkpoint

    share = [0.0]
    group = Group()
    group.checkpoint = Checkpoint(str(checkpoint), resume=False, seconds=0.0)
    with pytest.raises(Cancelled):
        SSCADE.fit(open_cube(str(path)), Progress(share.append, is_cancelled=lambda: share[-1] > 0.6), group)
    assert checkpoint.exists()


def scores_of(path: Path) -> np.ndarray:
    """Read a score layer."""
    dataset = gdal.Open(str(path))
    return dataset.ReadAsArray()


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    """Within 1e-4 of the scores' range: processes differ in how they cut the sums."""
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * np.ptp(expected[np.isfinite(expected)]))


def test_resumed_run_gives_the_scores_of_an_uninterrupted_one(scene):  # noqa: F811
    """The state beside the output is gone on from, then removed; one cut short is ignored with a warning."""
    image, output = scene / "scene.tif", scene / "resumed.tif"
    workflow.detect(SSCADE, str(image), str(scene / "whole.tif"))
    state = Path(f"{output}.checkpoint")
    interrupted(image, state)
    shutil.copy(state, scene / "copy")
    said: list = []
    progress = Progress(on_message=said.append, on_warning=said.append)

    workflow.detect(SSCADE, str(image), str(output), execution=Execution(resume=True), progress=progress)

    assert_same(scores_of(output), scores_of(scene / "whole.tif"))
    assert any("Resuming from" in text for text in said)
    assert not state.exists()

    state.write_bytes((scene / "copy").read_bytes()[:500])
    said.clear()
    workflow.detect(SSCADE, str(image), str(output), execution=Execution(resume=True), progress=progress)
    assert any("cut short" in text for text in said)
    assert_same(scores_of(output), scores_of(scene / "whole.tif"))
