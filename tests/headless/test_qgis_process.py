"""The plugin in qgis_process: real scenes, refusals, cancelling."""

import pathlib
import re
import signal
import time

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.errors import MissingLibraryError
from qgis_hsi_anomaly.jobs.interpreter import find_interpreter
from tests.test_workflow import names, write_raster


@pytest.fixture(scope="session")
def torch():
    """Skip where no interpreter has torch."""
    try:
        find_interpreter()
    except MissingLibraryError as error:
        pytest.skip(str(error))


def same_grid(output, source):
    """Whether two rasters have the same geotransform, CRS and size."""
    one, other = gdal.Open(str(output)), gdal.Open(str(source))
    return (
        one.GetGeoTransform() == other.GetGeoTransform()
        and one.GetSpatialRef().IsSame(other.GetSpatialRef())
        and (one.RasterXSize, one.RasterYSize) == (other.RasterXSize, other.RasterYSize)
    )


def read(path):
    """Scores of a raster."""
    return gdal.Open(str(path)).ReadAsArray()


def test_rx_on_a_real_scene_in_utm(headless, data_folder, tmp_path):
    """ENVI in, GeoTIFF out: the grid is the input's; the command line gives the same scores."""
    source = data_folder / "georeferenced" / "SDData"

    _, results = headless.results(
        "hsianomaly:rx", INPUT=source, REGULARIZATION="none", OUTPUT=tmp_path / "rx.tif"
    )

    assert results == {"OUTPUT": f"{tmp_path}/rx.tif", "VALID_PIXELS": 8100, "BANDS_USED": 189}
    assert same_grid(tmp_path / "rx.tif", source)
    assert (
        main(["detect", "rx", str(source), f"{tmp_path}/direct.tif", "--regularization", "none", "--json"])
        == 0
    )
    direct = read(tmp_path / "direct.tif")
    np.testing.assert_allclose(read(tmp_path / "rx.tif"), direct, rtol=0, atol=1e-4 * np.ptp(direct))

    truth = data_folder / "georeferenced" / "SDDataGt.bmp"
    _, figures = headless.results("hsianomaly:evaluate", SCORES=tmp_path / "rx.tif", TRUTH=truth)
    assert figures["AUC_PD_PF"] == pytest.approx(0.9106, abs=1e-4)


def test_rx_on_a_mosaic_with_nodata_and_dead_bands(headless, data_folder, tmp_path):
    """Nodata stays nodata, pixel by pixel, and the log names the dead bands."""
    source = data_folder / "georeferenced" / "enmap_potsdam_mosaic.tif"

    log, results = headless.results("hsianomaly:rx", INPUT=source, OUTPUT=tmp_path / "rx.tif")

    assert same_grid(tmp_path / "rx.tif", source)
    scores, dataset = read(tmp_path / "rx.tif"), gdal.Open(str(source))
    bands = [dataset.GetRasterBand(number) for number in (1, 50, 224)]
    nodata = np.any([band.ReadAsArray() == band.GetNoDataValue() for band in bands], axis=0)
    np.testing.assert_array_equal(np.isnan(scores), nodata)
    assert np.isnan(gdal.Open(f"{tmp_path}/rx.tif").GetRasterBand(1).GetNoDataValue())
    assert results["VALID_PIXELS"] == np.isfinite(scores).sum() and results["BANDS_USED"] == 218
    assert any("6 of 224" in line and "130-135" in line for line in log["info"])


def test_sscade_with_its_model_and_spread(headless, torch, scene, tmp_path):
    """In the worker: every output, the same scores as the command line, the model applied to the same image."""
    small = {"EPOCHS": 3, "MEMBERS": 2, "LATENT": 2, "MIXTURE_COMPONENTS": 2, "DEVICE": "cpu"}
    outputs = {
        "OUTPUT": tmp_path / "scores.tif",
        "SPREAD": tmp_path / "spread.tif",
        "MODEL": tmp_path / "m.safetensors",
    }

    _, results = headless.results("hsianomaly:sscade", INPUT=scene / "scene.tif", **small, **outputs)

    expected = {"VALID_PIXELS": 308, "BANDS_USED": 6, **{name: str(path) for name, path in outputs.items()}}
    assert results == expected
    options = [
        word for name, value in small.items() for word in ("--" + name.lower().replace("_", "-"), str(value))
    ]
    assert main(["detect", "sscade", f"{scene}/scene.tif", f"{tmp_path}/direct.tif", *options, "--json"]) == 0
    scores, direct = read(tmp_path / "scores.tif"), read(tmp_path / "direct.tif")
    np.testing.assert_allclose(scores, direct, rtol=0, atol=1e-4 * np.ptp(direct[np.isfinite(direct)]))

    headless.results(
        "hsianomaly:applymodel",
        MODEL=tmp_path / "m.safetensors",
        INPUT=scene / "scene.tif",
        OUTPUT=tmp_path / "applied.tif",
        DEVICE="cpu",
    )
    np.testing.assert_allclose(read(tmp_path / "applied.tif"), scores, rtol=0, atol=1e-4 * np.ptp(scores[5:]))


@pytest.mark.parametrize(
    ("id", "parameters", "words"),
    [
        ("rx", {"INPUT": "nowhere.tif"}, r"nowhere\.tif does not exist"),
        ("rx", {"INPUT": "note.txt"}, r"note\.txt cannot be opened as a raster"),
        ("rx", {"INPUT": "empty.tif"}, r"empty\.tif"),
        ("rx", {"INPUT": "scene.tif", "BANDS": "1,99"}, "99"),
        ("rx", {"INPUT": "scene.tif", "OUTPUT": "out.xyz"}, "xyz"),
        ("applymodel", {"INPUT": "scene.tif", "MODEL": "note.txt"}, r"note\.txt is not a model"),
    ],
)
def test_refusals(headless, scene, id, parameters, words):
    """Non-zero exit, one sentence, no traceback, nothing written."""
    (scene / "note.txt").write_text("no raster")
    write_raster(scene / "empty.tif", np.full((4, 4, 3), -1, np.float32), nodata=-1)
    before = names(scene)
    given = {"OUTPUT": "out.tif", **parameters}
    paths = {name: value if name == "BANDS" else scene / value for name, value in given.items()}

    status, said = headless.run(f"hsianomaly:{id}", **paths)

    assert status != 0
    assert re.search(words, said), said
    assert "Traceback" not in said
    assert names(scene) == before


def test_interrupt_in_the_middle_of_sscade(headless, torch, scratch, tmp_path):
    """Ctrl-C: no process, no scratch file, no output, non-zero exit."""
    random = np.random.default_rng(0)
    write_raster(tmp_path / "large.tif", random.normal(100, 5, (120, 100, 60)).astype(np.float32))
    process = headless.start(
        "run",
        "hsianomaly:sscade",
        "--",
        f"INPUT={tmp_path}/large.tif",
        f"OUTPUT={tmp_path}/scores.tif",
        f"MODEL={tmp_path}/model.safetensors",
        "EPOCHS=100000",
        "DEVICE=cpu",
    )
    workers = wait_for_workers(scratch)
    time.sleep(3)  # into the training

    process.send_signal(signal.SIGINT)

    said, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Cancelled" in said and "Traceback" not in said
    assert workers and not worker_processes(scratch)
    assert [path.name for path in scratch.iterdir() if path.name.startswith("hsi-anomaly-")] == []
    assert names(tmp_path) == ["large.tif"]


def worker_processes(scratch):
    """Ids of processes whose command line names the scratch folder."""
    found = []
    for folder in filter(lambda path: path.name.isdigit(), pathlib.Path("/proc").iterdir()):
        try:
            if str(scratch).encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def wait_for_workers(scratch):
    """Wait until workers run."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := worker_processes(scratch):
            return found
        time.sleep(0.2)
    return []


def test_a_model_of_the_designer_runs(headless, scene, tmp_path):
    """A .model3 of the plugin, from its file, as qgis_process takes it."""
    model = pathlib.Path(
        headless.environment["QGIS_PLUGINPATH"], "qgis_hsi_anomaly/resources/models/rx_then_evaluate.model3"
    )

    status, said = headless.run(
        str(model),
        image=scene / "scene.tif",
        truth=scene / "truth.tif",
        **{"rx:Scores": tmp_path / "rx.tif", "evaluate:Report": tmp_path / "report.html"},
    )

    assert status == 0, said
    assert {"rx.tif", "report.html"} <= set(names(tmp_path))
