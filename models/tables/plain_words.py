"""Words for a key that the scenario gives no title."""

from __future__ import annotations


def plain(key: str) -> str:
    """Write a key as words: an envelope, an attribute, or an option without a name.

    Examples
    --------
    >>> plain("gdhi_per_head"), plain("capital")
    ('gdhi per head', 'capital')
    """
    return key.replace("_", " ")
