"""Header of a published table: the one row in which each named header and each year stands exactly once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from singlepot.models.diagnostics.problems import Diagnostic, one_of, shown

from .map import Take
from .published.sheets import SourceSheet
from .published.years import labels_of, start_of

_MARKS = re.compile(r"(?:\s*(?:\[[^\[\]]*\]|\(notes?[^()]*\)|[¹²³⁰-⁹*†‡§#]+|\bnotes? [0-9][0-9, ]*))+$", re.IGNORECASE)
"""Marks of footnotes at the end of a header."""


@dataclass(frozen=True)
class Header:
    """Position of the columns of a table on a sheet.

    Parameters
    ----------
    row
        Row of the header; 0 where there is none.
    columns
        Column of each of their headers that the map names.
    years
        Column of each year, by the first calendar year.
    """

    row: int
    columns: Mapping[str, int]
    years: Mapping[int, int]


def bare(text: str) -> str:
    """Take the marks of footnotes at the end, case and needless spaces off a header.

    >>> bare(" Local\\n Authority [note 3]¹"), bare("Amount (£000) *"), bare("2021 †")
    ('local authority', 'amount (£000)', '2021')
    """
    return " ".join(_MARKS.sub("", text.strip()).split()).casefold()


def named_headers(take: Take) -> list[str]:
    """List the headers that a map names for a take, each once."""
    return list(dict.fromkeys(filter(None, (take.area, *take.columns.values(), *take.where))))


def find_header(sheet: SourceSheet, take: Take) -> Header | Diagnostic:
    """Find the header of a table on a sheet, or say what the nearest row lacks."""
    named = {name: bare(name) for name in named_headers(take)}
    years = list(labels_of(take.years, take.becomes)) if take.wide else []
    best, best_faults = 0, [shown(name) for name in named] + list(map(str, years))
    for row, cells in sheet.rows.items():
        texts = {column: bare(sheet.text(row, column)) for column in cells}
        starts = {column: start_of(text) for column, text in texts.items()}
        at = {name: [column for column in texts if texts[column] == word] for name, word in named.items()}
        of_year = {year: [column for column in starts if starts[column] == year] for year in years}
        faults = [_fault(shown(name), columns) for name, columns in at.items() if len(columns) != 1]
        faults += [_fault(str(year), columns) for year, columns in of_year.items() if len(columns) != 1]
        if not faults:
            columns = {name: places[0] for name, places in at.items()}
            return Header(row, columns, {year: places[0] for year, places in of_year.items()})
        if len(faults) < len(best_faults):
            best, best_faults = row, faults
    return _complain(sheet, take, best, best_faults)


def _fault(name: str, columns: Sequence[int]) -> str:
    return f"{name} {len(columns)} times" if columns else name


def _complain(sheet: SourceSheet, take: Take, row: int, faults: Sequence[str]) -> Diagnostic:
    expected = "one row with each header that the map names, and each year, once"
    if not row:
        value, place = f"no row with any of {one_of(faults)}", sheet.sheet and f"sheet {sheet.sheet}"
    else:
        value, place = f"a row without {one_of(faults)}", sheet.place(row)
    remedy = "write the headers into the map as they stand in the file"
    return Diagnostic("SP-I006", take.into, sheet.file, place, "", value, expected, remedy)


def title_of(sheet: SourceSheet, header: Header) -> str:
    """Return the first filled cell above a header; empty where there is none."""
    return next((text for row in sheet.rows if row < header.row for text in _texts(sheet, row)), "")


def texts_about(sheet: SourceSheet, header: Header, columns: Sequence[int]) -> tuple[list[str], list[str]]:
    """Return the texts above a header and the headers of some columns: where units are named."""
    above = [text for row in sheet.rows if row < header.row for text in _texts(sheet, row)]
    return above, [sheet.text(header.row, column) for column in columns]


def _texts(sheet: SourceSheet, row: int) -> list[str]:
    return [sheet.text(row, column) for column in sheet.rows[row]]
