"""A checkpoint belongs to the pixels it was made from, and is whole or refused."""

import io

import numpy as np
import pytest

pytest.importorskip("torch")

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.deep.scene import fingerprint, value_range
from qgis_hsi_anomaly.core.deep.training.checkpoint import Checkpoint
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import DataError, ParameterError
from qgis_hsi_anomaly.core.run import Run

ARRAY = np.random.default_rng(0).normal(size=(14, 12, 5)).astype("f4")


def other_pixels(array):
    changed = array.copy()
    changed[[3, 7]] = changed[[7, 3]]  # same size, span and moments
    return changed


@pytest.fixture
def interrupted(tmp_path):
    """The state of a training that was stopped after a step."""
    path = str(tmp_path / "o.checkpoint")
    checkpoint = Checkpoint(path, resume=True, seconds=0)
    asked = iter(range(1000))
    stop = Run(is_cancelled=lambda: next(asked) > 40)
    with pytest.raises(Exception, match="Cancelled"):
        detector().fit(ArrayCube(ARRAY), stop, checkpoint)
    return path


def detector():
    return make_detector("liade", {"epochs": 50, "members": 1})


def test_a_checkpoint_of_another_raster_of_the_same_size_is_refused(interrupted):
    with pytest.raises(ParameterError, match="of another raster"):
        detector().fit(ArrayCube(other_pixels(ARRAY)), Run(), Checkpoint(interrupted, resume=True))

    heard = []
    detector().fit(ArrayCube(ARRAY), Run(on_message=heard.append), Checkpoint(interrupted, resume=True))
    assert any(text.startswith("Resuming from") for text in heard)


@pytest.mark.parametrize("change", ["missing", "shape", "values"])
def test_a_checkpoint_that_is_not_what_was_written_is_refused(interrupted, change):
    with np.load(interrupted) as archive:
        arrays = {name: archive[name] for name in archive.files}
    name = next(name for name in arrays if name.startswith("0.0."))
    array = arrays.pop(name)
    if change != "missing":
        arrays[name] = array[..., :-1] if change == "shape" else array + 1
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    with open(interrupted, "wb") as file:
        file.write(stream.getvalue())

    with pytest.raises(ParameterError, match="damaged"):
        detector().fit(ArrayCube(ARRAY), Run(), Checkpoint(interrupted, resume=True))


def test_the_fingerprint_is_that_of_the_background_pixels_however_they_are_cut():
    mask = np.ones(ARRAY.shape[:2], dtype=bool)
    mask[2, 3] = False
    whole = fingerprint(ArrayCube(ARRAY))

    assert {fingerprint(ArrayCube(ARRAY, block_rows=height)) for height in (1, 3, 14)} == {whole}
    assert fingerprint(ArrayCube(other_pixels(ARRAY))) != whole
    assert fingerprint(ArrayCube(ARRAY, background=mask)) != whole


@pytest.mark.parametrize("scale", [1e-42, 2e38])
def test_values_that_single_precision_cannot_divide_are_refused(scale):
    array = (ARRAY / np.abs(ARRAY).max() * scale).astype("f4")

    with pytest.raises(DataError, match="rescale it"):
        value_range(ArrayCube(array))
