"""Rasters over HTTP, from a server of the test's own: each byte is fetched once, and no secret is told."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Iterator, List, Tuple

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly import cli, workflow
from qgis_hsi_anomaly.core.addresses import is_remote, without_secrets
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.errors import Cancelled, RasterError
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster import remote
from qgis_hsi_anomaly.raster.reader import open_cube
from tests.test_workflow import write_raster


class Server:
    """Serves a folder on the loopback with range requests. sent : bytes of bodies. stop_after : then nothing more."""

    def __init__(self, folder: Path) -> None:
        self.sent, self.stop_after = 0, 10**12
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.answer(body=True)

            def do_HEAD(self) -> None:
                self.answer(body=False)

            def answer(self, body: bool) -> None:
                path = folder / self.path.lstrip("/").split("?")[0]
                refused = "forbidden" in self.path
                if refused or not path.is_file():
                    self.send_response(403 if refused else 404)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                content = path.read_bytes()
                wanted = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
                first = int(wanted[1]) if wanted else 0
                last = min(int(wanted[2]), len(content) - 1) if wanted and wanted[2] else len(content) - 1
                self.send_response(206 if wanted else 200)
                self.send_header("Accept-Ranges", "bytes")
                self.send_header("Content-Length", str(last + 1 - first))
                if wanted:
                    self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
                self.end_headers()
                if body:
                    piece = content[first : last + 1][: max(outer.stop_after - outer.sent, 0)]
                    outer.sent += len(piece)
                    self.wfile.write(piece)
                    self.close_connection = len(piece) < last + 1 - first

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tuple[Server, Path]]:
    """A server over a folder with a scene, and an empty folder for temporary files."""
    pixels = np.random.default_rng(0).normal(100, 5, (150, 160, 40)).astype(np.float32)
    pixels[70, 80] += 60
    for driver, name in (("GTiff", "scene.tif"), ("ENVI", "scene.bsq")):
        write_raster(tmp_path / name, pixels, np.linspace(450, 950, 40), driver=driver)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(remote.tempfile, "tempdir", str(temporary))
    monkeypatch.setitem(remote._PATIENCE, "GDAL_HTTP_MAX_RETRY", "0")
    gdal.VSICurlClearCache()
    server = Server(tmp_path)
    yield server, tmp_path
    server.close()


def kept(folder: Path) -> List[str]:
    return [path.name for path in (folder / "temporary").iterdir() if path.name.startswith(remote.PREFIX)]


@pytest.mark.parametrize("form", ["{}/scene.tif", "/vsicurl/{}/scene.tif", "{}/scene.bsq"])
def test_a_scene_is_fetched_once_and_scored_as_from_the_disk(served, form: str) -> None:
    server, folder = served
    address = form.format(server.address)
    name = address.rpartition("/")[2]
    size = (folder / name).stat().st_size

    workflow.detect(make_detector("rx", {}), address, f"{folder}/far.tif")
    assert size <= server.sent <= 1.2 * size
    workflow.detect(make_detector("rx", {}), f"{folder}/{name}", f"{folder}/near.tif")

    far, near = (gdal.Open(f"{folder}/{one}.tif") for one in ("far", "near"))
    np.testing.assert_array_equal(far.ReadAsArray(), near.ReadAsArray())
    assert far.GetGeoTransform() == near.GetGeoTransform()
    assert kept(folder) == []
    assert json.loads((folder / "far.tif.json").read_text())["input"] == address


def test_what_signs_an_address_is_told_nowhere(served, capsys) -> None:
    server, folder = served
    signed = f"{server.address.replace('//', '//me:word@')}/scene.tif?sig=hush"
    assert cli.main(["detect", "rx", signed, f"{folder}/out.tif"]) == 0
    assert cli.main(["detect", "rx", signed.replace("scene", "none"), f"{folder}/no.tif"]) == 1
    told = "".join(capsys.readouterr())
    assert json.loads((folder / "out.tif.json").read_text())["input"] == f"{server.address}/scene.tif"
    told += (folder / "out.tif.json").read_text() + str(gdal.Open(f"{folder}/out.tif").GetMetadata())
    assert "scene.tif" in told and "none.tif" in told
    assert "hush" not in told and "word" not in told


@pytest.mark.parametrize(
    "address",
    [
        "az://c/s.tif?sig=hush",
        "/vsiaz/c/s.tif?sig=hush",
        "/vsis3/b/s.tif?X-Amz-Signature=hush",
        "s3://u:hush@b/s.tif",
        "HTTPS://data.org/s.tif?sig=hush",
        "https://data.org/s.tif?a=1,2;b='3'&sig=hush",
        "/vsicurl?header.Authorization=hush&url=https%3A%2F%2Fdata.org%2Fs.tif",
    ],
)
def test_every_form_of_an_address_loses_its_secrets(address: str) -> None:
    assert is_remote(address)
    shown = without_secrets(f"{address} cannot be opened")
    assert "hush" not in shown and shown.endswith(" cannot be opened")


@pytest.mark.parametrize("name", ["none.tif", "forbidden.tif"])
def test_what_cannot_be_had_is_told_in_one_sentence(served, name: str) -> None:
    server, folder = served
    with pytest.raises(
        RasterError, match=f"{name} cannot be read: check the address, and whether you may read it"
    ):
        open_cube(f"{server.address}/{name}")
    assert kept(folder) == []


def test_a_server_that_stops_leaves_nothing(served) -> None:
    server, folder = served
    server.stop_after = 500_000
    with pytest.raises(RasterError, match=r"scene.tif could not be fetched whole"):
        open_cube(f"{server.address}/scene.tif")
    assert kept(folder) == []


def test_cancel_while_fetching(served, monkeypatch) -> None:
    server, folder = served
    monkeypatch.setattr(remote, "_CHUNK", 2**18)
    shares: List[float] = []
    with pytest.raises(Cancelled):
        open_cube(
            f"{server.address}/scene.tif",
            run=Run(on_fraction=shares.append, is_cancelled=lambda: len(shares) > 3),
        )
    assert kept(folder) == [] and server.sent < 3_000_000


def test_a_disk_without_room_is_told_before(served, monkeypatch) -> None:
    server, folder = served
    monkeypatch.setattr(remote.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(RasterError, match=r"has room for 0.0 GB: set TMPDIR"):
        open_cube(f"{server.address}/scene.tif")
    assert kept(folder) == [] and server.sent < 100_000


def test_the_copy_goes_with_the_cube(served) -> None:
    server, folder = served
    cube = open_cube(f"{server.address}/scene.tif")
    assert len(kept(folder)) == 1
    del cube
    assert kept(folder) == []


def test_a_bucket_is_read_as_an_address_is(served) -> None:
    """s3:// from a store of the test's own, that asks for no signature."""
    server, folder = served
    (folder / "bucket").mkdir()
    (folder / "scene.tif").rename(folder / "bucket" / "scene.tif")
    options = {
        "AWS_S3_ENDPOINT": server.address.partition("//")[2],
        "AWS_HTTPS": "NO",
        "AWS_NO_SIGN_REQUEST": "YES",
        "AWS_VIRTUAL_HOSTING": "FALSE",
    }
    for name, value in options.items():
        gdal.SetConfigOption(name, value)
    try:
        workflow.detect(make_detector("rx", {}), "s3://bucket/scene.tif", f"{folder}/far.tif")
        with pytest.raises(RasterError, match="s3://bucket/none.tif cannot be read"):
            open_cube("s3://bucket/none.tif")
    finally:
        for name in options:
            gdal.SetConfigOption(name, None)

    size = (folder / "bucket" / "scene.tif").stat().st_size
    assert size <= server.sent <= 1.2 * size
    assert not kept(folder)


def test_a_server_that_never_answers_is_given_up(served, monkeypatch) -> None:
    """After the patience there is, here a second; nothing is left."""
    _, folder = served
    monkeypatch.setitem(remote._PATIENCE, "GDAL_HTTP_LOW_SPEED_TIME", "1")
    silent = socket.create_server(("127.0.0.1", 0))
    started = time.monotonic()
    try:
        with pytest.raises(RasterError, match="cannot be read: check the address"):
            open_cube(f"http://127.0.0.1:{silent.getsockname()[1]}/scene.tif")
    finally:
        silent.close()

    assert time.monotonic() - started < 30
    assert not kept(folder)


def test_a_mosaic_of_parts_elsewhere_says_that_they_are_fetched_again(served) -> None:
    """It is read all the same."""
    server, folder = served
    warnings: List[str] = []
    mosaic = folder / "mosaic.vrt"
    gdal.GetDriverByName("VRT").CreateCopy(str(mosaic), gdal.Open(f"{folder}/scene.tif"))
    near = '<SourceFilename relativeToVRT="1">scene.tif'
    assert near in mosaic.read_text()
    far = f"<SourceFilename>/vsicurl/{server.address}/scene.tif"
    mosaic.write_text(mosaic.read_text().replace(near, far))

    cube = open_cube(str(mosaic), run=Run(on_warning=warnings.append))

    np.testing.assert_array_equal(cube.read_rows(70, 71), open_cube(f"{folder}/scene.tif").read_rows(70, 71))
    assert [text for text in warnings if "fetched again in every pass" in text]
