"""Workbooks as people really have them: each case changes a sound one and says what must be said of it."""

from __future__ import annotations

import bz2
import datetime
import io
import lzma
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.workbook.workbook import Workbook

Change = Callable[[Workbook], None]


@dataclass(frozen=True)
class Case:
    """A change of the sound workbook: refused with a code at a place, or accepted with a note.

    Parameters
    ----------
    number
        Number in the catalogue of broken inputs.
    what
        What is wrong.
    change
        Changes the workbook.
    code, place
        The problem, and where; without a code the workbook is read as it was before, or ``other`` is allowed.
    says
        Words of the message, or of the notes where it is accepted.
    also
        Further codes that are right.
    same
        Whether the scenario is the one before the change, where it is accepted.
    """

    number: int
    what: str
    change: Change
    code: str = ""
    place: str = ""
    says: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    same: bool = True


def put(sheet: str, cell: str, value: Any, number_format: str = "") -> Change:
    """Put a value, and perhaps a format, into a cell."""

    def change(book: Workbook) -> None:
        book[sheet][cell] = value
        if number_format:
            book[sheet][cell].number_format = number_format

    return change


def each(*changes: Change) -> Change:
    """Make several changes."""

    def change(book: Workbook) -> None:
        for one in changes:
            one(book)

    return change


def call(what: Callable[[Workbook], object]) -> Change:
    """Change a workbook by an expression."""

    def change(book: Workbook) -> None:
        what(book)

    return change


def percent(book: Workbook) -> None:
    for row, value in enumerate((0.9, 0.8, 0.5), start=2):
        book["rules"][f"B{row}"] = value
        book["rules"][f"B{row}"].number_format = "0.0%"


def hide(book: Workbook, *rows: int) -> None:
    for row in rows:
        book["bids"].row_dimensions[row].hidden = True


def filter_rows(book: Workbook) -> None:
    sheet = book["bids"]
    sheet.auto_filter.ref = "A1:E8"
    sheet.auto_filter.add_filter_column(0, ["E1"])
    hide(book, 5, 6, 7, 8)


def copy_table(book: Workbook, row: int, column: int) -> None:
    """Put a second table on the sheet of the bids."""
    sheet = book["bids"]
    for down, cells in enumerate([("area", "year", "amount"), ("E9", "2026-27", 1)]):
        for right, cell in enumerate(cells):
            sheet.cell(row + down, column + right, cell)


def rename(book: Workbook, old: str, new: str) -> None:
    book[old].title = new


DAY = datetime.date

CASES = [
    # 18: dates
    Case(
        18,
        "a date for an amount",
        put("bids", "C3", DAY(2026, 2, 1)),
        "SP-X022",
        "bids!C3",
        ("the date 2026-02-01", "a number ≥ 0"),
    ),
    Case(
        18,
        "a date for a time",
        put("bids", "C3", datetime.datetime(2026, 2, 1, 12)),
        "SP-X022",
        "bids!C3",
        ("2026-02-01 12:00:00",),
    ),
    Case(
        18,
        "a date for a code",
        put("areas", "A3", DAY(2026, 2, 1)),
        "SP-X022",
        "areas!A3",
        ("expected text", "Excel made a date"),
        ("SP-D021",) * 7,
    ),
    Case(18, "a date for a name", put("areas", "B3", DAY(2026, 2, 1)), "SP-X022", "areas!B3", ("text",)),
    Case(
        18,
        "a date in the settings",
        put("scenario", "B2", DAY(2026, 4, 1)),
        "SP-X022",
        "scenario!B2",
        ("the date 2026-04-01",),
        ("SP-S003",),
    ),
    Case(18, "a day within a year", put("bids", "B2", DAY(2026, 6, 1)), "SP-X022", "bids!B2", ("write the year",)),
    Case(
        18,
        "the first of April for a year",
        put("bids", "B2", DAY(2026, 4, 1)),
        says=("bids!B2: got dates in 1 cell; read as financial years",),
    ),
    Case(18, "the last of March for a year", put("bids", "B2", DAY(2027, 3, 31)), says=("read as financial years",)),
    # 19
    Case(
        19,
        "a date and a number of days",
        each(put("bids", "B2", DAY(2026, 4, 1)), put("bids", "B3", 46113)),
        "SP-X023",
        "bids!B3",
        ("46113", "B2 is a date"),
    ),
    Case(19, "a number for a year", put("bids", "B3", 2026), "SP-D016", "bids!B3", ('write "2026-27"', "2026;")),
    # 20
    Case(
        20,
        "merged cells",
        each(put("bids", "A3", None), call(lambda b: b["bids"].merge_cells("A2:A3"))),
        "SP-X016",
        "bids!A2:A3",
        ("unmerge",),
    ),
    Case(
        20,
        "merged cells in the settings",
        call(lambda b: b["scenario"].merge_cells("B2:C2")),
        "SP-X016",
        "scenario!B2:C2",
        ("unmerge",),
    ),
    Case(20, "merged cells beside the table", call(lambda b: b["bids"].merge_cells("H2:J3"))),
    # 21
    Case(
        21,
        "a plain number among percentages",
        each(percent, put("rules", "B2", 5, "General")),
        "SP-X024",
        "rules!B2",
        ("B3 is shown as a percentage", "write 0.05"),
    ),
    Case(
        21,
        "money shown as a percentage",
        put("bids", "C2", 0.05, "0.0%"),
        "SP-X024",
        "bids!C2",
        ("shown as 5%", "GBP million"),
    ),
    Case(21, "shares shown as percentages", percent),
    Case(
        21,
        "a rule in the settings among percentages",
        each(put("scenario", "B8", 0.7, "0%"), put("scenario", "B9", 120)),
        "SP-X024",
        "scenario!B9",
        ("write 1.2",),
    ),
    Case(
        21,
        "a rule that was perhaps written as a percentage",
        put("scenario", "B9", 120),
        same=False,
        says=("scenario!B9", "write 1.2 if 120% is meant"),
    ),
    # 22
    Case(22, "an amount with a pound sign", put("bids", "C2", "£1,000"), "SP-D011", "bids!C2", ("write 1000",)),
    Case(
        22,
        "a number stored as text",
        put("bids", "C2", "20"),
        says=("numbers stored as text in 1 cell; read as numbers",),
    ),
    # 23
    Case(23, "an error in a number", put("bids", "C2", "#N/A"), "SP-X021", "bids!C2", ("the error #N/A", "correct it")),
    Case(23, "an error in a code", put("bids", "A2", "#REF!"), "SP-X021", "bids!A2", ("the error #REF!",)),
    Case(
        23,
        "an error in a cell that may be empty",
        put("bids", "E2", "#DIV/0!"),
        "SP-X021",
        "bids!E2",
        ("#DIV/0!",),
        ("SP-D056",),
    ),
    Case(23, "an error in the settings", put("scenario", "B8", "#VALUE!"), "SP-X021", "scenario!B8", ("#VALUE!",)),
    Case(23, "an error in a note", put("areas", "J3", "#N/A"), same=False),
    # 24
    Case(
        24,
        "a formula never calculated",
        put("bids", "C2", "=10+10"),
        "SP-X020",
        "bids!C2",
        ("never calculated", "open the workbook in Excel and save it"),
    ),
    Case(
        24,
        "a formula in the settings",
        put("scenario", "B8", "=0.5+0.2"),
        "SP-X020",
        "scenario!B8",
        ("never calculated",),
    ),
    # 25
    Case(
        25,
        "a number for a code",
        put("areas", "A5", 101),
        same=False,
        says=("numbers where text is meant", "read as text"),
    ),
    Case(
        25,
        "a number shown with zeros before it",
        put("areas", "A5", 101, "0000"),
        "SP-X025",
        "areas!A5",
        ("shown with zeros before it", "format the cell as text"),
    ),
    Case(
        25,
        "a number and a text with zeros",
        each(put("areas", "A5", "0101"), put("bids", "A8", 101)),
        "SP-X025",
        "bids!A8",
        ('also has the text "0101"',),
    ),
    Case(25, "a text with zeros", put("areas", "A5", "0123"), same=False),
    Case(
        25, "a number with a fraction for a code", put("areas", "A5", 1.5), "SP-X025", "areas!A5", ("the number 1.5",)
    ),
    # 26
    Case(
        26,
        "hidden rows",
        call(lambda b: hide(b, 3, 4)),
        says=("SP-X027 book.xlsx sheet bids: got 2 hidden rows, the first of them 3",),
    ),
    Case(26, "filtered rows", filter_rows, says=("sheet bids: got 4 rows hidden by a filter, the first of them 5",)),
    Case(
        26,
        "a hidden sheet",
        call(lambda b: setattr(b["bids"], "sheet_state", "hidden")),
        says=("SP-X027 book.xlsx sheet bids: got a hidden sheet",),
    ),
    Case(
        26,
        "a hidden column",
        call(lambda b: setattr(b["bids"].column_dimensions["E"], "hidden", True)),
        says=("hidden columns: E",),
    ),
    # 27
    Case(
        27,
        "notes above the header",
        each(call(lambda b: b["bids"].insert_rows(1, 3)), put("bids", "A1", "Bids as of May")),
        "SP-X012",
        "bids!A1",
        ('got "Bids as of May"', "the header seems to be in row 4"),
    ),
    Case(
        27,
        "no header",
        call(lambda b: b["bids"].delete_rows(1)),
        "SP-X012",
        "bids!A1",
        ('got "E1"', "area, year, amount")[:1],
    ),
    Case(
        27,
        "blank rows",
        each(call(lambda b: b["bids"].insert_rows(4, 2)), call(lambda b: b["bids"].insert_rows(1, 1))),
        says=("3 blank rows; passed over",),
    ),
    Case(
        27,
        "cells under no header",
        put("bids", "F3", "check"),
        "SP-X013",
        "bids!F1",
        ("1 cells under no header, the first in F3",),
    ),
    Case(
        27,
        "a header that is blank",
        put("bids", "C1", None),
        "SP-X013",
        "bids!C1",
        ("7 cells under no header",),
        ("SP-D002",),
    ),
    Case(
        27,
        "a total",
        call(lambda b: b["bids"].append(["Total", None, 110.25])),
        "SP-X015",
        "bids!A9",
        ("row 9, which looks like a total", "delete the row"),
    ),
    Case(
        27,
        "a total of the areas",
        call(lambda b: b["areas"].append(["TOTAL:", "England"])),
        "SP-X015",
        "areas!A7",
        ("row 7",),
    ),
    Case(
        27,
        "a total without a name",
        call(lambda b: b["bids"].append([None, None, 110.25])),
        "SP-X015",
        "bids!A9",
        ("row 9",),
    ),
    Case(
        27,
        "a second table below",
        call(lambda b: copy_table(b, 11, 1)),
        "SP-X014",
        "bids!A11",
        ("the header of a second table", "a sheet of its own"),
    ),
    Case(27, "a second table beside", call(lambda b: copy_table(b, 1, 8)), "SP-X014", "bids!H1", ("a second table",)),
    # 28
    Case(
        28,
        "a header twice",
        put("bids", "E1", "amount"),
        "SP-D004",
        "bids!C1 and E1",
        ("each column once",),
        ("SP-D056",),
    ),
    # 29
    Case(
        29,
        "a header nearly right",
        put("bids", "E1", "referense"),
        "SP-D003",
        "bids!E1",
        ('did you mean "reference"?',),
    ),
    Case(
        29,
        "headers missing and unknown",
        each(put("bids", "B1", "when"), put("bids", "E1", "x1")),
        "SP-D002",
        "sheet bids",
        ('column "year"',),
        ("SP-D003", "SP-D003", "SP-D056"),
    ),
    Case(
        29,
        "a header with spaces",
        put("bids", "C1", " amount "),
        says=('spaces around "amount"; taken off the headers',),
    ),
    Case(
        29,
        "cells with spaces",
        each(put("bids", "A2", "E1 "), put("bids", "D3", "\u00a0capital")),
        says=("bids!A2: got spaces around texts in 1 cell; taken off",),
    ),
    # 30
    Case(
        30,
        "no sheet scenario",
        call(lambda b: b.remove(b["scenario"])),
        "SP-X010",
        "sheet scenario",
        ("areas, objectives",),
    ),
    Case(
        30,
        "a sheet renamed",
        call(lambda b: rename(b, "bids", "Sheet1")),
        "SP-X010",
        "sheet bids",
        ("scenario, areas", "Sheet1"),
    ),
    Case(
        30,
        "a sheet nearly named",
        call(lambda b: rename(b, "bids", "bid")),
        "SP-X010",
        "sheet bids",
        ('did you mean "bid"?',),
    ),
    Case(
        30,
        "an optional sheet nearly named",
        call(lambda b: rename(b, "targets", "target")),
        "SP-X011",
        "sheet target",
        ("rename it to targets",),
    ),
    Case(
        30,
        "a sheet in capitals",
        call(lambda b: rename(b, "bids", "Bids ")),
        says=("taken for the table bids",),
    ),
    Case(30, "a further sheet", call(lambda b: b.create_sheet("workings").append(["anything"]))),
    Case(
        30, "an empty sheet", call(lambda b: b["bids"].delete_rows(1, 20)), "SP-X012", "sheet bids", ("an empty sheet",)
    ),
    # 34
    Case(
        34,
        "a code of more than fifteen digits",
        put("areas", "A5", 12345678901234567),
        "SP-X025",
        "areas!A5",
        ("Excel keeps fifteen digits",),
    ),
    Case(
        34,
        "a number of more than fifteen digits",
        put("areas", "G3", 1234567890123456),
        "SP-N010",
        "areas!G3",
        ("a number below 1e15",),
    ),
    # 74, 75: the settings
    Case(
        75,
        "an unknown key",
        put("scenario", "A8", "rules.grant_flor"),
        "SP-S001",
        "scenario!A8",
        ('did you mean "grant_floor"?',),
    ),
    Case(
        75, "a value out of range", put("scenario", "B8", 70), "SP-S004", "scenario!B8", ("write 0.7 if 70% is meant",)
    ),
    Case(75, "a value that is no number", put("scenario", "B8", "high"), "SP-S003", "scenario!B8", ("a number",)),
    Case(
        75,
        "a key twice",
        put("scenario", "A9", "rules.grant_floor"),
        "SP-X026",
        "scenario!A9",
        ("it stands in scenario!A8 too",),
    ),
    Case(75, "a value without a key", put("scenario", "A9", None), "SP-X026", "scenario!A9", ("no key",)),
    Case(75, "no years", put("scenario", "B6", None), "SP-S002", "sheet scenario", ('key "years"',)),
]


def compound(stream: str) -> bytes:
    """The beginning of an OLE file with a stream of this name."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + stream.encode("utf-16-le") + b"\0" * 512


def archive(**parts: str) -> bytes:
    """A zip file of some parts; ``__`` stands for ``/`` in their names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), text)
    return file.getvalue()


FILES: list[tuple[int, str, Callable[[bytes], bytes], str, tuple[str, ...]]] = [
    (
        11,
        "an old workbook",
        lambda b: compound("Workbook"),
        "SP-X001",
        ("an old Excel workbook (.xls)", "save it as an Excel workbook"),
    ),
    (
        11,
        "a workbook with a password",
        lambda b: compound("EncryptedPackage"),
        "SP-X003",
        ("password", "take the password away"),
    ),
    (11, "an old Word document", lambda b: compound("WordDocument"), "SP-X001", ("Word",)),
    (
        11,
        "an OpenDocument spreadsheet",
        lambda b: archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
        "SP-X001",
        (".ods", "save it as"),
    ),
    (11, "a binary workbook", lambda b: archive(xl__workbook_bin=""), "SP-X001", (".xlsb",)),
    (11, "a Word document", lambda b: archive(word__document_xml=""), "SP-X001", ("a Word document",)),
    (11, "a zip file", lambda b: archive(readme=""), "SP-X001", ("a zip file", "unpack it")),
    (11, "a PDF", lambda b: b"%PDF-1.7 ...", "SP-X001", ("a PDF", "ask for the workbook")),
    (
        11,
        "HTML",
        lambda b: b"\xef\xbb\xbf <html><table><tr><td>1</td></tr></table></html>",
        "SP-X001",
        ("a web page (HTML)", "save it as"),
    ),
    (11, "Excel 2003 XML", lambda b: b'<?xml version="1.0"?><Workbook/>', "SP-X001", ("an XML file",)),
    (11, "a Numbers file", lambda b: archive(**{"Index/Document.iwa": ""}), "SP-X001", ("Numbers", "Export to, Excel")),
    (11, "a Numbers package", lambda b: archive(**{"Index.zip": ""}), "SP-X001", ("Numbers", "save as .xlsx")),
    (
        11,
        "a flat OpenDocument spreadsheet",
        lambda b: b'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:1.0">',
        "SP-X001",
        (".fods", "save it as"),
    ),
    (11, "a Google link", lambda b: b'{"url": "https://docs.google.com/open"}', "SP-X001", ("Google", "Download")),
    (11, "bzip2", lambda b: bz2.compress(b), "SP-X001", ("bzip2", "unpack it")),
    (11, "xz", lambda b: lzma.compress(b), "SP-X001", ("xz", "unpack it")),
    (11, "RAR", lambda b: b"Rar!\x1a\x07" + b, "SP-X001", ("RAR", "unpack it")),
    (11, "7-Zip", lambda b: b"7z\xbc\xaf\x27\x1c" + b, "SP-X001", ("7-Zip", "unpack it")),
    (11, "tar", lambda b: b"plan.xlsx".ljust(257, b"\0") + b"ustar\0" + b, "SP-X001", ("tar", "unpack it")),
    (11, "compressed", lambda b: b"\x1f\x8b\x08" + b, "SP-X001", ("gzip", "unpack it")),
    (11, "text", lambda b: b"area,year,amount\n", "SP-X001", ("a text file", "CSV go into a folder")),
    (11, "JSON", lambda b: b'{"schema": 1}', "SP-X001", ("JSON", "end in .json")),
    (11, "nothing", lambda b: b"", "SP-X001", ("an empty file",)),
    (11, "cut short", lambda b: b[: len(b) // 2], "SP-X002", ("a damaged workbook", "fetch it again")),
    (11, "a part damaged", lambda b: b.replace(b"<sheetData", b"<sheetDat\0"), "SP-X002", ("damaged",)),
    (13, "a pickle", lambda b: b"\x80\x04\x95", "SP-X001", ("a pickle", "never opened")),
]


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed(content: bytes, change: Change) -> bytes:
    """A workbook after a change, without the values of formulas."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    return saved(book)
