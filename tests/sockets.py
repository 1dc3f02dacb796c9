"""Watch for sockets: whatever asks for another machine, or listens, in this process and in those that it starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

LOG = "SINGLEPOT_TESTS_SOCKETS"
"""Variable with the file to which processes that are started add what they see."""

NAMES = ("socket.", "urllib.", "http.client.", "ftplib.", "smtplib.")
QUIET = ("socket.__new__", "socket.gethostname")
"""Events of Python that are uses of a network, and those among them that ask nobody."""

HOOK = f'''
import os, sys

def see(event, arguments):
    if event.startswith({NAMES}) and event not in {QUIET}:
        with open(os.environ["{LOG}"], "a", encoding="utf-8") as log:
            log.write(f"{{event}} {{arguments[-1]!r}}\\n")

if "{LOG}" in os.environ:
    with open(os.environ["{LOG}"], "a", encoding="utf-8") as log:
        log.write("started\\n")
    sys.addaudithook(see)
'''
"""What a process runs when it starts."""

_watching: list[Path] = []


def _see(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event.startswith(NAMES) and event not in QUIET:
        with _watching[-1].open("a", encoding="utf-8") as log:
            log.write(f"{event} {arguments[-1]!r}\n")


sys.addaudithook(_see)


@contextmanager
def watched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Watch for sockets; the file that is handed out holds a line for each use, and ``started`` for each process.

    Parameters
    ----------
    folder
        An empty one, for the file and for what processes load.
    """
    (folder / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    log = folder / "log"
    log.touch()
    monkeypatch.setenv(LOG, str(log))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")])))
    monkeypatch.syspath_prepend(str(folder))
    _watching.append(log)
    try:
        yield log
    finally:
        _watching.pop()


def uses(log: Path) -> list[str]:
    """Every use of a socket that was seen."""
    return [line for line in log.read_text(encoding="utf-8").splitlines() if line != "started"]
