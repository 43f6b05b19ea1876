"""Background suppression by diffusion (BSDM): a pre-processor, raster in and raster out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Dict, List, Tuple

import numpy as np

from ..cube import Array, Cube
from ..group import ALONE, Group
from ..parameters import integer
from ..progress import SILENT, Progress
from ..statistics import gather_sums
from .base import Background, Detector
from .rx import RX

WIDTHS = (128, 100, 50)
EMBEDDING = 32
OFFSET_WIDTH = 64
STEPS, FIRST_BETA, LAST_BETA = 1000, 1e-4, 0.02


@dataclass(frozen=True)
class SuppressBackground(Detector):
    """A network learns to predict pseudo-background noise in noisy spectra, then takes it out of clean ones.

    J. Ma, W. Xie, Y. Li, L. Fang, arXiv:2307.09861. With the noise n drawn once, the diffusion is
    x_t = sqrt(a_t) x_0 + g_t n, g_t = sum_s sqrt(beta_s prod_{j>s} alpha_j); the suppressed spectrum is
    x <- (x - g_t n(x)) / sqrt(a_t), repeated. Assumptions where the paper is silent: the noise has each band's own
    mean and deviation; decoder layers add the encoder's of the same width; cubes are scaled to [0, 1] first.
    """

    id: ClassVar[str] = "suppressbackground"
    label: ClassVar[str] = "Suppress background (BSDM)"
    group: ClassVar[str] = "Pre-processing"
    summary: ClassVar[str] = (
        "Learns what the scene's background looks like under noise and takes it out of every spectrum, so that any "
        "detector can be run on the result. The output is a raster with the same bands, in no physical unit. Compare "
        "with EPOCHS 0, the untrained control: as with other learned methods, gains are not certain."
    )
    source: ClassVar[str] = "J. Ma, W. Xie, Y. Li and L. Fang, arXiv:2307.09861, 2023"
    needs_torch: ClassVar[bool] = True

    epochs: int = integer(500, "Epochs", "Training steps over the whole image; 0 is the untrained control.", minimum=0)
    time_step: int = integer(
        500,
        "Diffusion step",
        "How much noise the network is trained on, of 1000.",
        minimum=1,
        maximum=STEPS,
        advanced=True,
    )
    iterations: int = integer(
        10,
        "Iterations",
        "How often the background is taken out of each spectrum.",
        minimum=1,
        maximum=20,
        advanced=True,
    )
    seed: int = integer(0, "Seed", "Of weights and noise: the same seed gives the same result.", minimum=0)

    def fit(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> Suppressor:
        """Train on the background pixels. DataError where they are all equal."""
        from ..deep.suppression import initial_weights, train_noise_prediction

        low, high = _span(cube, group)
        sums = gather_sums(cube, progress.part(0.0, 0.05), group)
        scale = 1 / (high - low) if high > low else 1.0
        signal, noise = diffusion(self.time_step)
        blank = Suppressor(self, {}, low, scale, signal, noise)
        weights = train_noise_prediction(
            initial_weights(_shapes(cube.bands), self.seed),
            lambda weights, spectra: _predict(weights, spectra, self.time_step),
            cube,
            blank.normalise,
            (sums.mean - low) * scale,
            np.sqrt(np.diag(sums.covariance)) * scale,
            signal,
            noise,
            self.epochs,
            self.seed,
            progress.part(0.05, 1.0),
            group,
        )
        return Suppressor(self, weights, low, scale, signal, noise)

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> Suppressor:
        """Rebuild from a model file."""
        return Suppressor(self, arrays, facts["low"], facts["scale"], *diffusion(self.time_step))


@dataclass(frozen=True)
class Suppressor(Background):
    """A trained network. weights : float32 by name. low, scale : (x - low) scale is what the network sees.

    signal, noise : sqrt(a_t) and g_t of the diffusion.
    """

    detector: SuppressBackground
    weights: Dict[str, Array]
    low: float
    scale: float
    signal: float
    noise: float

    def normalise(self, spectra: Array) -> Array:
        """Return (n, bands) spectra in the network's range, float32."""
        return np.asarray((spectra - np.float32(self.low)) * np.float32(self.scale), dtype=np.float32)

    def suppress(self, spectra: Array) -> Array:
        """Return (n, bands) spectra without their background, float32, no unit; values grow with the iterations."""
        clean = self.normalise(spectra)
        for _ in range(self.detector.iterations):
            clean = (clean - self.noise * _predict(self.weights, clean, self.detector.time_step)) / self.signal
        return np.asarray(clean, dtype=np.float32)

    def score(self, cube: Cube, progress: Progress = SILENT, group: Group = ALONE) -> Array:
        """Return Ledoit-Wolf RX of the suppressed cube."""
        suppressed = SuppressedCube(cube, self)
        background = RX().fit(suppressed, progress.part(0.0, 0.5), group)
        return background.score(suppressed, progress.part(0.5, 1.0), group)

    def arrays(self) -> Dict[str, Array]:
        """The network's weights."""
        return self.weights

    def facts(self) -> Dict[str, Any]:
        """The normalisation."""
        return {"low": self.low, "scale": self.scale}


class SuppressedCube(Cube):
    """Another cube with its background suppressed as it is read."""

    def __init__(self, cube: Cube, suppressor: Suppressor) -> None:
        self.cube, self.suppressor = cube, suppressor
        for name in ("rows", "columns", "bands", "valid", "background", "wavelengths", "fwhm", "band_numbers"):
            setattr(self, name, getattr(cube, name))
        self.pixel_area, self.memory_budget = cube.pixel_area, cube.memory_budget
        self.block_rows = cube.block_rows

    def read_rows(self, start: int, stop: int) -> Array:
        """Return suppressed rows [start, stop), 0 where not valid."""
        pixels = np.zeros((stop - start, self.columns, self.bands), dtype=np.float32)
        valid = self.valid[start:stop]
        pixels[valid] = self.suppressor.suppress(self.cube.read_rows(start, stop)[valid])
        return pixels


def diffusion(step: int) -> Tuple[float, float]:
    """Return sqrt(a_t) and g_t of t = `step`, with linear betas."""
    beta = np.linspace(FIRST_BETA, LAST_BETA, STEPS)[:step]
    after = np.append(np.cumprod((1 - beta)[::-1])[::-1][1:], 1.0)
    return float(np.sqrt(np.prod(1 - beta))), float(np.sqrt(beta * after).sum())


def _span(cube: Cube, group: Group) -> Tuple[float, float]:
    """Smallest and largest value of the background pixels."""
    low, high = math.inf, -math.inf
    for block in cube.blocks():
        spectra = cube.learning_spectra(block)
        if len(spectra):
            low, high = min(low, float(spectra.min())), max(high, float(spectra.max()))
    return low, high


def _shapes(bands: int) -> Dict[str, List[int]]:
    """Shapes of the network's weights by name."""
    first, second, third = WIDTHS
    shapes: Dict[str, List[int]] = {}
    layers = {"down1": (bands, first), "down2": (first, second), "down3": (second, third)}
    layers.update({"up2": (third, second), "up1": (second, first)})
    for name, (inputs, outputs) in layers.items():
        shapes[f"{name}.weight"] = [inputs, outputs]
        for part in ("bias", "scale", "shift"):
            shapes[f"{name}.{part}"] = [outputs]
    shapes.update({"offset1.weight": [2, OFFSET_WIDTH], "offset1.bias": [OFFSET_WIDTH]})
    shapes.update({"offset2.weight": [OFFSET_WIDTH, first], "offset2.bias": [first]})
    shapes.update({"time.weight": [EMBEDDING, first], "time.bias": [first]})
    shapes.update({"out.weight": [first, bands], "out.bias": [bands]})
    return shapes


def _predict(weights: Dict[str, Any], spectra: Any, step: int) -> Any:
    """Return the noise predicted in (n, bands) spectra.

    Arrays and tensors alike: only operations that both have in one spelling.
    """
    moments = [spectra.mean(axis=-1), spectra.std(axis=-1)]
    stack = _of(spectra, "stack")
    offset = _tanh(stack(moments, -1) @ weights["offset1.weight"] + weights["offset1.bias"])
    offset = offset @ weights["offset2.weight"] + weights["offset2.bias"]
    time = _like(weights["time.weight"], _embedding(step)) @ weights["time.weight"] + weights["time.bias"]
    down1 = _layer(weights, "down1", spectra) + offset + time
    down2 = _layer(weights, "down2", down1)
    down3 = _layer(weights, "down3", down2)
    up2 = _layer(weights, "up2", down3) + down2
    up1 = _layer(weights, "up1", up2) + down1
    return up1 @ weights["out.weight"] + weights["out.bias"]


def _layer(weights: Dict[str, Any], name: str, values: Any) -> Any:
    """Linear layer, layer normalisation, tanh."""
    values = values @ weights[f"{name}.weight"] + weights[f"{name}.bias"]
    values = values - values.mean(axis=-1, keepdims=True)
    variance = (values * values).mean(axis=-1, keepdims=True)
    return _tanh(values * (variance + 1e-5) ** -0.5 * weights[f"{name}.scale"] + weights[f"{name}.shift"])


def _embedding(step: int) -> Array:
    """Sinusoidal embedding of the diffusion step, (EMBEDDING,) float32."""
    angles = step * np.exp(-math.log(10000) * np.arange(EMBEDDING // 2) / (EMBEDDING // 2))
    return np.asarray(np.concatenate([np.sin(angles), np.cos(angles)]), dtype=np.float32)


def _tanh(values: Any) -> Any:
    return np.tanh(values) if isinstance(values, np.ndarray) else values.tanh()


def _of(values: Any, name: str) -> Any:
    """Return numpy's or torch's function of this name, whichever `values` belongs to."""
    if isinstance(values, np.ndarray):
        return getattr(np, name)
    import torch

    return getattr(torch, name)


def _like(example: Any, values: Array) -> Any:
    """Return `values` as what `example` is: an array, or a tensor on its device."""
    return values if isinstance(example, np.ndarray) else example.new_tensor(values)
