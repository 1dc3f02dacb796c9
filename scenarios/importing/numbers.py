"""Numbers of published tables: read to the last digit, with the marks that the map states, and the unit of money."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from singlepot.models.checks.lenient_numbers import read_decimal
from singlepot.models.checks.number_cells import is_absent, without_mark
from singlepot.models.diagnostics.problems import Diagnostic, shown
from singlepot.models.money import POUNDS_PER
from singlepot.models.tables.schema import Column

from ..workbooks.opening import Date
from .header import Header, texts_about
from .map import Take
from .published.sheets import SourceSheet, text_of
from .published.units import power_of, powers_in

ABSENT = ("", "..", ":", "[x]", "[z]", "[c]", "n/a")
"""Marks of a number that is not there, which all publishers use alike."""

UNITLESS = Column("number", "number", "A number without endings.", unit="as it stands")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+")

_NAMES = {0: "£", 3: "£000", 6: "£m", 9: "£bn"}


@dataclass(frozen=True)
class Unreadable:
    """Cell that holds no number: its problem's code, what is shown of it, and the remedy."""

    code: str
    value: str
    remedy: str


def read_number(sheet: SourceSheet, take: Take, row: int, column: int) -> Decimal | Unreadable | None:
    """Read a number to its last digit; None where a mark states that none is there."""
    if refused := sheet.refused.get((row, column)):
        return Unreadable(refused.code, refused.value, refused.remedy)
    cell = sheet.rows[row][column]
    text = text_of(cell)
    if isinstance(cell, float) and not isinstance(cell, bool):
        return Decimal(repr(cell))
    if isinstance(cell, Date | bool):
        return Unreadable("SP-I010", shown(text), "correct the cell: it holds a date or a truth value")
    if text in take.marks:
        return Decimal(repr(take.marks[text]))
    folded = text.casefold()
    if folded in ABSENT or folded in (mark.strip().casefold() for mark in take.absent):
        return None
    if _SCIENTIFIC.fullmatch(text):
        return Decimal(text)
    reading = read_decimal(text, UNITLESS, "") or read_decimal(without_mark(text), UNITLESS, "")
    if reading is not None:
        return reading[0]
    if is_absent(text):
        remedy = f"write absent = [{shown(text)}] into the take if it means that nothing is there, "
        return Unreadable("SP-I010", shown(text), remedy + f"or marks = {{ {shown(text)} = 0 }} if it is a number")
    return Unreadable("SP-I010", shown(text), "leave the row out by where or drop, or correct the cell")


def scale_of(take: Take, column: str, money: str, item: str = "") -> Decimal:
    """Return what a number of a column is multiplied by: its unit in the scenario's, or the factor."""
    if not take.is_money(column, item):
        return Decimal(repr(take.factor))
    return Decimal(10) ** (power_of(take.unit) or 0) / Decimal(POUNDS_PER[money])


def scaled(number: Decimal, scale: Decimal) -> float:
    """Multiply exactly and round once."""
    return float(number * scale) + 0.0


def check_unit(sheet: SourceSheet, take: Take, header: Header) -> Diagnostic | None:
    """Check that money has a unit, and that title and headers name no other one."""
    money = [name for name in take.numbers if take.is_money(name)]
    place = sheet.place(header.row) if header.row else sheet.sheet and f"sheet {sheet.sheet}"
    if not money:
        return None
    columns = [header.columns[take.columns[name]] for name in money if take.columns.get(name) in header.columns]
    columns += list(header.years.values()) if take.of_years in money and take.wide else []
    above, over = texts_about(sheet, header, columns)
    of_headers = {power: text for text in over for power in powers_in(text)}
    of_titles = {power: text for text in above for power in powers_in(text)}
    named = of_headers or of_titles
    if not take.unit:
        words = f"; {shown(next(iter(named.values())))} suggests {_NAMES[next(iter(named))]}" if named else ""
        remedy = f'write unit = "£000", or what it is, into the take{words}'
        return Diagnostic("SP-I011", take.into, sheet.file, place, "", "no unit of money", "unit in the take", remedy)
    power = power_of(take.unit)
    against = {p: text for p, text in of_headers.items() if p != power}
    if not against and not of_headers and of_titles and power not in of_titles:
        against = of_titles
    if against:
        value = f"{shown(take.unit)} in the map, and {shown(next(iter(against.values())))} in the file"
        remedy = "correct unit, or name the columns of that unit only"
        return Diagnostic("SP-I011", take.into, sheet.file, place, "", value, "one unit of money", remedy)
    return None
