"""Bring resources/translations up to date with the code: collect its texts, and compile the translations.

    make translations                                     every language that is there, or by itself:
    PATH=/usr/bin:$PATH .venv/bin/python docs/make_translations.py
    …/make_translations.py de fr                          and these, begun if they are new

New texts come into the .ts files as unfinished: fill in `<translation>` (by hand or in Qt Linguist), take the word
`type="unfinished"` away, and run this again. A text that changed brings its old translation along. {0}, {1}, ...
stand for values, in any order. A text that is the same in both languages is translated by itself.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import itertools
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence
from xml.sax.saxutils import escape

TOP = Path(__file__).resolve().parent.parent
PACKAGE = TOP / "qgis_hsi_anomaly"
FOLDER = TOP / "resources" / "translations"
TEMPLATES = FOLDER / "templates.txt"
CONTEXT = "qgis_hsi_anomaly"

ELSEWHERE = ("cli.py", "__main__.py", "report/")
"""Not seen in QGIS's toolbox and log: the command line and html pages are English."""
LABELS = (
    *("core/parameters.py", "core/errors.py", "core/decisions/", "core/detectors/", "jobs/execution.py"),
    *("processing/", "tools/", "resources/models/"),
)
"""Where a single capitalized word is a label."""
NAMES = {"source", "keywords", "requires", "command"}
"""Class attributes that are no text, or the same in every language."""
LOSSES = "adversarial, critic, energy, inverse variances, locality, loss, noise error, reconstruction, score matching"
HEADINGS = "Plugin, System, Scratch, rows, columns, bands, pixels, targets, interval, method"
FILES = "model file, file of sums, run record, style file, the image, the score layer, the first score layer"
LEGEND = "ordinary, median, flagged, highest, highest 10 %, highest 1 %, highest 0.1 %"
MADE_OF_NAMES = (
    *(f"{name} {{0}}" for name in (*LOSSES.split(", "), "spatial error", *FILES.split(", "))),
    *(*HEADINGS.split(", "), *LEGEND.split(", "), "found, %", "it is older than Python {0}"),
)
"""Texts of single words, and names in the code that become words, in the log and in legends."""
PRODUCTS = {"label", "levels", "give", "spectral", "masked", "place", "limits"}
"""Attributes of product readers, for the table in docs/products.md."""


class Text(NamedTuple):
    """A text of the code, the file it stands in, and its translation: empty where there is none."""

    source: str
    file: str
    translation: str = ""
    finished: bool = False


def collect() -> Dict[str, str]:
    """Return the texts of the package, and of each the file in which it is found first."""
    found: Dict[str, str] = {}
    for path in [*sorted(PACKAGE.rglob("*.py")), TOP / "resources" / "models" / "make_models.py"]:
        file = path.relative_to(PACKAGE if PACKAGE in path.parents else TOP).as_posix()
        if not file.startswith(ELSEWHERE):
            names = NAMES | PRODUCTS if file.startswith("raster/products/") else NAMES
            tree = ast.parse(path.read_text(encoding="utf-8"))
            texts = [text for text in _strings(tree, names) if _is_text(text, file.startswith(LABELS))]
            for text in [*texts, *_asked_for(tree)]:
                found.setdefault(text, file)
    for option in options():
        found.setdefault(option, "processing/choice.py")
    for name in MADE_OF_NAMES:
        found.setdefault(name, "")
    return found


def options() -> List[str]:
    """Return what dialogs show for the options of all choices."""
    sys.path.insert(0, str(TOP))
    from qgis_hsi_anomaly.core.detectors.registry import detector_ids, method_class, preprocessor_ids
    from qgis_hsi_anomaly.core.parameters import parameters_of
    from qgis_hsi_anomaly.core.reading import Reading
    from qgis_hsi_anomaly.jobs.execution import Execution
    from qgis_hsi_anomaly.processing.choice import plain_label
    from qgis_hsi_anomaly.tools.registry import tools

    methods = [*detector_ids(), *preprocessor_ids()]
    classes = [*map(method_class, methods), *tools("toolbox"), Reading, Execution]
    every = [option for cls in classes for parameter in parameters_of(cls) for option in parameter.options]
    return [plain_label(option) for option in dict.fromkeys(every) if option not in methods]


def _strings(node: ast.AST, names: set[str]) -> Iterator[str]:
    """Yield the strings below a node, docstrings and those kept under `names` left out; {0}, {1}, ... are values."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, (ast.Assign, ast.AnnAssign)):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            if isinstance(node, ast.ClassDef) and any(ast.unparse(target) in names for target in targets):
                continue
        parts = _parts(child)
        if parts is None:
            yield from _strings(child, names)
            continue
        text = "".join(part if isinstance(part, str) else "{}" for part in parts)
        for part in parts:
            if not isinstance(part, str):
                yield from _strings(ast.Expression(part), names)
        places = itertools.count()
        # Values side by side are one: nobody could tell where the first ends.
        yield re.sub(r"\{\}( ?\{\})*", lambda _: f"{{{next(places)}}}", text)  # noqa: B023 (used at once)


def _asked_for(tree: ast.AST) -> Iterator[str]:
    """Yield the strings in calls of `translate`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "translate":
            yield from (str(item.value) for item in node.args if isinstance(item, ast.Constant))


def _parts(node: ast.AST) -> Optional[List[object]]:
    """Return the pieces of what gives a string: texts, and nodes of values; None for another node."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        # The places of str.format.
        pieces = re.split(r"(\{\w*(?::[^{}]*)?\})", node.value)
        return [ast.Constant(0) if index % 2 else piece for index, piece in enumerate(pieces)]
    if isinstance(node, ast.JoinedStr):
        return [part.value for part in node.values if isinstance(part, (ast.Constant, ast.FormattedValue))]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _parts(node.left), _parts(node.right)
        if left is not None or right is not None:
            return [*(left or [node.left]), *(right or [node.right])]
    return None


def _is_text(text: str, label: bool) -> bool:
    """Tell whether a string is something to read: two words, or one and a number, or a label; no program."""
    if label and re.fullmatch(r"[A-Z][a-z]+(-[a-z]+)?\.?", text):
        return True
    own = re.sub(r"\{\d+\}", " ", text)
    words = re.findall(r"(?<!\S)[('`]?([A-Za-z]+)", own)
    longest = max(map(len, words), default=0)
    several = len(words) >= 2 and longest > 1
    beside_value = longest > 2 and re.search(r" \{|\} |^1 ", text) is not None
    program = re.search(r"[\n\\]|<[!/A-Za-z]", own) or (len(words) < 4 and re.search(r"\w/\w+/", own))
    return (several or beside_value) and not program


def read(path: Path) -> Dict[str, Text]:
    """Return what a .ts file holds, by source; nothing where there is no file."""
    if not path.is_file():
        return {}
    found = {}
    for message in ET.parse(path).iter("message"):  # noqa: S314 (our own file)
        source, translation = message.findtext("source", ""), message.findtext("translation", "")
        location = message.find("location")
        file = "" if location is None else location.get("filename", "")
        finished = bool(translation) and message.find("translation[@type]") is None
        found[source] = Text(source, file, translation, finished)
    return found


def updated(known: Dict[str, Text], sources: Dict[str, str]) -> List[Text]:
    """Return the texts of the code with the translations that are known, or the nearest of those no longer needed."""
    left = {source: text for source, text in known.items() if source not in sources}
    texts = []
    for source, file in sources.items():
        if source in known:
            old = known[source]
            texts.append(Text(source, file, old.translation, old.finished))
        else:
            near = difflib.get_close_matches(source, left, 1, 0.7)
            texts.append(Text(source, file, left[near[0]].translation if near else ""))
    return texts


def write(path: Path, texts: Sequence[Text]) -> None:
    """Write a .ts file as Qt's tools do."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE TS>",
        f'<TS version="2.1" language="{path.stem}" sourcelanguage="en">',
        "<context>",
        f"    <name>{CONTEXT}</name>",
    ]
    for text in texts:
        unfinished = "" if text.finished else ' type="unfinished"'
        lines += [
            "    <message>",
            f'        <location filename="{text.file}"/>',
            f"        <source>{escape(text.source)}</source>",
            f"        <translation{unfinished}>{escape(text.translation)}</translation>",
            "    </message>",
        ]
    path.write_text("\n".join([*lines, "</context>", "</TS>", ""]), encoding="utf-8")


def templates(sources: Dict[str, str]) -> str:
    """Return the file of all texts with values in them."""
    return "".join(f"{source}\n" for source in sources if "{0}" in source)


def compile_translation(path: Path, to: Path) -> None:
    """Make the .qm file, which QGIS reads, of a .ts file."""
    beside = ("/usr/lib/qt5/bin", "/usr/lib/qt6/bin")  # where Debian has it, if not on PATH
    program = shutil.which("lrelease") or shutil.which("lrelease", path=os.pathsep.join(beside))
    if program is None:
        raise SystemExit(
            "Qt's lrelease is needed: `make setup` installs it (Debian and Ubuntu: qttools5-dev-tools)."
        )
    subprocess.run([program, "-silent", "-nounfinished", str(path), "-qm", str(to)], check=True)


def main(words: Sequence[str]) -> None:
    """Bring all files up to date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("languages", nargs="*", help="languages to begin, such as de or pt_BR")
    languages = parser.parse_args(words).languages
    sources = collect()
    FOLDER.mkdir(exist_ok=True)
    TEMPLATES.write_text(templates(sources), encoding="utf-8")
    for path in sorted({*FOLDER.glob("*.ts"), *(FOLDER / f"{language}.ts" for language in languages)}):
        texts = updated(read(path), sources)
        write(path, texts)
        compile_translation(path, path.with_suffix(".qm"))
        print(f"{path}: {len(texts)} texts, {sum(not text.finished for text in texts)} to be translated.")


if __name__ == "__main__":
    main(sys.argv[1:])
