"""Request of a browser, as the pages take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from ..service import Service
from ..sessions import Session

PATIENCE_S = 1.5
"""Seconds that a whole page waits for the settlement under way, so that most come with it."""

POLLED_S = 0.3
"""Seconds that a look at the progress waits for news."""


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


def back(visit: Visit) -> Response:
    """Lead a browser to the screen."""
    if visit.htmx:
        return Response(status_code=204, headers={"HX-Redirect": "/"})
    return RedirectResponse("/", 303)
