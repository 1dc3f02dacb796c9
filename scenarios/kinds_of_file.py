"""What a file is by its first bytes, whatever its name says. Nothing is opened, unpacked or run."""

from __future__ import annotations

_STARTS = {
    b"PK\x03\x04": "an Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a compressed file",
    b"\x93NUMPY": "a numpy array",
    b"FEA1": "a feather file",
    b"ARROW1": "an Arrow file",
    b"SQLite format 3": "a database",
    b"{\\rtf": "a rich text file",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}

_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table")

_PICKLES = tuple(bytes([0x80, version]) for version in range(2, 6))


def kind_of_file(content: bytes) -> str:
    r"""Say what a file is, or nothing if it may be text.

    Examples
    --------
    >>> kind_of_file(b"%PDF-1.7")
    'a PDF'
    >>> kind_of_file(b"code,name\n")
    ''
    """
    if content[:2] in _PICKLES:
        return "a pickle, which can run code and is never opened"
    if content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        return "a web page"
    return next((kind for start, kind in _STARTS.items() if content.startswith(start)), "")
