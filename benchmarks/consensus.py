"""Rules that combine detectors without labels, compared: what docs/consensus.md reports.

    HSI_ANOMALY_DATA=data python -m benchmarks.consensus [--seeds 0 1 2 3] [--also mskdad] [--output FOLDER]
    python -m benchmarks.consensus --large [--output FOLDER]

The first prints, for every rule, figures over the thirteen real scenes and the mean over the simulated scenes of
`simulated.py`; then what is reached where, for each place, the rule is chosen on the other places; then how often the
consensus is wrong where its members disagree. Real scenes come from the folder that HSI_ANOMALY_DATA names. With
`--also` a further detector is tried as a member, and how alike it and rx rank the background (Spearman) is printed.

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

from benchmarks.quality import ABU, FIGURES, PAPER, PLACES, SCENES, object_recall
from benchmarks.results import save, table
from benchmarks.simulated import DIFFICULT, SETTINGS, scene
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.consensus import LEARN_FIRST, MEMBERS, VOTES, Consensus
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.metrics import figures, label_scores
from qgis_hsi_anomaly.core.numerics.area_opening import area_openings, rank_levels
from qgis_hsi_anomaly.core.numerics.line_opening import line_opening
from qgis_hsi_anomaly.core.numerics.ranks import rank_correlation, rank_normal
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

Array = np.ndarray
Maps = Dict[str, Array]
Rule = Callable[[Maps], Array]
SHARES = (0, 3, 5, 8)
"""Per cent of the background pixels that are suspected and left out of what rx and knn learn."""


def normal(image: Array) -> Array:
    """Normal scores of an image."""
    return rank_normal(np.ravel(image)).reshape(image.shape)


def by_area(image: Array, area: int) -> Array:
    """What an area opening takes from an image."""
    level = rank_levels(image.ravel()).reshape(image.shape)
    return level - area_openings(level, [area])[0]


def by_lines(image: Array, lengths: Sequence[int] = (15, 31)) -> Array:
    """What lines do not fit into."""
    everywhere = np.ones(image.shape, dtype=bool)
    return sum(image - line_opening(image, everywhere, length) for length in lengths)


def evidence(image: Array, weight: float = 1.0) -> Array:
    """The product's: a map and its residue by lines."""
    return normal(image) + weight * normal(by_lines(normal(image)))


def product(share: int, names: Sequence[str] = MEMBERS, each: Rule = evidence, weights: Any = VOTES) -> Rule:
    """The sum over members of what `each` makes of their maps."""
    return lambda maps: sum(
        weights.get(name, 1) * each(maps[name if name in LEARN_FIRST else f"{name} {share}"])
        for name in names
    )


def rules(also: str = "") -> Dict[str, Rule]:
    """Every rule: takes maps by name, gives the combined score. also : a further member that is tried."""
    equal: Dict[str, float] = {}

    def after(rule: Rule, residue: Callable[[Array], Array]) -> Rule:
        def both(maps: Maps) -> Array:
            fused = normal(rule(maps))
            return fused + normal(residue(fused))

        return both

    def defaults(maps: Maps) -> Array:
        return sum(normal(maps[f"{name} default"]) for name in MEMBERS)

    plain = product(0, each=normal)
    return {
        "default maps": defaults,
        "default maps, and residue by area 400": after(defaults, lambda fused: by_area(fused, 400)),
        "default maps, and residue by area 100": after(defaults, lambda fused: by_area(fused, 100)),
        "default maps, and residue by lines": after(defaults, by_lines),
        "members": plain,
        "members, and residue by lines": after(plain, by_lines),
        "members and their residues": product(0),
        "the same, equal votes": product(0, weights=equal),
        "members and their residues, 3 % suspected": product(3),
        "consensus (5 % suspected)": product(5),
        "members and their residues, 8 % suspected": product(8),
        "consensus, equal votes": product(5, weights=equal),
        "consensus, residues twice": product(5, each=lambda image: evidence(image, 2.0)),
        **{
            f"consensus without {name}": product(5, [other for other in MEMBERS if other != name])
            for name in MEMBERS
        },
        **({f"consensus with {also}": product(5, [*MEMBERS, also])} if also else {}),
        **{
            f"consensus with {also}, without {name}": product(
                5, [*(other for other in MEMBERS if other != name), also]
            )
            for name in (("rx", "knn") if also else ())
        },
    }


def member_maps(array: Array, also: str = "") -> Maps:
    """Score maps of the members: at their defaults, as the consensus sets them, and with suspects left out."""
    cube = ArrayCube(array)
    members = Consensus().members(cube)
    maps = {f"{name} default": make_detector(name, {}).fit(cube).score(cube) for name in MEMBERS}
    for name in LEARN_FIRST:
        maps[name] = sum(normal(one.fit(cube).score(cube)) for one in members[name])
    first = product(0, LEARN_FIRST)(maps)
    for share in SHARES:
        clean = ArrayCube(array, background=first <= np.quantile(first, 1 - share / 100))
        for name in MEMBERS:
            if name not in LEARN_FIRST:
                maps[f"{name} {share}"] = members[name][0].fit(clean).score(cube)
        if also and share == 5:
            maps[f"{also} {share}"] = make_detector(also, {}).fit(clean).score(cube)
    return maps


def scenes(seeds: Sequence[int]) -> Iterator[Tuple[str, Array, Array]]:
    """Real and simulated scenes: name, cube, truth."""
    folder = Path(os.environ["HSI_ANOMALY_DATA"])
    for name, (image, truth) in SCENES.items():
        cube = open_cube(str(folder / image))
        yield name, cube.read_rows(0, cube.rows), read_truth(str(folder / truth), cube.valid.shape)
    for seed in seeds:
        for setting in SETTINGS:
            yield (f"simulated/{setting.name}/{seed}", *scene(setting, seed))
        for setting in DIFFICULT:
            yield (f"difficult/{setting.name}/{seed}", *scene(setting, seed))


def compare(seeds: Sequence[int], output: str, also: str = "") -> None:
    """Print and save the tables."""
    found: Dict[str, Dict[str, Dict[str, float]]] = {}
    wrong: List[List[float]] = []
    alike: List[List[str]] = []
    for name, array, truth in scenes(seeds):
        maps = member_maps(array, also)
        if also:
            pair = [maps[f"{member} 5"][~truth] for member in (also, "rx")]
            alike.append([name, f"{rank_correlation(*pair):.3f}"])
        found[name] = {}
        for rule, combine in rules(also).items():
            scores = np.asarray(combine(maps))
            recall = object_recall(scores, truth)
            found[name][rule] = {**figures(label_scores(scores, truth)), "OBJECT_RECALL": recall}
        if name in SCENES:
            cube = ArrayCube(array)
            wrong.append(disagreement(Consensus().fit(cube).maps(cube), truth))
        print(name, flush=True)
    real = {rule: {name: found[name][rule] for name in SCENES} for rule in rules(also)}
    rows = [[rule, *line(real[rule]), *simulated_means(found, rule)] for rule in real]
    chosen, reached = left_out(real)
    rows.append(["chosen on the other places", *line(reached), "-", "-"])
    titles = [
        "rule",
        "AUC",
        "six",
        "ABU",
        "lowest",
        "AP",
        "PD 1e-2",
        "PD 1e-3",
        "objects",
        "simulated",
        "difficult",
    ]
    text = table(titles, rows) + "\n\nChosen for each place on the others\n"
    text += table(["place", "rule"], [[place, rule] for place, rule in chosen.items()])
    means = np.nanmean(wrong, axis=0)
    parts = [[f"{n + 1}", f"{means[n, 0]:.3f}", f"{means[n, 1]:.3f}"] for n in range(5)]
    text += "\n\nBy fifths of SPREAD, the highest 2 % flagged, real scenes\n"
    text += table(["fifth", "of the flagged, false", "of the targets, missed"], parts)
    if also:
        text += f"\n\nRank correlation of {also} with rx on the background\n" + table(["scene", ""], alike)
    save(Path(output), f"consensus-{also}" if also else "consensus", text, found)


def left_out(
    real: Dict[str, Dict[str, Dict[str, float]]],
) -> Tuple[Dict[str, str], Dict[str, Dict[str, float]]]:
    """Choose the rule with the highest sum of mean AUC, AP and PD at 1e-3 on all other places, for each place."""
    chosen, reached = {}, {}
    for place, here in PLACES.items():

        def worth(rule: str, here: Tuple[str, ...] = here) -> float:
            names = [name for name in SCENES if name not in here]
            wanted = ("AUC_PD_PF", "AVERAGE_PRECISION", "PD_AT_PF_1E3")
            return float(np.mean([[real[rule][name][figure] for figure in wanted] for name in names]))

        chosen[place] = max(real, key=worth)
        reached.update({name: real[chosen[place]][name] for name in here})
    return chosen, reached


def line(values: Dict[str, Dict[str, float]]) -> List[str]:
    """The figures of a rule over the real scenes."""
    areas = {name: one["AUC_PD_PF"] for name, one in values.items()}
    means = [np.mean([areas[name] for name in names]) for names in (SCENES, PAPER, ABU)]
    others = [np.mean([one[figure] for one in values.values()]) for figure in FIGURES[2:]]
    return [*(f"{mean:.4f}" for mean in [*means, min(areas.values())]), *(f"{mean:.3f}" for mean in others)]


def simulated_means(found: Dict[str, Dict[str, Dict[str, float]]], rule: str) -> List[str]:
    """Mean AUC over the two sets of simulated scenes."""
    groups = [
        [one[rule]["AUC_PD_PF"] for name, one in found.items() if name.startswith(g)] for g in ("sim", "dif")
    ]
    return [f"{np.mean(group):.4f}" if group else "-" for group in groups]


def disagreement(maps: Maps, truth: Array) -> List[List[float]]:
    """For each fifth of the spread: share of the flagged pixels that are false, and of targets that are missed."""
    flagged = maps["score"] > np.quantile(maps["score"], 0.98)
    rows = []
    for part in range(5):
        shares = []
        for inside, failed in ((flagged, ~truth), (truth, ~flagged)):
            low, high = np.quantile(maps["spread"][inside], [part / 5, (part + 1) / 5])
            within = inside & (maps["spread"] >= low) & (maps["spread"] <= high)
            shares.append(float(failed[within].mean()))
        rows.append(shares)
    return rows


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
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2, 3])
    parser.add_argument("--also", default="", help="a further detector, tried as a member")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--output", default="build/bench")
    arguments = parser.parse_args()
    if arguments.large:
        large(arguments.output)
    else:
        compare(arguments.seeds, arguments.output, arguments.also)


if __name__ == "__main__":
    main()
