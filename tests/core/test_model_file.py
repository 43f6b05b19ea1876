"""Model files: round trip, other readers, and every way a file can be wrong."""

import json
import struct

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import ModelError
from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model


@pytest.fixture
def cube():
    """A small cube with wavelengths."""
    array = np.random.default_rng(2).normal(size=(8, 9, 5)).astype(np.float32)
    return ArrayCube(
        array, wavelengths=np.linspace(400, 800, 5), band_numbers=[1, 2, 4, 5, 6], raster_bands=7
    )


@pytest.fixture
def path(cube, tmp_path):
    """A written model of RX."""
    detector = make_detector("rx", {"regularization": "ridge"})
    write_model(
        str(tmp_path / "rx.hsi"), model_of(detector, detector.fit(cube), cube, {"numpy": np.__version__})
    )
    return tmp_path / "rx.hsi"


def test_round_trip(cube, path):
    """Same parameters, same bands, same scores."""
    model = read_model(str(path))

    assert model.method == make_detector("rx", {"regularization": "ridge"})
    assert model.wavelengths == [400, 500, 600, 700, 800]
    assert (model.bands, model.band_numbers, model.raster_bands) == (5, [1, 2, 4, 5, 6], 7)
    np.testing.assert_array_equal(model.fitted.score(cube), model.method.fit(cube).score(cube))


def test_other_readers_open_it(path):
    """The safetensors library sees the same arrays."""
    safetensors = pytest.importorskip("safetensors.numpy")

    arrays = safetensors.load_file(str(path))

    moments = ["count", "first", "fourth", "pilot", "second", "third"]
    assert sorted(arrays) == sorted(["mean", "whitening", *moments])
    np.testing.assert_array_equal(arrays["mean"], read_model(str(path)).fitted.mean)


def test_nothing_is_left_beside_it(path):
    """No temporary file."""
    assert [file.name for file in path.parent.iterdir()] == ["rx.hsi"]


@pytest.mark.parametrize("kept", [200, -1])
def test_a_file_cut_short_is_refused(path, kept):
    """In the header and in the last array."""
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(ModelError, match="cut short"):
        read_model(str(path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, world, this is text",
        b"\x80\x04pickled",
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 4) + b"{nil",
        struct.pack("<Q", 51) + b'{"__metadata__": {"qgis_hsi_anomaly": "[1, 2, 3]"}}',
    ],
)
def test_what_is_not_a_model_is_refused(tmp_path, content):
    """Whatever the bytes."""
    (tmp_path / "other").write_bytes(content)

    with pytest.raises(ModelError, match="not a model file"):
        read_model(str(tmp_path / "other"))


def test_a_missing_file_is_refused(tmp_path):
    """With its name."""
    with pytest.raises(ModelError, match="nowhere"):
        read_model(str(tmp_path / "nowhere"))


def change_header(path, change):
    """Rewrite the header: change(arrays' entries, our part)."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    entries = json.loads(raw[8 : 8 + length])
    header = json.loads(entries["__metadata__"]["qgis_hsi_anomaly"])
    change(entries, header)
    entries["__metadata__"]["qgis_hsi_anomaly"] = json.dumps(header)
    text = json.dumps(entries).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + length :])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 99}, "format 99"),
        ({"method": "os.system"}, "DETECTOR must be one of"),
        ({"parameters": {"regularization": "maybe"}}, "REGULARIZATION"),
        *(
            ({name: value}, "damaged")
            for name, values in {
                "parameters": [3, [1]],
                "bands": [0, -5, 4, "x", None],
                "wavelengths": [[400, 500], "abcde", [None] * 5, [float("nan")] * 5, {"a": 1}],
                "band_numbers": [None, [1, 2, 4, 5, 8], [0, 1, 2, 4, 5], [1, 2], "abcde"],
                "raster_bands": [None, 5],
                "versions": [None, 3],
                "facts": [None, [1, 2]],
            }.items()
            for value in values
        ),
    ],
)
def test_a_header_that_makes_no_sense_is_refused(path, changes, message):
    """A header names known detectors and permitted values only."""
    change_header(path, lambda entries, header: header.update(changes))

    with pytest.raises(ModelError, match=message):
        read_model(str(path))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data_offsets": [0, 10**18]}, "cut short"),
        ({"data_offsets": [-8, 5]}, "damaged"),
        ({"data_offsets": ["a", "b"]}, "damaged"),
        ({"data_offsets": [1]}, "damaged"),
        ({"shape": [10**9, 3]}, "damaged"),
        ({"dtype": "F8"}, "damaged"),
        ({"dtype": ["F64"]}, "damaged"),
    ],
)
def test_arrays_that_make_no_sense_are_refused(path, change, message):
    """Whatever is wrong with their place, shape or type."""
    change_header(path, lambda entries, header: entries["mean"].update(change))

    with pytest.raises(ModelError, match=message):
        read_model(str(path))


def test_arrays_that_are_not_finite_are_refused(path):
    """Scores without a number would follow."""
    raw = path.read_bytes()
    path.write_bytes(raw[:-8] + struct.pack("<d", float("nan")))

    with pytest.raises(ModelError, match="damaged"):
        read_model(str(path))
