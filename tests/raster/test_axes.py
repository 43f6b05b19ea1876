"""Arrays of netCDF and HDF5 files: the band axis is found by its name, or the file is refused; nothing is guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Sequence

import numpy as np
import pytest
from osgeo import gdal

from qgis_hsi_anomaly.core.errors import RasterError
from qgis_hsi_anomaly.raster.reader import open_cube, read_map

netCDF4 = pytest.importorskip("netCDF4")  # noqa: N816 (its own name)
h5py = pytest.importorskip("h5py")

LINES, SAMPLES, BANDS = 12, 10, 5
CUBE = np.random.default_rng(0).random((LINES, SAMPLES, BANDS)).astype(np.float32)


def netcdf(path: Path, axes: str, names: Sequence[str], group: str = "", beside: bool = False) -> str:
    """Write CUBE with its axes in an order such as 'lsb', named so; return the file."""
    array = CUBE.transpose(["lsb".index(axis) for axis in axes])
    with netCDF4.Dataset(path, "w") as file:
        place: Any = file.createGroup(group) if group else file
        for name, size in zip(names, array.shape):
            place.createDimension(name, size)
        place.createVariable("reflectance", "f4", names)[:] = array
        if beside:
            place.createVariable("uncertainty", "f4", names)[:] = 0
    return str(path)


NAMED = [
    ("lsb", ("downtrack", "crosstrack", "bands")),
    ("lbs", ("line", "band", "sample")),
    ("bls", ("wavelength", "y", "x")),
    ("slb", ("x", "y", "anything")),
    ("lsb", ("row", "anything", "Wavelength")),
]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("axes", "names"), NAMED)
@pytest.mark.parametrize("group", ["", "reflectance data"])
@pytest.mark.parametrize("beside", [False, True])
def test_axes_with_names_are_read_right(tmp_path: Path, axes, names, group, beside) -> None:
    """In any order, in a group, alone in its file or chosen by its name."""
    path = netcdf(tmp_path / "cube.nc", axes, names, group, beside)
    if beside:
        path = f'NETCDF:"{path}":/{group}/reflectance' if group else f'NETCDF:"{path}":reflectance'

    cube = open_cube(path)

    assert (cube.rows, cube.columns, cube.bands) == (LINES, SAMPLES, BANDS)
    np.testing.assert_array_equal(cube.read_rows(0, LINES), CUBE)
    np.testing.assert_array_equal(cube.read_rows(3, 7), CUBE[3:7])
    assert cube.wavelengths is None  # an axis without values has none


@pytest.mark.parametrize(
    ("axes", "names"),
    [("lsb", ("a", "b", "c")), ("lsb", ("a", "b", "bands")), ("lsb", ("line", "row", "bands"))],
)
def test_axes_that_cannot_be_told_are_refused(tmp_path: Path, axes, names) -> None:
    path = netcdf(tmp_path / "cube.nc", axes, names)
    with pytest.raises(RasterError, match=r"which of them are lines, samples and bands cannot be told"):
        open_cube(path)


@pytest.mark.parametrize("axes", ["lsb", "lbs", "bls", "slb", "sbl", "bsl"])
@pytest.mark.parametrize("options", [{}, {"chunks": True}, {"compression": "gzip"}], ids=str)
@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8"])
def test_hdf5_with_names_is_read_right(tmp_path: Path, axes, options, dtype) -> None:
    """Whatever GDAL's own view of it would be."""
    names = {"l": "line", "s": "sample", "b": "band"}
    path, values = str(tmp_path / "cube.h5"), (100 * CUBE).astype(dtype)
    with h5py.File(path, "w") as file:
        array = values.transpose(["lsb".index(axis) for axis in axes])
        made = file.create_dataset("cube", data=array, **options)
        for position, axis in enumerate(axes):
            made.dims[position].label = names[axis]

    cube = open_cube(path, bands=[5, 2, 3])

    np.testing.assert_array_equal(cube.read_rows(0, LINES), values[..., [4, 1, 2]].astype(np.float32))
    np.testing.assert_array_equal(cube.read_rows(7, 8), values[7:8][..., [4, 1, 2]].astype(np.float32))


@pytest.mark.parametrize("axes", ["lsb", "bls"])
def test_wavelengths_are_those_of_the_bands_axis(tmp_path: Path, axes) -> None:
    path = netcdf(
        tmp_path / "cube.nc", axes, [{"l": "line", "s": "sample", "b": "wavelength"}[a] for a in axes]
    )
    with netCDF4.Dataset(path, "a") as file:
        variable = file.createVariable("wavelength", "f8", ("wavelength",))
        variable[:] = np.linspace(0.4, 0.8, BANDS)
        variable.units = "um"

    np.testing.assert_allclose(open_cube(path).wavelengths, np.linspace(400, 800, BANDS))


@pytest.mark.parametrize("axes", ["ls", "sl"])
def test_a_truth_lies_as_the_cube_does(tmp_path: Path, axes) -> None:
    """Of two axes too; without coordinates GDAL would turn it over."""
    names = {"l": "line", "s": "sample"}
    path = tmp_path / "truth.nc"
    with netCDF4.Dataset(path, "w") as file:
        for axis, size in (("l", LINES), ("s", SAMPLES)):
            file.createDimension(names[axis], size)
        values = CUBE[..., 0] if axes == "ls" else CUBE[..., 0].T
        file.createVariable("truth", "f4", [names[axis] for axis in axes])[:] = values

    np.testing.assert_array_equal(read_map(str(path))[0], CUBE[..., 0])


def test_a_vrt_of_the_wrong_view_is_refused(tmp_path: Path) -> None:
    path = netcdf(tmp_path / "cube.nc", "lsb", ("line", "sample", "band"), beside=True)
    for source in (path, f'NETCDF:"{path}":reflectance'):
        made = gdal.Translate(str(tmp_path / "cube.vrt"), source) if source != path else None
    del made
    with pytest.raises(RasterError, match="takes NETCDF.* for an array with bands first"):
        open_cube(str(tmp_path / "cube.vrt"))


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1)])
@pytest.mark.parametrize("beside", [False, True])
def test_hdf5_without_names_is_refused(tmp_path: Path, order, beside) -> None:
    """As NEON and PRISMA write it; chosen by its name as the plugin itself advises, or alone in its file."""
    path = str(tmp_path / "cube.h5")
    with h5py.File(path, "w") as file:
        file["SITE/Data Fields/Cube"] = CUBE.transpose(order)
        if beside:
            file["SITE/other"] = CUBE[:, :, 0]
    if beside:
        with pytest.raises(RasterError, match="holds several rasters"):
            open_cube(path)
        path = f'HDF5:"{path}"://SITE/Data_Fields/Cube'
    with pytest.raises(RasterError, match=r"dim0 \(\d+\) x dim1 .* cannot be told"):
        open_cube(path)


def test_four_axes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cube.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", 2), ("band", 3), ("y", 4), ("x", 5)):
            file.createDimension(name, size)
        file.createVariable("v", "f4", ("time", "band", "y", "x"))[:] = np.random.default_rng(0).random(
            (2, 3, 4, 5)
        )
    with pytest.raises(RasterError, match="cannot be told"):
        open_cube(str(path))
