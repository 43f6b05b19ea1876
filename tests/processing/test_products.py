"""Products in the toolbox: given as files that QGIS itself does not open, or as layers of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsProcessingException, QgsRasterLayer

from qgis_hsi_anomaly.raster.reader import read_map
from tests.raster.products.made import COLUMNS, EMIT_MAP, ROWS, blank, emit, enmap, prisma

pytest.importorskip("h5py")
pytest.importorskip("netCDF4")


@pytest.fixture
def cloudy(tmp_path: Path):
    cloud = blank()
    cloud[6, 5] = 1
    return enmap(tmp_path, masks={"CLOUD": cloud})


@pytest.mark.parametrize("given", ["image", "metadata", "layer"])
def test_a_detector_takes_a_product(tmp_path: Path, cloudy, given, run) -> None:
    image, metadata, _ = cloudy
    choices = {"image": image, "metadata": metadata, "layer": QgsRasterLayer(image, "scene")}
    output = str(tmp_path / "scores.tif")

    answer = run("rx", {"INPUT": choices[given], "OUTPUT": output})

    assert (answer["VALID_PIXELS"], answer["BANDS_USED"]) == (ROWS * COLUMNS - 26, 5)
    let_in = run("rx", {"INPUT": choices[given], "ALLOW": ["cloud"], "OUTPUT": output})
    assert let_in["VALID_PIXELS"] == ROWS * COLUMNS - 1


def test_a_swath_is_laid_on_its_map(tmp_path: Path, run) -> None:
    """Given as the file, and as the layer that QGIS makes of the array in it."""
    path, _ = emit(tmp_path)
    output = str(tmp_path / "scores.tif")
    for given in (path, QgsRasterLayer(f'NETCDF:"{path}":reflectance', "scene")):
        run("rx", {"INPUT": given, "OUTPUT": output})
        assert read_map(output)[0].shape == EMIT_MAP


def test_describe(tmp_path: Path, cloudy, run) -> None:
    path, *_ = prisma(tmp_path / "a.he5")
    facts = str(tmp_path / "facts.json")

    answer = run("describe", {"INPUT": path, "FACTS": facts})

    assert answer["BANDS"] == 9 and answer["BANDS_USED"] == 6 and "PRISMA L2D" in answer["TEXT"]
    assert Path(facts).exists()
    assert "cloud: 25 pixels" in run("describe", {"INPUT": cloudy[1]})["TEXT"]


def test_a_mistake_is_told_in_one_sentence(tmp_path: Path, run) -> None:
    _, metadata, _ = enmap(tmp_path, image=False)
    with pytest.raises(QgsProcessingException, match="describes an EnMAP image that does not lie beside it"):
        run("rx", {"INPUT": metadata, "OUTPUT": str(tmp_path / "a.tif")})
