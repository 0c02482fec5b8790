"""Independent pieces of work at once: by processes of this machine, or on a Dask cluster.

This is joblib with a progress bar, and the only place that starts processes.
"""

import ctypes
import multiprocessing
import pickle
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import resource_tracker
from typing import Any, TypeVar

import joblib

from gentutor.checks import check_int
from gentutor.progress import progress

PATIENCE = 10  # seconds to wait for a cluster's first answer

Item = TypeVar("Item")
Result = TypeVar("Result")


def as_done(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    fork: bool = False,
) -> Iterator[tuple[int, Result]]:
    """Yield (place, ``function(item)``) for every item, in the order in which they are done.

    Args:
        function: of one item. What goes in and what comes out must be picklable.
        items: pieces of work.
        jobs: processes of this machine, >= 1; None for one a core. There are no more of them than
            items. With one the work is done in this process, in order. Not used with a cluster.
        cluster: None, or the address of a Dask scheduler, ``"tcp://host:8786"``: its workers do
            the work then. They need this package installed.
        fork: start the processes as copies of this one, on Linux: they have all modules and
            networks that are loaded here, in 20 ms and not in seconds. For work on one thread
            only, since OpenMP's threads are not copied.

    Raises:
        BrokenProcessPool: a process died.
        TypeError, ValueError: ``jobs`` of the wrong kind or range.
        ImportError: ``cluster`` is given and Dask is missing here, or this package there.
        ConnectionError: no scheduler answers at ``cluster``, or it has no worker.
        Exception: whatever ``function`` raises; the other pieces are given up.

    >>> list(as_done(abs, [-3, 4], jobs=1))
    [(0, 3), (1, 4)]
    """
    items = list(items)
    jobs = joblib.cpu_count() if jobs is None else check_int("jobs", jobs)
    jobs = min(jobs, len(items))
    if cluster is not None:
        yield from _on_cluster(function, items, cluster)
    elif jobs <= 1:
        yield from ((i, function(item)) for i, item in enumerate(items))
    elif fork and sys.platform == "linux":
        yield from _forked(function, items, jobs)
    else:
        pool = joblib.Parallel(
            jobs,
            return_as="generator_unordered",
            batch_size=1,  # joblib would tie long pieces to each other after some short ones
            backend="loky",
            initializer=_leave_interrupts_to_parent,
        )
        tasks = (joblib.delayed(_numbered)(function, *pair) for pair in enumerate(items))
        with _deaf_to_interrupts():  # until the initializer has run
            results = pool(tasks)
        yield from results


def _forked(
    function: Callable[[Item], Result], items: Sequence[Item], jobs: int
) -> Iterator[tuple[int, Result]]:
    """Hand out two pieces a process at a time, so that results do not pile up."""
    queue = enumerate(items)
    running: dict[Future[Result], int] = {}
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(jobs, context, initializer=_die_with_parent)
    try:
        while True:
            for i, item in islice(queue, 2 * jobs - len(running)):
                running[pool.submit(function, item)] = i
            if not running:
                return
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(done), done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _die_with_parent() -> None:
    """Have the kernel end this process when its parent was killed; else it would wait for ever."""
    _leave_interrupts_to_parent()
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: they inherit which signals are blocked."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # else it starts in the block, and unblocks
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _on_cluster(
    function: Callable[[Item], Result], items: Iterable[Item], address: str
) -> Iterator[tuple[int, Result]]:
    """Send each task as bytes: a worker that cannot read what it is sent never answers."""
    try:
        import cloudpickle
        from distributed import Client
    except ImportError as error:
        raise ImportError("cluster: Dask is missing; pip install 'gentutor[cluster]'") from error
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise ConnectionError(f"cluster: no Dask scheduler answers at {address!r}") from error
    with client:
        try:
            client.submit(exec, f"import {__name__}", pure=False).result(PATIENCE)
        except TimeoutError as error:
            raise ConnectionError(f"cluster: {address!r} has no worker that is free") from error
        except ImportError as error:
            raise ImportError(f"cluster: its workers cannot import gentutor ({error})") from error
        tasks = (cloudpickle.dumps((function, *pair)) for pair in enumerate(items))
        with joblib.parallel_config("dask", client=client):
            pool = joblib.Parallel(-1, return_as="generator_unordered", batch_size=1)
        yield from pool(joblib.delayed(_unpickled)(task) for task in tasks)


def _unpickled(task: bytes) -> tuple[int, Any]:
    return _numbered(*pickle.loads(task))


def _numbered(function: Callable[[Item], Result], i: int, item: Item) -> tuple[int, Result]:
    return i, function(item)


def _leave_interrupts_to_parent() -> None:
    """Ctrl-C reaches every process of a terminal; the parent decides what becomes of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def parallel_map(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    unit: str = "run",
) -> list[Result]:
    """Return ``[function(item) for item in items]``, computed at once, with a progress bar.

    Arguments and errors are those of :func:`as_done`; ``unit`` names one piece in the bar.

    >>> parallel_map(abs, [-3, 4], jobs=1)
    [3, 4]
    """
    items = list(items)
    results: dict[int, Result] = {}
    with progress(len(items), unit) as bar:
        for i, result in as_done(function, items, jobs=jobs, cluster=cluster):
            results[i] = result
            bar.update()
    return [results[i] for i in range(len(items))]
