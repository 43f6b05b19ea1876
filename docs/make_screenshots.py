r"""Walk through the first hour in a QGIS of its own, from an empty profile to a report, and keep the guide's pictures.

The plugin folder must stand (`make build`); the profile is thrown away. At the top of the checkout:

    PATH=/usr/bin:$PATH QGIS_PLUGINPATH=$PWD/build xvfb-run -a -s "-screen 0 1500x950x24" \
        qgis.bin --nologo --noversioncheck --profiles-path $(mktemp -d) --code docs/make_screenshots.py

HSI_ANOMALY_SCENE names a raster of yours to walk with instead of the sample scene, and
HSI_ANOMALY_IMAGES another folder for the pictures. The report's picture needs Chromium.
With `--lang zh-Hans` after qgis.bin (and a Chinese font) it makes one picture alone, of toolbox and dialog in Chinese;
give it a folder of its own.
"""

import os
import shutil
import subprocess
import tempfile
import traceback
from pathlib import Path
from typing import Any, Dict

import processing
import qgis.utils
from qgis.core import (
    QgsApplication,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, Qt, QTimer
from qgis.PyQt.QtGui import QImage, QPainter, QPixmap
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QTreeView, QWidget

# QGIS runs the text of this file, which has no __file__ then.
TOP = Path.cwd()
IMAGES = Path(os.environ.get("HSI_ANOMALY_IMAGES", TOP / "docs" / "images"))
SCENE = os.environ.get("HSI_ANOMALY_SCENE", "")

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


def show_scene() -> QgsRasterLayer:
    """Load a scene, made by the plugin itself unless one is named; hide the panels that have nothing to show."""
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() in {"Layers", "ProcessingToolbox"})
    if SCENE:
        QgsProject.instance().addMapLayer(QgsRasterLayer(SCENE, Path(SCENE).stem))
    else:
        run("samplescene", {"OUTPUT": "TEMPORARY_OUTPUT"})
    return next(iter(QgsProject.instance().mapLayers().values()))


def run(id: str, parameters: Dict[str, Any]) -> Dict[str, Any]:
    """Run an algorithm and load what it makes, as its dialog does."""
    return dict(processing.runAndLoadResults(f"hsianomaly:{id}", parameters))


def provider_name() -> str:
    """The provider's name, as QGIS shows it."""
    return str(QgsApplication.processingRegistry().providerById("hsianomaly").name())


def picture_of_language(layer: QgsRasterLayer) -> None:
    """The toolbox and a dialog side by side, in another language than English."""
    picture_of_toolbox()
    picture_of_dialog("crd", layer, "dialog.png", 780)
    parts = [QPixmap(str(IMAGES / name)) for name in ("toolbox.png", "dialog.png")]
    both = QPixmap(parts[0].width() + 10 + parts[1].width(), max(part.height() for part in parts))
    both.fill(Qt.GlobalColor.white)
    painter = QPainter(both)
    painter.drawPixmap(0, 0, parts[0])
    painter.drawPixmap(parts[0].width() + 10, 0, parts[1])
    painter.end()
    few_colors = both.toImage().convertToFormat(
        QImage.Format.Format_Indexed8,
        Qt.ImageConversionFlag.AvoidDither | Qt.ImageConversionFlag.ThresholdDither,
    )
    few_colors.save(str(IMAGES / "chinese.png"))


def picture_of_toolbox() -> None:
    """The provider in the toolbox, opened."""
    dock = window.findChild(QDockWidget, "ProcessingToolbox")
    dock.show()
    tree = dock.findChild(QTreeView, "algorithmTree")
    tree.collapseAll()
    model = tree.model()
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        if index.data() == provider_name():
            tree.expandRecursively(index)
            tree.scrollTo(index, tree.ScrollHint.PositionAtTop)
    dock.setFloating(True)
    dock.resize(430, 780)
    save(dock, "toolbox.png")
    dock.setFloating(False)
    window.resizeDocks([dock], [360], Qt.Orientation.Horizontal)


def picture_of_dialog(id: str, layer: QgsRasterLayer, name: str, height: int = 900) -> None:
    """The dialog of an algorithm, with its advanced parameters and its help."""
    dialog = processing.createAlgorithmDialog(f"hsianomaly:{id}", {"INPUT": layer.id()})
    dialog.resize(1000, height)
    dialog.show()
    save(dialog, name)
    dialog.close()


def fill_map(layer: QgsRasterLayer) -> None:
    """The scene fills the map."""
    window.resizeDocks([window.findChild(QDockWidget, "Layers")], [330], Qt.Orientation.Horizontal)
    settle()
    extent = layer.extent()
    extent.scale(1.05)
    iface.mapCanvas().setExtent(extent)
    iface.mapCanvas().refresh()


def picture_of_scores(layer: QgsRasterLayer) -> None:
    """The first map of the detector to start with, over the scene in true color."""
    outputs = run("consensus", {"INPUT": layer.id(), "OUTPUT": "TEMPORARY_OUTPUT"})
    fill_map(layer)
    save(window, "consensus.png")
    made = [
        found for found in QgsProject.instance().mapLayers().values() if found.source() == outputs["OUTPUT"]
    ]
    QgsProject.instance().removeMapLayers([found.id() for found in made])


def picture_of_result(layer: QgsRasterLayer) -> str:
    """Scores and objects over the scene, as one double-click gives them. Returns the folder of the results."""
    folder = tempfile.mkdtemp()
    run(
        "findanomalies",
        {"INPUT": layer.id(), "FOLDER": folder, "SCORES": "TEMPORARY_OUTPUT", "OBJECTS": "TEMPORARY_OUTPUT"},
    )
    fill_map(layer)
    save(window, "result.png")
    return folder


def picture_of_report(folder: str) -> None:
    """The report, as a browser shows its top."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("No Chromium: the report has no picture.")
        return
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,1000"]
    report, picture = next(Path(folder).glob("*.html")), IMAGES / "report.png"
    subprocess.run(
        [chromium, *options, f"--screenshot={picture}", str(report)], check=True, capture_output=True
    )


def picture_of_options() -> None:
    """The options page, with the provider's setting."""

    def keep() -> None:
        dialog = QApplication.activeModalWidget()
        for tree in dialog.findChildren(QTreeView):
            for row in range(tree.model().rowCount() if tree.model() else 0):
                providers = tree.model().index(row, 0)
                for line in range(tree.model().rowCount(providers)):
                    index = tree.model().index(line, 0, providers)
                    if index.data() == provider_name():
                        tree.expand(providers)
                        tree.expand(index)
                        tree.scrollTo(tree.model().index(0, 0, index))
        save(dialog, "options.png")
        dialog.reject()

    QTimer.singleShot(3000, keep)
    iface.showOptionsDialog(window, "processingOptions")


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
        IMAGES.mkdir(parents=True, exist_ok=True)
        window.resize(1400, 860)
        load_plugin()
        layer = show_scene()
        if QgsApplication.instance().translation() == "zh-Hans":
            picture_of_language(layer)
            return
        picture_of_toolbox()
        picture_of_dialog("sscade", layer, "dialog.png")
        picture_of_dialog("findanomalies", layer, "find.png")
        picture_of_scores(layer)
        folder = picture_of_result(layer)
        picture_of_list()
        picture_of_report(folder)
        picture_of_options()
    except Exception:  # noqa: BLE001 (QGIS must end whatever happened)
        traceback.print_exc()
    finally:
        QgsProject.instance().setDirty(False)
        QgsApplication.exit()


QTimer.singleShot(3000, main)
