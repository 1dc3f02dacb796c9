"""Pages of the screen, whole or in the parts that htmx puts in their place; without scripts the same forms work."""

from __future__ import annotations

import time
from dataclasses import replace

from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from singlepot.models.diagnostics.explanations import explain_code
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.solver import SinglepotError

from ..errors import BadRequestError, headers_of, sentence, status_of
from ..runs import Run
from ..service import grouped
from ..sessions import Session, State
from . import downloads
from .fields import Reading, read_form
from .templating import render
from .views import (
    VIEWS,
    levers_values,
    problem_parts,
    result_values,
    screen_values,
    status_values,
    tools_values,
)
from .visit import PATIENCE_S, POLLED_S, Visit, back

WITHOUT_SCRIPT_S = 4.0
"""Seconds that a page waits where it was asked to look again."""


def home(visit: Visit) -> Response:
    """Show levers and result, or what can be chosen where nothing is yet."""
    session = visit.session
    if session.base is None or "choose" in visit.form:
        return _choose(visit)
    _look(visit)
    run = _need(session) if visit.htmx else _patient(session, WITHOUT_SCRIPT_S if "again" in visit.form else PATIENCE_S)
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


def _patient(session: Session, seconds: float) -> Run | None:
    """Wait some time until all is settled that the screen needs; return the run that is under way then."""
    latest = time.monotonic() + seconds
    while (run := _need(session)) is not None:
        if not run.wait(max(latest - time.monotonic(), 0.0)):
            break
    return run


def settle(visit: Visit) -> Response:
    """Pull the levers of the form."""
    session = visit.session
    if session.base is None:
        return back(visit)
    form = {name: visit.text(name) for name in visit.form}
    reading = read_form(session.base, form)
    if visit.htmx and not (session.refused or reading.problems) and session.stands(reading.pairs):
        return Response(status_code=204)
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
        return back(visit)
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
        return back(visit)
    base, pairs = session.state()
    name = visit.service.saved.save(visit.text("name"), base, pairs, overwrite=visit.text("replace") == "on")
    session.notice = f"Saved as {name}."
    return _again(visit)


def reopen(visit: Visit) -> Response:
    """Show a saved scenario."""
    visit.session.open(*visit.service.opened(visit.text("name")))
    return RedirectResponse("/", 303)


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
        return back(visit)
    values = screen_values(session, visit.service.saved, _need(session))
    return HTMLResponse(render("main.html.j2", **values), headers=_at("#screen", "outerHTML"))


def _at(target: str, swap: str) -> dict[str, str]:
    return {"HX-Retarget": target, "HX-Reswap": swap}


def failed(error: SinglepotError, htmx: bool) -> Response:
    """Show an error, in one line."""
    status = status_of(error)
    lines = [problem_parts(line) for line in grouped(error.problems)] if isinstance(error, BadInputError) else []
    values = {"words": "This cannot be used:" if lines else sentence(error), "lines": lines}
    if htmx:
        headers = headers_of(error) | _at("#notice", "innerHTML")
        return HTMLResponse(render("failed_part.html.j2", **values), status, headers)
    return HTMLResponse(render("failed.html.j2", **values), status, headers_of(error))
