"""The catalogue of faults as a table: every number with what is tried, the code and what is said, from the tests alone.

``docs/pages.py`` makes the page of the manual from it. Where a test says no code or words, none are shown.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from .places import INPUT, ROOT

PARTS = {
    "Files": range(1, 18),
    "Workbooks": range(18, 36),
    "Codes and joins": range(36, 47),
    "Numbers and units": range(47, 61),
    "Rules and settlements": range(61, 74),
    "Settings and commands": range(74, 82),
    "Outputs, runs and the screen": range(82, 95),
}
"""Parts of the page, and the numbers of each."""

CODE = re.compile(r"SP-[A-Z][0-9]{3}")


@dataclass(frozen=True)
class Row:
    """One fault that is tried.

    Parameters
    ----------
    number
        Its number in the catalogue.
    what
        What is wrong.
    code
        Codes or exit code; empty where it is accepted.
    says
        Words that the message must contain.
    test
        The test that tries it: file and function.
    """

    number: int
    what: str
    code: str
    says: tuple[str, ...]
    test: str


@cache
def cases() -> tuple[dict[str, Any], ...]:
    """Files of ``tests/input/cases``, with their names."""
    return tuple(
        tomllib.loads(path.read_text(encoding="utf-8")) | {"file_name": path.name}
        for path in sorted((INPUT / "cases").glob("*.toml"))
    )


def remarks() -> dict[int, list[str]]:
    """What is left out of a number, or why it is about something that does not exist here."""
    return {case["number"]: [case[key] for key in ("no_meaning", "remark") if key in case] for case in cases()}


@cache
def rows() -> tuple[Row, ...]:
    """Every fault that is tried, by number; a case of workbooks that has none is left out."""
    found = [*_of_folders(), *_of_workbooks(), *_of_documents(), *_of_functions()]
    return tuple(sorted((row for row in found if row.number), key=lambda row: row.number))


def source_of(test: str) -> str:
    """Text of a test, named by file and function; ``*`` stands for all tests of the file."""
    path, _, name = test.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name and name.startswith("test_"):
            return ast.get_source_segment(text, node) or ""
    return text if name == "*" else ""


def _of_folders() -> Iterator[Row]:
    where = "tests/models/checks/test_broken_inputs.py::test_a_broken_input_is_refused_in_one_line_or_read_right"
    for case in cases():
        for attempt in [*case.get("try", []), *case.get("held", [])]:
            codes = list(dict.fromkeys([*attempt.get("codes", []), *attempt.get("notes", [])]))
            code = ", ".join(codes) or (f"exit {attempt['exit']}" if attempt.get("exit") else "")
            what = ": ".join(dict.fromkeys([case["what"], *([attempt["what"]] if "what" in attempt else [])]))
            yield Row(case["number"], what, code, tuple(attempt.get("says", [])), attempt.get("test", where))


def _of_workbooks() -> Iterator[Row]:
    from .scenarios.workbooks.workbook_cases import CASES, FILES

    where = "tests/scenarios/workbooks/test_broken_workbooks.py::"
    changed = where + "test_a_broken_workbook_is_refused_with_its_code_and_cell_or_read_right"
    foreign = where + "test_what_is_no_workbook_is_refused_with_how_to_convert_it"
    yield from (Row(case.number, case.what, case.code, case.says, changed) for case in CASES)
    yield from (Row(number, what, code, tuple(says), foreign) for number, what, _, code, says in FILES)


def _of_documents() -> Iterator[Row]:
    from .scenarios.formats.test_json_and_parquet import BROKEN

    where = "tests/scenarios/formats/test_json_and_parquet.py::"
    where += "test_a_broken_document_is_refused_with_its_code_and_place"
    for number, what, _, codes, _, says in BROKEN:
        yield Row(number, f"JSON: {what}", ", ".join(dict.fromkeys(codes)), tuple(says), where)


def _of_functions() -> Iterator[Row]:
    """Tests whose name has the number in it."""
    for file in ("tests/scenarios/workbooks/test_broken_workbooks.py", "tests/scenarios/formats/test_formats.py"):
        text = (ROOT / file).read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and (match := re.match(r"test_case_(\d+)_(.*)", node.name)):
                codes = dict.fromkeys(CODE.findall(ast.get_source_segment(text, node) or ""))
                yield Row(int(match[1]), match[2].replace("_", " "), ", ".join(codes), (), f"{file}::{node.name}")


def page() -> str:
    """Write the page of the manual."""
    lines = [OPENING]
    left_out = remarks()
    for title, numbers in PARTS.items():
        lines += [f"## {title}", "", "| number | what is wrong | code | what is said |", "|---|---|---|---|"]
        for row in rows():
            if row.number in numbers:
                said = " … ".join(
                    f"`` {_cell(words)} ``" if "`" in words else f"`{_cell(words)}`" for words in row.says
                )
                lines.append(f"| {row.number} | {_cell(row.what)} | {row.code} | {said} |")
        lines.append("")
        lines += [f"- {number}: {text}" for number in numbers for text in left_out.get(number, [])]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _cell(text: str) -> str:
    """A text as a cell of a table; what cannot be printed is written as Python would."""
    shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in " ".join(text.split()))
    return shown.replace("|", "\\|")


OPENING = f"""\
# What goes wrong, and what is said

Faults that people and machines make, each with a test that makes it. *Code* is that of the problem, warning or note
(`singlepot explain CODE`), or the exit code of the command; where there is none, the input is read as it was meant or
the work goes on. *What is said* are the words that the test insists on. None of these ends in a traceback, in a
half-written folder, or in a guess that moves money without a note. This page is written by `python docs/pages.py` from
the tests, in the order of the {max(map(max, PARTS.values()))} numbers by which they are kept.
"""
