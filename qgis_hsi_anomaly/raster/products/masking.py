"""What the masks of a product take from an image: pixels, and bands that are marked nearly throughout."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Optional, Sequence, Tuple

import numpy as np

from ...core.cube import Array
from ...core.errors import DataError, ParameterError
from ...core.masks import KINDS, grow
from ...core.run import ALONE, Run
from .base import BandFlags, Product

MOST_FLAGGED = 0.05
"""A band in which a larger part of the pixels is marked is left out, instead of the pixels."""


def check_allowed(allow: Sequence[str]) -> None:
    """Raise ParameterError where a kind of mask is not known."""
    unknown = sorted(set(allow) - set(KINDS))
    if unknown:
        raise ParameterError(f"ALLOW must be one or more of {', '.join(KINDS)}; got {unknown[0]!r}.")


def marked_pixels(product: Optional[Product], allow: Sequence[str], run: Run = ALONE) -> Dict[str, Array]:
    """Return the pixels that a product's masks mark, with their margins: kind -> (rows, columns) bool.

    allow : kinds that are let in. Raises RasterError where a mask cannot be read or is of another size.
    """
    marks: Dict[str, Array] = {}
    for mask in product.masks if product is not None else ():
        run.check_cancelled()
        if mask.kind in allow:
            continue
        marked = grow(mask.read(), mask.margin)
        marks[mask.kind] = marks[mask.kind] | marked if mask.kind in marks else marked
    return marks


def often_flagged(
    product: Optional[Product], source: Any, allow: Sequence[str], run: Run = ALONE
) -> Dict[int, str]:
    """Return the bands of which more than `MOST_FLAGGED` of the pixels are marked: number -> why it is left out."""
    if product is None or product.flags is None:
        return {}
    counts = np.zeros(len(source.numbers))
    for _, flagged in _flagged(product.flags, source, allow, run):
        counts += sum(np.count_nonzero(marked, axis=(0, 2)) for marked in flagged.values())
    shares = counts / (source.rows * source.columns)
    return {
        number: f"marked in more than {MOST_FLAGGED:.0%} of the pixels"
        for number, share in zip(source.numbers, shares)
        if share > MOST_FLAGGED
    }


def flagged_pixels(
    product: Optional[Product], source: Any, allow: Sequence[str], run: Run = ALONE
) -> Dict[str, Array]:
    """Return the pixels of which a value in any band of `source` is marked: kind -> (rows, columns) bool."""
    marks: Dict[str, Array] = {}
    if product is None or product.flags is None:
        return marks
    for start, flagged in _flagged(product.flags, source, allow, run):
        for kind, marked in flagged.items():
            whole = marks.setdefault(kind, np.zeros((source.rows, source.columns), dtype=bool))
            whole[start : start + len(marked)] |= marked.any(axis=1)
    return marks


def _flagged(
    flags: BandFlags, source: Any, allow: Sequence[str], run: Run
) -> Iterator[Tuple[int, Dict[str, Array]]]:
    """Yield first rows, and where values are marked: kind -> (rows, bands, columns) bool."""
    kinds = {kind: codes for kind, codes in flags.kinds.items() if kind not in allow}
    for start, stop in source.spans(0, source.rows, 2**26) if kinds else ():
        codes = flags.read(start, stop, source.numbers)
        yield start, {kind: (codes >= low) & (codes < high) for kind, (low, high) in kinds.items()}
        run.update(stop / source.rows)


def without_marked(
    path: str, valid: Array, marks: Dict[str, Array], run: Run
) -> Tuple[Array, Dict[str, int]]:
    """Return the valid pixels that no mask takes, and how many of them each kind takes, overlapping ones in each.

    Says so, and keeps the numbers for the run record. Raises DataError where fewer than two are left.
    """
    masked = {kind: int(np.count_nonzero(valid & marked)) for kind, marked in marks.items()}
    if not masked:
        return valid, masked
    run.metric("masked_pixels", masked)
    left = valid & ~np.any(list(marks.values()), axis=0)
    before, after = int(valid.sum()), int(left.sum())
    shares = ", ".join(f"{kind} {count} ({count / before:.1%})" for kind, count in masked.items())
    if after < 2:
        raise DataError(
            f"The masks of {path} leave {after} of {before} pixels with data ({shares}): let some of them in "
            "with ALLOW."
        )
    run.message(f"Left out by the product's masks, {before - after} of {before} pixels with data: {shares}.")
    return left, masked
