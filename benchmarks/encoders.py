"""SpectralMamba's encoder beside the dense one, also under training that moves weights: AUC(PD,PF), cost, movement.

    HSI_ANOMALY_DATA=data python -m benchmarks.encoders [--seeds 2] [--rows NAME ...] [--output build/bench]

reference : `sscade --variant reference`, twenty whole-image steps of 1e-4; steps x 100 : of 1e-2.
score matching : the energy of the improved variant without its spatial context, trained as there by denoising score
matching (400 steps over 1,000 pixels), but on spectra: neighboring bands are averaged until 64 are left, whose
components are partly whitened and turned back into bands.

The mean of six real scenes, untrained and trained, with the standard deviation over seeds; the rank correlation of the
two maps; how far the encoder's weights moved, by their length at the start; processor seconds of a fit, without its
control, and its map. Beside them Ledoit-Wolf RX.
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import numpy as np
import torch

from benchmarks.improved import Array, figures_of, real_scenes
from benchmarks.quality import PAPER
from benchmarks.results import save, table
from qgis_hsi_anomaly.core.cube import ArrayCube, Cube
from qgis_hsi_anomaly.core.deep.models.base import Training, seeded
from qgis_hsi_anomaly.core.deep.models.sscade_improved import BATCH, NOISE, ClippedAdam, EnergyNetwork
from qgis_hsi_anomaly.core.deep.parts.branches import SPECTRAL_UNITS
from qgis_hsi_anomaly.core.deep.parts.joint_loss import ENCODERS
from qgis_hsi_anomaly.core.deep.parts.principal import FLOOR, WHITENING_STRENGTH
from qgis_hsi_anomaly.core.deep.scene import Scene, value_range
from qgis_hsi_anomaly.core.deep.training.loop import cosine
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.numerics.ranks import rank_correlation
from qgis_hsi_anomaly.core.numerics.statistics import gather_moments
from qgis_hsi_anomaly.core.run import ALONE

STEPS = 400
RATE = 1e-2
AT_ONCE = 2048
BANDS = 64
"""That spectra are averaged to, where score matching is tried."""

Found = Tuple[Array, Array, float, float]
"""Scores untrained and trained, (rows, columns); movement of the encoder's weights; processor seconds."""


def reference(cube: Cube, encoder: str, seed: int, rate: float = 1e-4) -> Found:
    """The published form."""
    values = {"variant": "reference", "encoder": encoder, "learning_rate": rate}
    detector: Any = make_detector("sscade", values)
    extent = value_range(cube)
    scene, training = Scene(cube, cube.valid, extent, ALONE, circular=True), Training(20, rate, seed)
    control = seeded(lambda: detector.model(cube.bands, seed), seed, "cpu")
    control.fit(scene, Training(0, rate, seed))
    started = time.process_time()
    model: Any = seeded(lambda: detector.model(cube.bands, seed), seed, "cpu")
    before = weights(model.network.parts[0])
    model.fit(scene, training)
    trained = model.score_map(scene)
    seconds = time.process_time() - started
    return control.score_map(scene), trained, moved(before, model.network.parts[0]), seconds


def score_matching(cube: Cube, encoder: str, seed: int) -> Found:
    """Denoising score matching on spectra."""
    started = time.process_time()
    values = torch.from_numpy(whitened(cube))
    values = torch.cat([values, torch.zeros(len(values), 1).double()], dim=1)  # no spatial context
    width = values.shape[1] - 1

    def make() -> Any:
        network = EnergyNetwork(width, 1, 9, 5, 0.0)
        network.spectral = ENCODERS[encoder](width, SPECTRAL_UNITS, 9)
        return network.double()

    network: Any = seeded(make, seed, "cpu")
    network.start(values)
    before, control = weights(network.spectral), copy.deepcopy(network)
    optimizer, rate = ClippedAdam(network.parameters()), cosine(RATE, 0.0, STEPS)
    for step in range(STEPS):
        random = np.random.default_rng([seed, step])
        batch = values[random.integers(len(values), size=BATCH)]
        noise = torch.from_numpy(random.standard_normal((BATCH, width)))
        inputs = (batch[:, :width] + NOISE * noise).requires_grad_()
        energy = network(torch.cat([inputs, batch[:, width:]], dim=1)).sum()
        gradient = torch.autograd.grad(energy, inputs, create_graph=True)[0]
        loss = (NOISE * gradient - noise).square().mean()
        for parameter in network.parameters():
            parameter.grad = None
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.step()
    trained = energies(network, values, cube)
    seconds = time.process_time() - started
    return energies(control, values, cube), trained, moved(before, network.spectral), seconds


ROWS: Dict[str, Callable[[Cube, str, int], Found]] = {
    "reference": reference,
    "reference, steps x 100": lambda cube, encoder, seed: reference(cube, encoder, seed, 1e-2),
    "score matching": score_matching,
}


def whitened(cube: Cube) -> Array:
    """Partly whitened spectra of all pixels, (pixels, BANDS), bands still in their order."""
    pixels = cube.read_rows(0, cube.rows)[cube.valid].astype(np.float64)
    edges = np.linspace(0, cube.bands, min(BANDS, cube.bands) + 1).astype(int)
    pixels = np.add.reduceat(pixels, edges[:-1], axis=1) / np.diff(edges)
    moments = gather_moments(ArrayCube(pixels[None]))
    covariance, _ = moments.ledoit_wolf()
    variances, axes = np.linalg.eigh(covariance)
    variances = np.maximum(variances, variances[-1] * FLOOR)
    scaled = axes / np.sqrt(variances) * (variances / variances.min()) ** ((1 - WHITENING_STRENGTH) / 2)
    return np.asarray((pixels - moments.mean) @ scaled @ axes.T)


def energies(network: Any, values: torch.Tensor, cube: Cube) -> Array:
    """Energies as a map."""
    found = np.full(cube.valid.shape, np.nan)
    with torch.no_grad():
        found[cube.valid] = torch.cat([network(part) for part in values.split(AT_ONCE)]).numpy()
    return found


def weights(branch: Any) -> torch.Tensor:
    """What makes the code, in one row."""
    made = branch.encoder if hasattr(branch, "encoder") else branch.layers[:2]
    return torch.cat([parameter.detach().flatten() for parameter in made.parameters()])


def moved(before: torch.Tensor, branch: Any) -> float:
    """Length of the weights' change, in that of the weights."""
    return float((weights(branch) - before).norm() / before.norm())


def report(found: Dict[str, List[Dict[str, List[float]]]], rx: List[float]) -> str:
    """Lay the rows out: means over scenes and seeds."""
    lines = []
    for name, by_scene in found.items():
        cells = []
        for key in ("untrained", "trained"):
            areas = np.array([one[key] for one in by_scene]).mean(axis=0)  # by seed
            cells.append(f"{areas.mean():.4f} ± {areas.std():.4f}")
        others = [np.mean([one[key] for one in by_scene]) for key in ("correlation", "moved", "seconds")]
        lines.append([name, *cells, f"{others[0]:.3f}", f"{others[1]:.3f}", f"{others[2]:.1f}"])
    lines.append(["Ledoit-Wolf RX", "", f"{np.mean(rx):.4f}", "", "", ""])
    return table(["", "untrained", "trained", "their correlation", "weights moved", "processor s"], lines)


def main() -> int:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    if "HSI_ANOMALY_DATA" not in os.environ:
        print("HSI_ANOMALY_DATA must name the folder of the real scenes.", file=sys.stderr)
        return 1
    scenes = [one for one in real_scenes(os.environ["HSI_ANOMALY_DATA"]) if one[0] in PAPER]
    rx = [
        figures_of(make_detector("rx", {}).fit(cube).score(cube), truth, cube)[0] for _, cube, truth in scenes
    ]
    found: Dict[str, List[Dict[str, List[float]]]] = {}
    for row in arguments.rows:
        for encoder in ENCODERS:
            for name, cube, truth in scenes:
                one: Dict[str, List[float]] = {}
                for seed in range(arguments.seeds):
                    untrained, trained, change, seconds = ROWS[row](cube, encoder, seed)
                    figures = {
                        "untrained": figures_of(untrained, truth, cube)[0],
                        "trained": figures_of(trained, truth, cube)[0],
                        "correlation": rank_correlation(untrained, trained),
                        "moved": change,
                        "seconds": seconds,
                    }
                    for key, value in figures.items():
                        one.setdefault(key, []).append(value)
                found.setdefault(f"{row}: {encoder}", []).append(one)
                print(f"{row}: {encoder}: {name} {one}", file=sys.stderr, flush=True)
    save(arguments.output, "encoders", report(found, rx), {"scenes": list(PAPER), "rows": found, "rx": rx})
    return 0


if __name__ == "__main__":
    sys.exit(main())
