"""Lines there and back, and what is not a line."""

import json
import os

import numpy as np
import pytest

from qgis_hsi_anomaly.core.errors import DataError
from qgis_hsi_anomaly.core.run import SINGLE
from qgis_hsi_anomaly.jobs.protocol import Channel, library_error, parse


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    yield reading, writing
    for descriptor in (reading, writing):
        os.close(descriptor)


def test_the_first_process_sends_everything(pipe):
    run = Channel(pipe[1], 0).run(SINGLE)
    run.update(0.25)
    run.message("línea\n1")
    run.warning("w")
    run.metric("figures", {"a": np.float32(0.5), "b": np.arange(2)})
    lines = [parse(line) for line in os.read(pipe[0], 10000).splitlines()]
    assert [line.pop("kind") for line in lines] == ["progress", "message", "warning", "metric"]
    assert lines[0] == {"rank": 0, "fraction": 0.25}
    assert lines[1]["text"] == "línea\n1"
    assert lines[3]["value"] == {"a": 0.5, "b": [0, 1]}


def test_the_others_only_count(pipe):
    channel = Channel(pipe[1], 1)
    run = channel.run(SINGLE)
    run.update(0.5)
    run.message("unheard")
    channel.send("met")
    assert parse(os.read(pipe[0], 10000)) == {"kind": "met", "rank": 1}


def test_progress_is_not_sent_more_often_than_it_can_be_seen(pipe):
    run = Channel(pipe[1], 0).run(SINGLE)
    for step in range(1000):
        run.update(step / 1000)
    assert os.read(pipe[0], 10000).count(b"\n") < 100


def test_a_reader_that_is_gone_is_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    Channel(writing, 0).send("message", text="hello")
    os.close(writing)


@pytest.mark.parametrize(
    "line", [b"", b"hello\n", b"{\n", b"[1]\n", b"{}\n", b'{"kind": "x"}\n', b"\xff\xfe\n"]
)
def test_what_is_no_line_is_left_out(line):
    assert parse(line) is None


def test_errors_of_the_package_are_known_by_name():
    error = library_error(json.loads('{"type": "DataError", "message": "Too few."}'))
    assert type(error) is DataError
    assert str(error) == "Too few."
    for name in ("RuntimeError", "annotations", "Exception", None):
        assert library_error({"type": name, "message": ""}) is None
