"""Work divided over the cores of this machine by threads: numpy, BLAS and LAPACK release Python's lock."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Callable, Deque, Iterable, Iterator, Optional, TypeVar

T = TypeVar("T")
R = TypeVar("R")

CHUNK = 1024
"""Pixels a thread works on at a time: few enough for their spectra to stay in a core's cache."""


def core_count() -> int:
    """Return how many cores this process may use: those it is bound to, and no more than OMP_NUM_THREADS where set."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return max(min(cores, int(asked)) if asked.isdigit() else cores, 1)


def map_threads(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield function(item) in the order of the items, computed by one thread a core.

    Only a few results are kept ahead of the reader. When the reader stops, what has not begun is left undone.
    """
    workers = core_count()
    if workers == 1:
        yield from map(function, items)
        return
    pending: Deque[Future[R]] = deque()
    with single_threaded_blas(), ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) > 2 * workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def ahead(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield function(item) in the order of the items, the next one computed by a thread while one is worked on."""
    with ThreadPoolExecutor(1) as pool:
        waiting: Optional[Future[R]] = None
        for item in items:
            following = pool.submit(function, item)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()


def single_threaded_blas() -> AbstractContextManager[Any]:
    """Keep BLAS from starting threads of its own in each of ours, which makes small products several times slower.

    By threadpoolctl, which comes with scikit-learn; without it results are the same and take longer.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limits
