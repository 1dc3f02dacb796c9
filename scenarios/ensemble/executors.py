"""Process pool and Dask cluster: either settles the draws, and a worker that is lost loses no draw."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Protocol

from singlepot.solver import StoppedError

from .drawing import TRIES, Drawn, Work, failed, settle_draws
from .store import EnsembleRefusedError

POLL_S = 0.2
"""Interval at which the caller's progress is called while workers run, seconds."""


@dataclass(frozen=True)
class Batch:
    """Batch of consecutive draws that one worker settles; its number is that of the first."""

    draws: range

    @property
    def number(self) -> int:
        """Number of the first draw."""
        return self.draws.start


Tick = Callable[[], None]
"""Callback at every poll; an exception that it raises ends the run."""


class Executor(Protocol):
    """Executor of batches, in any order."""

    def run(self, work: Work, batches: Sequence[Batch], tick: Tick) -> Iterator[tuple[Batch, list[Drawn]]]:
        """Yield each batch with its draws when it is done."""


class Processes:
    """Process pool of spawned workers, one solver thread each, which end with their parent.

    A crash of one worker breaks the pool: each batch that was running is then settled alone, so that the batch that
    crashes its worker is identified; after three crashes its draws are reported as failed.
    """

    def __init__(self, workers: int) -> None:
        self._workers = max(workers, 1)
        self._started = False

    def run(self, work: Work, batches: Sequence[Batch], tick: Tick) -> Iterator[tuple[Batch, list[Drawn]]]:
        """Settle batches; see :class:`Executor`.

        Raises
        ------
        EnsembleRefusedError
            No worker can start: reading the caller's script fails or would start the ensemble again, or it was killed.
        """
        with _one_thread_each():
            waiting = list(batches)
            while waiting:
                suspects = yield from self._pool(work, waiting, self._workers, tick)
                waiting = [batch for batch in waiting if batch not in suspects and batch.number not in self._done]
                for suspect in suspects:
                    yield suspect, self._alone(work, suspect, tick)

    def _pool(
        self, work: Work, batches: Sequence[Batch], workers: int, tick: Tick
    ) -> Generator[tuple[Batch, list[Drawn]], None, list[Batch]]:
        """Settle batches in a pool until all are done or it breaks; return those that were running when it broke."""
        self._done: set[int] = set()
        todo = iter(batches)
        running: dict[Future[list[Drawn]], Batch] = {}
        with _saying_what_does_not_start():
            stop = multiprocessing.get_context("spawn").Event()
            pool = _open(work, workers, stop)
        try:
            if not self._started:
                self._started = _starts(pool, tick)
            while True:
                for batch in todo:
                    running[_submit(pool, _settle, batch.draws)] = batch
                    if len(running) >= workers + 1:
                        break
                if not running:
                    return []
                ready, _ = wait(running, timeout=POLL_S, return_when=FIRST_COMPLETED)
                tick()
                for future in ready:
                    drawn = future.result()
                    batch = running.pop(future)
                    self._done.add(batch.number)
                    yield batch, drawn
        except BrokenProcessPool:
            return list(running.values())
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _alone(self, work: Work, batch: Batch, tick: Tick) -> list[Drawn]:
        """Settle one batch in a process of its own, at most :data:`TRIES` times in all."""
        for _ in range(TRIES - 1):
            for _, drawn in self._pool(work, [batch], 1, tick):
                return drawn
        return [failed(work, draw, "failed", "the worker died, three times") for draw in batch.draws]


def _open(work: Work, workers: int, stop: Any) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(work, stop))


def _submit(pool: ProcessPoolExecutor, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """Submit work with SIGINT blocked: a worker that is started for it inherits that, and Ctrl-C reaches the parent."""
    masked = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    try:
        with _saying_what_does_not_start():
            return pool.submit(work, *arguments)
    finally:
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _saying_what_does_not_start() -> Iterator[None]:
    """Refuse the ensemble where the system starts no process: the pipe to it breaks before it has read anything."""
    try:
        yield
    except OSError as error:
        cause = f"a worker could not be started ({error.strerror or error})"
        raise EnsembleRefusedError(cause, f"look whether you may run {sys.executable}") from error


STARTED_AGAIN = 97
"""Exit code of a worker that was about to start the ensemble again."""


def leave_if_starting() -> None:
    """End a worker that imports the caller's script and calls for an ensemble there; the caller reports the reason."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(STARTED_AGAIN)


def _starts(pool: ProcessPoolExecutor, tick: Tick) -> bool:
    """Wait until the first worker has started.

    Raises
    ------
    EnsembleRefusedError
        It ended before; the message says of what.
    """
    before = multiprocessing.active_children()
    answer = _submit(pool, os.getpid)
    workers = [child for child in multiprocessing.active_children() if child not in before]
    while not answer.done():
        wait([answer], timeout=POLL_S)
        tick()
    if isinstance(answer.exception(), BrokenProcessPool):
        pool.shutdown(wait=True)  # whose thread alone waits for them: of two that do, one finds no exit code
        raise _not_started({worker.exitcode for worker in workers})
    return True


def _not_started(exit_codes: Collection[int | None]) -> EnsembleRefusedError:
    """Say why no worker started, by the exit codes of those that ended; the pool itself ends the others by a signal."""
    if STARTED_AGAIN in exit_codes:
        return EnsembleRefusedError(
            "the workers cannot start: they read the script that called singlepot, and it starts them again",
            'put the call below `if __name__ == "__main__":`, or ask for no workers',
        )
    own = sorted(code for code in exit_codes if code is not None and code > 0)
    if own:
        cause = f"a worker ended with exit code {own[0]} while it started"
        return EnsembleRefusedError(cause, "the traceback above is its own: mend the script or module that it names")
    killed = sorted(-code for code in exit_codes if code is not None and code < 0)
    by = f"signal {killed[-1]}" if killed else "something outside"
    cause = f"a worker was ended by {by} while it started, perhaps for want of memory"
    return EnsembleRefusedError(cause, "ask for fewer workers, and run the same command again: it goes on")


@contextlib.contextmanager
def _one_thread_each() -> Iterator[None]:
    """Limit the numerical libraries of the children to one thread."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_WORK: list[Work] = []
_STOP: list[Any] = []


def _start(work: Work, stop: Any) -> None:
    """Initialise a worker: Ctrl-C is ignored, and the end of the parent ends the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _WORK[:], _STOP[:] = [work], [stop]
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _settle(draws: range) -> list[Drawn]:
    try:
        return settle_draws(_WORK[0], draws, lambda _: not _STOP[0].is_set())
    except StoppedError:
        return []


class Cluster:
    """Dask cluster, whose workers may join and leave during the run."""

    def __init__(self, address: str) -> None:
        from distributed import Client

        try:
            connect: Any = Client
            self._client: Any = connect(address, timeout=10, set_as_default=False)
        except (OSError, ValueError) as error:
            raise EnsembleRefusedError(f"no Dask cluster answers at {address}", "look at its address") from error

        for worker, theirs in self._client.run(versions).items():
            _insist_on_versions(f"at {worker}", theirs)

    def run(self, work: Work, batches: Sequence[Batch], tick: Tick) -> Iterator[tuple[Batch, list[Drawn]]]:
        """Settle batches; see :class:`Executor`. Those whose data went with a worker are given to the others."""
        waiting = list(batches)
        try:
            for _ in range(TRIES):
                waiting = (yield from self._run_once(work, waiting, tick)) if waiting else []
        finally:
            self._client.close()
        for batch in waiting:
            yield (
                batch,
                [failed(work, draw, "failed", "the workers that held its data were lost") for draw in batch.draws],
            )

    def _run_once(
        self, work: Work, batches: Sequence[Batch], tick: Tick
    ) -> Generator[tuple[Batch, list[Drawn]], None, list[Batch]]:
        """Settle batches; return those that were cancelled, because no worker that held their data is left."""
        client, changed, lost = self._client, threading.Event(), []
        try:
            shared = client.scatter(work, broadcast=True, hash=False)  # a new name: one that was lost stays lost
        except TimeoutError:  # there is no worker
            return list(batches)
        pending = {
            client.submit(_settle_there, shared, batch.draws, pure=False, retries=TRIES - 1): batch for batch in batches
        }
        for future in pending:
            future.add_done_callback(lambda _: changed.set())
        try:
            while pending:
                changed.wait(POLL_S)
                changed.clear()
                tick()
                for future in [future for future in pending if future.done()]:
                    batch = pending.pop(future)
                    if future.status in ("cancelled", "lost"):
                        lost.append(batch)
                    else:
                        yield batch, _result(work, batch, future)
            return lost
        finally:
            client.cancel(list(pending), force=True)


def versions() -> dict[str, str]:
    """List the versions of the libraries that determine the digits of a settlement."""
    return {name: version(name) for name in ("singlepot", "highspy", "clarabel", "numpy", "scipy", "pandas")}


_ONE_AT_A_TIME = threading.Lock()


def _insist_on_versions(worker: str, theirs: dict[str, str]) -> None:
    """Refuse a worker whose library versions differ, since the bytes would differ too."""
    mine = versions()
    differ = {name: (mine[name], theirs.get(name)) for name in mine if theirs.get(name) != mine[name]}
    if differ:
        wrong = ", ".join(f"{name} {there} instead of {here}" for name, (here, there) in differ.items())
        raise EnsembleRefusedError(f"worker {worker} has {wrong}", "install the same versions everywhere")


def _settle_there(work: Work, draws: range) -> tuple[dict[str, str], list[Drawn]]:
    """Settle a batch in a worker of a cluster, one at a time in each process; return its versions and the draws."""
    with _ONE_AT_A_TIME:
        return versions(), settle_draws(work, draws)


def _result(work: Work, batch: Batch, future: Any) -> list[Drawn]:
    if future.status == "finished":
        theirs, drawn = future.result()
        _insist_on_versions("that joined", theirs)
        return list(drawn)
    reason = f"{type(future.exception()).__name__}: the workers that tried it were lost"
    return [failed(work, draw, "failed", reason) for draw in batch.draws]
