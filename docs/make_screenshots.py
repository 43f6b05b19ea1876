r"""Make the user guide's pictures in a QGIS of its own, on the demo scene.

The plugin folder and the demo scene must stand (`make build demo`); the profile is thrown away. At the top
of the checkout:

    PATH=/usr/bin:$PATH QGIS_PLUGINPATH=$PWD/build xvfb-run -a -s "-screen 0 1500x950x24" \
        qgis.bin --nologo --noversioncheck --profiles-path $(mktemp -d) --code docs/make_screenshots.py
"""

import traceback
from pathlib import Path
from typing import Sequence

import processing
import qgis.utils
from qgis.core import (
    QgsApplication,
    QgsContrastEnhancement,
    QgsMultiBandColorRenderer,
    QgsProject,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget, QTreeView, QWidget

# QGIS runs the text of this file, which has no __file__ then.
TOP = Path.cwd()
IMAGES = TOP / "docs" / "images"
DEMO = TOP / "build" / "demo"
NATURAL = (650, 550, 470)
"""Wavelengths of red, green and blue, nm."""

iface = qgis.utils.iface
window = iface.mainWindow()


def settle(milliseconds: int = 1500) -> None:
    """Let QGIS draw."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
    iface.mapCanvas().waitWhileRendering()
    QCoreApplication.processEvents()


def save(widget: QWidget, name: str) -> None:
    """Keep a picture of a widget."""
    settle()
    widget.grab().save(str(IMAGES / name))


def load_plugin() -> None:
    """Load and start the plugin as the plugin manager does."""
    qgis.utils.updateAvailablePlugins()
    if not (qgis.utils.loadPlugin("qgis_hsi_anomaly") and qgis.utils.startPlugin("qgis_hsi_anomaly")):
        raise RuntimeError("The plugin cannot be loaded: is QGIS_PLUGINPATH set, and `make build` done?")


def nearest_band(layer: QgsRasterLayer, wavelength: float) -> int:
    """Return the number of the band nearest to a wavelength, from the scene's metadata."""
    from qgis_hsi_anomaly.raster.reader import read_band_table

    distances = abs(read_band_table(layer.source()).wavelengths - wavelength)
    return 1 + int(distances.argmin())


def show_scene() -> QgsRasterLayer:
    """Load the demo scene in natural colors; hide the panels that have nothing to show."""
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() in {"Layers", "ProcessingToolbox"})
    layer = QgsRasterLayer(str(DEMO / "scene.tif"), "Demo scene")
    layer.setRenderer(
        QgsMultiBandColorRenderer(layer.dataProvider(), *(nearest_band(layer, nm) for nm in NATURAL))
    )
    layer.setContrastEnhancement(
        QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum,
        QgsRasterMinMaxOrigin.Limits.CumulativeCut,
    )
    QgsProject.instance().addMapLayer(layer)
    return layer


def picture_of_toolbox() -> None:
    """The provider in the toolbox, opened."""
    dock = window.findChild(QDockWidget, "ProcessingToolbox")
    dock.show()
    tree = dock.findChild(QTreeView, "algorithmTree")
    tree.collapseAll()
    model = tree.model()
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        if index.data() == "Hyperspectral anomaly detection":
            tree.expandRecursively(index)
            tree.scrollTo(index, tree.ScrollHint.PositionAtTop)
    dock.setFloating(True)
    dock.resize(430, 780)
    save(dock, "toolbox.png")
    dock.setFloating(False)
    window.resizeDocks([dock], [360], Qt.Orientation.Horizontal)


def picture_of_dialog(id: str, layer: QgsRasterLayer, name: str) -> None:
    """The dialog of an algorithm, with its advanced parameters and its help."""
    dialog = processing.createAlgorithmDialog(f"hsianomaly:{id}", {"INPUT": layer.id()})
    dialog.resize(1000, 900)
    dialog.show()
    save(dialog, name)
    dialog.close()


def show_result(layer: QgsRasterLayer, id: str, made: Sequence[str]) -> None:
    """Run an algorithm and load what it makes, as its dialog does; the scene fills the map."""
    processing.runAndLoadResults(
        f"hsianomaly:{id}", {"INPUT": layer.id(), **dict.fromkeys(made, "TEMPORARY_OUTPUT")}
    )
    window.resizeDocks([window.findChild(QDockWidget, "Layers")], [330], Qt.Orientation.Horizontal)
    settle()
    extent = layer.extent()
    extent.scale(1.05)
    iface.mapCanvas().setExtent(extent)
    iface.mapCanvas().refresh()


def picture_of_result(layer: QgsRasterLayer) -> None:
    """Scores and objects over the scene, as one double-click gives them."""
    show_result(layer, "findanomalies", ("SCORES", "OBJECTS"))
    save(window, "result.png")


def picture_of_list() -> None:
    """The attribute table of the objects, where they are ticked."""
    objects = next(
        found for found in QgsProject.instance().mapLayers().values() if isinstance(found, QgsVectorLayer)
    )
    table = iface.showAttributeTable(objects)
    table.resize(1200, 420)
    save(table, "objects.png")
    table.close()


def main() -> None:
    """Make all pictures, then end QGIS."""
    try:
        window.resize(1400, 860)
        load_plugin()
        layer = show_scene()
        picture_of_toolbox()
        picture_of_dialog("sscade", layer, "dialog.png")
        picture_of_dialog("findanomalies", layer, "find.png")
        picture_of_result(layer)
        picture_of_list()
    except Exception:  # noqa: BLE001 (QGIS must end whatever happened)
        traceback.print_exc()
    QgsProject.instance().setDirty(False)
    QgsApplication.exit()


QTimer.singleShot(3000, main)
