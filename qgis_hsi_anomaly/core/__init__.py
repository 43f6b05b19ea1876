"""Arrays in, arrays out: cubes, statistics, detectors and figures of merit. No QGIS, no GDAL."""
