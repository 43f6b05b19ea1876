"""Background suppression by diffusion (BSDM): a pre-processor, raster in and raster out."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, ClassVar, Dict, List, Tuple

import numpy as np

from ..cube import Array, Cube
from ..errors import ModelError
from ..group import ALONE, Group
from ..parameters import integer
from ..progress import SILENT, Progress
from ..statistics import gather_sums
from .base import Background, Detector
from .rx import RX

LAYERS = ((128, 200, 100), (100, 200, 50), (50, 100, 50), (50, 100, 50), (50, 200, 100), (100, 200, 128))
"""Inputs, hidden units and outputs of the residual layers, down to 50 numbers a pixel and up again."""
TIME = 512
"""Units of the two small networks that embed the diffusion step and a pixel's mean and deviation."""
STEPS, FIRST_BETA, LAST_BETA = 1000, 1e-4, 0.02


@dataclass(frozen=True)
class SuppressBackground(Detector):
    """A network learns to predict pseudo-background noise in noisy spectra, then takes it out of clean ones.

    J. Ma, W. Xie, Y. Li, L. Fang, arXiv:2307.09861. With the noise n drawn once, the diffusion is
    x_t = sqrt(a_t) x_0 + g_t n, g_t = sum_s sqrt(beta_s prod_{j>s} alpha_j); the suppressed spectrum is
    x <- (x - g_t n(x)) / sqrt(a_t), repeated. The noise has one mean and one deviation, those of the cube in [0, 1].
    The network's shape follows the published code: residual layers without connections across the bottleneck, a
    pixel's mean and deviation in the offset module. docs/suppression.md says what training is worth here.
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

    epochs: int = integer(
        500, "Epochs", "Training steps over the whole image; 0 is the untrained control.", minimum=0
    )
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
        from ..deep.scene import value_span
        from ..deep.suppression import initial_weights, train_noise_prediction

        low, high = value_span(cube, group, progress.part(0.0, 0.02))
        if group.checkpoint is not None:
            shape = (cube.rows, cube.columns, cube.bands, int(np.count_nonzero(cube.background)))
            group.checkpoint.begin(json.dumps([self.id, self.values(), shape, [low, high]]), group, progress)
        sums = gather_sums(cube, progress.part(0.02, 0.05), group)
        scale = 1 / (high - low)
        mean = float(sums.mean.mean())
        variance = float(np.diag(sums.covariance).mean() + (sums.mean - mean).var())
        signal, noise = diffusion(self.time_step)
        blank = Suppressor(self, {}, low, scale, signal, noise)
        weights = train_noise_prediction(
            initial_weights(_shapes(cube.bands), self.seed),
            lambda weights, spectra: _predict(weights, spectra, self.time_step),
            cube,
            blank.normalise,
            (mean - low) * scale,
            math.sqrt(variance) * scale,
            signal,
            noise,
            self.epochs,
            self.seed,
            graph_bytes(cube.bands),
            progress.part(0.05, 1.0),
            group,
        )
        return Suppressor(self, weights, low, scale, signal, noise)

    def restore(self, arrays: Dict[str, Array], facts: Dict[str, Any]) -> Suppressor:
        """Rebuild from a model file. ModelError where the weights are of another network."""
        bands = len(arrays["into.weight"]) if "into.weight" in arrays else 0
        if {name: list(array.shape) for name, array in arrays.items()} != _shapes(bands):
            raise ModelError("the weights do not fit the network of this version")
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
            clean = (
                clean - self.noise * _predict(self.weights, clean, self.detector.time_step)
            ) / self.signal
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
        for name in ("rows", "columns", "bands", "valid", "background", "wavelengths", "fwhm"):
            setattr(self, name, getattr(cube, name))
        self.band_numbers, self.raster_bands = cube.band_numbers, cube.raster_bands
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


def graph_bytes(bands: int) -> int:
    """Return the bytes that a pixel takes in a training step: what layers leave for the backward pass, and slopes."""
    return 2 * 4 * (4 * bands + 6 * sum(sum(widths) for widths in LAYERS))


def _shapes(bands: int) -> Dict[str, List[int]]:
    """Shapes of the network's weights by name."""
    first = LAYERS[0][0]
    linear = {"offset1": (2, TIME), "offset2": (TIME, first), "time1": (first, TIME), "time2": (TIME, TIME)}
    linear.update({"into": (bands, first), "out": (LAYERS[-1][2], bands)})
    norms = {}
    for number, (inputs, hidden, outputs) in enumerate(LAYERS):
        layer = {"in": (inputs, hidden), "hidden": (hidden, outputs), "out": (outputs, outputs)}
        layer["time"] = (TIME, outputs)
        if inputs != outputs:
            layer["skip"] = (inputs, outputs)
        linear.update({f"{number}.{name}": shape for name, shape in layer.items()})
        norms.update({f"{number}.norm_in": inputs, f"{number}.norm_out": outputs})
    shapes: Dict[str, List[int]] = {}
    for name, (inputs, outputs) in linear.items():
        shapes.update({f"{name}.weight": [inputs, outputs], f"{name}.bias": [outputs]})
    for name, width in norms.items():
        shapes.update({f"{name}.scale": [width], f"{name}.shift": [width]})
    return shapes


def _predict(weights: Dict[str, Any], spectra: Any, step: int) -> Any:
    """Return the noise predicted in (n, bands) spectra.

    Arrays and tensors alike: only operations that both have in one spelling.
    """
    mean = spectra.mean(axis=-1)
    deviation = ((spectra - mean[:, None]) ** 2).mean(axis=-1) ** 0.5
    offset = _tanh(_linear(weights, "offset1", _stack([mean, deviation])))
    values = _linear(weights, "into", spectra) + _linear(weights, "offset2", offset)
    time = _like(weights["time1.weight"], _embedding(step))
    time = _tanh(_linear(weights, "time2", _tanh(_linear(weights, "time1", time))))
    for number, (inputs, _, outputs) in enumerate(LAYERS):
        name = f"{number}."
        hidden = _tanh(_linear(weights, name + "in", _tanh(_norm(weights, name + "norm_in", values))))
        hidden = _linear(weights, name + "hidden", hidden) + _linear(weights, name + "time", time)
        past = values if inputs == outputs else _linear(weights, name + "skip", values)
        values = past + _linear(weights, name + "out", _tanh(_norm(weights, name + "norm_out", hidden)))
    return _linear(weights, "out", _tanh(values))


def _linear(weights: Dict[str, Any], name: str, values: Any) -> Any:
    return values @ weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _norm(weights: Dict[str, Any], name: str, values: Any) -> Any:
    """Layer normalisation."""
    scale, shift = weights[f"{name}.scale"], weights[f"{name}.shift"]
    if not isinstance(values, np.ndarray):
        from torch.nn.functional import layer_norm

        return layer_norm(values, scale.shape, scale, shift)
    values = values - values.mean(axis=-1, keepdims=True)
    return (
        values * ((values * values).mean(axis=-1, keepdims=True) + np.float32(1e-5)) ** -0.5 * scale + shift
    )


def _embedding(step: int) -> Array:
    """Sinusoidal embedding of the diffusion step, as wide as the first layer, float32."""
    half = LAYERS[0][0] // 2
    angles = step * np.exp(-math.log(10000) * np.arange(half) / half)
    return np.asarray(np.concatenate([np.sin(angles), np.cos(angles)]), dtype=np.float32)


def _tanh(values: Any) -> Any:
    return np.tanh(values) if isinstance(values, np.ndarray) else values.tanh()


def _stack(values: Any) -> Any:
    """Return two columns side by side."""
    if isinstance(values[0], np.ndarray):
        return np.stack(values, -1)
    import torch

    return torch.stack(values, -1)


def _like(example: Any, values: Array) -> Any:
    """Return `values` as what `example` is: an array, or a tensor on its device."""
    return values if isinstance(example, np.ndarray) else example.new_tensor(values)
