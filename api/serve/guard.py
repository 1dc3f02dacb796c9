"""ASGI middleware for a server on one machine: access by token, checks of Host and Origin, limits and headers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 32_000_000
"""Bytes of a request: a workbook of a thousand areas has some five million."""

LONGEST_TARGET = 4_000
"""Characters of a path with its query."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
"""Headers of every answer. Under the policy ``no-referrer`` browsers would send ``Origin: null`` with forms."""


class TooLargeError(Exception):
    """A body is longer than :data:`LARGEST_BODY`."""


class Guard:
    """Middleware that lets nobody in but this machine's user.

    Parameters
    ----------
    app
        The application behind it.
    port
        Port that the server listens on; Host and Origin must name it.
    token
        Secret of the printed address, for browsers in the query ``token``, for programs as ``Bearer``.
    enter
        Called with the value of the cookie, or None, by who came with the token; returns the session's secret.
    knows
        Whether a secret is a session's.
    """

    def __init__(
        self, app: ASGIApp, port: int, token: str, enter: Callable[[str], str], knows: Callable[[str], bool]
    ) -> None:
        self._app, self._token, self._enter, self._knows = app, token, enter, knows
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._cookie = f"singlepot-{port}"  # cookies of all ports of a host are sent to each

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        secret = _cookie(headers.get("cookie", ""), self._cookie)
        answer = self._refusal(scope, headers) or self._entrance(scope, headers, secret)
        sent = _with_headers(send)
        if answer is not None:
            await answer(scope, receive, sent)
            return
        scope["state"] = {**scope.get("state", {}), "secret": secret}
        try:
            await self._app(scope, _limited(receive), sent)
        except TooLargeError:
            await _refused(413, _too_large())(scope, receive, sent)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Refuse what another page or another host could have asked for, and what is too large."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in self._hosts:
            return _refused(421, "This server answers on this machine only, under the address that it printed.")
        if origin is not None and origin != f"http://{host}":
            return _refused(403, "Another page asked for this; open the address that the server printed.")
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_TARGET:
            return _refused(414, f"An address has at most {LONGEST_TARGET:,} characters.")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 15 or int(length) > LARGEST_BODY:
            return _refused(413, _too_large())
        return None

    def _entrance(self, scope: Scope, headers: Headers, secret: str) -> Response | None:
        """Let a session or a program in; who comes with the token gets a session."""
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._is_token(given):
            return None
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if scope["method"] == "GET" and scope["path"] == "/" and self._is_token(query.get("token", [""])[-1]):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(self._cookie, self._enter(secret), httponly=True, samesite="strict", path="/")
            return answer
        if not self._knows(secret):
            return _refused(403, "Open the address that the server printed, with its token.")
        if scope["method"] not in ("GET", "HEAD") and headers.get("origin") is None:
            return _refused(403, "A request that changes something has to say which page it comes from.")
        return None

    def _is_token(self, text: str) -> bool:
        return secrets.compare_digest(text.encode(), self._token.encode())


def _cookie(header: str, name: str) -> str:
    try:
        crumb = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return crumb.value if crumb else ""


def _refused(status: int, line: str) -> Response:
    return PlainTextResponse(line + "\n", status)


def _too_large() -> str:
    return f"A request has at most {LARGEST_BODY // 1_000_000} million bytes."


def _limited(receive: Receive) -> Receive:
    """Count the bytes of a body, whose length need not be said before."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise TooLargeError
        return message

    return counted


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
