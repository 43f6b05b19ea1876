"""Rasters in and out, through GDAL: cubes, score layers, truth, background masks."""
