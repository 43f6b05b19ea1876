"""The systems (X W X' + lambda I) v = y of a tile's pixels, whose rings X overlap and whose weights W differ.

Coordinates come in order of decreasing variance. The first few are solved for by factors. The others, where there
are any, are mostly noise: for them X W X' is small beside lambda I, and Lanczos steps on the Schur complement
converge at once. Only |v|^2 is asked for: a step's subspace gives it with about the square of the solution's error
(G. H. Golub, G. Meurant, Matrices, Moments and Quadrature, 2010), so that two or three steps give nine digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence, Tuple

import numpy as np

from .cube import Array
from .linear_systems import solve_factored

STEPS = 30
TOLERANCE = 1e-12
"""Of |v|^2, relative."""
SINGLE_PRECISION = 0.01
"""Where the mean of the tail's eigenvalues is this small beside lambda, float32 leaves eight digits of |v|."""
_TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True)
class Patch:
    """Pixels that share a dictionary.

    pixels : which of the tile's pixels they are. leading : (n, l), tail : (n, t), the dictionary's coordinates.
    weights : (n_pixels, n), the diagonals of W, 0 outside a pixel's own ring.
    All are float32 where that is enough, else float64: see SINGLE_PRECISION.
    """

    pixels: slice
    leading: Array
    tail: Array
    weights: Array


def solve_with_tail(
    patches: Sequence[Patch], factors: Array, solution: Array, right: Array, lambda_: float
) -> Tuple[Array, Array, Array]:
    """Solve the systems of all pixels, given the factors of their leading l x l blocks.

    factors : see `factor_packed`, of n systems. solution : (l, n), what they give alone for the leading right sides.
    right : (n, t) float64, the right sides of the Schur complement: the other coordinates of y, less what the leading
    solution makes of them.
    Returns the leading coordinates of v, (l, n), the squared length of the others, (n,), and which systems
    converged, (n,) bool.
    """
    dtype = patches[0].tail.dtype
    length = np.sqrt(np.einsum("nt,nt->n", right, right))
    direction = (right / np.maximum(length, _TINY)[:, None]).astype(dtype)
    before, coupling = np.zeros_like(direction), np.zeros(len(right))
    # L D L' of the Lanczos matrix, and the right side carried along: what a step adds to v is `steps[-1]`.
    pivot, carried = np.ones(len(right)), length
    directions: List[Array] = []
    ratios: List[Array] = []
    steps: List[Array] = []
    for number in range(STEPS):
        seen = [direction[patch.pixels] @ patch.tail.T for patch in patches]
        mixed = np.empty_like(solution)
        for patch, image in zip(patches, seen):
            mixed[:, patch.pixels] = ((image * patch.weights) @ patch.leading).T
        directions.append(solve_factored(factors, mixed))
        form = np.empty(len(right))
        for index, (patch, image) in enumerate(zip(patches, seen)):
            left = image - directions[-1][:, patch.pixels].T.astype(dtype) @ patch.leading.T
            left *= patch.weights
            form[patch.pixels] = np.einsum("nk,nk->n", image, left)
            seen[index] = left
        ratio = coupling / pivot
        ratios.append(ratio)
        carried = carried if number == 0 else -ratio * carried
        pivot = lambda_ + form - ratio * coupling
        steps.append(carried / pivot)
        following = np.empty_like(direction)
        for patch, left in zip(patches, seen):
            following[patch.pixels] = left @ patch.tail
        following -= form[:, None].astype(dtype) * direction + coupling[:, None].astype(dtype) * before
        coupling = np.sqrt(np.einsum("nt,nt->n", following, following, dtype=np.float64))
        # The residual is `coupling * steps[-1]` long, and the error no longer than that over lambda.
        leading, squares = _combine(solution, directions, ratios, steps)
        error = (coupling * steps[-1] / lambda_) ** 2
        converged = error <= TOLERANCE * (squares + np.einsum("ln,ln->n", leading, leading))
        if converged.all():
            break
        following /= np.maximum(coupling, _TINY)[:, None].astype(dtype)
        before, direction = direction, following
    return leading, squares, converged


def _combine(
    solution: Array, directions: Sequence[Array], ratios: Sequence[Array], steps: Sequence[Array]
) -> Tuple[Array, Array]:
    """Substitute backwards: the leading coordinates of v, and the squared length of its tail."""
    leading, squares = solution.copy(), np.zeros(solution.shape[1])
    share = np.zeros(solution.shape[1])
    for number in range(len(steps) - 1, -1, -1):
        share = steps[number] - (ratios[number + 1] * share if number + 1 < len(steps) else 0.0)
        leading -= share * directions[number]
        squares += share**2
    return leading, squares
