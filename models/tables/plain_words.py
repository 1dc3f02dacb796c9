"""Words for a key that the scenario gives no title, and for options that are assumed."""

from __future__ import annotations


def assumed_words(assumed: int, options: int) -> str:
    """Say how many options rest on assumptions.

    Examples
    --------
    >>> assumed_words(412, 600)
    '412 of 600 options are assumed: illustrative'
    """
    verb = "is" if assumed == 1 else "are"
    return f"{assumed:,} of {options:,} option{'s' if options != 1 else ''} {verb} assumed: illustrative"


def plain(key: str) -> str:
    """Write a key as words: an envelope, an attribute, or an option without a name.

    Examples
    --------
    >>> plain("gdhi_per_head"), plain("capital")
    ('gdhi per head', 'capital')
    """
    return key.replace("_", " ")
