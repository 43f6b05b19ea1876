"""MATLAB files: which variable is the cube, which the truth, and that numbers come out as MATLAB shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Optional

import numpy as np
import pytest

from qgis_hsi_anomaly.core.errors import (
    Cancelled,
    DataError,
    MissingLibraryError,
    ParameterError,
    RasterError,
)
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.matlab import open_mat

VERSIONS = ("v5", "v7", "v7.3")
_CLASSES = {"float64": "double", "float32": "single", "bool": "logical"}
_HEAD = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, HDF5 schema 1.00 .".ljust(124) + b"\x00\x02IM"


def write_mat(path: Path, arrays: Dict[str, Any], version: str = "v7") -> str:
    """Write arrays, and texts, as MATLAB does."""
    if version != "v7.3":
        savemat = pytest.importorskip("scipy.io").savemat
        savemat(str(path), arrays, do_compression=version == "v7")
        return str(path)
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in arrays.items():
            text = isinstance(value, str)
            array = np.frombuffer(value.encode("utf-16le"), "u2")[None] if text else np.asarray(value)
            stored = array.astype("u1") if array.dtype == bool else array
            # MATLAB counts the first axis fastest, HDF5 the last.
            item = file.create_dataset(name, data=stored.T, chunks=True, compression="gzip")
            kind = "char" if text else _CLASSES.get(str(array.dtype), str(array.dtype))
            item.attrs["MATLAB_class"] = np.bytes_(kind)
    with open(path, "r+b") as stream:
        stream.write(_HEAD)
    return str(path)


def cube(dtype: str = "uint16", rows: int = 4, columns: int = 5, bands: int = 3) -> Any:
    values = np.random.default_rng(0).integers(0, 120, (rows, columns, bands))
    return values.astype(dtype)


def truth(rows: int = 4, columns: int = 5) -> Any:
    return np.eye(rows, columns, dtype=np.uint8)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
def test_rows_columns_and_bands_come_out_as_matlab_shows_them(
    tmp_path: Path, version: str, dtype: str
) -> None:
    values = cube(dtype)
    mat = open_mat(
        write_mat(tmp_path / "a.mat", {"data": values, "map": truth() > 0, "note": "AVIRIS"}, version)
    )

    found = mat.cube()
    assert found.name == "data" and found.shape == (4, 5, 3)
    read = mat.read("data")
    assert read.dtype == dtype and read.dtype.isnative
    np.testing.assert_array_equal(read, values)
    np.testing.assert_array_equal(mat.read(mat.truth(found).name), truth())


def test_large_arrays_of_v73_are_read_in_slabs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qgis_hsi_anomaly.raster.matlab._SLAB_BYTES", 100)
    values, shares = cube(bands=7), []
    mat = open_mat(write_mat(tmp_path / "a.mat", {"data": values}, "v7.3"))

    np.testing.assert_array_equal(mat.read("data", Run(on_fraction=shares.append)), values)
    assert shares == [2 / 7, 4 / 7, 6 / 7, 1]
    with pytest.raises(Cancelled):
        mat.read("data", Run(is_cancelled=lambda: True))


@pytest.mark.parametrize("version", VERSIONS)
def test_several_cubes_are_listed_and_one_is_chosen_by_name(tmp_path: Path, version: str) -> None:
    mat = open_mat(write_mat(tmp_path / "a.mat", {"a": cube(), "b": cube(bands=6), "c": truth()}, version))

    with pytest.raises(
        DataError, match=r"several cubes, choose one with VARIABLE: a \(4 x 5 x 3 uint16\), b \(4 x"
    ):
        mat.cube()
    assert mat.cube("b").shape == (4, 5, 6)
    with pytest.raises(DataError, match=r"c \(4 x 5 uint8\) .* is no cube .*; cubes: a \("):
        mat.cube("c")
    with pytest.raises(ParameterError, match=r"VARIABLE: .* has no variable d; it holds a \("):
        mat.cube("d")


def test_a_file_without_a_cube_says_what_it_holds(tmp_path: Path) -> None:
    mat = open_mat(
        write_mat(tmp_path / "a.mat", {"Y": np.ones((162, 80)), "who": "me", "s": {"data": cube()}})
    )

    with pytest.raises(
        DataError, match=r"it holds Y \(162 x 80 double\), who \(1 char\), s \(1 x 1 struct\)"
    ):
        mat.cube()
    with pytest.raises(DataError, match="who .* is not an array of real numbers"):
        mat.cube("who")


@pytest.mark.parametrize("version", VERSIONS)
def test_numbers_that_are_complex_are_refused(tmp_path: Path, version: str) -> None:
    if version == "v7.3":
        pytest.importorskip("h5py")
    path = tmp_path / "a.mat"
    if version == "v7.3":
        pairs = np.zeros((4, 5, 3), [("real", "f8"), ("imag", "f8")])
        write_mat(path, {"data": pairs}, version)
        with __import__("h5py").File(path, "r+") as file:
            file["data"].attrs["MATLAB_class"] = np.bytes_("double")
        with pytest.raises(DataError):
            open_mat(str(path)).cube()
    else:
        write_mat(path, {"data": cube() * 1j}, version)
        with pytest.raises(DataError, match="not an array of real numbers"):
            open_mat(str(path)).read("data")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_truth_is_the_only_array_of_the_cubes_size(tmp_path: Path, version: str) -> None:
    arrays = {"data": cube(), "map": truth(), "turned": truth().T, "wl": np.ones((1, 3))}
    mat = open_mat(write_mat(tmp_path / "a.mat", arrays, version))
    assert mat.truth(mat.cube()).name == "map"
    with pytest.raises(
        DataError, match=r"turned \(5 x 4 uint8\) .* 4 rows and 5 columns of data; arrays that do: map"
    ):
        mat.truth(mat.cube(), "turned")

    several = open_mat(write_mat(tmp_path / "b.mat", {**arrays, "gt": truth()}, version))
    with pytest.raises(DataError, match=r"choose one with TRUTH_VARIABLE: (map|gt) .*, (map|gt) "):
        several.truth(several.cube())
    assert several.truth(several.cube(), "gt").name == "gt"
    none = open_mat(write_mat(tmp_path / "c.mat", {"data": cube()}, version))
    with pytest.raises(DataError, match="no truth of the 4 rows and 5 columns of data"):
        none.truth(none.cube())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["wavelengths", "wl", "Wavelength_nm", "lambda"])
@pytest.mark.parametrize(
    ("values", "expected"), [([400, 550, 700], [400, 550, 700]), ([0.4, 0.55, 0.7], [400, 550, 700])]
)
def test_wavelengths_are_kept_in_nanometers(
    tmp_path: Path, version: str, name: str, values: Any, expected: Any
) -> None:
    arrays = {"data": cube(), name: np.array(values, float)[:, None], "fwhm": np.array(values)[None] / 100}
    centers, widths = open_mat(write_mat(tmp_path / "a.mat", arrays, version)).spectral(3)

    assert centers is not None and widths is not None
    np.testing.assert_allclose(centers, expected)
    np.testing.assert_allclose(widths, np.array(expected) / 100)


@pytest.mark.parametrize("values", [None, [400, np.nan, 700], [400, 500], [0, 1, 2]])
def test_what_are_no_wavelengths_is_left_alone(tmp_path: Path, values: Optional[Any]) -> None:
    arrays = {"data": cube(), **({} if values is None else {"wavelength": np.array(values, float)})}

    assert open_mat(write_mat(tmp_path / "a.mat", arrays)).spectral(3) == (None, None)


@pytest.mark.parametrize("version", VERSIONS)
def test_damaged_files_are_refused_in_one_sentence(tmp_path: Path, version: str) -> None:
    path = Path(write_mat(tmp_path / "a.mat", {"data": cube(rows=60, columns=50, bands=9)}, version))
    whole = path.read_bytes()
    for share in (0.5, 0.9):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises((RasterError, DataError), match=r"a\.mat .*\.$") as refusal:
            mat = open_mat(str(path))
            mat.read(mat.cube().name)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"notes", b"\x89HDF\r\n\x1a\n" + bytes(600), bytes(5000)])
def test_what_matlab_did_not_write_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises((RasterError, DataError), match=r"a\.mat"):
        open_mat(str(tmp_path / "a.mat")).cube()
    with pytest.raises(RasterError, match="does not exist"):
        open_mat(str(tmp_path / "b.mat"))


def test_arrays_of_hdf5_without_matlabs_class_are_not_guessed_at(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = Path(write_mat(tmp_path / "a.mat", {"data": cube()}, "v7.3"))
    with h5py.File(path, "r+") as file:
        del file["data"].attrs["MATLAB_class"]

    with pytest.raises(DataError, match="no array of rows x columns x bands"):
        open_mat(str(path)).cube()


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_mat(tmp_path / "a.mat", {"data": cube()})
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)
    with pytest.raises(MissingLibraryError, match="A MATLAB file before v7.3 needs scipy"):
        open_mat(path)

    newer = write_mat(tmp_path / "b.mat", {"data": cube()}, "v7.3")
    monkeypatch.setattr("qgis_hsi_anomaly.raster.matlab.gdal.GetDriverByName", lambda name: None)
    with pytest.raises(MissingLibraryError, match="GDAL's HDF5 driver"):
        open_mat(newer)
