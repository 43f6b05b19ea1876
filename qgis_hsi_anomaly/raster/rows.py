"""Rows of an open raster as the file stores them: values, and which of them are no data."""

from __future__ import annotations

import math
import threading
from typing import Any, Iterator, Optional, Sequence, Tuple

import numpy as np
from osgeo import gdal

from ..core.cube import Array
from ..core.errors import RasterError
from .dataset import Stamps, check_unchanged, file_stamps, gdal_failures

# GDAL's own conversion (gdal_array) is left out: it fails where numpy is newer than GDAL was built for.
DTYPES = {
    "Byte": "u1",
    "Int8": "i1",
    "UInt16": "u2",
    "Int16": "i2",
    "UInt32": "u4",
    "Int32": "i4",
    "UInt64": "u8",
    "Int64": "i8",
    "Float16": "f2",
    "Float32": "f4",
    "Float64": "f8",
}
"""numpy's name of a number type by GDAL's."""

_HUGE = 1e30
"""Nodata values beyond this (such as -3.4e38) are often rounded in the file: all values beyond it are meant."""


KEPT = 32 * 2**20
"""Bytes of a file, unpacked, up to which it is unpacked once."""


class RasterRows:
    """Reads rows of some bands of an open GDAL dataset, in the file's own data type.

    path : for messages. numbers : the bands, from 1, in the order in which they are wanted.
    rows, columns, dtype : as the file has them. block_rows : height of the file's own blocks.
    block_bytes : bytes of one row of such blocks, all their bands, while GDAL holds them; 0 where blocks are
    single lines.
    scale, offset : (bands,) float64; what is measured is scale * value + offset.
    always_valid : no value can be nodata, or not finite as float32.
    rounds : what is measured may have more digits than float32 keeps.
    since : the state of the file from which on it must not change; that of now where it is not given.
    Raises RasterError where the bands hold complex numbers.
    """

    def __init__(
        self, dataset: Any, path: str, numbers: Sequence[int], since: Optional[Stamps] = None
    ) -> None:
        self.path, self.numbers = path, [int(number) for number in numbers]
        self._since = file_stamps(dataset) if since is None else since
        self.rows, self.columns = int(dataset.RasterYSize), int(dataset.RasterXSize)
        self._dataset, self._lock = dataset, threading.Lock()
        self._view = getattr(dataset, "array_view", None)
        bands = [dataset.GetRasterBand(number) for number in self.numbers]
        names = {gdal.GetDataTypeName(band.DataType) for band in bands}
        unknown = sorted(names - set(DTYPES))
        if unknown:
            raise RasterError(f"{path} holds numbers of type {unknown[0]}: only real numbers can be used.")
        # Bands of several types (a VRT) are read as the type that holds them all.
        self.dtype = np.result_type(*(np.dtype(DTYPES[name]) for name in names))
        kinds = {DTYPES[gdal.GetDataTypeName(band.DataType)]: band.DataType for band in bands}
        self._type = kinds.get(self.dtype.str[1:], gdal.GDT_Float64)
        if self._type == gdal.GDT_Float64:
            self.dtype = np.dtype("f8")
        self.block_rows = max(1, min(int(bands[0].GetBlockSize()[1]), self.rows))
        wide, _ = bands[0].GetBlockSize()
        across = -(-self.columns // wide) * wide
        if self._view is not None:
            # Chunks of an array are not kept by GDAL: whole ones are read.
            self.block_rows = max(1, min(self._view.block_rows, self.rows))
        # Blocks of pixel-interleaved files hold every band, wanted or not.
        pixels_whole = dataset.GetMetadataItem("INTERLEAVE", "IMAGE_STRUCTURE") == "PIXEL"
        held = dataset.RasterCount if pixels_whole else len(self.numbers)
        self.block_bytes = across * self.block_rows * held * self.dtype.itemsize if self.block_rows > 1 else 0
        # Blocks of small files are kept by GDAL, those of large ones only while rows are read from them.
        self._small, self._held = self.rows * across * held * self.dtype.itemsize <= KEPT, 0
        product = getattr(dataset, "product", None)
        unsaid = product.nodata if product is not None else None
        told = [band.GetNoDataValue() for band in bands]
        disbelieved = unsaid is not None and math.isnan(unsaid)
        told = [unsaid if value is None or disbelieved else value for value in told]
        self._nodata = [_in_type(value, self.dtype) for value in told]
        flags = [band.GetMaskFlags() for band in bands]
        self._image_mask = bands[0].GetMaskBand() if flags[0] & gdal.GMF_PER_DATASET else None
        self._band_masks = [band.GetMaskBand() if flag == 0 else None for band, flag in zip(bands, flags)]
        self.scale, self.offset = _scaling(bands, product, self.numbers)
        self._bounds = _bounds(self.dtype, self.scale, self.offset)
        self.rounds = self.dtype.itemsize > 4 or (self.dtype.kind != "f" and self.dtype.itemsize > 2)
        self.rounds = self.rounds or bool(self.offset.any())
        self.always_valid = (
            self.dtype.kind != "f"
            and self._bounds is None
            and self._image_mask is None
            and all(value is None for value in self._nodata)
            and all(mask is None for mask in self._band_masks)
        )

    def spans(self, start: int, stop: int, budget: int) -> Iterator[Tuple[int, int]]:
        """Cut rows [start, stop) into half-open spans of at most `budget` bytes of values where that can be.

        Cuts fall on the borders of the file's blocks, so that no block is unpacked twice.
        """
        height = self.aligned(max(1, budget // (self.columns * len(self.numbers) * self.dtype.itemsize)))
        while start < stop:
            border = min((start // height + 1) * height, stop)
            yield start, border
            start = border

    def aligned(self, height: int) -> int:
        """Return a block height at most `height` that suits the file's own blocks."""
        if height >= self.block_rows:
            return height - height % self.block_rows
        divisor = next(number for number in range(height, 0, -1) if self.block_rows % number == 0)
        return divisor if divisor * 2 > height else height

    def read(self, start: int, stop: int, chosen: Optional[Sequence[int]] = None) -> Array:
        """Return rows [start, stop) as (stop - start, bands, columns) of `dtype`; RasterError where it fails.

        chosen : positions in `numbers` of the bands to read, all by default.
        """
        numbers = self.numbers if chosen is None else [self.numbers[index] for index in chosen]
        height, item = stop - start, self.dtype.itemsize
        # Line by line, bands within a line: measured fastest for every interleaving, up to four times.
        sentence = f"{self.path} cannot be read at rows {start + 1} to {stop}, it may be damaged or cut short"
        if self._view is not None:
            with self._lock, gdal_failures(sentence):
                found = self._view.read(start, stop, [number - 1 for number in numbers], self.dtype)
            check_unchanged(self.path, self._since)
            return np.asarray(found)
        with self._lock, gdal_failures(sentence):
            self._give_up(start)
            # Not into an array of ours: that is newer than GDAL 3.4.
            buffer = self._dataset.ReadRaster(
                0,
                start,
                self.columns,
                height,
                buf_type=self._type,
                band_list=numbers,
                buf_pixel_space=item,
                buf_line_space=item * self.columns * len(numbers),
                buf_band_space=item * self.columns,
            )
            values = np.frombuffer(buffer, dtype=self.dtype).reshape(height, len(numbers), self.columns)
            self._give_up(stop)
        check_unchanged(self.path, self._since)
        return values

    def _give_up(self, row: int) -> None:
        """Let GDAL forget the unpacked blocks that `row` is not in: it would keep a fraction of all memory."""
        if row // self.block_rows != self._held and not self._small:
            self._held = row // self.block_rows
            self._dataset.FlushCache()

    def invalid(self, values: Array, start: int, chosen: Optional[Sequence[int]] = None) -> Optional[Array]:
        """Return where `values`, read from row `start`, are nodata, masked or not finite as float32; None: nowhere."""
        if self.always_valid:
            return None
        positions = range(len(self.numbers)) if chosen is None else chosen
        nodata = [self._nodata[index] for index in positions]
        if all(value is not None and value == nodata[0] for value in nodata):
            found = _is_nodata(values, nodata[0])
        else:
            found = np.zeros(values.shape, dtype=bool)
            for index, value in enumerate(nodata):
                if value is not None:
                    found[:, index] = _is_nodata(values[:, index], value)
        if self.dtype.kind == "f":
            found |= ~np.isfinite(values)
        if self._bounds is not None:
            # Cubes are float32: what they cannot hold is no measurement either.
            lowest, highest = (ends[list(positions), None] for ends in self._bounds)
            found |= (values < lowest) | (values > highest)
        height = len(values)
        if self._image_mask is not None:
            found |= self._masked(self._image_mask, start, height)[:, None]
        for index, position in enumerate(positions):
            mask = self._band_masks[position]
            if mask is not None:
                found[:, index] |= self._masked(mask, start, height)
        return found if found.any() else None

    def measured(self, values: Array, chosen: Optional[Sequence[int]] = None) -> Array:
        """Return what `values`, as `read` gave them, mean: scale * value + offset, (rows, bands, columns).

        In float32 where that has room for the file's values, scales and offsets, else in float64.
        """
        positions = slice(None) if chosen is None else list(chosen)
        scale, offset = self.scale[positions, None], self.offset[positions, None]
        if (scale == 1).all() and not offset.any():
            return values
        sizes = np.abs(np.concatenate([scale, offset]))
        extreme = (sizes > _HUGE).any() or (sizes[sizes > 0] < 1 / _HUGE).any()
        kind = np.float64 if extreme else np.result_type(self.dtype, np.float32)
        found = values.astype(kind)
        found *= scale.astype(kind)
        found += offset.astype(kind)
        return found

    def _masked(self, mask: Any, start: int, height: int) -> Array:
        with self._lock, gdal_failures(f"The mask of {self.path} cannot be read"):
            shown = mask.ReadRaster(0, start, self.columns, height, buf_type=gdal.GDT_Byte)
            return np.asarray(np.frombuffer(shown, dtype=np.uint8).reshape(height, self.columns) == 0)


def first_band(dataset: Any, path: str) -> Array:
    """Return the first band of an open dataset, (rows, columns) float32 with NaN where nodata. RasterError."""
    source = RasterRows(dataset, path, [1])
    values = source.read(0, source.rows)
    invalid = source.invalid(values, 0)
    with np.errstate(over="ignore", invalid="ignore"):
        result = source.measured(values)[:, 0].astype(np.float32)
    if invalid is not None:
        result[invalid[:, 0]] = np.nan
    return np.asarray(result)


def _scaling(bands: Sequence[Any], product: Any, numbers: Sequence[int]) -> Tuple[Array, Array]:
    """Return the scales and offsets of bands, as the file has them or its product says, (bands,) float64."""
    scale = np.array([1.0 if band.GetScale() is None else band.GetScale() for band in bands])
    offset = np.array([band.GetOffset() or 0.0 for band in bands])
    index = np.asarray(numbers) - 1
    if product is not None and product.scale is not None:
        scale = product.scale[index].copy()
    if product is not None and product.offset is not None:
        offset = product.offset[index].copy()
    # A scale of 0 or none that is a number would wipe the band out: some writers leave it there for "none".
    scale[(scale == 0) | ~np.isfinite(scale)] = 1.0
    offset[~np.isfinite(offset)] = 0.0
    return scale, offset


def _bounds(dtype: Any, scale: Array, offset: Array) -> Optional[Tuple[Array, Array]]:
    """Return between which values, two (bands,) float64, scale * value + offset is finite as float32; None: all."""
    largest = float(np.finfo(np.float32).max)
    room = np.where((scale == 1) & (offset == 0), largest, largest * (1 - 1e-6))  # what is lost in rounding
    with np.errstate(over="ignore"):
        ends = np.sort([(-room - offset) / scale, (room - offset) / scale], axis=0)
    info = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    whole = (ends[0] <= float(info.min)).all() and (ends[1] >= float(info.max)).all()
    return None if whole else (ends[0], ends[1])


def _in_type(value: Optional[float], dtype: Any) -> Optional[Any]:
    # A nodata value the type cannot hold marks nothing; one that is not a number is found as not finite.
    if value is None or math.isnan(value) or (math.isinf(value) and dtype.kind != "f"):
        return None
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return dtype.type(value)
    limits = np.iinfo(dtype)
    return dtype.type(value) if value == int(value) and limits.min <= value <= limits.max else None


def _is_nodata(values: Array, nodata: Any) -> Array:
    if values.dtype.kind == "f" and abs(nodata) > _HUGE:
        return np.asarray(np.abs(values) > _HUGE)
    return np.asarray(values == nodata)
