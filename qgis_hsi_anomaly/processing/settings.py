"""The provider's settings (Settings > Options > Processing > Providers > Hyperspectral anomaly detection)."""

from __future__ import annotations

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.PyQt.QtGui import QIcon

from .language import translate

PYTHON = "HSI_ANOMALY_PYTHON"


def add_settings(group: str, icon: QIcon) -> None:
    """Show the settings below the provider's name."""
    ProcessingConfig.settingIcons[group] = icon
    description = "Python interpreter with torch, for learned detectors (empty: found by itself)"
    ProcessingConfig.addSetting(Setting(group, PYTHON, translate(description), "", valuetype=Setting.FILE))
    ProcessingConfig.readSettings()


def remove_settings() -> None:
    """Take the settings away."""
    if PYTHON in ProcessingConfig.settings:
        ProcessingConfig.removeSetting(PYTHON)


def chosen_python() -> str:
    """Return the interpreter the user chose, empty where none was chosen."""
    return str(ProcessingConfig.getSetting(PYTHON) or "").strip()
