"""The files of a run: refused beforehand, written in hiding, put in their places together or not at all."""

import os
import signal
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

gdal = pytest.importorskip("osgeo.gdal")

from qgis_hsi_anomaly.core.errors import Cancelled, RasterError  # noqa: E402
from qgis_hsi_anomaly.outputs import Outputs  # noqa: E402
from tests.raster.rasters import spectra, write_raster  # noqa: E402


def claim(path, inputs=(), kind="raster"):
    """Claim one output of a run with these inputs."""
    outputs = Outputs(inputs)
    outputs.claim(str(path), kind)
    return outputs


def files(folder):
    """Every file below a folder, hidden ones too, with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["scores", "scores.jpg", "scores.hdr", "scores.tif.gz"])
def test_an_unknown_extension_is_refused(tmp_path, name):
    with pytest.raises(RasterError, match=r"extension.*\.tif"):
        claim(tmp_path / name)
    with pytest.raises(RasterError, match=r"extension.*\.html"):
        claim(tmp_path / name, kind="html")
    claim(tmp_path / name, kind="model file")


def test_a_missing_folder_and_a_folder_as_output_are_refused(tmp_path):
    with pytest.raises(RasterError, match="folder of the output .* does not exist"):
        claim(tmp_path / "nowhere" / "scores.tif")
    (tmp_path / "folder.tif").mkdir()
    with pytest.raises(RasterError, match="The output .* is a folder"):
        claim(tmp_path / "folder.tif")
    with pytest.raises(RasterError, match="The run record .* is a folder"):
        claim(tmp_path / "folder.tif", kind="run record")


def test_a_device_is_refused():
    with pytest.raises(RasterError, match="is not an ordinary file"):
        claim("/dev/null", kind="model file")


def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    # Tests may run as root, to whom every folder is open: the system's answer stands in.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(RasterError, match="cannot be written to"):
        claim(tmp_path / "scores.tif")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="/proc is Linux's")
def test_a_folder_that_takes_no_files_is_refused_by_trying():
    with pytest.raises(RasterError, match="cannot be written to"):
        claim("/proc/self/scores.tif")


def test_a_good_output_is_accepted_and_nothing_is_left(tmp_path, monkeypatch):
    path = write_raster(tmp_path / "cube.tif", spectra())
    (tmp_path / "old.tif").write_text("an old output")
    before = files(tmp_path)
    claim(tmp_path / "new.tif", [path, str(tmp_path / "missing.tif"), None])
    claim(tmp_path / "old.tif", [path])
    claim(tmp_path / "report.html", [path], "html")
    monkeypatch.chdir(tmp_path)
    claim("new.tif", ["cube.tif"])
    assert files(tmp_path) == before


@pytest.mark.parametrize("how", ["same", "symlink", "hardlink", "dots", "folder-link"])
@pytest.mark.parametrize("kind", ["raster", "run record"])
def test_an_output_that_is_an_input_is_refused(tmp_path, how, kind):
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
        claim(output, [path], kind)
    with pytest.raises(RasterError, match="overwrite the input"):
        claim(output, ["missing.tif", f"{path}|layername=areas"], kind)


@pytest.mark.parametrize("header", ["cube.hdr", "cube.bsq.hdr"])
def test_an_output_whose_header_would_be_taken_for_the_inputs_is_refused(tmp_path, header):
    """GDAL looks for cube.hdr first, also where the input's own header has the other name."""
    path = write_raster(tmp_path / "cube.bsq", spectra(), "ENVI")
    (tmp_path / "cube.hdr").rename(tmp_path / header)

    with pytest.raises(RasterError, match=r"overwrite the input .*cube\.hdr"):
        claim(tmp_path / "cube.img", [path])
    claim(tmp_path / "cube.tif", [path])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they are one file")
def test_names_of_other_case_are_other_files(tmp_path):
    path = write_raster(tmp_path / "cube.tif", spectra())
    claim(tmp_path / "CUBE.tif", [path])


@pytest.mark.parametrize(
    ("made", "input", "output", "kind"),
    [
        ("bsq", "cube.hdr", "cube.bsq", "raster"),
        ("bsq", "cube.hdr", "cube.bsq", "model file"),
        ("vrt", "cube.vrt", "cube.dat", "raster"),
        ("shp", "mask.shp", "mask.dbf", "model file"),
        ("shp", "mask.shp", "mask.prj", "model file"),
        ("zip", "/vsizip/{}/cube.zip/cube.tif", "cube.zip", "model file"),
    ],
)
def test_what_is_read_with_an_input_is_not_written(tmp_path, made, input, output, kind):
    """Headers, what a VRT is made of, parts of a shapefile, and what an archive lies in."""
    path = write_raster(tmp_path / "cube.bsq", spectra(), "ENVI")
    if made == "vrt":
        gdal.Translate(str(tmp_path / "cube.vrt"), path)
    elif made == "shp":
        gdal.GetDriverByName("ESRI Shapefile").Create(str(tmp_path / "mask.shp"), 0, 0, 0, 0).CreateLayer(
            "mask"
        )
    elif made == "zip":
        write_raster(tmp_path / "cube.tif", spectra())
        with zipfile.ZipFile(tmp_path / "cube.zip", "w") as archive:
            archive.write(tmp_path / "cube.tif", "cube.tif")
    name = input.format(tmp_path) if input.startswith("/vsi") else str(tmp_path / input)

    with pytest.raises(RasterError, match="overwrite the input"):
        claim(tmp_path / output, [name], kind)


@pytest.mark.parametrize(
    ("output", "folder"), [("o.tif", "o.tif.ovr"), ("o.img", "o.hdr"), ("o.tif", "o.tif.msk")]
)
def test_a_folder_at_a_sidecars_name_is_left_alone(tmp_path, output, folder):
    (tmp_path / folder).mkdir()
    with pytest.raises(RasterError, match=f"needs the place of the folder .*{folder}"):
        claim(tmp_path / output)


def test_the_header_of_another_raster_is_not_taken(tmp_path):
    write_raster(tmp_path / "o.dat", spectra(), "ENVI")
    with pytest.raises(RasterError, match=r"overwrite .*o\.hdr, the header of .*o\.dat"):
        claim(tmp_path / "o.img")
    claim(tmp_path / "o.dat")


def test_a_name_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(RasterError, match="is too long"):
        claim(tmp_path / ("a" * 245 + ".tif"))


def test_an_interrupt_waits_until_all_files_are_in_their_places(tmp_path, monkeypatch):
    """Ctrl-C at each rename: either everything is new, or nothing is."""
    names = ["a", "b", "c"]
    replace, before = os.replace, signal.signal(signal.SIGINT, signal.default_int_handler)
    for interrupted in range(1, 7):
        for name in names:
            (tmp_path / name).write_text("earlier")
        calls = []

        def interrupting(source, target, calls=calls, interrupted=interrupted):
            calls.append(target)
            if len(calls) == interrupted:
                signal.raise_signal(signal.SIGINT)
            replace(source, target)

        monkeypatch.setattr(
            os, "link", lambda *_, **__: (_ for _ in ()).throw(PermissionError(1, "no links"))
        )
        monkeypatch.setattr(os, "replace", interrupting)
        with pytest.raises(KeyboardInterrupt), Outputs() as outputs:
            for name in names:
                outputs.claim(str(tmp_path / name), "file")
                outputs.write(str(tmp_path / name), b"new")
        monkeypatch.setattr(os, "replace", replace)
        assert files(tmp_path) == dict.fromkeys(names, b"new")
    signal.signal(signal.SIGINT, before)


def test_another_runs_file_is_not_replaced_by_an_older_one(tmp_path, monkeypatch):
    """One that finished while this one failed."""
    for name in ("a", "b"):
        (tmp_path / name).write_text("earlier")
    replace = os.replace

    def refuse(source, target):
        if Path(target) == tmp_path / "b":
            (tmp_path / "other").write_text("another run's")
            replace(tmp_path / "other", tmp_path / "a")
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(RasterError), Outputs() as outputs:
        for name in ("a", "b"):
            outputs.claim(str(tmp_path / name), "file")
            outputs.write(str(tmp_path / name), b"new")

    assert files(tmp_path) == {"a": b"another run's", "b": b"earlier"}


def test_permissions_stay_what_they_were(tmp_path):
    (tmp_path / "a").write_text("earlier")
    (tmp_path / "a").chmod(0o600)
    with claim(tmp_path / "a", kind="file") as outputs:
        outputs.write(str(tmp_path / "a"), b"new")

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("first", "second", "file"),
    [
        (("n.tif", "raster"), ("n.tif", "raster"), "n.tif"),
        (("o.img", "raster"), ("o.dat", "raster"), "o.hdr"),
        (("o.img", "raster"), ("o.hdr", "model file"), "o.hdr"),
        (("n.tif.json", "model file"), ("n.tif.json", "run record"), "n.tif.json"),
    ],
)
def test_two_outputs_of_one_name_are_refused(tmp_path, first, second, file):
    """Also where neither exists yet, and where they share a header."""
    outputs = Outputs()
    outputs.claim(str(tmp_path / first[0]), first[1])
    with pytest.raises(RasterError, match=f"would overwrite {file}, which belongs to .*{first[0]}"):
        outputs.claim(str(tmp_path / second[0]), second[1])


def test_a_raster_replaces_what_was_there_with_all_its_sidecars(tmp_path):
    for name in ("o.img.ovr", "o.img.aux.xml", "o.hdr", "o.img"):
        (tmp_path / name).write_text("earlier")
    with claim(tmp_path / "o.img") as outputs, outputs.writing(str(tmp_path / "o.img")) as hidden:
        Path(hidden).write_text("new")
        Path(hidden).with_suffix(".hdr").write_text("new header")

    assert files(tmp_path) == {"o.img": b"new", "o.hdr": b"new header"}


def test_a_model_leaves_headers_of_its_stem_alone(tmp_path):
    """The header of the image it was learned from may have it."""
    (tmp_path / "scene.hdr").write_text("header")
    with claim(tmp_path / "scene.img", kind="model file") as outputs:
        outputs.write(str(tmp_path / "scene.img"), b"model")

    assert files(tmp_path) == {"scene.img": b"model", "scene.hdr": b"header"}


@pytest.mark.parametrize("error", [Cancelled(), OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_block_that_fails_leaves_everything_as_it_was(tmp_path, error):
    (tmp_path / "a.json").write_text("earlier")
    outputs = claim(tmp_path / "a.json", kind="model file")

    with pytest.raises(type(error)), outputs:
        outputs.write(str(tmp_path / "a.json"), b"new")
        raise error

    assert files(tmp_path) == {"a.json": b"earlier"}


@pytest.mark.parametrize("links", [True, False])
def test_where_one_file_cannot_be_put_in_place_none_is(tmp_path, monkeypatch, links):
    """On disks without links too: the last of three fails, here as Windows does where a file is open elsewhere."""
    names = ["a.json", "b.json", "c.json"]
    for name in names[1:]:
        (tmp_path / name).write_text("earlier")
    replace = os.replace

    def refuse(source, target):
        if Path(target) == tmp_path / "c.json" and Path(source).read_bytes() == b"new":
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    if not links:
        monkeypatch.setattr(
            os, "link", lambda *_, **__: (_ for _ in ()).throw(PermissionError(1, "no links"))
        )
    outputs = Outputs()

    with (
        pytest.raises(RasterError, match=r"The output .*c\.json cannot be written: Permission denied\."),
        outputs,
    ):
        for name in names:
            outputs.claim(str(tmp_path / name), "file")
            outputs.write(str(tmp_path / name), b"new")

    assert files(tmp_path) == {"b.json": b"earlier", "c.json": b"earlier"}


def test_what_cannot_be_brought_back_is_not_deleted(tmp_path, monkeypatch):
    """The sentence says where it is."""
    (tmp_path / "a.json").write_text("earlier")
    monkeypatch.setattr(os, "link", lambda *_, **__: (_ for _ in ()).throw(PermissionError(1, "no links")))
    replace, asked = os.replace, []

    def refuse(source, target):
        asked.append(target)
        if len(asked) > 1:
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)

    with (
        pytest.raises(
            RasterError, match="cannot be brought back .*what was there is .*hsi-anomaly"
        ) as caught,
        claim(tmp_path / "a.json", kind="file") as outputs,
    ):
        outputs.write(str(tmp_path / "a.json"), b"new")

    kept = str(caught.value).rsplit(" is ", maxsplit=1)[1].rstrip(".")
    assert Path(kept).read_text() == "earlier"


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "victim").write_text("another's")
    (tmp_path / "a.json").symlink_to(tmp_path / "victim")
    with claim(tmp_path / "a.json", kind="file") as outputs:
        outputs.write(str(tmp_path / "a.json"), b"new")

    assert (tmp_path / "victim").read_text() == "another's"
    assert (tmp_path / "a.json").read_bytes() == b"new" and not (tmp_path / "a.json").is_symlink()


def test_errors_name_the_output_and_not_where_it_is_hidden(tmp_path):
    path = str(tmp_path / "a.tif")
    with pytest.raises(RasterError) as caught, claim(path) as outputs, outputs.writing(path) as hidden:
        raise RasterError(f"The output {hidden} cannot be written: no room.")
    assert str(caught.value) == f"The output {path} cannot be written: no room."
    assert np.all([not name.startswith(".") for name in files(tmp_path)])
