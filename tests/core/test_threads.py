"""Work in threads: order, errors, and what happens when the reader stops."""

import sys
import threading
import time

import numpy as np
import pytest

from qgis_hsi_anomaly.core import threads
from qgis_hsi_anomaly.core.threads import ahead, map_threads

COUNT = threads.core_count


@pytest.mark.parametrize(("asked", "expected"), [("1", 1), ("64", 3), ("", 3), ("many", 3), ("0", 1)])
def test_cores_are_those_this_process_may_use(asked, expected, monkeypatch):
    """Of a machine with three, as many as the launcher asks for."""
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)

    assert COUNT() == expected


@pytest.fixture(params=[1, 3], autouse=True)
def workers(request, monkeypatch):
    """One core, where no thread is started, and several."""
    monkeypatch.setattr(threads, "core_count", lambda: request.param)
    return request.param


def test_results_come_in_the_order_of_the_items():
    """Also when later items are done first."""

    def wait(seconds):
        time.sleep(seconds)
        return seconds

    waits = [0.03, 0.0, 0.02, 0.01, 0.0] * 3

    assert list(map_threads(wait, waits)) == waits


def test_an_error_reaches_the_reader():
    """The first failing item's exception, as it was raised."""
    with pytest.raises(ZeroDivisionError):
        list(map_threads(lambda item: 1 // item, [2, 1, 0, 3]))


def test_what_has_not_begun_when_the_reader_stops_is_left_undone():
    """A cancelled run does not go on in the background."""
    begun = []
    results = map_threads(begun.append, range(1000))
    next(results)
    results.close()
    so_far = len(begun)
    time.sleep(0.05)

    assert len(begun) == so_far < 20
    assert all(not thread.name.startswith("ThreadPoolExecutor") for thread in threading.enumerate())


def test_products_are_the_same_without_threadpoolctl(monkeypatch):
    """The library only saves time."""
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    matrices = np.random.default_rng(0).normal(size=(6, 20, 20))

    for matrix, found in zip(matrices, map_threads(lambda matrix: matrix @ matrix, matrices)):
        np.testing.assert_allclose(found, matrix @ matrix, rtol=1e-12)


def test_one_item_is_computed_ahead_and_no_more() -> None:
    """In order; what comes after the next is not begun."""
    begun = []

    def double(item: int) -> int:
        begun.append(item)
        return 2 * item

    results = ahead(double, range(5))

    assert next(results) == 0
    assert begun in ([0], [0, 1])
    assert list(results) == [2, 4, 6, 8]


def test_an_error_ahead_is_raised_where_its_item_is_due() -> None:
    """Those before it are still to be had."""
    results = ahead(lambda item: 1 // (2 - item), range(4))

    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)
