"""The scene's layer in true color, where QGIS shows it by its first three bands as nobody has chosen others."""

from __future__ import annotations

from typing import Optional, Tuple

import numpy as np
from qgis.core import (
    QgsContrastEnhancement,
    QgsMapLayer,
    QgsMultiBandColorRenderer,
    QgsProject,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QThread

from ..core.cube import Array
from ..core.errors import HsiAnomalyError
from ..raster.color_range import color_range
from ..raster.reader import read_band_table
from ..style import true_color_bands
from ..style.true_color import CUT
from .parameters import file_of


class PlainScene:
    """A layer that is to be shown in true color once the run has ended.

    Made and shown in the thread that owns the layers; `measure` reads pixels, in whatever thread the run has.
    """

    def __init__(self, layer: QgsRasterLayer, bands: Tuple[int, int, int]) -> None:
        self.layer_id, self.path, self.bands = layer.id(), file_of(layer, layer.name()), bands
        self._range: Optional[Array] = None

    def measure(self) -> None:
        """Find the 2 % and the 98 % quantile of each color, which it is stretched between."""
        self._range = color_range(self.path, self.bands, CUT)

    def show(self, project: Optional[QgsProject]) -> None:
        """Style the layer, if it is still there and nobody has styled it meanwhile."""
        layer = project.mapLayer(self.layer_id) if project is not None else None
        if layer is None or self._range is None or not np.isfinite(self._range).all() or not _is_plain(layer):
            return
        renderer = QgsMultiBandColorRenderer(layer.dataProvider(), *self.bands)
        red, green, blue = (
            _stretch(layer, band, *ends) for band, ends in zip(self.bands, self._range.T.tolist())
        )
        renderer.setRedContrastEnhancement(red)
        renderer.setGreenContrastEnhancement(green)
        renderer.setBlueContrastEnhancement(blue)
        layer.setRenderer(renderer)
        layer.emitStyleChanged()
        layer.triggerRepaint()


def plain_scene(layer: Optional[QgsMapLayer], project: Optional[QgsProject]) -> Optional[PlainScene]:
    """Return a layer that is to be shown in true color, else None.

    It stands in the project, nobody has styled it, its wavelengths are known, and this is the thread that owns it.
    """
    in_main_thread = QThread.currentThread() == QCoreApplication.instance().thread()
    if layer is None or project is None or not in_main_thread or project.mapLayer(layer.id()) is None:
        return None
    if not isinstance(layer, QgsRasterLayer) or not _is_plain(layer):
        return None
    try:
        bands = true_color_bands(read_band_table(file_of(layer, layer.name())).wavelengths)
    except HsiAnomalyError:
        return None  # the run says what is wrong with it
    return None if bands is None else PlainScene(layer, (bands[0] + 1, bands[1] + 1, bands[2] + 1))


def _is_plain(layer: QgsRasterLayer) -> bool:
    """Tell whether a layer has the style that QGIS gives to every raster of several bands."""
    renderer = layer.renderer()
    if layer.bandCount() <= 3 or not isinstance(renderer, QgsMultiBandColorRenderer):
        return False
    return (renderer.redBand(), renderer.greenBand(), renderer.blueBand()) == (1, 2, 3)


def _stretch(layer: QgsRasterLayer, band: int, low: float, high: float) -> QgsContrastEnhancement:
    """Return how a band's values become a color: black at `low`, full at `high`."""
    found = QgsContrastEnhancement(layer.dataProvider().dataType(band))
    found.setContrastEnhancementAlgorithm(
        QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
    )
    found.setMinimumValue(low)
    found.setMaximumValue(high)
    return found
