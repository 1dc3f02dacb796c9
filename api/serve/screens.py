"""Pages of the screen, whole or in the parts that htmx puts in their place; without scripts the same forms work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from singlepot.models.diagnostics.explanations import explain_code
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import SinglepotError

from . import downloads, drawings
from .errors import BadRequestError, sentence, status_of
from .fields import Reading, read_form
from .runs import Run
from .service import Service, grouped
from .sessions import Session, State
from .templating import render
from .views import (
    VIEWS,
    levers_values,
    problem_parts,
    result_values,
    screen_values,
    status_values,
    tables_values,
    tools_values,
)

PATIENCE_S = 1.5
"""Seconds that a whole page waits for the settlement under way, so that most come with it."""

WITHOUT_SCRIPT_S = 4.0
"""Seconds that a page waits where it was asked to look again."""

POLLED_S = 0.3
"""Seconds that a look at the progress waits for news."""

BASE, SCREEN = "base", "screen"
"""What can be compared beside saved scenarios."""


@dataclass(frozen=True)
class Visit:
    """A request of a browser: the server's state, its session, what it sent, and whether htmx asks."""

    service: Service
    session: Session
    form: Mapping[str, str | UploadFile]
    htmx: bool

    def text(self, name: str) -> str:
        """Return a text that was sent; empty where there is none."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""


Screen = Callable[[Visit], Response]
"""Answers a request of a browser."""


def home(visit: Visit) -> Response:
    """Show levers and result, or what can be chosen where nothing is yet."""
    session = visit.session
    if session.base is None or "choose" in visit.form:
        return _choose(visit)
    _look(visit)
    run = _need(session)
    if run is not None and not visit.htmx:
        run.wait(WITHOUT_SCRIPT_S if "again" in visit.form else PATIENCE_S)
        run = _need(session)
        if run is not None and run.wait(0):
            run = _need(session)
    if visit.htmx:
        return HTMLResponse(render("result.html.j2", **result_values(session, run)))
    return HTMLResponse(render("screen.html.j2", **screen_values(visit.session, visit.service.saved, run)))


def _look(visit: Visit) -> None:
    """Take what is to be looked at from the address."""
    look = visit.session.look
    if (show := visit.text("show")) in VIEWS:
        look = replace(look, show=show, per_head=visit.text("heads") == "1" if show == "gains" else look.per_head)
    if "measure" in visit.form:
        look = replace(look, measure=visit.text("measure"))
    if "area" in visit.form:
        look = replace(look, area=visit.text("area"))
    visit.session.look = look


def _states(session: Session) -> list[State]:
    """Return what the screen needs: the base and what stands beside it."""
    return [session.state(()), session.state()]


def _need(session: Session) -> Run | None:
    return session.need(_states(session))


def settle(visit: Visit) -> Response:
    """Pull the levers of the form."""
    session = visit.session
    if session.base is None:
        return _back(visit)
    form = {name: visit.text(name) for name in visit.form}
    reading = read_form(session.base, form)
    problems: tuple[str, ...] = ()
    if not reading.problems:
        try:
            session.pull(reading.pairs)
        except BadInputError as error:
            problems = grouped(error.problems)
    if reading.problems or problems:
        session.refused = True
        return _refused_levers(visit, reading, problems)
    whole = session.refused or bool(form.get("lock-area"))
    session.refused = False
    if not visit.htmx:
        return RedirectResponse("/", 303)
    run = _need(session)
    values = tools_values(visit.session, visit.service.saved) | status_values(run) | result_values(session, run)
    if run is None:
        return HTMLResponse(
            render("done.html.j2", **values, **levers_values(session), whole=whole), headers=_at("#result", "outerHTML")
        )
    return HTMLResponse(render("begun.html.j2", **values, **levers_values(session), whole=whole))


def _refused_levers(visit: Visit, reading: Reading, problems: tuple[str, ...]) -> Response:
    session, saved = visit.session, visit.service.saved
    values = levers_values(session, reading, problems)
    if visit.htmx:
        return HTMLResponse(render("levers.html.j2", **values), 422, headers=_at("#levers", "outerHTML"))
    return HTMLResponse(render("screen.html.j2", **(screen_values(session, saved, None) | values)), 422)


def progress(visit: Visit) -> Response:
    """Show how far the run is, or its result."""
    session = visit.session
    if session.base is None or not visit.htmx:
        return _back(visit)
    run = _need(session)
    if run is not None and run.wait(POLLED_S):
        run = _need(session)
    if run is not None:
        return HTMLResponse(render("doing.html.j2", **status_values(run)))
    values = result_values(session, None) | {"whole": False} | tools_values(visit.session, visit.service.saved)
    return HTMLResponse(render("done.html.j2", **values), headers=_at("#result", "outerHTML"))


def cancel(visit: Visit) -> Response:
    """End the run and go back to what was settled before."""
    if visit.session.cancel():
        visit.session.notice = "Cancelled. What was settled before is shown."
    return _again(visit)


def undo(visit: Visit) -> Response:
    """Go back one step."""
    visit.session.undo()
    return _again(visit)


def reset(visit: Visit) -> Response:
    """Go back to the base."""
    if visit.session.base is not None:
        visit.session.pull(())
    return _again(visit)


def choose(visit: Visit) -> Response:
    """Begin with a shipped scenario, or the one that the server was started with."""
    visit.session.open(visit.service.base(visit.text("scenario")))
    return RedirectResponse("/", 303)


def check(visit: Visit) -> Response:
    """Check an upload; begin with it where it can be used, else show its problems."""
    file = visit.form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise BadRequestError("no file came", "choose a workbook or a JSON document")
    findings, base = visit.service.check(file.filename, file.file.read())
    if base is None:
        values = {"problems": [problem_parts(line) for line in grouped(findings.problems)], "file": file.filename}
        return HTMLResponse(render("problems.html.j2", **values), 422)
    visit.session.open(base)
    return RedirectResponse("/", 303)


def save(visit: Visit) -> Response:
    """Keep the levers on the screen under a name."""
    session = visit.session
    if session.base is None:
        return _back(visit)
    base, pairs = session.state()
    name = visit.service.saved.save(visit.text("name"), base, pairs, overwrite=visit.text("replace") == "on")
    session.notice = f"Saved as {name}."
    return _again(visit)


def reopen(visit: Visit) -> Response:
    """Show a saved scenario."""
    visit.session.open(*visit.service.opened(visit.text("name")))
    return RedirectResponse("/", 303)


def compare(visit: Visit) -> Response:
    """Show one scenario beside another: the base, the screen, or saved ones."""
    session = visit.session
    if session.base is None:
        return _back(visit)
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


def download(visit: Visit, kind: str) -> Response:
    """Send a file of what is on the screen."""
    name, media, content = downloads.download(kind, visit.session, visit.service.runs)
    return Response(content, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})


def explain(visit: Visit) -> Response:
    """Show what a code of a problem means."""
    explanation = explain_code(visit.text("code"))
    return HTMLResponse(render("explain.html.j2", one=explanation))


def _choose(visit: Visit) -> Response:
    service = visit.service
    given = "" if service.given is None else service.given.scenario.settings.title or service.given.source
    values = {"given": given, "shipped": service.shipped(), "names": service.saved.names()}
    return HTMLResponse(render("choose.html.j2", **values, started=visit.session.base is not None))


def _again(visit: Visit) -> Response:
    """Show the whole screen again."""
    session = visit.session
    if session.base is None or not visit.htmx:
        return _back(visit)
    values = screen_values(session, visit.service.saved, _need(session))
    return HTMLResponse(render("main.html.j2", **values), headers=_at("#screen", "outerHTML"))


def _back(visit: Visit) -> Response:
    headers = {"HX-Redirect": "/"} if visit.htmx else {}
    return Response(status_code=204, headers=headers) if visit.htmx else RedirectResponse("/", 303)


def _at(target: str, swap: str) -> dict[str, str]:
    return {"HX-Retarget": target, "HX-Reswap": swap}


def failed(error: SinglepotError, htmx: bool) -> Response:
    """Show an error, in one line."""
    status = status_of(error)
    lines = [problem_parts(line) for line in grouped(error.problems)] if isinstance(error, BadInputError) else []
    values = {"words": "This cannot be used:" if lines else sentence(error), "lines": lines}
    if htmx:
        return HTMLResponse(render("failed_part.html.j2", **values), status, headers=_at("#notice", "innerHTML"))
    return HTMLResponse(render("failed.html.j2", **values), status)
