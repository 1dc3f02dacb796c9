"""What a terminal of 80 columns shows: lines that fit, a line of progress with stage and time left, no colours."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from ..command_line import COMMAND, shown

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def lines(text: str) -> list[str]:
    return [ESCAPE.sub("", line) for line in re.split(r"[\r\n]+", text)]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("terminal")
    return folder, shown("settle", "england", "--out", "s", cwd=folder)


def test_every_line_fits(settled: tuple[Path, str]) -> None:
    """But for what is to be copied, such as the command that installs."""
    folder, settling = settled
    texts = [
        settling,
        shown("list", cwd=folder),
        shown("why", "s", cwd=folder),
        shown("why", "s", "E06000060", cwd=folder),
    ]
    for text in texts:
        wide = [line for line in lines(text) if len(line) > 80 and "pip install" not in line]
        assert not wide


def test_progress_says_stage_and_time_left(settled: tuple[Path, str]) -> None:
    progress = [line for line in lines(settled[1]) if "%" in line and "[" in line]
    words = " ".join(progress)
    for stage in ("the largest shortfall", "what areas lose", "without give: ", "without bands: ", "writing"):
        assert stage in words
    assert any(re.search(r"\d\d:\d\d:\d\d", line) for line in progress)
    shares = [int(share[1]) for line in progress if (share := re.search(r"(\d+)%", line))]
    assert shares == sorted(shares)


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}])
def test_no_colours(tmp_path: Path, environment: dict[str, str]) -> None:
    """Nothing is said by colour, so NO_COLOR has nothing to switch off."""
    assert not COLOUR.search(shown("settle", "bucks-and-burnley", "--out", "s", cwd=tmp_path, **environment))


def test_plain_when_piped(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "settle", "bucks-and-burnley", "--out", "s"], capture_output=True, cwd=tmp_path, check=True
    )
    assert done.stderr == b""
    assert b"\x1b" not in done.stdout and b"\r" not in done.stdout and b"%]" not in done.stdout
