"""An interrupted training goes on to the same result; what is no checkpoint of this run is ignored."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.training.checkpoint import Checkpoint  # noqa: E402
from qgis_hsi_anomaly.core.detectors.registry import make_detector  # noqa: E402
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE  # noqa: E402
from qgis_hsi_anomaly.core.errors import ParameterError  # noqa: E402
from qgis_hsi_anomaly.core.run import Run  # noqa: E402
from tests.core.deep.scenes import LEARNED, small_scene  # noqa: E402

DETECTORS = {
    "reference": SSCADE(variant="reference", epochs=6, members=2),
    # An epoch of sscade's improved variant is twenty steps.
    **{id: make_detector(id, {"epochs": 1 if id == "sscade" else 12, "members": 2}) for id in LEARNED},
}


class Interrupted(Exception):  # noqa: N818 (stands for a power cut)
    """The run is over before its time."""


class Interrupting(Checkpoint):
    """A checkpoint that is written after every step, and a run that ends at one of them."""

    def __init__(self, path, steps):
        super().__init__(path, False, 0.0)
        self.left = steps

    def step(self, epoch, run):
        """Write, and end the run at the last step."""
        super().step(epoch, run)
        self.left -= 1
        if not self.left:
            raise Interrupted


@pytest.mark.parametrize("name", sorted(DETECTORS))
@pytest.mark.parametrize("steps", [3, 23, 29])
def test_a_resumed_run_ends_with_the_same_scores(tmp_path, name, steps):
    """Stopped in the spatial, joint or a second member's training, it continues to the same bits."""
    detector, cube = DETECTORS[name], ArrayCube(small_scene())
    path = str(tmp_path / "state")
    expected = detector.fit(cube).arrays()
    # The shortest of the runs are over before the last of the places.
    with contextlib.suppress(Interrupted):
        detector.fit(cube, checkpoint=Interrupting(path, steps))
    messages = []

    found = detector.fit(cube, Run(on_message=messages.append), Checkpoint(path, True)).arrays()

    assert any("Resuming" in message for message in messages)
    for key in expected:
        assert np.array_equal(expected[key], found[key]), key
    assert {file.name for file in tmp_path.iterdir()} <= {"state"}


@pytest.mark.parametrize(
    "case", ["cut short", "damaged", "other parameters", "other raster", "missing", "text"]
)
def test_what_is_no_checkpoint_of_this_run_is_refused(tmp_path, case):
    """And left as it is; without one the run says so and starts anew."""
    detector, cube = DETECTORS["reference"], ArrayCube(small_scene())
    path = tmp_path / "state"
    with pytest.raises(Interrupted):
        detector.fit(cube, checkpoint=Interrupting(str(path), 24))
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
    if case != "missing":
        before = path.read_bytes()
        with pytest.raises(
            ParameterError, match=f"^RESUME: .*{path.name}.* remove it, or give another output"
        ):
            detector.fit(cube, checkpoint=Checkpoint(str(path), True))
        assert path.read_bytes() == before
        return
    said = []

    found = detector.fit(cube, Run(on_message=said.append), Checkpoint(str(path), True)).arrays()

    assert any("anew" in text and str(path) in text for text in said)
    expected = detector.fit(cube).arrays()
    assert all(np.array_equal(expected[key], found[key]) for key in expected)


def test_a_planted_link_is_not_followed(tmp_path):
    """Wherever somebody who can write in the folder puts one."""
    path, victim = tmp_path / "state", tmp_path / "victim"
    victim.write_text("precious")
    for name in ("state", ".state.part"):
        (tmp_path / name).symlink_to(victim)
    checkpoint = Checkpoint(str(path), False, 0.0)
    SSCADE(variant="reference", epochs=1).fit(ArrayCube(small_scene()), checkpoint=checkpoint)

    assert victim.read_text() == "precious"
    assert not path.is_symlink() and path.stat().st_size > 1000


def test_a_full_disk_does_not_end_the_training(tmp_path):
    """A warning says that nothing is kept."""
    said = []
    checkpoint = Checkpoint(str(tmp_path / "missing" / "state"), False, 0.0)
    run = Run(on_warning=said.append)
    SSCADE(variant="reference", epochs=2).fit(ArrayCube(small_scene()), run, checkpoint)

    assert [text for text in said if "cannot be written" in text] == said and len(said) == 1


def test_checkpoints_are_written_now_and_then(tmp_path):
    """Not at every step."""
    path = tmp_path / "state"
    SSCADE(variant="reference", epochs=2).fit(
        ArrayCube(small_scene()), checkpoint=Checkpoint(str(path), False)
    )

    assert not path.exists()
