"""Server process: it listens on this machine alone, prints its address, and ends with Ctrl-C."""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn

from singlepot.scenarios.reading.checking import Findings
from singlepot.solver import BadOptionError

from .app import application
from .service import Service, base_of
from .sessions import Base, Pairs

HOST = "127.0.0.1"

CONNECTIONS = 60
"""Connections at a time; more are refused."""


def serve(
    source: str | None,
    findings: Findings | None,
    *,
    pairs: Pairs = (),
    port: int = 0,
    folder: str | None = None,
    parallel: int = 2,
    time_limit_s: float = 60.0,
    say: Callable[[str], object],
) -> None:
    """Serve the screen until Ctrl-C.

    Parameters
    ----------
    source, findings
        Scenario to begin with, and what its check found; None where it is chosen in the browser.
    pairs
        Levers that are pulled in it from the start.
    port
        Port to listen on; 0 for one that is free.
    folder
        Folder of saved scenarios, made where it is not there.
    parallel
        How many settlements at a time.
    time_limit_s
        Seconds of wall time for each.
    say
        Called with what the user is told.

    Raises
    ------
    BadOptionError
        The port is in use, or the folder cannot be made.
    """
    kept = None if folder is None else _made(folder)
    listening = _listen(port)
    port = listening.getsockname()[1]
    token = secrets.token_urlsafe(32)
    base: Base | None = None if source is None or findings is None else base_of(source, findings)
    service = Service(base, pairs, kept, parallel, time_limit_s)
    config = uvicorn.Config(
        application(service, port, token),
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    try:
        with suppress(ValueError):  # in a thread that is not the main one
            signal.signal(signal.SIGINT, lambda *_: setattr(server, "should_exit", True))  # also before it has begun
        with suppress(KeyboardInterrupt):
            say(f"open http://{HOST}:{port}/?token={token}\nIt answers on this machine only. Ctrl-C ends it.")
            server.run(sockets=[listening])
    finally:
        service.close()
        listening.close()


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(CONNECTIONS)
    except OSError as error:
        listening.close()
        reason = (error.strerror or "it was refused").lower()
        raise BadOptionError(f"port {port} cannot be used: {reason}", "name another, or leave --port out") from None
    return listening


def _made(folder: str) -> Path:
    path = Path(folder).expanduser()
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise BadOptionError(f"the folder {path} cannot be used: {reason}", "name another with --folder") from None
    return path.resolve()
