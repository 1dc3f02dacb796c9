"""Letters of columns, as spreadsheets count them."""

from __future__ import annotations


def letters(column: int) -> str:
    """Convert the number of a column, from 1, into its letters.

    >>> letters(1), letters(26), letters(27), letters(16384)
    ('A', 'Z', 'AA', 'XFD')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def number(text: str) -> int:
    """Convert the letters of a column into its number, from 1.

    >>> number("A"), number("XFD")
    (1, 16384)
    """
    total = 0
    for letter in text:
        total = total * 26 + ord(letter) - 64
    return total
