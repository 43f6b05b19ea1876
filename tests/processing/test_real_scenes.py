"""Every detector on real scenes: ENVI in UTM, and a mosaic with nodata and dead bands."""

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.core.detectors.registry import detector_class, detector_ids
from qgis_hsi_anomaly.core.errors import MissingLibraryError
from qgis_hsi_anomaly.core.parameters import parameters_of
from qgis_hsi_anomaly.jobs.interpreter import find_interpreter
from tests.processing.conftest import Log

SCENES = {"SDData": 8100, "enmap_potsdam_mosaic.tif": 18432}
"""Names, and pixels with data."""

# Learned ones take their time: the scene with more to go wrong will do.
CASES = [
    (id, name)
    for id in detector_ids()
    for name in SCENES
    if name != "SDData" or not detector_class(id).needs_torch
]


@pytest.mark.parametrize(("id", "name"), CASES)
def test_output_lies_on_the_input_s_grid(run, data_folder, tmp_path, id, name):
    """Geotransform, CRS, size and nodata; a style beside it. Learned ones train for one epoch."""
    parameters = {"INPUT": str(data_folder / "georeferenced" / name), "OUTPUT": f"{tmp_path}/scores.tif"}
    if detector_class(id).needs_torch:
        try:
            find_interpreter()
        except MissingLibraryError as error:
            pytest.skip(str(error))
        parameters["DEVICE"] = "cpu"
        if "epochs" in {parameter.name for parameter in parameters_of(detector_class(id))}:
            parameters["EPOCHS"] = 1
    log = Log()

    results = run(id, parameters, log)

    output, source = gdal.Open(parameters["OUTPUT"]), gdal.Open(parameters["INPUT"])
    assert output.GetGeoTransform() == source.GetGeoTransform()
    assert output.GetSpatialRef().IsSame(source.GetSpatialRef())
    assert (output.RasterXSize, output.RasterYSize) == (source.RasterXSize, source.RasterYSize)
    assert np.isnan(output.GetRasterBand(1).GetNoDataValue())
    assert np.isfinite(output.ReadAsArray()).sum() == SCENES[name] == results["VALID_PIXELS"]
    assert (tmp_path / "scores.qml").exists()
    dead = [line for line in log.infos if "130-135" in line]
    assert bool(dead) == name.startswith("enmap")
