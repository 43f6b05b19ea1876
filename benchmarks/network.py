"""One network for all scenes, tried as the last step of the consensus: what docs/consensus.md says of it.

    HSI_ANOMALY_DATA=data python -m benchmarks.network [--seeds 2 3] [--cache FOLDER] [--output FOLDER]

It takes nothing of the sensor: 71 values of a pixel from the consensus' members (normal scores, residues, their
contrasts with and extremes of 3 to 31 pixels around, energies of whitened components). Its output is added to the
consensus, and untrained it is nothing. Training scenes, all with the members' maps computed in them:

real : the labeled scenes of the other places (a scene is never judged by what was trained on its place)
simulated : 120 of `simulated.py`, other seeds than those judged, two thirds with any sensor, sizes and contrast
implants : targets of 1 to 400 pixels, fractions .1 to 1, made spectra or extreme ones of the scene, in six windows or
    scenes without labels and in the labeled scenes, whose own targets are left out
copies : the labeled scenes' own targets, turned and weakened, put elsewhere in the same scene

The loss of a target pixel is log(1 + c f), f the share of the background above it, smoothed, so that halving false
alarms counts alike at every rate down to 1/c; objects count as the root of their area; targets that the consensus has
among the lowest 90 % are not trained on; the square of what is added is penalized. Prints the rows of the table in
docs/consensus.md. With --cache, maps are kept there. Takes torch; about a quarter of an hour on one core.
"""

from __future__ import annotations

import argparse
import os
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np
import torch
from scipy.ndimage import binary_dilation, gaussian_filter, label, maximum_filter, uniform_filter

from benchmarks.consensus import by_lines, normal
from benchmarks.quality import ABU, PAPER, PLACES, SCENES, object_recall
from benchmarks.results import save, table
from benchmarks.simulated import DIFFICULT, SENSORS, SETTINGS, scene, simulate
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.consensus import LEARN_FIRST, SUSPECTS, VOTES, Consensus
from qgis_hsi_anomaly.core.metrics import figures, label_scores
from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

Array = np.ndarray
Labeled = Tuple[Array, Array, Array]
"""A cube, its targets, and pixels that are neither target nor background."""
MAPS = ("rx", "localrx 5", "localrx 21", "crd 5", "crd 21", "knn", "aed")
WITHOUT_LABELS = (
    "enmap_potsdam_mosaic.tif",
    "EnMAP_BerlinUrbanGradient.bsq",
    "HyMap02_Berlin_Urban_Gradient_2009.bsq",
)
WINDOW = 64
BOTH = np.ones((3, 3))
PLAIN = ("score", "e", "n ", "r ")
"""Values that are the members' alone, by the start of their names."""


@dataclass(frozen=True)
class Recipe:
    """A row: weights of the kinds of training scenes (real ones count 1 each), the network, and its training.

    hidden : units of each layer; none is a logistic regression. anchor : weight of the square of what is added.
    """

    name: str
    kinds: Dict[str, float]
    hidden: Tuple[int, ...] = ()
    epochs: int = 8
    rate: float = 1e-2
    decay: float = 1e-2
    anchor: float = 0.3
    focus: float = 300.0
    plain: bool = False


ALL = {"real": 20.0, "copies": 7.0, "simulated": 1.0, "implants": 0.3}
LONG: Dict[str, Any] = {"epochs": 15, "rate": 3e-3, "decay": 0.1}
RECIPES = (
    Recipe("network of 16, all four kinds", ALL, (16,), **LONG),
    Recipe("logistic regression, all four kinds", ALL),
    Recipe("the same, members' values only", ALL, plain=True),
    Recipe("logistic regression, labeled scenes only", {"real": 1.0}, epochs=60, anchor=1.0),
    Recipe("logistic regression, simulated and implants only", {"simulated": 1.0, "implants": 1.0}),
    Recipe("network of 32 and 16, all four kinds", ALL, (32, 16), **LONG),
    Recipe("network of 64 and 32, all four kinds", ALL, (64, 32), **{**LONG, "epochs": 30}),
)


@dataclass(frozen=True)
class Inputs:
    """What training and judging need of a scene.

    values : (rows, columns, inputs) float16. score : the consensus. truth and ignore : bool.
    """

    values: Array
    names: List[str]
    score: Array
    truth: Array
    ignore: Array


def members(array: Array) -> Tuple[Array, Array]:
    """Normal scores of the members' maps, one for each window, and the pixels that rx and knn learned from."""
    cube = ArrayCube(array)
    detectors = Consensus().members(cube)
    first: List[Array] = []
    evidence = np.zeros(array.shape[:2])
    for name in LEARN_FIRST:
        each = [normal(one.fit(cube).score(cube)) for one in detectors[name]]
        together = normal(sum(each)) if len(each) > 1 else each[0]
        evidence = evidence + VOTES.get(name, 1) * (together + normal(by_lines(together)))
        first += each
    background = evidence <= np.quantile(evidence, 1 - SUSPECTS)
    clean = ArrayCube(array, background=background)
    rx, knn = (normal(detectors[name][0].fit(clean).score(clean)) for name in ("rx", "knn"))
    return np.stack([rx, *first[:4], knn, first[4]]).astype(np.float32), background


def components(array: Array, background: Array, count: int = 20) -> Array:
    """Whitened principal components, (count, rows, columns)."""
    pixels = array.reshape(-1, array.shape[2]).astype(np.float64)
    learned = pixels[background.ravel()]
    mean = learned.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((learned - mean).T))
    values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    white = (pixels - mean) @ vectors / np.sqrt(values + 1e-9 * values[0])
    return np.asarray(white.T.reshape(count, *array.shape[:2]).astype(np.float16))


def inputs(maps: Dict[str, Array]) -> Inputs:
    """The values of every pixel from the members' maps."""
    each, residues = maps["maps"], maps["residues"]
    white = maps["components"].astype(np.float32)
    found: Dict[str, Array] = {}
    together = {
        "rx": each[0],
        "localrx": normal(each[1] + each[2]),
        "crd": normal(each[3] + each[4]),
        "knn": each[5],
        "aed": each[6],
    }
    votes = sum(VOTES.get(name, 1) for name in together)
    score = sum(VOTES.get(name, 1) * (n + normal(by_lines(n))) / 2 for name, n in together.items()) / votes
    fused = normal(score)
    found["score"], found["e"] = score, fused
    for name, image, residue in zip(MAPS, each, residues):
        found[f"n {name}"], found[f"r {name}"] = image, residue
        found[f"contrast 7 {name}"] = image - around(image, 7)
        found[f"smooth 3 {name}"] = around(image, 3) - image
        found[f"contrast 15 {name}"] = around(image, 3) - around(image, 15)
    found["spread"], found["least"], found["most"] = each.std(axis=0), each.min(axis=0), each.max(axis=0)
    found["residue"] = normal(by_lines(fused))
    for side in (3, 7, 15, 31):
        mean = around(fused, side)
        deviation = np.sqrt(np.maximum(around(fused * fused, side) - mean * mean, 0))
        found[f"mean {side}"], found[f"deviation {side}"] = mean, deviation
        found[f"maximum {side}"] = maximum_filter(fused, side) - fused
        if side > 3:
            found[f"standard {side}"] = (fused - mean) / (deviation + 0.1)
    for length in (7, 11, 51):
        found[f"lines {length}"] = normal(by_lines(fused, (length,)))
    for low, high in ((0, 3), (3, 8), (8, 20)):
        part = white[low:high]
        near, far = (np.stack([around(one, side) for one in part]) for side in (3, 15))
        for name, what in (("", part), ("smooth ", near), ("contrast ", near - far), ("rough ", part - near)):
            found[f"energy {name}{low}"] = normal((what * what).sum(axis=0))
    values = np.stack(list(found.values()), axis=-1).astype(np.float16)
    return Inputs(values, list(found), score.astype(np.float32), maps["truth"], maps["ignore"])


def around(image: Array, side: int) -> Array:
    """Mean over a square."""
    return np.asarray(uniform_filter(image, side, mode="reflect"))


def real(name: str) -> Labeled:
    """A labeled scene."""
    folder = Path(os.environ["HSI_ANOMALY_DATA"])
    image, mask = SCENES[name]
    cube = open_cube(str(folder / image))
    truth = read_truth(str(folder / mask), cube.valid.shape)
    return cube.read_rows(0, cube.rows), truth, np.zeros_like(truth)


def simulated(number: int) -> Labeled:
    """A simulated scene for training."""
    draw = np.random.default_rng(10_000 + number)
    if number % 3 == 0:
        settings = SETTINGS + DIFFICULT
        array, truth = scene(settings[draw.integers(len(settings))], 1000 + number)
    else:
        largest = 20 if draw.random() < 0.3 else 6
        drawn = np.round(np.exp(draw.uniform(np.log(0.5), np.log(largest), 6)), 1)
        sizes = tuple(float(size) if size < 1 else float(round(size)) for size in drawn)
        contrast = float(np.exp(draw.uniform(np.log(0.15), 0)))
        background = str(draw.choice(["rural", "fields", "coast", "town", "town"]))
        sensor = str(draw.choice(list(SENSORS)))
        array, truth = simulate(1000 + number, sizes, contrast, background, sensor, int(draw.integers(3, 13)))
    return array, truth, np.zeros_like(truth)


def without_labels() -> Iterator[Tuple[str, Array]]:
    """Scenes without labels, and full windows of the one with gaps."""
    folder = Path(os.environ["HSI_ANOMALY_DATA"]) / "georeferenced"
    for name in WITHOUT_LABELS:
        cube = open_cube(str(folder / name))
        array, gaps = cube.read_rows(0, cube.rows), ~cube.valid
        if not gaps.any():
            yield name, array
            continue
        for top in range(0, cube.rows - WINDOW + 1, 8):
            for left in range(0, cube.columns - WINDOW + 1, 8):
                window = slice(top, top + WINDOW), slice(left, left + WINDOW)
                if not gaps[window].any():
                    gaps[window] = True
                    yield f"{name} {top} {left}", array[window]


def implanted(array: Array, known: Array, seed: int) -> Labeled:
    """Put 3 to 15 targets into a scene, none near those `known`, which are ignored."""
    draw = np.random.default_rng(seed)
    rows, columns, bands = array.shape
    array = array.astype(np.float64)
    pool = array[~known]
    pool = pool[draw.choice(len(pool), min(3000, len(pool)), replace=False)]
    noise = np.median(abs((array[:, 1:] - array[:, :-1]).reshape(-1, bands)), axis=0) / 0.954 * 0.5
    fill, truth = np.zeros((rows, columns)), np.zeros((rows, columns), dtype=bool)
    largest = 400 if draw.random() < 0.25 else 60
    areas = np.exp(draw.uniform(0, np.log(largest), draw.integers(3, 16)))
    common = made(draw, pool) if draw.random() < 0.5 else None
    target = np.zeros(array.shape, dtype=np.float32)
    total = 0.0
    for area in sorted(areas)[::-1]:
        if total + area > 0.05 * rows * columns:
            continue
        shape = outline(draw, area)
        height, width = shape.shape
        if height > rows - 6 or width > columns - 6:
            continue
        for _ in range(50):
            top, left = draw.integers(2, rows - height - 1), draw.integers(2, columns - width - 1)
            near = [
                (slice(max(top - gap, 0), top + height + gap), slice(max(left - gap, 0), left + width + gap))
                for gap in (4, 3)
            ]
            if not (fill[near[0]] > 0).any() and not known[near[1]].any():
                break
        else:
            continue
        fraction = np.exp(draw.uniform(np.log(0.1), 0))
        spectrum = common if common is not None and draw.random() < 0.7 else made(draw, pool)
        inside = slice(top, top + height), slice(left, left + width)
        fill[inside] = np.maximum(fill[inside], shape * fraction)
        shade = 1 + 0.08 * gaussian_filter(draw.standard_normal((height, width)), 0.7)
        target[max(top - 1, 0) : top + height + 1, max(left - 1, 0) : left + width + 1] = spectrum
        target[inside] = spectrum * shade[..., None]
        total += shape.sum()
        truth[inside] |= shape > 0
    soft = np.where((target != 0).any(axis=2), blurred(fill), 0)
    target = target + noise * draw.standard_normal(target.shape) * (soft > 0)[..., None]
    mixed = (1 - soft[..., None]) * array + soft[..., None] * target
    return mixed.astype(np.float32), truth, known | ((soft > 0) & ~truth)


def outline(draw: np.random.Generator, area: float) -> Array:
    """A rectangle, ellipse, cross or angle of about so many pixels, 0 and 1."""
    kind = draw.choice(["rectangle", "rectangle", "ellipse", "cross", "angle"])
    if area <= 4:
        kind = "rectangle"
    height = max(round(np.sqrt(area * np.exp(draw.uniform(-0.8, 0.8)))), 1)
    width = max(round(area / height), 1)
    if kind == "rectangle":
        return np.ones((height, width))
    height, width = int(np.ceil(height * 1.3)), int(np.ceil(width * 1.3))
    y, x = np.mgrid[:height, :width]
    down, across = (y + 0.5) / height * 2 - 1, (x + 0.5) / width * 2 - 1
    if kind == "ellipse":
        return np.asarray(down**2 + across**2 <= 1.05, dtype=float)
    if kind == "cross":
        return np.asarray((abs(down) <= 0.34) | (abs(across) <= 0.34), dtype=float)
    return np.asarray((down > 0.1) | (across < -0.1), dtype=float)


def made(draw: np.random.Generator, pool: Array) -> Array:
    """A target's spectrum: one of the scene bent by broad bumps, or an extreme one of the scene, bent little."""
    bands = pool.shape[1]
    spectrum = pool[draw.integers(len(pool))] if draw.random() < 0.5 else pool.mean(axis=0)
    along = np.linspace(0, 1, bands)
    kind = draw.random()
    bumps = sum(
        draw.uniform(-1, 1) * np.exp(-(((along - draw.uniform()) / draw.uniform(0.03, 0.3)) ** 2))
        for _ in range(draw.integers(2, 6))
    )
    if kind < 0.6:
        return np.asarray(spectrum * np.exp(draw.uniform(-0.7, 0.7) + draw.uniform(0.1, 0.7) * bumps))
    along_any = pool @ (draw.standard_normal(bands) / (pool.std(axis=0) + 1e-6))
    extreme = pool[np.argsort(-along_any)[draw.integers(0, 5)]]
    return np.asarray(extreme * np.exp(draw.uniform(-0.15, 0.15) + 0.1 * bumps))


def blurred(image: Array) -> Array:
    """1 6 1 in both directions, 0 outside."""
    for axis in (0, 1):
        padded = np.pad(image, [(1, 1) if axis == place else (0, 0) for place in (0, 1)])
        length = image.shape[axis]
        image = 0.75 * image + 0.125 * (
            np.take(padded, range(length), axis) + np.take(padded, range(2, length + 2), axis)
        )
    return image


def copied(array: Array, truth: Array, seed: int) -> Labeled:
    """Put up to 8 of a scene's own targets, turned and weakened, elsewhere in it."""
    draw = np.random.default_rng(seed)
    rows, columns = truth.shape
    source = array.astype(np.float32)
    array, truth = source.copy(), truth.copy()
    objects, count = label(truth, BOTH)
    taken = binary_dilation(truth, iterations=3)
    total = truth.sum()
    for _ in range(draw.integers(2, 9)):
        y, x = np.nonzero(objects == draw.integers(1, count + 1))
        shape = np.zeros((y.max() - y.min() + 1, x.max() - x.min() + 1), dtype=bool)
        spectra = np.zeros((*shape.shape, array.shape[2]), dtype=np.float32)
        shape[y - y.min(), x - x.min()] = True
        spectra[y - y.min(), x - x.min()] = source[y, x]
        turns = draw.integers(4)
        shape, spectra = np.rot90(shape, turns), np.rot90(spectra, turns)
        if draw.random() < 0.5:
            shape, spectra = shape[::-1], spectra[::-1]
        if total + shape.sum() > 0.04 * rows * columns:
            continue
        height, width = shape.shape
        for _ in range(60):
            top, left = draw.integers(2, rows - height - 1), draw.integers(2, columns - width - 1)
            inside = slice(top, top + height), slice(left, left + width)
            if not taken[inside].any():
                break
        else:
            continue
        fraction = draw.uniform(0.4, 1) * shape[..., None]
        array[inside] = (1 - fraction) * array[inside] + fraction * spectra
        truth[inside] |= shape
        total += shape.sum()
        taken |= binary_dilation(truth, iterations=3)
    return array, truth, np.zeros_like(truth)


def training_scenes() -> Dict[str, Callable[[], Labeled]]:
    """How each training scene is made, by KIND/BACKGROUND/NUMBER."""
    found: Dict[str, Callable[[], Labeled]] = {
        f"real/{name}/0": lambda name=name: real(name) for name in SCENES
    }
    for number in range(120):
        found[f"simulated/any/{number}"] = lambda number=number: simulated(number)
    for name in SCENES:
        seed = zlib.crc32(name.encode()) % 100_000
        for number in range(6):
            found[f"implants/{name}/{number}"] = lambda name=name, seed=seed + number: implanted(
                *real(name)[:2], seed
            )
        for number in range(3):
            found[f"copies/{name}/{number}"] = lambda name=name, seed=seed + 700 + number: copied(
                *real(name)[:2], seed
            )
    for place, (name, array) in enumerate(without_labels()):
        for number in range(6):
            found[f"implants/{name}/{number}"] = lambda array=array, seed=500 + 31 * place + number: (
                implanted(array, np.zeros(array.shape[:2], dtype=bool), seed)
            )
    return found


def judged_scenes(seeds: Sequence[int]) -> Dict[str, Callable[[], Labeled]]:
    """How each simulated scene that is judged is made, by its name in benchmarks/consensus.py."""

    def make(setting: Any, seed: int) -> Labeled:
        array, truth = scene(setting, seed)
        return array, truth, np.zeros_like(truth)

    return {
        f"{group}/{setting.name}/{seed}": lambda setting=setting, seed=seed: make(setting, seed)
        for seed in seeds
        for group, settings in (("simulated", SETTINGS), ("difficult", DIFFICULT))
        for setting in settings
    }


def prepare(name: str, make: Callable[[], Labeled], cache: Optional[Path]) -> Inputs:
    """Make a scene, run the members in it, and return its inputs; maps come from the cache where they are in it."""
    path = None if cache is None else cache / f"{name.replace('/', '_')}.npz"
    if path is not None and path.exists():
        with np.load(path) as kept:
            return inputs(dict(kept))
    array, truth, ignore = make()
    array = array.astype(np.float32)
    each, background = members(array)
    maps = {
        "maps": each,
        "residues": np.stack([normal(by_lines(one)) for one in each]).astype(np.float32),
        "components": components(array, background),
        "truth": truth,
        "ignore": ignore,
    }
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **maps)
    return inputs(maps)


@dataclass(frozen=True)
class Sample:
    """Pixels of a scene, its targets first. shares : of the background that each of the others stands for."""

    values: torch.Tensor
    score: torch.Tensor
    weights: torch.Tensor
    shares: torch.Tensor


def sample(one: Inputs, random: np.random.Generator) -> Optional[Sample]:
    """Draw at most 120 target pixels, the 500 background pixels of the highest consensus, and 500 others."""
    usable = ~one.ignore
    others = np.flatnonzero((usable & ~one.truth).ravel())
    score = one.score.ravel()
    below = np.sort(score[others])
    above = 1 - np.searchsorted(below, one.score) / len(below)
    objects, count = label(one.truth & usable, BOTH)
    weight = np.zeros(one.truth.shape, dtype=np.float32)
    for number in range(1, count + 1):
        inside = objects == number
        if np.quantile(above[inside], 0.25) <= 0.1:
            weight[inside] = inside.sum() ** -0.5
    targets = np.flatnonzero(weight.ravel() > 0)
    if not len(targets):
        return None
    order = others[np.argsort(-score[others])]
    hard, rest = order[:500], order[500:]
    rest = random.choice(rest, min(500, len(rest)), replace=False)
    each = (len(others) - len(hard)) / len(others) / len(rest)
    shares = np.concatenate([np.full(len(hard), 1 / len(others)), np.full(len(rest), each)])
    targets = random.choice(targets, min(120, len(targets)), replace=False)
    chosen = np.concatenate([targets, hard, rest])
    weights = weight.ravel()[targets]
    return Sample(
        torch.from_numpy(one.values.reshape(len(score), -1)[chosen].astype(np.float32)),
        torch.from_numpy(score[chosen]),
        torch.from_numpy(weights / weights.sum()),
        torch.from_numpy(shares.astype(np.float32)),
    )


class Network(torch.nn.Module):
    """The consensus, times a factor, and what a small network adds to it, 0 before training."""

    def __init__(self, recipe: Recipe, typical: Array, names: Sequence[str]) -> None:
        """`typical` (n, inputs): from which the inputs' means and deviations come."""
        super().__init__()
        used = [place for place, name in enumerate(names) if not recipe.plain or name.startswith(PLAIN)]
        self.used = torch.tensor(used)
        self.mean = torch.from_numpy(typical[:, used].mean(axis=0))
        self.deviation = torch.from_numpy(typical[:, used].std(axis=0) + 1e-3)
        layers: List[torch.nn.Module] = []
        width = len(used)
        for units in recipe.hidden:
            layers += [torch.nn.Linear(width, units), torch.nn.SiLU()]
            width = units
        last = torch.nn.Linear(width, 1)
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.zeros_(last.bias)
        self.layers = torch.nn.Sequential(*layers, last)
        self.factor = torch.nn.Parameter(torch.tensor(3.0))

    def forward(self, values: torch.Tensor, score: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Return the new score and what was added."""
        standard = (values[:, self.used] - self.mean) / self.deviation
        added = self.layers(standard.clamp(-4, 4))[:, 0]
        return self.factor * score + added, added


def train(recipe: Recipe, scenes: Dict[str, Inputs]) -> Network:
    """Train on the scenes, seed 0."""
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    typical = np.concatenate([one.values.reshape(-1, one.values.shape[2])[::97] for one in scenes.values()])
    network = Network(recipe, typical.astype(np.float32), next(iter(scenes.values())).names)
    weights = [recipe.kinds[name.split("/")[0]] for name in scenes]
    samples = [[sample(one, random) for one in scenes.values()] for _ in range(2)]
    batches = -(-len(scenes) // 4)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.rate, total_steps=recipe.epochs * batches + 1
    )
    for epoch in range(recipe.epochs):
        order = random.permutation(len(scenes))
        for batch in range(batches):
            loss = torch.zeros(())
            optimizer.zero_grad()
            for place in order[4 * batch : 4 * batch + 4]:
                drawn = samples[epoch % 2][place]
                if drawn is not None:
                    loss = loss + weights[place] * loss_of(network, drawn, recipe)
            if loss.requires_grad:
                (loss / 4).backward()
                optimizer.step()
            schedule.step()
    return network


def loss_of(network: Network, drawn: Sample, recipe: Recipe) -> torch.Tensor:
    """The loss on one scene."""
    score, added = network(drawn.values, drawn.score)
    targets, others = score[: len(drawn.weights)], score[len(drawn.weights) :]
    above = (torch.sigmoid(others[None] - targets[:, None]) * drawn.shares).sum(dim=1)
    far = (added - added.mean()).pow(2).mean()
    return (torch.log1p(recipe.focus * above) * drawn.weights).sum() + recipe.anchor * far


def judge(network: Optional[Network], one: Inputs) -> Dict[str, float]:
    """Figures of a network on a scene; of the consensus without one."""
    score = one.score
    if network is not None:
        with torch.no_grad():
            values = torch.from_numpy(one.values.reshape(score.size, -1).astype(np.float32))
            score = network(values, torch.from_numpy(score.ravel()))[0].numpy().reshape(score.shape)
    scores = score.astype(np.float64)
    return {**figures(label_scores(scores, one.truth)), "OBJECT_RECALL": object_recall(scores, one.truth)}


def leave_places_out(
    recipe: Recipe, scenes: Dict[str, Inputs], judged: Dict[str, Inputs]
) -> Dict[str, Dict[str, float]]:
    """Judge a recipe: on each place by a network trained without it, on simulated scenes by one trained on all."""
    used = {name: one for name, one in scenes.items() if name.split("/")[0] in recipe.kinds}
    found: Dict[str, Dict[str, float]] = {}
    for here in PLACES.values():
        network = train(recipe, {name: used[name] for name in used if name.split("/")[1] not in here})
        found.update({name: judge(network, scenes[f"real/{name}/0"]) for name in here})
    network = train(recipe, used)
    found.update({name: judge(network, one) for name, one in judged.items()})
    return found


def line(name: str, found: Dict[str, Dict[str, float]]) -> List[str]:
    """A row of the table."""

    def mean(names: Sequence[str], figure: str) -> float:
        return float(np.mean([found[one][figure] for one in names]))

    areas = [mean(names, "AUC_PD_PF") for names in (tuple(SCENES), PAPER, ABU)]
    areas.append(min(found[one]["AUC_PD_PF"] for one in SCENES))
    rest = ("AVERAGE_PRECISION", "PD_AT_PF_1E2", "PD_AT_PF_1E3", "OBJECT_RECALL")
    row = [name, *(f"{area:.4f}" for area in areas), *(f"{mean(tuple(SCENES), one):.3f}" for one in rest)]
    for group in ("simulated", "difficult"):
        names = [one for one in found if one.startswith(group)]
        row += [f"{mean(names, 'AUC_PD_PF'):.4f}", f"{mean(names, 'AVERAGE_PRECISION'):.3f}"]
    return row


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[2, 3])
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--output", default="build/bench")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    started = time.process_time()
    scenes = {
        name: prepare(f"training/{name}", make, arguments.cache) for name, make in training_scenes().items()
    }
    judged = {
        name: prepare(f"judged/{name}", make, arguments.cache)
        for name, make in judged_scenes(arguments.seeds).items()
    }
    everything = {**{name: scenes[f"real/{name}/0"] for name in SCENES}, **judged}
    results = {"consensus": {name: judge(None, one) for name, one in everything.items()}}
    seconds = {"members": time.process_time() - started}
    for recipe in RECIPES:
        started = time.process_time()
        results[recipe.name] = leave_places_out(recipe, scenes, judged)
        seconds[recipe.name] = time.process_time() - started
        print(*line(recipe.name, results[recipe.name]), flush=True)
    titles = ["rule", "AUC", "six", "ABU", "lowest", "AP", "PD 1e-2", "PD 1e-3", "objects"]
    titles += ["simulated", "AP", "difficult", "AP"]
    text = table(titles, [line(name, found) for name, found in results.items()])
    text += "\n\nprocessor seconds\n" + table(
        ["", ""], [[name, f"{one:.0f}"] for name, one in seconds.items()]
    )
    save(Path(arguments.output), "network", text, results)


if __name__ == "__main__":
    main()
