"""qgis_process on the assembled plugin folder, in a profile of its own."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.test_workflow import scene  # noqa: F401 (a fixture)

TOP = Path(__file__).parents[2]
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")


@dataclass
class Headless:
    """Starts qgis_process with one environment."""

    environment: dict

    def start(self, *arguments, **options):
        """Start it; standard output and error in one."""
        return subprocess.Popen(
            [PROGRAM, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    def run(self, id, **parameters):
        """Run an algorithm to its end. Returns exit status and everything it said."""
        process = self.start("run", id, "--", *(f"{name}={value}" for name, value in parameters.items()))
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def results(self, id, **parameters):
        """Run an algorithm that must succeed. Returns its log and its results, from standard output as JSON."""
        done = subprocess.run(
            [PROGRAM, "run", id, "--json", "--", *(f"{name}={value}" for name, value in parameters.items())],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        answer = json.loads(done.stdout)
        return answer["log"], answer["results"]


@pytest.fixture(scope="session")
def headless(tmp_path_factory):
    """The plugin as it is shipped, enabled in a fresh profile."""
    if PROGRAM is None:
        pytest.skip("qgis_process is not installed")
    folder = tmp_path_factory.mktemp("headless")
    build = folder / "plugins" / "qgis_hsi_anomaly"
    command = [sys.executable, "package.py", "deploy", "--plugins", str(build.parent)]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True)
    found = Headless(
        {
            **os.environ,
            # qgis_process takes its Python's home from the first python3 on PATH.
            "PATH": f"/usr/bin{os.pathsep}{os.environ['PATH']}",
            "QT_QPA_PLATFORM": "offscreen",
            "QGIS_PLUGINPATH": str(build.parent),
            "QGIS_CUSTOM_CONFIG_PATH": str(folder / "profile"),
            "XDG_RUNTIME_DIR": str(folder),
            "QGIS_HSI_ANOMALY_PYTHON": sys.executable,
            "TMPDIR": str(folder / "scratch"),
        }
    )
    for name in ("profile", "scratch"):
        (folder / name).mkdir()
    process = found.start("plugins", "enable", "qgis_hsi_anomaly")
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return found


@pytest.fixture
def scratch(headless):
    """Folder of the temporary files of what `headless` starts."""
    return Path(headless.environment["TMPDIR"])
