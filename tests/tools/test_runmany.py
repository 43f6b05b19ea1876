"""Many scenes: names, parts, resuming, failures, cancelling; one process, several, a job array and Dask alike."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, HsiAnomalyError, ModelError, ParameterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.jobs.commands import Ended
from qgis_hsi_anomaly.tools import scenes
from qgis_hsi_anomaly.tools.runmany import RunMany
from qgis_hsi_anomaly.tools.scenes import part_of, scenes_of
from tests.raster.rasters import PLACE, UTM33, write_raster

ROOT = Path(__file__).parents[2]


def make_scene(path: Path, seed: int = 0) -> None:
    array = np.random.default_rng(seed).normal(100, 4, (30, 24, 5)).astype(np.float32)
    array[11 + seed, 7] += 60
    write_raster(path, array, geotransform=PLACE, epsg=UTM33)


def table_of(folder: Path, name: str = "scenes.csv") -> Dict[str, Dict[str, str]]:
    with (folder / name).open(encoding="utf-8") as stream:
        return {row["scene"]: row for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of two scenes and one that is missing, done as a user does it, two at once."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "data").mkdir()
    for seed, name in enumerate(["north", "south"]):
        make_scene(folder / "data" / f"{name}.tif", seed)
    (folder / "list.txt").write_text("# an archive\ndata/north.tif\nmissing.tif\n\ndata/south.tif  # late\n")
    command = ["run-many", f"{folder}/list.txt", "--output", f"{folder}/found", "--detector", "rx"]
    assert main([*command, "--processes", "2"]) == 1
    return folder


def test_each_scene_has_its_files_and_its_record(archive: Path) -> None:
    for name in ("north", "south"):
        place = archive / "found" / name
        assert {"scores.tif", "scores.tif.json", "objects.gpkg", "report.html", "log.txt"} <= set(
            os.listdir(place)
        )
        record = json.loads((place / "scene.json").read_text())
        assert (record["scene"], record["state"], record["pixels"], record["bands"]) == (name, "done", 720, 5)
        assert record["input"] == str(archive / "data" / f"{name}.tif") and record["objects"] >= 1
        assert record["settings"]["detector"] == "rx" and "versions" in record


def test_a_failed_scene_does_not_stop_the_rest_and_is_told(archive: Path) -> None:
    rows = table_of(archive / "found")

    assert {name: row["state"] for name, row in rows.items()} == {
        "north": "done",
        "missing": "failed",
        "south": "done",
    }
    assert rows["missing"]["reason"] == f"{archive}/missing.tif does not exist: check the name of the file."
    assert int(rows["north"]["objects"]) >= 1 and float(rows["south"]["seconds"]) > 0


def test_what_is_done_is_not_done_again(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (archive / "found/north/scores.tif").stat().st_mtime_ns
    command = ["run-many", f"{archive}/data", "--output", f"{archive}/found", "--detector", "rx", "--json"]

    assert main(command) == 0

    answer = json.loads(capsys.readouterr().out)
    assert (answer["SCENES"], answer["DONE"], answer["SKIPPED"]) == (2, 0, 2)
    assert (archive / "found/north/scores.tif").stat().st_mtime_ns == before
    assert table_of(archive / "found")["north"]["objects"]


def test_a_job_array_does_what_one_process_does(archive: Path, tmp_path: Path) -> None:
    """The script of the documentation, under a scheduler that is a loop."""
    (block,) = re.findall(
        r"```bash\n(#!/bin/bash\n#SBATCH.*?)```", (ROOT / "docs/archives.md").read_text(), re.DOTALL
    )
    (tmp_path / "job.sh").write_text(block.replace("--output found", "--output found --detector rx"))
    (tmp_path / "scenes.txt").write_text(
        "".join(f"{archive}/data/{name}.tif\n" for name in ("north", "south"))
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (tmp_path / "bin/python").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "SLURM_ARRAY_TASK_COUNT": "2",
        "SLURM_CPUS_PER_TASK": "1",
    }

    jobs = [
        subprocess.Popen(
            ["bash", "job.sh"],
            cwd=tmp_path,
            env={**environment, "SLURM_ARRAY_TASK_ID": number},
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in ("1", "2")
    ]
    for job in jobs:
        _, said = job.communicate(timeout=120)
        assert job.returncode == 0, said

    assert set(table_of(tmp_path / "found", "scenes-1-of-2.csv")) == {"north"}
    assert set(table_of(tmp_path / "found", "scenes-2-of-2.csv")) == {"south"}
    for name in ("north", "south"):
        one, other = (
            gdal.Open(f"{root}/found/{name}/scores.tif").ReadAsArray() for root in (archive, tmp_path)
        )
        np.testing.assert_array_equal(one, other)


# What follows works on scenes without any process: what a child would do is made up.


class Children:
    """Stands in for the command line: writes a file a scene; `fails` and `delay` by scene."""

    def __init__(self) -> None:
        self.begun: List[str] = []
        self.arguments: List[List[str]] = []
        self.fails: Dict[str, Ended] = {}
        self.delay: Dict[str, float] = {}

    def run(
        self, arguments: List[str], log: str, stopped: Callable[[], bool] = lambda: False, threads: int = 0
    ) -> Ended:
        name = Path(log).parent.name
        self.begun.append(name)
        self.arguments.append(list(arguments))
        until = time.monotonic() + self.delay.get(name, 0)
        while time.monotonic() < until:
            time.sleep(0.01)
            if stopped():
                return Ended(130, "")
        if name in self.fails:
            Path(log).write_text("Reading.\nIt is broken.\n  in detail\n")
            return self.fails[name]
        Path(log).with_name("scores.tif").write_text(name)
        return Ended(0, '{"OBJECT_COUNT": 3, "THRESHOLD": 4.5}')


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    made = Children()
    monkeypatch.setattr(scenes, "run_command", made.run)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    for name in "abcde":
        (tmp_path / "data" / f"{name}.tif").write_text(name)
    return tmp_path


def many(folder: Path, run: Run = Run(), **more: Any) -> Dict[str, Any]:
    return RunMany(**{"list": f"{folder}/data", "output": f"{folder}/found", **more}).perform(run)


def states(folder: Path, **more: Any) -> str:
    return "".join(row["state"][0] for row in table_of(folder / "found", **more).values())


def test_failures_are_told_at_the_end(folder: Path, children: Children) -> None:
    children.fails = {"b": Ended(1, ""), "d": Ended(-9, "")}

    with pytest.raises(DataError, match="2 of 5 scenes failed, b, d; the reasons are in .*scenes.csv"):
        many(folder)

    assert states(folder) == "dfdfd"
    rows = table_of(folder / "found")
    assert rows["b"]["reason"] == "It is broken."
    assert rows["d"]["reason"].startswith("The process was ended by SIGKILL, perhaps for want of memory.")


def test_failed_and_changed_scenes_are_tried_again(folder: Path, children: Children) -> None:
    children.fails = {"b": Ended(1, "")}
    with pytest.raises(DataError):
        many(folder)
    children.fails, children.begun = {}, []
    (folder / "data/c.tif").write_text("changed")
    (folder / "found/d/scores.tif").unlink()

    assert many(folder)["SKIPPED"] == 2

    assert sorted(children.begun) == ["b", "c", "d"]
    assert states(folder) == "sddds"


def test_other_settings_and_again_do_all_anew(folder: Path, children: Children) -> None:
    many(folder)
    (folder / "found/a/report.html").write_text("of the consensus")
    assert many(folder, rate=0.01)["DONE"] == 5
    assert not (folder / "found/a/report.html").exists()  # of other settings, and not written by these
    assert many(folder, rate=0.01)["DONE"] == 0
    assert many(folder, rate=0.01, again=True)["DONE"] == 5


def test_parts_are_disjoint_and_complete(folder: Path, children: Children) -> None:
    for part in ("1/3", "2/3", "3/3"):
        many(folder, part=part)

    assert sorted(children.begun) == list("abcde")
    tables = [set(table_of(folder / "found", f"scenes-{number}-of-3.csv")) for number in (1, 2, 3)]
    assert tables == [{"a", "d"}, {"b", "e"}, {"c"}]
    assert many(folder, part="9/9")["SCENES"] == 0


def test_several_at_once(folder: Path, children: Children) -> None:
    children.delay = dict.fromkeys("abcde", 0.3)
    began = time.monotonic()
    many(folder, processes=5)
    assert time.monotonic() - began < 1.2


def test_a_model_is_applied_to_every_scene(archive: Path, folder: Path, children: Children) -> None:
    assert main(["fit", "rx", f"{archive}/data/north.tif", f"{folder}/rx.model"]) == 0

    many(folder, model=f"{folder}/rx.model", part="1/5")

    assert [arguments[0] for arguments in children.arguments] == ["apply", "objects"]
    assert many(folder, model=f"{folder}/rx.model", part="1/5")["SKIPPED"] == 1
    assert main(["fit", "rx", f"{archive}/data/south.tif", f"{folder}/rx.model"]) == 0
    assert many(folder, model=f"{folder}/rx.model", part="1/5")["SKIPPED"] == 0  # another model of that name


@pytest.mark.parametrize("processes", [1, 2])
def test_cancelling_ends_all_and_leaves_finished_scenes(
    folder: Path, children: Children, processes: int
) -> None:
    children.delay = dict.fromkeys("bcde", 30.0)
    seen = [0.0]
    began = time.monotonic()

    with pytest.raises(Cancelled):
        many(folder, Run(on_fraction=seen.append, is_cancelled=lambda: bool(max(seen))), processes=processes)

    assert time.monotonic() - began < 5
    assert sorted(os.listdir(folder / "found")) == ["a"]
    children.delay = {}
    assert many(folder)["SKIPPED"] == 1


def test_a_child_that_says_nonsense_is_a_failure(folder: Path, children: Children) -> None:
    children.fails = {"a": Ended(0, "no json")}
    with pytest.raises(DataError, match="1 of 5 scenes failed, a;"):
        many(folder)
    assert "JSONDecodeError" in table_of(folder / "found")["a"]["reason"]


def test_what_a_killed_process_left_is_cleared_away(folder: Path, children: Children) -> None:
    (folder / "found/a/.hsi-anomaly-x").mkdir(parents=True)
    many(folder)
    assert sorted(os.listdir(folder / "found/a")) == ["scene.json", "scores.tif"]


def names_of(folder: Path, *inputs: str) -> List[str]:
    (folder / "list.txt").write_text("\n".join(inputs))
    return [scene.name for scene in scenes_of(f"{folder}/list.txt")]


def test_names_are_distinct(tmp_path: Path) -> None:
    """By as many folders as it takes, and without what does not belong into a name."""
    assert names_of(tmp_path, "x/s.tif", "y/s.tif", "t.tif") == ["x_s", "y_s", "t"]
    assert names_of(tmp_path, "a/x/s.tif", "b/x/s.tif") == ["a_x_s", "b_x_s"]
    assert names_of(tmp_path, "my scene (1).tif", "--.tif") == ["my_scene_1", "scene"]
    assert names_of(tmp_path, 'NETCDF:"/a/b.nc":refl', "/vsicurl/http://x/y.tif") == ["b.nc_refl", "y"]
    for alike in (["s.tif", "s.img"], ["s.tif", "S.tif"]):
        names = names_of(tmp_path, *alike)
        assert len({name.casefold() for name in names}) == 2 and all(len(name) == 10 for name in names)
    assert names_of(tmp_path, "a.tif", "./a.tif") == ["a"]
    assert len(names_of(tmp_path, "x" * 200 + ".tif")[0]) == 100


def test_a_list_is_relative_to_itself(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(
        '\ufeffa.tif\n"b c.tif"\n/elsewhere/d.tif\nscene#1.tif # a comment\n', encoding="utf-8"
    )
    assert [scene.input for scene in scenes_of(f"{tmp_path}/list.txt")] == [
        f"{tmp_path}/a.tif",
        f"{tmp_path}/b c.tif",
        "/elsewhere/d.tif",
        f"{tmp_path}/scene#1.tif",
    ]


def test_folders_and_patterns(folder: Path) -> None:
    (folder / "data/readme.txt").write_text("")
    (folder / "data/deep").mkdir()
    (folder / "data/deep/f.tif").write_text("")

    assert [scene.name for scene in scenes_of(f"{folder}/data")] == list("abcde")
    assert [scene.name for scene in scenes_of(f"{folder}/data/[bc].tif")] == ["b", "c"]
    assert sorted(scene.name for scene in scenes_of(f"{folder}/**/*.tif")) == list("abcdef")


@pytest.mark.parametrize("part", ["3/2", "0/2", "1", "a/b", "1/0", "-1/2", "1/2/3"])
def test_parts_that_make_no_sense_are_refused(part: str) -> None:
    with pytest.raises(ParameterError, match="PART must be K/N with K from 1 to N"):
        part_of([], part)


def test_refusals_leave_nothing(folder: Path) -> None:
    (folder / "empty.txt").write_text("# nothing\n\n")
    (folder / "none").mkdir()
    (folder / "binary").write_bytes(b"\xff\xfe\x00\x01")
    (folder / "cube.hdr").write_text("ENVI\nsamples = 3\n")
    before = sorted(os.listdir(folder))
    refused: List[Any] = [
        ({"list": f"{folder}/empty.txt"}, DataError, "is empty: write one raster a line"),
        ({"list": f"{folder}/none"}, DataError, "holds no raster"),
        ({"list": f"{folder}/*.xyz"}, DataError, "put it in quotes"),
        ({"list": f"{folder}/nowhere.txt"}, DataError, "does not exist"),
        ({"list": f"{folder}/binary"}, DataError, "is no list"),
        ({"list": f"{folder}/cube.hdr"}, DataError, "not the raster itself"),
        ({"part": "3/2"}, ParameterError, "PART must be K/N"),
        ({"detector": "magic"}, ParameterError, "DETECTOR must be one of"),
        ({"model": f"{folder}/empty.txt"}, ModelError, "not a model file"),
        ({"min_area": 9, "max_area": 3}, ParameterError, "no object can be both"),
        ({"output": f"{folder}/not/there"}, HsiAnomalyError, "cannot be made"),
    ]
    for values, kind, message in refused:
        with pytest.raises(kind, match=message):
            many(folder, **values)
    assert sorted(os.listdir(folder)) == before


# Dask


def test_without_dask_one_sentence_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(HsiAnomalyError, match="DASK needs distributed"):
        many(folder, dask="tcp://127.0.0.1:1")


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a process of a Dask cluster."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "OMP_NUM_THREADS": "1"}
    with (folder / "cluster.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=folder, env=environment, stdout=log, stderr=log
        )


def test_dask_finishes_when_a_worker_is_killed(archive: Path, tmp_path: Path) -> None:
    """Two workers, one of which is killed while it works: its scene is tried again by the other."""
    pytest.importorskip("distributed", reason="Dask is not installed (pip install distributed)")
    (tmp_path / "data").mkdir()
    for number in range(4):
        os.link(archive / "data/north.tif", tmp_path / f"data/{number}.tif")
    cluster = [
        start(
            tmp_path, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"
        )
    ]
    try:
        address = _address(tmp_path)
        worker = ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        cluster += [start(tmp_path, *worker) for _ in range(2)]
        command = ["run-many", f"{tmp_path}/data", "--output", f"{tmp_path}/found", "--detector", "rx"]
        client = start(tmp_path, "qgis_hsi_anomaly", *command, "--dask", address)
        _wait(lambda: len(list(tmp_path.glob("found/*/log.txt"))) >= 2)
        cluster[1].kill()
        assert client.wait(timeout=300) == 0, (tmp_path / "cluster.log").read_text()
    finally:
        for process in cluster:
            process.kill()
            process.wait()

    assert states(tmp_path) == "dddd"
    expected = gdal.Open(f"{archive}/found/north/scores.tif").ReadAsArray()
    for number in range(4):
        np.testing.assert_array_equal(
            gdal.Open(f"{tmp_path}/found/{number}/scores.tif").ReadAsArray(), expected
        )


def _address(folder: Path) -> str:
    pattern = re.compile(r"Scheduler at:\s+(tcp://[0-9.:]+)")
    _wait(lambda: bool(pattern.search((folder / "cluster.log").read_text())))
    return pattern.findall((folder / "cluster.log").read_text())[0]


def _wait(until: Callable[[], bool]) -> None:
    for _ in range(1200):
        if until():
            return
        time.sleep(0.1)
    pytest.fail("nothing happened for two minutes")
