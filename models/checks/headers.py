"""Checks of headers: missing, unknown and repeated columns, years in columns, and which column an unknown one means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from ..diagnostics.problems import near, one_of, shown
from ..tables.raw import RawTable
from ..tables.schema import Column, Table, kept


class Complaint(Protocol):
    """Callback by which a check reports a diagnostic of a cell, of a row (without column) or of a table."""

    def __call__(
        self, code: str, row: int | None = None, column: str = "", value: str = "", expected: str = "", remedy: str = ""
    ) -> None:
        """Report a problem, warning or note."""


_UNITS = re.compile(r"\[[^\]]*\]|\([^)]*\)|£\s*(?:thousand|million|billion|k|m|mn|bn|000s?)?\b|\bgbp\b|£|%")
_FOOTNOTES = re.compile(r"[¹²³⁰-⁹*†‡§#]+|\bnotes?\s*[0-9][0-9, ]*")
_YEAR = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])|\bfy\s*[0-9]{2}(?:\s*[-/–]\s*[0-9]{2})?(?![0-9])|^[0-9]{2}\s*[-/–]\s*[0-9]{2}$"
)
"""A year in a header: 2026-27, 2026/27, FY2026, 2026, FY26/27, 26/27."""


def plain_header(header: str) -> str:
    r"""Take footnotes, units, line breaks and marks off a header.

    >>> plain_header("Amount\n[note 3]"), plain_header("Financial year"), plain_header("Bid, £m ²")
    ('amount', 'financial year', 'bid')
    """
    text = _FOOTNOTES.sub(" ", _UNITS.sub(" ", header.casefold()))
    return " ".join(re.findall(r"[^\W_]+", text))


def is_year(header: str) -> bool:
    """Whether a header is a year, perhaps with a unit or footnote.

    >>> [is_year(text) for text in ("2026-27", "2026/27", "FY2026", "2026", "Amount 2026-27 (£m)", "FY26/27", "amount")]
    [True, True, True, True, True, True, False]
    """
    return _YEAR.search(_FOOTNOTES.sub("", re.sub(r"\[[^\]]*\]", "", header)).strip().casefold()) is not None


def column_called(header: str, columns: Mapping[str, Column]) -> str:
    """Return the column that a header is a usual name of, footnotes and units aside; empty where it is none."""
    plain = plain_header(header)
    for word in dict.fromkeys((plain, re.sub(r"\s?[0-9]+$", "", plain))):
        for name, column in columns.items():
            if word in (name.replace("_", " "), *column.also):
                return name
    return ""


def columns_called(headers: Iterable[str], table: Table) -> frozenset[str]:
    """Return the columns of a table that the cells of a row name, years in columns too, if two of them do."""
    columns, of_years = table.by_name, "year" in table.by_name
    called = {"year" if of_years and is_year(text) else column_called(text, columns) for text in headers} - {""}
    return frozenset(called) if len(called) > 1 else frozenset()


def column_meant(header: str, free: Mapping[str, Column]) -> str:
    """Return the column that a header probably means; empty where none is near.

    Parameters
    ----------
    header
        A header that is no column's name.
    free
        The columns that no other header names, by name.

    Examples
    --------
    >>> from singlepot.models.tables.schema import TABLES
    >>> column_meant("Financial year", TABLES["bids"].by_name), column_meant("amuont", TABLES["bids"].by_name)
    ('year', 'amount')
    """
    plain = plain_header(header)
    if word := column_called(header, free) or near(header, free) or near(plain, free):
        return word
    words = plain.split()
    return next((name for name, column in free.items() if column.required and name in words), "")


def check_headers(
    raw: RawTable, table: Table, known: Mapping[str, Column], closed: bool, complain: Complaint
) -> dict[str, str]:
    """Name the columns that are missing, unknown or there twice.

    Parameters
    ----------
    raw, table
        The table as it came, and what it should hold.
    known
        The columns that it may have, by name.
    closed
        False where further columns are not known: unknown columns are then let pass.
    complain
        Takes the problems.

    Returns
    -------
    The column that each unknown one was probably meant for: it is read as that one, so that a slip in a header
    does not bring a hundred further problems.
    """
    present = raw.columns
    for name in raw.repeated:
        complain("SP-D004", column=name, expected="each column once", remedy="rename or delete one of them")
    unknown = [header for header in present if header not in known and not kept(header)]
    years = _years_in_columns(table, present, unknown)
    if years:
        _complain_of_years(table, years, complain)
        unknown = [header for header in unknown if header not in years]
    for header in [header for header in unknown if table.open_to == "year" and is_year(header)]:
        unknown.remove(header)
        if closed:
            listed = one_of([name for name in known if is_year(name)])
            complain(
                "SP-D022",
                column=header,
                expected=f"one of the scenario's years: {listed}",
                remedy="list it in years, or correct it",
            )
    meant: dict[str, str] = {}
    for header in unknown:
        free = {name: known[name] for name in known if name not in present and name not in meant.values()}
        if closed and header != "whole" and (name := column_meant(header, free)):
            meant[header] = name
    missing = [name for name, column in known.items() if column.required and name not in present]
    for name in missing:
        if not (years and (name == "year" or known[name].numeric)):
            header = next((header for header in meant if meant[header] == name), "")
            remedy = f"did you mean {shown(header)}?" if header else raw.place.missing(name)
            complain("SP-D002", column=name, expected="the column to be there", remedy=remedy)
    lacking = [name for name in missing if name not in meant.values()]
    for header in unknown:
        if header == "whole":
            complain("SP-D006", column=header, expected="no such column yet", remedy="delete the column")
        elif closed:
            remedy = f"did you mean {shown(meant[header])}?" if header in meant else _advice(table, lacking)
            _complain_of_column(raw, header, list(known), remedy, complain)
    return meant


def _years_in_columns(table: Table, present: Mapping[str, object], unknown: Sequence[str]) -> list[str]:
    """List the headers that are years, in a table that has a column for the year."""
    open_ = table.open_to == "year"
    years = [header for header in unknown if is_year(header)] if "year" in table.by_name and not open_ else []
    return years if "year" not in present or len(years) > 1 else []


def _complain_of_years(table: Table, years: Sequence[str], complain: Complaint) -> None:
    columns = [column.name for column in table if column.required]
    number = next((column.name for column in table if column.numeric), "")
    value = f"the years {one_of([shown(' '.join(year.split()), quoted=False) for year in years], 6)} as columns"
    expected = f"a row for each year: the columns {', '.join(columns)}"
    remedy = f"write the numbers below one another in the column {number}, each with its year (2026-27) beside it"
    complain("SP-D007", value=value, expected=expected, remedy=remedy)


def _advice(table: Table, lacking: Sequence[str]) -> str:
    if lacking:
        return f"call it {' or '.join(lacking)} if it is that, or let its name begin with _"
    return {
        "attribute": "list it in attributes, delete it, or let its name begin with _",
        "objective": "add it to objectives, delete it, or let its name begin with _",
    }.get(table.open_to, "delete it, or let its name begin with _")


def _complain_of_column(raw: RawTable, header: str, known: Sequence[str], remedy: str, complain: Complaint) -> None:
    value = ""
    if not header.strip():
        value = f"no name for column {1 + list(raw.columns).index(header)}"
        remedy = "give the column a name, or delete it"
    complain("SP-D003", None, header, value, "one of " + one_of(known, 20), remedy)
