"""Why pixels stand out: which bands make the score, what the background does not reconstruct, what is like them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence, Tuple

import numpy as np

from ..cube import Array, Cube
from ..detectors.crd import CRD, CRDBackground
from ..detectors.gaussian import GaussianBackground
from ..detectors.rx import RX
from ..numerics.sampling import sample_spectra
from ..numerics.statistics import Components, principal_components, squared_mahalanobis
from ..numerics.windows import Tile, mirrored, ring_members
from ..run import ALONE, Run
from .chosen import Chosen, read_window, walk, without

SAMPLE = 20_000
"""Background spectra, drawn at random, that an object is compared with."""
MARGIN = 2
"""Pixels around an object that hold some of its light, and are no background to compare it with."""
NEAREST = 3
COMPONENTS = 9
"""Coordinates of the linear autoencoder: as many as the learned detectors have."""
_FLOOR = 1e-12


@dataclass(frozen=True)
class Ordinary:
    """What is ordinary in a scene. pixels : how many spectra were drawn. low, median, high : (bands,) 5, 50, 95 %."""

    pixels: int
    low: Array
    median: Array
    high: Array


@dataclass(frozen=True)
class Explanation:
    """Why one object stands out. Arrays are (bands,) float64, in the unit of the image unless something else is said.

    where : the object's pixels. row, column : its pixel of highest RX score, from 0, called the highest.
    mean, highest : mean spectrum of the object, and spectrum of that pixel.
    mean_score, highest_score : their RX scores. mean_shares, highest_shares : what each band adds to them, no unit.
    ring_residual : of the highest pixel, what CRD's weights leave. ring_score : its CRD score. own_in_ring : pixels of
    the object that CRD took for background.
    components_residual : of the highest pixel, what the first principal components leave.
    nearest : (n, bands) background spectra at the smallest angles to the mean. angles : (n,) in degrees.
    """

    where: Chosen
    row: int
    column: int
    mean: Array
    highest: Array
    mean_score: float
    highest_score: float
    mean_shares: Array
    highest_shares: Array
    ring_residual: Array
    ring_score: float
    own_in_ring: int
    components_residual: Array
    nearest: Array
    angles: Array

    @property
    def name(self) -> str:
        """The object's name."""
        return self.where.name

    @property
    def pixels(self) -> int:
        """How many pixels it has."""
        return len(self.where.rows)

    @property
    def strongest(self) -> List[int]:
        """The three bands, from 0, that add most to the score of the highest pixel, largest first."""
        return strongest_bands(self.highest_shares)


@dataclass(frozen=True)
class Place:
    """Where an object ranks in a score map.

    above : pixels that score higher than all of its own. pixels : with a score; 0 where it has none itself.
    """

    above: int
    pixels: int


def band_shares(spectra: Array, background: GaussianBackground) -> Array:
    """Return (x - m)_b [S^-1 (x - m)]_b of spectra (n, bands), (n, bands) float64, which sum to their RX scores.

    A share below 0 says that the band, seen with the others, is more ordinary than was to be expected.
    """
    centered = spectra - background.mean
    return np.asarray(centered * ((centered @ background.whitening) @ background.whitening.T))


def strongest_bands(shares: Array, count: int = 3) -> List[int]:
    """Return the places of the largest shares (bands,) that are above 0, largest first."""
    order = np.argsort(-shares, kind="stable")[:count]
    return [int(band) for band in order if shares[band] > 0]


def explain(
    cube: Cube, chosen: Sequence[Chosen], others: Sequence[Chosen] = (), run: Run = ALONE
) -> ExplainedScene:
    """Explain objects by the same background that the detectors rx and crd learn with their defaults.

    chosen : objects of valid pixels. others : further objects that are no background to compare them with.
    Five passes over the data at most. Raises DataError where nothing varies, or the objects leave no background.
    """
    compared = without(cube, [*chosen, *others], MARGIN)
    gaussian = RX().fit(cube, run.part(0.0, 0.2))
    ring = CRD().fit(cube, run.part(0.2, 0.4))
    components = principal_components(cube, min(COMPONENTS, cube.bands - 1), run.part(0.4, 0.6))
    sample = sample_spectra(compared, SAMPLE, run=run.part(0.6, 0.8))
    low, median, high = np.percentile(sample, [5, 50, 95], axis=0).astype(np.float64)
    spectra = _object_spectra(cube, chosen, gaussian, run.part(0.8, 0.9))
    explained = []
    for item, found, part in zip(chosen, spectra, run.part(0.9, 1.0).parts(len(chosen))):
        explained.append(_explain_one(cube, item, found, gaussian, ring, components, sample))
        part.update(1.0)
    return ExplainedScene(Ordinary(len(sample), low, median, high), explained)


@dataclass(frozen=True)
class ExplainedScene:
    """ordinary : what the objects are compared with. objects : in the order asked for."""

    ordinary: Ordinary
    objects: List[Explanation]


@dataclass
class _ObjectSpectra:
    """Mean of an object's spectra, and the spectrum, place and score of the pixel that scores highest."""

    mean: Array
    highest: Array
    row: int = -1
    column: int = -1
    score: float = -np.inf


def _object_spectra(
    cube: Cube, chosen: Sequence[Chosen], background: GaussianBackground, run: Run
) -> List[_ObjectSpectra]:
    found = [_ObjectSpectra(np.zeros(cube.bands), np.zeros(cube.bands)) for _ in chosen]
    for index, rows, columns, spectra in walk(cube, chosen, run):
        one = found[index]
        one.mean += spectra.sum(axis=0, dtype=np.float64) / len(chosen[index].rows)
        scores = squared_mahalanobis(spectra - background.mean, background.whitening)
        best = int(scores.argmax())
        if scores[best] > one.score:
            one.highest, one.score = spectra[best].astype(np.float64), float(scores[best])
            one.row, one.column = int(rows[best]), int(columns[best])
    return found


def _explain_one(
    cube: Cube,
    item: Chosen,
    spectra: _ObjectSpectra,
    gaussian: GaussianBackground,
    ring: CRDBackground,
    components: Components,
    sample: Array,
) -> Explanation:
    shares = band_shares(np.stack([spectra.mean, spectra.highest]), gaussian)
    residual, own = _ring_residual(cube, ring, spectra, item)
    left = spectra.highest - components.center
    angles = spectral_angles(sample, spectra.mean)
    nearest = np.argsort(angles, kind="stable")[:NEAREST]
    return Explanation(
        where=item,
        row=spectra.row,
        column=spectra.column,
        mean=spectra.mean,
        highest=spectra.highest,
        mean_score=float(shares[0].sum()),
        highest_score=float(shares[1].sum()),
        mean_shares=shares[0],
        highest_shares=shares[1],
        ring_residual=residual,
        ring_score=float(np.linalg.norm(ring.components.of(residual[None]))),
        own_in_ring=own,
        components_residual=left - components.axes @ (components.axes.T @ left),
        nearest=sample[nearest].astype(np.float64),
        angles=angles[nearest],
    )


def _ring_residual(
    cube: Cube, ring: CRDBackground, spectra: _ObjectSpectra, item: Chosen
) -> Tuple[Array, int]:
    """Return what CRD leaves of the highest pixel, (bands,), and how many pixels of its ring are the object's.

    The weights a of the ring's pixels are CRD's, found in its components; here they are applied to whole spectra.
    """
    reach = ring.window.reach
    rows = mirrored(spectra.row - reach, spectra.row + reach + 1, cube.rows)
    columns = mirrored(spectra.column - reach, spectra.column + reach + 1, cube.columns)
    first = int(rows.min())
    around = read_window(cube, first, int(rows.max()) + 1, columns)[rows - first]
    features = np.stack([ring.coordinates(line) for line in around])
    tile = Tile(
        slice(spectra.row, spectra.row + 1),
        slice(spectra.column, spectra.column + 1),
        features,
        cube.valid[rows][:, columns],
        rows,
        columns,
    )
    members = ring_members(tile, ring.window, slice(0, 1), slice(0, 1))[0] > 0
    if not members.any():
        # As CRD does: compared with the mean of the scene.
        mean = ring.components.center + ring.components.axes @ ring.components.mean
        atoms, whole = ring.components.mean[None] / ring.rms, mean[None]
    else:
        atoms = features.reshape(len(members), -1)[members]
        whole = around.reshape(len(members), -1)[members].astype(np.float64)
    pixel = features[reach, reach]
    squares = np.maximum(((atoms - pixel) ** 2).sum(axis=1), _FLOOR)
    weights = ring.window.size / max(np.count_nonzero(members), 1) / squares
    system = (atoms.T * weights) @ atoms
    system.flat[:: len(system) + 1] += ring.lambda_
    parts = weights * (atoms @ np.linalg.solve(system, pixel))
    places = (rows[:, None] * cube.columns + columns).ravel()[members]
    own = np.isin(places, item.rows * cube.columns + item.columns)
    return spectra.highest - parts @ whole, int(np.count_nonzero(own))


def spectral_angles(spectra: Array, one: Array) -> Array:
    """Return the angles of spectra (n, bands) to one (bands,), (n,) float64 in degrees; 90 where a spectrum is 0."""
    lengths = np.sqrt(np.einsum("ij,ij->i", spectra, spectra, dtype=np.float64)) * np.linalg.norm(one)
    cosines = np.divide(spectra @ one, lengths, out=np.zeros(len(spectra)), where=lengths > 0)
    return np.asarray(np.degrees(np.arccos(np.clip(cosines, -1, 1))))


def place_in(scores: Array, item: Chosen) -> Place:
    """Return where an object ranks, by its highest score, in a map (rows, columns) with NaN where there is no score."""
    own = scores[item.rows, item.columns]
    own = own[np.isfinite(own)]
    if not own.size:
        return Place(0, 0)
    return Place(int(np.count_nonzero(scores > own.max())), int(np.count_nonzero(np.isfinite(scores))))
