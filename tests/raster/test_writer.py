"""Score layers are written whole or not at all, and say what they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.georeference import Georeference
from qgis_hsi_anomaly.raster.reader import open_cube, read_map
from qgis_hsi_anomaly.raster.writer import _OPTIONS, DRIVERS, check_output, write_map
from tests.raster.rasters import PLACE, UTM33, spectra, wkt, write_raster

ROTATED = (380000.0, 25.0, 16.0, 5820000.0, 16.0, -25.0)
METADATA = {"METHOD": "rx", "PARAMETERS": '{"regularization": "none"}', "NAME": "Größe = 1 < 2"}


def scores(rows: int = 300, columns: int = 270) -> np.ndarray:
    values = np.random.default_rng(1).random((rows, columns)).astype(np.float32)
    values[5, :7] = np.nan
    return values


def place(geotransform=PLACE, epsg=UTM33) -> Georeference:
    return Georeference(270, 300, geotransform, wkt(epsg) if epsg else "")


@pytest.mark.parametrize("extension", [*DRIVERS, ".TIF"])
def test_what_is_written_is_read_back(tmp_path: Path, extension: str) -> None:
    path = str(tmp_path / f"scores{extension}")
    write_map(path, scores(), place(), "RX scores", METADATA)
    values, georeference = read_map(path)

    np.testing.assert_array_equal(values, scores())
    assert georeference.geotransform == PLACE
    assert 'AUTHORITY["EPSG","32633"]' in georeference.crs or "UTM" in georeference.crs
    dataset = gdal.Open(path)
    band = dataset.GetRasterBand(1)
    assert dataset.GetDriver().ShortName == DRIVERS[extension.lower()]
    assert band.GetDescription() == "RX scores"
    assert np.isnan(band.GetNoDataValue())
    assert METADATA.items() <= dataset.GetMetadata().items()
    finite = scores()[np.isfinite(scores())].astype(float)
    # False, False: kept in the file, neither approximated nor computed now.
    np.testing.assert_allclose(
        band.GetStatistics(False, False), [finite.min(), finite.max(), finite.mean(), finite.std()], rtol=1e-6
    )
    assert band.DataType == gdal.GDT_Float32


def test_a_geotiff_is_tiled_and_compressed(tmp_path: Path) -> None:
    path = str(tmp_path / "scores.tif")
    write_map(path, np.zeros((300, 270), np.float64), place(), "", {})
    dataset = gdal.Open(path)

    assert dataset.GetRasterBand(1).GetBlockSize() == [256, 256]
    assert dataset.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE") == "DEFLATE"
    assert dataset.GetMetadataItem("PREDICTOR", "IMAGE_STRUCTURE") == "3"
    assert os.path.getsize(path) < 5000


@pytest.mark.parametrize("extension", [".tif", ".img"])
@pytest.mark.parametrize(
    ("geotransform", "epsg"),
    [(PLACE, UTM33), (ROTATED, UTM33), (PLACE, None), (None, None), ((10.0, 1e-4, 0, 52.0, 0, -2e-4), 4326)],
)
def test_place_and_crs_are_the_inputs(tmp_path: Path, extension: str, geotransform, epsg) -> None:
    path = str(tmp_path / f"scores{extension}")
    expected = place(geotransform, epsg)
    write_map(path, scores(), expected, "", {})
    found = read_map(path)[1]

    if geotransform is None:
        assert found.geotransform is None
    else:
        np.testing.assert_allclose(found.geotransform, geotransform, rtol=1e-13, atol=1e-12)
    assert bool(found.crs) == bool(epsg)
    assert found.pixel_area == pytest.approx(expected.pixel_area) if epsg else found.pixel_area is None


@pytest.mark.parametrize("extension", [".tif", ".img"])
def test_ground_control_points_are_kept(tmp_path: Path, extension: str) -> None:
    path = str(tmp_path / f"scores{extension}")
    corners = [(0, 0), (270, 0), (0, 300), (270, 300)]
    gcps = tuple(
        (float(p), float(q), 1e5 + 3 * p, 2e5 - 4 * q, 0.0, str(n)) for n, (p, q) in enumerate(corners, 1)
    )
    write_map(path, scores(), Georeference(270, 300, None, wkt(UTM33), gcps), "", {})
    found = read_map(path)[1]

    assert found.geotransform is None
    np.testing.assert_allclose([gcp[:5] for gcp in found.gcps], [gcp[:5] for gcp in gcps])
    assert "UTM zone 33N" in found.crs


def test_an_output_replaces_what_was_there_with_all_its_sidecars(tmp_path: Path) -> None:
    for name in ("scores.img", "scores.tif"):
        path = tmp_path / name
        write_map(str(path), scores() + 100, place(), "old", {})
        (tmp_path / f"{name}.ovr").write_text("old overviews")
        (tmp_path / f"{name}.aux.xml").write_text("<PAMDataset></PAMDataset>")
        write_map(str(path), scores(), place(), "new", {})

        np.testing.assert_array_equal(read_map(str(path))[0], scores())
        assert not (tmp_path / f"{name}.ovr").exists()
        dataset = gdal.Open(str(path))
        assert dataset.GetRasterBand(1).GetStatistics(False, False)[1] < 2
    assert not (tmp_path / "scores.tif.aux.xml").exists()


def test_scores_that_are_all_nan_are_written_without_statistics(tmp_path: Path) -> None:
    path = str(tmp_path / "scores.tif")
    write_map(path, np.full((300, 270), np.nan), place(), "", {})

    assert np.isnan(read_map(path)[0]).all()


DISK_FULL = """
import resource, signal, sys
import numpy as np
from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.georeference import Georeference
from qgis_hsi_anomaly.raster.writer import write_map

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    write_map(sys.argv[1], np.random.default_rng(0).random((300, 270)), Georeference(270, 300), "", {})
except RasterError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of the file size are POSIX's")
@pytest.mark.parametrize("name", ["scores.tif", "scores.img"])
@pytest.mark.parametrize("exceptions", ["UseExceptions", "DontUseExceptions"])
def test_a_disk_that_is_full_leaves_what_was_there(tmp_path: Path, name: str, exceptions: str) -> None:
    path = tmp_path / name
    path.write_text("what was there before")
    program = f"from osgeo import gdal\ngdal.{exceptions}()\n{DISK_FULL}"
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True, cwd=root
    )

    assert f"The output {path} cannot be written: " in done.stdout
    assert done.stdout.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert path.read_text() == "what was there before"


def test_a_refusal_by_gdal_leaves_nothing_behind(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(_OPTIONS, "GTiff", ["TILED=YES", "BLOCKXSIZE=17"])
    with pytest.raises(RasterError, match=r"scores.tif cannot be written: .*17"):
        write_map(str(tmp_path / "scores.tif"), scores(), place(), "", {})
    assert list(tmp_path.iterdir()) == []


def test_a_rename_that_fails_is_told_in_a_sentence(tmp_path: Path, monkeypatch) -> None:
    def refuse(*_) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(RasterError, match=r"scores.tif cannot be written: Permission denied\.$"):
        write_map(str(tmp_path / "scores.tif"), scores(), place(), "", {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["scores", "scores.jpg", "scores.hdr", "scores.tif.gz"])
def test_an_unknown_extension_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RasterError, match=r"extension.*\.tif"):
        check_output(str(tmp_path / name), [])
    with pytest.raises(RasterError, match=r"extension.*\.tif"):
        write_map(str(tmp_path / name), scores(), place(), "", {})


def test_a_missing_folder_and_a_folder_as_output_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RasterError, match="folder of the output .* does not exist"):
        check_output(str(tmp_path / "nowhere" / "scores.tif"), [])
    (tmp_path / "folder.tif").mkdir()
    with pytest.raises(RasterError, match="is a folder"):
        check_output(str(tmp_path / "folder.tif"), [])


def test_a_folder_without_permission_is_refused(tmp_path: Path, monkeypatch) -> None:
    # Tests may run as root, to whom every folder is open: the system's answer stands in.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(RasterError, match="cannot be written to"):
        check_output(str(tmp_path / "scores.tif"), [])


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="/proc is Linux's")
def test_a_folder_that_takes_no_files_is_refused_by_trying() -> None:
    with pytest.raises(RasterError, match="cannot be written to"):
        check_output("/proc/self/scores.tif", [])


def test_a_good_output_is_accepted_and_nothing_is_left(tmp_path: Path, monkeypatch) -> None:
    path = write_raster(tmp_path / "cube.tif", spectra())
    (tmp_path / "old.tif").write_text("an old output")
    before = sorted(tmp_path.iterdir())
    check_output(str(tmp_path / "new.tif"), [path, str(tmp_path / "missing.tif")])
    check_output(str(tmp_path / "old.tif"), [path])
    check_output(str(tmp_path / "report.html"), [path], kind="html")
    check_output(str(tmp_path / "background.model"), [path], kind="model")
    monkeypatch.chdir(tmp_path)
    check_output("new.tif", ["cube.tif"])
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("how", ["same", "symlink", "hardlink", "dots", "folder-link"])
def test_an_output_that_is_an_input_is_refused(tmp_path: Path, how: str) -> None:
    (tmp_path / "real").mkdir()
    path = write_raster(tmp_path / "real" / "cube.tif", spectra())
    output = {
        "same": path,
        "symlink": str(tmp_path / "link.tif"),
        "hardlink": str(tmp_path / "hard.tif"),
        "dots": str(tmp_path / "real" / ".." / "real" / "cube.tif"),
        "folder-link": str(tmp_path / "alias" / "cube.tif"),
    }[how]
    if how == "symlink":
        os.symlink(path, output)
    elif how == "hardlink":
        os.link(path, output)
    elif how == "folder-link":
        os.symlink(tmp_path / "real", tmp_path / "alias")

    with pytest.raises(RasterError, match="overwrite the input"):
        check_output(output, [path])
    with pytest.raises(RasterError, match="overwrite the input"):
        check_output(output, ["missing.tif", f"{path}|layername=areas"])


def test_an_output_whose_header_is_the_inputs_is_refused(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "cube.bsq", spectra(), "ENVI")

    with pytest.raises(RasterError, match=r"overwrite the input .*cube\.hdr"):
        check_output(str(tmp_path / "cube.img"), [path])
    with pytest.raises(RasterError, match="overwrite the input"):
        check_output(str(tmp_path / "cube.img"), [str(tmp_path / "cube.hdr")])
    check_output(str(tmp_path / "cube.tif"), [path])


@pytest.mark.parametrize("kind", ["html", "model"])
def test_other_outputs_do_not_overwrite_inputs_either(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "input.html"
    path.write_text("an input")
    with pytest.raises(RasterError, match="overwrite the input"):
        check_output(str(path), [str(path)], kind=kind)
    if kind == "html":
        with pytest.raises(RasterError, match=r"extension.*\.html"):
            check_output(str(tmp_path / "report.txt"), [], kind=kind)


def test_the_output_of_a_cube_is_aligned_with_it(tmp_path: Path) -> None:
    cube = open_cube(write_raster(tmp_path / "cube.tif", spectra(), geotransform=ROTATED, epsg=UTM33))
    path = str(tmp_path / "scores.tif")
    write_map(path, np.zeros((cube.rows, cube.columns)), cube.georeference, "", {})

    assert read_map(path)[1] == cube.georeference
