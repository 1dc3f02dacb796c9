"""Checks of the codes of areas: look-alikes, official codes that are almost right, replaced, or inside one another.

Totals among the areas are in :mod:`~singlepot.models.checks.plausibility.totals`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..diagnostics.problems import in_latin, one_of, shown
from ..tables.schema import CENTRE
from .parsing import Parsed
from .register import LENGTH, OFFICIAL, TERRITORIAL, Register, register

_CONFUSED = str.maketrans("OoIlSB", "001158")
"""Letters that are taken for digits."""

_NEARLY = re.compile(r"[A-Za-z][0-9A-Za-z]{5,11}")
"""What an official code may look like when a character is lost or added."""

MOST_OFFICIAL = 0.5
"""From this share of official codes on, a code that is almost one is named."""

Codes = Mapping[str, int]
"""First row of each code."""


def check_area_codes(areas: Parsed, overlapping: bool = False) -> None:
    """Check the codes of areas by themselves and one against another; only look-alikes and doubles are problems.

    Parameters
    ----------
    areas
        The table.
    overlapping
        Whether areas may lie within one another.
    """
    if "code" not in areas.labels:
        return
    rows: dict[str, int] = {}
    for row, code in enumerate(areas.labels["code"].values):
        if code:
            rows.setdefault(code, row)
    _check_alike(areas, rows)
    almost = {code: meant for code in rows if (meant := _official_meant(code))}
    for code, meant in almost.items():
        _complain_of_letters(areas, rows[code], code, meant)
    official = {code: row for code, row in rows.items() if OFFICIAL.fullmatch(code)}
    _check_nearly_official(areas, rows, official, almost)
    territorial = {code: row for code, row in rows.items() if TERRITORIAL.fullmatch(code)}
    if (official or territorial) and not overlapping:
        _check_within(areas, {**official, **territorial}, register())
    if official:
        known = register()
        _check_replaced(areas, official, known)
        _check_dates(areas, official, known)
        _check_names(areas, official, known)


def replaced(code: str) -> str:
    """Say what replaced a code; empty where nothing is known to have."""
    if not OFFICIAL.fullmatch(code) or not (new := register().successors(code)):
        return ""
    return f"it was replaced on {_day(register().changes[code].date)} by {' and '.join(map(register().said, new))}"


_TOTAL = re.compile(
    r"(?:grand |overall |sub-?\s?)?totals?(?: of .*| for .*|:)?|.* totals?|all (?:areas|authorities|councils)|sum",
    re.IGNORECASE,
)


def is_total(name: str) -> bool:
    """Whether a code or name is that of a total of areas.

    >>> is_total("Sub-total"), is_total("Kent total"), is_total("Totnes")
    (True, True, False)
    """
    return _TOTAL.fullmatch(name.strip()) is not None


def whose(code: str) -> str:
    """Say what an official code stands for, where that is known: its neighbours by number are other places."""
    if not OFFICIAL.fullmatch(code) or code not in register().names:
        return ""
    return replaced(code) or f"it is {register().names[code]}: add it to areas, or correct the code"


def _official_meant(code: str) -> str:
    """The official code that a word is but for letters that look like others; empty where it is one or none."""
    if len(code) < LENGTH or OFFICIAL.fullmatch(code):
        return ""
    bare = re.sub(r"[\s-]", "", in_latin(code))
    meant = bare[:1].upper() + bare[1:].translate(_CONFUSED)
    return meant if OFFICIAL.fullmatch(meant) else ""


def _complain_of_letters(areas: Parsed, row: int, code: str, meant: str) -> None:
    odd = [f"{c} is U+{ord(c):04X}" for c in dict.fromkeys(code) if not c.isascii()]
    odd += [f"{c} stands for {c.translate(_CONFUSED)}" for c in dict.fromkeys(code[1:]) if c != c.translate(_CONFUSED)]
    remedy = f"write {shown(meant)}" + (f" ({', '.join(odd[:4])})" if odd else "")
    areas.complain("SP-A001", row, "code", shown(code), "a capital letter and eight digits, all Latin", remedy)


def _check_alike(areas: Parsed, rows: Codes) -> None:
    """Name codes that look the same, and those that are easily confused."""
    looks: dict[str, str] = {}
    reads: dict[str, str] = {}
    for code, row in rows.items():
        latin = in_latin(code)
        alike = looks.setdefault(latin, code)
        near = reads.setdefault(latin.upper().translate(_CONFUSED), code)
        if alike != code:
            odd = [f"{c} is U+{ord(c):04X}" for c in dict.fromkeys(code + alike) if not c.isascii()]
            expected = f"another code than {_at(areas, alike, rows)}, which looks the same"
            remedy = f"write both in Latin letters ({', '.join(odd[:4])})"
            areas.complain("SP-A003", row, "code", shown(code), expected, remedy)
        elif near != code:
            expected = f"another code than {_at(areas, near, rows)}, which is easily confused with it"
            areas.complain("SP-A009", row, "code", shown(code), expected, "if they are one area, write it in one way")


def _at(areas: Parsed, code: str, rows: Codes) -> str:
    return f"{shown(code)} in {areas.raw.place.row(rows[code])}"


def _check_nearly_official(areas: Parsed, rows: Codes, official: Codes, almost: Mapping[str, str]) -> None:
    if len(official) < MOST_OFFICIAL * len(rows):
        return
    kinds = areas.text("type")
    for code, row in rows.items():
        if code in official or code in almost or kinds[row] == CENTRE or not _NEARLY.fullmatch(code):
            continue
        expected = "a letter and eight digits, as in most rows"
        count = f"{len(code)} characters" if len(code) != 9 else "another form"
        areas.complain(
            "SP-A002", row, "code", shown(code), expected, f"correct it if it is an official code: it has {count}"
        )


def _check_replaced(areas: Parsed, official: Codes, known: Register) -> None:
    for code, row in official.items():
        if code not in known.changes:
            continue
        there = [new for new in known.successors(code) if new in official]
        if there:
            expected = f"either it or {_at(areas, there[0], official)}"
            areas.complain("SP-A005", row, "code", shown(code), expected, f"{replaced(code)}; delete one of them")
        else:
            remedy = f"{replaced(code)}; use that, unless the whole scenario is of the time before"
            areas.complain("SP-A004", row, "code", shown(known.said(code)), "a code in use", remedy)


def _check_dates(areas: Parsed, official: Codes, known: Register) -> None:
    """Name codes that had ended when others began."""
    ended = {code: known.changes[code].date for code in official if code in known.changes}
    begun = {code: known.begun[code] for code in official if code in known.begun}
    if not ended or not begun or min(ended.values()) > max(begun.values()):
        return
    latest = max(begun.values())
    young = [known.said(code) for code, date in begun.items() if date == latest]
    for code in (code for code, date in ended.items() if date <= latest):
        expected = f"codes of one date: {young[0]} is in use since {_day(latest)} only"
        remedy = f"take all areas from one date; this one ended on {_day(ended[code])}"
        areas.complain("SP-A006", official[code], "code", shown(known.said(code)), expected, remedy)


def _check_within(areas: Parsed, official: Codes, known: Register) -> None:
    """Name areas whose county, combined authority, region or country is there too; the centre contains nobody."""
    parts: dict[str, list[str]] = {}
    kinds = areas.text("type")
    official = {code: row for code, row in official.items() if kinds[row] != CENTRE}
    for code in official:
        whole = next((one for one in known.containers(code) if one in official), "")
        if whole:
            parts.setdefault(whole, []).append(known.said(code))
    for whole, inner in parts.items():
        expected = f"either it or the areas within it: {one_of(inner, 5)}"
        remedy = "keep one level, or leave it if they bid for different things"
        areas.complain("SP-A007", official[whole], "code", shown(known.said(whole)), expected, remedy)


def _check_names(areas: Parsed, official: Codes, known: Register) -> None:
    """Name areas whose name shares no word with that of the register."""
    names = areas.text("name")
    for code, row in official.items():
        name, right = names[row], known.names.get(code, "")
        if (
            not name
            or not right
            or row in areas.faulty.get("name", ())
            or _words(name) & _words(right)
            or _initials(name, right)
        ):
            continue
        owner = next((other for other, its in known.names.items() if _words(its) == _words(name)), "")
        remedy = f"{shown(name)} is {owner}" if owner else "correct the code or the name"
        areas.complain("SP-A008", row, "name", shown(name), f"{shown(right)}, the name of {code}", remedy)


_SMALL_WORDS = frozenset(
    "and of the upon on in city county council borough district royal authority combined unitary greater".split()  # noqa: SIM905
)
"""Words that many names share."""


def _words(name: str) -> frozenset[str]:
    words = frozenset(re.findall(r"[a-z]+", in_latin(name).casefold().replace("'", "")))
    return words - _SMALL_WORDS or words


def _initials(short: str, name: str) -> bool:
    """Whether a name is written by its initials, as BCP is."""
    words = [word for word in re.findall(r"[a-z]+", name.casefold()) if word not in _SMALL_WORDS]
    return re.sub(r"[^a-z]", "", short.casefold()) == "".join(word[0] for word in words)


def _day(date: str) -> str:
    """Write a date as people do: 1 April 2023."""
    year, month, day = map(int, date.split("-"))
    return f"{day} {_MONTHS[month - 1]} {year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""English, whatever language the machine speaks."""
