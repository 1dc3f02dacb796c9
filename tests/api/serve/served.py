"""A server started as a user starts it, and a browser without scripts that reads its forms."""

from __future__ import annotations

import re
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from ...command_line import COMMAND

STARTS_WITHIN_S = 120
"""How long a server may take until it prints its address; more counts as hanging."""

SETTLES_WITHIN_S = 120.0


@dataclass(frozen=True)
class Served:
    """A server: its process, the printed address, and the folder of saved scenarios."""

    process: subprocess.Popen[str]
    address: str
    folder: Path

    @property
    def origin(self) -> str:
        return self.address.partition("/?")[0]

    @property
    def token(self) -> str:
        return self.address.partition("token=")[2]

    def program(self) -> httpx.Client:
        """A program with the token."""
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.origin, headers=headers, timeout=SETTLES_WITHIN_S, trust_env=False)

    def visitor(self) -> Visitor:
        """A browser without scripts that has opened the printed address."""
        return Visitor(self)


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[Served]:
    """Start a server with a folder of saved scenarios; Ctrl-C ends it."""
    kept = folder / "kept"
    command = [*COMMAND, "serve", *arguments, "--folder", str(kept)]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        try:
            if not select.select([process.stdout], [], [], STARTS_WITHIN_S)[0]:
                pytest.fail("no address was printed")
            line = process.stdout.readline()
            assert line.startswith("open http://127.0.0.1:"), line + process.stderr.read()
            yield Served(process, line.split()[1], kept)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


class _Forms(HTMLParser):
    """The forms of a page: action, and text by name of field."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said: dict[str, Any] = dict(attributes)
        if tag == "form":
            self._form = self.forms.setdefault(said.get("action") or "", {})
        elif tag == "input" and (said.get("type") != "checkbox" or "checked" in said) and "name" in said:
            self._form[said["name"]] = said.get("value") or ""
        elif tag == "select":
            self._select = said["name"]
        elif tag == "option" and (self._select not in self._form or "selected" in said):
            self._form[self._select] = said.get("value") or ""


class Visitor:
    """A browser without scripts: it follows redirects, keeps cookies, and sends forms."""

    def __init__(self, server: Served) -> None:
        self.client = httpx.Client(
            base_url=server.origin, follow_redirects=True, timeout=SETTLES_WITHIN_S, trust_env=False
        )
        self.page = self.client.get(server.address).text

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *failure: object) -> None:
        self.client.close()

    def get(self, path: str) -> httpx.Response:
        answer = self.client.get(path)
        self.page = answer.text
        return answer

    def settled(self, path: str = "/") -> str:
        """The page once nothing is settling any more, looked at again and again as a user would."""
        answer = self.get(path)
        while 'class="running"' in answer.text or 'href="/compare?first' in answer.text:
            answer = self.get(path if "?" in path else "/?again")
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, action: str, files: Any = None, **changed: str | None) -> httpx.Response:
        """Send a form of the page with some fields changed; None leaves a field out, as a box that is not ticked."""
        forms = _Forms()
        forms.feed(self.page)
        fields = {**forms.forms.get(action, {}), **{key.replace("__", "."): text for key, text in changed.items()}}
        sent = {name: text for name, text in fields.items() if text is not None}
        origin = str(self.client.base_url).rstrip("/")
        answer = self.client.post(action, data=sent, files=files, headers={"origin": origin})
        self.page = answer.text
        return answer

    def fields(self, action: str = "/settle") -> dict[str, str]:
        forms = _Forms()
        forms.feed(self.page)
        return forms.forms[action]


def text_of(page: str) -> str:
    """What a reader sees of a page."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page.partition("<body>")[2] or page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#39;", "'").replace("&amp;", "&").split())
