"""Arrays in MATLAB files, v4 to v7.3: their names and shapes, and the one that is asked for.

Numbers alone are read. Nothing in a file is run, and no object, function or reference in it is followed.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from osgeo import gdal

from ..core.cube import Array
from ..core.errors import DataError, MissingLibraryError, ParameterError, RasterError
from ..core.libraries import check_libraries
from ..core.run import ALONE, Run
from .dataset import gdal_failures
from .rows import DTYPES
from .spectral import in_nanometres

_HDF5, _USER_BLOCK = b"\x89HDF\r\n\x1a\n", 512
"""What HDF5 begins with, and how many bytes of its own MATLAB writes before it."""

_NUMBERS = {
    *("double", "single", "logical"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
}
_WAVELENGTHS = {
    *("wavelength", "wavelengths", "wl", "wls", "wvl", "wave", "waves", "lambda", "lambdas"),
    *("centerwavelength", "centerwavelengths", "bandcenters", "wavelengthnm", "wavelengthsnm"),
}
_WIDTHS = {"fwhm", "fwhms", "bandwidth", "bandwidths"}
_SLAB_BYTES = 2**26


@dataclass(frozen=True)
class Variable:
    """A variable of a file. shape : as MATLAB shows it. kind : MATLAB's class of it, such as uint16 or struct."""

    name: str
    shape: Tuple[int, ...]
    kind: str

    @property
    def holds_numbers(self) -> bool:
        """Whether it is a full array of real numbers."""
        return self.kind in _NUMBERS and 0 not in self.shape

    def __str__(self) -> str:
        return f"{self.name} ({' x '.join(map(str, self.shape))} {self.kind})"


class MatFile(ABC):
    """A MATLAB file. path : as the user named it. variables : by name."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.variables: Dict[str, Variable] = {}

    @abstractmethod
    def read(self, name: str, run: Run = ALONE) -> Array:
        """Return a variable in MATLAB's order of axes and the type it is stored in. RasterError where that fails."""

    def cube(self, name: str = "") -> Variable:
        """Return the variable that is the cube, (rows, columns, bands); without a name the only one of three axes.

        Raises DataError, with what there is to choose from.
        """
        if name:
            variable = self._named("VARIABLE", name)
            if len(variable.shape) != 3:
                raise DataError(
                    f"VARIABLE: {variable} of {self.path} is no cube of rows x columns x bands; "
                    f"{_those(self._of_axes(3), 'cubes')}."
                )
            return variable
        found = self._of_axes(3)
        if not found:
            holds = ", ".join(map(str, self.variables.values())) or "nothing"
            raise DataError(f"{self.path} has no array of rows x columns x bands; it holds {holds}.")
        if len(found) > 1:
            raise DataError(f"{self.path} has several cubes, choose one with VARIABLE: {_listed(found)}.")
        return found[0]

    def truth(self, cube: Variable, name: str = "") -> Variable:
        """Return the variable that is the truth, (rows, columns); without a name the only one of the cube's size.

        Raises DataError, with what there is to choose from.
        """
        size, found = cube.shape[:2], self.truths(cube)
        if name:
            variable = self._named("TRUTH_VARIABLE", name)
            if variable.shape != size:
                raise DataError(
                    f"TRUTH_VARIABLE: {variable} of {self.path} does not have the {size[0]} rows and {size[1]} "
                    f"columns of {cube.name}; {_those(found, 'arrays that do')}."
                )
            return variable
        if not found:
            raise DataError(
                f"{self.path} has no truth of the {size[0]} rows and {size[1]} columns of {cube.name}: "
                "leave OUTPUT_TRUTH empty."
            )
        if len(found) > 1:
            raise DataError(
                f"{self.path} has several arrays of {cube.name}'s rows and columns, choose one with "
                f"TRUTH_VARIABLE: {_listed(found)}."
            )
        return found[0]

    def truths(self, cube: Variable) -> List[Variable]:
        """List the arrays of a cube's rows and columns."""
        return [variable for variable in self._of_axes(2) if variable.shape == cube.shape[:2]]

    def spectral(self, bands: int) -> Tuple[Optional[Array], Optional[Array]]:
        """Return wavelengths and widths in nanometers, (bands,) float64 each; None where the file has none."""
        centers, widths = self._along_bands(_WAVELENGTHS, bands), self._along_bands(_WIDTHS, bands)
        if centers is None:
            return None, None
        centers, known = in_nanometres(centers, widths, "")
        return centers, None if widths is None else known

    def _along_bands(self, names: Any, bands: int) -> Optional[Array]:
        found = [
            variable
            for variable in self._of_axes(1) + self._of_axes(2)
            if variable.shape in ((bands,), (1, bands), (bands, 1))
            and re.sub("[^a-z]", "", variable.name.lower()) in names
        ]
        if len(found) != 1:
            return None
        values = self.read(found[0].name).astype(np.float64).ravel()
        return values if np.isfinite(values).all() and (values > 0).all() else None

    def _named(self, parameter: str, name: str) -> Variable:
        variable = self.variables.get(name)
        if variable is None:
            raise ParameterError(
                f"{parameter}: {self.path} has no variable {name}; it holds "
                f"{', '.join(map(str, self.variables.values())) or 'nothing'}."
            )
        if not variable.holds_numbers:
            raise DataError(f"{parameter}: {variable} of {self.path} is not an array of real numbers.")
        return variable

    def _of_axes(self, count: int) -> List[Variable]:
        return [
            variable
            for variable in self.variables.values()
            if variable.holds_numbers and len(variable.shape) == count
        ]


def open_mat(path: str) -> MatFile:
    """Open a MATLAB file.

    Raises RasterError where it is none or is damaged, MissingLibraryError where what reads it is absent.
    """
    if not os.path.isfile(path):
        raise RasterError(f"{path} does not exist: check the name of the file.")
    try:
        with open(path, "rb") as stream:
            head = stream.read(_USER_BLOCK + len(_HDF5))
    except OSError as error:
        raise RasterError(f"{path} cannot be read: {error.strerror or error}.") from error
    if head.startswith(_HDF5):
        raise RasterError(
            f"{path} is HDF5 that MATLAB did not write: open it as a raster, without importing."
        )
    return _HdfMat(path) if head[_USER_BLOCK:] == _HDF5 else _ClassicMat(path)


class _ClassicMat(MatFile):
    """A file of v4 to v7.2, read by SciPy."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        check_libraries("A MATLAB file before v7.3", ["scipy"])
        from scipy.io import whosmat

        for name, shape, kind in self._reading(lambda: whosmat(path)):
            self.variables[name] = Variable(name, tuple(map(int, shape)), kind)

    def read(self, name: str, run: Run = ALONE) -> Array:
        from scipy.io import loadmat

        values = np.asarray(self._reading(lambda: loadmat(self.path, variable_names=[name])[name]))
        run.update(1.0)
        if values.dtype.kind not in "uif":
            raise DataError(f"{self.variables[name]} of {self.path} is not an array of real numbers.")
        return values.astype(values.dtype.newbyteorder("="), copy=False)

    def _reading(self, read: Any) -> Any:
        try:
            return read()
        except MemoryError:
            raise
        except Exception as error:  # of a damaged file SciPy says so with errors of every kind
            what = " ".join(str(error).split()).rstrip(".") or type(error).__name__
            raise RasterError(
                f"{self.path} cannot be read as a MATLAB file, it is none or is damaged: {what}."
            ) from error


class _HdfMat(MatFile):
    """A file of v7.3, which is HDF5, read by GDAL: with the axes in reverse."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        if gdal.GetDriverByName("HDF5") is None:
            raise MissingLibraryError(
                f"{path} is a MATLAB file of v7.3, which needs GDAL's HDF5 driver, and this GDAL has none: "
                "save it in MATLAB with the option -v7."
            )
        self._failure = f"{path} cannot be read, it may be damaged or cut short"
        with gdal_failures(self._failure):
            # Past MATLAB's own bytes: before 3.5 GDAL looks for HDF5 at the start alone.
            self._file = gdal.OpenEx(
                f"/vsisubfile/{_USER_BLOCK},{path}",
                gdal.OF_MULTIDIM_RASTER | gdal.OF_VERBOSE_ERROR,
                allowed_drivers=["HDF5"],
            )
            self._group = self._file.GetRootGroup()
            names = self._group.GetMDArrayNames() or []
        for name in names:
            with gdal_failures(self._failure):
                array = self._group.OpenMDArray(name)
                shape = [int(dimension.GetSize()) for dimension in array.GetDimensions()]
                kind = self._kind(array)
            self.variables[name] = Variable(name, tuple(reversed(shape)), kind)

    @staticmethod
    def _kind(array: Any) -> str:
        attributes = {attribute.GetName(): attribute for attribute in array.GetAttributes()}
        if "MATLAB_class" not in attributes:
            return "of an unknown class"
        if "MATLAB_empty" in attributes:
            return "empty"
        kind = str(attributes["MATLAB_class"].ReadAsString())
        stored = array.GetDataType()
        plain = (
            stored.GetClass() == gdal.GEDTC_NUMERIC
            and gdal.GetDataTypeName(stored.GetNumericDataType()) in DTYPES
        )
        return kind if plain or kind not in _NUMBERS else f"{kind}, complex or unknown to this GDAL"

    def read(self, name: str, run: Run = ALONE) -> Array:
        with gdal_failures(self._failure):
            array = self._group.OpenMDArray(name)
            dtype = np.dtype(DTYPES[gdal.GetDataTypeName(array.GetDataType().GetNumericDataType())])
        shape = self.variables[name].shape[::-1]
        values = np.empty(shape, dtype)
        height = max(1, _SLAB_BYTES // max(1, values[0].nbytes))
        for start in range(0, shape[0], height):
            stop = min(start + height, shape[0])
            with gdal_failures(self._failure):
                buffer = array.Read(
                    array_start_idx=[start, *(0 for _ in shape[1:])], count=[stop - start, *shape[1:]]
                )
                values[start:stop] = np.frombuffer(buffer, dtype).reshape(stop - start, *shape[1:])
            run.update(stop / shape[0])
        return values.T


def _listed(variables: Sequence[Variable]) -> str:
    return ", ".join(map(str, variables))


def _those(variables: Sequence[Variable], what: str) -> str:
    return f"{what}: {_listed(variables)}" if variables else f"it has no {what}"
