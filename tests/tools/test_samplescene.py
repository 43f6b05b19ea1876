"""The sample scene as a user gets it: files, style, refusals. What is in it: tests/test_demo_scene.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import Cancelled, MissingLibraryError, RasterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import open_cube
from qgis_hsi_anomaly.tools.samplescene import SampleScene


def test_the_command_line_writes_scene_truth_and_style(tmp_path: Path) -> None:
    scene, truth = tmp_path / "scene.tif", tmp_path / "truth.tif"
    assert main(["samplescene", str(scene), "--truth", str(truth)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scene.qml", "scene.tif", "truth.tif"]
    assert open_cube(str(scene)).wavelengths is not None
    assert "multibandcolor" in (tmp_path / "scene.qml").read_text(encoding="utf-8")


def test_other_formats_are_refused(tmp_path: Path) -> None:
    """They would lose what a product has."""
    with pytest.raises(RasterError, match=r"end the name of .* in \.tif"):
        SampleScene(str(tmp_path / "scene.img")).perform()


def test_without_scipy_the_reason_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)
    with pytest.raises(MissingLibraryError, match="Load sample scene needs scipy"):
        SampleScene(str(tmp_path / "scene.tif")).perform()


@pytest.mark.parametrize("moment", [0.0, 0.5, 1.0])
def test_cancelling_leaves_nothing(tmp_path: Path, moment: float) -> None:
    seen = [-1.0]
    run = Run(seen.append, is_cancelled=lambda: seen[-1] >= moment)
    with pytest.raises(Cancelled):
        SampleScene(str(tmp_path / "scene.tif"), str(tmp_path / "truth.tif")).perform(run)
        run.check_cancelled()
    assert moment == 1.0 or not list(tmp_path.iterdir())
