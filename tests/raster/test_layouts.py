"""The same pixels in any layout, cut in any way, give the same cube."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osgeo import gdal

from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.raster.reader import open_cube
from qgis_hsi_anomaly.raster.rows import RasterRows
from tests.raster.rasters import LAYOUTS, edit, spectra, write_raster


@pytest.fixture(scope="module", params=LAYOUTS)
def layout(request, tmp_path_factory) -> str:
    driver, name, options = LAYOUTS[request.param]
    return write_raster(tmp_path_factory.mktemp(request.param) / name, spectra(), driver, options)


def test_every_layout_gives_the_pixels_that_were_written(layout: str) -> None:
    cube = open_cube(layout)

    assert (cube.rows, cube.columns, cube.bands) == (37, 29, 5)
    np.testing.assert_array_equal(cube.read_rows(0, 37), spectra().astype(np.float32))
    assert cube.read_rows(0, 37).dtype == np.float32
    assert cube.valid.all()


@pytest.mark.parametrize("budget", [1, 10_000, 10**9])
@pytest.mark.parametrize("halo", [0, 3])
def test_blocks_cover_every_row_once_whatever_the_budget(layout: str, budget: int, halo: int) -> None:
    cube = open_cube(layout, memory_budget=budget)

    blocks = list(cube.blocks(halo=halo))

    assert [block.start for block in blocks[1:]] == [block.stop for block in blocks[:-1]]
    inner = [block.pixels[halo : halo + block.stop - block.start] for block in blocks]
    np.testing.assert_array_equal(np.concatenate(inner), spectra())


@pytest.mark.parametrize("block_rows", [1, 7, 37])
def test_scores_do_not_depend_on_layout_or_block_height(layout: str, block_rows: int, tmp_path: Path) -> None:
    plain = open_cube(write_raster(tmp_path / "plain.tif", spectra()))
    expected = RX("none").fit(plain).score(plain)
    cube = open_cube(layout)
    cube.block_rows = block_rows

    np.testing.assert_allclose(RX("none").fit(cube).score(cube), expected, rtol=1e-5)


@given(window=st.tuples(st.integers(-50, 50), st.integers(-50, 50)), budget=st.sampled_from([1, 3000, 10**9]))
@settings(max_examples=60, deadline=None)
def test_any_window_reads_as_a_slice_of_the_array_does(window, budget: int) -> None:
    path = "/vsimem/window.tif"
    driver, _, options = LAYOUTS["tiff-pixel-tiles-deflate"]
    if gdal.VSIStatL(path) is None:
        write_raster(Path(path), spectra(), driver, options)
    cube = open_cube(path, memory_budget=budget)

    np.testing.assert_array_equal(cube.read_rows(*window), spectra()[slice(*window)])


@given(
    rows=st.integers(1, 600), tile=st.integers(1, 300), budget=st.integers(1, 5000), start=st.integers(0, 599)
)
@settings(deadline=None)
def test_spans_are_gapless_within_budget_and_end_on_the_files_blocks(rows, tile, budget, start) -> None:
    source = RasterRows.__new__(RasterRows)
    source.rows, source.columns, source.numbers, source.dtype = rows, 2, [1, 2, 3], np.dtype("i2")
    source.block_rows = min(tile, rows)
    start = min(start, rows)

    spans = list(source.spans(start, rows, budget))

    assert [start, *(stop for _, stop in spans)] == [*(first for first, _ in spans), rows]
    wanted = max(1, budget // 12)
    for first, last in spans:
        assert 0 < last - first <= wanted
        if wanted >= source.block_rows:
            assert last % source.block_rows == 0 or last == rows


def test_bands_are_read_in_the_order_asked_for(tmp_path: Path) -> None:
    cube = open_cube(write_raster(tmp_path / "cube.tif", spectra()), bands=[4, 1, 4, 3])

    assert list(cube.band_numbers) == [4, 1, 3]
    np.testing.assert_array_equal(cube.read_rows(5, 9), spectra()[5:9][:, :, [3, 0, 2]])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32", "float64"])
def test_every_type_becomes_float32(tmp_path: Path, dtype: str) -> None:
    cube = open_cube(write_raster(tmp_path / "cube.tif", spectra(dtype=dtype)))

    np.testing.assert_array_equal(cube.read_rows(0, 37), spectra().astype(np.float32))


def test_a_gzipped_envi_file_is_read(tmp_path: Path) -> None:
    path = Path(write_raster(tmp_path / "cube.bsq", spectra(), "ENVI"))
    path.write_bytes(gzip.compress(path.read_bytes()))
    header = tmp_path / "cube.hdr"
    header.write_text(header.read_text() + "file compression = 1\n")

    np.testing.assert_array_equal(open_cube(str(path)).read_rows(0, 37), spectra())


@pytest.mark.parametrize("name", ["cube", "cube.bsq", "cube.weird"])
@pytest.mark.parametrize("suffix", [".hdr", ".HDR"])
def test_a_header_given_by_mistake_leads_to_its_data(tmp_path: Path, name: str, suffix: str) -> None:
    write_raster(tmp_path / name, spectra(), "ENVI")
    (tmp_path / "cube.hdr").rename(tmp_path / f"cube{suffix}")
    (tmp_path / "cube.txt").write_text("notes")

    np.testing.assert_array_equal(open_cube(str(tmp_path / f"cube{suffix}")).read_rows(0, 37), spectra())


def test_a_header_in_the_current_folder_leads_to_its_data(tmp_path: Path, monkeypatch) -> None:
    write_raster(tmp_path / "cube.bsq", spectra(), "ENVI")
    monkeypatch.chdir(tmp_path)

    for header in ("cube.hdr", "./cube.hdr"):
        np.testing.assert_array_equal(open_cube(header).read_rows(0, 37), spectra())


def test_a_header_that_keeps_the_extension_leads_to_its_data(tmp_path: Path) -> None:
    write_raster(tmp_path / "cube.bsq", spectra(), "ENVI", ["SUFFIX=ADD"])

    np.testing.assert_array_equal(open_cube(str(tmp_path / "cube.bsq.hdr")).read_rows(0, 37), spectra())


def test_scale_and_offset_are_applied_and_a_scale_of_zero_or_nan_means_none(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "cube.tif", spectra())
    dataset = edit(path)
    for number, (scale, offset) in enumerate([(0.5, 0), (1, -3), (2, 10), (0, 0), (np.nan, np.nan)], start=1):
        dataset.GetRasterBand(number).SetScale(scale)
        dataset.GetRasterBand(number).SetOffset(offset)
    del dataset

    expected = spectra() * np.array([0.5, 1, 2, 1, 1]) + np.array([0, -3, 10, 0, 0])
    np.testing.assert_allclose(open_cube(path).read_rows(0, 37), expected, rtol=1e-6)


def test_bands_of_several_types_are_read_together(tmp_path: Path) -> None:
    whole = write_raster(tmp_path / "whole.tif", spectra(bands=2, dtype="uint16"))
    real = write_raster(tmp_path / "real.tif", spectra(bands=1, dtype="float32", seed=1))
    kinds = ["UInt16", "UInt16", "Float32"]
    sources = [(whole, 1), (whole, 2), (real, 1)]
    bands = "".join(
        f'<VRTRasterBand dataType="{kind}" band="{number}"><SimpleSource><SourceFilename>{path}</SourceFilename>'
        f"<SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
        for number, (kind, (path, band)) in enumerate(zip(kinds, sources), start=1)
    )
    mixed = tmp_path / "mixed.vrt"
    mixed.write_text(f'<VRTDataset rasterXSize="29" rasterYSize="37">{bands}</VRTDataset>')

    expected = np.concatenate([spectra(bands=2), spectra(bands=1, seed=1)], axis=2)
    np.testing.assert_array_equal(open_cube(str(mixed)).read_rows(0, 37), expected)


def test_blocks_that_exceed_gdals_cache_are_mentioned_with_the_remedy(tmp_path: Path, monkeypatch) -> None:
    driver, name, options = LAYOUTS["tiff-pixel-tiles-deflate"]
    path = write_raster(tmp_path / name, spectra(), driver, options)
    warnings = []
    monkeypatch.setattr(gdal, "GetCacheMax", lambda: 100)
    cube = open_cube(path, bands=[1, 2], run=Run(on_warning=warnings.append))

    assert "GDAL_CACHEMAX" in warnings[0]
    assert cube._source.block_bytes == 16 * 32 * 5 * 2


def test_what_gdal_keeps_counts_towards_the_budget(tmp_path: Path) -> None:
    driver, name, options = LAYOUTS["tiff-pixel-tiles-deflate"]
    path = write_raster(tmp_path / name, spectra(), driver, options)

    assert open_cube(path, memory_budget=100_000).memory_budget == 100_000 - 16 * 32 * 5 * 2
    assert open_cube(path, memory_budget=100).memory_budget == 25


def test_a_block_of_a_tiled_file_is_unpacked_once(tmp_path: Path, monkeypatch) -> None:
    driver, name, options = LAYOUTS["tiff-pixel-tiles-deflate"]
    path = write_raster(tmp_path / name, spectra(rows=64), driver, options)
    spans = []
    read = RasterRows.read

    def recorded(self, start, stop, chosen=None):
        spans.append((start, stop))
        return read(self, start, stop, chosen)

    monkeypatch.setattr(RasterRows, "read", recorded)
    # Twenty rows would fit; sixteen are a row of tiles.
    cube = open_cube(path, memory_budget=20 * 29 * 5 * 24)
    spans.clear()
    for _ in cube.blocks():
        pass

    assert all(start // 16 == (stop - 1) // 16 for start, stop in spans)
    assert {stop for _, stop in spans} >= {16, 32, 48, 64}
