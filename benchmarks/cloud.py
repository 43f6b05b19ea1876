"""A scene over HTTP: bytes fetched, seconds and peak memory of `detect rx`, beside the same scene on the disk.

    python -m benchmarks.cloud [--gigabytes 4] [--output build/bench]

The scene is made in a temporary folder, which needs three times its room, and served on the loopback by this process.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Dict, Tuple

import numpy as np
from osgeo import gdal

from benchmarks.results import save, table

BANDS, COLUMNS = 224, 1000
_PIECE = 2**20


class Handler(BaseHTTPRequestHandler):
    """Answers range requests for one file."""

    protocol_version = "HTTP/1.1"
    file = Path()
    sent = 0

    def do_GET(self) -> None:
        """Send what is asked for."""
        size = self.file.stat().st_size
        known = self.path.lstrip("/") == self.file.name
        wanted = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(wanted[1]) if wanted else 0
        last = min(int(wanted[2]), size - 1) if wanted and wanted[2] else size - 1
        self.send_response(404 if not known else 206 if wanted else 200)
        self.send_header("Content-Length", str(last + 1 - first if known else 0))
        if known and wanted:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        if not known or self.command == "HEAD":
            return
        with self.file.open("rb") as stream:
            stream.seek(first)
            left = last + 1 - first
            while left:
                piece = stream.read(min(_PIECE, left))
                self.wfile.write(piece)
                left -= len(piece)
                type(self).sent += len(piece)

    do_HEAD = do_GET  # noqa: N815 (http.server's name)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def make_scene(path: Path, gigabytes: float) -> None:
    """Write a scene of noise, line by line interleaved."""
    rows = int(gigabytes * 1e9 / (2 * BANDS * COLUMNS))
    dataset = gdal.GetDriverByName("ENVI").Create(
        str(path), COLUMNS, rows, BANDS, gdal.GDT_Int16, ["INTERLEAVE=BIL"]
    )
    noise = np.random.default_rng(0).normal(2000, 100, (BANDS, 64, COLUMNS)).astype(np.int16)
    for row in range(0, rows, 64):
        height = min(64, rows - row)
        dataset.WriteArray(np.roll(noise, row, axis=2)[:, :height], 0, row)
    dataset.FlushCache()
    translated = path.with_suffix(".tif")
    gdal.Translate(str(translated), dataset, creationOptions=["INTERLEAVE=PIXEL", "BIGTIFF=YES"])


_RUN = """
import re, sys
from qgis_hsi_anomaly.cli import main
status = main(["detect", "rx", *sys.argv[1:]])
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
sys.exit(status)
"""


def measure(scene: str, output: Path) -> Tuple[float, float]:
    """Run `detect rx` in a process of its own: seconds and peak memory, MB."""
    started = time.monotonic()
    command = [sys.executable, "-c", _RUN, scene, str(output)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return time.monotonic() - started, int(done.stdout.split()[-1]) / 1024


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=4.0)
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_scene(folder / "scene.bil", arguments.gigabytes)
        (folder / "scene.bil").unlink()
        Handler.file = folder / "scene.tif"
        size = Handler.file.stat().st_size
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/scene.tif"
        rows: Dict[str, Any] = {}
        for label, scene in (("on the disk", str(Handler.file)), ("over HTTP", address)):
            Handler.sent = 0
            seconds, peak = measure(scene, folder / "scores.tif")
            rows[label] = {"seconds": seconds, "peak_mb": peak, "fetched_share": Handler.sent / size}
        server.shutdown()
    lines = [
        [label, f"{row['seconds']:.0f}", f"{row['peak_mb']:.0f}", f"{row['fetched_share']:.3f}"]
        for label, row in rows.items()
    ]
    title = f"RX on a scene of {size / 1e9:.1f} GB\n\n"
    save(
        arguments.output,
        "cloud",
        title + table(["", "seconds", "peak memory, MB", "fetched, of the file"], lines),
        rows,
    )


if __name__ == "__main__":
    main()
