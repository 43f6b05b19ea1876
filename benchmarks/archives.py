"""Whether an archive's scores are the same from one process, a job array, and a Dask cluster that loses a worker.

    HSI_ANOMALY_DATA=data python -m benchmarks.archives [--copies 10] [--detector rx] [--output build/bench]

The EnMAP mosaic of that folder (`georeferenced/enmap_potsdam_mosaic.tif`) is cut in four, and each quarter copied. The
job array is two processes, `--part 1/2` and `--part 2/2`; the cluster, two workers of one thread on this machine, one
of which is killed when two scenes are begun.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Tuple

from osgeo import gdal

from benchmarks.results import save, table

_HERE = Path(__file__).resolve().parents[1]


def cut(mosaic: Path, folder: Path, copies: int) -> None:
    """Write copies of the mosaic's quarters."""
    whole = gdal.Open(str(mosaic))
    wide, high = whole.RasterXSize // 2, whole.RasterYSize // 2
    for number in range(4):
        place = [wide * (number % 2), high * (number // 2), wide, high]
        first = folder / f"0-{number}.tif"
        gdal.Translate(str(first), whole, srcWin=place)
        for copy in range(1, copies):
            os.link(first, folder / f"{copy}-{number}.tif")


def start(arguments: List[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a Python module with one thread."""
    environment = {**os.environ, "PYTHONPATH": str(_HERE), "OMP_NUM_THREADS": "1"}
    with log.open("ab") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments], env=environment, stdout=stream, stderr=stream
        )


def run_many(data: Path, found: Path, detector: str, more: Tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
    """Start one run over the archive."""
    command = ["qgis_hsi_anomaly", "run-many", str(data), "--output", str(found), "--detector", detector]
    return start([*command, *more], found.with_suffix(".log"))


def wait_for(what: Any, seconds: float = 120) -> Any:
    """Return what a function returns once that is something."""
    for _ in range(int(10 * seconds)):
        if found := what():
            return found
        time.sleep(0.1)
    raise TimeoutError("Nothing happened.")


def on_dask(data: Path, found: Path, detector: str) -> int:
    """Run on a cluster of two workers, one of which is killed at work; return the exit status."""
    log = found.with_name("cluster.log")
    scheduler = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    processes = [start(scheduler, log)]
    try:
        (address,) = wait_for(lambda: re.findall(r"Scheduler at:\s+(tcp://[0-9.:]+)", log.read_text()))
        worker = ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        processes += [start(worker, log) for _ in range(2)]
        client = run_many(data, found, detector, ("--dask", address))
        wait_for(lambda: len(list(found.glob("*/log.txt"))) >= 2)
        processes[1].kill()
        return client.wait()
    finally:
        for process in processes:
            process.kill()
            process.wait()


def prints(found: Path) -> Dict[str, str]:
    """Return a digest of the scores of every scene."""
    return {
        path.parent.name: hashlib.sha256(gdal.Open(str(path)).ReadRaster()).hexdigest()
        for path in sorted(found.glob("*/scores.tif"))
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--detector", default="rx")
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    gdal.UseExceptions()
    mosaic = Path(os.environ["HSI_ANOMALY_DATA"]) / "georeferenced" / "enmap_potsdam_mosaic.tif"
    outcomes: Dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        data.mkdir()
        cut(mosaic, data, arguments.copies)
        engines = {
            "one process": lambda found: run_many(data, found, arguments.detector).wait(),
            "job array of two": lambda found: max(
                [
                    run.wait()
                    for run in [
                        run_many(data, found, arguments.detector, ("--part", f"{k}/2")) for k in (1, 2)
                    ]
                ]
            ),
            "Dask, two workers, one killed": lambda found: on_dask(data, found, arguments.detector),
        }
        expected: Dict[str, str] = {}
        for number, (engine, work) in enumerate(engines.items()):
            found, started = Path(name) / f"found{number}", time.perf_counter()
            status = work(found)
            digests = prints(found)
            expected = expected or digests
            outcomes[engine] = {
                "status": status,
                "scenes": len(digests),
                "same": sum(digests.get(scene) == digest for scene, digest in expected.items()),
                "seconds": time.perf_counter() - started,
            }
    rows = [
        [engine, str(one["status"]), str(one["scenes"]), str(one["same"]), f"{one['seconds']:.0f}"]
        for engine, one in outcomes.items()
    ]
    title = f"{4 * arguments.copies} scenes of 80 x 96 x 224, {arguments.detector}\n\n"
    header = ["engine", "exit", "scenes scored", "the same to the last bit", "seconds"]
    save(arguments.output, "archives", title + table(header, rows), outcomes)


if __name__ == "__main__":
    main()
