"""Sums of rounded numbers: a row that is the sum of all others, as far as rounding one by one lets be seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FEWEST_ROWS = 4
"""Rows from which a sum is told from chance."""

MOST_DIGITS, FEWEST_DIGITS = 9, -6
"""Powers of ten between which the last digit of a number is looked for."""

WEAK = 4.0
"""A value that is not so many times what rounding allows is no evidence of a sum."""


def last_digit(values: Floats) -> float:
    """Return the largest power of ten that divides all values; NaN and 0 are passed over.

    >>> last_digit(np.array([1200.0, 300.0])), last_digit(np.array([1.25, 3.0])), last_digit(np.array([0.0]))
    (100.0, 0.01, 1.0)
    """
    held = np.abs(values[np.isfinite(values) & (values != 0)])
    for power in range(MOST_DIGITS, FEWEST_DIGITS - 1, -1) if held.size else ():
        quotient = held / 10.0**power if power >= 0 else held * 10.0**-power
        if np.allclose(quotient, np.round(quotient), rtol=1e-12, atol=1e-9):
            return float(10.0**power)
    return float(10.0**FEWEST_DIGITS) if held.size else 1.0


def sum_rows(values: Floats, digits: Floats) -> list[int]:
    """Return the rows that are the sum of all others in every column where they have a value.

    Parameters
    ----------
    values
        Rows by columns; NaN where a row has no value.
    digits
        The last digit of each column, from :func:`last_digit`.

    Returns
    -------
    Row v where abs(2v - Σ) ≤ n · u / 2 in all of its columns, n the rows that have a value and u the last digit;
    none where the columns have fewer than :data:`FEWEST_ROWS` rows.

    Examples
    --------
    >>> sum_rows(np.array([[101.0], [202.0], [305.0], [607.0]]), np.array([1.0]))
    [3]
    """
    there = ~np.isnan(values)
    count, total = there.sum(axis=0), np.nansum(values, axis=0)
    off = np.abs(2 * values - total)
    allowed = count * digits / 2 + 1e-9 * np.abs(total)
    right = (off <= allowed) & (count >= FEWEST_ROWS)
    strong = there & (np.abs(values) > WEAK * count * digits / 2)
    return [int(row) for row in np.flatnonzero((right | ~there).all(axis=1) & (right & strong).any(axis=1))]


def is_sum(value: float, parts: Floats, digit: float) -> bool:
    """Whether a rounded value is the sum of rounded parts."""
    return bool(abs(value - parts.sum()) <= (len(parts) + 1) * digit / 2 + 1e-9 * abs(value))
