"""An interrupted training goes on to the same result; what is no checkpoint of this run is ignored."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.checkpoint import Checkpoint  # noqa: E402
from qgis_hsi_anomaly.core.detectors.registry import make_detector  # noqa: E402
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE  # noqa: E402
from qgis_hsi_anomaly.core.group import Group  # noqa: E402
from qgis_hsi_anomaly.core.progress import Progress  # noqa: E402
from tests.core.deep.scenes import small_scene  # noqa: E402

DETECTORS = {
    "sscade": SSCADE(variant="reference", epochs=6, members=2),
    "improved": SSCADE(variant="improved", epochs=1, members=2),
    "scaae": make_detector("scaae", {"epochs": 4}),
    "liade": make_detector("liade", {"epochs": 6}),
}


class Interrupted(Exception):  # noqa: N818 (stands for a power cut)
    """The run is over before its time."""


class Interrupting(Checkpoint):
    """A checkpoint that is written after every step, and a run that ends at one of them."""

    def __init__(self, path, steps):
        super().__init__(path, False, 0.0)
        self.left = steps

    def step(self, epoch, group):
        """Write, and end the run at the last step."""
        super().step(epoch, group)
        self.left -= 1
        if not self.left:
            raise Interrupted


def group_with(checkpoint):
    """Return a group of one that keeps its state there."""
    group = Group()
    group.checkpoint = checkpoint
    return group


@pytest.mark.parametrize("name", sorted(DETECTORS))
@pytest.mark.parametrize("steps", [3, 23, 29])
def test_a_resumed_run_ends_with_the_same_scores(tmp_path, name, steps):
    """Stopped in the spatial, joint or a second member's training, it continues to the same bits."""
    detector, cube = DETECTORS[name], ArrayCube(small_scene())
    path = str(tmp_path / "state")
    expected = detector.fit(cube).arrays()
    # The shortest of the runs are over before the last of the places.
    with contextlib.suppress(Interrupted):
        detector.fit(cube, group=group_with(Interrupting(path, steps)))
    messages = []

    group = group_with(Checkpoint(path, True))
    found = detector.fit(cube, Progress(on_message=messages.append), group).arrays()

    assert any("Resuming" in message for message in messages)
    for key in expected:
        assert np.array_equal(expected[key], found[key]), key
    assert {file.name for file in tmp_path.iterdir()} <= {"state"}


@pytest.mark.parametrize(
    "case", ["cut short", "damaged", "other parameters", "other raster", "missing", "text"]
)
def test_what_is_no_checkpoint_of_this_run_is_ignored(tmp_path, case):
    """The run says so and starts anew."""
    detector, cube = DETECTORS["sscade"], ArrayCube(small_scene())
    path = tmp_path / "state"
    with pytest.raises(Interrupted):
        detector.fit(cube, group=group_with(Interrupting(str(path), 24)))
    raw = path.read_bytes()
    if case == "cut short":
        path.write_bytes(raw[: len(raw) // 2])
    if case == "damaged":
        path.write_bytes(raw[:3000] + bytes(200) + raw[3200:])
    if case == "other parameters":
        detector = replace(detector, seed=9)
    if case == "other raster":
        cube = ArrayCube(small_scene() * 2)
    if case == "missing":
        path.unlink()
    if case == "text":
        path.write_text("no checkpoint")
    said = []

    found = detector.fit(
        cube, Progress(on_message=said.append), group_with(Checkpoint(str(path), True))
    ).arrays()

    assert any("anew" in text and str(path) in text for text in said)
    expected = detector.fit(cube).arrays()
    assert all(np.array_equal(expected[key], found[key]) for key in expected)


def test_checkpoints_are_written_now_and_then(tmp_path):
    """Not at every step."""
    path = tmp_path / "state"
    SSCADE(variant="reference", epochs=2).fit(
        ArrayCube(small_scene()), group=group_with(Checkpoint(str(path), False))
    )

    assert not path.exists()
