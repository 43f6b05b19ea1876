"""Parameters with a list of options: ids for scripts, words for people, and either or a number is understood."""

from __future__ import annotations

from typing import Any, List, Sequence

from qgis.core import QgsProcessingContext, QgsProcessingParameterEnum

from ..core.detectors.registry import detector_ids, method_class, preprocessor_ids
from .language import translate

_LABELS = {
    "ace": "adaptive coherence estimator",
    "adapted": "adapted to one scene",
    "budget": "budget of alarms",
    "cloudshadow": "cloud shadow",
    "conformal": "conformal, from a background region",
    "count": "by their numbers of pixels",
    "cpu": "processor (CPU)",
    "cuda": "NVIDIA graphics card (CUDA)",
    "equal": "all files alike",
    "improved": "improved training",
    "ledoitwolf": "Ledoit-Wolf shrinkage",
    "matched": "matched filter",
    "objects_per_km2": "objects per km²",
    "paper": "as the paper's text",
    "published": "as published",
    "reference": "as the published code",
    "rsdgc": "RS-DGC",
    "tail": "fit of the tail",
}
"""Options that do not say themselves what they are."""


def choice_label(option: str) -> str:
    """Return what the dialog shows for an option, in the user's language."""
    return translate(plain_label(option))


def plain_label(option: str) -> str:
    """Return an option in English words.

    >>> plain_label("ledoitwolf"), plain_label("rx")
    ('Ledoit-Wolf shrinkage', 'RX (global)')
    """
    if option in (*detector_ids(), *preprocessor_ids()):
        return method_class(option).label
    return _LABELS.get(option, option)


def as_options(options: Sequence[str], value: Any) -> Any:
    """Return a value with the numbers and labels in it replaced by ids; what is none of these stays as it is.

    >>> as_options(["none", "ridge"], 1), as_options(["rx", "knn"], "0,1"), as_options(["rx"], "lof")
    ('ridge', ['rx', 'knn'], 'lof')
    """
    if isinstance(value, (list, tuple)):
        return [_as_option(options, item) for item in value]
    if isinstance(value, str) and "," in value and value not in map(choice_label, options):
        return [_as_option(options, item.strip()) for item in value.split(",")]
    return _as_option(options, value)


def _as_option(options: Sequence[str], value: Any) -> Any:
    if value in options or isinstance(value, bool):
        return value
    text = str(value)
    if text.isdecimal() and int(text) < len(options):
        return options[int(text)]
    return next((option for option in options if text in (choice_label(option), plain_label(option))), value)


class Choice(QgsProcessingParameterEnum):  # type: ignore[misc]
    """One or several of a list of options; their ids are the values."""

    def __init__(
        self, name: str, label: str, options: Sequence[str], default: Any, several: bool = False
    ) -> None:
        super().__init__(
            name,
            label,
            options=list(options),
            allowMultiple=several,
            defaultValue=list(default) if several else default,
            usesStaticStrings=True,
        )
        self.setMetadata({"widget_wrapper": {"class": f"{__package__}.choice_widget.ChoiceWidget"}})

    def checkValueIsAcceptable(self, value: Any, context: Any = None) -> bool:  # noqa: N802 (QGIS's names, here and below)
        """Take numbers and labels too."""
        return bool(super().checkValueIsAcceptable(as_options(self.options(), value), context))

    def valueAsPythonString(self, value: Any, context: QgsProcessingContext) -> str:  # noqa: N802
        """Return the value for log, history and scripts: QGIS 3.22 forgets lists of ids."""
        found = as_options(self.options(), value)
        if isinstance(found, (list, tuple)):
            chosen: List[str] = [str(item) for item in found]
            return repr(chosen)
        return repr(found) if isinstance(found, str) else str(super().valueAsPythonString(value, context))
