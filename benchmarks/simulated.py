"""Simulated hyperspectral scenes with known anomalies: backgrounds, sensors, target sizes and contrasts.

`python -m benchmarks.simulated FOLDER` writes every standard scene as FOLDER/NAME.npz (cube, truth, wavelengths).

A scene is drawn in this order, each step from one seeded generator: reflectance spectra of a few materials
(a slope, broad bumps and absorption features; vegetation has its red edge), maps of their abundances, shade
and a slow change of every material over the scene, targets of a material of their own that fill squares of a
given side, the sensor's blur of half a pixel, sunlight through the atmosphere's gaps, noise and stripes.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Tuple, Union

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Size = Union[float, Tuple[float, ...]]


@dataclass(frozen=True)
class Sensor:
    """bands between low and high nm; snr : mean signal over noise; stripes : sd of a column's gain.

    smile : nm by which the bands of the outermost columns are shifted. correlated : share of the noise's variance
    that neighboring pixels and bands have in common.
    """

    bands: int
    low: float
    high: float
    snr: float
    stripes: float = 0.0
    smile: float = 0.0
    correlated: float = 0.0


SENSORS = {
    "airborne": Sensor(180, 400.0, 2450.0, 200.0),
    "vnir": Sensor(100, 400.0, 1000.0, 120.0),
    "satellite": Sensor(200, 420.0, 2450.0, 80.0, 0.002),
    "coarse": Sensor(50, 450.0, 2450.0, 150.0),
    "striped": Sensor(150, 420.0, 2450.0, 150.0, stripes=0.01),
    "smiling": Sensor(160, 400.0, 2450.0, 200.0, smile=4.0),
    "dependent": Sensor(120, 400.0, 1000.0, 60.0, correlated=0.7),
}
BACKGROUNDS = ("rural", "fields", "coast", "town")


@dataclass(frozen=True)
class Setting:
    """One standard scene: what `simulate` takes, by the same names."""

    name: str
    target_size: Size
    contrast: float
    background: str
    sensor: str
    targets: int = 8
    rows: int = 100
    columns: int = 100


SETTINGS = (
    Setting("subpixel-rural", 0.5, 1.0, "rural", "airborne", 15),
    Setting("subpixel-town", 0.6, 1.0, "town", "airborne", 15),
    Setting("pixel-fields", 1.0, 0.5, "fields", "satellite", 12),
    Setting("pixel-coast", 1.0, 0.3, "coast", "airborne", 12),
    Setting("small-rural-faint", 2.0, 0.15, "rural", "vnir", 10),
    Setting("small-town", 2.0, 0.5, "town", "vnir", 10),
    Setting("medium-fields", 3.0, 0.3, "fields", "airborne"),
    Setting("medium-town", 4.0, 0.3, "town", "satellite"),
    Setting("large-coast", 5.0, 0.2, "coast", "satellite", 5),
    Setting("large-town", 7.0, 0.4, "town", "airborne", 4),
    Setting("large-fields-faint", 7.0, 0.15, "fields", "coarse", 4),
    Setting("huge-rural", 9.0, 0.2, "rural", "airborne", 3),
)


ANY_SIZE = (0.7, 1.0, 1.0, 2.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0)
DIFFICULT = (
    Setting("any-size-rural", ANY_SIZE, 0.3, "rural", "airborne", len(ANY_SIZE)),
    Setting("any-size-town", ANY_SIZE, 0.5, "town", "striped", len(ANY_SIZE)),
    Setting("any-size-fields", ANY_SIZE, 0.3, "fields", "smiling", len(ANY_SIZE)),
    Setting("any-size-coast", ANY_SIZE, 0.4, "coast", "dependent", len(ANY_SIZE)),
    Setting("small-town-striped", (1.0, 2.0), 0.5, "town", "striped", 12),
    Setting("small-rural-smiling", (1.0, 2.0, 3.0), 0.3, "rural", "smiling", 12),
    Setting("cloths-fields", (7.0, 9.0, 11.0), 0.3, "fields", "dependent", 6),
    Setting("cloths-town", (8.0, 12.0, 20.0), 0.4, "town", "smiling", 3),
)
"""Scenes with sensors that stripe, smile or have dependent noise, and targets of many sizes in one scene."""


def simulate(
    seed: int,
    target_size: Size = 2.0,
    contrast: float = 0.5,
    background: str = "town",
    sensor: str = "airborne",
    targets: int = 8,
    rows: int = 100,
    columns: int = 100,
) -> Tuple[Array, Array]:
    """Return a cube (rows, columns, bands) float32, counts of about 0 to 5000, and its truth (rows, columns) bool.

    target_size : side of the square targets, in pixels; below 1 they fill a part of one pixel. Of several sizes the
    targets have one after the other, the largest first.
    contrast : 1 = the target's own material; less draws its spectrum towards the scene's mean spectrum.
    """
    draw = np.random.default_rng(seed)
    instrument = SENSORS[sensor]
    waves = wavelengths(sensor)
    materials = np.stack([_material(draw, waves, kind) for kind in _kinds(background)])
    abundance = _abundances(draw, background, rows, columns, len(materials))
    reflectance = abundance @ materials
    for index in range(len(materials)):
        # A material is not the same everywhere: a slow change of its spectrum by a few per cent.
        change = 0.06 * _field(draw, rows, columns, 12) * abundance[..., index]
        reflectance += change[..., None] * materials[index] * _bumps(draw, waves, 3)
    fill = _targets(draw, rows, columns, target_size, targets)
    mean = reflectance.mean(axis=(0, 1))
    material = mean + contrast * (_material(draw, waves, "made") - mean)
    reflectance += fill[..., None] * (material - reflectance)
    reflectance *= 1 + 0.1 * _field(draw, rows, columns, 3)[..., None]
    reflectance = _blur(np.maximum(reflectance, 0.002))
    signal = reflectance * _sunlight(waves)
    if instrument.smile > 0:
        signal = _smile(signal, waves, instrument.smile)
    noise = signal.mean() / instrument.snr * np.sqrt(0.3 + 0.7 * signal / signal.mean())
    own = draw.standard_normal(signal.shape)
    if instrument.correlated > 0:
        common = _common(draw, signal.shape)
        own = np.sqrt(1 - instrument.correlated) * own + np.sqrt(instrument.correlated) * common
    signal = signal + noise * own
    signal *= 1 + instrument.stripes * draw.standard_normal((1, columns, len(waves)))
    least = 0.5 * min(1.0, np.min(target_size) ** 2)
    return signal.astype(np.float32), fill >= least


def scene(setting: Setting, seed: int = 0) -> Tuple[Array, Array]:
    """Return cube and truth of a standard scene; another `seed` is another scene of the same kind."""
    return simulate(
        seed, setting.target_size, setting.contrast, setting.background, setting.sensor,
        setting.targets, setting.rows, setting.columns,
    )  # fmt: skip


def wavelengths(sensor: str) -> Array:
    """Return the sensor's band centers in nm, those in the atmosphere's water bands left out, (bands,)."""
    instrument = SENSORS[sensor]
    waves = np.linspace(instrument.low, instrument.high, instrument.bands)
    wet = ((waves > 1340) & (waves < 1440)) | ((waves > 1800) & (waves < 1960))
    return np.asarray(waves[~wet])


def _kinds(background: str) -> Tuple[str, ...]:
    return {
        "rural": ("plant", "plant", "soil", "soil"),
        "fields": ("plant", "plant", "plant", "soil", "soil"),
        "coast": ("water", "soil", "plant", "made"),
        "town": ("made", "made", "made", "plant", "soil", "made"),
    }[background]


def _bumps(draw: np.random.Generator, waves: Array, count: int) -> Array:
    """Sum of broad bumps of either sign, about -1 to 1."""
    centers = draw.uniform(waves[0], waves[-1], (count, 1))
    widths = draw.uniform(80, 500, (count, 1))
    heights = draw.uniform(-1, 1, (count, 1))
    return np.asarray((heights * np.exp(-(((waves - centers) / widths) ** 2))).sum(axis=0))


def _material(draw: np.random.Generator, waves: Array, kind: str) -> Array:
    """Reflectance spectrum, (bands,), 0.01 to 0.9."""
    along = (waves - 400) / 2100
    absorption = sum(
        draw.uniform(0.02, 0.15) * np.exp(-(((waves - draw.uniform(450, 2400)) / draw.uniform(15, 60)) ** 2))
        for _ in range(3)
    )
    if kind == "water":
        spectrum = 0.08 * np.exp(-along * 6) + 0.01
    elif kind == "plant":
        red_edge = 1 / (1 + np.exp(-(waves - draw.uniform(705, 725)) / 15))
        water = 0.45 * np.exp(-(((waves - 1450) / 120) ** 2)) + 0.6 * np.exp(-(((waves - 1950) / 180) ** 2))
        green = 0.04 * np.exp(-(((waves - 550) / 40) ** 2))
        spectrum = 0.04 + green + red_edge * draw.uniform(0.25, 0.45) * (1 - 0.55 * along) * (1 - water)
    elif kind == "soil":
        spectrum = draw.uniform(0.05, 0.15) + draw.uniform(0.2, 0.4) * (1 - np.exp(-2.5 * along))
        spectrum = spectrum * (1 - absorption)
    else:
        spectrum = draw.uniform(0.08, 0.45) * (1 + 0.5 * _bumps(draw, waves, 4)) * (1 - absorption)
    return np.asarray(np.clip(spectrum, 0.01, 0.9))


def _field(draw: np.random.Generator, rows: int, columns: int, length: float) -> Array:
    """Smooth random field of mean 0 and standard deviation 1, correlated over `length` pixels."""
    frequency = np.fft.fftfreq(rows)[:, None] ** 2 + np.fft.rfftfreq(columns)[None, :] ** 2
    spectrum = np.fft.rfft2(draw.standard_normal((rows, columns)))
    field = np.fft.irfft2(spectrum * np.exp(-2 * (np.pi * length) ** 2 * frequency), s=(rows, columns))
    return np.asarray((field - field.mean()) / field.std())


def _abundances(draw: np.random.Generator, background: str, rows: int, columns: int, count: int) -> Array:
    """Shares of the materials, (rows, columns, count), each pixel's sum 1."""
    fields = np.stack([_field(draw, rows, columns, 6) for _ in range(count)], axis=-1)
    y, x = np.mgrid[:rows, :columns]
    if background in ("fields", "town"):
        parcels = 25 if background == "fields" else 60
        corners = draw.uniform(0, 1, (parcels, 2)) * (rows, columns)
        nearest = ((y[..., None] - corners[:, 0]) ** 2 + (x[..., None] - corners[:, 1]) ** 2).argmin(axis=-1)
        fields = 0.4 * fields + 3 * np.eye(count)[draw.integers(0, count, parcels)][nearest]
    if background == "town":
        for _ in range(60):  # roofs: small sharp things that recur are no anomalies
            top, left = draw.integers(0, rows - 9), draw.integers(0, columns - 9)
            height, width = draw.integers(3, 10, 2)
            fields[top : top + height, left : left + width] = 4 * np.eye(count)[draw.choice([0, 1, 2, 5])]
    if background == "coast":
        shore = columns * 0.5 + 8 * _field(draw, rows, columns, 15)[:, :1]
        fields[..., 0] = 6 * np.tanh((shore - x) / 1.5)
    shares = np.exp(2 * fields)
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def _targets(draw: np.random.Generator, rows: int, columns: int, sizes: Size, count: int) -> Array:
    """Share of every pixel that targets fill, (rows, columns); they keep apart and off the edge."""
    fill = np.zeros((rows, columns))
    several = np.resize(np.atleast_1d(sizes), count)
    for size in sorted(several, reverse=True):
        side = int(np.ceil(size))
        while True:
            top, left = draw.integers(2, rows - side - 2), draw.integers(2, columns - side - 2)
            if not fill[max(top - 3, 0) : top + side + 3, max(left - 3, 0) : left + side + 3].any():
                break
        fill[top : top + side, left : left + side] = (size / side) ** 2
    return fill


def _smile(signal: Array, waves: Array, shift: float) -> Array:
    """What bands see whose centers are shifted by up to `shift` nm, as the square of the distance from the middle."""
    columns = signal.shape[1]
    shifts = shift * np.linspace(-1, 1, columns) ** 2
    slope = np.gradient(signal, waves, axis=2)
    return np.asarray(signal + shifts[None, :, None] * slope)


def _common(draw: np.random.Generator, shape: Tuple[int, ...]) -> Array:
    """Noise of variance 1 that neighbors along a row and neighboring bands share."""
    noise = draw.standard_normal(shape)
    for axis in (1, 2):
        noise = (noise + np.roll(noise, 1, axis) + np.roll(noise, 2, axis)) / np.sqrt(3)
    return noise


def _blur(image: Array) -> Array:
    """The sensor's point spread: 1 6 1 in both directions."""
    for axis in (0, 1):
        width = [(1, 1) if axis == place else (0, 0) for place in range(3)]
        padded = np.pad(image, width, mode="edge")
        before, after = (
            np.take(padded, range(image.shape[axis]), axis),
            np.take(padded, range(2, image.shape[axis] + 2), axis),
        )
        image = 0.75 * image + 0.125 * (before + after)
    return image


def _sunlight(waves: Array) -> Array:
    """Counts of a white surface, (bands,): a black body of 5800 K with the atmosphere's absorptions."""
    light = waves**-5.0 / (np.exp(1.4388e7 / (waves * 5800)) - 1)
    wet = sum(
        depth * np.exp(-(((waves - center) / width) ** 2))
        for center, width, depth in (
            (762, 6, 0.5), (820, 15, 0.2), (940, 25, 0.6), (1130, 30, 0.6), (1390, 70, 0.95), (1880, 90, 0.95),
            (2020, 20, 0.4),
        )
    )  # fmt: skip
    return np.asarray(8000 * light / light.max() * (1 - np.minimum(wet, 0.98)))


def main(folder: str) -> None:
    """Write the standard scenes."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for setting in (*SETTINGS, *DIFFICULT):
        cube, truth = scene(setting)
        path = Path(folder) / f"{setting.name}.npz"
        np.savez_compressed(path, cube=cube, truth=truth, wavelengths=wavelengths(setting.sensor))
        print(f"{path}: {cube.shape}, {int(truth.sum())} anomaly pixels")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", metavar="FOLDER")
    main(parser.parse_args().folder)
