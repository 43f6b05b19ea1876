"""An interrupted training goes on with RESUME, through the worker, to the same result."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import Cancelled, ParameterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.jobs.execution import Execution
from qgis_hsi_anomaly.raster.reader import open_cube
from tests.test_workflow import gdal, scene  # noqa: F401 (a fixture)

pytest.importorskip("torch", reason="learned detectors need torch")

SSCADE = make_detector("sscade", {"variant": "reference", "epochs": 8, "learning_rate": 0.01})


def interrupted(path: Path, checkpoint: Path) -> None:
    """Leave the state of a training that was stopped half-way."""
    from qgis_hsi_anomaly.core.deep.training.checkpoint import Checkpoint

    share = [0.0]
    state = Checkpoint(str(checkpoint), resume=False, seconds=0.0)
    with pytest.raises(Cancelled):
        SSCADE.fit(open_cube(str(path)), Run(share.append, is_cancelled=lambda: share[-1] > 0.6), state)
    assert checkpoint.exists()


def scores_of(path: Path) -> np.ndarray:
    """Read a score layer."""
    dataset = gdal.Open(str(path))
    return dataset.ReadAsArray()


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    """Within 1e-4 of the scores' range: processes differ in how they cut the sums."""
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * np.ptp(expected[np.isfinite(expected)]))


def test_resumed_run_gives_the_scores_of_an_uninterrupted_one(scene):  # noqa: F811
    """The state beside the output is gone on from, then removed; one cut short is refused."""
    image, output = scene / "scene.tif", scene / "resumed.tif"
    workflow.detect(SSCADE, str(image), str(scene / "whole.tif"))
    state = Path(f"{output}.checkpoint")
    interrupted(image, state)
    shutil.copy(state, scene / "copy")
    said: list = []
    run = Run(on_message=said.append, on_warning=said.append)

    workflow.detect(SSCADE, str(image), str(output), execution=Execution(resume=True), run=run)

    assert_same(scores_of(output), scores_of(scene / "whole.tif"))
    assert any("Resuming from" in text for text in said)
    assert not state.exists()

    state.write_bytes((scene / "copy").read_bytes()[:500])
    with pytest.raises(ParameterError, match="remove it, or give another output"):
        workflow.detect(SSCADE, str(image), str(output), execution=Execution(resume=True), run=run)
    assert state.stat().st_size == 500
    assert_same(scores_of(output), scores_of(scene / "whole.tif"))
