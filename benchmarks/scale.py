"""Rasters larger than memory, from file to file: seconds, cores kept busy, peak memory beside its estimate.

    python -m benchmarks.scale [--gigabytes 2] [--layouts bil,bsq,bip,tiled,deflate] [--detectors rx,knn]
        [--limit 1024] [--output build/bench]

A scene of 1,500 columns and 224 bands is made in the temporary folder, once in every layout, and taken out of the
system's cache before every run. `--limit`, MB, is held by a control group of memory where one can be made (root), which
counts the file's cached pages too; the table says where there was none. Peak memory is that of the process, beside
what the program itself takes; of a learned detector, that of all its processes. Beside RX: reading the same file from
front to back, and RX on a cube in memory, whose larger one a run cannot be faster than.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import numpy as np
from osgeo import gdal

from benchmarks.results import save, table
from benchmarks.speed import made_cube
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import detector_ids, make_detector, method_class

COLUMNS, BANDS = 1500, 224
_STRIP = 256
LAYOUTS = {
    "bil": ("ENVI", ["INTERLEAVE=BIL"]),
    "bsq": ("ENVI", ["INTERLEAVE=BSQ"]),
    "bip": ("ENVI", ["INTERLEAVE=BIP"]),
    "tiled": ("GTiff", ["TILED=YES", "INTERLEAVE=BAND", "BIGTIFF=YES"]),
    "deflate": ("GTiff", ["TILED=YES", "INTERLEAVE=BAND", "BIGTIFF=YES", "COMPRESS=DEFLATE", "ZLEVEL=1"]),
}
_GROUPS = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")


def write_scene(path: Path, layout: str, gigabytes: float) -> None:
    """Write a made scene, strip by strip; each strip is the first one moved along its rows."""
    driver, options = LAYOUTS[layout]
    rows = round(gigabytes * 1e9 / (4 * COLUMNS * BANDS))
    dataset = gdal.GetDriverByName(driver).Create(str(path), COLUMNS, rows, BANDS, gdal.GDT_Float32, options)
    strip = made_cube(_STRIP, COLUMNS, BANDS)
    for start in range(0, rows, _STRIP):
        part = np.roll(strip, 7 * start, axis=1)[: rows - start]
        values = np.ascontiguousarray(part.transpose(2, 0, 1))
        dataset.WriteRaster(0, start, COLUMNS, len(part), values.tobytes())
        dataset.FlushCache()


def forget(path: Path) -> None:
    """Take a file out of the system's cache."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def memory_group(limit: Optional[int]) -> Iterator[Optional[Path]]:
    """Hold a control group of at most so many MB; None where there is none to be had."""
    for root, name in _GROUPS if limit else ():
        group = Path(root) / f"hsi-anomaly-{os.getpid()}"
        try:
            group.mkdir()
            (group / name).write_text(str(limit * 10**6))
        except OSError:
            continue
        try:
            yield group
        finally:
            group.rmdir()
        return
    yield None


def family(process: int) -> List[int]:
    """Return the ids of a process and of all that it started."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(one for child in children for one in family(int(child)))]


def resident(process: int, what: str) -> int:
    """Return VmHWM, the peak, or VmRSS of a process, bytes; 0 where it is gone."""
    try:
        found = re.search(rf"{what}:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return 0
    return 1024 * int(found[1]) if found else 0


def watch(command: List[str], group: Optional[Path] = None) -> Dict[str, Any]:
    """Run a command: seconds, processor seconds, peak MB of its processes together, what it printed."""
    inside = ["sh", "-c", 'echo $$ > "$0/cgroup.procs"; exec "$@"', str(group)] if group else []
    before, started = os.times(), time.perf_counter()
    printed = tempfile.TemporaryFile("w+")  # noqa: SIM115 (gone with the process)
    process = subprocess.Popen([*inside, *command], stdout=printed, stderr=subprocess.STDOUT)
    peak = 0
    while process.poll() is None:
        members = family(process.pid)
        peak = max(peak, sum(resident(member, "VmRSS") for member in members), resident(process.pid, "VmHWM"))
        time.sleep(0.02)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    printed.seek(0)
    text = printed.read()
    failed = {"failed": text.strip().splitlines()[-1:]} if process.returncode else {}
    return {
        "seconds": time.perf_counter() - started,
        "processor_seconds": spent,
        "peak_mb": peak / 1e6,
        "printed": text,
        **failed,
    }


def run(detector: str, scene: Path, folder: Path, limit: Optional[int], program: float) -> Dict[str, Any]:
    """Score a scene with a detector from a cold file."""
    forget(scene)
    command = [
        sys.executable,
        "-m",
        "qgis_hsi_anomaly",
        "detect",
        detector,
        str(scene),
        str(folder / "o.tif"),
    ]
    with memory_group(limit) as group:
        found = watch(command, group)
        found["limited"] = group is not None
    told = re.search(r"Memory needed: about (\d+) (\w)iB", found.pop("printed"))
    found["estimate_mb"] = int(told[1]) * {"M": 2**20, "G": 2**30}[told[2]] / 1e6 if told else None
    found["peak_mb"] -= program
    return found


def bare(scene: Path, rows: int) -> Dict[str, float]:
    """Return the seconds of reading a cold file from front to back, and those of RX on as many pixels in memory."""
    forget(scene)
    started = time.perf_counter()
    with scene.open("rb") as file:
        while file.read(2**24):
            pass
    read = time.perf_counter() - started
    strip = made_cube(_STRIP, COLUMNS, BANDS)
    array = np.concatenate([np.roll(strip, 7 * start, axis=1) for start in range(0, rows, _STRIP)])[:rows]
    cube, rx = ArrayCube(array), make_detector("rx", {})
    started = time.perf_counter()
    rx.fit(cube).score(cube)
    return {"read_seconds": read, "compute_seconds": time.perf_counter() - started}


def line(layout: str, detector: str, found: Dict[str, Any], cores: int) -> List[str]:
    """Lay one run out."""
    if "failed" in found:
        return [f"{detector}, {layout}", "".join(found["failed"])[:60], "", "", "", "", ""]
    busy = found["processor_seconds"] / found["seconds"] / cores
    estimate = found["estimate_mb"]
    return [
        f"{detector}, {layout}",
        f"{found['seconds']:.1f}",
        f"{found['processor_seconds']:.1f}",
        f"{busy:.0%}",
        f"{found['peak_mb']:.0f}",
        f"{estimate:.0f}" if estimate else "-",
        f"{estimate / found['peak_mb']:.2f}" if estimate else "-",
    ]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    classical = [id for id in detector_ids() if not method_class(id).needs_torch]
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--layouts", default="bil,bsq,bip,tiled,deflate")
    parser.add_argument(
        "--detectors", default="rx,knn,aed,crd,localrx,consensus", help=f"of {','.join(classical)}"
    )
    parser.add_argument(
        "--limit", type=int, default=None, help="MB that a run may take, files' pages included"
    )
    parser.add_argument("--bare", action="store_true", help="also read alone, and RX in memory")
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    gdal.UseExceptions()
    cores = len(os.sched_getaffinity(0))
    outcomes: Dict[str, Any] = {}
    lines = []
    imports = "import qgis_hsi_anomaly.workflow, qgis_hsi_anomaly.cli, time; time.sleep(.3)"
    program = watch([sys.executable, "-c", imports])["peak_mb"]
    unlimited = False
    for layout in arguments.layouts.split(","):
        with tempfile.TemporaryDirectory() as name:
            scene = Path(name) / ("scene.tif" if LAYOUTS[layout][0] == "GTiff" else "scene.img")
            write_scene(scene, layout, arguments.gigabytes)
            for detector in arguments.detectors.split(","):
                found = run(detector, scene, Path(name), arguments.limit, program)
                unlimited = unlimited or not found["limited"]
                outcomes[f"{detector}, {layout}"] = found
                lines.append(line(layout, detector, found, cores))
                print("  ".join(lines[-1]), flush=True)
            if arguments.bare:
                rows = round(arguments.gigabytes * 1e9 / (4 * COLUMNS * BANDS))
                outcomes[f"bare, {layout}"] = alone = bare(scene, rows)
                lines.append([f"read alone, {layout}", f"{alone['read_seconds']:.1f}", "", "", "", "", ""])
                lines.append(
                    [
                        f"rx on a cube in memory, {layout}",
                        f"{alone['compute_seconds']:.1f}",
                        "",
                        "",
                        "",
                        "",
                        "",
                    ]
                )
    held = f"limit {arguments.limit} MB" if arguments.limit and not unlimited else "no limit held"
    title = f"scene of {arguments.gigabytes:g} GB, {held}; the program itself takes {program:.0f} MB\n\n"
    header = ["detector, layout", "seconds", "of work", "busy", "peak MB", "estimate", "ratio"]
    save(arguments.output, "scale", title + table(header, lines), outcomes)


if __name__ == "__main__":
    main()
