"""The command line, started as a user starts it: piped, or in a terminal in which Ctrl-C can be pressed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-W", "error", "-m", "singlepot"]

SILENCE_S = 120
"""How long a program in a terminal may show nothing before it counts as hanging."""


def run(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose output nobody is looking at."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
    )


def shown(*arguments: str, cwd: Path, ctrl_c_at: str | None = None, exit_code: int = 0, **environment: str) -> str:
    """Everything that a terminal of 80 columns and 24 lines shows of a command.

    Ctrl-C is pressed once, when the terminal has shown the text ``ctrl_c_at``; the command must end with ``exit_code``.
    """
    pty = pytest.importorskip("pty", reason="no terminals on this system")
    import fcntl
    import struct
    import termios

    screen, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    text, waiting = b"", ctrl_c_at
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        cwd=cwd,
        env={**inherited, "TERM": "xterm-256color", **environment},
    ) as program:
        os.close(inside)
        while more := _read(screen, program):
            text += more
            if waiting is not None and waiting.encode() in text:
                program.send_signal(signal.SIGINT)
                waiting = None
    os.close(screen)
    assert waiting is None, f"{waiting!r} was never shown in {text.decode()}"
    assert program.returncode == exit_code, text.decode()
    return text.decode()


def _read(screen: int, program: subprocess.Popen[bytes]) -> bytes:
    """Return what the terminal shows next, nothing once the program has ended."""
    if not select.select([screen], [], [], SILENCE_S)[0]:
        program.kill()
        pytest.fail(f"nothing was shown for {SILENCE_S} s")
    try:
        return os.read(screen, 65536)
    except OSError:  # the other end is closed
        return b""
