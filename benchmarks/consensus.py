"""Rules that combine detectors without labels, compared: what docs/consensus.md reports.

    HSI_ANOMALY_DATA=data python -m benchmarks.consensus [--seeds 0 1 2 3] [--no-implants] [--output FOLDER]
    python -m benchmarks.consensus --large [--output FOLDER]

The first prints AUC(PD,PF) of every member and rule: mean and least of six real scenes, SDData, and the mean over
simulated scenes of `simulated.py`. The rule and the members' settings were chosen with seeds 0 and 1; 2 and 3
are new scenes. Real scenes come from the folder that HSI_ANOMALY_DATA names.

The second makes a raster of 1000 x 1000 x 224 in a temporary folder, runs `consensus` with its defaults and
prints seconds, processor seconds and peak memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Sequence, Tuple

import numpy as np
from scipy.special import ndtri

from benchmarks.quality import PAPER, SCENES
from benchmarks.results import save, table
from benchmarks.simulated import SETTINGS, scene
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.consensus import FAMILIES, MEMBERS, VOTES, Consensus
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.metrics import area_under_roc, label_scores
from qgis_hsi_anomaly.core.numerics.ranks import average_ranks
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

Array = np.ndarray
PLAIN = ("rx", "localrx", "crd", "knn", "aed")
OTHERS = ("kernelrx", "lsmad")
AREAS = (10, 200)


def normal(below: Array) -> Array:
    """Shares of pixels below as normal scores."""
    return np.asarray(ndtri(below))


def tail(below: Array) -> Array:
    """Shares of pixels below as Fisher's -log of the share above."""
    return -np.log1p(-below)


def agreement(below: Array) -> Array:
    """Mean correlation of each member with the others."""
    correlation = np.corrcoef(normal(below))
    return np.maximum(correlation.sum(axis=1) - 1, 0) / (len(below) - 1)


def redundancy(below: Array) -> Array:
    """Less weight for members that say what others say too."""
    return 1 / (np.corrcoef(normal(below)) ** 2).sum(axis=1)


def votes(names: Sequence[str], weights: Dict[str, float]) -> Array:
    """Weights of members when each family has `weights`."""
    sizes = {family: sum(FAMILIES[name] == family for name in names) for family in weights}
    return np.array([weights[FAMILIES[name]] / sizes[FAMILIES[name]] for name in names])


EQUAL = dict.fromkeys(VOTES, 1.0)
Rule = Callable[[Dict[str, Array]], Array]


def rules() -> Dict[str, Rule]:
    """Every rule: takes each map's shares of pixels below by name, gives the combined score."""

    def plain(combine: Callable[[Array], Array]) -> Rule:
        return lambda maps: combine(np.stack([maps[f"{name} default"] for name in PLAIN]))

    def sized(combine: Callable[[Array], Array], names: Sequence[str] = MEMBERS) -> Rule:
        return lambda maps: combine(np.stack([maps[name] for name in names]))

    def weighted(
        weights: Dict[str, float], scale: Callable[[Array], Array], names: Sequence[str] = MEMBERS
    ) -> Rule:
        return sized(lambda below: votes(names, weights) @ scale(below), names)

    return {
        "defaults: mean of normal scores": plain(lambda below: normal(below).mean(axis=0)),
        "defaults: Fisher": plain(lambda below: tail(below).mean(axis=0)),
        "defaults: median": plain(lambda below: np.median(below, axis=0)),
        "defaults: highest": plain(lambda below: below.max(axis=0)),
        "defaults: without highest and lowest": plain(
            lambda below: np.sort(normal(below), axis=0)[1:-1].mean(axis=0)
        ),
        "defaults: without the lowest": plain(lambda below: np.sort(normal(below), axis=0)[1:].mean(axis=0)),
        "defaults: weighted by agreement": plain(lambda below: agreement(below) @ normal(below)),
        "defaults: weighted against redundancy": plain(lambda below: redundancy(below) @ normal(below)),
        "sized: mean of normal scores": sized(lambda below: normal(below).mean(axis=0), PLAIN),
        "sized: Fisher": sized(lambda below: tail(below).mean(axis=0), PLAIN),
        "sized: families equal, Fisher": weighted(EQUAL, tail, PLAIN),
        "sized: votes, Fisher": weighted(VOTES, tail, PLAIN),
        "sized: votes, normal scores": weighted(VOTES, normal, PLAIN),
        "sized and cbad: mean of normal scores": sized(lambda below: normal(below).mean(axis=0)),
        "sized and cbad: Fisher": sized(lambda below: tail(below).mean(axis=0)),
        "sized and cbad: families equal, Fisher": weighted(EQUAL, tail),
        "sized and cbad: families equal, normal scores": weighted(EQUAL, normal),
        "sized and cbad: votes, Fisher": weighted(VOTES, tail),
        "consensus (sized and cbad: votes, normal scores)": weighted(VOTES, normal),
        "consensus and kernelrx": weighted(VOTES, normal, (*MEMBERS, "kernelrx")),
        "consensus and lsmad": weighted(VOTES, normal, (*MEMBERS, "lsmad")),
        "consensus without localrx and crd": weighted(VOTES, normal, ("rx", "cbad", "knn", "aed")),
        "sized and cbad: weighted by implants": lambda maps: implant_weights(maps) @ stacked(maps),
        "consensus, votes times implants": lambda maps: (
            (implant_weights(maps) * votes(MEMBERS, VOTES)) @ stacked(maps)
        ),
    }


def implant_weights(maps: Dict[str, Array]) -> Array:
    """How well each member recovers implants, squared; equal where that was not tried."""
    return np.array([maps.get(f"{name} implants", np.array(1.0)) for name in MEMBERS])


def stacked(maps: Dict[str, Array]) -> Array:
    """Normal scores of the consensus's members, (members, n_pixels)."""
    return normal(np.stack([maps[name] for name in MEMBERS]))


def below(scores: Array) -> Array:
    """Share of the pixels that score lower, half a pixel added, (n_pixels,)."""
    return (average_ranks(scores.ravel()) - 0.5) / scores.size


def member_maps(array: Array, implants: bool) -> Dict[str, Array]:
    """Shares below of every map the rules use, by name."""
    cube = ArrayCube(array)
    sized = {**Consensus().members(cube), **{name: make_detector(name, {}) for name in OTHERS}}
    default = {f"{name} default": make_detector(name, {}) for name in PLAIN}
    known: Dict[Any, Array] = {}
    for one in {*default.values(), *sized.values()}:
        known[one] = below(one.fit(cube).score(cube))
    maps = {name: known[one] for name, one in {**default, **sized}.items()}
    if implants:
        changed, places = implant(array, np.random.default_rng(0))
        cube = ArrayCube(changed)
        for name in MEMBERS:
            found = area(sized[name].fit(cube).score(cube), places)
            maps[f"{name} implants"] = np.array(max(2 * found - 1, 0.0) ** 2)
    return maps


def resized(array: Array, maps: Dict[str, Array], pixels: int) -> Array:
    """Return the consensus for another largest target; members that know nothing of it are as they were."""
    cube = ArrayCube(array)
    members = Consensus(max_target_area=pixels).members(cube)
    changed = {name: below(members[name].fit(cube).score(cube)) for name in ("localrx", "crd", "knn", "aed")}
    return votes(MEMBERS, VOTES) @ stacked({**maps, **changed})


def implant(array: Array, draw: np.random.Generator, targets: int = 12) -> Tuple[Array, Array]:
    """Put squares of 1 to 7 pixels' side into a scene; their spectra are a pixel's and a difference of two others'."""
    changed, places = array.copy(), np.zeros(array.shape[:2], dtype=bool)
    pixels = array.reshape(-1, array.shape[2])
    for _ in range(targets):
        side = int(draw.integers(1, 8))
        top, left = (int(draw.integers(0, length - side)) for length in array.shape[:2])
        first, second, third = pixels[draw.integers(0, len(pixels), 3)]
        square = slice(top, top + side), slice(left, left + side)
        changed[square] += 0.3 * (first + second - third - changed[square])
        places[square] = True
    return changed, places


def scenes(seeds: Sequence[int]) -> Iterator[Tuple[str, Array, Array]]:
    """Real and simulated scenes: group and name, cube, truth."""
    folder = Path(os.environ["HSI_ANOMALY_DATA"])
    for name, (image, truth) in SCENES.items():
        cube = open_cube(str(folder / image))
        yield f"real/{name}", cube.read_rows(0, cube.rows), read_truth(str(folder / truth), cube.valid.shape)
    for seed in seeds:
        for setting in SETTINGS:
            yield (f"seed {seed}/{setting.name}", *scene(setting, seed))


def compare(seeds: Sequence[int], implants: bool, output: str) -> None:
    """Print and save the table of members and rules."""
    found: Dict[str, Dict[str, float]] = {}
    for name, array, truth in scenes(seeds):
        maps = member_maps(array, implants)
        found[name] = {key: area(value, truth) for key, value in maps.items() if value.ndim}
        found[name].update({rule: area(combine(maps), truth) for rule, combine in rules().items()})
        for pixels in AREAS:
            found[name][f"consensus, largest target {pixels} pixels"] = area(
                resized(array, maps, pixels), truth
            )
        print(name, flush=True)
    rows: List[List[Any]] = []
    for key in found["real/sandiego"]:
        paper = [found[f"real/{name}"][key] for name in PAPER]
        simulated = [
            f"{np.mean([values[key] for name, values in found.items() if name.startswith(f'seed {seed}/')]):.4f}"
            for seed in seeds
        ]
        other = f"{found['real/SDData'][key]:.4f}"
        rows.append([key, f"{np.mean(paper):.4f}", f"{min(paper):.4f}", other, *simulated])
    titles = ["map or rule", "six scenes", "least", "SDData", *[f"simulated {seed}" for seed in seeds]]
    save(Path(output), "consensus", table(titles, rows), found)


def area(scores: Array, truth: Array) -> float:
    """AUC(PD,PF)."""
    return area_under_roc(label_scores(np.asarray(scores).reshape(truth.shape), truth))


def large(output: str) -> None:
    """Time and memory of the consensus on a raster of a million pixels."""
    rows = columns = 1000
    bands = 224
    with tempfile.TemporaryDirectory() as folder:
        array = np.memmap(Path(folder) / "cube", np.int16, "w+", shape=(rows, columns, bands))
        for top in range(0, rows, 100):
            draw = np.random.default_rng(top)
            part, _ = scene(SETTINGS[0], top)
            tile = np.tile(part[:, :, np.arange(bands) % part.shape[2]], (1, 10, 1))
            array[top : top + 100] = tile + draw.normal(scale=10, size=tile.shape)
        array.flush()
        cube = ArrayCube(np.memmap(Path(folder) / "cube", np.int16, "r", shape=(rows, columns, bands)))
        told: List[Tuple[float, float, str]] = []
        run = Run(on_message=lambda text: told.append((time.time(), time.process_time(), text)))
        Consensus().fit(cube, run).maps(cube, run)
        told.append((time.time(), time.process_time(), ""))
    lines = [
        [text, f"{after[0] - before[0]:.1f}", f"{after[1] - before[1]:.1f}"]
        for before, after in zip(told, told[1:])
        for text in [before[2]]
    ]
    lines.append(["all", f"{told[-1][0] - told[0][0]:.1f}", f"{told[-1][1] - told[0][1]:.1f}"])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    text = table(["step", "seconds", "processor seconds"], lines)
    text += f"\n\npeak memory {memory:.2f} GiB, the pages of the mapped raster included"
    save(Path(output), "consensus-large", text, {"steps": lines, "peak_gib": memory})


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3])
    parser.add_argument("--no-implants", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--output", default="build/bench")
    arguments = parser.parse_args()
    if arguments.large:
        large(arguments.output)
    else:
        compare(arguments.seeds, not arguments.no_implants, arguments.output)


if __name__ == "__main__":
    main()
