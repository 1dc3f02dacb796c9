"""What a terminal of 80 columns shows: lines that fit, a line of progress with stage and time left, no colours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="no terminals on this system")

COMMAND = [sys.executable, "-W", "error", "-m", "singlepot"]

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def seen(*arguments: str, cwd: Path, **environment: str) -> str:
    """What a user of a terminal of 80 columns and 24 lines sees."""
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    known = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env={**known, "TERM": "xterm-256color", **environment},
    ) as program:
        os.close(theirs)
        said = b""
        while True:
            try:
                more = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not more:
                break
            said += more
    os.close(ours)
    assert program.returncode == 0, said.decode()
    return said.decode()


def lines(said: str) -> list[str]:
    return [ESCAPE.sub("", line) for line in re.split(r"[\r\n]+", said)]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("terminal")
    return folder, seen("settle", "england", "--out", "s", cwd=folder)


def test_every_line_fits(settled: tuple[Path, str]) -> None:
    """But for what is to be copied, such as the command that installs."""
    folder, said = settled
    told = [
        said,
        seen("list", cwd=folder),
        seen("why", "s", cwd=folder),
        seen("why", "s", "E06000060", cwd=folder),
    ]
    for text in told:
        wide = [line for line in lines(text) if len(line) > 80 and "pip install" not in line]
        assert not wide


def test_progress_says_stage_and_time_left(settled: tuple[Path, str]) -> None:
    shown = [line for line in lines(settled[1]) if "%" in line and "[" in line]
    words = " ".join(shown)
    for stage in ("shortfall.largest", "burden", "without give: ", "without bands: ", "writing"):
        assert stage in words
    assert any(re.search(r"\d\d:\d\d:\d\d", line) for line in shown)
    shares = [int(found[1]) for line in shown if (found := re.search(r"(\d+)%", line))]
    assert shares == sorted(shares)


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}])
def test_no_colours(tmp_path: Path, environment: dict[str, str]) -> None:
    """Nothing is said by colour, so NO_COLOR has nothing to switch off."""
    assert not COLOUR.search(seen("settle", "bucks-and-burnley", "--out", "s", cwd=tmp_path, **environment))


def test_plain_when_piped(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "settle", "bucks-and-burnley", "--out", "s"], capture_output=True, cwd=tmp_path, check=True
    )
    assert done.stderr == b""
    assert b"\x1b" not in done.stdout and b"\r" not in done.stdout and b"%]" not in done.stdout
