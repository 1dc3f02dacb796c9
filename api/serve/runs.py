"""Runs of jobs in worker processes: bounded in number and time, each with its progress, each can be cancelled."""

from __future__ import annotations

import gc
import math
import multiprocessing
import threading
import time
from collections import deque
from multiprocessing.connection import Connection
from typing import Any

from singlepot.models.tables.stage_words import STAGE_WORDS, stage_words
from singlepot.solver import NotProvenError, Progress, SinglepotError, StoppedError

from . import worker
from .errors import BusyError, UnexpectedError

MOST_WAITING, LEAST_WAITING = 64, 6
"""Runs that may wait for a worker: as many as there are sessions, each of which has one; and however long they take."""

LONGEST_WAIT_S = 30.0
"""Seconds after which a run that is asked for should begin, judged by how long others take; where that is longer, it is
refused with the time at which to ask again."""

REMEMBERED = 20
"""Runs that are over, of which is known how long they took."""

LATE_S = 5.0
"""Seconds after its time limit at which a run that does not heed it is ended with its process."""

POLLED_S = 0.02
"""Seconds between two looks at a worker."""


class Child:
    """A worker process and the connection to it; one for drawings has no limit of memory and is used once."""

    def __init__(self, limited: bool = True) -> None:
        self.limited = limited
        context = multiprocessing.get_context("spawn")
        self.connection, there = context.Pipe()
        about = (there, limited, gc.get_threshold()[0])
        self.process = context.Process(target=worker.answer, args=about, daemon=True, name="singlepot-run")
        self.process.start()
        there.close()

    def kill(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.connection.close()


class Run:
    """A job that was asked for.

    Attributes
    ----------
    words, fraction
        What is being done, and how far the whole is, 0 to 1.
    value, error
        What came of it; both None while it runs.
    called
        Whether it is its turn, or it was cancelled before.
    """

    def __init__(self) -> None:
        self.words, self.fraction = "Beginning", 0.0
        self.value: Any = None
        self.error: SinglepotError | None = None
        self.cancelled = threading.Event()
        self.called = threading.Event()
        self._ended = threading.Event()

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until it is over, at most some seconds; return whether it is."""
        return self._ended.wait(seconds)

    def cancel(self) -> None:
        """End it; its process is ended within a moment."""
        self.cancelled.set()
        self.called.set()

    def outcome(self) -> Any:
        """Wait for what comes of it, and return or raise that."""
        self._ended.wait()
        if self.error is not None:
            raise self.error
        return self.value

    def follow(self, event: Progress) -> None:
        """Take an event of its progress."""
        known = event.stage.partition("[")[0] in STAGE_WORDS
        self.words = f"Settling: {stage_words(event.stage)}" if known else "Settling"
        self.fraction = event.fraction

    def end(self, value: Any, error: SinglepotError | None) -> None:
        """Say what came of it."""
        self.value, self.error = value, error
        self._ended.set()


class Runs:
    """Pool of worker processes, and a queue: who asks first is settled first.

    Parameters
    ----------
    parallel
        How many run at a time; others wait.
    time_limit_s
        Seconds of wall time for each.
    """

    def __init__(self, parallel: int, time_limit_s: float) -> None:
        self.time_limit_s = time_limit_s
        self._parallel = parallel
        self._lock = threading.Lock()
        self._idle: list[Child] = [Child()]
        self._begun: dict[Run, float] = {}
        self._queue: list[Run] = []
        self._took: deque[float] = deque(maxlen=REMEMBERED)
        self._closed = False

    def start(self, job: str, about: Any, time_limit_s: float | None = None) -> Run:
        """Ask for a job.

        Parameters
        ----------
        job
            One of :data:`singlepot.serve.worker.JOBS`.
        about
            What it is about.
        time_limit_s
            Seconds of wall time, where less than the server's are wanted.

        Raises
        ------
        BusyError
            As many are under way or waiting as the server takes.
        """
        run = Run()
        with self._lock:
            self._refuse()
            self._queue.append(run)
            self._call()
        limit_s = min(time_limit_s or self.time_limit_s, self.time_limit_s)
        threading.Thread(target=self._carry_out, args=(run, job, about, limit_s), daemon=True).start()
        return run

    def close(self) -> None:
        """End all runs and processes."""
        with self._lock:
            self._closed = True
            runs, idle, self._idle = [*self._begun, *self._queue], self._idle, []
        for run in runs:
            run.cancel()
        for child in idle:
            child.kill()
        for run in runs:
            run.wait(LATE_S)

    def _refuse(self) -> None:
        """Refuse one more where too many wait, or those that wait take too long."""
        if self._closed:
            raise BusyError("the server ends", "start it again", 1)
        now, waiting = time.monotonic(), len(self._queue)
        took = [*self._took, *(now - begun for begun in self._begun.values())]
        wait_s = (waiting + 1) * sum(took) / max(len(took), 1) / self._parallel
        if waiting >= MOST_WAITING or (waiting >= LEAST_WAITING and wait_s > LONGEST_WAIT_S):
            again_s = max(math.ceil(wait_s), 1)
            seconds = "a second" if again_s == 1 else f"{again_s} seconds"
            raise BusyError(f"{waiting} settlements wait already", f"try again in {seconds}", again_s)

    def _call(self) -> None:
        """Call those whose turn it is, and tell the others where they stand."""
        while self._queue and len(self._begun) < self._parallel:
            run = self._queue.pop(0)
            self._begun[run] = time.monotonic()
            run.called.set()
        for number, run in enumerate(self._queue, 1):
            run.words = f"Waiting as number {number}"

    def _carry_out(self, run: Run, job: str, about: Any, limit_s: float) -> None:
        value: Any = None
        error: SinglepotError | None = UnexpectedError("the run ended before its time", "try again")
        try:
            run.called.wait()
            with self._lock:
                if run in self._queue:
                    self._queue.remove(run)
            if run.cancelled.is_set():
                error = _stopped()
                return
            value, error = self._in_child(run, job, about, limit_s)
        finally:
            with self._lock:
                if run in self._begun:
                    self._took.append(time.monotonic() - self._begun.pop(run))
                self._call()
            run.end(value, error)

    def _in_child(self, run: Run, job: str, about: Any, limit_s: float) -> tuple[Any, SinglepotError | None]:
        child = Child(limited=False) if job in worker.DRAWING else self._borrow()
        run.words = "Settling"
        try:
            child.connection.send((job, about, limit_s))
            value, error = _answer(run, child.connection, time.monotonic() + limit_s + LATE_S)
        except (EOFError, OSError):
            child.kill()
            return None, UnexpectedError(
                "the run's process ended, perhaps for want of memory", "make the scenario smaller, or report it"
            )
        if not isinstance(error, _EndedError):
            self._give_back(child)
            return value, error
        child.kill()
        self._give_back(Child())
        return None, _stopped() if run.cancelled.is_set() else NotProvenError("the time limit came first")

    def _give_back(self, child: Child) -> None:
        """Keep a worker for the next job, or end it."""
        with self._lock:
            keep = not self._closed and child.limited and len(self._idle) < self._parallel
            if keep:
                self._idle.append(child)
        if not keep:
            child.kill()

    def _borrow(self) -> Child:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.process.is_alive():
                    return child
        return Child()


class _EndedError(SinglepotError):
    """A job that was cancelled or late, whose process is to be ended."""


def _answer(run: Run, connection: Connection, latest: float) -> tuple[Any, SinglepotError | None]:
    """Follow a job until it is over, cancelled or late."""
    while True:
        if run.cancelled.is_set() or time.monotonic() > latest:
            return None, _EndedError("ended")
        if not connection.poll(POLLED_S):
            continue
        kind, content = connection.recv()
        if kind == "progress":
            run.follow(content)
        elif kind == "failed":
            return None, content
        else:
            return content, None


def _stopped() -> StoppedError:
    return StoppedError("cancelled", "what was settled before stands")
