"""Hyperspectral cubes: row blocks, valid pixels and spectral metadata, never the whole raster at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from .errors import DataError

if TYPE_CHECKING:  # numpy.typing takes as long as four modules of ours
    import numpy.typing as npt

    Array = npt.NDArray[Any]
else:
    Array = np.ndarray

MEMORY_BUDGET = 256 * 2**20
"""Bytes one row block and what is made of it may take, unless a cube says otherwise."""

_MOST_BANDS = 512
"""Bands of an imaging spectrometer, at most."""


@dataclass(frozen=True)
class Block:
    """Some rows of a cube, with a mirrored halo where one was asked for.

    start, stop : the rows of the cube this block is about (half open), halo not counted.
    halo : rows added above and below. Beyond the raster's edge they are mirrored (the edge row not repeated).
    pixels : (stop - start + 2 halo, columns, bands) float32, 0 where not valid.
    valid : (stop - start + 2 halo, columns) bool.
    """

    start: int
    stop: int
    halo: int
    pixels: Array
    valid: Array

    @property
    def spectra(self) -> Array:
        """The valid pixels without the halo, (n_pixels, bands) float32, in row order."""
        inner = slice(self.halo, self.halo + self.stop - self.start)
        valid, pixels = self.valid[inner], self.pixels[inner]
        return pixels.reshape(-1, pixels.shape[-1]) if valid.all() else pixels[valid]


class Cube(ABC):
    """A hyperspectral image as detectors see it: used bands only, read a few rows at a time.

    rows, columns, bands : its size, used bands only.
    valid : (rows, columns) bool, True where every used band is finite and not nodata.
    background : (rows, columns) bool, the valid pixels from which the background may be learned.
    wavelengths, fwhm : (bands,) float64 in nanometers, or None where unknown.
    band_numbers : (bands,) int, the bands' numbers in the file, from 1.
    raster_bands : how many bands the file has, used or not.
    pixel_area : square map units (meters where the CRS is geographic) a pixel covers; None without a CRS.
    memory_budget : bytes that row blocks and what detectors make of them may take.
    block_rows : fixed height of row blocks; None lets the budget decide.
    reading_bytes : what reading takes beside the rows that are read.
    kept_moments : where the moments of the background are kept for the next who asks; None: nowhere. Only for cubes
    that several detectors of one run learn from.
    """

    rows: int
    columns: int
    bands: int
    valid: Array
    background: Array
    wavelengths: Optional[Array] = None
    fwhm: Optional[Array] = None
    band_numbers: Array
    raster_bands: int
    pixel_area: Optional[float] = None
    memory_budget: int = MEMORY_BUDGET
    block_rows: Optional[int] = None
    reading_bytes: int = 0
    kept_moments: Optional[List[Any]] = None

    @abstractmethod
    def read_rows(self, start: int, stop: int) -> Array:
        """Return rows [start, stop) as (stop - start, columns, bands) float32, 0 where not valid."""

    def read_each(self, spans: Sequence[Tuple[int, int]]) -> Iterator[Array]:
        """Yield the rows of half-open spans, one after the other."""
        return (self.read_rows(start, stop) for start, stop in spans)

    @property
    def valid_pixels(self) -> int:
        """Number of valid pixels."""
        return int(np.count_nonzero(self.valid))

    def block_height(self, bytes_per_pixel: Optional[int] = None) -> int:
        """Return how many rows fit the budget, at least 1.

        bytes_per_pixel : what the caller needs for a pixel; by default float32 and float64 copies of its spectrum.
        """
        if self.block_rows is not None:
            return max(1, self.block_rows)
        needed = bytes_per_pixel or self.bands * 24
        return int(min(max(self.memory_budget // (needed * self.columns), 1), self.rows))

    def blocks(
        self,
        halo: int = 0,
        rows: Optional[Tuple[int, int]] = None,
        bytes_per_pixel: Optional[int] = None,
    ) -> Iterator[Block]:
        """Walk over the rows from top to bottom.

        halo : rows added above and below every block, within the budget unless less than half a halo were left
        for the block itself. rows : half-open range to walk over, all by default.
        bytes_per_pixel : see `block_height`.
        """
        first, last = rows if rows is not None else (0, self.rows)
        height = self.block_height(bytes_per_pixel)
        if self.block_rows is None and height < self.rows:
            height = max(height - 2 * halo, 1 + halo // 2)
        starts = range(first, last, height)
        spans = [(max(start - halo, 0), min(min(start + height, last) + halo, self.rows)) for start in starts]
        for start, (low, high), read in zip(starts, spans, self.read_each(spans)):
            stop, pixels, valid = min(start + height, last), read, self.valid[low:high]
            above, below = low - (start - halo), stop + halo - high
            if above or below:
                pixels = np.pad(pixels, ((above, below), (0, 0), (0, 0)), mode="reflect")
                valid = np.pad(valid, ((above, below), (0, 0)), mode="reflect")
            yield Block(start, stop, halo, pixels, valid)

    def learning_spectra(self, block: Block) -> Array:
        """Return the block's spectra that the background is learned from, (n_pixels, bands) float32."""
        inner = slice(block.halo, block.halo + block.stop - block.start)
        pixels, kept = block.pixels[inner], self.background[block.start : block.stop]
        return np.asarray(pixels.reshape(-1, self.bands) if kept.all() else pixels[kept])


class ArrayCube(Cube):
    """A cube over an array in memory or a memory map.

    array : (rows, columns, bands), any real dtype. Pixels that are not finite in every band, or masked in one (a
    numpy masked array, as rasterio's `read(masked=True)` gives), are not valid.
    valid : (rows, columns) bool; found from the array where it is not given.
    background : (rows, columns) bool, where the background may be learned; all valid pixels by default.
    band_numbers : 1 to bands by default. raster_bands : the highest of them by default.

    Raises DataError when the shapes do not fit, when the first axis, not the last, is plainly the bands, or fewer than
    two pixels are valid.
    """

    def __init__(
        self,
        array: Array,
        valid: Optional[Array] = None,
        background: Optional[Array] = None,
        wavelengths: Optional[Array] = None,
        fwhm: Optional[Array] = None,
        band_numbers: Optional[Sequence[int]] = None,
        pixel_area: Optional[float] = None,
        memory_budget: int = MEMORY_BUDGET,
        block_rows: Optional[int] = None,
        raster_bands: Optional[int] = None,
    ) -> None:
        if array.ndim != 3 or 0 in array.shape:
            raise DataError(
                f"A cube must be (rows, columns, bands), none of them 0; got shape {array.shape}."
            )
        bands = [len(given) for given in (wavelengths, fwhm, band_numbers) if given is not None]
        if any(count != array.shape[2] for count in bands):
            raise DataError(_not_bands(array.shape, f"there are {bands[0]} wavelengths or band numbers"))
        if not bands and _looks_like_bands_first(array.shape):
            raise DataError(_not_bands(array.shape, "no sensor has so many bands"))
        masked = np.asarray(array.mask) if isinstance(array, np.ma.MaskedArray) else None
        array = array.data if isinstance(array, np.ma.MaskedArray) else array
        self.array = array
        self.rows, self.columns, self.bands = array.shape
        self.wavelengths, self.fwhm = wavelengths, fwhm
        self.band_numbers = np.asarray(
            band_numbers if band_numbers is not None else np.arange(1, self.bands + 1)
        )
        self.raster_bands = int(self.band_numbers.max()) if raster_bands is None else raster_bands
        self.pixel_area = pixel_area
        self.memory_budget, self.block_rows = memory_budget, block_rows
        if valid is None:
            height = self.block_height()
            valid = np.concatenate(
                [np.isfinite(array[row : row + height]).all(axis=2) for row in range(0, self.rows, height)]
            )
        if masked is not None:
            valid = valid & ~np.broadcast_to(masked, array.shape).any(axis=2)
        self.valid = valid
        self.background = restrict_background(valid, background)

    def read_rows(self, start: int, stop: int) -> Array:
        """Return rows [start, stop) as float32, 0 where not valid; a view where nothing needs to change."""
        pixels = np.asarray(self.array[start:stop], dtype=np.float32)
        valid = self.valid[start:stop]
        return pixels if valid.all() else np.where(valid[..., None], pixels, np.float32(0))


def _looks_like_bands_first(shape: Tuple[int, ...]) -> bool:
    """Tell whether an array is plainly (bands, rows, columns): the last two axes are an image's sides.

    Where all three are some hundred long nobody can tell, and a laboratory's spectra of a thousand bands come in small
    images.
    """
    return shape[2] > _MOST_BANDS and shape[0] < shape[1] and 4 * shape[1] > shape[2]


def _not_bands(shape: Tuple[int, ...], why: str) -> str:
    return (
        f"A cube must be (rows, columns, bands), bands last; got shape {shape}, and {why}: np.moveaxis(array, 0, -1) "
        "brings bands from the first place to the last."
    )


def restrict_background(valid: Array, background: Optional[Array]) -> Array:
    """Return the valid pixels among `background`, (rows, columns) bool; all valid ones where it is None.

    Raises DataError when the sizes differ, or fewer than two pixels are left.
    """
    if valid.sum() < 2:
        raise DataError(f"At least 2 valid pixels are needed; found {int(valid.sum())}.")
    if background is None:
        return valid
    if background.shape != valid.shape:
        raise DataError(
            f"The background mask is {background.shape} rows and columns, the image {valid.shape}."
        )
    kept = np.asarray(valid & background.astype(bool))
    if kept.sum() < 2:
        raise DataError(f"The background mask must hold at least 2 valid pixels; it holds {int(kept.sum())}.")
    return kept
