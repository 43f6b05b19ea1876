"""Speed of E2E-SSCADE's training: against the bare matrix products of its layers, and against N x N projectors.

Every figure is a ratio of two times measured in the same run. `python -m benchmarks.training_speed`.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Callable, Dict, List

import numpy as np

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE

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


def bare_products(pixels: int, bands: int, chunk: int = 2048) -> Callable[[str], None]:
    """Return a function that makes the matrix products of all layers for `pixels` pixels, and nothing else.

    Called with `train`: forward, and backward for weights and for all inputs but the data's. With `score`: forward.
    Layers are those of the defaults: spectra B-200-9-200-B, context 3-30-9-30-3, convolutions B-27 and 27-B.
    """
    import torch

    sizes = [(bands, 200), (200, 9), (9, 200), (200, bands), (3, 30), (30, 9), (9, 30), (30, 3)]
    sizes += [(bands, 27), (27, bands)]
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
    from qgis_hsi_anomaly.core.deep.accumulation import LossWeights, joint_gradients
    from qgis_hsi_anomaly.core.deep.density import Density, Design
    from qgis_hsi_anomaly.core.deep.scene import Scene
    from qgis_hsi_anomaly.core.group import ALONE

    cube = scene(pixels // 100, 100, bands)
    density = Density(Design(features="published_text"), bands, 0, "cpu")
    pixels_of = Scene(cube, cube.valid, (0.0, 1.0), ALONE)
    chunks = density.chunks(pixels_of, density.features(pixels_of, ALONE))

    def step() -> None:
        for parameter in density.network.parameters():
            parameter.grad = None
        joint_gradients(density.network, chunks, pixels, pixels, LossWeights(), ALONE, room=pixels_of.room)

    return min(seconds_of(step) for _ in range(3))


def dense_step_seconds(pixels: int, bands: int = 189) -> float:
    """Return the time of the same step with the projection divergence as it is often coded: N x N matrices.

    sqrt(diag(X P_R X' + R P_X R')) with all pixels' products, of which the diagonal is kept.
    """
    import torch

    from qgis_hsi_anomaly.core.deep.branches import Branch
    from qgis_hsi_anomaly.core.deep.mixture import EstimationNetwork, evaluate, log_densities, moment_sums

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
        form, penalty = log_densities(moment_sums(z.double(), memberships.double()))
        energy = -torch.logsumexp(evaluate(form, z.double()), dim=0).mean()
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


if __name__ == "__main__":
    json.dump({**growth(), **training_against_products()}, sys.stdout, indent=1)
