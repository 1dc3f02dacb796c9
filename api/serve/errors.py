"""Errors of the server, each with the status of its answer."""

from __future__ import annotations

from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.files.ownership import FolderRefusedError
from singlepot.solver import BadOptionError, NoSettlementError, NotProvenError, SinglepotError, StoppedError


class UnexpectedError(SinglepotError):
    """A job ended by a fault of the program or for want of memory."""


class BusyError(SinglepotError):
    """As many runs wait as the server takes.

    Parameters
    ----------
    cause, remedy
        See :class:`~singlepot.solver.SinglepotError`.
    again_s
        Seconds after which to ask again.
    """

    exit_code = 5

    def __init__(self, cause: str, remedy: str, again_s: int) -> None:
        super().__init__(cause, remedy)
        self.again_s = again_s


class NotThereError(SinglepotError):
    """What an address names is not there."""

    exit_code = 2


class BadRequestError(SinglepotError):
    """A request cannot be read."""

    exit_code = 2


STATUSES: dict[type[SinglepotError], int] = {
    BusyError: 503,
    NotThereError: 404,
    BadRequestError: 400,
    BadOptionError: 400,
    BadInputError: 422,
    NoSettlementError: 422,
    NotProvenError: 504,
    StoppedError: 409,
    FolderRefusedError: 409,
}
"""Status of the answer for each error; 500 for others."""


def status_of(error: SinglepotError) -> int:
    """Return the status of the answer for an error."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


def sentence(error: SinglepotError) -> str:
    """Write an error as a sentence for people: cause and remedy."""
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def headers_of(error: SinglepotError) -> dict[str, str]:
    """Return what the head of an answer says of an error: when to ask again."""
    return {"Retry-After": str(error.again_s)} if isinstance(error, BusyError) else {}
