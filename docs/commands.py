"""Run the commands that pages show, and write what they print: ``python docs/commands.py``. A test compares.

A command is a line of a block of ``console`` or ``ps1con`` that begins with its prompt; what follows is what it
printed. A page runs in an empty folder of its own, from its first block to its last. Comments before a block steer it:

==============================================  =====================================================================
``<!-- file: less.toml -->``                    the block is this file, and is written
``<!-- shown: 1-4, 9; exit: 3 -->``             the lines of the output that are shown (``none``; by default all), and
                                                the exit code (by default 0)
``<!-- cell: plan.xlsx pot!B2 = many -->``      this cell of a workbook is filled in, as the text says that a user does
``<!-- sheet: plan.xlsx pot -->``                the table is this sheet of a workbook, as the text says it is typed
``<!-- deleted: mine/bids.csv mine/pot.csv -->`` these files are deleted, as the text says that a user does
==============================================  =====================================================================
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent

PROMPTS = {"console": "$ ", "ps1con": "PS> "}

PARTS = re.compile(
    r"<!-- cell: (?P<book>\S+) (?P<sheet>\w+)!(?P<cell>[A-Z]+\d+) = (?P<value>.*?) -->"
    r"|<!-- sheet: (?P<into>\S+) (?P<named>\w+) -->\n(?P<table>(?:\|[^\n]*\n)+)"
    r"|<!-- deleted: (?P<deleted>.*?) -->"
    r"|<!-- file: (?P<file>\S+) -->\n```\w*\n(?P<content>.*?)^```"
    r"|(?:<!-- shown: (?P<shown>[^;]*?)(?:; exit: (?P<exit>\d+))? -->\n)?"
    r"(?P<open>```(?P<kind>console|ps1con)\n)(?P<body>.*?)(?=^```)",
    re.DOTALL | re.MULTILINE,
)
"""What of a page is carried out, in order."""

LEFT_OUT = "…"
"""Stands where lines of an output are not shown."""


def with_output(page: str, folder: Path) -> str:
    """Carry a page out in an empty folder, and return it with what its commands print."""

    def carry_out(part: re.Match[str]) -> str:
        if part["book"]:
            _fill_in(folder / part["book"], part["sheet"], part["cell"], part["value"])
            return part[0]
        if part["into"]:
            _write_sheet(folder / part["into"], part["named"], part["table"].splitlines())
            return part[0]
        if part["deleted"]:
            for name in part["deleted"].split():
                (folder / name).unlink()
            return part[0]
        if part["file"]:
            (folder / part["file"]).write_text(part["content"], encoding="utf-8")
            return part[0]
        prompt = PROMPTS[part["kind"]]
        commands = [line for line in part["body"].splitlines() if line.startswith(prompt)]
        lines = []
        for number, command in enumerate(commands):
            last = number == len(commands) - 1
            output = _run(command.removeprefix(prompt), folder, int(part["exit"] or 0) if last else 0)
            lines += [command, *(_chosen(output, part["shown"] or "all") if last else output)]
        return part[0][: part.start("body") - part.start()] + "".join(f"{line}\n" for line in lines)

    return PARTS.sub(carry_out, page)


def _run(command: str, folder: Path, code: int) -> list[str]:
    program, *words = shlex.split(command.replace("\\", "/"))
    start = {"singlepot": [sys.executable, "-m", "singlepot"], "python": [sys.executable]}[program]
    done = subprocess.run([*start, *words], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != code:
        raise RuntimeError(f"{command}: exit code {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return [line.rstrip() for line in (done.stdout + (done.stderr if code else "")).rstrip().splitlines()]


def _chosen(lines: list[str], shown: str) -> list[str]:
    """Return the lines chosen, such as ``1-4, 9``, with a mark where others are left out."""
    if shown == "all":
        return lines
    wanted: set[int] = set()
    for part in () if shown == "none" else shown.split(","):
        first, _, last = part.strip().partition("-")
        wanted |= set(range(int(first), int(last or first) + 1))
    result: list[str] = []
    for number, line in enumerate(lines, start=1):
        if number in wanted:
            result.append(line)
        elif wanted and result[-1:] != [LEFT_OUT]:
            result.append(LEFT_OUT)
    return result


def _fill_in(book: Path, sheet: str, cell: str, value: str) -> None:
    from openpyxl import load_workbook

    workbook = load_workbook(book)
    workbook[sheet][cell] = _typed(value)
    workbook.save(book)


def _write_sheet(book: Path, sheet: str, table: list[str]) -> None:
    """Write a table of Markdown as a sheet, of a new workbook where there is none."""
    from openpyxl import Workbook, load_workbook

    workbook = load_workbook(book) if book.exists() else Workbook()
    if not book.exists():
        del workbook[workbook.sheetnames[0]]
    into = workbook.create_sheet(sheet)
    for line in (table[0], *table[2:]):
        into.append([_typed(cell.strip()) for cell in line.strip().strip("|").split("|")])
    workbook.save(book)


def _typed(text: str) -> str | float | None:
    """Return what Excel makes of a text that is typed into a cell."""
    number = re.fullmatch(r"-?\d+(\.\d+)?", text)
    return float(text) if number else text or None


def pages() -> list[str]:
    """Name the pages that show commands with what they print."""
    result = (file for file in sorted(HERE.glob("*.md")) if PARTS.search(file.read_text(encoding="utf-8")))
    return [file.name for file in result]


if __name__ == "__main__":
    for name in sys.argv[1:] or pages():
        with tempfile.TemporaryDirectory() as empty:
            shown = with_output((HERE / name).read_text(encoding="utf-8"), Path(empty))
        (HERE / name).write_text(shown, encoding="utf-8")
