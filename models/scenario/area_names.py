"""Areas by code or name as people write them: in any case, with spaces around or doubled."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping


def matching_areas(text: str, names: Mapping[str, str]) -> list[str]:
    """Return the codes of the areas that a text names: by its code, its name, or one of them but for case and spaces.

    Parameters
    ----------
    text
        A code or a name.
    names
        Name of each area by its code.

    Returns
    -------
    The codes that match best: several where areas share the name, none where no area has it.

    Examples
    --------
    >>> matching_areas(" hull ", {"E06000010": "Hull", "E07000117": "Burnley"})
    ['E06000010']
    """
    if text in names:
        return [text]
    by_name = [code for code, name in names.items() if name == text]
    folded = _folded(text)
    by_folded = [code for code in names if _folded(code) == folded]
    return by_name or by_folded or [code for code, name in names.items() if _folded(name) == folded]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(plain.casefold().split())
