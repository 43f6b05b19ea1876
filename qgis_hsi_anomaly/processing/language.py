"""The user's language: the code speaks English, and what it says is translated where QGIS shows it.

Messages reach QGIS as finished sentences, some from other processes. A sentence with values in it is found again by
its template, the text of the code with {0}, {1}, ... in place of values. `docs/make_translations.py` collects both.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import List, Pattern, Tuple

from qgis.PyQt.QtCore import QLocale, QTranslator

from .resources import resource

CONTEXT = b"qgis_hsi_anomaly"
"""Context of all texts in the .ts files."""

_PLACE = re.compile(r"\{(\d+)\}")
_BOUNDARIES = [
    re.compile(boundary)
    for boundary in (
        *(r"(\n)", r"(^ +| +$)", r"(  +)", r"(?<=\.)( +)", r"(; )", r"(: +)", r"(\.$)"),
        *(r"(?<=.)()(?= \()", r"(^\(|\)$)", r"(?<=.)()(?=, )", r"(^, )"),
    )
]
"""Of the parts that messages are put together from, larger ones first."""
_ANY, _NO_SENTENCE = r"(.*?)", r"((?:\([^()]*\)|(?!\([^()]*\)|(?<!:): |\. |\.$).)*?)"
"""Values: any, and those that are no sentence, nor hold one outside of parentheses."""
_INTRODUCES = (": ", "; ", ". ", ".", "(", ")")
"""What a sentence can follow."""
_LEAST = 8
"""Characters of templates that are tried before a message is taken apart; shorter ones fit too much: `{0} for {1}`."""
_MOST_COLONS = 20
"""In a line of ours; taking lines of others apart would take long."""
_used: List[QTranslator] = []
"""The language, if there is one."""


def use_language(locale: str) -> None:
    """Translate from now on into a language, such as zh-Hans, zh_CN or de, if there is a file for it; else not at all.

    Traditional Chinese is not served by the file of Simplified Chinese.
    """
    found = QTranslator()
    known = found.load(QLocale(locale.replace("-", "_")), "", "", str(resource("translations")), ".qm")
    _used[:] = [found] if known else []


def translate(text: str) -> str:
    """Return a text of the code in the user's language; what is not known stays English."""
    if not _used or not text.strip():
        return text
    first, *more = text.split("\n")
    if more and translate(first) != first:
        return "\n".join(map(translate, [first, *more]))
    if text.count(": ") > _MOST_COLONS:
        return text
    found = _known(text) or _by_template(text, _LEAST) or _by_parts(text)
    return found if found != text else _by_template(text, 0) or text


def _known(text: str) -> str:
    return str(_used[0].translate(CONTEXT, text.encode()) or "")


def _by_template(text: str, least: int) -> str:
    """Translate the values in a sentence, and the template around them: the longest, of `least` characters or more."""
    for length, template, pattern, chunks in _templates():
        if length >= least and all(chunk in text for chunk in chunks):
            match, translation = pattern.fullmatch(text), _known(template)
            if match and translation:
                pieces = _PLACE.split(translation)
                pieces[1::2] = [_value(match[int(place) + 1]) for place in pieces[1::2]]
                return "".join(pieces)
    return ""


def _value(text: str) -> str:
    """Translate a value that is words of ours; a single word is a name, of a file, a parameter or an option."""
    return translate(text) if " " in text.strip() else text


def _by_parts(text: str) -> str:
    """Translate line by line, sentence by sentence, item by item; what is not known stays."""
    for colon in reversed(list(re.finditer(": ", text))):
        sentence = _known(text[: colon.start()]) or _by_template(text[: colon.start()], _LEAST)
        if sentence:
            return f"{sentence}: {_value(text[colon.end() :])}"
    for boundary in _BOUNDARIES:
        parts = boundary.split(text, maxsplit=int(boundary.pattern.startswith("(:")))
        if len(parts) > 1:
            heading = parts[1].startswith((":", "  "))
            parts[0] = translate(parts[0]) if heading else _value(parts[0])
            parts[2::2] = map(_value, parts[2::2])
            return "".join(parts)
    return text


@lru_cache
def _templates() -> List[Tuple[int, str, Pattern[str], List[str]]]:
    """Return all templates, the longest first: length without values, template, pattern, fixed parts."""
    found = []
    for template in resource("translations", "templates.txt").read_text(encoding="utf-8").splitlines():
        chunks = _PLACE.split(template)[::2]
        pattern = re.escape(chunks[0])
        for before, after in zip(chunks, chunks[1:]):
            follows = before.endswith(_INTRODUCES) or (not before and re.match(" [A-Z]", after))
            pattern += (_ANY if follows else _NO_SENTENCE) + re.escape(after)
        found.append((sum(map(len, chunks)), template, re.compile(pattern, re.DOTALL), chunks))
    return sorted(found, key=lambda one: -one[0])
