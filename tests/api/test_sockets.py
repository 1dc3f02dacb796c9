"""The watch for sockets, which every test of the command line is under, sees them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from singlepot.cli import _run

from ..command_line import run
from ..sockets import LOG, uses, watched
from .test_help import FILES

LISTENING = "import socket; socket.create_server(('127.0.0.1', 0)).close()"
ASKING = """
import urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:9/", timeout=1)
except OSError:
    pass
"""


@pytest.mark.parametrize(("program", "event"), [(LISTENING, "socket.bind"), (ASKING, "socket.connect")])
def test_a_process_that_uses_a_socket_is_seen(
    program: str, event: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched(tmp_path, monkeypatch) as log:
        subprocess.run([sys.executable, "-c", program], check=True)
    assert any(line.startswith(event) for line in uses(log))


def test_this_process_is_watched_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched(tmp_path, monkeypatch) as log:
        socket.create_server(("127.0.0.1", 0)).close()
    assert [line.split()[0] for line in uses(log)][-1] == "socket.bind"


def test_workers_and_solvers_are_processes_that_are_watched(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an ensemble and of a modelling layer: they are started, and use no socket."""
    (tmp_path / "plan.toml").write_text(dedent(FILES["plan.toml"]), encoding="utf-8")
    with watched(tmp_path_factory.mktemp("watch"), monkeypatch) as log:
        ended = run("ensemble", "plan.toml", "--out", "out", "--workers", "2", "--quiet", cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert log.read_text(encoding="utf-8").count("started") >= 3
        monkeypatch.chdir(tmp_path)
        before = log.read_text(encoding="utf-8").count("started")
        arguments = ["settle", "bucks-and-burnley", "--out", "s", "--backend", "pulp", "--only", "tables", "--quiet"]
        assert _run(arguments) == 0
        assert log.read_text(encoding="utf-8").count("started") >= before
    assert uses(log) == []


ALONE = """
import socket, sys
from pathlib import Path
from singlepot.cli import _run

def counted():
    return Path("/proc/net/snmp").read_text(encoding="utf-8")

before = counted()
code = _run(["settle", "bucks-and-burnley", "--out", "out", "--pictures", "svg", "--quiet"])
after = counted()
try:
    socket.create_connection(("192.0.2.1", 9), timeout=1)
except OSError:
    pass
print(code, before == after, counted() == after)
"""


def test_libraries_of_other_languages_ask_nobody_either(tmp_path: Path) -> None:
    """In a network of its own the system counts every packet, and one that is sent on purpose is counted."""
    alone = ["unshare", "-rn"]
    if sys.platform != "linux" or subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no network namespaces")
    environment = {name: value for name, value in os.environ.items() if name != LOG}
    command = [*alone, sys.executable, "-c", ALONE]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.stdout.split() == ["0", "True", "False"], ended.stderr
