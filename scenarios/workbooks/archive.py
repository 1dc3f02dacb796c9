"""ZIP archive of a workbook: its expanded size is limited, and its index lists sheets, styles and extras."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

LARGEST_EXPANDED = 1_000_000_000
"""Bytes that a workbook may expand to: a full sheet of ten columns has 400 to 600 million."""

LARGEST_RATIO = 100
"""How many times larger a part may become: sheets of figures become about ten times larger, bombs a thousand."""

SMALL_PART = 5_000_000
"""Bytes up to which the ratio of a part does not matter."""

MOST_PARTS = 5_000
"""Files in the archive: a workbook has one for each sheet, picture and note, and about a dozen more."""

LARGEST_INDEX = 20_000_000
"""Bytes of a part that lists sheets or formats."""


class UnopenedError(Exception):
    """A workbook cannot be opened: code, position, value, expected and remedy of the diagnostic."""

    def __init__(self, code: str, position: str = "", value: str = "", expected: str = "", remedy: str = "") -> None:
        """Keep the parts of the diagnostic."""
        super().__init__(code)
        self.parts = (code, position, value, expected, remedy)


def damaged(reason: str) -> UnopenedError:
    """Build the error for a file that a library cannot parse."""
    expected = f"a workbook ({reason[:120]})"
    return UnopenedError("SP-X002", "", "a damaged file", expected, "open it in Excel and save it again")


@dataclass(frozen=True)
class SheetPart:
    """Sheet of a workbook: its name, whether it is hidden, and the part of the archive with its XML."""

    name: str
    hidden: bool
    part: str


def check_expansion(archive: zipfile.ZipFile) -> int:
    """Return the expanded size that the archive declares, in bytes; refuse a ZIP bomb.

    Raises
    ------
    UnopenedError
        Too many files, too many bytes, or a part with too large a compression ratio.
    """
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        value, remedy = f"{len(parts)} files in the archive", "copy the tables into a new workbook"
        raise UnopenedError("SP-X004", "", value, f"at most {MOST_PARTS}", remedy)
    total = sum(part.file_size for part in parts)
    worst = max(parts, key=lambda part: part.file_size / max(part.compress_size, 1), default=None)
    ratio = worst.file_size / max(worst.compress_size, 1) if worst and worst.file_size > SMALL_PART else 0.0
    if total > LARGEST_EXPANDED or ratio > LARGEST_RATIO:
        limit = f"at most {LARGEST_EXPANDED // 1_000_000} MB and {LARGEST_RATIO} times"
        value = f"a file that expands to {total / 1e6:.0f} MB" + (f", a part of it {ratio:.0f} times" if ratio else "")
        raise UnopenedError("SP-X004", "", value, limit, "keep large tables in CSV or Parquet files")
    return total


def sheets_of(archive: zipfile.ZipFile) -> list[SheetPart]:
    """List the worksheets of a workbook in their order, hidden ones too; charts and dialogues are left out."""
    targets: dict[str, tuple[str, str]] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            targets[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))

    sheets: list[SheetPart] = []

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            kind, target = targets.get(_local(attributes, "id"), ("", ""))
            if kind == "worksheet":
                part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
                hidden = attributes.get("state", "visible") != "visible"
                sheets.append(SheetPart(attributes.get("name", ""), hidden, part))

    each_element(archive, "xl/_rels/workbook.xml.rels", relation)
    each_element(archive, "xl/workbook.xml", sheet)
    return sheets


@dataclass(frozen=True)
class Formats:
    """Cell styles by their number.

    Parameters
    ----------
    percent, padded, scaled
        Those that show a percentage, zeros before a number, or a number divided by a thousand or more.
    """

    percent: frozenset[int] = frozenset()
    padded: frozenset[int] = frozenset()
    scaled: frozenset[int] = frozenset()


def formats_of(archive: zipfile.ZipFile) -> Formats:
    """Return the cell styles whose format shows something else than the number that a cell holds."""
    codes: dict[int, str] = {9: "0%", 10: "0.00%"}
    percent: set[int] = set()
    padded: set[int] = set()
    scaled: set[int] = set()
    cell_styles, inside = 0, False

    def style(name: str, attributes: dict[str, str]) -> None:
        nonlocal cell_styles, inside
        if name == "numFmt":
            codes[int(attributes.get("numFmtId", "-1"))] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyles", "dxfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            code = re.sub(r'"[^"]*"|\\.', "", codes.get(int(attributes.get("numFmtId", "0")), ""))
            if "%" in code:
                percent.add(cell_styles)
            if re.fullmatch(r"0{2,}", code):
                padded.add(cell_styles)
            if re.search(r"[0#?],+(?![0#?,])", code):  # a comma behind the last digit before the point
                scaled.add(cell_styles)
            cell_styles += 1

    if "xl/styles.xml" in archive.namelist():
        each_element(archive, "xl/styles.xml", style)
    return Formats(frozenset(percent), frozenset(padded), frozenset(scaled))


CALCULATING = re.compile(rb"<Application>\s*(?:Microsoft\b|LibreOffice\b)")
"""Programs that calculate every formula before they write it, as a workbook names its writer."""


def was_calculated(archive: zipfile.ZipFile) -> bool:
    """Whether a workbook names a writer that calculates."""
    name = "docProps/app.xml"
    if name not in archive.namelist() or archive.getinfo(name).file_size > LARGEST_INDEX:
        return False
    return CALCULATING.search(archive.read(name)) is not None


def each_element(archive: zipfile.ZipFile, part: str, take: Callable[[str, dict[str, str]], None]) -> None:
    """Parse XML: call ``take`` with the local name and attributes of every element; a document type is refused."""
    size = archive.getinfo(part).file_size
    if size > LARGEST_INDEX:
        raise UnopenedError("SP-X004", "", f"{part} of {size} bytes", f"at most {LARGEST_INDEX}")
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise UnopenedError(
            "SP-X002", "", f"a document type in {part}", "plain XML", "save the workbook again in Excel"
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: take(name.rpartition(":")[2], attributes)
    parser.Parse(archive.read(part), True)


def is_true(text: str | None) -> bool:
    """Whether an attribute of XML states true."""
    return text in ("1", "true", "on")


def asks_for_calculation(archive: zipfile.ZipFile) -> bool:
    """Whether a workbook asks to be calculated when it is opened, so that the values in it may be old or none."""
    asked = False

    def calculation(name: str, attributes: dict[str, str]) -> None:
        nonlocal asked
        if name == "calcPr":
            on_save, complete = attributes.get("calcOnSave", "1"), attributes.get("calcCompleted", "1")
            asked = (
                is_true(attributes.get("fullCalcOnLoad"))
                or is_true(attributes.get("forceFullCalc"))
                or not is_true(complete)
                or (attributes.get("calcMode") == "manual" and not is_true(on_save))
            )

    each_element(archive, "xl/workbook.xml", calculation)
    return asked


def _local(attributes: dict[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def extras_of(archive: zipfile.ZipFile) -> list[str]:
    """List macros, links and connections of a workbook, which are never run or followed."""
    kinds = {
        "macros": r"xl/vbaProject\.bin",
        "links to other workbooks": r"xl/externalLinks/.*",
        "embedded objects": r"xl/embeddings/.*",
        "connections to databases": r"xl/connections\.xml",
    }
    names = archive.namelist()
    return [kind for kind, pattern in kinds.items() if any(re.fullmatch(pattern, name) for name in names)]
