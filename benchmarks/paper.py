"""The experiments of the paper on E2E-SSCADE (Ma et al., Acta Electronica Sinica 51(4), 2023), beside its figures.

    HSI_ANOMALY_DATA=data python -m benchmarks.paper tables|ablation|sensitivity|figures|speedup
        [--scenes sandiego,hydice] [--methods "RX;CRD"] [--seeds 5] [--output build/bench]

`tables`: tables 3 and 4, six methods on six scenes, AUC(PD,PF) and AUC(PF,tau), ours with one setting for all scenes,
the paper's with parameters chosen a scene. `ablation`: table 2, the parts switched off one by one on San Diego.
`sensitivity`: figure 9, one parameter at a time, with the untrained control as a line. `figures`: figures 6 and 11,
maps and ROC curves. `speedup`: table 1, 1, 2 ... worker processes up to the cores. Each writes paper-NAME as text,
JSON and PNG.

Score maps are kept in OUTPUT/paper-maps and taken from there: remove the folder to measure anew. Every learned method
stands beside its untrained control, which is a part of every fit, and has one seed where nothing else is said. Seconds
are the processor's, since other programs may have the cores' time.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import numpy.typing as npt
from osgeo import gdal

from benchmarks.quality import PAPER, SCENES
from benchmarks.results import save, table
from qgis_hsi_anomaly.core.cube import ArrayCube, Cube
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE
from qgis_hsi_anomaly.core.metrics import area_under_roc, figures, label_scores
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import open_cube, read_truth

Array = npt.NDArray[Any]

FIGURES = ("AUC_PD_PF", "AUC_PF_TAU", "AVERAGE_PRECISION", "PD_AT_PF_1E2", "PD_AT_PF_1E3")
PUBLISHED: Dict[str, Tuple[float, ...]] = {
    "RX": (0.9539, 0.9763, 0.9998, 0.9907, 0.9946, 0.9887),
    "CRD": (0.9803, 0.9669, 0.9997, 0.9947, 0.9385, 0.9507),
    "AED": (0.9846, 0.9899, 0.9997, 0.9963, 0.8070, 0.9913),
    "AAE": (0.5633, 0.9218, 0.9994, 0.9890, 0.9681, 0.9949),
    "E2E-LIADE": (0.9792, 0.9868, 0.9868, 0.9457, 0.9651, 0.9627),
    "E2E-SSCADE": (0.9862, 0.9868, 0.9945, 0.9883, 0.9975, 0.9855),
}
"""AUC(PD,PF) of table 3, by scene in the order of PAPER."""
PUBLISHED_TAU = {
    "RX": 0.0337,
    "CRD": 0.0238,
    "AED": 0.0213,
    "AAE": 0.0201,
    "E2E-LIADE": 0.0379,
    "E2E-SSCADE": 0.0141,
}
"""Mean AUC(PF,tau) of table 4."""
PUBLISHED_TAU_BY_SCENE = {"E2E-SSCADE": (0.0125, 0.0283, 0.0172, 0.0231, 0.0020, 0.0014)}
PUBLISHED_SPEEDUP = {1: (17.72, 0.9905), 2: (9.70, 0.9921), 3: (6.72, 0.9898), 4: (5.20, 0.9890)}
"""Seconds and AUC(PD,PF) of table 1, Grand Isle (300 x 480 x 224), by number of GPUs."""
LEFT = 0.9
"""Where the pictures' axes of AUC(PD,PF) begin."""
PUBLISHED_GAIN = 0.0233
"""AUC(PD,PF) that table 2 gives to the estimation network over expectation maximization, on San Diego."""


@dataclass(frozen=True)
class Method:
    """A row: its name, the paper's name for it, our detector and its parameters; seeds at most."""

    name: str
    theirs: str
    id: str
    values: Dict[str, Any] = field(default_factory=dict)
    seeds: int = 1

    def detector(self, seed: int) -> Any:
        """Return the detector, under a seed where it has one."""
        seeded = {"seed": seed} if self.learned else {}
        return make_detector(self.id, {**self.values, **seeded})

    @property
    def learned(self) -> bool:
        """Whether it is trained."""
        return self.id in ("scaae", "liade", "sscade", "dagmm", "aegmm")


METHODS = (
    Method("RX", "RX", "rx", {"regularization": "none"}),
    Method("RX, Ledoit-Wolf", "", "rx"),
    Method("CRD", "CRD", "crd"),
    Method("AED", "AED", "aed"),
    Method("SC-AAE", "AAE", "scaae", {"variant": "adapted"}),
    Method("SC-AAE, published training", "", "scaae", {"variant": "published"}),
    Method("E2E-LIADE", "E2E-LIADE", "liade", {"variant": "adapted"}, 3),
    Method("E2E-LIADE, published training", "", "liade", {"variant": "published"}, 3),
    Method("E2E-SSCADE, reference", "E2E-SSCADE", "sscade", {"variant": "reference"}, 5),
    Method("E2E-SSCADE, paper", "", "sscade", {"variant": "paper"}),
)
ABLATION = (
    Method("AE + GMM-EM", "", "aegmm", seeds=5),
    Method("AE + ENet", "", "dagmm", seeds=5),
    Method("full", "", "sscade", {"variant": "reference"}, 5),
)
SENSITIVITY: Dict[str, Tuple[Any, ...]] = {
    "code size": (6, 7, 8, 9, 10, 11, 12),
    "components": (3, 4, 5, 6, 7),
    "alpha": (0.01, 0.1, 1.0, 10.0),
    "lambda 1": (0.01, 0.1, 1.0),
    "lambda 2": (0.01, 0.1, 1.0, 10.0),
    "lambda 3": (0.0001, 0.001, 0.01, 0.1),
    "batch": (1.0, 0.5, 0.25, 0.125),
    "step size": (1e-5, 1e-4, 1e-3, 1e-2),
    "epochs": (5, 10, 20, 40, 80),
}
"""What figure 9 varies, one at a time about the defaults."""


class Experiments:
    """The scenes, and where figures and score maps are kept."""

    def __init__(
        self, data: Path, output: Path, scenes: Sequence[str], methods: Sequence[str], seeds: int
    ) -> None:
        self.data, self.output, self.scenes, self.names, self.seeds = data, output, scenes, methods, seeds
        self.maps = output / "paper-maps"
        self.maps.mkdir(parents=True, exist_ok=True)

    def scene(self, name: str) -> Tuple[Cube, Array]:
        """Return a scene's cube and truth."""
        image, labels = (str(self.data / part) for part in SCENES[name])
        cube = open_cube(image)
        return cube, read_truth(labels, (cube.rows, cube.columns))

    def chosen(self, methods: Sequence[Method]) -> List[Method]:
        """Return the methods that were asked for."""
        return [one for one in methods if not self.names or {one.name, one.theirs} & set(self.names)]

    def runs(self, method: Method, scene: str) -> List[Dict[str, Array]]:
        """Return score maps of a method on a scene, and their untrained controls, one a seed."""
        found = []
        for seed in range(min(method.seeds, self.seeds)):
            kind = "-".join(str(value) for value in method.values.values())
            path = self.maps / f"{method.id}-{kind}-{scene}-{seed}.npz"
            if not path.exists():
                cube, _ = self.scene(scene)
                np.savez_compressed(path, **maps_of(method.detector(seed), cube))
                print(f"{scene}: {method.name}, seed {seed} done", file=sys.stderr, flush=True)
            with np.load(path, allow_pickle=False) as archive:
                found.append({name: archive[name] for name in archive.files})
        return found

    def measure(self, method: Method, scene: str) -> Dict[str, Dict[str, float]]:
        """Return mean figures and seconds over the seeds, trained and, of what is learned, untrained."""
        _, truth = self.scene(scene)
        runs = self.runs(method, scene)
        found = {}
        for kind in ("score", "control") if method.learned else ("score",):
            every = [figures(label_scores(run[kind], truth)) for run in runs]
            found[kind] = {name: float(np.mean([one[name] for one in every])) for name in FIGURES}
            areas = [one["AUC_PD_PF"] for one in every]
            found[kind]["AUC_PD_PF_SD"] = float(np.std(areas, ddof=1)) if len(areas) > 1 else 0.0
            found[kind]["seconds"] = float(np.mean([run["seconds"] for run in runs]))
            found[kind]["seeds"] = len(runs)
        return found


def maps_of(detector: Any, cube: Cube) -> Dict[str, Array]:
    """Return score, processor seconds, and the untrained control's score of what is learned."""
    started = time.process_time()
    background = detector.fit(cube)
    score = background.score(cube)
    found = {"score": score, "seconds": np.array(time.process_time() - started)}
    if hasattr(background, "members"):
        controls = tuple((control, control) for _, control in background.members)
        found["control"] = replace(background, members=controls).score(cube)
    return found


def tables(experiments: Experiments) -> None:
    """Tables 3 and 4: six methods, six scenes, both areas."""
    scenes = experiments.scenes
    measured: Dict[str, Dict[str, Any]] = {}
    for method in experiments.chosen(METHODS):
        measured[method.name] = {scene: experiments.measure(method, scene) for scene in scenes}
    parts = []
    for figure, title in (("AUC_PD_PF", "Table 3: AUC(PD,PF)"), ("AUC_PF_TAU", "Table 4: AUC(PF,tau)")):
        rows = []
        for method in experiments.chosen(METHODS):
            rows += published_row(method.theirs, figure, scenes)
            for kind, word in (("score", "ours"), ("control", "untrained")):
                by_scene = measured[method.name]
                if kind in by_scene[scenes[0]]:
                    values = [by_scene[scene][kind][figure] for scene in scenes]
                    count = by_scene[scenes[0]][kind]["seeds"]
                    rows.append(
                        row(f"{method.name}: {word}" + (f", {count} seeds" if count > 1 else ""), values)
                    )
        parts.append(f"{title}\n{table(['', *scenes, 'mean'], rows)}")
    parts.append(
        "The paper prints .9907 for the mean of E2E-SSCADE; that of its six figures is .9898. It prints .9868 for\n"
        "E2E-LIADE on hydice and beach-3, and for E2E-SSCADE on hydice. Of the other methods only the mean\n"
        "AUC(PF,tau) is shown."
    )
    save(
        experiments.output, "paper-tables", "\n\n".join(parts), {"measured": measured, "published": PUBLISHED}
    )
    draw_tables(experiments, measured)


def published_row(theirs: str, figure: str, scenes: Sequence[str]) -> List[List[str]]:
    """Return the paper's row for a method, if it has one."""
    if not theirs:
        return []
    values: Optional[Tuple[float, ...]] = PUBLISHED[theirs]
    if figure == "AUC_PF_TAU":
        values = PUBLISHED_TAU_BY_SCENE.get(theirs)
    name = f"{theirs}: the paper"
    if values is None:
        mean = f"{PUBLISHED_TAU[theirs]:.4f}" if tuple(scenes) == PAPER else "-"
        return [[name, *["-"] * len(scenes), mean]]
    return [row(name, [values[PAPER.index(scene)] for scene in scenes])]


def row(name: str, values: Sequence[float]) -> List[str]:
    """Lay out a row of figures with their mean."""
    return [name, *(f"{value:.4f}" for value in values), f"{np.mean(values):.4f}"]


def draw_tables(experiments: Experiments, measured: Dict[str, Dict[str, Any]]) -> None:
    """Dots by scene: the paper's, ours, untrained."""
    plt = pyplot()
    columns = min(3, len(experiments.scenes))
    lines = -(-len(experiments.scenes) // columns)
    figure, axes = plt.subplots(
        lines, columns, figsize=(4.2 * columns, 3.4 * lines), sharey=True, squeeze=False, layout="constrained"
    )
    methods = experiments.chosen(METHODS)
    for scene, axis in zip(experiments.scenes, axes.flat):
        for place, method in enumerate(methods):
            one = measured[method.name][scene]
            if method.theirs:
                theirs = PUBLISHED[method.theirs][PAPER.index(scene)]
                axis.plot(theirs, place, "o", mfc="white", color="C0", ms=8, label="the paper")
                if theirs < LEFT:
                    axis.text(LEFT + 0.001, place, f"< {theirs:.3f}", color="C0", va="center")
            axis.plot(one["score"]["AUC_PD_PF"], place, "o", color="C3", ms=5, label="ours")
            if "control" in one:
                axis.plot(
                    one["control"]["AUC_PD_PF"], place, "x", color="black", ms=6, label="ours, untrained"
                )
        axis.set_yticks(range(len(methods)), [method.name for method in methods])
        axis.set_ylim(len(methods) - 0.5, -0.5)
        axis.set_xlim(LEFT, 1.003)
        axis.set_title(scene)
        axis.grid(alpha=0.3)
        axis.set_xlabel("AUC(PD,PF)")
    named: Dict[str, Any] = {}
    for axis in axes.flat:
        named.update(zip(*reversed(axis.get_legend_handles_labels())))
    axes[0, 0].legend(named.values(), named.keys(), loc="lower left", fontsize=8)
    keep(experiments, figure, "paper-tables")


def altered(changes: Dict[str, Any], batches: int = 1, **values: Any) -> Any:
    """Return the reference variant with another design, and with so many steps an epoch, over parts of the rows."""
    from qgis_hsi_anomaly.core.deep.models.sscade import JointDensity

    class Batches(JointDensity):
        """Steps over parts of the image, in row order."""

        def learn(self, scene: Any, training: Any, run: Run) -> Any:
            """Train the spatial autoencoder as it is, then the rest by batches."""
            if batches == 1 or not training.epochs:
                return super().learn(scene, training, run)
            super().learn(scene, replace(training, epochs=1, learning_rate=1e-30), run)
            return self.learn_batches(scene, training)

        def learn_batches(self, scene: Any, training: Any) -> Any:
            """Take the steps."""
            import torch

            from qgis_hsi_anomaly.core.deep.parts.joint_loss import joint_gradients

            features = self._normalized(self._raw_features(scene))
            spectra = torch.cat([part.clone() for _, part in scene.spectra()])
            optimizer = torch.optim.Adam(self.network.parameters(), lr=training.learning_rate)
            for _ in range(training.epochs):
                for x, y in zip(spectra.chunk(batches), features.chunk(batches)):
                    optimizer.zero_grad()
                    counts = _Counts(len(x), len(x), 0)
                    joint_gradients(
                        self.network,
                        lambda: [(slice(0, len(x)), [x, y])],  # noqa: B023
                        counts,
                        self.design.weights,
                    )
                    optimizer.step()
            return []

    class Altered(SSCADE):
        """The reference variant with another design."""

        def design(self) -> Any:
            """Return the changed design."""
            return replace(super().design(), **changes)

        def model(self, bands: int, seed: int) -> Any:
            """Return the model of that design."""
            return Batches(self.design(), bands)

    return Altered(variant="reference", **values)


@dataclass(frozen=True)
class _Counts:
    count: int
    total: int
    spare_bytes: int


def ablation(experiments: Experiments) -> None:
    """Table 2, on San Diego: areas, seconds, and what each part is worth."""
    scenes = [scene for scene in experiments.scenes if scene == "sandiego"] or list(experiments.scenes)[:1]
    scene = scenes[0]
    measured = {method.name: experiments.measure(method, scene) for method in ABLATION}
    cube, truth = experiments.scene(scene)
    alone = [
        maps_of(altered({"spatial_channels": 0}, seed=seed), cube)
        for seed in range(min(ABLATION[1].seeds, experiments.seeds))
    ]
    own = {}
    for kind in ("score", "control"):
        every = [figures(label_scores(run[kind], truth)) for run in alone]
        own[kind] = {name: float(np.mean([one[name] for one in every])) for name in FIGURES}
        own[kind]["seconds"] = float(np.mean([run["seconds"] for run in alone]))
    measured = {
        "AE + GMM-EM": measured["AE + GMM-EM"],
        "AE + ENet, DAGMM's features": measured["AE + ENet"],
        "AE + ENet, the full model's features": own,
        "full (E2E-SSCADE, reference)": measured["full"],
    }
    rows = [
        [
            name,
            *(f"{one['score'][figure]:.4f}" for figure in ("AUC_PD_PF", "AUC_PF_TAU")),
            f"{one['score']['seconds']:.2f}",
            f"{one['control']['AUC_PD_PF']:.4f}",
        ]
        for name, one in measured.items()
    ]
    areas = {name: one["score"]["AUC_PD_PF"] for name, one in measured.items()}
    gain = areas["AE + ENet, DAGMM's features"] - areas["AE + GMM-EM"]
    text = (
        f"Table 2: parts of E2E-SSCADE on {scene}, mean of {len(alone)} seeds\n"
        + table(["", "AUC(PD,PF)", "AUC(PF,tau)", "processor s", "untrained: AUC(PD,PF)"], rows)
        + f"\n\nEstimation network over expectation maximization: {gain:+.4f}; the paper (San Diego): "
        f"{PUBLISHED_GAIN:+.4f}.\nThe full model in the paper: .9862, AUC(PF,tau) .0125."
    )
    save(experiments.output, "paper-ablation", text, {"scene": scene, "measured": measured})
    plt = pyplot()
    figure, axis = plt.subplots(figsize=(7, 2.8), layout="constrained")
    places = np.arange(len(measured))
    axis.barh(places, list(areas.values()), color="C3", height=0.5, label="trained")
    controls = [one["control"]["AUC_PD_PF"] for one in measured.values()]
    axis.plot(controls, places, "x", color="black", ms=8, label="untrained")
    axis.set_yticks(places, list(areas))
    axis.invert_yaxis()
    axis.set_xlim(0.95, 1.0)
    axis.set_xlabel(f"AUC(PD,PF), {scene}")
    axis.legend()
    keep(experiments, figure, "paper-ablation")


def varied(name: str, value: Any, seed: int) -> Any:
    """Return the detector of a point of figure 9."""
    from qgis_hsi_anomaly.core.deep.parts.joint_loss import LossWeights

    if name == "batch":
        return altered({}, round(1 / value), seed=seed)
    changes = {
        "lambda 1": lambda: {"spatial_error": value},
        "lambda 2": lambda: {"weights": LossWeights(energy=value)},
        "lambda 3": lambda: {"weights": LossWeights(variance=value)},
    }
    if name in changes:
        return altered(changes[name](), seed=seed)
    parameters = {
        "code size": "latent",
        "components": "mixture_components",
        "alpha": "alpha",
        "step size": "learning_rate",
        "epochs": "epochs",
    }
    return SSCADE(variant="reference", seed=seed, **{parameters[name]: value})


def sensitivity(experiments: Experiments) -> None:
    """Figure 9: one parameter at a time, trained and untrained, on every scene that was asked for."""
    found: Dict[str, Dict[str, List[Dict[str, Any]]]] = {}
    for scene in experiments.scenes:
        cube, truth = experiments.scene(scene)
        for name, values in SENSITIVITY.items():
            points = []
            for value in values:
                runs = [maps_of(varied(name, value, seed), cube) for seed in range(experiments.seeds)]
                areas = {
                    kind: [area_under_roc(label_scores(run[kind], truth)) for run in runs]
                    for kind in ("score", "control")
                }
                points.append({"value": value, **areas})
            found.setdefault(scene, {})[name] = points
            print(f"{scene}: {name} done", file=sys.stderr, flush=True)
    parts = []
    for scene, by_name in found.items():
        rows = [
            [
                name,
                f"{point['value']:g}",
                f"{np.mean(point['score']):.4f}",
                f"{np.mean(point['control']):.4f}",
            ]
            for name, points in by_name.items()
            for point in points
        ]
        title = f"Figure 9: E2E-SSCADE, reference, on {scene}, AUC(PD,PF), seeds: {experiments.seeds}"
        parts.append(title + "\n" + table(["", "value", "trained", "untrained"], rows))
    save(experiments.output, "paper-sensitivity", "\n\n".join(parts), found)
    draw_sensitivity(experiments, found)


def draw_sensitivity(experiments: Experiments, found: Dict[str, Dict[str, List[Dict[str, Any]]]]) -> None:
    """Draw nine panels, a line a scene, trained and untrained."""
    plt = pyplot()
    figure, axes = plt.subplots(3, 3, figsize=(11, 8), sharey=True, layout="constrained")
    for name, axis in zip(SENSITIVITY, axes.flat):
        for number, (scene, by_name) in enumerate(found.items()):
            values = [point["value"] for point in by_name[name]]
            for kind, style, word in (("score", "o-", "trained"), ("control", "x--", "untrained")):
                means = [np.mean(point[kind]) for point in by_name[name]]
                axis.plot(values, means, style, color=f"C{number}", label=f"{scene}, {word}")
        if name not in ("code size", "components"):
            axis.set_xscale("log")
        axis.set_xticks(SENSITIVITY[name], [f"{value:g}" for value in SENSITIVITY[name]])
        axis.set_xticks([], minor=True)
        if name == "batch":
            axis.invert_xaxis()
        axis.set_xlabel(name)
        axis.grid(alpha=0.3)
    for axis in axes[:, 0]:
        axis.set_ylabel("AUC(PD,PF)")
    axes[0, 0].legend()
    keep(experiments, figure, "paper-sensitivity")


def maps_and_curves(experiments: Experiments) -> None:
    """Figures 6 and 11: detection maps and ROC curves of the six methods, seed 0."""
    plt = pyplot()
    methods = [method for method in experiments.chosen(METHODS) if method.theirs]
    scenes = experiments.scenes
    one_seed = Experiments(experiments.data, experiments.output, scenes, experiments.names, 1)
    maps, maps_axes = plt.subplots(
        len(scenes),
        len(methods) + 1,
        figsize=(1.7 * (len(methods) + 1), 1.75 * len(scenes)),
        squeeze=False,
        layout="constrained",
    )
    columns = min(3, len(scenes))
    lines = -(-len(scenes) // columns)
    curves, curve_axes = plt.subplots(
        lines, columns, figsize=(4.2 * columns, 3.6 * lines), squeeze=False, layout="constrained"
    )
    found: Dict[str, Dict[str, Any]] = {}
    for line, scene in enumerate(scenes):
        _, truth = experiments.scene(scene)
        maps_axes[line, 0].imshow(truth, cmap="gray", interpolation="nearest")
        maps_axes[line, 0].set_ylabel(scene)
        axis = curve_axes.flat[line]
        for place, method in enumerate(methods, 1):
            score = one_seed.runs(method, scene)[0]["score"]
            low, high = np.nanpercentile(score, (1, 99.8))
            maps_axes[line, place].imshow(score, cmap="inferno", vmin=low, vmax=high, interpolation="nearest")
            false, detected = curve(score, truth)
            axis.semilogx(np.maximum(false, 1e-5), detected, label=method.name.partition(",")[0])
            at = {f"{limit:g}": float(np.interp(limit, false, detected)) for limit in (1e-3, 1e-2, 1e-1)}
            found.setdefault(scene, {})[method.name] = at
        axis.set_xlim(1e-4, 1)
        axis.set_ylim(0, 1.02)
        axis.set_title(scene)
        axis.set_xlabel("PF")
        axis.set_ylabel("PD")
        axis.grid(alpha=0.3)
    curve_axes.flat[0].legend()
    for place, title in enumerate(["truth", *(method.name.partition(",")[0] for method in methods)]):
        maps_axes[0, place].set_title(title, fontsize=10)
    for axis in maps_axes.flat:
        axis.set_xticks([])
        axis.set_yticks([])
    keep(experiments, maps, "paper-figures-maps")
    keep(experiments, curves, "paper-figures-roc")
    rows = [
        [scene, name, *(f"{value:.3f}" for value in at.values())]
        for scene, by_name in found.items()
        for name, at in by_name.items()
    ]
    text = "Figures 6 and 11: PD at three PF, seed 0; maps from their 1st to their 99.8th percentile\n"
    save(experiments.output, "paper-figures", text + table(["", "", "1e-3", "1e-2", "1e-1"], rows), found)


def curve(score: Array, truth: Array) -> Tuple[Array, Array]:
    """Return PF and PD at every threshold, PF rising."""
    known = np.isfinite(score)
    values, anomalous = score[known], truth[known] > 0
    order = np.argsort(-values, kind="stable")
    values, anomalous = values[order], anomalous[order]
    last = np.append(values[1:] != values[:-1], True)
    detected = np.cumsum(anomalous)[last] / max(anomalous.sum(), 1)
    false = np.cumsum(~anomalous)[last] / max((~anomalous).sum(), 1)
    return np.append(0.0, false), np.append(0.0, detected)


def speedup(experiments: Experiments, tiles: Tuple[int, int] = (3, 5)) -> None:
    """Table 1: worker processes from 1 to the cores, on San Diego side by side with itself to Grand Isle's size."""
    from qgis_hsi_anomaly.core.tasks import Fit
    from qgis_hsi_anomaly.jobs.compute import in_workers
    from qgis_hsi_anomaly.jobs.execution import Execution

    scene = experiments.scenes[0]
    small, truth = experiments.scene(scene)
    cube = ArrayCube(np.tile(small.read_rows(0, small.rows), (*tiles, 1)), memory_budget=SSCADE.memory_budget)
    truth = np.tile(truth, tiles)
    found = {}
    for count in range(1, len(os.sched_getaffinity(0)) + 1):
        run = Run()
        task = Fit(SSCADE(variant="reference"), scores=True, saved=False)
        with in_workers(task, cube, Execution("cpu", count), run) as results:
            area = area_under_roc(label_scores(results.maps["score"], truth))
        seconds = {
            key: sum(run.metrics[f"{what}_seconds"][key] for what in ("learning", "scoring"))
            for key in ("clock", "processor")
        }
        found[count] = {**seconds, "auc": area}
    rows = []
    for count, one in found.items():
        theirs = PUBLISHED_SPEEDUP.get(count)
        rows.append(
            [
                str(count),
                f"{one['clock']:.1f}",
                f"{found[1]['clock'] / one['clock']:.2f}",
                f"{one['processor']:.1f}",
                f"{found[1]['processor'] / one['processor']:.2f}",
                f"{one['auc']:.4f}",
                *(
                    (f"{theirs[0]:.2f}", f"{PUBLISHED_SPEEDUP[1][0] / theirs[0]:.2f}", f"{theirs[1]:.4f}")
                    if theirs
                    else ("-", "-", "-")
                ),
            ]
        )
    header = ["processes", "s", "ratio", "processor s of one", "ratio", "AUC"]
    header += ["paper: s", "paper: ratio", "paper: AUC"]
    title = f"Table 1: {scene} {tiles[0]} x {tiles[1]} times, {cube.rows} x {cube.columns} x {cube.bands}; the paper: "
    text = title + "Grand Isle, 300 x 480 x 224, GPUs\n" + table(header, rows)
    save(experiments.output, "paper-speedup", text, {str(count): one for count, one in found.items()})
    plt = pyplot()
    figure, axis = plt.subplots(figsize=(5, 3.2), layout="constrained")
    counts = list(found)
    for key, word in (("clock", "by the clock"), ("processor", "in processor seconds of one process")):
        axis.plot(counts, [found[1][key] / found[count][key] for count in counts], "o-", label=word)
    theirs_counts = list(PUBLISHED_SPEEDUP)
    ratios = [PUBLISHED_SPEEDUP[1][0] / PUBLISHED_SPEEDUP[count][0] for count in theirs_counts]
    axis.plot(theirs_counts, ratios, "s--", mfc="white", color="C0", label="the paper, GPUs")
    axis.plot([1, 4], [1, 4], ":", color="gray")
    axis.set_xlabel("processes")
    axis.set_ylabel("times as fast")
    axis.legend()
    keep(experiments, figure, "paper-speedup")


def pyplot() -> Any:
    """Return matplotlib's pyplot, which needs no screen."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    return plt


def keep(experiments: Experiments, figure: Any, name: str) -> None:
    """Write a picture."""
    figure.savefig(experiments.output / f"{name}.png", dpi=70)
    pyplot().close(figure)


EXPERIMENTS = {
    "tables": tables,
    "ablation": ablation,
    "sensitivity": sensitivity,
    "figures": maps_and_curves,
    "speedup": speedup,
}


def main() -> int:
    """Make what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", nargs="+", choices=list(EXPERIMENTS))
    parser.add_argument("--scenes", default=",".join(PAPER))
    parser.add_argument("--methods", default="", help="ours or the paper's names, all by default")
    parser.add_argument("--seeds", type=int, default=5, help="at most; slow methods have fewer")
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    folder = Path(os.environ.get("HSI_ANOMALY_DATA", ""))
    if not os.environ.get("HSI_ANOMALY_DATA") or not folder.is_dir():
        print("HSI_ANOMALY_DATA must name the folder of the real scenes.", file=sys.stderr)
        return 1
    gdal.UseExceptions()
    names = [name for name in arguments.methods.split(";") if name]
    experiments = Experiments(
        folder, arguments.output, tuple(arguments.scenes.split(",")), names, arguments.seeds
    )
    for what in arguments.what:
        EXPERIMENTS[what](experiments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
