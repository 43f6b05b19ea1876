"""The help button opens a page about the algorithm: the installed one, else the one on the web."""

from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QUrl

from qgis_hsi_anomaly.core.detectors.registry import detector_ids
from qgis_hsi_anomaly.processing import resources

TOP = Path(__file__).parents[2]


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """Pretend that the plugin is installed in a folder of plugins."""
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "a profile" / "plugins" / "qgis_hsi_anomaly")
    return resources._PACKAGE


def test_without_the_site_it_is_the_page_on_the_web(provider, installed):
    """Each of them is made from a document that exists."""
    for algorithm in provider.algorithms():
        address = algorithm.helpUrl()
        if address:  # models have none
            assert address.startswith(resources.HOMEPAGE)
            page = address.removeprefix(resources.HOMEPAGE).replace(".html", ".md")
            assert (TOP / "docs" / page).is_file()


def test_detectors_have_pages_of_their_own(algorithm, installed):
    for id in (*detector_ids(), "suppressbackground"):
        assert algorithm(id).helpUrl() == f"{resources.HOMEPAGE}detectors/{id}.html"
    assert algorithm("threshold").helpUrl() == f"{resources.HOMEPAGE}decisions.html"
    assert algorithm("describe").helpUrl() == f"{resources.HOMEPAGE}products.html"
    assert algorithm("evaluate").helpUrl() == f"{resources.HOMEPAGE}user-guide.html"


def test_with_the_site_it_is_the_file(algorithm, installed):
    """In a folder with a blank, as on macOS."""
    page = installed / "docs" / "site" / "detectors" / "rx.html"
    page.parent.mkdir(parents=True)
    page.touch()
    assert QUrl(algorithm("rx").helpUrl()).toLocalFile() == str(page)
    assert algorithm("knn").helpUrl().startswith(resources.HOMEPAGE)


def test_the_address_is_the_metadata_s():
    assert f"\nhomepage={resources.HOMEPAGE}\n" in (TOP / "metadata.txt").read_text(encoding="utf-8")
