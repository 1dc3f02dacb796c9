"""The archive of a workbook, before anything in it is believed: how far it expands, and what lies where."""

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
    """A workbook that cannot be taken: code, place, value, expected and remedy of the problem."""

    def __init__(self, code: str, place: str = "", value: str = "", expected: str = "", remedy: str = "") -> None:
        """Hold the parts of the problem."""
        super().__init__(code)
        self.said = (code, place, value, expected, remedy)


@dataclass(frozen=True)
class SheetPart:
    """A sheet of a workbook: its name, whether it is hidden, and where its XML lies."""

    name: str
    hidden: bool
    part: str


def check_expansion(archive: zipfile.ZipFile) -> int:
    """Return how many bytes the archive says it expands to; refuse one that expands too far.

    Raises
    ------
    UnopenedError
        Too many files, too many bytes, or a part that becomes too many times larger.
    """
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise UnopenedError(
            "SP-X004",
            "",
            f"{len(parts)} files in the archive",
            f"at most {MOST_PARTS}",
            "copy the tables into a new workbook",
        )
    total = sum(part.file_size for part in parts)
    worst = max(parts, key=lambda part: part.file_size / max(part.compress_size, 1), default=None)
    ratio = worst.file_size / max(worst.compress_size, 1) if worst and worst.file_size > SMALL_PART else 0.0
    if total > LARGEST_EXPANDED or ratio > LARGEST_RATIO:
        limit = f"at most {LARGEST_EXPANDED // 1_000_000} MB and {LARGEST_RATIO} times"
        value = f"a file that expands to {total / 1e6:.0f} MB" + (f", a part of it {ratio:.0f} times" if ratio else "")
        raise UnopenedError("SP-X004", "", value, limit, "keep large tables in CSV or Parquet files")
    return total


def sheets_of(archive: zipfile.ZipFile) -> list[SheetPart]:
    """List the sheets of a workbook in their order, hidden ones too; charts and dialogues are none."""
    targets: dict[str, tuple[str, str]] = {}

    def relation(name: str, said: dict[str, str]) -> None:
        if name == "Relationship":
            targets[said.get("Id", "")] = (said.get("Type", "").rpartition("/")[2], said.get("Target", ""))

    found: list[SheetPart] = []

    def sheet(name: str, said: dict[str, str]) -> None:
        if name == "sheet":
            kind, target = targets.get(_local(said, "id"), ("", ""))
            if kind == "worksheet":
                part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
                found.append(SheetPart(said.get("name", ""), said.get("state", "visible") != "visible", part))

    each_element(archive, "xl/_rels/workbook.xml.rels", relation)
    each_element(archive, "xl/workbook.xml", sheet)
    return found


def formats_of(archive: zipfile.ZipFile) -> tuple[frozenset[int], frozenset[int]]:
    """Return the styles that show a percentage, and those that pad with zeros, by their number."""
    codes: dict[int, str] = {9: "0%", 10: "0.00%"}
    percent: set[int] = set()
    padded: set[int] = set()
    place = {"inside": 0, "count": 0}

    def style(name: str, said: dict[str, str]) -> None:
        if name == "numFmt":
            codes[int(said.get("numFmtId", "-1"))] = said.get("formatCode", "")
        elif name == "cellXfs":
            place["inside"] = 1
        elif name in ("cellStyles", "dxfs"):
            place["inside"] = 0
        elif name == "xf" and place["inside"]:
            code = re.sub(r'"[^"]*"|\\.', "", codes.get(int(said.get("numFmtId", "0")), ""))
            if "%" in code:
                percent.add(place["count"])
            if re.fullmatch(r"0{2,}", code):
                padded.add(place["count"])
            place["count"] += 1

    if "xl/styles.xml" in archive.namelist():
        each_element(archive, "xl/styles.xml", style)
    return frozenset(percent), frozenset(padded)


def each_element(archive: zipfile.ZipFile, part: str, take: Callable[[str, dict[str, str]], None]) -> None:
    """Call ``take`` with the local name and the attributes of every element; entities are refused, not expanded."""
    if archive.getinfo(part).file_size > LARGEST_INDEX:
        raise UnopenedError(
            "SP-X004", "", f"{part} of {archive.getinfo(part).file_size} bytes", f"at most {LARGEST_INDEX}"
        )
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise UnopenedError(
            "SP-X002", "", f"a document type in {part}", "plain XML", "save the workbook again in Excel"
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, said: take(name.rpartition(":")[2], said)
    parser.Parse(archive.read(part), True)


def _local(said: dict[str, str], name: str) -> str:
    return next((value for key, value in said.items() if key.rpartition(":")[2] == name), "")


def extras_of(archive: zipfile.ZipFile) -> list[str]:
    """Name what the workbook holds beside sheets and is never run or followed."""
    kinds = {
        "macros": r"xl/vbaProject\.bin",
        "links to other workbooks": r"xl/externalLinks/.*",
        "embedded objects": r"xl/embeddings/.*",
        "connections to databases": r"xl/connections\.xml",
    }
    names = archive.namelist()
    return [kind for kind, pattern in kinds.items() if any(re.fullmatch(pattern, name) for name in names)]
