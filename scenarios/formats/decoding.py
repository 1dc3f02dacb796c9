"""From bytes to text: UTF-8, or the encoding asked for; anything else is named with its byte and row."""

from __future__ import annotations

from typing import Protocol

from singlepot.models.diagnostics.problems import shown

from .file_kinds import kind_of_file
from .read_options import HowToRead

SAVE_AS = 'save it as "CSV UTF-8 (comma delimited)"'

_MARK = b"\xef\xbb\xbf"


class Complain(Protocol):
    """How a reader names what it finds."""

    def __call__(
        self, code: str, row: int | None = None, column: str = "", value: str = "", expected: str = "", remedy: str = ""
    ) -> None:
        """Name a problem, warning or note."""


def decode(content: bytes, how: HowToRead, complain: Complain) -> str | None:
    """Return the text of a file, or None where it is not what it was said to be.

    A file that is UTF-8 is read as UTF-8 whatever encoding was asked for: text in another encoding is hardly ever
    UTF-8 by chance, and read otherwise every accent in it would be broken.
    """
    kind = kind_of_file(content)
    if kind:
        complain("SP-F004", value=kind, expected="CSV in UTF-8", remedy=SAVE_AS)
        return None
    if how.encoding != "utf-16" and (content[:2] in (b"\xff\xfe", b"\xfe\xff") or _looks_like_utf16(content)):
        remedy = f"{SAVE_AS}, or pass --encoding utf-16"
        complain("SP-F004", value="UTF-16", expected="UTF-8", remedy=remedy)
        return None
    if content.startswith(_MARK):
        complain("SP-F020", value="a byte-order mark", remedy="passed over")
    if how.encoding != "utf-8" and not _is_utf8(content):
        return _otherwise(content, how.encoding, complain)
    if how.encoding != "utf-8" and not content.isascii():
        complain("SP-F021", value="UTF-8", expected=how.encoding, remedy="read as the UTF-8 that it is")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        value = f"byte {fault.start + 1} that is not UTF-8"
        complain("SP-F004", _row(content, fault), value=value, expected="UTF-8", remedy=_other_encoding(content))
        return None


def _otherwise(content: bytes, encoding: str, complain: Complain) -> str | None:
    """Decode what is not UTF-8."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as fault:
        value = f"byte {fault.start + 1} that is not {encoding}"
        complain("SP-F004", _row(content, fault), value=value, expected=encoding, remedy=SAVE_AS)
        return None
    odd = sum(not character.isascii() for character in text)
    example = next((word for word in text.replace(",", " ").split() if not word.isascii()), "")
    value = f"{odd} characters beyond ASCII, as in {shown(example)}" if odd else ""
    complain("SP-F021", value=value, remedy=f"read as {encoding}, as asked")
    return text.removeprefix("\ufeff")


def _row(content: bytes, fault: UnicodeDecodeError) -> int:
    return content.count(b"\n", 0, fault.start) + 1


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def _looks_like_utf16(content: bytes) -> bool:
    """Whether every other byte of the beginning is zero."""
    start = content[:200]
    return len(start) >= 4 and 0 in (start[::2].count(0) - len(start[::2]), start[1::2].count(0) - len(start[1::2]))


def _other_encoding(content: bytes) -> str:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return SAVE_AS
    return f"it looks like Windows-1252; {SAVE_AS}, or pass --encoding cp1252"
