"""How fast the detectors are, each against a peer in the same run: `make bench-speed`.

    python -m benchmarks.speed [--cases rx,localrx,…] [--output FOLDER]

Every contender runs in a process of its own on the same made cube; ours and the peer take turns, and the best of
all repetitions counts, so that another program's load does not fall on one of them alone. Peak memory is the
process's largest resident size, the cube included. Peers: SPy (spectral 0.25), scikit-learn, PyOD, and two formulas
written out as published: CRD solved pixel by pixel over all bands, and hsi_toolkit's k-means RX. Ratios are peer over
ours: 5x means five times faster, on the clock; `of work` is the same in processor seconds, which a busy machine changes
little. Growth is measured in processor seconds.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from benchmarks.results import save, table
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import detector_class, detector_ids, make_detector

Array = Any
Timing = Dict[
    str, float
]  # seconds, and what else a contender has to say; seconds_per_pixel where sizes differ

ROUNDS = 2
TOP = Path(__file__).resolve().parents[1]
SCRATCH = TOP / "build" / "bench" / "scratch"


def made_cube(rows: int, columns: int, bands: int, seed: int = 0) -> Array:
    """Return a cube (rows, columns, bands) float32: smooth mixtures of ten spectra, and noise."""
    random = np.random.default_rng(seed)
    steps = np.cumsum(random.standard_normal((10, bands)), axis=1) / np.sqrt(bands)
    spectra = (0.3 + 0.05 * steps).astype(np.float32)
    row, column = np.mgrid[0:rows, 0:columns].astype(np.float32)
    waves = random.uniform(5, 40, (10, 2)).astype(np.float32)
    cube = np.empty((rows, columns, bands), dtype=np.float32)
    for start in range(0, rows, 100):
        part = slice(start, start + 100)
        phase = row[part, :, None] / waves[:, 0] + column[part, :, None] / waves[:, 1]
        shares = 1 + np.sin(phase + np.arange(10, dtype=np.float32))
        shares /= shares.sum(axis=2, keepdims=True)
        noise = random.standard_normal((*shares.shape[:2], bands), dtype=np.float32)
        cube[part] = shares @ spectra + np.float32(0.004) * noise
    return cube


def best(work: Callable[[], Any], pixels: int, repetitions: int = 3) -> Timing:
    """Return the fastest of some repetitions: seconds and processor seconds, in all and per pixel."""
    seconds, processor_seconds = [], []
    for _ in range(repetitions):
        started, started_work = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - started)
        processor_seconds.append(time.process_time() - started_work)
    return {
        "seconds": min(seconds),
        "pixels": pixels,
        "seconds_per_pixel": min(seconds) / pixels,
        "processor_seconds_per_pixel": min(processor_seconds) / pixels,
    }


def ours(id: str, array: Array, repetitions: int = 3, **values: Any) -> Timing:
    """Time learning and scoring with one of our detectors."""
    cube = ArrayCube(array)
    detector = make_detector(id, values)
    return best(lambda: detector.fit(cube).score(cube), cube.rows * cube.columns, repetitions)


# Contenders ---------------------------------------------------------------------------------------------------------


def rx_ours() -> Timing:
    """RX on 1000 x 1000 x 224."""
    return ours("rx", made_cube(1000, 1000, 224), regularization="none")


def rx_spy() -> Timing:
    """SPy's global RX on the same cube."""
    import spectral

    array = made_cube(1000, 1000, 224)
    return best(lambda: spectral.rx(array), 1_000_000, 2)


def rx_products() -> Timing:
    """Only the matrix products of RX in float64: the covariance's, and a triangle's worth of whitening's."""
    from qgis_hsi_anomaly.core.numerics.statistics import squared_mahalanobis
    from qgis_hsi_anomaly.core.threads import CHUNK, map_threads

    chunk = made_cube(1, CHUNK, 224)[0].astype(np.float64)
    triangle = np.tril(np.random.default_rng(0).random((224, 224)))
    chunks = [chunk] * (1_000_000 // CHUNK)

    def multiply() -> None:
        for product in (
            lambda pixels: pixels.T @ pixels,
            lambda pixels: squared_mahalanobis(pixels, triangle),
        ):
            for _ in map_threads(product, chunks):
                pass

    return best(multiply, 1_000_000)


def rx_large_file() -> Timing:
    """RX on a GeoTIFF of 2 GB, from file to file."""
    from osgeo import gdal

    from qgis_hsi_anomaly import workflow

    gdal.UseExceptions()
    path, output = SCRATCH / "large.tif", SCRATCH / "large-rx.tif"
    timing = best(lambda: workflow.detect(make_detector("rx", {}), str(path), str(output)), 1500 * 1500, 1)
    return {**timing, "gigabytes": path.stat().st_size / 1e9}


def write_large_file() -> None:
    """Write the 2 GB raster that `rx_large_file` reads, strip by strip."""
    from osgeo import gdal

    gdal.UseExceptions()
    SCRATCH.mkdir(parents=True, exist_ok=True)
    rows, columns, bands = 1500, 1500, 224
    options = ["TILED=YES", "INTERLEAVE=BAND", "BIGTIFF=YES"]
    dataset = gdal.GetDriverByName("GTiff").Create(
        str(SCRATCH / "large.tif"), columns, rows, bands, gdal.GDT_Float32, options
    )
    for start in range(0, rows, 250):
        strip = made_cube(250, columns, bands, seed=start)
        dataset.WriteRaster(0, start, columns, 250, np.ascontiguousarray(strip.transpose(2, 0, 1)).tobytes())


def localrx_ours() -> Timing:
    """Local RX, windows 11 and 21, with its default principal components."""
    return ours("localrx", made_cube(200, 200, 224), inner_window=11, outer_window=21)


def localrx_spy() -> Timing:
    """SPy's windowed RX over all bands (the ring of 320 pixels holds more pixels than bands)."""
    import spectral

    array = made_cube(24, 24, 224)
    return best(lambda: spectral.rx(array, window=(11, 21)), 24 * 24, 1)


def localrx_spy_components() -> Timing:
    """SPy's windowed RX on the 20 principal components ours uses, made beforehand."""
    import spectral

    array = principal_components(made_cube(40, 40, 224), 20)
    return best(lambda: spectral.rx(array, window=(11, 21)), 40 * 40, 1)


def crd_ours() -> Timing:
    """CRD over all bands, windows 15 and 21."""
    return ours("crd", made_cube(128, 128, 189), 2, principal_components=0, inner_window=15, outer_window=21)


def crd_ours_components() -> Timing:
    """CRD on 15 components, windows 15 and 21."""
    return ours("crd", made_cube(256, 256, 189), principal_components=15, inner_window=15, outer_window=21)


def crd_direct() -> Timing:
    """CRD as published: the ring's 216 spectra, (X'X + lambda G'G) a = X'y, for pixels away from the border."""
    array = made_cube(60, 60, 189).astype(np.float64)
    inside = np.abs(np.mgrid[-10:11, -10:11]).max(axis=0) > 7
    pixels = [(row, column) for row in range(10, 50, 4) for column in range(10, 50, 2)]

    def solve() -> None:
        for row, column in pixels:
            ring = array[row - 10 : row + 11, column - 10 : column + 11][inside].T
            pixel = array[row, column]
            distances = np.linalg.norm(ring - pixel[:, None], axis=0)
            weights = np.linalg.solve(ring.T @ ring + 100 * np.diag(distances**2), ring.T @ pixel)
            np.linalg.norm(pixel - ring @ weights)

    return best(solve, len(pixels), 2)


def knn_ours() -> Timing:
    """KNN with its defaults: mean distance to 20 neighbors on 10 components; the components are part of the time."""
    return ours("knn", made_cube(200, 200, 224))


def knn_scikit_learn() -> Timing:
    """scikit-learn's neighbors on the 10 components, made beforehand."""
    from sklearn.neighbors import NearestNeighbors

    points = principal_components(made_cube(200, 200, 224), 10).reshape(-1, 10)
    return best(
        lambda: NearestNeighbors(n_neighbors=20).fit(points).kneighbors(points)[0].mean(axis=1), len(points)
    )


def knn_pyod() -> Timing:
    """PyOD's KNN on the 10 components, made beforehand."""
    from pyod.models.knn import KNN

    points = principal_components(made_cube(200, 200, 224), 10).reshape(-1, 10)
    return best(lambda: KNN(n_neighbors=20, method="mean").fit(points).decision_scores_, len(points))


def cbad_ours() -> Timing:
    """Cluster-based RX with its defaults."""
    return ours("cbad", made_cube(200, 200, 100))


def cbad_hsi_toolkit() -> Timing:
    """hsi_toolkit's formula: k-means, a pseudo-inverse a cluster, then pixel by pixel."""
    from sklearn.cluster import KMeans

    clusters = int(getattr(make_detector("cbad", {}), "clusters", 8))
    pixels = made_cube(200, 200, 100).reshape(-1, 100)

    def score() -> None:
        labels = KMeans(clusters, n_init=1, random_state=0).fit_predict(pixels)
        means = [pixels[labels == label].mean(axis=0) for label in range(clusters)]
        inverses = [np.linalg.pinv(np.cov(pixels[labels == label].T)) for label in range(clusters)]
        for pixel, label in zip(pixels, labels):
            centered = pixel - means[label]
            centered @ inverses[label] @ centered

    return best(score, len(pixels), 2)


def consensus_large() -> Timing:
    """The consensus with its defaults on 1000 x 1000 x 224."""
    return ours("consensus", made_cube(1000, 1000, 224), 1)


def principal_components(array: Array, components: int) -> Array:
    """Return a cube's first principal components, (rows, columns, components) float64."""
    pixels = array.reshape(-1, array.shape[2]).astype(np.float64)
    centered = pixels - pixels.mean(axis=0)
    _, vectors = np.linalg.eigh(centered.T @ centered)
    return (centered @ vectors[:, ::-1][:, :components]).reshape(*array.shape[:2], components)


# Cases --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A comparison: ours against a peer.

    least : the ratio that must be reached. memory : megabytes that ours may take at its peak.
    """

    name: str
    ours: Callable[[], Timing]
    peer: Optional[Callable[[], Timing]] = None
    least: Optional[float] = None
    memory: Optional[float] = None
    prepare: Optional[Callable[[], None]] = None


CASES = (
    Case("rx: SPy", rx_ours, rx_spy, 5.0),
    Case("rx: its bare products in float64", rx_ours, rx_products),
    Case("rx: 2 GB file", rx_large_file, memory=1000.0, prepare=write_large_file),
    Case("localrx: SPy, all bands", localrx_ours, localrx_spy, 100.0),
    Case("localrx: SPy, 20 components", localrx_ours, localrx_spy_components),
    Case("crd, all bands: direct solve", crd_ours, crd_direct, 4.0),
    Case("crd, 15 components: direct solve", crd_ours_components, crd_direct, 80.0),
    Case("knn: scikit-learn", knn_ours, knn_scikit_learn),
    Case("knn: PyOD", knn_ours, knn_pyod),
    Case("cbad: hsi_toolkit's formula", cbad_ours, cbad_hsi_toolkit),
    Case("consensus: 1000 x 1000 x 224", consensus_large, memory=4000.0),
)


def apart(task: str) -> Dict[str, Any]:
    """Run a contender or a growth measurement in a process of its own and return what it measured."""
    command = [sys.executable, "-m", "benchmarks.speed", "--task", task]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return {"failed": (done.stderr.strip().splitlines() or ["no word"])[-1]}
    measured: Dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{task} done", file=sys.stderr, flush=True)
    return measured


def faster(one: Dict[str, Any], other: Dict[str, Any]) -> Dict[str, Any]:
    """Return the faster of two runs of a contender; a failure is kept."""
    if "failed" in one or not other:
        return one
    return other if not one or "failed" in other or other["seconds"] < one["seconds"] else one


def compare(case: Case) -> Dict[str, Any]:
    """Measure both sides of a case."""
    if case.prepare is not None:
        apart(case.prepare.__name__)
    left: Dict[str, Any] = {}
    right: Dict[str, Any] = {}
    for _ in range(ROUNDS if case.peer is not None else 1):
        left = faster(left, apart(case.ours.__name__))
        if case.peer is not None:
            right = faster(right, apart(case.peer.__name__))
    outcome: Dict[str, Any] = {"case": case.name, "ours": left, "peer": right, "least": case.least}
    if "seconds" in left and "seconds" in right:
        outcome["ratio"] = right["seconds_per_pixel"] / left["seconds_per_pixel"]
        outcome["processor_ratio"] = (
            right["processor_seconds_per_pixel"] / left["processor_seconds_per_pixel"]
        )
    kept = case.least is None or outcome.get("ratio", 0) >= case.least
    within = case.memory is None or left.get("peak_megabytes", np.inf) <= case.memory
    outcome["memory_allowed"] = case.memory
    outcome["reached"] = bool(kept and within and "failed" not in left)
    print(comparisons([outcome]).splitlines()[-1], file=sys.stderr, flush=True)
    return outcome


def growth(id: str) -> Dict[str, Any]:
    """Return how a detector's processor time grows: four times the pixels, and four times the bands."""
    shapes = {"once": (128, 128, 60), "pixels": (256, 256, 60), "bands": (128, 128, 240)}
    seconds = {}
    for name, shape in shapes.items():
        timing = ours(id, made_cube(*shape), 3)
        seconds[name] = timing["processor_seconds_per_pixel"] * timing["pixels"]
    return {
        "seconds": seconds["once"],
        "pixels_x4": seconds["pixels"] / seconds["once"],
        "bands_x4": seconds["bands"] / seconds["once"],
    }


def comparisons(outcomes: List[Dict[str, Any]]) -> str:
    """Lay the comparisons out."""
    rows = []
    for outcome in outcomes:
        left, right = outcome["ours"], outcome["peer"]
        wanted = f">= {outcome['least']:g}x" if outcome["least"] else ""
        if outcome["memory_allowed"]:
            wanted = f"<= {outcome['memory_allowed']:.0f} MB"
        rows.append(
            [
                outcome["case"],
                left.get("failed") or f"{left['seconds']:.2f} s",
                f"{1e6 * left['seconds_per_pixel']:.2f}" if "seconds" in left else "-",
                f"{1e6 * right['seconds_per_pixel']:.2f}" if "seconds" in right else "-",
                f"{outcome['ratio']:.1f}x" if "ratio" in outcome else "-",
                f"{outcome['processor_ratio']:.1f}x" if "ratio" in outcome else "-",
                wanted,
                "" if not wanted else "yes" if outcome["reached"] else "NO",
                f"{left.get('peak_megabytes', 0):.0f}",
                f"{right['peak_megabytes']:.0f}" if "seconds" in right else "-",
            ]
        )
    header = [
        "ours: peer",
        "ours",
        "us/pixel",
        "peer",
        "ratio",
        "of work",
        "wanted",
        "reached",
        "peak MB",
        "peer's",
    ]
    return table(header, rows)


TRAINING: Dict[str, Tuple[str, str, float, bool]] = {
    # What it says: the function of training_speed that measures it, its key there, the limit, whether at least.
    "a step with N x N projectors: ours, 10^4 pixels": ("growth", "dense_ratio", 30.0, True),
    "a step at 4 N pixels: at N": ("growth", "four_times_the_pixels_ratio", 4.4, False),
    "training and scoring 300 x 480 x 224: bare products": ("training_against_products", "ratio", 2.5, False),
    "one process of one thread: two of them, 300 x 480 x 224": ("processes", "speedup", 1.8, True),
}


def training() -> Tuple[str, Dict[str, Any]]:
    """Measure E2E-SSCADE's training with training_speed.py; return table and figures."""
    functions = dict.fromkeys(function for function, _, _, _ in TRAINING.values())
    measured = {function: apart(f"training {function}") for function in functions}
    rows = []
    for name, (function, key, limit, at_least) in TRAINING.items():
        found = measured[function]
        if "failed" in found:
            rows.append([name, found["failed"], "", "", ""])
            continue
        reached = found[key] >= limit if at_least else found[key] <= limit
        wanted = f"{'>=' if at_least else '<='} {limit:g}x"
        rows.append(
            [name, f"{found[key]:.2f}x", wanted, "yes" if reached else "NO", f"{found['peak_megabytes']:.0f}"]
        )
    return table(["training of E2E-SSCADE", "ratio", "wanted", "reached", "peak MB"], rows), measured


def main() -> int:
    """Measure what was asked for and write the tables; in a process of its own, measure one thing."""
    parser = argparse.ArgumentParser(description="Speed of the detectors against peers, and how it grows.")
    parser.add_argument(
        "--cases", default="", help="only cases that begin with one of these; growth, training"
    )
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    parser.add_argument("--task", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        print(json.dumps(task(arguments.task)))
        return 0

    wanted = tuple(filter(None, arguments.cases.split(",")))
    outcomes = [compare(case) for case in CASES if not wanted or case.name.startswith(wanted)]
    text = comparisons(outcomes)
    grown: Dict[str, Dict[str, Any]] = {}
    if not wanted or "growth" in wanted:
        grown = {id: apart(f"growth {id}") for id in detector_ids() if not detector_class(id).needs_torch}
        rows = [
            [
                id,
                *(
                    [found["failed"]]
                    if "failed" in found
                    else [
                        f"{found['seconds']:.2f}",
                        f"{found['pixels_x4']:.2f}x",
                        "yes" if found["pixels_x4"] <= 4.5 else "NO",
                        f"{found['bands_x4']:.2f}x",
                        f"{found['peak_megabytes']:.0f}",
                    ]
                ),
            ]
            for id, found in grown.items()
        ]
        rows = [row + [""] * (6 - len(row)) for row in rows]
        header = ["growth", "128x128x60, processor s", "pixels x4", "<= 4.5x", "bands x4", "peak MB"]
        text += "\n\n" + table(header, rows)
    trained: Dict[str, Any] = {}
    if not wanted or "training" in wanted:
        section, trained = training()
        text += "\n\n" + section
    save(arguments.output, "speed", text, {"comparisons": outcomes, "growth": grown, "training": trained})
    for leftover in SCRATCH.glob("large*"):
        leftover.unlink()
    return 0


def task(name: str) -> Dict[str, Any]:
    """Do one measurement in this process; add its peak memory."""
    if name.startswith("growth "):
        measured: Dict[str, Any] = growth(name.split()[1])
    elif name.startswith("training "):
        from benchmarks import training_speed

        measured = getattr(training_speed, name.split()[1])()
    else:
        measured = globals()[name]() or {}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {**measured, "peak_megabytes": peak / (1e6 if sys.platform == "darwin" else 1e3)}


if __name__ == "__main__":
    sys.exit(main())
