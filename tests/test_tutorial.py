"""The tutorial's commands do what it says they do, and the cookbook's can be called."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Dict, List

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly import cli

DOCS = Path(__file__).parents[1] / "docs"


def blocks(page: str, language: str) -> List[str]:
    """The code of a page."""
    return re.findall(
        rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def commands(page: str) -> List[List[str]]:
    """The command lines of a page, as words without the program's name."""
    lines = [line for block in blocks(page, "bash") for line in block.splitlines()]
    assert all(line.startswith("hsi-anomaly ") for line in lines)
    return [shlex.split(line)[1:] for line in lines]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The tutorial, done in an empty folder: what each command printed, by its words."""
    patch, folder = pytest.MonkeyPatch(), tmp_path_factory.mktemp("tutorial")
    said: Dict[str, str] = {}
    patch.chdir(folder)
    try:
        for words in commands("tutorial.md"):
            with pytest.MonkeyPatch.context() as inner:
                printed: List[str] = []
                inner.setattr(
                    "builtins.print",
                    lambda *what, printed=printed, **_: printed.append(" ".join(map(str, what))),
                )
                assert cli.main(words) == 0, words
            said[" ".join(words[:2])] = "\n".join(printed)
    finally:
        patch.undo()
    return SimpleNamespace(folder=folder, said=said)


def figures(text: str) -> Dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"^(\w+) +([\d.]+)$", text, re.MULTILINE)}


def objects(path: Path) -> List[Dict[str, object]]:
    vector = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    found = [feature.items() for feature in vector.GetLayer(0)]
    del vector
    return found


def test_the_files_it_names_are_there(done):
    names = {
        "found/scores.tif",
        "found/objects.gpkg",
        "found/report.html",
        "mask.tif",
        "objects.gpkg",
        "why.html",
    }
    assert all((done.folder / name).stat().st_size > 0 for name in {*names, "evaluation.html", "rx.tif"})


def test_the_scene_is_as_described(done):
    described = done.said["describe scene.tif"]
    assert "120 rows, 150 columns, 224 bands" in described
    assert "216 of 224" in described, "the tutorial says that eight are not used"


def test_more_false_alarms_lengthen_the_list_and_leave_its_beginning(done):
    longer, shorter = objects(done.folder / "objects.gpkg"), objects(done.folder / "found" / "objects.gpkg")
    assert len(longer) > len(shorter) > 5
    assert [one["score_max"] for one in longer[:5]] == [one["score_max"] for one in shorter[:5]]
    assert longer[0]["bands"]


def test_what_it_says_of_the_figures_is_so(done):
    consensus, alone = figures(done.said["evaluate found/scores.tif"]), figures(done.said["evaluate rx.tif"])
    assert 0.5 < consensus["PD_AT_PF_1E3"] < 0.95, "the large targets are found, the small ones missed"
    assert abs(alone["AVERAGE_PRECISION"] - consensus["AVERAGE_PRECISION"]) < 0.1, "RX is about as good here"


def test_python_of_the_cookbook_runs(done, monkeypatch, capsys):
    """On the tutorial's scene; rasterio, which the project does not need, is stood in for."""
    monkeypatch.chdir(done.folder)
    monkeypatch.setitem(sys.modules, "rasterio", SimpleNamespace(open=Source))
    for code in blocks("cookbook.md", "python"):
        exec(compile(code, "cookbook.md", "exec"), ModuleType("recipe").__dict__)  # noqa: S102 (our own page)
    printed = capsys.readouterr().out
    assert "16972 pixels, 216 bands" in printed
    assert re.search(r"most anomalous: \d+ \d+\n", printed)


class Source:
    """What `rasterio.open` returns, as far as the cookbook uses it."""

    def __init__(self, path: str) -> None:
        self.raster = gdal.Open(path)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.raster = None

    def read(self, *, masked):
        assert masked
        return np.ma.masked_equal(self.raster.ReadAsArray(), self.raster.GetRasterBand(1).GetNoDataValue())


@pytest.mark.parametrize("words", commands("cookbook.md"), ids=lambda words: words[0])
def test_commands_of_the_cookbook_exist_with_their_options(words):
    """They are understood; their scenes are not here."""
    cli._parser(words).parse_args(words)
