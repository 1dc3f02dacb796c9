"""Comparison of pages, drawings and workbooks by their content: texts, numbers and formats, unpacked."""

from __future__ import annotations

import base64
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from itertools import zip_longest

from singlepot.models.assurance.verification import AssuranceFinding

from .precision import Precision

PACK = re.compile(r"[A-Za-z0-9+/]{100,}={0,2}")
"""Compressed texts within a page."""

MARK = re.compile(r"(<[^>]*>)")
SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"')
SHEET = re.compile(r'<sheet name="([^"]*)"')
WORKSHEET = re.compile(r"xl/worksheets/sheet([0-9]+)\.xml")

QUOTED = 80
"""Characters of a text that a finding quotes."""


def page_differences(
    file: str, written: bytes, derived: bytes, precision: Precision, *, drawings: bool = True
) -> Iterator[AssuranceFinding]:
    """Compare two pages or drawings, tag by tag and text by text.

    Parameters
    ----------
    drawings
        Whether shapes are compared; else only the texts within drawings are.
    """
    texts = []
    for content in (written, derived):
        try:
            text = PACK.sub(_unpacked, content.decode())
        except UnicodeDecodeError:
            yield AssuranceFinding(file, "its content", "no text")
            return
        texts.append(text if drawings else SVG.sub(lambda match: MARK.sub("", match[0]), text))
    yield from _text_differences(file, texts[0], texts[1], precision)


def _unpacked(match: re.Match[str]) -> str:
    try:
        return gzip.decompress(base64.b64decode(match[0])).decode()
    except (OSError, EOFError, ValueError, zlib.error):
        return match[0]


def _text_differences(file: str, written: str, derived: str, precision: Precision) -> Iterator[AssuranceFinding]:
    heading = ""
    for one, other in zip_longest(MARK.split(written), MARK.split(derived), fillvalue=""):
        if not precision.same_text(one, other):
            yield AssuranceFinding(file, f"after “{heading}”" if heading else "its content", *_around(one, other))
            if one.startswith("<") is not other.startswith("<"):  # what follows stands elsewhere
                return
        if not one.startswith("<") and one.strip():
            heading = one.strip()[:QUOTED]


def _around(one: str, other: str) -> tuple[str, str]:
    """Quote two texts from a little before they part."""
    parts = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    start = max((min(len(one), len(other)) if parts is None else parts) - QUOTED // 4, 0)
    return one[start : start + QUOTED] or "nothing", other[start : start + QUOTED] or "nothing"


def workbook_differences(file: str, written: bytes, derived: bytes, precision: Precision) -> Iterator[AssuranceFinding]:
    """Compare two workbooks, part by part: cells, formulas, formats, names of sheets, properties.

    How the parts are compressed, and the dates of the archive's entries, are no content.
    """
    try:
        one, other = _parts(written), _parts(derived)
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        zlib.error,
    ):  # what a damaged archive makes its reader raise
        yield AssuranceFinding(file, "its content", "no workbook")
        return
    if list(one) != list(other):
        yield AssuranceFinding(file, "its parts", ", ".join(one), ", ".join(other))
    sheets = SHEET.findall(other.get("xl/workbook.xml", b"").decode())
    for name in [name for name in other if name in one and one[name] != other[name]]:
        yield from _part_differences(f"{file}, {_called(name, sheets)}", one[name], other[name], precision)


def _parts(content: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len({entry.filename for entry in entries}) < len(entries):
            raise ValueError("a part of that name twice")
        return {entry.filename: archive.read(entry) for entry in entries}


def _called(part: str, sheets: list[str]) -> str:
    match = WORKSHEET.fullmatch(part)
    return f"sheet {sheets[int(match[1]) - 1]}" if match and int(match[1]) <= len(sheets) else part


def _part_differences(file: str, written: bytes, derived: bytes, precision: Precision) -> Iterator[AssuranceFinding]:
    try:
        texts = [content.decode() for content in (written, derived)]
    except UnicodeDecodeError:
        yield AssuranceFinding(file, "its content", "no text")
        return
    cell = ""
    for one, other in zip_longest(MARK.split(texts[0]), MARK.split(texts[1]), fillvalue=""):
        cell = match[1] if (match := CELL.match(other)) else cell
        if not precision.same_text(one, other):
            yield AssuranceFinding(file, f"cell {cell}" if cell else "its content", *_around(one, other))
            if one.startswith("<") is not other.startswith("<"):
                return
