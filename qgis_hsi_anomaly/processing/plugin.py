"""What QGIS starts and stops: the plugin brings the Processing provider, nothing else."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import QgsApplication, QgsProcessingProvider
from qgis.PyQt.QtCore import QLocale

from .blas import import_numpy


class Plugin:
    """The plugin as QGIS sees it. `qgis_process` calls `initProcessing` alone and passes no interface."""

    def __init__(self, iface: Any) -> None:
        self.iface = iface
        self.provider: Optional[QgsProcessingProvider] = None

    def initProcessing(self) -> None:  # noqa: N802 (QGIS's name)
        """Add the provider to the Processing registry."""
        import_numpy()
        from .language import use_language
        from .provider import Provider

        use_language(_locale())
        self.provider = Provider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:  # noqa: N802 (QGIS's name)
        """Start in the desktop: the toolbox is all the interface there is."""
        self.initProcessing()

    def unload(self) -> None:
        """Remove the provider."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None


def _locale() -> str:
    """Return the locale of QGIS's own texts: `qgis_process` of 3.22 tells the system's without its country."""
    locale = str(QgsApplication.instance().translation() or QgsApplication.instance().locale())
    system = str(QLocale.system().name())
    return system if system.startswith(f"{locale}_") else locale
