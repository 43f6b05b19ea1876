"""The command line as a user types it: exit status, standard output, standard error."""

import importlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.cli import _bar_line, main
from qgis_hsi_anomaly.core.detectors.registry import detector_class, detector_ids
from qgis_hsi_anomaly.core.parameters import parameters_of
from tests.test_workflow import scene, write_raster  # noqa: F401 (a fixture)


def test_detect_then_evaluate(scene, capsys):  # noqa: F811
    """With --json standard output holds one object and nothing else."""
    assert (
        main(["detect", "rx", f"{scene}/scene.tif", f"{scene}/rx.tif", "--regularization", "none", "--json"])
        == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert (answer["valid_pixels"], answer["bands_used"]) == (308, 6)

    assert main(["evaluate", f"{scene}/rx.tif", f"{scene}/truth.tif", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["AUC_PD_PF"] == 1

    assert main(["evaluate", f"{scene}/rx.tif", f"{scene}/truth.tif"]) == 0
    assert "AUC_PD_PF" in capsys.readouterr().out


def test_figures_without_a_number_are_null_in_json(scene, capsys):  # noqa: F811
    """JSON has no infinity: here the background's mean score is 0."""
    truth = np.zeros((20, 16, 1), np.uint8)
    truth[12, 7] = 1
    write_raster(scene / "perfect.tif", truth.astype(np.float32))

    assert main(["evaluate", f"{scene}/perfect.tif", f"{scene}/truth.tif", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert answer["AUC_SNPR"] is None and answer["AUC_PD_PF"] == 1


def test_fit_then_apply(scene):  # noqa: F811
    """Through a model file."""
    assert main(["fit", "rx", f"{scene}/scene.tif", f"{scene}/rx.hsi", "--bands", "1-3,5"]) == 0
    assert main(["apply", f"{scene}/rx.hsi", f"{scene}/scene.tif", f"{scene}/applied.tif"]) == 0
    assert (scene / "applied.tif").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["detect", "rx", "nowhere.tif", "out.tif"], "nowhere.tif"),
        (["detect", "rx", "scene.tif", "scene.tif"], "input"),
        (["apply", "scene.tif", "scene.tif", "out.tif"], "not a model"),
        (["evaluate", "truth.tif", "nowhere.tif"], "nowhere.tif"),
    ],
)
def test_refusals_are_one_line(scene, monkeypatch, capsys, arguments, reason):  # noqa: F811
    """Exit status 1, the reason on standard error, nothing written."""
    check_refusal(scene, monkeypatch, capsys, arguments, reason, 1)


def check_refusal(scene, monkeypatch, capsys, arguments, reason, status):  # noqa: F811
    """Run a command that is refused."""
    monkeypatch.chdir(scene)
    before = sorted(scene.iterdir())

    assert main(arguments) == status

    captured = capsys.readouterr()
    assert captured.out == ""
    assert reason in captured.err and captured.err.count("\n") == 1
    assert sorted(scene.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["detect", "rx", "scene.tif", "out.tif", "--regularization", "maybe"], "REGULARIZATION"),
        (["detect", "rx", "scene.tif", "out.tif", "--bands", "1,x"], "BANDS"),
        (["detect", "rx", "scene.tif", "out.tif", "--bands", "1,99"], "99"),
        (["detect", "rx", "scene.tif"], "needs INPUT and OUTPUT"),
        (["detect", "rx", "scene.tif", "a.tif", "b.tif"], "needs INPUT and OUTPUT"),
        (["detect", "rx", "scene.tif", "--output-folder", "nowhere"], "nowhere does not exist"),
        (
            ["detect", "rx", "scene.tif", "scene.img", "--output-folder", "."],
            "would both be written to scene_rx.tif",
        ),
        (["detect", "rx", "scene.tif", "--output-folder", ".", "--model", "m"], "--model names one file"),
    ],
)
def test_wrong_values_of_options_are_wrong_usage(scene, monkeypatch, capsys, arguments, reason):  # noqa: F811
    """Exit status 2, in one line all the same."""
    check_refusal(scene, monkeypatch, capsys, arguments, reason, 2)


@pytest.mark.parametrize("order", ["inputs first", "options first", "options between"])
def test_several_inputs_in_one_call(scene, tmp_path, capsys, order):  # noqa: F811
    """Each with its own output; one that fails is named, and the others are done."""
    folder = tmp_path / "scores"
    folder.mkdir()
    write_raster(scene / "broken.tif", np.ones((4, 4, 1), np.float32))
    shutil.copy(scene / "scene.tif", scene / "other.tif")
    inputs = [f"{scene}/{name}.tif" for name in ("scene", "broken", "other")]
    options = ["--output-folder", str(folder), "--regularization", "none", "--json"]
    arguments = {
        "inputs first": [*inputs, *options],
        "options first": [*options, *inputs],
        "options between": [inputs[0], *options, *inputs[1:]],
    }[order]

    assert main(["detect", "rx", *arguments]) == 1

    answer = json.loads(capsys.readouterr().out)
    assert [done["output"] for done in answer["done"]] == [
        f"{folder}/{name}_rx.tif" for name in ("scene", "other")
    ]
    assert [failed["input"] for failed in answer["failed"]] == [inputs[1]]
    assert "1 band" in answer["failed"][0]["reason"]
    assert (folder / "scene_rx.tif").exists() and not (folder / "broken_rx.tif").exists()
    assert main(["detect", "rx", inputs[0], "--output-folder", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder}/scene_rx.tif: 308 valid pixels, 6 bands used.\n"


def test_options_may_stand_between_input_and_output(scene):  # noqa: F811
    assert main(["detect", "rx", f"{scene}/scene.tif", "--regularization", "none", f"{scene}/out.tif"]) == 0
    assert (scene / "out.tif").exists()


class Terminal(io.StringIO):
    """A standard error that a person looks at."""

    def isatty(self):
        return True


def test_a_terminal_shows_a_bar_below_the_messages(scene, monkeypatch):  # noqa: F811
    """And no trace of it is left at the end."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["detect", "rx", f"{scene}/scene.tif", f"{scene}/out.tif"]) == 0
    said = terminal.getvalue()
    assert re.search(r"\r\033\[K\[#*\.+\] +\d+ %", said)
    assert re.search(r"\r\033\[K20 rows, 16 columns[^\n]*\n", said)
    assert said.endswith("\r\033[K")


def test_elsewhere_there_are_plain_lines(scene, capsys):  # noqa: F811
    assert main(["detect", "rx", f"{scene}/scene.tif", f"{scene}/out.tif"]) == 0
    said = capsys.readouterr().err
    assert "20 rows" in said
    assert not set("\r\033#%") & set(said.replace("(96.2 %)", ""))


def test_the_bar_tells_how_long_the_rest_takes():
    assert _bar_line(0.5, 60.0) == f"[{'#' * 15}{'.' * 15}]  50 %  1:00 left"
    assert "left" not in _bar_line(0.01, 60.0), "too early to judge"


def test_the_shell_is_told_what_may_come_next(tmp_path):
    """Where argcomplete is installed."""
    pytest.importorskip("argcomplete")
    line = "hsi-anomaly detect rx --regularization "
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": " "}
    program = "import os, sys; os.dup2(1, 8); from qgis_hsi_anomaly.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert {"none", "ridge", "ledoitwolf"} <= set(done.stdout.split())


def test_a_library_that_is_missing_is_named(scene, monkeypatch, capsys):  # noqa: F811
    """In a sentence, wherever it is first imported."""
    monkeypatch.setattr(workflow, "detect", lambda *_, **__: importlib.import_module("no_such_library"))
    assert main(["detect", "rx", f"{scene}/scene.tif", f"{scene}/out.tif"]) == 1
    assert "needs no_such_library, which the Python it runs on" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["detect"],
        ["detect", "magic", "a", "b"],
        ["detect", "rx", "a", "b", "--x", "1"],
        ["detect", "rx", "a", "b", "--device", "cpu"],  # of learned detectors alone
        ["fit", "rx", "a", "b", "--resume"],
    ],
)
def test_wrong_usage_exits_with_2(arguments, capsys):
    """As argparse has it."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)

    assert stop.value.code == 2


def test_detectors_lists_every_parameter(capsys):
    """From the registry, with type, default, unit and help."""
    assert main(["detectors", "--json"]) == 0

    listed = {entry["id"]: entry for entry in json.loads(capsys.readouterr().out)["detectors"]}
    assert tuple(listed) == detector_ids()
    for id in detector_ids():
        expected = [parameter.name for parameter in parameters_of(detector_class(id))]
        assert [parameter["name"] for parameter in listed[id]["parameters"]] == expected
        assert all(parameter["help"] and parameter["kind"] for parameter in listed[id]["parameters"])


def test_a_reader_that_has_seen_enough_is_no_error():
    """As in `hsi-anomaly detectors | head -1`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "qgis_hsi_anomaly", "detectors"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()

    assert process.wait(timeout=60) == 0
    assert process.stderr is not None
    with process.stderr as stream:
        assert stream.read() == b""


def test_environment_is_json(capsys):
    """One object."""
    assert main(["environment", "--json"]) == 0

    assert isinstance(json.loads(capsys.readouterr().out), dict)


@pytest.mark.parametrize("library", ["osgeo", "numpy"])
def test_interrupt_while_modules_are_loaded_ends_with_130(tmp_path, library):
    """Also where a library swallows exceptions while it is imported."""
    (tmp_path / library).mkdir()
    (tmp_path / library / "__init__.py").write_text(
        "import time\ntry:\n    print('loading', flush=True)\n    time.sleep(30)\nexcept BaseException:\n    pass\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "qgis_hsi_anomaly", "detectors"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "loading\n"

    process.send_signal(signal.SIGINT)

    _, reason = process.communicate(timeout=20)
    assert process.returncode == 130
    assert reason == "Cancelled.\n"


def test_interrupt_ends_with_130_and_leaves_nothing(tmp_path):
    """Ctrl-C in the middle of a run."""
    array = np.random.default_rng(0).normal(size=(700, 500, 80)).astype(np.float32)
    write_raster(tmp_path / "large.tif", array)
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "qgis_hsi_anomaly",
            "detect",
            "rx",
            f"{tmp_path}/large.tif",
            f"{tmp_path}/rx.tif",
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    process.stderr.readline()  # the first message: the work has begun
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)

    _, reason = process.communicate(timeout=30)

    assert process.returncode == 130
    assert reason.strip().endswith("Cancelled.")
    assert [path.name for path in tmp_path.iterdir()] == ["large.tif"]


def test_a_model_is_applied_without_options_of_learning(capsys):
    """There is nothing to resume."""
    with pytest.raises(SystemExit) as ended:
        main(["apply", "a.model", "scene.tif", "scores.tif", "--resume"])

    assert ended.value.code == 2
    assert "--resume" in capsys.readouterr().err
