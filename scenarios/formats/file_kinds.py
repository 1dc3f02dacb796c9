"""File signatures: the first bytes of a file decide its format, whatever its name, and the remedy for a wrong one."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

LOOKED_AT = 4096
"""Bytes at the beginning of a file that are compared with the signatures."""

UTF_8_MARK, UTF_16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
"""Byte-order marks at the beginning of a text."""

SAVE = "open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)"


@dataclass(frozen=True)
class FileKind:
    """File format that a signature stands for.

    Parameters
    ----------
    name
        ``workbook``, ``json``, ``parquet``, or the name of another format.
    remedy
        How to make a readable file of it; empty for the formats that are read.
    code
        Code of the diagnostic for a format that is not read.
    """

    name: str
    remedy: str = ""
    code: str = "SP-X001"


WORKBOOK, JSON, PARQUET = FileKind("workbook"), FileKind("json"), FileKind("parquet")

_STARTS = {
    b"%PDF": FileKind("a PDF", "ask for the workbook that it was made from; tables in a PDF cannot be read"),
    b"\x1f\x8b": FileKind("a compressed file (gzip)", "unpack it first"),
    b"7z\xbc\xaf": FileKind("a compressed file (7-Zip)", "unpack it first"),
    b"BZh": FileKind("a compressed file (bzip2)", "unpack it first"),
    b"\xfd7zXZ": FileKind("a compressed file (xz)", "unpack it first"),
    b"\x28\xb5\x2f\xfd": FileKind("a compressed file (Zstandard)", "unpack it first"),
    b"Rar!": FileKind("a compressed file (RAR)", "unpack it first"),
    b"{\\rtf": FileKind("a text document (RTF)", "copy its tables into a workbook"),
    **dict.fromkeys(
        (bytes([0x80, protocol]) for protocol in range(2, 6)),
        FileKind("a pickle, which can run code and is never opened", "write CSV or a workbook instead"),
    ),
    b"\x93NUMPY": FileKind("a numpy array", "write CSV or a workbook instead"),
    b"ARROW1": FileKind("an Arrow file", "write Parquet instead"),
    b"FEA1": FileKind("a feather file", "write Parquet instead"),
    b"SQLite format 3": FileKind("a database", "write its tables as CSV or a workbook"),
    b"\x7fELF": FileKind("a program", "give a workbook, a JSON document or a folder of tables"),
    b"MZ\x90": FileKind("a program", "give a workbook, a JSON document or a folder of tables"),
    b"\x89PNG": FileKind("a picture", "ask for the tables themselves"),
    b"\xff\xd8\xff": FileKind("a picture", "ask for the tables themselves"),
}

_NUMBERS = FileKind("an Apple Numbers file", "in Numbers, choose File, Export to, Excel, and save as .xlsx")

_PARTS = {
    "xl/workbook.bin": FileKind("a binary Excel workbook (.xlsb)", SAVE),
    "word/document.xml": FileKind("a Word document", "copy its tables into a workbook"),
    "ppt/presentation.xml": FileKind("a PowerPoint file", "copy its tables into a workbook"),
    "Index/Document.iwa": _NUMBERS,
    "Index.zip": _NUMBERS,
}

_OPEN_DOCUMENT = {
    "spreadsheet": FileKind("an OpenDocument spreadsheet (.ods)", SAVE),
    "text": FileKind("an OpenDocument text (.odt)", "copy its tables into a workbook"),
}


_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table")


def kind_of_file(content: bytes) -> str:
    r"""Match the signature of a file; empty if it may be text. Nothing is opened, unpacked or run.

    Examples
    --------
    >>> kind_of_file(b"%PDF-1.7")
    'a PDF'
    >>> kind_of_file(b"code,name\n")
    ''
    """
    if content.startswith(b"PK\x03\x04"):
        return "an Excel or zip file"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "an old Excel file"
    if content.startswith(b"PAR1"):
        return "a Parquet file"
    if content[:64].lstrip(UTF_8_MARK + b" \t\r\n").lower().startswith(_MARKUP):
        return "a web page"
    return next((kind.name for start, kind in _STARTS.items() if content.startswith(start)), "")


def kind_of(path: Path) -> FileKind:
    """Match the signature of the file at a path, and look into archives for theirs.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    if not start:
        return FileKind("an empty file", "if it is kept in the cloud, wait until it is here; else use another copy")
    if start.startswith(b"PK"):
        return _kind_of_archive(path)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _kind_of_compound(path)
    if start.startswith(b"PAR1"):
        return PARQUET
    for beginning, kind in _STARTS.items():
        if start.startswith(beginning):
            return kind
    return _kind_of_text(start)


def _kind_of_archive(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            media = archive.read("mimetype")[:200].decode(errors="replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError):
        remedy = "it is cut short or changed: fetch it again, or open it in Excel and save it again"
        return FileKind("a damaged workbook or zip file", remedy, "SP-X002")
    if "xl/workbook.xml" in names:
        return WORKBOOK
    for part, kind in _PARTS.items():
        if part in names:
            return kind
    for ending, kind in _OPEN_DOCUMENT.items():
        if media.strip().endswith(f"opendocument.{ending}"):
            return kind
    return FileKind("a zip file", "unpack it and name the folder or workbook inside")


def _kind_of_compound(path: Path) -> FileKind:
    """Distinguish a protected workbook from an old one by the names of the streams in the OLE file."""
    with path.open("rb") as file:
        content = file.read(50_000_000)
    if "EncryptedPackage".encode("utf-16-le") in content:
        remedy = "open it in Excel, take the password away (File, Info, Protect Workbook) and save it"
        return FileKind("a workbook with a password", remedy, "SP-X003")
    if "WordDocument".encode("utf-16-le") in content:
        return FileKind("an old Word document (.doc)", "copy its tables into a workbook")
    return FileKind("an old Excel workbook (.xls)", SAVE)


def _kind_of_text(start: bytes) -> FileKind:
    if start[:2] in UTF_16_MARKS:
        return FileKind("text in UTF-16", 'save it as an Excel workbook (.xlsx) or as "CSV UTF-8"')
    text = start.removeprefix(UTF_8_MARK).lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<body", b"<div")):
        return FileKind("a web page (HTML) under the name of a workbook", SAVE)
    if text.startswith((b"<?xml", b"<workbook")):
        if b"opendocument" in text:
            return FileKind("an OpenDocument spreadsheet (.fods)", SAVE)
        html = b"<html" in text
        return FileKind("a web page (HTML)" if html else "an XML file, perhaps an Excel 2003 one", SAVE)
    if text.startswith(b"{") and b"docs.google.com" in text and b'"schema"' not in text:
        return FileKind("a link to a Google sheet", "open it and choose File, Download, Microsoft Excel (.xlsx)")
    if text.startswith((b"{", b"[")):
        return JSON
    if start[257:262] == b"ustar":
        return FileKind("an archive (tar)", "unpack it first")
    if b"\0" in start:
        return FileKind("a file of a kind that is not known", "give a workbook, a JSON document or a folder of tables")
    return FileKind("a text file", "tables in CSV go into a folder, one file each, with scenario.toml")
