"""Packed batches of small systems, against numpy's solver."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.numerics.linear_systems import (
    conjugate_gradients,
    diagonal_places,
    products,
    solve_packed,
)


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


@pytest.mark.parametrize("smallest", [1.0, 100.0])
def test_steps_end_at_the_solutions_of_numpy(smallest):
    """Systems of their own, a right side of zeros among them."""
    random = np.random.default_rng(0)
    vectors = random.normal(size=(6, 9, 30))
    systems = np.einsum("nik,njk->nij", vectors, vectors) + smallest * np.eye(9)
    right = random.normal(size=(6, 9))
    right[2] = 0

    found, solved = conjugate_gradients(lambda v: np.einsum("nij,nj->ni", systems, v), right, smallest)

    assert solved.all()
    expected = np.linalg.solve(systems, right[..., None])[..., 0]
    np.testing.assert_allclose(found, expected, atol=1e-7 * np.linalg.norm(expected, axis=1).max())


def test_what_does_not_converge_is_told():
    """Eigenvalues from 1 to 1e8 take more than ten steps; the identity takes one."""
    scales = np.stack([np.logspace(0, 8, 40), np.ones(40)])

    found, solved = conjugate_gradients(lambda v: scales * v, np.ones((2, 40)), 1.0, steps=10)

    np.testing.assert_array_equal(solved, [False, True])
    np.testing.assert_allclose(found[1], 1.0)
