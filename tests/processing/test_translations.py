"""Every text of the toolbox and its log is translated, and the .qm files are what the .ts files say."""

import re
import shutil

import pytest
from qgis.PyQt.QtCore import QTranslator

from qgis_hsi_anomaly.processing.algorithms import all_algorithms
from qgis_hsi_anomaly.processing.language import CONTEXT, use_language
from qgis_hsi_anomaly.processing.models import shipped_models
from tests.test_docs import script

MAKER = script("make_translations")
LANGUAGES = sorted(MAKER.FOLDER.glob("*.ts"))

RUN = "run `make translations` (or `PATH=/usr/bin:$PATH .venv/bin/python docs/make_translations.py`)"
FILL = (
    'fill in <translation> where the file has type="unfinished", take that word away, and run it again '
    "(CONTRIBUTING.md, Add a text or a language)"
)


@pytest.fixture(scope="module")
def sources():
    """The texts of the code."""
    return MAKER.collect()


@pytest.fixture(params=LANGUAGES, ids=lambda path: path.stem)
def language(request):
    return request.param


def test_no_translation_is_missing(language, sources):
    """Nor is one left over."""
    known = MAKER.read(language)
    new = [text for text in sources if text not in known]
    gone = [text for text in known if text not in sources]
    assert not new + gone, f"{language}: texts that are new {new} or gone {gone}: {RUN}, and {FILL}."
    unfinished = [text.source for text in known.values() if not text.finished]
    assert not unfinished, f"{language}: not translated: {unfinished}: {FILL}."


def test_values_keep_their_places(language):
    """All values of a text are in its translation, none is invented."""
    for text in MAKER.read(language).values():
        places = [set(re.findall(r"\{\d*\}", words)) for words in (text.source, text.translation)]
        assert places[0] == places[1], (
            f"{language}: {text.source!r} and {text.translation!r} differ in {{0}}."
        )


def test_templates_are_those_of_the_code(sources):
    assert MAKER.TEMPLATES.read_text(encoding="utf-8") == MAKER.templates(sources), RUN


def says_the_same(qm, language):
    """Whether a compiled file gives every translation of a .ts file."""
    compiled = QTranslator()
    assert compiled.load(str(qm)), RUN
    for text in MAKER.read(language).values():
        assert compiled.translate(CONTEXT, text.source.encode()) == text.translation, RUN


def test_qm_files_say_what_the_ts_files_say(language):
    """QGIS reads the .qm files: they are kept beside the .ts files, so that no Qt is needed to build the plugin."""
    says_the_same(language.with_suffix(".qm"), language)


@pytest.mark.skipif(
    shutil.which("lrelease") is None, reason="lrelease is not installed: `make setup` does it"
)
def test_lrelease_makes_the_qm_files(language, tmp_path):
    MAKER.compile_translation(language, tmp_path / "made.qm")
    says_the_same(tmp_path / "made.qm", language)


def test_a_changed_text_brings_its_old_translation_along():
    old = MAKER.Text("Number of clusters.", "a.py", "类别数。", True)
    texts = MAKER.updated({old.source: old}, {"Number of the clusters.": "a.py", "Something else": "b.py"})
    assert [(text.translation, text.finished) for text in texts] == [("类别数。", False), ("", False)]


def test_what_the_code_says_is_collected():
    """Strings of two words, f-strings with places for values, and what stands in them; neither docstrings nor paths."""
    code = (
        '"""A docstring."""\n'
        "class A:\n    source = 'An author'\n    label = 'Scores'\n"
        "    def f(self, x):\n"
        '        run.message(f\'{x:.3g} of them are {"not valid" if x else "all fine"}.\')\n'
        "        return 'one of ' + x, 'a.tif', 'Byte', '{A} is {B:.3g} wide'.format(x)\n"
    )
    found = list(MAKER._strings(MAKER.ast.parse(code), MAKER.NAMES))
    texts = [text for text in found if MAKER._is_text(text, label=True)]
    assert texts == [
        "Scores",
        "not valid",
        "all fine",
        "{0} of them are {1}.",
        "one of {0}",
        "Byte",
        "{0} is {1} wide",
    ]


@pytest.fixture
def chinese():
    """QGIS in Simplified Chinese."""
    use_language("zh-Hans")
    yield
    use_language("en")


@pytest.mark.usefixtures("chinese", "provider")
def test_the_toolbox_is_in_chinese():
    """Labels, groups, tooltips, parameters with help, outputs: some Chinese in all, and no English sentence."""
    names = {
        text.source
        for text in MAKER.read(MAKER.FOLDER / "zh_Hans.ts").values()
        if text.source == text.translation
    }
    algorithms = [
        *(made.create() for made in all_algorithms()),
        *(made.create() for made in shipped_models()),
    ]
    for algorithm in algorithms:
        shown = [algorithm.displayName(), algorithm.group(), algorithm.shortDescription()]
        for parameter in algorithm.parameterDefinitions():
            shown += [parameter.description(), parameter.help()]
        shown += [output.description() for output in algorithm.outputDefinitions()]
        for text in shown:
            assert not text or text in names or re.search("[一-鿿]", text), f"{algorithm.name()}: {text}"
            own = re.sub(r"[A-Z0-9_]{2,}|[A-Z]\S*=\S+", "", text)
            assert not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", own), f"{algorithm.name()}: {text}"
