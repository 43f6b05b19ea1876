"""Many independent pieces of work, several at once: on this machine, or on the workers of a Dask cluster."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Callable, Dict, Generator, Sequence, Tuple, Type, Union

from ..core.errors import ParameterError, WorkerError
from ..core.libraries import check_libraries
from ..core.run import Run
from .commands import GRACE

Work = Callable[[Any, Callable[[], bool]], Any]
"""Does one piece; the second argument tells whether it should stop."""
Result = Tuple[int, Union[Any, Exception]]
"""Number of a piece, and what its work returned, or why there is nothing."""

_LOOK = 0.2
_ASK = 1.0
"""Seconds between two questions of a worker whether to stop."""
_CONNECT = 20
"""Seconds that a scheduler has to answer."""
_LONELY = 30.0
"""Seconds without a worker after which the user is told."""


def each_here(work: Work, pieces: Sequence[Any], at_once: int, run: Run) -> Generator[Result, None, None]:
    """Yield the results as they come, `at_once` pieces at a time, each in a thread of this process.

    Where the run is cancelled, or the reader stops, those at work are told to stop, and waited for.
    """
    stop = threading.Event()
    pool = ThreadPoolExecutor(at_once)
    try:
        numbers: Dict[Future[Any], int] = {
            pool.submit(work, piece, stop.is_set): number for number, piece in enumerate(pieces)
        }
        pending = set(numbers)
        while pending:
            done, pending = wait(pending, _LOOK, FIRST_COMPLETED)
            for future in done:
                error = future.exception()
                if error is not None and not isinstance(error, Exception):
                    raise error
                yield numbers[future], error if error is not None else future.result()
            run.check_cancelled()
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def each_on_dask(work: Work, pieces: Sequence[Any], address: str, run: Run) -> Generator[Result, None, None]:
    """Yield the results as they come, computed by the workers of the Dask scheduler at `address`.

    work : something that workers can import by its name, as they must be able to import this package. The piece of a
    worker that dies is given to another one, three times; then it has failed.
    Raises MissingLibraryError without Dask, ParameterError where no scheduler answers.
    """
    check_libraries("DASK", ("distributed",))
    from distributed import Client, Event

    refused: Tuple[Type[Exception], ...] = (*_lost(), ValueError, TypeError)
    try:
        client = Client(address, timeout=_CONNECT, set_as_default=False)
    except refused as error:
        raise ParameterError(
            f"DASK: no scheduler answers at {address}: give its address as it prints it, such as tcp://10.0.0.1:8786."
        ) from error
    name = f"hsi-anomaly-{uuid.uuid4()}"
    stop = Event(name, client=client)
    futures: Dict[Any, int] = {}
    try:
        run.message(f"Workers connected to {address}: {len(client.nthreads())}.")
        for number, piece in enumerate(pieces):
            futures[client.submit(_on_worker, work, piece, name, key=f"{name}-{number}", pure=False)] = number
        since = time.monotonic()
        while futures:
            for future in [future for future in futures if future.done()]:
                yield futures.pop(future), _result(future)
                since = time.monotonic()
            run.check_cancelled()
            if time.monotonic() - since > _LONELY:
                if not client.nthreads():
                    run.warning(f"No worker is connected to {address}: waiting for one.")
                since = time.monotonic()
            time.sleep(_LOOK)
    finally:
        if futures:
            _stop(client, stop, list(futures))
        client.close()


def _lost() -> Tuple[Type[Exception], ...]:
    """Return what is raised where the scheduler is gone."""
    import asyncio  # a hundredth of a second, which QGIS would wait for at every start

    return OSError, RuntimeError, asyncio.TimeoutError


def _on_worker(work: Work, piece: Any, name: str) -> Any:
    """Do a piece on a worker, until the event `name` is set."""
    from distributed import Event, get_client

    lost = _lost()
    event = Event(name, client=get_client())
    told, asked = False, float("-inf")

    def stopped() -> bool:
        nonlocal told, asked
        if not told and time.monotonic() - asked > _ASK:
            asked = time.monotonic()
            try:
                told = bool(event.is_set())
            except lost:
                told = True
        return told

    return work(piece, stopped)


def _result(future: Any) -> Any:
    if future.status == "finished":
        return future.result()
    if future.status == "error":
        return future.exception()
    return WorkerError("The scheduler has lost it: its connection was cut.")


def _stop(client: Any, stop: Any, futures: Sequence[Any]) -> None:
    """Tell the workers to stop, and wait for them."""
    try:
        stop.set()
        # What waits for a worker is taken back at once; what is at work ends by itself.
        processing = {key for keys in client.processing().values() for key in keys}
        client.cancel([future for future in futures if future.key not in processing])
        until = time.monotonic() + GRACE + 5
        while time.monotonic() < until and not all(future.done() for future in futures):
            time.sleep(_LOOK)
        client.cancel(list(futures))
    except _lost():
        return
