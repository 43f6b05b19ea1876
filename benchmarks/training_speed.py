"""Speed of E2E-SSCADE's training, on the reference variant and, where nothing else is said, 300 x 480 x 224 pixels.

    python -m benchmarks.training_speed [growth] [training_against_products] [processes]
    python -m benchmarks.training_speed device --device cuda [--output build/bench]

`growth` and `training_against_products` measure one process: against N x N projectors, and against the bare matrix
products of the layers; `processes` two worker processes of one thread against one; every figure is a ratio of
two times measured in the same run. `device` measures whole-image training on a GPU (or, `--device cpu`, on the
processor): seconds, memory, and the share of the time that the matrix products would take at the device's own
speed; for full float32 products and for those of reduced precision (TF32), with the difference that these make; and
the seconds in one worker process, in two, in four ... as many as there are GPUs (or cores).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

import numpy as np

from benchmarks.results import save
from qgis_hsi_anomaly.core.cube import Array, ArrayCube
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE
from qgis_hsi_anomaly.core.run import ALONE, Run

EPOCHS = 20
SPATIAL_STEPS = 20


def scene(rows: int, columns: int, bands: int) -> ArrayCube:
    """Return a cube of smooth mixtures and noise, float32 in memory."""
    random = np.random.default_rng(0)
    spectra = random.uniform(0.05, 0.6, (4, bands)).astype(np.float32)
    shares = random.dirichlet(np.ones(4), rows * columns).astype(np.float32)
    pixels = shares @ spectra
    pixels += random.standard_normal(pixels.shape, dtype=np.float32) * np.float32(0.005)
    return ArrayCube(pixels.reshape(rows, columns, bands), memory_budget=SSCADE.memory_budget)


def seconds_of(call: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def layer_sizes(bands: int) -> List[Tuple[int, int]]:
    """Inputs and outputs of all layers: B-200-9-200-B, 3-30-9-30-3, convolutions B-27 and 27-B."""
    sizes = [(bands, 200), (200, 9), (9, 200), (200, bands), (3, 30), (30, 9), (9, 30), (30, 3)]
    return [*sizes, (bands, 27), (27, bands)]


def bare_products(pixels: int, bands: int, chunk: int = 2048) -> Callable[[str], None]:
    """Return a function that makes the matrix products of all layers for `pixels` pixels, and nothing else.

    Called with `train`: forward, and backward for weights and for all inputs but the data's. With `score`: forward.
    """
    import torch

    sizes = layer_sizes(bands)
    data = torch.rand(pixels, bands)
    layers = [
        (torch.rand(outputs, inputs), torch.rand(chunk, inputs), torch.rand(chunk, outputs))
        for inputs, outputs in sizes
    ]

    def run(what: str) -> None:
        for start in range(0, pixels, chunk):
            part = data[start : start + chunk]
            for index, (weight, given, slope) in enumerate(layers):
                inputs = part if index in (0, 8) else given[: len(part)]
                torch.mm(inputs, weight.t())
                if what == "train":
                    torch.mm(slope[: len(part)].t(), inputs)
                    if index not in (0, 4, 8):
                        torch.mm(slope[: len(part)], weight)

    return run


def training_against_products(
    rows: int = 300, columns: int = 480, bands: int = 224, repeats: int = 1
) -> Dict[str, float]:
    """Return seconds of training (20 + 20 steps) and scoring, of the bare products of as many, and their ratio.

    Untrained control, Ledoit-Wolf RX and rank correlations are part of every run, and of its time.
    """
    cube = scene(rows, columns, bands)
    products = bare_products(rows * columns, bands)
    runs: List[float] = []
    bare: List[float] = []
    for _ in range(repeats):
        bare.append(EPOCHS * seconds_of(lambda: products("train")) + seconds_of(lambda: products("score")))
        runs.append(seconds_of(lambda: SSCADE(variant="reference", epochs=EPOCHS).fit(cube).score(cube)))
        bare.append(EPOCHS * seconds_of(lambda: products("train")) + seconds_of(lambda: products("score")))
    return {"seconds": min(runs), "products_seconds": min(bare), "ratio": min(runs) / min(bare)}


def step_seconds(pixels: int, bands: int = 189) -> float:
    """Return the time of one joint training step, best of three."""
    import torch

    from qgis_hsi_anomaly.core.deep.models.sscade import Design, JointDensity
    from qgis_hsi_anomaly.core.deep.parts.joint_loss import LossWeights, joint_gradients
    from qgis_hsi_anomaly.core.deep.scene import Scene

    cube = scene(pixels // 100, 100, bands)
    torch.manual_seed(0)
    density = JointDensity(Design(features="published_text"), bands)
    pixels_of = Scene(cube, cube.valid, (0.0, 1.0), ALONE)
    chunks = density._chunks(pixels_of, density._normalized(density._raw_features(pixels_of)))

    def step() -> None:
        for parameter in density.network.parameters():
            parameter.grad = None
        joint_gradients(density.network, chunks, pixels_of, LossWeights())

    return min(seconds_of(step) for _ in range(3))


def dense_step_seconds(pixels: int, bands: int = 189) -> float:
    """Return the time of the same step with the projection divergence as it is often coded: N x N matrices.

    sqrt(diag(X P_R X' + R P_X R')) with all pixels' products, of which the diagonal is kept.
    """
    import torch

    from qgis_hsi_anomaly.core.deep.parts.branches import Branch
    from qgis_hsi_anomaly.core.deep.parts.mixture import (
        EstimationNetwork,
        evaluate,
        log_densities,
        moment_sums,
    )

    torch.manual_seed(0)
    branches = [Branch(bands, 200, 9), Branch(3, 30, 9)]
    estimation = EstimationNetwork(11, 5)
    inputs = [torch.rand(pixels, bands), torch.rand(pixels, 3)]

    def step() -> None:
        codes, features, error = 0.0, 0.0, 0.0
        for branch, x, share in zip(branches, inputs, (1.0, 0.1)):
            code, r = branch(x)
            cross = x @ r.t()
            xx, rr = (x * x).sum(1), (r * r).sum(1)
            first = (x @ x.t()) - cross * cross / rr.unsqueeze(0)
            second = (r @ r.t()) - cross.t() * cross.t() / xx.unsqueeze(0)
            divergence = torch.diagonal(first + second).clamp_min(1e-12).sqrt()
            mse = ((x - r) ** 2).mean(1)
            codes, features = codes + share * code, features + torch.stack([mse, divergence])
            error = error + mse.mean()
        z = torch.cat([codes.t(), features])
        memberships = estimation(z)
        quadratics, penalty = log_densities(moment_sums(z.double(), memberships.double()))
        energy = -torch.logsumexp(evaluate(quadratics, z.double()), dim=0).mean()
        (error + 0.1 * energy + 0.001 * penalty).backward()

    return seconds_of(step)


def growth(pixels: int = 10_000) -> Dict[str, float]:
    """Return one step's time at `pixels` and four times as many, against N x N matrices, and the ratios."""
    once, four_times, dense = step_seconds(pixels), step_seconds(4 * pixels), dense_step_seconds(pixels)
    return {
        "step_seconds": once,
        "dense_step_seconds": dense,
        "dense_ratio": dense / once,
        "four_times_the_pixels_ratio": four_times / once,
    }


def worker_seconds(
    cube: ArrayCube, processes: int, cores: Optional[Set[int]] = None, device: str = "cpu"
) -> Dict[str, float]:
    """Return seconds of training and scoring in worker processes, as they report them, on the clock and of work.

    Packing and the start of the interpreters are not in it. cores : those that the processes may use, all by default;
    each process has its share of them in threads.
    """
    from qgis_hsi_anomaly.core.tasks import Fit
    from qgis_hsi_anomaly.jobs.compute import in_workers
    from qgis_hsi_anomaly.jobs.execution import Execution

    run, task = Run(), Fit(SSCADE(variant="reference"), scores=True, saved=False)
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores or before)
    try:
        with in_workers(task, cube, Execution(device, processes), run):
            pass
    finally:
        os.sched_setaffinity(0, before)
    reported = [run.metrics[f"{name}_seconds"] for name in ("learning", "scoring")]
    return {key: sum(seconds[key] for seconds in reported) for key in ("clock", "processor")}


def processes(rows: int = 300, columns: int = 480, bands: int = 224, repeats: int = 2) -> Dict[str, float]:
    """Return training and scoring in two worker processes of one thread each, against one; best of `repeats`.

    `speedup` is on the clock. `work_speedup` is in the processor seconds of one process: what the speedup can be at
    most, also where other programs take the cores' time. `machine_speedup` is on the clock, of two runs on half of
    the image each, which exchange nothing: what the machine allows, whose cores share memory and caches.
    """
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        raise RuntimeError("Two processes of one thread need two cores.")
    cube = scene(rows, columns, bands)
    halves = [
        ArrayCube(half, memory_budget=cube.memory_budget // 2) for half in np.array_split(cube.array, 2)
    ]
    runs: Dict[str, List[Dict[str, float]]] = {"one": [], "two": [], "apart": []}
    with ThreadPoolExecutor(2) as pool:
        for _ in range(repeats):
            runs["one"].append(worker_seconds(cube, 1, {cores[0]}))
            runs["two"].append(worker_seconds(cube, 2, set(cores)))
            # A thread's affinity is its own, and that of the processes it starts.
            both = list(pool.map(lambda half, core: worker_seconds(half, 1, {core}), halves, cores))
            runs["apart"].append({key: max(run[key] for run in both) for key in both[0]})
    best = {name: {key: min(run[key] for run in found) for key in found[0]} for name, found in runs.items()}
    return {
        "one_seconds": best["one"]["clock"],
        "two_seconds": best["two"]["clock"],
        "speedup": best["one"]["clock"] / best["two"]["clock"],
        "work_speedup": best["one"]["processor"] / best["two"]["processor"],
        "machine_speedup": best["one"]["clock"] / best["apart"]["clock"],
    }


def product_rate(device: str) -> float:
    """Return the operations a second of one large float32 matrix product on the device."""
    import torch

    size = 2048 if device == "cpu" else 8192
    a, b = torch.rand(size, size, device=device), torch.rand(size, size, device=device)
    torch.mm(a, b)

    def products() -> None:
        for _ in range(5):
            torch.mm(a, b)
        finish(device)

    finish(device)
    return 5 * 2 * size**3 / min(seconds_of(products) for _ in range(3))


def operations(pixels: int, bands: int) -> float:
    """Return the operations of the matrix products in a run: every layer forward, and backward in training.

    Backward for weights and for all inputs but the data's; scoring, trained and untrained, forward.
    """
    forward = [2.0 * pixels * inputs * outputs for inputs, outputs in layer_sizes(bands)]
    backward = sum(forward) + sum(part for index, part in enumerate(forward) if index not in (0, 4, 8))
    return EPOCHS * (sum(forward) + backward) + 2 * sum(forward)


def finish(device: str) -> None:
    """Wait until the device has done what it was given."""
    import torch

    if device != "cpu":
        torch.cuda.synchronize(device)


def areas(scores_of: Callable[[ArrayCube], Array]) -> List[float]:
    """Return AUC(PD,PF) on the paper scenes; none without HSI_ANOMALY_DATA."""
    if "HSI_ANOMALY_DATA" not in os.environ:
        return []
    from benchmarks.gradient_compression import SCENES
    from benchmarks.gradient_compression import scene as paper_scene
    from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores

    scenes = [paper_scene(Path(os.environ["HSI_ANOMALY_DATA"]), name) for name in SCENES]
    return [area_under_roc(label_scores(scores_of(cube), truth)) for cube, truth in scenes]


def device(name: str, rows: int = 300, columns: int = 480, bands: int = 224) -> Dict[str, Any]:
    """Return what whole-image training takes on the device `name` (cpu or cuda), by precision of matrix products."""
    import torch

    from qgis_hsi_anomaly.core.deep.processes import join

    run = Run(processes=join(name))
    place = run.processes.device
    cube = scene(rows, columns, bands)

    def scores_of(image: ArrayCube, epochs: int = EPOCHS) -> Array:
        detector = SSCADE(variant="reference", epochs=epochs)
        return detector.fit(image, run).score(image, run)

    found: Dict[str, Any] = {"device": place, "torch": torch.__version__}
    if place != "cpu":
        found["name"] = torch.cuda.get_device_name(place)
    exact: Dict[str, Any] = {}
    for precision in ("highest", "high"):
        torch.set_float32_matmul_precision(precision)
        scores_of(cube, epochs=1)  # starts the libraries
        if place != "cpu":
            torch.cuda.reset_peak_memory_stats(place)
        scores = scores_of(cube)
        learning, scoring = (run.metrics[f"{what}_seconds"]["clock"] for what in ("learning", "scoring"))
        rate = product_rate(place)
        figures = {
            "learning_seconds": learning,
            "scoring_seconds": scoring,
            "teraflops_of_a_large_product": rate / 1e12,
            "share_of_product_limit": operations(rows * columns, bands) / rate / (learning + scoring),
            "auc": areas(scores_of),
        }
        if place != "cpu":
            figures["peak_megabytes"] = torch.cuda.max_memory_allocated(place) / 1e6
        if precision == "highest":
            exact = {"scores": scores, "auc": figures["auc"]}
        figures["largest_score_difference"] = float(
            np.abs(scores - exact["scores"]).max() / np.ptp(exact["scores"])
        )
        differences = np.abs(np.subtract(figures["auc"], exact["auc"]))
        figures["largest_auc_difference"] = float(differences.max()) if len(differences) else None
        found[precision] = figures
    torch.set_float32_matmul_precision("highest")
    most = torch.cuda.device_count() if place != "cpu" else len(os.sched_getaffinity(0))
    counts = [count for count in (1, 2, 4, 8) if count <= most]
    found["worker_seconds"] = {
        str(count): worker_seconds(cube, count, device=name)["clock"] for count in counts
    }
    return found


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    functions = {
        "growth": growth,
        "training_against_products": training_against_products,
        "processes": processes,
    }
    parser.add_argument("what", nargs="*", choices=[*functions, "device"], help="by default all but device")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="measure this device")
    parser.add_argument("--output", type=Path, help="folder for the figures of the device, as text and JSON")
    arguments = parser.parse_args()
    if arguments.device or "device" in arguments.what:
        found = device(arguments.device or "cuda")
        if arguments.output is not None:
            save(
                arguments.output,
                f"training-{found['device'].split(':')[0]}",
                json.dumps(found, indent=1),
                found,
            )
            return
    else:
        found = {}
        for name in arguments.what or functions:
            found.update(functions[name]())
    json.dump(found, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
