"""Rings around pixels by hand, for the checks of the windowed detectors."""

import numpy as np


def ring_of(array, row, column, inner, outer):
    """Spectra (n, bands) between the windows: mirrored at the edge, without guard pixels and invalid ones."""
    rows, columns = array.shape[:2]
    reach, guard = outer // 2, inner // 2
    down = np.pad(np.arange(rows), reach, mode="reflect")[row : row + outer]
    across = np.pad(np.arange(columns), reach, mode="reflect")[column : column + outer]
    kept = ~((np.abs(down - row) <= guard)[:, None] & (np.abs(across - column) <= guard))
    spectra = array[np.ix_(down, across)][kept].astype(np.float64)
    return spectra[np.isfinite(spectra).all(axis=1)]


def scene(rows=22, columns=26, bands=9, seed=0):
    """A smooth background with noise and a few pixels without data, float32."""
    random = np.random.default_rng(seed)
    materials = random.uniform(500, 3000, size=(3, bands))
    down, across = np.arange(rows)[:, None, None] / 4, np.arange(columns)[:, None] / 5
    places = np.sin(down + np.arange(3)) * np.cos(across - np.arange(3))
    array = (places**2 @ materials + random.normal(scale=30, size=(rows, columns, bands)) + 200).astype(
        np.float32
    )
    array[3, 4:8] = np.nan
    array[15, 20, 2] = np.nan
    return array


def direct_residual(ring, pixel, lambda_, full, ones=0.0):
    """|y - X a|, a = (X'X + lambda G^2)^-1 X'y; penalties shrink as a ring of n < full pixels is counted up."""
    penalty = ((ring - pixel) ** 2).sum(axis=1) * len(ring) / full
    atoms, wanted = ring, pixel
    if ones:
        atoms, wanted = np.column_stack([ring, np.full(len(ring), ones)]), np.append(pixel, ones)
    weights = np.linalg.solve(atoms @ atoms.T + lambda_ * np.diag(penalty), atoms @ wanted)
    return np.linalg.norm(pixel - weights @ ring)
