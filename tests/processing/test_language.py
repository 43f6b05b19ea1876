"""The user's language: which file serves which locale, and sentences with values in them."""

import re

import pytest
from qgis.core import QgsProcessingException, QgsRasterLayer, QgsVectorLayer

from qgis_hsi_anomaly.processing.choice import as_options, choice_label
from qgis_hsi_anomaly.processing.language import translate, use_language
from qgis_hsi_anomaly.processing.styling import translate_legend
from tests.processing.conftest import Log


@pytest.fixture
def chinese():
    """QGIS in Simplified Chinese."""
    use_language("zh-Hans")
    yield
    use_language("en")


@pytest.mark.parametrize(
    ("locale", "served"),
    [("zh-Hans", True), ("zh_CN", True), ("zh_Hans_CN", True), ("zh_SG", True)]
    + [(locale, False) for locale in ("zh-Hant", "zh_TW", "en_US", "de", "C", "")],
)
def test_locales(locale, served):
    """As QGIS and the systems name them."""
    use_language(locale)
    translated = translate("Score maps") != "Score maps"
    use_language("en")
    assert translated == served


def test_english_is_as_it_was():
    assert translate("Score maps") == "Score maps"


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Score maps", "得分图"),
        ("120 rows, 150 columns, 224 bands used.", "120 行，150 列，使用 224 个波段。"),
        ("a {0}.tif does not exist: check the name of the file.", "a {0}.tif 不存在：请检查文件名。"),
        ("aed: MODE must be one of a, b; got 'c d'.", "aed：MODE 必须是以下之一：a, b；给出的是 'c d'。"),
        (
            "INPUT a b.tif cannot be opened as a vector layer: check the name of the file.",
            "INPUT a b.tif 无法作为矢量图层打开：请检查文件名。",
        ),
        (
            "Worker process 1 (of 2) was ended by SIGKILL, most likely because memory ran out: use fewer processes.",
            "第 1 个工作进程（共 2 个） 被 SIGKILL 终止，很可能是内存耗尽：请使用更少的进程.",
        ),
        (
            "consensus: no member could run. aed: All scores are equal: there is nothing to evaluate. rx: Too few.",
            "consensus：没有成员能够运行。aed: 所有得分相同：没有可评价的内容。 rx: Too few.",
        ),
        (
            "All of its scores are equal.\nIt has no pixel with a score.",
            "它的所有得分相同。\n它没有有得分的像元。",
        ),
        (
            "All of its scores are equal. It has no pixel with a score.",
            "它的所有得分相同。 它没有有得分的像元。",
        ),
        (
            "x: Y must be an integer at least 1 and at most 9; got 0.",
            "x：Y 必须是不小于 1 的整数，且不大于 9；给出的是 0。",
        ),
    ],
)
def test_sentences(text, translation):
    """Values stay, words of ours among them are translated too, line by line and sentence by sentence."""
    assert translate(text) == translation


@pytest.mark.usefixtures("chinese")
def test_unknown_text_stays():
    assert translate("Nobody foresaw these words") == "Nobody foresaw these words"
    assert translate("") == ""
    for odd in ("a: " * 300, "(a " * 300, "(a) " * 300, "rows and columns, has " * 50):
        assert translate(odd).count("a") == odd.count("a")  # soon, and without losing anything


@pytest.mark.usefixtures("chinese")
def test_a_run_speaks_chinese(run, tmp_path):
    """Log, warnings, refusals, and the legend of what is loaded; paths and names of parameters stay."""
    log = Log()
    scene = run("samplescene", {"OUTPUT": str(tmp_path / "scene.tif")}, log)["OUTPUT"]
    run("describe", {"INPUT": scene}, log)
    scores = run("rx", {"INPUT": scene, "OUTPUT": str(tmp_path / "rx.tif")}, log)["OUTPUT"]
    run("threshold", {"SCORES": scores, "RATE": 1e-6, "OUTPUT": str(tmp_path / "mask.tif")}, log)
    run("environmentcheck", {}, log)
    said = [
        line for text in (*log.infos, *log.warnings) for line in text.splitlines() if "Results: {" not in line
    ]
    english = [line for line in said if re.search(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b", line)]
    assert len(said) > 30
    assert not english
    with pytest.raises(QgsProcessingException, match="INNER_WINDOW 必须是不小于 1 的奇数；给出的是 4。"):
        run("localrx", {"INPUT": scene, "INNER_WINDOW": 4, "OUTPUT": str(tmp_path / "no.tif")})
    layer = QgsRasterLayer(scores)
    legend = []
    layer.legendChanged.connect(lambda: legend.append("drawn anew"))
    translate_legend(layer)
    assert legend
    translate_legend(QgsVectorLayer("NoGeometry?field=rank:integer", "table", "memory"))
    items = layer.renderer().shader().rasterShaderFunction().colorRampItemList()
    assert [item.label.partition(": ")[2] for item in items] == [
        "中位数",
        "最高的 10 %",
        "最高的 1 %",
        "最高的 0.1 %",
    ]


@pytest.mark.usefixtures("chinese")
def test_options_are_words_and_ids_stay():
    """A dialog shows Chinese; values may be ids, numbers, or words of either language."""
    options = ("none", "ridge", "ledoitwolf")
    assert [choice_label(option) for option in options] == ["不使用", "岭", "Ledoit-Wolf 收缩"]
    for given in ("ledoitwolf", 2, "2", "Ledoit-Wolf shrinkage", "Ledoit-Wolf 收缩"):
        assert as_options(options, given) == "ledoitwolf"
