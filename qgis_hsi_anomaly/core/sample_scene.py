"""The sample scene: a river landscape as an imaging spectrometer of EnMAP's kind would see it, with targets.

Everything is computed from one seed, nothing is taken from a real image. The steps follow the light:

1. materials: reflectance spectra from a continuum and the absorptions that tell materials apart;
2. landscape: how much of each material every pixel holds (fields, wood, river, village, road), sums to 1;
3. targets: foreign materials replace a share of the pixel, from a twentieth to all of it;
4. sensor: point spread, illumination by the terrain, noise that depends on the signal and the band, stripes.

`raster.sample_scene` writes it as a product would be stored. Needs scipy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

import numpy as np

Array = Any  # numpy arrays; QGIS's numpy is older than its useful types

ROWS, COLUMNS = 120, 150
TRUTH_SHARE = 0.07  # a pixel is an anomaly from this share of target material on

# Band centers of the two detectors, nanometers.
VISIBLE = np.linspace(420.0, 993.0, 88)
INFRARED = np.linspace(1004.0, 2450.0, 136)
WAVELENGTHS = np.concatenate([VISIBLE, INFRARED])
FWHM = np.concatenate([np.full(VISIBLE.size, 6.5), np.full(INFRARED.size, 10.5)])


# 1. Materials ---------------------------------------------------------------------------------------------------


def dip(center: float, width: float, depth: float) -> Array:
    """Return the share of light left by an absorption at `center`, `width` the standard deviation in nm."""
    return 1 - depth * np.exp(-0.5 * ((WAVELENGTHS - center) / width) ** 2)


def rise(center: float, width: float) -> Array:
    """Return a smooth step from 0 to 1 at `center`."""
    return 1 / (1 + np.exp(-(WAVELENGTHS - center) / width))


def leaf(chlorophyll: float, water: float, plateau: float) -> Array:
    """Reflectance of a canopy: pigments, red edge, near-infrared plateau, leaf water, dry matter."""
    edge = rise(715 + 8 * chlorophyll, 12)
    visible = 0.075 * dip(450, 45, 0.65) * dip(670, 30, 0.55 + 0.2 * chlorophyll) * dip(500, 30, 0.35)
    infrared = (
        plateau * dip(970, 25, 0.08 * water) * dip(1190, 40, 0.16 * water) * dip(1450, 75, 0.72 * water)
    )
    infrared = infrared * dip(1940, 110, 0.85 * water) * dip(2100, 60, 0.1) * dip(2500, 250, 0.6 * water)
    infrared = infrared * (1 - 0.35 * water * rise(1400, 60)) * (1 - 0.45 * water * rise(1900, 60))
    return visible * (1 - edge) + infrared * edge


def soil(brightness: float, iron: float, clay: float) -> Array:
    """Reflectance of bare soil: rising continuum, iron oxides, hydroxyl of clay, moisture."""
    continuum = brightness * (0.25 + 0.75 * (1 - np.exp(-(WAVELENGTHS - 350) / 600)))
    return (
        continuum
        * dip(480, 60, 0.35 * iron)
        * dip(870, 60, 0.12 * iron)
        * dip(1415, 30, 0.1)
        * dip(1915, 40, 0.18)
    ) * dip(2205, 22, 0.2 * clay)


def materials() -> Dict[str, Array]:
    """Return the reflectance (bands,) of every material of the landscape, 0 to 1."""
    litter = (0.08 + 0.34 * rise(850, 190)) * dip(1450, 55, 0.15) * dip(1930, 60, 0.25)
    return {
        "wood": leaf(1.0, 1.0, 0.36),
        "crop": leaf(0.8, 0.8, 0.52),
        "meadow": leaf(0.5, 0.6, 0.42),
        "stubble": litter * dip(2100, 45, 0.2) * dip(2300, 40, 0.15),
        "loam": soil(0.36, 0.8, 1.0),
        "dark soil": soil(0.2, 0.4, 0.5),
        "sand": soil(0.44, 0.5, 0.2),
        "water": 0.06 * np.exp(-(((WAVELENGTHS - 560) / 130) ** 2)) + 0.004,
        "asphalt": 0.09 + 0.05 * rise(900, 400),
        "tile": (0.07 + 0.33 * rise(595, 22)) * dip(870, 70, 0.2) * dip(2205, 30, 0.06) * dip(1915, 40, 0.08),
        "concrete": (0.22 + 0.12 * rise(550, 120)) * dip(1915, 45, 0.12) * dip(2335, 28, 0.12),
    }


def target_materials() -> Dict[str, Array]:
    """Return the reflectance (bands,) of what does not belong in the landscape."""
    oil = dip(1215, 16, 0.18) * dip(1410, 20, 0.12) * dip(1725, 14, 0.4) * dip(2310, 22, 0.5)
    return {
        # Polyethylene sheet, blue: hydrocarbon absorptions.
        "plastic": (0.14 + 0.3 * dip(630, 90, 0.85) * rise(400, 60) + 0.1 * rise(760, 30)) * oil,
        # Green paint on metal: it follows leaves in the visible, with an edge but without leaf water.
        "paint": (0.05 + 0.05 * dip(550, 40, -0.8) + 0.27 * rise(735, 16))
        * dip(1725, 18, 0.1)
        * dip(2310, 25, 0.2),
        # Solar panels: dark silicon under glass, bright again beyond its band gap.
        "silicon": 0.05 + 0.02 * dip(430, 40, -0.8) + 0.16 * rise(1120, 30) * dip(2210, 60, 0.15),
    }


# 2. Landscape ---------------------------------------------------------------------------------------------------


def smooth(random: np.random.Generator, scale: float) -> Array:
    """Return a random field (rows, columns) of mean 0 and standard deviation 1, correlated over `scale` pixels."""
    from scipy.ndimage import gaussian_filter

    field = gaussian_filter(random.standard_normal((ROWS, COLUMNS)), scale, mode="wrap")
    return (field - field.mean()) / field.std()


def landscape(random: np.random.Generator, names: List[str]) -> Array:
    """Return the share of every material, (rows, columns, materials), sums to 1."""
    row, column = np.mgrid[0:ROWS, 0:COLUMNS].astype(float)
    share = {name: np.zeros((ROWS, COLUMNS)) for name in names}

    # Fields: the nearest of some centers, each with its own mix of crop, meadow, stubble and soils.
    centers = random.uniform((0, 0), (ROWS, COLUMNS), (46, 2))  # nosec B311
    stretched = (row[..., None] - centers[:, 0]) ** 2 + (0.6 * (column[..., None] - centers[:, 1])) ** 2
    field = stretched.argmin(axis=2)
    grown = ("crop", "meadow", "stubble", "loam", "dark soil", "sand")
    mixes = random.dirichlet((0.6, 0.5, 0.4, 0.5, 0.3, 0.12), len(centers))
    for name, mix in zip(grown, mixes.T):
        patchy = np.exp(0.45 * smooth(random, 3) + 0.2 * smooth(random, 1))
        share[name] = mix[field] * patchy + 0.01
    # Wood where a smooth field is high, with meadow showing through.
    wooded = rise_of(smooth(random, 9) + 0.25 * smooth(random, 2) - 0.55, 0.12)
    # A village: roofs, concrete and asphalt between gardens.
    village = np.exp(-(((row - 80) / 9) ** 2 + ((column - 108) / 12) ** 2)) + np.exp(
        -(((row - 22) / 5) ** 2 + ((column - 40) / 6) ** 2)
    )
    built = np.clip(village * 0.8, 0, 0.8)
    roofs = random.dirichlet((1.2, 0.8, 1.0, 1.6), (ROWS, COLUMNS))
    # A road and a river, as distances from a curve.
    road = np.exp(-(((row - 0.45 * column - 26) / 0.45) ** 2))
    middle = 72 + 14 * np.sin(row / 21) + 5 * np.sin(row / 8.5)
    river = rise_of(3.2 + 1.2 * np.sin(row / 13) - np.abs(column - middle), 0.35)
    bank = rise_of(5.5 - np.abs(column - middle), 0.7) * (1 - river)

    total = sum(share.values())
    mixed = np.stack([share[name] / total for name in names], axis=2)
    at = {name: number for number, name in enumerate(names)}

    def cover(by: Array, what: Dict[str, Any]) -> None:
        """Replace the share `by` of what is there by a mix of materials."""
        nonlocal mixed
        mixed = mixed * (1 - by[..., None])
        for name, part in what.items():
            mixed[..., at[name]] += by * part

    cover(wooded, {"wood": 0.9, "meadow": 0.1})
    cover(bank * 0.6, {"meadow": 0.7, "sand": 0.3})
    cover(built, dict(zip(("tile", "concrete", "asphalt", "meadow"), np.moveaxis(roofs, 2, 0))))
    cover(road * 0.55, {"asphalt": 0.85, "concrete": 0.15})
    cover(river, {"water": 1.0})
    return mixed


def variability(random: np.random.Generator, roofs: Array) -> Array:
    """Return the factor (rows, columns, bands) by which spectra differ within one material.

    Pigments, water, iron, clay and litter vary from place to place and from pixel to pixel, and no two
    roofs (share (rows, columns)) have the same color.
    """
    patterns = (
        (dip(670, 30, 0.5) * dip(450, 45, 0.5), 0.2),  # chlorophyll
        (dip(970, 25, 0.1) * dip(1190, 40, 0.2) * dip(1450, 75, 0.7) * dip(1940, 110, 0.8), 0.07),  # water
        (dip(480, 60, 0.3) * dip(870, 60, 0.2), 0.15),  # iron oxides
        (dip(2205, 22, 0.3), 0.15),  # clay
        (dip(2100, 50, 0.3) * dip(2300, 40, 0.2) * dip(1730, 30, 0.08), 0.1),  # litter
        (np.exp((WAVELENGTHS - 1200) / 1200), 0.04),  # tilt
        (np.exp(rise(760, 120) - 0.5), 0.05),  # visible against infrared
    )
    exponent = np.zeros((ROWS, COLUMNS, WAVELENGTHS.size))
    for pattern, amount in patterns:
        field = (
            0.8 * smooth(random, 3) + 0.4 * smooth(random, 1) + 0.4 * random.standard_normal((ROWS, COLUMNS))
        )
        exponent += amount * field[..., None] * np.log(pattern)
    edges = random.uniform(480, 700, (ROWS, COLUMNS, 1))  # nosec B311
    color = 1 / (1 + np.exp(-(WAVELENGTHS - edges) / 25)) - 0.5
    bitumen = random.gamma(1.0, 0.35, (ROWS, COLUMNS, 1)) * np.log(dip(1725, 18, 0.15) * dip(2310, 28, 0.3))
    share = np.clip(3 * roofs, 0, 1)[..., None]
    exponent += share * (random.normal(0, 0.5, (ROWS, COLUMNS, 1)) * color + bitumen)
    return np.exp(exponent)


def rise_of(field: Array, width: float) -> Array:
    """Return a smooth step from 0 to 1 where `field` crosses 0."""
    return 1 / (1 + np.exp(-field / width))


# 3. Targets -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """Where a target lies: upper left pixel, size in pixels, the share of each pixel it covers, its material."""

    row: int
    column: int
    rows: int
    columns: int
    share: float
    material: str


# Objects smaller than a pixel, and a few that fill some.
TARGETS: Tuple[Target, ...] = (
    Target(14, 98, 1, 1, 0.12, "plastic"),
    Target(33, 120, 1, 1, 0.35, "plastic"),
    Target(96, 34, 1, 1, 0.45, "plastic"),
    Target(57, 101, 1, 2, 0.30, "plastic"),
    Target(104, 80, 1, 1, 0.10, "plastic"),
    Target(34, 60, 2, 2, 0.80, "plastic"),
    Target(44, 27, 2, 2, 1.00, "paint"),
    Target(66, 44, 1, 1, 0.24, "paint"),
    Target(88, 131, 1, 1, 0.20, "paint"),
    Target(24, 84, 1, 1, 0.35, "paint"),
    Target(107, 117, 1, 2, 0.60, "paint"),
    Target(52, 126, 2, 3, 1.00, "silicon"),
    Target(75, 22, 1, 1, 0.22, "silicon"),
    Target(16, 58, 1, 2, 0.60, "silicon"),
    Target(90, 60, 1, 1, 0.20, "silicon"),
    Target(112, 30, 1, 2, 0.90, "silicon"),
)


# 4. Sensor ------------------------------------------------------------------------------------------------------


def signal() -> Array:
    """Return the photons that reach the sensor from a white ground, (bands,), relative: sun, air and band width."""
    meters = WAVELENGTHS * 1e-9
    sun = meters**-4.0 / (np.exp(0.014388 / (meters * 5778)) - 1) * FWHM
    vapour = (
        dip(760, 4, 0.3) * dip(940, 22, 0.45) * dip(1130, 25, 0.5) * dip(1385, 45, 0.99) * dip(1880, 65, 0.99)
    ) * dip(2010, 12, 0.25)
    return sun / sun[0] * vapour


def noise_level(reflectance: Array) -> Array:
    """Return the standard deviation of the noise of a reflectance (…, bands): shot noise and a constant part.

    Set for a signal-to-noise ratio of about 500 in the visible and 150 at 2200 nm on 30 % reflectance.
    """
    light = signal()
    return np.sqrt(1.67e-6 * np.clip(reflectance, 0, None) / light + (6.2e-4 / light) ** 2)


def swath() -> Array:
    """Return where the tilted swath has data, (rows, columns) bool."""
    row, column = np.mgrid[0:ROWS, 0:COLUMNS]
    return (column > 9 - 0.12 * row) & (column < COLUMNS - 1 - 0.12 * (row - 20))


def simulate(seed: int = 0) -> Tuple[Array, Array]:
    """Return the scene's reflectance (rows, columns, bands) float, NaN beside the swath, and the targets' share.

    The share (rows, columns) is that of target material in the light a pixel receives.
    """
    from scipy.ndimage import gaussian_filter

    random = np.random.default_rng(seed)
    spectra = materials()
    names = list(spectra)
    shares = landscape(random, names)
    foreign = target_materials()
    implanted = np.zeros((ROWS, COLUMNS, len(foreign)))
    for target in TARGETS:
        place = (
            slice(target.row, target.row + target.rows),
            slice(target.column, target.column + target.columns),
        )
        implanted[place][..., list(foreign).index(target.material)] = target.share
    shares = np.concatenate([shares * (1 - implanted.sum(axis=2, keepdims=True)), implanted], axis=2)
    # The optics mix neighbors: what arrives in a pixel comes from a little around it.
    shares = gaussian_filter(shares, (0.42, 0.42, 0), mode="nearest")
    reflectance = shares @ np.stack([*spectra.values(), *foreign.values()])

    reflectance *= variability(random, shares[..., names.index("tile")])
    # Terrain: slopes towards the sun (south-east) are brighter.
    height = smooth(random, 11)
    slope = np.gradient(height, axis=1) - np.gradient(height, axis=0)
    reflectance *= (1 + 0.1 * slope / slope.std() + 0.02 * smooth(random, 1))[..., None].clip(0.6, 1.4)

    reflectance += noise_level(reflectance) * random.standard_normal(reflectance.shape)
    # A pushbroom's columns never agree quite: stripes of 0.2 %.
    reflectance *= 1 + 0.002 * random.standard_normal((1, COLUMNS, WAVELENGTHS.size))
    reflectance[~swath()] = np.nan
    return reflectance, np.where(swath(), shares[..., len(names) :].sum(axis=2), 0)


def bad_bands() -> Array:
    """Return (bands,) bool: where water vapour leaves too little light to measure."""
    return signal() < 0.05
