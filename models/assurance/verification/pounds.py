"""Largest-remainder rounding in exact fractions, from the rule in section 5 of the design."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

TIE = Fraction(1, 10**4)
"""Values this near to each other, in pounds, are tied; the earlier area code goes first."""

PENNY = Fraction(1, 10**6)
"""Tolerance, in pounds, within which an amount counts as whole."""

HALF = Fraction(1, 2)


def whole_pounds(exact: Sequence[Fraction], limit: int) -> list[int]:
    """Nearest pound where every total fits, else largest remainder, else the least largest difference.

    Parameters
    ----------
    exact
        Grants of a year and envelope, pounds, in order of area code.
    limit
        What that year and envelope can spend, whole pounds.
    """
    base = [int((value + PENNY) // 1) for value in exact]
    left = [max(value - floor, Fraction(0)) for value, floor in zip(exact, base, strict=True)]
    used_up = limit - sum(exact, Fraction(0)) < HALF
    nearest = [floor + (rest > HALF + TIE) for floor, rest in zip(base, left, strict=True)]
    tied = [i for i, rest in enumerate(left) if abs(rest - HALF) <= TIE]
    spare = limit - sum(nearest)
    if spare == 0 or (spare > 0 and not used_up):
        for i in tied[:spare]:
            nearest[i] += 1
        return nearest
    spare = limit - sum(base)
    if spare >= 0:
        for i in _largest(left, min(spare, len(base))):
            base[i] += 1
        return base
    while (over := sum(base) - limit) > 0 and any(base):
        paid = [i for i, pounds in enumerate(base) if pounds]
        for i in _largest([base[i] - exact[i] for i in paid], over):
            base[paid[i]] -= 1
    return base


def _largest(keys: Sequence[Fraction], count: int) -> list[int]:
    """Positions of the largest keys; among those tied at the edge, the first."""
    count = min(count, len(keys))
    if count <= 0:
        return []
    edge = sorted(keys, reverse=True)[count - 1]
    above = [i for i, key in enumerate(keys) if key > edge + TIE]
    at_edge = [i for i, key in enumerate(keys) if abs(key - edge) <= TIE]
    return above + at_edge[: count - len(above)]
