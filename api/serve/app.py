"""ASGI application of the server: routes of the screen and of programs behind the guard."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from singlepot.solver import SinglepotError

from . import programs
from .errors import BadRequestError
from .guard import Guard
from .openapi import description
from .screen import comparing, downloads, screens
from .screen.drawings import SHARED_FILES, static_file
from .screen.visit import Screen, Visit
from .service import Service

FILES = {
    name: "text/css" if name.endswith(".css") else "text/javascript"
    for name in (*SHARED_FILES, "serve.css", "htmx.min.js")
}
"""Files that pages load, with their types."""

log = logging.getLogger("singlepot")

MOST_FIELDS = 5_000
"""Fields of a form: every lever of a scenario with some thousand areas."""

Endpoint = Callable[[Request], Awaitable[Response]]

SCREENS: dict[str, tuple[str, Screen]] = {
    "/": ("GET", screens.home),
    "/settle": ("POST", screens.settle),
    "/progress": ("GET", screens.progress),
    "/cancel": ("POST", screens.cancel),
    "/undo": ("POST", screens.undo),
    "/reset": ("POST", screens.reset),
    "/scenario": ("POST", screens.choose),
    "/check": ("POST", screens.check),
    "/save": ("POST", screens.save),
    "/open": ("POST", screens.reopen),
    "/compare": ("GET", comparing.compare),
    "/explain": ("GET", screens.explain),
}
"""Method and function of the pages."""


def application(service: Service, port: int, token: str) -> Starlette:
    """Make the application.

    Parameters
    ----------
    service
        The server's state.
    port
        Port that it listens on.
    token
        Secret of the printed address.
    """
    routes = [_both(service, path, method, screen) for path, (method, screen) in SCREENS.items()]
    routes += [
        Route(path, _program(service, program), methods=list(methods))
        for name, (methods, program) in programs.PROGRAMS.items()
        for path in (f"/api/{name}", *([f"/{name}"] if f"/{name}" not in SCREENS else []))
    ]
    routes += [
        Route("/api/openapi.json", _openapi),
        Route("/static/{name}", _static),
    ]
    routes += [
        Route(f"/download/{kind}", _page(service, partial(screens.download, kind=kind))) for kind in downloads.FILES
    ]
    guard = Middleware(Guard, port=port, token=token, enter=service.sessions.enter, knows=service.sessions.knows)
    handlers = {HTTPException: _refused, Exception: _fault}
    return Starlette(routes=routes, middleware=[guard], exception_handlers=handlers)


def _both(service: Service, path: str, method: str, screen: Screen) -> Route:
    """Route a path to its page, or to the program of that name for who accepts JSON or sends it."""
    page = _page(service, screen)
    name = path.removeprefix("/")
    if name not in programs.PROGRAMS:
        return Route(path, page, methods=[method])
    methods, program = programs.PROGRAMS[name]
    answer = _program(service, program)

    async def endpoint(request: Request) -> Response:
        if _wants_json(request):
            return await answer(request)
        return await page(request)

    return Route(path, endpoint, methods=sorted({method, *methods}))


def _wants_json(request: Request) -> bool:
    kinds = request.headers.get("accept", "") + " " + request.headers.get("content-type", "")
    return "application/json" in kinds


def _page(service: Service, screen: Screen) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        htmx = request.headers.get("hx-request") == "true"
        secret = request.state.secret
        if not service.sessions.knows(secret):
            return PlainTextResponse("Pages are for browsers: open the address that the server printed.\n", 403)
        try:
            if request.method == "GET":
                form = request.query_params
                return await run_in_threadpool(screen, Visit(service, service.sessions.of(secret), form, htmx))
            async with request.form(max_files=1, max_fields=MOST_FIELDS) as form_sent:
                visit = Visit(service, service.sessions.of(secret), form_sent, htmx)
                return await run_in_threadpool(screen, visit)
        except HTTPException as error:
            return screens.failed(BadRequestError("the form cannot be read", str(error.detail)), htmx)
        except SinglepotError as error:
            return screens.failed(error, htmx)

    return endpoint


def _program(service: Service, program: programs.Program) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            answer: Response = await program(service, request)
        except SinglepotError as error:
            return programs.failed(error)
        return answer

    return endpoint


async def _openapi(request: Request) -> Response:
    return JSONResponse(description())


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return PlainTextResponse("There is no such file.\n", 404)
    headers = {"cache-control": "private, max-age=3600"}
    return Response(static_file(name), media_type=FILES[name], headers=headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    lines = {404: "There is no such page.", 405: "This page cannot be asked for like that."}
    return PlainTextResponse(lines.get(error.status_code, str(error.detail)) + "\n", error.status_code)


async def _fault(request: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    line = f"The program has a fault ({type(error).__name__}); what was settled before stands. Report it."
    return PlainTextResponse(line + "\n", 500)
