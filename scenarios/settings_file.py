"""``scenario.toml`` from a file: its content, and on which line each key stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from singlepot.models.problems import SETTINGS, Problem, Report, shown

NAME = "scenario.toml"

LARGEST_BYTES = 1_000_000
"""A file of settings beyond this is something else."""

_SECTION = re.compile(r"\s*\[\s*([^\[\]#]+?)\s*\]\s*(#.*)?")
_KEY = re.compile(r"""\s*([A-Za-z0-9_."'-]+)\s*=""")
_WHERE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_HINTS = {
    r"=\s*(True|TRUE|False|FALSE)\b": "write true or false in small letters",
    r"=\s*[0-9.]+\s*%": "write 0.05 for 5%",
    r"=\s*[+-]?0[0-9]": "a number does not begin with 0",
    r"=\s*[0-9]+,[0-9]": "write 1.5, with a point",
    r"=\s*[0-9]{4}-[0-9]{2}\s*(#.*)?$": 'put a year in quotation marks, "2026-27"',
    r"""=\s*[A-Za-z£]""": "put text in quotation marks",
}
"""Lines that are not TOML and what was probably meant."""


def read_settings_file(
    content: bytes, report: Report, file: str = NAME
) -> tuple[Mapping[str, object], Mapping[str, int]] | None:
    """Read the bytes of ``scenario.toml``, or of a what-if.

    Parameters
    ----------
    content
        The bytes of the file.
    report
        Takes the problems.
    file
        What to call it in messages.

    Returns
    -------
    The content as nested mappings, and the line of each key by its path (``stages.order``); None if the file
    is not TOML.
    """

    def complain(code: str, place: str = "", value: str = "", expected: str = "", remedy: str = "") -> None:
        report.add(Problem(code, SETTINGS, file, place, "", value, expected, remedy))

    if len(content) > LARGEST_BYTES:
        complain("SP-F013", value=f"{len(content)} bytes", expected=f"at most {LARGEST_BYTES}", remedy="shorten it")
        return None
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        complain("SP-F004", f"line {line}", f"byte {fault.start + 1} that is not UTF-8", "UTF-8", "save it as UTF-8")
        return None
    try:
        return tomllib.loads(text + "\n\n"), lines_of_keys(text)
    except tomllib.TOMLDecodeError as fault:
        complain("SP-F012", *_syntax(str(fault), text))
    except RecursionError:
        complain("SP-F013", value="brackets within brackets", expected="the keys of a scenario")
    return None


def lines_of_keys(text: str) -> dict[str, int]:
    r"""Find the line of each key, by its path; sections count as keys.

    Examples
    --------
    >>> lines_of_keys('title = "x"\n[rules]\ngrant_floor = 0.7')
    {'title': 1, 'rules': 2, 'rules.grant_floor': 3}
    """
    lines: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if match := _SECTION.fullmatch(line):
            section = _path(match[1])
            lines.setdefault(section, number)
        elif match := _KEY.match(line):
            lines.setdefault(f"{section}.{_path(match[1])}".lstrip("."), number)
    return lines


def _path(key: str) -> str:
    return re.sub(r"""["'\s]""", "", key)


def _syntax(said: str, text: str) -> tuple[str, str, str, str]:
    """Return place, value, what was expected, and the remedy, for a fault of syntax."""
    lines = text.split("\n")
    where = _WHERE.search(said)
    number = min(int(where[1]), len(lines)) if where and where[1] else len(lines)
    column = f" column {where[2]}" if where and where[2] else ""
    line = lines[number - 1].strip()
    hint = next((hint for pattern, hint in _HINTS.items() if re.search(pattern, line)), "")
    if "overwrite" in said or "twice" in said or "already" in said:
        return f"line {number}{column}", shown(line), "each key and section once", "it is there twice; delete one"
    detail = _WHERE.sub("", said).strip()
    return f"line {number}{column}", shown(line), f"TOML ({detail[:1].lower()}{detail[1:]})", hint
