"""What holds for every product, found by its file."""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any, Callable, Dict

import numpy as np
import pytest

from qgis_hsi_anomaly.cli import main
from qgis_hsi_anomaly.core.masks import KINDS, grow
from qgis_hsi_anomaly.raster.image import image_path, input_files, map_grid, open_image
from qgis_hsi_anomaly.raster.products.registry import product_readers
from qgis_hsi_anomaly.raster.reader import open_cube, read_map
from tests.raster.products.made import (
    COLUMNS,
    EMIT_MAP,
    ROWS,
    aviris,
    blank,
    desis,
    emit,
    emit_lookup,
    enmap,
    neon,
    prisma,
    tanager,
)

pytest.importorskip("h5py")
pytest.importorskip("netCDF4")

DOCS = Path(__file__).parents[3] / "docs"
MADE: Dict[str, Callable[[Path], Any]] = {
    "enmap": lambda folder: enmap(folder)[0],
    "prisma": lambda folder: prisma(folder / "a.he5")[0],
    "emit": lambda folder: emit(folder)[0],
    "aviris": lambda folder: aviris(folder / "a.nc")[0],
    "tanager": lambda folder: tanager(folder / "a.h5")[0],
    "neon": lambda folder: neon(folder / "a.h5")[0],
    "desis": lambda folder: desis(folder)[0],
}


def digests(folder: Path) -> Dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", MADE)
def test_a_product_is_read_and_never_written(tmp_path: Path, name: str) -> None:
    """GDAL writes some kinds of datasets when they go, over the file they are named after."""
    path = MADE[name](tmp_path)
    before = digests(tmp_path)

    cube = open_cube(path)
    cube.read_rows(0, 1)
    cube.on_map(np.zeros((cube.rows, cube.columns)))
    dataset = open_image(path)
    assert image_path(dataset) == cube.product.files[0] and set(cube.product.files) <= set(input_files(path))
    assert (map_grid(dataset).rows, map_grid(dataset).columns) == cube.on_map(blank())[0].shape
    del cube, dataset
    gc.collect()

    assert digests(tmp_path) == before


@pytest.mark.parametrize("name", MADE)
def test_detect_takes_it_as_it_comes(tmp_path: Path, name: str, capsys) -> None:
    """Through the command line; the record says which product it was."""
    path = MADE[name](tmp_path)
    output = f"{tmp_path}/scores.tif"

    assert main(["detect", "rx", path, output, "--allow", "cloud,haze", "--json"]) == 0

    cube = open_cube(path, allow=["cloud", "haze"])
    assert json.loads(capsys.readouterr().out)["valid_pixels"] == cube.valid_pixels
    scores, place = read_map(output)
    assert place.geotransform == pytest.approx(map_grid(open_image(path)).geotransform)
    np.testing.assert_array_equal(
        np.isfinite(scores), np.isfinite(cube.on_map(np.where(cube.valid, 1, np.nan))[0])
    )
    record = json.loads(Path(f"{output}.json").read_text(encoding="utf-8"))
    assert record["product"] == f"{cube.product.label} {cube.product.level}"
    assert record["masked_pixels"] == cube.masked


def test_an_unknown_kind_of_mask_is_refused(tmp_path: Path, capsys) -> None:
    path = MADE["enmap"](tmp_path)
    assert main(["detect", "rx", path, f"{tmp_path}/a.tif", "--allow", "clouds"]) != 0
    assert capsys.readouterr().err.startswith("image: ALLOW must be one or more of nodata, cloud")


def test_a_product_is_not_overwritten_by_its_scores(tmp_path: Path, capsys) -> None:
    """Nor is a file that belongs to it."""
    path, metadata, _ = enmap(tmp_path, masks={"CLOUD": blank()})
    mask = next(str(file) for file in tmp_path.iterdir() if "CLOUD" in file.name)
    for output in (path, mask):
        assert main(["detect", "rx", metadata, output]) == 1
        assert "would overwrite" in capsys.readouterr().err


def test_the_cube_on_the_map(tmp_path: Path) -> None:
    """For what looks at objects, which lie on the map: the spectra of the pixels that the lookup names."""
    path, values = emit(tmp_path)

    cube = open_cube(path, on_map=True)

    across, down = emit_lookup()
    there = across > 0
    expected = np.zeros((*EMIT_MAP, 3), np.float32)
    expected[there] = values[..., [0, 1, 3]][down[there] - 1, across[there] - 1]
    expected[(down == ROWS) & (across == 1)] = 0  # without data
    np.testing.assert_array_equal(cube.read_rows(0, EMIT_MAP[0]), expected)
    np.testing.assert_array_equal(cube.read_rows(3, 5), expected[3:5])
    assert (cube.rows, cube.columns) == EMIT_MAP and cube.valid.sum() == ROWS * COLUMNS - 1 + 1
    scores = np.zeros(EMIT_MAP)
    assert cube.on_map(scores) == (scores, cube.georeference)
    assert sum(block.valid.sum() for block in cube.blocks()) == cube.valid_pixels


def test_objects_of_a_swath_have_their_bands(tmp_path: Path) -> None:
    """Found on the map, looked up in the product."""
    path, _ = emit(tmp_path)
    assert main(["detect", "rx", path, f"{tmp_path}/scores.tif"]) == 0
    arguments = ["objects", f"{tmp_path}/scores.tif", f"{tmp_path}/objects.geojson", "--input", path]
    assert main([*arguments, "--method", "budget", "--budget", "3"]) == 0
    found = json.loads(Path(f"{tmp_path}/objects.geojson").read_text(encoding="utf-8"))["features"]
    assert found and all("nm" in feature["properties"]["bands"] for feature in found)


def test_grown_marks() -> None:
    """Against the definition: within so many rows and columns."""
    marked = np.random.default_rng(0).random((15, 11)) > 0.97
    for pixels in (0, 1, 2, 20):
        expected = np.zeros_like(marked)
        for row, column in np.argwhere(marked):
            expected[
                max(row - pixels, 0) : row + pixels + 1, max(column - pixels, 0) : column + pixels + 1
            ] = True
        np.testing.assert_array_equal(grow(marked, pixels), expected)


def test_every_reader_describes_itself() -> None:
    readers = product_readers()
    assert [reader.id for reader in readers][:3] == ["enmap", "prisma", "emit"]
    for reader in readers:
        assert type(reader).__module__.rpartition(".")[2] == reader.id
        assert all((reader.label, reader.levels, reader.give, reader.spectral, reader.masked, reader.place))
    assert set(KINDS) >= {"cloud", "cirrus", "haze", "nodata", "saturated", "bad"}


def test_the_page_of_the_products_is_up_to_date() -> None:
    """`python docs/make_products.py` would change nothing."""
    spec = importlib.util.spec_from_file_location("make_products", DOCS / "make_products.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert (DOCS / "products.md").read_text(encoding="utf-8") == module.page()


@pytest.mark.parametrize("order", ["lsb", "bls"])
def test_lines_that_lie_together_are_unpacked_once(tmp_path: Path, monkeypatch, order: str) -> None:
    """Else each of the spans that a chunk is read in would unpack it again."""
    import h5py

    from qgis_hsi_anomaly.raster.axes import ArrayView, JoinedView
    from qgis_hsi_anomaly.raster.products.container import Container, view_of

    values = np.random.default_rng(0).random((40, 6, 5)).astype(np.float32)
    array = values.transpose(["lsb".index(axis) for axis in order])
    with h5py.File(tmp_path / "a.h5", "w") as file:
        chunks = tuple(16 if axis == "l" else 3 for axis in order)
        file.create_dataset("group/a cube", data=array, chunks=chunks, compression="gzip")
    part = view_of(Container(f"{tmp_path}/a.h5"), "group/a cube", order, 5)
    view = JoinedView((part,), tuple((0, band) for band in range(5)))
    asked = []
    unpack = ArrayView.read
    monkeypatch.setattr(ArrayView, "read", lambda self, *span: asked.append(span[:2]) or unpack(self, *span))

    for start in range(0, 40, 4):
        np.testing.assert_array_equal(
            view.read(start, start + 4, [4, 1], np.float32),
            values[start : start + 4].transpose(0, 2, 1)[:, [4, 1]],
        )
    assert asked == [(0, 16), (16, 32), (32, 40)]
    np.testing.assert_array_equal(
        view.read(10, 20, [0], np.float32), values[10:20].transpose(0, 2, 1)[:, [0]]
    )


def test_tools_let_marked_pixels_in_too(tmp_path: Path, capsys) -> None:
    """Sums, change and an archive; their records say what each mask took."""
    cloud = blank()
    cloud[6, 5] = 1
    path, _, _ = enmap(tmp_path, masks={"CLOUD": cloud})
    inside, all_in = (open_cube(path, allow=allow).valid_pixels for allow in ([], ["cloud", "haze"]))
    assert inside < all_in
    for let_in, expected in (([], inside), (["--allow", "cloud,haze"], all_in)):
        sums = f"{tmp_path}/{len(let_in)}.safetensors"
        assert main(["summarise", path, sums, *let_in, "--allow-few", "true", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["PIXELS"] == expected
        assert ("cloud" in json.loads(Path(f"{sums}.json").read_text())["masked_pixels"]) == (not let_in)
    folder = tmp_path / "found"
    assert (
        main(["run-many", str(Path(path).parent / "*SPECTRAL_IMAGE.TIF"), "--output", str(folder), *let_in])
        == 0
    )
    (record,) = folder.glob("*/scene.json")
    assert json.loads(record.read_text())["pixels"] == all_in
