"""QGIS without a screen, with our provider in it."""

import gc

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProject

from tests.raster.test_remote import served  # noqa: F401 (a fixture)
from tests.test_workflow import scene  # noqa: F401 (a fixture)


class Log(QgsProcessingFeedback):
    """A feedback that keeps what was said, and cancels when the share done reaches `stop_at` percent."""

    def __init__(self, stop_at=None):
        super().__init__(False)
        self.infos, self.warnings, self.shares = [], [], []
        self.stop_at = stop_at
        self.progressChanged.connect(self.note)

    def note(self, percent):
        self.shares.append(percent)
        if self.stop_at is not None and percent >= self.stop_at:
            self.cancel()

    def pushInfo(self, text):  # noqa: N802 (QGIS's name)
        self.infos.append(text)

    def pushWarning(self, text):  # noqa: N802
        self.warnings.append(text)


@pytest.fixture(scope="session")
def provider(qgis_processing):
    """The provider, loaded the way QGIS loads it."""
    from qgis_hsi_anomaly import classFactory

    plugin = classFactory(None)
    with pytest.MonkeyPatch.context() as patch:
        # QGIS was there before LC_ALL was set.
        patch.setattr("qgis_hsi_anomaly.processing.plugin._locale", lambda: "en")
        plugin.initProcessing()
    yield plugin.provider
    plugin.unload()
    gc.collect()  # QGIS's objects must go before QGIS does


@pytest.fixture
def project():
    """The project, emptied afterwards."""
    yield QgsProject.instance()
    QgsProject.instance().clear()


@pytest.fixture
def run(provider):
    """Run an algorithm of ours; returns the whole output."""
    import processing

    def run(id, parameters, log=None):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        return processing.run(f"hsianomaly:{id}", parameters, context=context, feedback=log or Log())

    return run


@pytest.fixture
def algorithm(provider):
    """Look an algorithm up by its id."""
    return lambda name: QgsApplication.processingRegistry().createAlgorithmById(f"hsianomaly:{name}")
