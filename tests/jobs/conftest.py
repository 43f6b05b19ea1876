"""What the worker's tests share: cubes, a package with a misbehaving detector, and a look for what was left behind."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

import qgis_hsi_anomaly
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.errors import MissingLibraryError
from qgis_hsi_anomaly.core.run import ALONE
from qgis_hsi_anomaly.core.tasks import Results
from qgis_hsi_anomaly.jobs import launcher
from qgis_hsi_anomaly.jobs.compute import in_workers
from qgis_hsi_anomaly.jobs.interpreter import find_interpreter


@pytest.fixture
def cube():
    """23 rows, 11 columns, 6 bands; two pixels are not valid."""
    array = np.random.default_rng(0).normal(size=(23, 11, 6)).astype(np.float32)
    array[3, 4, 5] = array[22, 10, 0] = np.nan
    return ArrayCube(array, wavelengths=np.linspace(400, 900, 6), pixel_area=900.0)


@pytest.fixture(scope="session")
def torch_python():
    """The interpreter with torch; the test is skipped without one."""
    try:
        return find_interpreter()
    except MissingLibraryError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def toy_package(tmp_path_factory):
    """A copy of the package that has the toy detector too."""
    package = tmp_path_factory.mktemp("toy") / "qgis_hsi_anomaly"
    source = Path(qgis_hsi_anomaly.__file__).parent
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__", "processing", "raster"))
    shutil.copy(Path(__file__).with_name("toy.py"), package / "core" / "detectors")
    return package


@pytest.fixture
def toy_worker(torch_python, toy_package, monkeypatch):
    """Let the worker be that of the package with the toy detector."""
    monkeypatch.setattr(launcher, "WORKER", toy_package / "jobs" / "worker.py")


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """The folder for scratch folders; afterwards it must be empty, and no process may name it."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert_nothing_left(folder)


def run_in_worker(task, cube, execution, run=ALONE, checkpoint=None):
    """Perform a task in worker processes; return its results, which outlive them."""
    with in_workers(task, cube, execution, run, checkpoint) as results:
        made = None if results.cube is None else np.array(results.cube)
    return Results(results.maps, results.model, made)


def assert_nothing_left(folder, seconds=0.0):
    """Fail where `seconds` from now a process names the folder, or anything lies in it."""
    deadline = time.monotonic() + seconds
    while True:
        left = [*processes_naming(folder), *folder.iterdir()]
        if not left or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert left == []


def processes_naming(text):
    """Return (pid, command line) of every process whose command line has `text`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue  # it has just ended
        if any(str(text).encode() in word for word in words):
            found.append((int(entry.parent.name), words))
    return found
