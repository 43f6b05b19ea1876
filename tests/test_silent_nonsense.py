"""What cannot be computed is refused in one sentence: no map of infinities, no model that contradicts itself."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from qgis_hsi_anomaly import workflow
from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.array_file import content_of, pack, unpack
from qgis_hsi_anomaly.core.detectors.registry import detector_class, detector_ids, make_detector
from qgis_hsi_anomaly.core.errors import LONGEST, DataError, ModelError, ParameterError, RasterError
from qgis_hsi_anomaly.core.model_file import read_model
from qgis_hsi_anomaly.core.parameters import parse_numbers
from tests.test_workflow import scene  # noqa: F401 (a fixture)


@pytest.mark.parametrize(
    ("id", "values", "library"),
    [
        ("crd", {"lambda_": 1e308}, "numpy"),
        ("kernelrx", {"ridge": 1e-300}, "numpy"),
        ("aed", {"smoothing": 1e308}, "skimage"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_map_without_numbers_is_not_written(scene, id, values, library):  # noqa: F811
    pytest.importorskip(library)

    with pytest.raises(DataError, match=rf"{id}: 308 of 308 valid pixels, .* no finite number"):
        workflow.detect(make_detector(id, values), f"{scene}/scene.tif", f"{scene}/o.tif")
    assert not (scene / "o.tif").exists()


SAVABLE = [id for id in detector_ids() if detector_class(id).can_save and not detector_class(id).needs_torch]


@pytest.fixture
def changed(scene):  # noqa: F811
    """Fit a detector, change its model's arrays, and return the file."""

    def make(id, change):
        path = f"{scene}/{id}.model"
        for library in detector_class(id).requires:
            pytest.importorskip(library)
        workflow.fit(make_detector(id, {}), f"{scene}/scene.tif", path)
        header, arrays = unpack(content_of(path, "model file"))
        change(arrays)
        with open(path, "wb") as stream:
            stream.write(pack({key: value for key, value in header.items() if key != "format"}, arrays))
        return path

    return make


@pytest.mark.parametrize("id", SAVABLE)
def test_models_whose_shapes_contradict_each_other_are_refused(changed, id):
    """One array at a time loses its last entry along each axis, or is left out; numpy would stretch some of them."""
    shapes = detector_class(id).shapes
    assert shapes, f"{id} does not say what shapes its arrays have"
    whole = changed(id, lambda arrays: None)
    assert set(read_model(whole).fitted.arrays()) >= set(shapes)
    for name, lengths in shapes.items():
        for axis, length in enumerate(lengths):
            alone = sum(other.count(length) for other in shapes.values()) == 1
            if alone and length != "bands":
                continue

            def shorten(arrays, name=name, axis=axis):
                arrays[name] = np.take(arrays[name], range(arrays[name].shape[axis] - 1), axis)

            with pytest.raises(ModelError, match="damaged"):
                read_model(changed(id, shorten))
        with pytest.raises(ModelError, match="damaged"):
            read_model(changed(id, lambda arrays, name=name: arrays.pop(name)))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_model_with_huge_numbers_writes_no_map(scene, changed):  # noqa: F811
    path = changed("rx", lambda arrays: arrays["mean"].__imul__(1e200))

    with pytest.raises(DataError, match="no finite number"):
        workflow.apply(path, f"{scene}/scene.tif", f"{scene}/o.tif")
    assert not (scene / "o.tif").exists()


def test_a_raster_given_for_a_model_is_not_read_whole(tmp_path):
    raster = tmp_path / "scene.bsq"
    raster.touch()
    os.truncate(raster, 2**40)  # a hole

    assert len(content_of(str(raster), "model file")) == 9
    with pytest.raises(ModelError, match="is not a model file"):
        read_model(str(raster))


def test_a_pipe_is_no_model(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ModelError, match="device or a pipe"):
        read_model(f"{tmp_path}/pipe")


@pytest.mark.parametrize("id", ["crd", "localrx"])
def test_windows_far_wider_than_the_image_are_refused(scene, id):  # noqa: F811
    """They would be made of its mirror images: by the gigabyte."""
    began = time.monotonic()
    with pytest.raises(DataError, match="OUTER_WINDOW must be at most 101"):
        workflow.detect(
            make_detector(id, {"outer_window": 1_000_001}), f"{scene}/scene.tif", f"{scene}/o.tif"
        )
    assert time.monotonic() - began < 5

    workflow.detect(make_detector(id, {"outer_window": 99}), f"{scene}/scene.tif", f"{scene}/o.tif")


@pytest.mark.parametrize("value", ["1e308", "1e30", 10**30, "99999999999999999999"])
def test_integers_have_an_end(value):
    with pytest.raises(ParameterError, match="MAX_TARGET_AREA must be an integer"):
        make_detector("consensus", {"max_target_area": value})


def test_a_list_of_numbers_has_an_end():
    began = time.monotonic()
    with pytest.raises(ValueError, match="more than 1000000 numbers"):
        parse_numbers(",".join(["1-999999"] * 100))
    assert time.monotonic() - began < 2
    assert len(parse_numbers("1-999999")) == 999_999


@pytest.mark.parametrize("option", ["--regularization", "--bands", "--background"])
def test_messages_do_not_repeat_what_is_endless(scene, capsys, option):  # noqa: F811
    assert main(["detect", "rx", f"{scene}/scene.tif", f"{scene}/o.tif", option, "x" * 5000]) in (1, 2)

    said = capsys.readouterr().err
    assert len(said) < LONGEST + 100
    assert len(said.splitlines()) == 1


def test_long_messages_keep_beginning_and_end():
    error = RasterError(f"begin {'x' * 5000} end.")

    assert (
        str(error).startswith("begin x") and str(error).endswith("x end.") and len(str(error)) < LONGEST + 10
    )
    assert str(RasterError("short\nand long")) == "short\nand long"


def run_cli(*arguments, redirect=""):
    command = " ".join([sys.executable, "-m", "qgis_hsi_anomaly", *arguments, redirect])
    return subprocess.run(
        ["/bin/bash", "-c", command], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_standard_output_that_is_full(scene):  # noqa: F811
    done = run_cli("detect", "rx", f"{scene}/scene.tif", f"{scene}/o.tif", redirect="> /dev/full")

    assert done.returncode == 1
    assert "Standard output" in done.stderr and "Traceback" not in done.stderr


def test_a_standard_error_that_is_closed(scene):  # noqa: F811
    done = run_cli("detect", "rx", f"{scene}/scene.tif", f"{scene}/o.tif", "--json", redirect="2>&-")

    assert done.returncode == 0
    assert json.loads(done.stdout)["valid_pixels"] == 308
