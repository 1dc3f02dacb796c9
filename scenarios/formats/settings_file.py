"""TOML parser of ``scenario.toml``: it returns the content and the line of each key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from singlepot.models.diagnostics.problems import SETTINGS, BadInputError, Diagnostic, Report, shown

from .decoding import line_of
from .file_kinds import UTF_8_MARK, UTF_16_MARKS, kind_of_file

NAME = "scenario.toml"

LARGEST_BYTES = 1_000_000
"""A file of settings beyond this is something else."""

_SECTION = re.compile(r"\s*\[\s*([^\[\]#]+?)\s*\]\s*(#.*)?")
_KEY = re.compile(r"""\s*([A-Za-z0-9_."'\[\]-]+)\s*=""")
_WHERE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_HINTS = {
    r"=\s*(True|TRUE|False|FALSE)\b": "write true or false in small letters",
    r"=\s*([0-9]+(?:\.[0-9]+)?)\s*%": r"write a share for \1%",
    r"=\s*[+-]?0[0-9]": "a number does not begin with 0",
    r"=\s*([0-9]+),([0-9]+)": r"write \1.\2, with a point",
    r"=\s*[0-9]{4}-[0-9]{2}\s*(#.*)?$": 'put a year in quotation marks, "2026-27"',
    r"=.*[“”„]": "write straight quotation marks",
    r"""=\s*[A-Za-z£]""": "put text in quotation marks",
}
"""Patterns of lines that are not TOML, and the remedy for each, with what the pattern found."""


def read_settings_file(
    content: bytes, report: Report, file: str = NAME
) -> tuple[Mapping[str, object], Mapping[str, int]] | None:
    """Parse the bytes of ``scenario.toml``, or of a what-if.

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

    def complain(code: str, where: str = "", value: str = "", expected: str = "", remedy: str = "") -> None:
        report.add(Diagnostic(code, SETTINGS, file, where, "", value, expected, remedy))

    if len(content) > LARGEST_BYTES:
        complain("SP-F013", value=f"{len(content)} bytes", expected=f"at most {LARGEST_BYTES}", remedy="shorten it")
        return None
    if kind := _kind(content):
        complain("SP-F004", value=kind, expected="TOML in UTF-8", remedy="save it as UTF-8")
        return None
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        value = f"byte {fault.start + 1} that is not UTF-8"
        complain("SP-F004", f"line {line_of(content, fault)}", value, "UTF-8", "save it as UTF-8")
        return None
    if content.startswith(UTF_8_MARK):
        complain("SP-F020", value="a byte-order mark", remedy="passed over")
    if deep := too_deep(text):
        complain("SP-F013", value=deep, expected="the keys of a scenario")
        return None
    try:
        settings = tomllib.loads(text + "\n\n")
    except tomllib.TOMLDecodeError as fault:
        complain("SP-F012", *_syntax(str(fault), text))
    except ValueError:  # a whole number of thousands of digits, which the parser hands to Python as it is
        complain("SP-F012", *_endless_number(text))
    else:
        if not _is_too_deep(settings):
            _check_end(text, complain)
            return settings, lines_of_keys(text)
        complain("SP-F013", value="keys within keys within keys", expected="the keys of a scenario")
    return None


def _check_end(text: str, complain: Callable[..., None]) -> None:
    """Report an end as files have that were cut off: without a line end, or with an empty line."""
    lines = text.split("\n")
    if not text.endswith("\n"):
        remedy = "see that nothing is missing; a complete file ends with a new line"
        complain("SP-F015", f"line {len(lines)}", shown(lines[-1][-40:]), "a line end after it", remedy)
    elif text.endswith("\n\n"):
        remedy = "see that no section is missing behind it"
        complain("SP-F026", f"line {len(lines) - 1}", "an empty line at the end", "", remedy)


def load_plan(file: Path, name: str, part: str, expected: str, codes: tuple[str, str]) -> dict[str, Any]:
    """Parse the TOML file of a plan, of an ensemble or of regimes.

    Raises
    ------
    BadInputError
        With the first code where the file cannot be read, with the second where it is not TOML.
    """
    try:
        content = file.read_bytes()[: LARGEST_BYTES + 1]
        text = content.decode("utf-8-sig")
        value = f"more than {LARGEST_BYTES} bytes" if len(content) > LARGEST_BYTES else too_deep(text)
        if value:
            raise BadInputError([Diagnostic(codes[1], part, name, value=value, expected="the keys of a plan")])
        return tomllib.loads(text)
    except OSError as error:
        problem = Diagnostic(codes[0], part, name, value=str(error.strerror), expected=expected)
        raise BadInputError([problem]) from error
    except ValueError as error:  # not TOML, not UTF-8, or a number of thousands of digits
        problem = Diagnostic(codes[1], part, name, value=str(error), expected="TOML in UTF-8")
        raise BadInputError([problem]) from error


DEEPEST = 10
"""Sections within sections of a file; those of a scenario go four deep."""


_TOKEN = re.compile(
    r"""
    \"{3}(?:\\.|[^\\])*?\"{3} | '{3}.*?'{3} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' | [\w-]+  # a part of a key, or a value
    | (?P<between>[^\S\n]+)
    | (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<dot>\.) | (?P<other>\#[^\n]*|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def too_deep(text: str) -> str:
    """Say what nests too deeply in TOML: the dotted parts of a key, or brackets; empty where nothing does.

    It is asked before the text is parsed: a parser takes time in the square of a key's parts.

    >>> too_deep("a.b = [1.5, 'a.b.c.d.e.f.g.h.i.j.k.l.m']"), too_deep("a" + ".a" * DEEPEST + "= 1")
    ('', 'keys within keys within keys')
    """
    level = dots = 0
    after_dot = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "between":
            continue
        level += (kind == "open") - (kind == "close" and level > 0)
        dots = dots + 1 if kind == "dot" else dots if kind is None and after_dot else 0
        after_dot = kind == "dot"
        if level > DEEPEST or dots >= DEEPEST:
            return "brackets within brackets" if level > DEEPEST else "keys within keys within keys"
    return ""


def _is_too_deep(content: Mapping[str, object]) -> bool:
    """Whether content is nested so deeply that a recursion might fail. Dotted keys nest without brackets."""
    level: list[object] = [content]
    for _ in range(DEEPEST):
        inner: list[object] = []
        for item in level:
            inner += item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        level = inner
    return bool(level)


def _kind(content: bytes) -> str:
    """Match the signature of a file that is no text in UTF-8; empty if it may be one."""
    if content[:2] in UTF_16_MARKS or b"\0" in content[:4]:
        return "UTF-16"
    return kind_of_file(content)


def _endless_number(text: str) -> tuple[str, str, str, str]:
    """Describe a number with thousands of digits: position, value, what was expected, and the remedy."""
    digits = re.search(r"[0-9_]{1000,}", text)
    line = text.count("\n", 0, digits.start()) + 1 if digits else 1
    return f"line {line}", shown(digits[0] if digits else "", quoted=False), "a number", "write fewer digits"


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


MOST_LINES_TRIED, MOST_BYTES_TRIED = 500, 2_000_000
"""Lines from the end of the file that are tried for the one where it goes wrong, and how much is parsed for it."""


def _unclosed_line(lines: list[str]) -> int:
    """Find the line of an unclosed bracket or quotation mark: the first lines before it parse by themselves."""
    tries = MOST_BYTES_TRIED // (1 + sum(map(len, lines)))
    for number in range(len(lines) - 1, max(0, len(lines) - 1 - min(tries, MOST_LINES_TRIED)), -1):
        try:
            tomllib.loads("\n".join(lines[:number]) + "\n")
        except ValueError:
            continue
        return number + 1
    return 1


def _syntax(message: str, text: str) -> tuple[str, str, str, str]:
    """Describe a fault of syntax: position, value, what was expected, and the remedy."""
    lines = text.split("\n")
    where = _WHERE.search(message)
    number = min(int(where[1]), len(lines)) if where and where[1] else _unclosed_line(lines)
    column = f" column {where[2]}" if where and where[2] else ""
    line = lines[number - 1].strip()
    hint = next((match.expand(hint) for pattern, hint in _HINTS.items() if (match := re.search(pattern, line))), "")
    hint = re.sub(r"a share for ([0-9.]+)%", lambda percent: f"{float(percent[1]) / 100:g} for {percent[1]}%", hint)
    if "overwrite" in message or "twice" in message or "already" in message:
        return f"line {number}{column}", shown(line), "each key and section once", "it is there twice; delete one"
    detail = _WHERE.sub("", message).strip()
    return f"line {number}{column}", shown(line), f"TOML ({detail[:1].lower()}{detail[1:]})", hint
