"""MATLAB cubes, the form in which benchmark scenes circulate, as rasters."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, Optional, Sequence

import numpy as np

from ..core import parameters  # as a whole: the fields have the names of its functions
from ..core.cube import Array
from ..core.errors import ParameterError, RasterError
from ..core.run import ALONE, Run
from ..jobs.execution import Execution
from ..outputs import Outputs
from ..raster.georeference import Georeference, crs_of_text
from ..raster.matlab import MatFile, Variable, open_mat
from ..raster.writer import write_array
from ..record import Record, record_path
from .base import Heading, Tool


@dataclass(frozen=True)
class ImportMat(Tool):
    """A cube of a MATLAB file, and its truth."""

    id: ClassVar[str] = "importmat"
    label: ClassVar[str] = "Import a MATLAB cube"
    group: ClassVar[Heading] = Heading.DATA
    order: ClassVar[int] = 10
    icon: ClassVar[str] = "detector"
    keywords: ClassVar[Sequence[str]] = ("MATLAB", "mat", "benchmark", "ABU", "convert", "ground truth")
    summary: ClassVar[str] = (
        "Turns a MATLAB file (.mat, v4 to v7.3) with a cube of rows x columns x bands into a GeoTIFF or ENVI raster, "
        "and its truth into another. Values and their number type stay as they are stored. A variable named like "
        "wavelength, with a number for each band, is kept as wavelengths. Such files do not say where they lie: give "
        "CRS and EXTENT where you know them."
    )

    input: str = parameters.file(
        "MATLAB file", "The .mat file, of any version from v4 to v7.3.", extensions=(".mat",), positional=True
    )
    variable: str = parameters.text(
        "",
        "Cube variable",
        "Name of the variable that holds the cube, rows x columns x bands. Empty takes the only array of three axes.",
    )
    truth_variable: str = parameters.text(
        "",
        "Truth variable",
        "Name of the variable that holds the truth, rows x columns. Empty takes the only array of the cube's size.",
    )
    crs: str = parameters.crs(
        "Coordinate reference system",
        "In which the extent is given, such as EPSG:32611. Leave it empty where nobody knows where the scene lies.",
    )
    extent: str = parameters.extent(
        "Extent",
        "Outer edges of the image, XMIN,XMAX,YMIN,YMAX in units of the CRS; the first row is the northern one. "
        "Empty: the raster has rows and columns, and no place. Where the first number is negative, type "
        "--extent=XMIN,... on the command line.",
    )
    output: str = parameters.output(
        "raster",
        "Hyperspectral raster",
        "The cube: GeoTIFF (.tif) or ENVI (.img, .dat, .bsq). The record of the run (.json) is written beside it.",
        positional=True,
    )
    output_truth: str = parameters.output(
        "raster",
        "Truth raster",
        "Also write the truth, as the file has it: as a rule not 0 where there is an anomaly.",
        optional=True,
        alias="truth",
    )

    def perform(self, run: Run = ALONE, execution: Execution = Execution()) -> Dict[str, Any]:
        """Choose the variables, read them whole, write them block by block."""
        if self.truth_variable and not self.output_truth:
            raise ParameterError(
                "TRUTH_VARIABLE is given without OUTPUT_TRUTH: name the raster to write it to."
            )
        # Not with its input: the header of an ENVI raster may lie beside a .mat file, which has none.
        outputs = Outputs()
        for path in filter(None, (self.output, self.output_truth)):
            if os.path.exists(path) and os.path.exists(self.input) and os.path.samefile(path, self.input):
                raise RasterError(
                    f"The output {path} would overwrite the input {self.input}: choose another."
                )
        outputs.claim(self.output, "raster")
        outputs.claim(record_path(self.output), "run record")
        if self.output_truth:
            outputs.claim(self.output_truth, "raster")
        record = Record("importmat", run, input=self.input, parameters=self.values())
        mat = open_mat(self.input)
        cube = mat.cube(self.variable)
        truth = mat.truth(cube, self.truth_variable) if self.output_truth else None
        self._say(mat, cube, truth, run)
        place = self._georeference(cube)
        wavelengths, fwhm = mat.spectral(cube.shape[2])
        if wavelengths is not None:
            run.message(f"Wavelengths {wavelengths[0]:g} to {wavelengths[-1]:g} nm.")
        record.note(variable=str(cube), truth=str(truth) if truth else None)
        metadata = {"HSI_ANOMALY_SOURCE": Path(self.input).name}
        with outputs:
            if truth is not None:
                with outputs.writing(self.output_truth) as hidden:
                    labels = _labels(mat.read(truth.name))
                    write_array(hidden, labels[:, :, None], place, metadata)
            values = mat.read(cube.name, run.part(0.0, 0.5))
            record.lap("read")
            with outputs.writing(self.output) as hidden:
                write_array(hidden, values, place, metadata, wavelengths, fwhm, run.part(0.5, 1.0))
            run.message(f"Its numbers are stored as {values.dtype.name}.")
            record.lap("write")
            outputs.write(record_path(self.output), record.content())
            run.update(1.0)
        rows, columns, bands = cube.shape
        return {"rows": rows, "columns": columns, "bands": bands, "type": values.dtype.name}

    def _say(self, mat: MatFile, cube: Variable, truth: Optional[Variable], run: Run) -> None:
        rows, columns, bands = cube.shape
        run.message(f"{cube.name}: {rows} rows, {columns} columns, {bands} bands.")
        if truth is not None:
            run.message(f"Truth: {truth}.")
        elif mat.truths(cube):
            found = ", ".join(variable.name for variable in mat.truths(cube))
            run.message(f"An array of the cube's rows and columns is not written: {found}; see OUTPUT_TRUTH.")

    def _georeference(self, cube: Variable) -> Georeference:
        rows, columns, _ = cube.shape
        if not self.extent:
            if self.crs:
                raise ParameterError("CRS is given without EXTENT: give the extent too, or neither.")
            return Georeference(columns, rows)
        west, east, south, north = (float(part) for part in self.extent.split(","))
        geotransform = (west, (east - west) / columns, 0.0, north, 0.0, (south - north) / rows)
        return Georeference(columns, rows, geotransform, crs_of_text(self.crs) if self.crs else "")


def _labels(values: Array) -> Array:
    """Return truth as bytes where its values are whole numbers that fit."""
    with np.errstate(invalid="ignore"):
        small = values.astype(np.uint8)
    return small if np.array_equal(small, values) else values
