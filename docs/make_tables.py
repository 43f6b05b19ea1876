"""Write the tables of quality.md and speed.md from the figures kept in benchmarks/results. `make docs` runs it.

A kept figure is what a benchmark wrote under build/bench: NAME.txt and NAME.json, put into benchmarks/results as
NAME-DATE.txt and .json. Of several files the row of the newest counts, so that some rows can be measured again.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from statistics import fmean
from typing import Any, Callable, Dict, List, Sequence

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.quality import PAPER, PUBLISHED
from benchmarks.speed import CASES, TRAINING

DOCS = Path(__file__).parent
RESULTS = DOCS.parent / "benchmarks" / "results"
PAGES = ("quality.md", "speed.md")

ABLATION = {
    "aegmm": ("AE + GMM-EM", "yes", "–", "–", "expectation maximization"),
    "dagmm": ("AE + ENet", "yes", "–", "yes", "estimation network"),
    "sscade reference": ("full", "yes", "yes", "yes", "estimation network"),
}
FIGURES = ("AUC_PD_PF", "AVERAGE_PRECISION", "PD_AT_PF_1E3")

Rows = Dict[str, Any]


def kept(name: str) -> Dict[str, Rows]:
    """Return the kept figures of a benchmark, `results` of its JSON files put together, newer rows over older ones."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob(f"{name}-*.json")]
    together: Dict[str, Rows] = {}
    for run in sorted(found, key=lambda run: str(run["date"])):
        results = run["results"]
        if name == "speed":
            results = {**results, "comparisons": {one["case"]: one for one in results["comparisons"]}}
        for part, rows in results.items():
            if isinstance(rows, dict):
                together.setdefault(part, {}).update(rows)
    return together


def page(name: str) -> str:
    """Return a page's text with its tables as they have to be."""
    text = (DOCS / name).read_text(encoding="utf-8")
    for title, make in TABLES[name].items():
        mark = f"<!-- table {title}: made by docs/make_tables.py -->"
        place = re.compile(f"{re.escape(mark)}.*?<!-- end -->", re.DOTALL)
        if len(place.findall(text)) != 1:
            raise ValueError(f"{name} needs {mark} and <!-- end --> once.")
        made = f"{mark}\n{make()}\n<!-- end -->"
        text = place.sub(lambda _, made=made: made, text)  # type: ignore[misc]
    return text


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table."""
    lines: List[Sequence[str]] = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def short(value: float, digits: int = 4) -> str:
    """Write a fraction without its leading zero."""
    return f"{value:.{digits}f}".removeprefix("0")


def mean(by_scene: Rows, figure: str) -> float:
    """Return the mean of a figure over the six scenes."""
    # fmean rounds once: sums of floats differ between versions of Python.
    return fmean(by_scene[scene][figure] for scene in PAPER)


def means() -> str:
    """Every detector's means over the six scenes, learned ones beside their untrained control."""
    measured = kept("quality")["measured"]
    rows = []
    for name, by_scene in measured.items():
        if name.endswith(", untrained"):
            continue
        auc, precision, early = (mean(by_scene, figure) for figure in FIGURES)
        lowest = min(by_scene[scene]["AUC_PD_PF"] for scene in PAPER)
        control = measured.get(f"{name}, untrained")
        cells = [short(auc), short(lowest), short(precision, 3), short(early, 3)]
        cells += (
            [short(mean(control, figure), digits) for figure, digits in zip(FIGURES, (4, 3))]
            if control
            else ["", ""]
        )
        rows.append([f"`{name}`", *cells])
    header = ["detector", "AUC(PD,PF)", "lowest scene", "average precision", "detections at 1e-3"]
    return table([*header, "untrained: AUC(PD,PF)", "untrained: average precision"], rows)


def ablation() -> str:
    """The parts of E2E-SSCADE, switched off one by one."""
    measured = kept("quality")["measured"]
    rows = [
        [f"{words[0]} (`{name}`)", *words[1:]]
        + [short(mean(measured[row], "AUC_PD_PF")) for row in (name, f"{name}, untrained")]
        for name, words in ABLATION.items()
    ]
    header = ["", "spectra", "context", "trained together", "mixture by"]
    return table([*header, "AUC(PD,PF)", "untrained"], rows)


def published() -> str:
    """Ours beside what was published."""
    ((name, theirs),) = PUBLISHED.items()
    ours = kept("quality")["measured"][name]
    rows = [
        [title, *(short(of[scene]["AUC_PD_PF"]) for scene in PAPER), short(mean(of, "AUC_PD_PF"))]
        for title, of in (("published", theirs), ("ours, reference", ours))
    ]
    return table(["E2E-SSCADE", *PAPER, "mean"], rows)


def comparisons() -> str:
    """Ours against peers; what is aimed at is today's aim."""
    measured = kept("speed")["comparisons"]
    rows = []
    for case in CASES:
        one = measured[case.name]
        ours, peer = one["ours"], one["peer"]
        aim, reached = "", True
        if case.least is not None:
            aim, reached = f"{case.least:g}x", one["ratio"] >= case.least
        if case.memory is not None:
            aim, reached = f"{case.memory:.0f} MB", ours["peak_megabytes"] <= case.memory
        ratios = [f"{one[key]:.1f}x" if key in one else "–" for key in ("ratio", "processor_ratio")]
        memory = f"{ours['peak_megabytes']:.0f}" + (f" : {peer['peak_megabytes']:.0f}" if peer else "")
        aim += "" if reached else ": **not reached**"
        rows.append([case.name, f"{1e6 * ours['seconds_per_pixel']:.2f}", *ratios, memory, aim])
    return table(["ours: peer", "µs a pixel", "ratio", "of work", "MB, ours : peer's", "aim"], rows)


def growth() -> str:
    """What four times the pixels, and four times the bands, take."""
    rows = [
        [f"`{id}`", f"{one['seconds']:.2f}", f"{one['pixels_x4']:.1f}x", f"{one['bands_x4']:.1f}x"]
        for id, one in kept("speed")["growth"].items()
    ]
    return table(["", "128 × 128 × 60, processor s", "4 times the pixels", "4 times the bands"], rows)


def training() -> str:
    """E2E-SSCADE's training."""
    measured = kept("speed")["training"]
    rows = []
    for name, (function, key, limit, at_least) in TRAINING.items():
        ratio = measured[function][key]
        reached = ratio >= limit if at_least else ratio <= limit
        aim = f"{'at least' if at_least else 'at most'} {limit:g}x" + ("" if reached else ": **not reached**")
        rows.append([name, f"{ratio:.2f}x", aim])
    return table(["", "ratio", "aim"], rows)


TABLES: Dict[str, Dict[str, Callable[[], str]]] = {
    "quality.md": {"means": means, "ablation": ablation, "published": published},
    "speed.md": {"comparisons": comparisons, "growth": growth, "training": training},
}

if __name__ == "__main__":
    for name in PAGES:
        (DOCS / name).write_text(page(name), encoding="utf-8")
