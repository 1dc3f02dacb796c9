"""Routes for programs: check, settle, explain and levers take and give JSON, without a session."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from singlepot.models.analysis.area_account import explain_area
from singlepot.models.diagnostics.explanations import explain_code
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.files.table_json import json_text
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.scenarios.reading.checking import Findings
from singlepot.scenarios.results.settlement_document import settlement_json
from singlepot.solver import SinglepotError, UnfinishedError

from .errors import BadRequestError, headers_of, status_of
from .runs import Run
from .service import Service
from .sessions import Pairs

POLLED_S = 0.02
"""Seconds between two looks at a run, and at whether the caller is still there."""

SOURCE = ("scenario", "document", "levers")
"""Keys of every request."""


@dataclass(frozen=True)
class Asked:
    """A request of a program.

    Parameters
    ----------
    scenario
        Shipped name; empty for the scenario that the server was started with.
    document
        A scenario as a JSON document, in place of a name.
    pairs
        Levers to pull.
    time_limit_s
        Seconds of wall time for a settlement.
    area, code
        What is to be explained.
    """

    scenario: str = ""
    document: Mapping[str, Any] | None = None
    pairs: Pairs = ()
    time_limit_s: float | None = None
    area: str = ""
    code: str = ""


async def asked(request: Request, *further: str) -> Asked:
    """Read a request: the query of a GET, the JSON object of a POST.

    Parameters
    ----------
    further
        Keys that its route takes beside those of a source.

    Raises
    ------
    BadRequestError
        It is no such object.
    """
    if request.method == "GET":
        content: Any = dict(request.query_params)
    else:
        try:
            content = json.loads(await request.body() or b"{}")
        except (ValueError, RecursionError):
            raise BadRequestError("this is no JSON", "send an object") from None
    keys = (*SOURCE, *further)
    if not isinstance(content, dict) or set(content) - set(keys):
        raise BadRequestError(f"a request here is an object with {', '.join(keys)}", "leave out what is not among them")
    levers, limit = content.get("levers", {}), content.get("time_limit_s")
    texts = {key: content.get(key, "") for key in ("scenario", "area", "code")}
    if not isinstance(levers, dict) or any(not isinstance(value, str | int | float) for value in levers.values()):
        raise BadRequestError("levers are an object of numbers and texts", 'write {"pot": 0.9}')
    if any(not isinstance(text, str) for text in texts.values()):
        raise BadRequestError("scenario, area and code are texts", "name a shipped scenario")
    if limit is not None and not (isinstance(limit, int | float) and limit > 0):
        raise BadRequestError("time_limit_s is a number of seconds", "write 60")
    for pair in (("scenario", "document"), ("area", "code")):
        if all(content.get(key) for key in pair):
            raise BadRequestError(f"{' and '.join(pair)} are both given", f"leave out {' or '.join(pair)}")
    document = content.get("document")
    if document is not None and not isinstance(document, dict):
        raise BadRequestError("document is an object", "singlepot schema prints what it holds")
    return Asked(document=document, pairs=tuple(levers.items()), time_limit_s=limit, **texts)


async def levers(service: Service, request: Request) -> Response:
    """List the levers of a scenario."""
    ask = await asked(request)
    scenario = await run_in_threadpool(_scenario, service, ask)
    return _json({"levers": _records(scenario.levers())})


async def check(service: Service, request: Request) -> Response:
    """Check a scenario: whether it is ready, and its problems, warnings and notes."""
    ask = await asked(request)
    if ask.document is not None:
        findings, _ = await run_in_threadpool(service.check, "scenario.json", json_text(ask.document))
    else:
        base = await run_in_threadpool(service.base, ask.scenario)
        findings = Findings(base.source, base.scenario, (), base.scenario.notes)
    if ask.pairs and findings.scenario is not None:
        try:
            findings.scenario.with_levers(ask.pairs)
        except BadInputError as error:
            findings = Findings(findings.source, None, error.problems, findings.notes)
    content = json.loads(findings.as_json())
    content["scenario"] = ask.scenario or ("document" if ask.document is not None else content["scenario"])
    return _json(content)


async def settle(service: Service, request: Request) -> Response:
    """Settle a scenario with levers pulled; who hangs up ends the run."""
    ask = await asked(request, "time_limit_s")
    settlement = await _settled(service, request, ask)
    content = await run_in_threadpool(settlement_json, settlement)
    return Response(content, media_type="application/json")


async def explain(service: Service, request: Request) -> Response:
    """Explain a code, or one area of a settlement."""
    ask = await asked(request, "time_limit_s", "area", "code")
    if ask.code:
        return _json(vars(explain_code(ask.code)))
    if not ask.area:
        raise BadRequestError("nothing is named", "name an area or a code")
    settlement = await _settled(service, request, ask)
    account = await run_in_threadpool(explain_area, settlement, ask.area)
    tables = {name: _records(getattr(account, name)) for name in ("grants", "targets", "asks", "options")}
    return _json({"area": account.area, "name": account.name, **tables})


Program = Callable[[Service, Request], Any]

PROGRAMS: dict[str, tuple[tuple[str, ...], Program]] = {
    "check": (("POST",), check),
    "settle": (("POST",), settle),
    "explain": (("GET", "POST"), explain),
    "levers": (("GET", "POST"), levers),
}
"""Methods and function of each route."""


def _scenario(service: Service, ask: Asked) -> Scenario:
    if ask.document is not None:
        findings, base = service.check("scenario.json", json_text(ask.document))
        if base is None:
            raise BadInputError(findings.problems)
    else:
        base = service.base(ask.scenario)
    return base.scenario.with_levers(ask.pairs) if ask.pairs else base.scenario


async def _settled(service: Service, request: Request, ask: Asked) -> Settlement:
    scenario = await run_in_threadpool(_scenario, service, ask)
    run = service.runs.start("settle", scenario, ask.time_limit_s)
    await _over(run, request)
    settlement = run.outcome()
    assert isinstance(settlement, Settlement)
    return settlement


async def _over(run: Run, request: Request) -> None:
    while not run.ended:
        await asyncio.sleep(POLLED_S)
        if await request.is_disconnected():
            run.cancel()


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table, with null for what is unknown and for no bound."""
    finite = table.replace([float("inf"), float("-inf")], float("nan")).astype(object)
    return [
        {str(key): value for key, value in row.items()} for row in finite.where(finite.notna(), None).to_dict("records")
    ]


def _json(content: Mapping[str, object]) -> Response:
    return Response(json_text(content), media_type="application/json")


def failed(error: SinglepotError) -> Response:
    """Return an error as JSON: cause and remedy, the problems of an input, the stages that were proved."""
    content: dict[str, object] = {"error": type(error).__name__, "cause": error.cause, "remedy": error.remedy}
    if isinstance(error, BadInputError):
        content["problems"] = [problem.as_dict() for problem in error.problems]
    if isinstance(error, UnfinishedError):
        content["stages"] = [list(stage) for stage in error.stages]
    return JSONResponse(content, status_of(error), headers_of(error))
