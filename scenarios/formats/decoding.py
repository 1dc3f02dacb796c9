"""Text decoder: bytes are UTF-8, or in the encoding asked for; a wrong byte is reported with its row."""

from __future__ import annotations

from typing import Protocol

from singlepot.models.diagnostics.problems import shown

from .file_kinds import UTF_8_MARK, UTF_16_MARKS, kind_of_file
from .read_options import HowToRead

SAVE_AS = 'save it as "CSV UTF-8 (comma delimited)"'


class Complain(Protocol):
    """Callback by which a reader reports a diagnostic."""

    def __call__(
        self, code: str, row: int | None = None, column: str = "", value: str = "", expected: str = "", remedy: str = ""
    ) -> None:
        """Report a problem, warning or note."""


def decode(content: bytes, how: HowToRead | None, complain: Complain) -> str | None:
    """Decode the text of a file; None where the bytes are in another encoding.

    Without ``how`` the caller has no options of reading, and none is offered.

    A file that is UTF-8 is read as UTF-8 whatever encoding was asked for: text in another encoding is hardly ever
    UTF-8 by chance, and read otherwise every accent in it would be broken.
    """
    offer = "" if how is None else ", or pass --encoding "
    how = how or HowToRead()
    kind = kind_of_file(content)
    if kind:
        complain("SP-F004", value=kind, expected="CSV in UTF-8", remedy=SAVE_AS)
        return None
    if how.encoding != "utf-16" and (content[:2] in UTF_16_MARKS or _looks_like_utf16(content)):
        remedy = SAVE_AS + (f"{offer}utf-16" if offer else "")
        complain("SP-F004", value="UTF-16", expected="UTF-8", remedy=remedy)
        return None
    if content.startswith(UTF_8_MARK):
        complain("SP-F020", value="a byte-order mark", remedy="passed over")
    if how.encoding != "utf-8" and not _is_utf8(content):
        return _decode_as(content, how.encoding, complain)
    if how.encoding != "utf-8" and not content.isascii():
        complain("SP-F021", value="UTF-8", expected=how.encoding, remedy="read as the UTF-8 that it is")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        value = f"byte {fault.start + 1} that is not UTF-8"
        remedy = _other_encoding(content, offer)
        complain("SP-F004", line_of(content, fault), value=value, expected="UTF-8", remedy=remedy)
        return None


def _decode_as(content: bytes, encoding: str, complain: Complain) -> str | None:
    """Decode bytes that are not UTF-8."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as fault:
        value = f"byte {fault.start + 1} that is not {encoding}"
        complain("SP-F004", line_of(content, fault), value=value, expected=encoding, remedy=SAVE_AS)
        return None
    odd = sum(not character.isascii() for character in text)
    example = next((word for word in text.replace(",", " ").split() if not word.isascii()), "")
    value = f"{odd} characters beyond ASCII, as in {shown(example)}" if odd else ""
    complain("SP-F021", value=value, remedy=f"read as {encoding}, as asked")
    return text.removeprefix("\ufeff")


def line_of(content: bytes, fault: UnicodeDecodeError) -> int:
    """Count the line of a byte that cannot be decoded, from 1."""
    return content.count(b"\n", 0, fault.start) + 1


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def _looks_like_utf16(content: bytes) -> bool:
    """Whether every second byte of the beginning is zero."""
    start = content[:200]
    return len(start) >= 4 and 0 in (start[::2].count(0) - len(start[::2]), start[1::2].count(0) - len(start[1::2]))


def _other_encoding(content: bytes, offer: str) -> str:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return SAVE_AS
    return f"it looks like Windows-1252; {SAVE_AS}" + (f"{offer}cp1252" if offer else "")
