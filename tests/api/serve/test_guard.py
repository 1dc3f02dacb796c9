"""Who is let in: this machine's user alone, by the printed token, from the server's own pages."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ...command_line import COMMAND
from .served import Served, served

LINE = "Open the address that the server printed, with its token.\n"


def bare(server: Served) -> httpx.Client:
    return httpx.Client(base_url=server.origin, timeout=60, trust_env=False)


@pytest.mark.parametrize(
    "path", ["/", "/?token=", "/?token=wrong", "/api/levers", "/static/serve.css", "/download/report"]
)
def test_nothing_is_answered_without_the_token(bucks: Served, path: str) -> None:
    with bare(bucks) as client:
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (403, LINE)
        assert not answer.cookies


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_see(bucks: Served) -> None:
    with bare(bucks) as client:
        answer = client.get(bucks.address)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie and bucks.token not in cookie
        assert cookie.startswith(f"singlepot-{httpx.URL(bucks.origin).port}=")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost", ""])
def test_another_host_is_refused_in_a_line(bucks: Served, host: str) -> None:
    """As a name that an attacker points at this machine."""
    with bare(bucks) as client:
        answer = client.get(bucks.address, headers={"host": host})
        assert answer.status_code in (400, 421)
        assert answer.text.count("\n") <= 1 and not answer.cookies


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://{}", ""])
def test_another_origin_changes_nothing(bucks: Served, origin: str) -> None:
    with bucks.visitor() as visitor:
        visitor.settled()
        headers = {"origin": origin.format(bucks.origin.removeprefix("http://"))}
        answer = visitor.client.post("/settle", data={"levers": "1", "pot": "50"}, headers=headers)
        assert answer.status_code == 403
        assert answer.text == "Another page asked for this; open the address that the server printed.\n"
        visitor.settled()
        assert visitor.fields()["pot"] == "100"


def test_a_change_that_names_no_origin_is_refused(bucks: Served) -> None:
    with bucks.visitor() as visitor:
        answer = visitor.client.post("/undo")
        assert answer.status_code == 403
        assert answer.text == "A request that changes something has to say which page it comes from.\n"


def test_the_session_of_another_server_is_none_here(bucks: Served, tmp_path: Path) -> None:
    with served(tmp_path, "bucks-and-burnley") as other, bucks.visitor() as visitor, bare(other) as client:
        for name, value in visitor.client.cookies.items():
            client.cookies.set(name, value)
        assert client.get("/").status_code == 403


@pytest.mark.parametrize("path", ["/", "/compare", "/api/openapi.json", "/nowhere", "/static/htmx.min.js"])
def test_every_answer_forbids_other_hosts_frames_and_kept_copies(bucks: Served, path: str) -> None:
    with bucks.visitor() as visitor:
        headers = visitor.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "http" not in policy and "*" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"].startswith(("no-store", "private"))
        assert "server" not in headers


def test_a_request_that_is_too_large_is_refused_in_a_line(bucks: Served) -> None:
    """Whether its length is said before or not, and whatever it is."""
    line = "A request has at most 32 million bytes.\n"

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 1_000_000

    with bucks.program() as program:
        for content in (b"x" * 33_000_000, endless()):
            try:
                answer = program.post("/api/check", content=content)
            except httpx.WriteError:  # the server did not read on
                continue
            assert (answer.status_code, answer.text) == (413, line)
        assert program.get("/api/levers", params={"scenario": "x" * 5_000}).status_code == 414
        assert program.get("/api/levers").status_code == 200


@pytest.mark.parametrize("length", ["-1", "many", "9" * 30, "1e3"])
def test_a_length_that_is_none_is_refused(bucks: Served, length: str) -> None:
    port = httpx.URL(bucks.origin).port
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        request = f"POST /api/check HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {length}\r\n\r\n"
        line.sendall(request.encode())
        assert line.recv(100).split()[1] in (b"400", b"413")


def test_pages_and_methods_that_are_not_there_are_a_line(bucks: Served) -> None:
    with bucks.visitor() as visitor:
        assert visitor.client.get("/../../etc/passwd").text == "There is no such page.\n"
        assert visitor.client.get("/static/..%2fapp.py").status_code == 404
        assert visitor.client.get("/static/guard.py").text == "There is no such file.\n"
        assert visitor.client.get("/undo").text == "This page cannot be asked for like that.\n"


def test_it_listens_on_this_machine_alone(bucks: Served) -> None:
    port = httpx.URL(bucks.origin).port
    addresses = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        with pytest.raises(OSError), socket.create_connection((str(address), port), timeout=2):
            pass


def test_a_port_in_use_and_a_folder_that_is_none_are_said_before_anything(bucks: Served, tmp_path: Path) -> None:
    port = str(httpx.URL(bucks.origin).port)
    (tmp_path / "file").write_text("", encoding="utf-8")
    for arguments, says in ((("--port", port), "cannot be used"), (("--folder", "file/x"), "cannot be used")):
        done = subprocess.run(
            [*COMMAND, "serve", *arguments], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 2
        assert says in done.stderr and done.stderr.count("\n") == 1
