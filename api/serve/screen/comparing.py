"""Page that shows one scenario beside another: the base, the screen, or saved ones."""

from __future__ import annotations

from typing import Any

from starlette.responses import HTMLResponse, Response

from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import SinglepotError

from ..errors import sentence
from ..sessions import Session, State
from . import drawings
from .templating import render
from .views import tables_values
from .visit import PATIENCE_S, POLLED_S, Visit, back

BASE, SCREEN = "base", "screen"
"""What can be compared beside saved scenarios."""


def compare(visit: Visit) -> Response:
    """Show one scenario beside another: the base, the screen, or saved ones."""
    session = visit.session
    if session.base is None:
        return back(visit)
    first, second = visit.text("first") or BASE, visit.text("second") or SCREEN
    states = [_state(visit, name) for name in (first, second)]
    run = session.need(states)
    if run is not None:
        run.wait(POLLED_S if visit.htmx else PATIENCE_S)
        run = session.need(states)
    values: dict[str, Any] = {
        "run": run,
        "names": visit.service.saved.names(),
        "first": first,
        "second": second,
        "titles": [_title(session, name) for name in (first, second)],
        "settled": None,
        "failure": "",
    }
    if run is None:
        values |= _compared(session, states, values["titles"][0])
    template = "compared.html.j2" if visit.htmx else "compare.html.j2"
    return HTMLResponse(render(template, **values))


def _title(session: Session, name: str) -> str:
    return {BASE: "the base", SCREEN: "what is on the screen"}.get(name, name)


def _state(visit: Visit, name: str) -> State:
    session = visit.session
    if name == BASE:
        return session.state(())
    return session.state() if name == SCREEN else visit.service.opened(name)


def _compared(session: Session, states: list[State], called: str) -> dict[str, Any]:
    outcomes = [session.outcome(state) for state in states]
    for outcome in outcomes:
        if isinstance(outcome, SinglepotError):
            return {"failure": sentence(outcome)}
    first, second = outcomes
    assert isinstance(first, Settlement) and isinstance(second, Settlement)
    if first.scenario.settings.money != second.scenario.settings.money:
        return {"failure": "Their money is in different units, so they cannot be compared."}
    gains = drawings.gains_drawing(second, first, False, called)
    return {"settled": True} | tables_values(second, first, called) | {"gains": gains}
