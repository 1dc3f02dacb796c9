"""Natural order of names: without regard to case, and numbers in them by their size."""

from __future__ import annotations

import re


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return the key by which people sort a name.

    Examples
    --------
    >>> sorted(["Ward 10", "ward 2", "Acton"], key=natural)
    ['Acton', 'ward 2', 'Ward 10']
    """
    parts = re.split(r"([0-9]+)", name.casefold())
    return (*((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part), (-1, 0, name))
