"""The background of one scene as sums over its pixels, and of several scenes from their sums, without their pixels.

Moments about different pilots are moved to one and added up: what follows from them is what follows from the pixels of
all scenes together, but for rounding.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from .array_file import content_of, pack, reading, unpack
from .bands import nearest_bands, numbers_text
from .cube import Array, Cube
from .detectors.rx import RX, RXBackground
from .errors import DataError, HsiAnomalyError
from .model_file import Model, model_from
from .numerics.statistics import Moments, gather_moments, regularized_covariance, whitening
from .run import ALONE, Run

FEWEST = 10
"""Pixels a band below which sums tell too much of single pixels, and too little of the background."""
WEIGHTS = ("count", "equal")
SCALE = 30.0
"""How many times as large or small as others' values may be: water and snow are within it, wrong scale factors not.

The distance does not tell: a scene all of whose values are nearly 0 lies where the others' darkest pixels do.
"""

_WHAT, _AGAIN = "file of sums", "make it again with summarise"


@dataclass(frozen=True)
class BackgroundSums:
    """What a scene tells of its background.

    moments : over its background pixels. band_numbers : (bands,) int, of the bands used, from 1. raster_bands : how
    many bands the raster has. wavelengths, fwhm : (bands,) in nanometers, or None. unit : of the values, "" where
    unknown. valid_pixels : of the scene. versions : of the software. sites : keys of the scenes it was merged
    from, empty for one scene.
    """

    moments: Moments
    band_numbers: Array
    raster_bands: int
    wavelengths: Optional[Array]
    fwhm: Optional[Array]
    unit: str
    valid_pixels: int
    versions: Dict[str, str]
    sites: Tuple[str, ...] = ()

    @property
    def keys(self) -> Tuple[str, ...]:
        """What tells the scenes in it from any other."""
        if self.sites:
            return self.sites
        digest = hashlib.sha256()
        for array in (self.moments.pilot, self.moments.first, self.moments.second, self.moments.count):
            digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
        return (digest.hexdigest()[:32],)


def sums_of(
    cube: Cube, unit: str, versions: Dict[str, str], allow_few: bool = False, run: Run = ALONE
) -> BackgroundSums:
    """Sum over the background pixels of a cube, in one pass. DataError where there are fewer than 10 a band."""
    needed, found = FEWEST * cube.bands, int(cube.background.sum())
    if found < needed and not allow_few:
        raise DataError(
            f"The background has {found} pixels, and at least {needed} are needed, {FEWEST} for each of the "
            f"{cube.bands} bands: sums of fewer give single pixels away, and make a poor background. Use fewer bands, "
            "or ALLOW_FEW if that is no concern."
        )
    moments = gather_moments(cube, run)
    return BackgroundSums(
        moments,
        np.asarray(cube.band_numbers),
        cube.raster_bands,
        cube.wavelengths,
        cube.fwhm,
        unit,
        cube.valid_pixels,
        versions,
    )


def sums_bytes(sums: BackgroundSums) -> bytes:
    """Return the content of a file of sums."""
    header = {
        "kind": "sums",
        "band_numbers": [int(number) for number in sums.band_numbers],
        "raster_bands": sums.raster_bands,
        "wavelengths": None if sums.wavelengths is None else [float(value) for value in sums.wavelengths],
        "fwhm": None if sums.fwhm is None else [float(value) for value in sums.fwhm],
        "unit": sums.unit,
        "valid_pixels": sums.valid_pixels,
        "versions": sums.versions,
    }
    return pack(header, sums.moments.arrays())


def read_sums(path: str) -> BackgroundSums:
    """Read a file of sums, or the sums that a model file of `rx` holds.

    Raises ModelError where it is neither, is damaged, or holds no sums.
    """
    content = content_of(path, _WHAT)
    with reading(path, _WHAT, _AGAIN):
        header, arrays = unpack(content)
        if header.get("kind", "model") == "sums":
            return _parsed(header, arrays)
    model = model_from(content, path)
    with reading(path, "model file", _AGAIN):
        return _of_model(model)


def _parsed(header: Dict[str, Any], arrays: Dict[str, Array]) -> BackgroundSums:
    """Return sums from a file's parts. ValueError and others where these do not fit each other."""
    numbers = np.asarray(header["band_numbers"], dtype=np.int64)
    found = BackgroundSums(
        Moments.from_arrays(arrays),
        numbers,
        int(header["raster_bands"]),
        _spectral(header["wavelengths"], len(numbers)),
        _spectral(header["fwhm"], len(numbers)),
        str(header["unit"]),
        int(header["valid_pixels"]),
        dict(header["versions"]),
    )
    if numbers.shape != found.moments.pilot.shape or not len(numbers):
        raise ValueError("The sums are not those of the bands.")
    if numbers.min() < 1 or numbers.max() > found.raster_bands or len(set(map(int, numbers))) < len(numbers):
        raise ValueError("The numbers of the bands contradict each other.")
    return found


def _spectral(values: Any, bands: int) -> Optional[Array]:
    if values is None:
        return None
    found = np.asarray(values, dtype=np.float64)
    if found.shape != (bands,) or not np.isfinite(found).all():
        raise ValueError("The wavelengths are not those of the bands.")
    return found


def _of_model(model: Model) -> BackgroundSums:
    if not isinstance(model.fitted, RXBackground):
        raise DataError(f"it was fitted by {model.method.id}; only backgrounds of rx can be merged.")
    if model.fitted.moments is None:
        raise DataError("it holds no sums, as those of earlier versions: fit it again.")
    wavelengths = None if model.wavelengths is None else np.asarray(model.wavelengths)
    numbers = np.asarray(model.band_numbers)
    count = round(model.fitted.moments.count)
    return BackgroundSums(
        model.fitted.moments,
        numbers,
        model.raster_bands,
        wavelengths,
        None,
        "",
        count,
        model.versions,
        model.fitted.sites,
    )


@dataclass(frozen=True)
class Site:
    """A scene among those merged.

    name : of its file. pixels : how many it adds. weight : how much each counts. distance : squared Mahalanobis
    distance of its mean in the background of all others; None where there are none, or they do not vary. size : root
    mean square length of its spectra, the median of all scenes being 1.
    """

    name: str
    pixels: int
    weight: float
    distance: Optional[float]
    size: float


@dataclass(frozen=True)
class Merged:
    """A background of several scenes. model : of `rx`. sites : those that were merged, largest first."""

    model: Model
    sites: List[Site]


def merge(
    paths: Sequence[str],
    detector: RX,
    weights: str = "count",
    versions: Optional[Dict[str, str]] = None,
    run: Run = ALONE,
    read: Callable[[str], BackgroundSums] = read_sums,
) -> Merged:
    """Merge files of sums, and models that hold some, into a model of `rx`, whatever their order.

    weights : count (every pixel counts alike) or equal (every scene does). One scene's sums are held at a time.

    A scene whose calibration, unit or surface differs is named in a warning: the squared Mahalanobis distance of its
    mean from the other scenes' background is larger than the number of bands, which is what that distance is for pixels
    on average. The scene itself is no part of that background: from one of which it is a fraction f, no scene's mean
    is farther than (1 - f) / f.

    Raises DataError where a scene is given twice, too few bands are common, or Ledoit-Wolf lacks the sums it needs.
    """
    heads = _heads(paths, read, run.part(0.0, 0.3))
    first, places = heads[0], _common_places(heads, detector.regularization)
    counts = _weights([head.count for head in heads], weights)
    pilot = first.pilot[places[0]]

    def moments_of(number: int) -> Moments:
        moments = read(heads[number].path).moments
        return moments.of_bands(places[number]).times(counts[number]).about(pilot)

    gathered = moments_of(0)
    for number, part in zip(range(1, len(heads)), run.part(0.3, 0.6).parts(len(heads))):
        gathered = gathered + moments_of(number)
        part.update(1.0)
    if detector.regularization == "ledoitwolf" and not gathered.complete:
        raise DataError(
            _not_for_ledoit_wolf("A model that is to be updated was merged over some bands only.")
        )
    background = detector.background_of(gathered, [key for head in heads for key in head.keys], run)
    sites = []
    for number, part in zip(range(len(heads)), run.part(0.6, 1.0).parts(len(heads))):
        sites.append(_compared(heads[number], counts[number], moments_of(number), gathered, detector))
        part.update(1.0)
    usual = float(np.median([site.size for site in sites])) or 1.0
    sites = [replace(site, size=site.size / usual) for site in sites]
    _warn(sites, heads, len(pilot), run)
    return Merged(_model(first, places[0], detector, background, versions or {}), sites)


@dataclass(frozen=True)
class _Head:
    """What must be known of all scenes at once: all but the sums themselves."""

    path: str
    name: str
    count: float
    keys: Tuple[str, ...]
    pilot: Array
    band_numbers: Array
    raster_bands: int
    wavelengths: Optional[Array]
    fwhm: Optional[Array]
    unit: str


def _heads(paths: Sequence[str], read: Callable[[str], BackgroundSums], run: Run) -> List[_Head]:
    """Return the scenes in an order of their own, the largest first."""
    heads: List[_Head] = []
    owners: Dict[str, str] = {}
    for path, part in zip(paths, run.parts(len(paths))):
        sums = read(path)
        for key in sums.keys:
            if key in owners:
                raise DataError(
                    f"{path} holds the same scene as {owners[key]}: it would count twice. Leave one out."
                )
            owners[key] = path
        heads.append(
            _Head(
                path,
                Path(path).stem,
                sums.moments.count,
                sums.keys,
                sums.moments.pilot,
                sums.band_numbers,
                sums.raster_bands,
                sums.wavelengths,
                sums.fwhm,
                sums.unit,
            )
        )
        part.update(1.0)
    return sorted(heads, key=lambda head: (-head.count, head.keys))


def _common_places(heads: Sequence[_Head], regularization: str) -> List[Array]:
    """Return for each scene the places, among its bands, of the bands that all have, in the first scene's order."""
    first = heads[0]
    found = [_places(first, head) for head in heads]
    common = np.all([places >= 0 for places in found], axis=0)
    if common.sum() < 2:
        fewest = min(zip(found, heads), key=lambda pair: int((pair[0] >= 0).sum()))[1]
        raise DataError(
            f"{fewest.path} and {first.path} have {int(common.sum())} bands in common with the other scenes, and at "
            "least 2 are needed: merge scenes of one sensor."
        )
    places = [item[common] for item in found]
    cut = [(head, item) for head, item in zip(heads, places) if len(item) < len(head.band_numbers)]
    if cut and regularization == "ledoitwolf":
        asked = "; ".join(
            f"{numbers_text([int(number) for number in np.sort(head.band_numbers[item])])} for {head.name}"
            for head, item in cut[:3]
        )
        more = f" (and {len(cut) - 3} more)" if len(cut) > 3 else ""
        raise DataError(
            _not_for_ledoit_wolf(
                f"The scenes have {int(common.sum())} bands in common, and {cut[0][0].name} has "
                f"{len(cut[0][0].band_numbers)}. Run summarise again with BANDS {asked}{more}."
            )
        )
    return places


def _not_for_ledoit_wolf(why: str) -> str:
    return (
        f"{why} REGULARIZATION ledoitwolf needs sums over the common bands alone; ridge and none do without."
    )


def _places(first: _Head, other: _Head) -> Array:
    """Return for every band of the first scene its place among the other's bands, -1 where it has none.

    By wavelength where both know them, else by number where the rasters have as many bands, else by order where as
    many are used. DataError where none of that will do.
    """
    if first.wavelengths is not None and other.wavelengths is not None:
        width = other.fwhm if other.fwhm is not None else np.full(len(other.wavelengths), np.nan)
        return nearest_bands(first.wavelengths, other.wavelengths, width)
    if first.raster_bands == other.raster_bands:
        place = {int(number): index for index, number in enumerate(other.band_numbers)}
        return np.array([place.get(int(number), -1) for number in first.band_numbers])
    if len(first.band_numbers) == len(other.band_numbers):
        return np.arange(len(first.band_numbers))
    raise DataError(
        f"{other.path} has {len(other.band_numbers)} bands and {first.path} {len(first.band_numbers)}, and not both "
        "know their wavelengths: run summarise again with BANDS, the same for both."
    )


def _weights(counts: Sequence[float], weights: str) -> List[float]:
    """Return how often a pixel of each scene counts."""
    if weights == "count":
        return [1.0] * len(counts)
    return [sum(counts) / len(counts) / count for count in counts]


def _compared(head: _Head, weight: float, own: Moments, gathered: Moments, detector: RX) -> Site:
    """Return a scene as it compares with the others; its size is not yet divided by the usual one."""
    others = gathered + own.times(-1.0)
    distance = None
    if others.count > 0.5:  # else there are none
        with suppress(HsiAnomalyError):  # they do not vary
            triangle = whitening(regularized_covariance(others, detector.regularization))
            white = (own.mean - others.mean) @ triangle
            distance = float(white @ white)
    return Site(head.name, round(head.count), weight, distance, _size(own))


def _model(
    first: _Head, places: Array, detector: RX, background: RXBackground, versions: Dict[str, str]
) -> Model:
    """Return the model, with the bands of the first scene at some places."""
    wavelengths = None if first.wavelengths is None else [float(nm) for nm in first.wavelengths[places]]
    numbers = [int(number) for number in first.band_numbers[places]]
    return Model(detector, len(places), wavelengths, numbers, first.raster_bands, versions, background)


def _size(moments: Moments) -> float:
    """Return the root mean square of the pixels' lengths."""
    square = float(np.trace(moments.second)) + 2 * float(moments.pilot @ moments.first)
    return float(np.sqrt(max(square / moments.count + float(moments.pilot @ moments.pilot), 0.0)))


def _warn(sites: Sequence[Site], heads: Sequence[_Head], bands: int, run: Run) -> None:
    for site in sites:
        if site.distance is not None and site.distance > bands:
            run.warning(
                f"{site.name} does not fit the other scenes: the squared distance of its mean spectrum from their "
                f"background is {site.distance / bands:.3g} times the number of bands. Its calibration, unit or "
                "surface is another one: check it, or leave it out."
            )
        if not 1 / SCALE < site.size < SCALE:
            run.warning(
                f"The values of {site.name} are {site.size:.2g} times as large as those of most scenes: is it in the "
                "same unit, with the same scale factor?"
            )
    units = {head.unit: head.name for head in reversed(heads) if head.unit}
    if len(units) > 1:
        told = ", ".join(f"{unit} ({name})" for unit, name in sorted(units.items()))
        run.warning(f"The scenes have different units: {told}.")
