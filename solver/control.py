"""Termination and progress of a run: time limit, callback, Ctrl-C."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import TypeVar

from .errors import BadOptionError

LOG = logging.getLogger("singlepot")

POLL_S = 0.05
"""Interval at which a running solver is polled, seconds: short beside the two seconds in which a run has to stop."""

PATIENCE_S = 1.2
"""Time that a solver may take to stop before its thread is abandoned, seconds; with polling, below two in all."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """One event of a long run.

    Parameters
    ----------
    stage
        What is being worked on: a stage, or which of many scenarios or draws.
    fraction
        How far the whole run is, 0 to 1.
    elapsed_s
        Seconds of wall time since the start.
    done, count
        Of a run of many scenarios or draws: how many are done, of how many; 0 where the run is of one, or where
        the number is not known.
    """

    stage: str
    fraction: float
    elapsed_s: float
    done: int = 0
    count: int = 0


class Halt(Exception):  # noqa: N818  # a signal inside a run, as StopIteration is, and never the caller's
    """Raised inside a run that must end; ``by_limit`` is False where the caller stopped it."""

    def __init__(self, by_limit: bool) -> None:
        super().__init__("time limit" if by_limit else "stopped")
        self.by_limit = by_limit


class Control:
    """Control of a run: reports progress and ends it within about two seconds of a limit or a stop.

    Parameters
    ----------
    time_limit_s
        Seconds of wall time for the whole run; None for no limit.
    progress
        Called with a :class:`Progress`; the run stops when it returns False.
    """

    def __init__(self, time_limit_s: float | None = None, progress: Callable[[Progress], object] | None = None) -> None:
        given: object = time_limit_s
        if given is not None and not (isinstance(given, Real) and float(given) >= 0):
            raise BadOptionError(
                f"the time limit {time_limit_s!r} is no number of seconds", "write a number, 60 for a minute"
            )
        self._start = time.monotonic()
        self._limit_s = time_limit_s
        self._progress = progress
        self._stage = ""
        self._fraction = 0.0
        self._reported_s = 0.0

    @property
    def elapsed_s(self) -> float:
        """Seconds of wall time since the start."""
        return time.monotonic() - self._start

    @property
    def overdue(self) -> bool:
        """Whether the time limit has passed."""
        return self._limit_s is not None and self.elapsed_s >= self._limit_s

    @property
    def remaining_s(self) -> float | None:
        """Seconds left of the time limit, at least a hundredth; None without a limit."""
        return None if self._limit_s is None else max(self._limit_s - self.elapsed_s, 0.01)

    def enter(self, stage: str, fraction: float) -> None:
        """Report that a stage begins; raise :class:`Halt` if the run must end."""
        self._stage, self._fraction = stage, fraction
        self._look(force=True)

    def run(self, work: Callable[[], Result], cancel: threading.Event) -> Result:
        """Run ``work`` in a thread and look after it.

        ``cancel`` is set when the work must end; work that does not heed it within
        :data:`PATIENCE_S` is abandoned. Raises :class:`Halt` then.
        """
        outcome: list[Result] = []
        failure: list[BaseException] = []

        def call() -> None:
            try:
                outcome.append(work())
            except BaseException as error:  # noqa: BLE001  # handed over to the caller's thread below
                failure.append(error)

        thread = threading.Thread(target=call, name="singlepot-solver", daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(POLL_S)
                self._look()
        except (Halt, KeyboardInterrupt) as reason:
            cancel.set()
            thread.join(PATIENCE_S)
            if thread.is_alive():
                LOG.warning("the solver did not stop when told to; its thread was left behind")
            if isinstance(reason, Halt):
                raise
            raise Halt(by_limit=False) from reason
        if failure:
            raise failure[0]
        return outcome[0]

    def _look(self, force: bool = False) -> None:
        if self.overdue:
            raise Halt(by_limit=True)
        now = self.elapsed_s
        if self._progress is not None and (force or now - self._reported_s > 0.5):
            self._reported_s = now
            if self._progress(Progress(self._stage, self._fraction, now)) is False:
                raise Halt(by_limit=False)


class RunOfMany:
    """Progress of a run of many scenarios or draws, as one event after another.

    Parameters
    ----------
    progress
        Called with a :class:`Progress`; None for no reports.
    count
        How many there are; 0 where that is not known.
    what
        What is counted, in the plural.
    """

    def __init__(self, progress: Callable[[Progress], object] | None, count: int, what: str = "scenarios") -> None:
        self._progress = progress
        self._count = count
        self._what = what
        self._start = time.monotonic()

    def report(self, done: int) -> bool:
        """Report how many are done; False if the run must stop."""
        return self._tell(done, 0.0, f"{done} of {self._count or 'many'} {self._what}")

    def within(self, done: int) -> Callable[[Progress], object] | None:
        """Return what reports the progress of the next one as that of the whole run."""
        if self._progress is None:
            return None
        return lambda event: self._tell(done, event.fraction, event.stage)

    def _tell(self, done: int, part: float, stage: str) -> bool:
        if self._progress is None:
            return True
        fraction = min((done + part) / self._count, 1.0) if self._count else 0.0
        event = Progress(stage, fraction, time.monotonic() - self._start, done, self._count)
        return self._progress(event) is not False
