"""The provider `hsianomaly`: all detectors in the Processing toolbox."""

from __future__ import annotations

from typing import List

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .. import __version__
from ..raster.writer import DRIVERS
from .algorithms import all_algorithms
from .language import translate
from .models import shipped_models
from .resources import resource
from .settings import add_settings, remove_settings


class Provider(QgsProcessingProvider):  # type: ignore[misc]
    """Lists the algorithms; those that cannot run here are listed too, and say why when asked to."""

    def id(self) -> str:
        """Prefix of the algorithms' ids."""
        return "hsianomaly"

    def name(self) -> str:
        """Name in the toolbox."""
        return translate("Hyperspectral anomaly detection")

    def longName(self) -> str:  # noqa: N802 (QGIS's names, here and below)
        """Name where there is room."""
        return f"{self.name()} {self.versionInfo()}"

    def versionInfo(self) -> str:  # noqa: N802
        """Version of the plugin."""
        return __version__

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:  # noqa: N802
        """File of the icon."""
        return str(resource("icon.svg"))

    def load(self) -> bool:
        """Show the settings and the algorithms."""
        add_settings(self.name(), self.icon())
        self.refreshAlgorithms()
        return True

    def unload(self) -> None:
        """Take the settings away."""
        remove_settings()

    def loadAlgorithms(self) -> None:  # noqa: N802
        """Add the algorithms."""
        for algorithm in all_algorithms():
            self.addAlgorithm(algorithm)
        for model in shipped_models():
            self.addAlgorithm(model)

    def defaultRasterFileExtension(self) -> str:  # noqa: N802
        """GeoTIFF."""
        return "tif"

    def supportedOutputRasterLayerExtensions(self) -> List[str]:  # noqa: N802
        """What the writer can write."""
        return [extension[1:] for extension in DRIVERS]
