"""Precision of a comparison: by how much numbers, alone or within texts, may differ between two machines."""

from __future__ import annotations

import re
from dataclasses import dataclass

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
"""A number within a text; its sign is text."""

EXACT_DIGITS = 12
"""Significant digits from which a number within a text is exact rather than shown: it is compared as a number."""


@dataclass(frozen=True)
class Precision:
    """By how much what was written may differ from what is derived.

    Attributes
    ----------
    relative
        Difference of two numbers, relative to the larger of them or of the quantity that they belong to.
    shown
        Whether a number that is shown rounded may differ by one in its last digit: it was rounded from a number that
        is equal to ``relative`` and may have stood on the other side of a half. One that is written with
        :data:`EXACT_DIGITS` or more is compared as a number.
    settled_only
        Whether only what the stages and the sharing step decide is compared: grants, targets, take-ups and stages.
    """

    relative: float = 1e-9
    shown: bool = False
    settled_only: bool = False

    def same_number(self, written: float, derived: float, size: float = 0.0) -> bool:
        """Whether two numbers are equal to this precision; ``size`` is that of their quantity."""
        return abs(written - derived) <= self.relative * max(abs(written), abs(derived), size)

    def same_text(self, written: str, derived: str) -> bool:
        """Whether two texts are equal, but for last digits of their numbers where they may differ.

        Examples
        --------
        >>> Precision().same_text("saves £1.25m", "saves £1.26m")
        False
        >>> Precision(shown=True).same_text("saves £1.25m", "saves £1.26m")
        True
        >>> Precision(shown=True).same_text("saves £1.25m", "costs £1.25m")
        False
        """
        if written == derived:
            return True
        if not self.shown or NUMBER.split(written) != NUMBER.split(derived):
            return False
        return all(map(self._same_shown, NUMBER.findall(written), NUMBER.findall(derived)))

    def _same_shown(self, written: str, derived: str) -> bool:
        if written == derived:
            return True
        numbers = [float(text.replace(",", "")) for text in (written, derived)]
        if max(map(_digits, (written, derived))) >= EXACT_DIGITS:
            return self.same_number(*numbers)
        step = max(map(_last_place, (written, derived)))
        return abs(numbers[0] - numbers[1]) <= step * (1 + 1e-9)


def _digits(text: str) -> int:
    mantissa = text.lower().partition("e")[0]
    return len(mantissa.replace(",", "").replace(".", "").lstrip("0"))


def _last_place(text: str) -> float:
    """Return one in the last digit of a number."""
    mantissa, _, exponent = text.lower().partition("e")
    return float(10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2])))
