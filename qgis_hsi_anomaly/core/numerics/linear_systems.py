"""Many small symmetric linear systems at once, one for every pixel, without a loop over pixels."""

from __future__ import annotations

from typing import Callable, List, Tuple

import numpy as np

from ..cube import Array

_TINY = float(np.finfo(np.float64).tiny)


def products(vectors: Array) -> Array:
    """Return the products of every two entries, each pair once, in the order `solve_packed` wants.

    vectors : (rows, p, n). Returns (rows, p (p + 1) / 2, n): entry i with i, i + 1 ... p - 1, for i = 0, 1 ...
    """
    rows, p, n = vectors.shape
    packed = np.empty((rows, p * (p + 1) // 2, n), dtype=vectors.dtype)
    start = 0
    for i in range(p):
        np.multiply(vectors[:, i : i + 1], vectors[:, i:], out=packed[:, start : start + p - i])
        start += p - i
    return np.asarray(packed)


def diagonal_places(p: int) -> Array:
    """Return where the diagonal lies in packed matrices of size p, (p,) int."""
    return np.asarray(np.cumsum(np.concatenate([[0], np.arange(p, 1, -1)])), dtype=np.intp)


def solve_packed(matrices: Array, right: Array) -> Array:
    """Solve n symmetric positive definite systems of size p by L D L' factors.

    matrices : (p (p + 1) / 2, n) float64, the columns of the lower triangle one after the other; overwritten.
    right : (p, n) float64. Returns the solutions, (p, n) float64.
    Time O(p^3 / 3) a system; every step runs over all systems at once, so a few hundred of them keep it busy.
    """
    factor_packed(matrices, len(right))
    return solve_factored(matrices, right)


def factor_packed(matrices: Array, p: int) -> None:
    """Overwrite packed matrices, see `solve_packed`, by their factors: D on the diagonal, L below it."""
    columns = _columns(matrices, p)
    for i, column in enumerate(columns):
        factor = column[1:] / column[0]
        for k in range(i + 1, p):
            columns[k] -= factor[k - i - 1] * column[k - i :]
        column[1:] = factor


def solve_factored(factors: Array, right: Array) -> Array:
    """Solve the systems that `factor_packed` factored for right sides (p, n); returns (p, n) float64."""
    p = len(right)
    columns = _columns(factors, p)
    solution = right.copy()
    for i, column in enumerate(columns):
        solution[i + 1 :] -= column[1:] * solution[i]
    solution /= factors[diagonal_places(p)]
    for i in range(p - 2, -1, -1):
        solution[i] -= np.einsum("kn,kn->n", columns[i][1:], solution[i + 1 :])
    return solution


def conjugate_gradients(
    multiply: Callable[[Array], Array],
    right: Array,
    smallest: float,
    tolerance: float = 1e-7,
    steps: int = 30,
) -> Tuple[Array, Array]:
    """Solve n symmetric positive definite systems of size p that are given by what they make of vectors.

    multiply : takes (n, p), a vector a system, gives the systems' products with them. right : (n, p) float64.
    smallest : what no eigenvalue is below.
    Returns the solutions, (n, p), and which are within `tolerance` of their length after `steps` steps, (n,) bool.
    M. R. Hestenes, E. Stiefel, J. Res. Nat. Bur. Standards 49 (1952) 409-436.
    """
    solution, residual, direction = np.zeros_like(right), right.copy(), right
    squares = np.einsum("np,np->n", residual, residual)
    for _ in range(steps):
        image = multiply(direction)
        length = squares / np.maximum(np.einsum("np,np->n", direction, image), _TINY)
        solution += length[:, None] * direction
        residual -= length[:, None] * image
        before, squares = squares, np.einsum("np,np->n", residual, residual)
        # The error is no longer than the residual over the smallest eigenvalue.
        solved = np.asarray(np.sqrt(squares) <= tolerance * smallest * np.linalg.norm(solution, axis=1))
        if solved.all():
            break
        direction = residual + (squares / np.maximum(before, _TINY))[:, None] * direction
    return solution, solved


def _columns(matrices: Array, p: int) -> List[Array]:
    places = diagonal_places(p)
    return [matrices[places[i] : places[i] + p - i] for i in range(p)]
