"""First map of published files: headers, columns of areas, years and units are guessed, for somebody to review."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from singlepot.models.checks.headers import column_called
from singlepot.models.checks.register import OFFICIAL
from singlepot.models.diagnostics.problems import BadInputError, Diagnostic
from singlepot.models.tables.schema import AREA_CODES, AREA_NAMES, TABLES

from .header import bare
from .published.sheets import SourceSheet, read_files, text_of
from .published.units import powers_in
from .published.years import start_of

FEWEST_FILLED = 2
"""Filled cells of a row from which it may be a header."""

UNITS = {0: "£", 3: "£000", 6: "£m", 9: "£bn"}

_HEAD = """\
# A first map of the files, guessed. Read every line and correct it: columns, years, units and tables are guesses.
# Then write reviewed = true. The manual page "Read a published table" says what each key means.
schema = 1
reviewed = false

[scenario]
title = ""
money = "GBP million"
years = [{years}]

[names]  # "Name in the files" = "code", where neither code nor name settles it
"""


@dataclass(frozen=True)
class _Guess:
    """Guessed header of a sheet: its row, its texts by column, and years by column."""

    sheet: SourceSheet
    row: int
    texts: dict[int, str]
    years: dict[int, int]


def guess_map(files: Iterable[str | os.PathLike[str]], encoding: str = "utf-8") -> str:
    """Write a first map of published files, as TOML that nobody has reviewed.

    Raises
    ------
    BadInputError
        A file cannot be read, or no sheet holds anything like a table.
    """
    guesses = [guess for sheet in read_files([Path(file) for file in files], encoding) if (guess := _guess(sheet))]
    if not guesses:
        expected = "a row of headers with rows of numbers below it"
        raise BadInputError([Diagnostic("SP-I006", "import", "files", "", "", "no table", expected)])
    financial = sorted({start for guess in guesses for start in guess.years.values()})
    years = ", ".join(f'"{start}-{(start + 1) % 100:02d}"' for start in _consecutive(financial))
    return _HEAD.format(years=years) + "".join(f"\n{_take(guess)}" for guess in guesses)


def _consecutive(starts: list[int]) -> list[int]:
    """Return the last run of years without a gap."""
    run = starts[-1:]
    while run and run[0] - 1 in starts:
        run.insert(0, run[0] - 1)
    return run


def _guess(sheet: SourceSheet) -> _Guess | None:
    """Take the row with the most filled cells, each different, that has rows with numbers below; the first of them."""
    rows = list(sheet.rows)
    best: tuple[int, int] = (FEWEST_FILLED - 1, 0)
    for at, row in enumerate(rows[:-1]):
        texts = [bare(text_of(cell)) for cell in sheet.rows[row].values()]
        words = [text for text in texts if start_of(text) is not None or not _is_number(text)]
        below = sheet.rows[rows[at + 1]].values()
        is_header = len(set(texts)) == len(texts) == len(words) and any(_is_number(text_of(cell)) for cell in below)
        if is_header and len(texts) > best[0]:
            best = len(texts), row
    if not best[1]:
        return None
    texts_of = {column: sheet.text(best[1], column) for column in sheet.rows[best[1]]}
    starts = {column: start for column, text in texts_of.items() if (start := start_of(bare(text))) is not None}
    return _Guess(sheet, best[1], texts_of, starts)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-−(]?£?[0-9][0-9,]*(?:\.[0-9]+)?\)?", text) is not None


def _take(guess: _Guess) -> str:
    """Write the section of one sheet."""
    area, name = _area_columns(guess)
    others = {column: text for column, text in guess.texts.items() if column not in (area, name, *guess.years)}
    table = _table(guess, area, others)
    lines = ["[[take]]", f"# the header seems to be in row {guess.row}", f"into = {_quoted(table)}"]
    lines.append(f"file = {_quoted(guess.sheet.file)}")
    if guess.sheet.sheet:
        lines.append(f"sheet = {_quoted(guess.sheet.sheet)}")
    if area:
        lines.append(f"area = {_quoted(bare(guess.texts[area]))}")
    columns = _columns(guess, others, table, name)
    if columns:
        lines.append("columns = { " + ", ".join(f"{ours} = {_quoted(theirs)}" for ours, theirs in columns) + " }")
    lines += _years(guess)
    if table != "areas":
        lines.append(_unit(guess))
    taken = {theirs for _, theirs in columns}
    left = [bare(text) for text in others.values() if bare(text) not in taken]
    lines += [f"# not taken: {', '.join(left)}"] if left else []
    return "\n".join(lines) + "\n"


def _table(guess: _Guess, area: int, others: dict[int, str]) -> str:
    """Choose the table: money by areas is bids, other money the pot, and areas without money areas."""
    if not area:
        return "pot"
    is_money = guess.years or any(column_called(text, TABLES["bids"].by_name) for text in others.values())
    return "bids" if is_money else "areas"


def _columns(guess: _Guess, others: dict[int, str], table: str, name: int) -> list[tuple[str, str]]:
    columns = [("name", bare(guess.texts[name]))] if name and table == "areas" else []
    known = {ours: spec for ours, spec in TABLES[table].by_name.items() if ours not in ("area", "code", "name")}
    for text in others.values():
        ours = column_called(text, known)
        if ours and ours not in dict(columns):
            columns.append((ours, bare(text)))
    return columns


def _area_columns(guess: _Guess) -> tuple[int, int]:
    """Return the columns of codes and of names, 0 for none: by their cells, then by their headers."""
    below = [row for row in guess.sheet.rows if row > guess.row]
    codes = Counter(
        column for row in below for column, cell in guess.sheet.rows[row].items() if OFFICIAL.fullmatch(text_of(cell))
    )
    called = {column: bare(text) for column, text in guess.texts.items()}
    code = next((column for column, _ in codes.most_common(1) if column in called), 0)
    code = code or next((column for column, text in called.items() if text in AREA_CODES), 0)
    name = next((column for column, text in called.items() if text in (*AREA_NAMES, "name") and column != code), 0)
    return (code or name), name


def _years(guess: _Guess) -> list[str]:
    if not guess.years:
        return []
    starts = sorted(guess.years.values())
    texts = {start: bare(guess.texts[column]) for column, start in guess.years.items()}
    run = _consecutive(starts)
    line = f"years = {_quoted(f'{texts[run[0]]}:{texts[run[-1]]}')}"
    financial = [f"{start}-{(start + 1) % 100:02d}" for start in (run[0], run[-1])]
    calendar = texts[run[0]].isdecimal()
    return [line, *([f"becomes = {_quoted(':'.join(financial))}  # or other years"] if calendar else [])]


def _unit(guess: _Guess) -> str:
    texts = [guess.sheet.text(row, c) for row in guess.sheet.rows if row <= guess.row for c in guess.sheet.rows[row]]
    powers = {power for text in texts for power in powers_in(text)}
    if len(powers) == 1:
        return f"unit = {_quoted(UNITS[powers.pop()])}"
    return 'unit = ""  # £, £000, £m or £bn: the file names none, or several'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
