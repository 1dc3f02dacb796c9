"""Exceptions of singlepot, in one tree: each states a cause and a remedy."""

from __future__ import annotations

from collections.abc import Sequence


class SinglepotError(Exception):
    """Anything singlepot refuses or fails to do.

    Parameters
    ----------
    cause
        What happened, in one line.
    remedy
        What the user can do about it, in one line; may be empty.
    """

    exit_code = 6
    """What the command line returns for this error."""

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(cause, remedy)
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        """Cause and remedy in one line."""
        return f"{self.cause}; {self.remedy}" if self.remedy else self.cause


class BadOptionError(SinglepotError):
    """An option of a run that cannot be; nothing was solved."""

    exit_code = 2


class SolverNotFoundError(SinglepotError):
    """There is no such backend or solver, or it is not installed; the remedy says how to get it."""

    exit_code = 2


class BadExtraRowsError(SinglepotError):
    """A further constraint of the calling program cannot be used."""

    exit_code = 2


class NoSettlementError(SinglepotError):
    """The rules cannot hold together: no settlement exists."""

    exit_code = 4


class UnfinishedError(SinglepotError):
    """A run that ended before every stage was proved; ``stages`` holds those that were.

    Parameters
    ----------
    stages
        Pairs of stage name and proved optimum, in order.
    """

    def __init__(self, cause: str, remedy: str = "", stages: Sequence[tuple[str, float]] = ()) -> None:
        super().__init__(cause, remedy)
        self.stages = tuple(stages)


class NotProvenError(UnfinishedError):
    """The time limit came first."""

    exit_code = 5


class StoppedError(UnfinishedError):
    """The user or the calling program stopped the run."""

    exit_code = 130


class SolverFailedError(SinglepotError):
    """A solver broke its contract or proved nothing; no answer of it was used."""

    exit_code = 6


class VerificationFailedError(SinglepotError):
    """An answer was found but its certificate does not hold; it is not shown."""

    exit_code = 6
