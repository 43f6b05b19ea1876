"""Packed batches of small systems, against numpy's solver."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.numerics.linear_systems import diagonal_places, products, solve_packed


@pytest.mark.parametrize("p", [1, 2, 7, 20])
def test_solutions_are_those_of_numpy(p):
    """Moments of packed products, solved, for many systems at once."""
    random = np.random.default_rng(p)
    vectors = random.normal(size=(3 * p + 2, p, 5))
    right = random.normal(size=(p, 5))
    matrices = np.einsum("rin,rjn->nij", vectors, vectors)

    found = solve_packed(products(vectors).sum(axis=0), right)

    np.testing.assert_allclose(found.T, np.linalg.solve(matrices, right.T[..., None])[..., 0], rtol=1e-9)


def test_the_diagonal_is_found():
    """Places of the products of an entry with itself."""
    vector = np.arange(1.0, 5.0)

    np.testing.assert_array_equal(products(vector[None, :, None])[0, diagonal_places(4), 0], vector**2)
