"""Earlier files survive a run of any command that fails or is cancelled, wherever it does; a new run leaves nothing."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

pytest.importorskip("osgeo.gdal")

from qgis_hsi_anomaly import outputs, workflow
from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.detectors.suppressbackground import SuppressBackground
from qgis_hsi_anomaly.core.errors import Cancelled, RasterError
from qgis_hsi_anomaly.core.run import ALONE, Run
from qgis_hsi_anomaly.core.tasks import Surroundings
from qgis_hsi_anomaly.jobs import compute
from qgis_hsi_anomaly.tools.evaluate import Evaluate
from tests.test_outputs import files
from tests.test_workflow import scene  # noqa: F401 (a fixture)


@dataclass(frozen=True)
class Command:
    """A command with every file it can write.

    earlier, later : its options in two runs. step : how many of the moments at which it asks to stop are passed over
    from one try to the next.
    """

    run: Callable[..., Any]
    earlier: Any = None
    later: Any = None
    needs: str = "numpy"
    step: int = 1


def detect(folder, options, run=ALONE):
    """Scores, spread, styles and record of a consensus, by its members."""
    detector = make_detector("consensus", {"detectors": options})
    given = {"spread": f"{folder}/spread.img", "run": run}
    workflow.detect(detector, f"{folder}/scene.tif", f"{folder}/scores.tif", **given)


def detect_and_save(folder, options, run=ALONE):
    """Scores, style, record and model."""
    detector = make_detector("rx", {"regularization": options})
    given = {"model": f"{folder}/rx.model", "run": run}
    workflow.detect(detector, f"{folder}/scene.tif", f"{folder}/rx.img", **given)


def fit(folder, options, run=ALONE):
    """A model and its record."""
    detector = make_detector("rx", {"regularization": options})
    workflow.fit(detector, f"{folder}/scene.tif", f"{folder}/fitted.model", run=run)


def apply(folder, options, run=ALONE):
    """Scores, style and record, from a model."""
    model = folder / f"{options}.model"
    if not model.exists():
        workflow.fit(make_detector("rx", {"regularization": options}), f"{folder}/scene.tif", str(model))
    workflow.apply(str(model), f"{folder}/scene.tif", f"{folder}/applied.tif", run=run)


def evaluate(folder, options, run=ALONE):
    """A report."""
    scores = folder / f"{options}.tif"
    if not scores.exists():
        detector = make_detector("rx", {"regularization": options})
        workflow.detect(detector, f"{folder}/scene.tif", str(scores))
    Evaluate(str(scores), f"{folder}/truth.tif", f"{folder}/report.html").perform(run)


def sscade(folder, options, run=ALONE):
    """Scores, spread, styles, record and model of a learned detector."""
    values = {"variant": "reference", "epochs": 1, "latent": 2, "members": 2, "seed": options}
    detector, outputs = make_detector("sscade", values), {"spread": "s.tif", "model": "sscade.model"}
    files = {name: f"{folder}/{file}" for name, file in outputs.items()}
    workflow.detect(detector, f"{folder}/scene.tif", f"{folder}/sscade.tif", run=run, **files)


def suppress(folder, options, run=ALONE):
    """A raster, its record and a model."""
    suppression, model = SuppressBackground(epochs=1, seed=options), f"{folder}/suppression.model"
    output = f"{folder}/suppressed.img"
    workflow.suppress_background(suppression, f"{folder}/scene.tif", output, model=model, run=run)


def apply_suppression(folder, options, run=ALONE):
    """A raster and its record, from a model."""
    model = folder / f"suppression {options}.model"
    if not model.exists():
        workflow.fit(SuppressBackground(epochs=0, seed=options), f"{folder}/scene.tif", str(model))
    workflow.apply(str(model), f"{folder}/scene.tif", f"{folder}/applied.tif", run=run)


@contextmanager
def here(task, cube, execution, run, checkpoint):
    """Do a worker's work in this process, which takes a hundredth of the time."""
    yield task.perform(cube, run, Surroundings({}, new_cube=lambda shape: np.zeros(shape, np.float32)))


COMMANDS = {
    "detect": Command(detect, ["rx", "knn"], ["rx", "crd"], "scipy"),
    "detect and save": Command(detect_and_save, "none", "ridge"),
    "fit": Command(fit, "none", "ridge"),
    "apply": Command(apply, "none", "ridge"),
    "evaluate": Command(evaluate, "none", "ridge", "matplotlib"),
    "sscade": Command(sscade, 1, 2, "torch", 9),
    "suppressbackground": Command(suppress, 1, 2, "torch", 3),
    "apply suppression": Command(apply_suppression, 1, 2, "torch"),
}


@pytest.fixture(params=COMMANDS)
def command(request, scene, monkeypatch):  # noqa: F811
    """A command that has been run once, and then once with the other options and taken back."""
    monkeypatch.setattr(compute, "in_workers", here)
    found = COMMANDS[request.param]
    pytest.importorskip(found.needs)
    found.run(scene, found.later)  # leaves what the second run reads
    found.run(scene, found.earlier)
    return found


FAULTS = [
    (os, "replace"),
    (os, "link"),
    (tempfile, "mkdtemp"),
    (Path, "write_bytes"),
    (workflow, "write_map"),
    (workflow, "write_cube"),
]


def test_a_disk_that_fills_at_any_write(command, scene, monkeypatch):  # noqa: F811
    """Every operation that takes room or can be refused fails once, in turn."""
    calls, fails_at = [0], [0]

    def failing(function):
        def call(*arguments, **options):
            calls[0] += 1
            if calls[0] == fails_at[0]:
                raise OSError(28, "No space left on device")
            return function(*arguments, **options)

        return call

    for owner, name in FAULTS:
        monkeypatch.setattr(owner, name, failing(getattr(owner, name)))
    failures, limit = 0, 0
    while True:
        fails_at[0] = 0
        command.run(scene, command.earlier)
        before = files(scene)
        calls[0], fails_at[0] = 0, limit + 1
        try:
            command.run(scene, command.later)
        except RasterError as error:
            said = str(error)
            failures += 1
        else:
            said = ""
        limit += 1
        if calls[0] < limit:
            break  # there was nothing left to fail
        assert files(scene) == before if "No space left on device" in said else not said, limit
    assert failures >= 4
    assert files(scene).keys() == before.keys() and files(scene) != before


def test_a_cancel_at_any_time(command, scene):  # noqa: F811
    """At every moment at which the run asks."""
    before, cancelled = files(scene), 0
    while True:
        asked = [0]

        def stop(asked=asked, limit=cancelled):
            asked[0] += 1
            return asked[0] > limit

        try:
            command.run(scene, command.later, Run(is_cancelled=stop))
        except Cancelled:
            assert files(scene) == before
            cancelled += command.step
        else:
            break
    assert cancelled >= 3


LIMITED = """
import resource, signal, sys
from qgis_hsi_anomaly.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of the file size are POSIX's")
@pytest.mark.parametrize(
    ("command", "sizes"),
    [
        (["detect", "rx", "scene.tif", "scores.tif", "--model", "rx.model"], (100, 400)),
        (["fit", "rx", "scene.tif", "rx.model"], (100, 500)),
        (["evaluate", "truth.tif", "truth2.tif", "--report", "report.html"], (100, 50_000)),
    ],
)
@pytest.mark.parametrize("exceptions", ["UseExceptions", "DontUseExceptions"])
def test_a_file_system_that_takes_no_more(scene, monkeypatch, command, sizes, exceptions):  # noqa: F811
    """With a real limit, in a process of its own: one sentence, status 1, earlier files whole."""
    monkeypatch.chdir(scene)
    (scene / "truth2.tif").write_bytes((scene / "truth.tif").read_bytes())
    assert main(command) == 0
    before = files(scene)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    program = f"from osgeo import gdal\ngdal.{exceptions}()\n{LIMITED}"
    for size in sizes:
        done = subprocess.run(
            [sys.executable, "-c", program, str(size), *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, (size, done.stdout)
        # GDAL 3.6 with exceptions says more on its own when it closes the file.
        assert done.stderr.count("cannot be written") == 1, done.stderr
        assert files(scene) == before


def test_the_record_never_overwrites_an_input(scene, monkeypatch, capsys):  # noqa: F811
    """Polygons named as the record would be."""
    monkeypatch.chdir(scene)
    for mask in ("background.json", "o.tif.json"):
        (scene / mask).write_text("{}")
    before = files(scene)

    assert main(["fit", "rx", "scene.tif", "background", "--background", "background.json"]) == 1
    assert main(["detect", "rx", "scene.tif", "o.tif", "--background", "o.tif.json"]) == 1

    assert capsys.readouterr().err.count("The run record") == 2
    assert files(scene) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["consensus", "scene.tif", "n.tif", "--spread", "n.tif"],
        ["consensus", "scene.tif", "o.img", "--spread", "o.dat"],
        ["rx", "scene.tif", "o.tif", "--model", "o.tif"],
        ["rx", "scene.tif", "o.tif", "--model", "o.tif.json"],
        ["rx", "scene.tif", "o.img", "--model", "o.hdr"],
        ["rx", "scene.tif", "o.tif", "--model", "o.qml"],
    ],
)
def test_two_outputs_of_one_name_are_refused(scene, monkeypatch, capsys, arguments):  # noqa: F811
    """Before anything is read."""
    monkeypatch.chdir(scene)
    before = files(scene)

    assert main(["detect", *arguments]) == 1

    assert "give each output its own name" in capsys.readouterr().err
    assert files(scene) == before


def test_another_runs_model_survives_a_cancelled_fit(scene):  # noqa: F811
    """What appears at the place while a run is on is not this run's to remove."""
    model = scene / "m.model"

    def stop():
        model.write_bytes(b"another run's")
        return True

    with pytest.raises(Cancelled):
        fit_to(scene, model, Run(is_cancelled=stop))

    assert model.read_bytes() == b"another run's"


def fit_to(folder, model, run):
    """Fit RX."""
    workflow.fit(make_detector("rx", {}), f"{folder}/scene.tif", str(model), run=run)


def test_a_header_that_is_edited_meanwhile_survives_a_cancelled_fit(scene):  # noqa: F811
    """The input's, whose stem the model has."""
    header = scene / "scene.hdr"

    def stop():
        header.write_text("edited")
        return True

    with pytest.raises(Cancelled):
        fit_to(scene, scene / "scene.model", Run(is_cancelled=stop))

    assert header.read_text() == "edited"


def test_a_style_of_the_users_own_is_kept(scene):  # noqa: F811
    """And said so."""
    (scene / "rx.qml").write_text("<qgis>mine</qgis>")
    said = []

    workflow.detect(
        make_detector("rx", {}),
        f"{scene}/scene.tif",
        f"{scene}/rx.tif",
        run=Run(on_message=said.append),
    )

    assert (scene / "rx.qml").read_text() == "<qgis>mine</qgis>"
    assert any("style of your own" in text for text in said)


def test_outputs_are_the_only_way_to_write():
    """No module of the package opens a user's file for writing but through it."""
    package = Path(outputs.__file__).parent
    writers = {
        "outputs.py",
        "jobs/answers.py",  # a file of its own in the cache folder
        "jobs/packing.py",
        "jobs/launcher.py",
        "jobs/worker.py",
        "core/model_file.py",
        "core/deep/training/checkpoint.py",
    }
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for text in [path.read_text(encoding="utf-8")]
        if any(word in text for word in ("write_text(", "write_bytes(", '"wb"', '"w"', "os.replace("))
    }
    assert found <= writers
