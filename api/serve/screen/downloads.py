"""Files that can be downloaded of what is on the screen."""

from __future__ import annotations

from collections.abc import Callable

from singlepot.models.settlement.settlement import Settlement
from singlepot.scenarios.results.settlement_document import settlement_json

from ..errors import NotThereError
from ..runs import Runs
from ..saved import what_if_of
from ..sessions import Session

SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _made(job: str) -> Callable[[Runs, Settlement], bytes]:
    def make(runs: Runs, settlement: Settlement) -> bytes:
        content: bytes = runs.start(job, settlement).outcome()
        return content

    return make


FILES: dict[str, tuple[str, str, Callable[[Runs, Settlement], bytes] | None]] = {
    "workbook": ("xlsx", SHEETS, _made("workbook")),
    "report": ("html", "text/html; charset=utf-8", _made("report")),
    "what-if": ("toml", "application/toml", None),
    "settlement": ("json", "application/json", lambda runs, settlement: settlement_json(settlement)),
}
"""Ending, media type, and what makes the file of a settlement; a what-if needs none."""


def download(kind: str, session: Session, runs: Runs) -> tuple[str, str, bytes]:
    """Return name, media type and content of a file of what is on the screen.

    Parameters
    ----------
    kind
        One of :data:`FILES`.
    session
        Whose screen it is.
    runs
        Settles what is not settled yet, and makes what takes long.

    Raises
    ------
    NotThereError
        There is no such file.
    SinglepotError
        There is no settlement.
    """
    if session.base is None or kind not in FILES:
        raise NotThereError("there is no such file", "choose one of the screen")
    ending, media, make = FILES[kind]
    name = f"{kind}.{ending}"
    if make is None:
        return name, media, what_if_of(*session.state())
    return name, media, make(runs, _settled(session, runs))


def _settled(session: Session, runs: Runs) -> Settlement:
    state = session.state()
    run = session.need([state])
    if run is not None:
        run.wait(runs.time_limit_s)
        session.need([state])
    outcome = session.outcome(state)
    if outcome is None:
        raise NotThereError("nothing is settled yet", "wait until it is")
    if not isinstance(outcome, Settlement):
        raise outcome
    return outcome
