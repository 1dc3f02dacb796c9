"""Claims rules by name, with their input checked and whole units on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from singlepot.solver import BadOptionError, whole_units

from .arrival import random_arrival
from .rules import equal_awards, equal_losses, minimal_overlap, pro_rata, talmud
from .sharing_out import Floats

RULES: Mapping[str, Callable[[Floats, float], Floats]] = {
    "pro-rata": pro_rata,
    "equal-awards": equal_awards,
    "equal-losses": equal_losses,
    "talmud": talmud,
    "random-arrival": random_arrival,
    "minimal-overlap": minimal_overlap,
}
"""Claims rules by key."""


def share_claims(rule: str, claims: npt.ArrayLike, pot: float, *, whole: bool = False) -> npt.NDArray[np.float64]:
    """Share a pot among claims by a published rule.

    Parameters
    ----------
    rule
        ``pro-rata``, ``equal-awards``, ``equal-losses``, ``talmud``, ``random-arrival`` or ``minimal-overlap``.
    claims
        What each asks for, shape (n,), any unit.
    pot
        What there is, in the same unit. A pot above the sum of the claims pays the claims and no more.
    whole
        Round to whole units by largest remainder, so that a whole pot that is short is used up exactly. Like every rule
        that keeps each award within a unit of exact, this is not monotone in the pot.

    Returns
    -------
    Awards, shape (n,).

    Raises
    ------
    BadOptionError
        There is no such rule, or a number is negative or none.

    Examples
    --------
    >>> share_claims("talmud", [100, 200, 300], 200)
    array([50., 75., 75.])
    >>> share_claims("pro-rata", [50, 30, 20], 7, whole=True)
    array([4., 2., 1.])
    """
    if rule not in RULES:
        raise BadOptionError(f"there is no rule {rule!r}", f"choose one of {', '.join(RULES)}")
    try:
        asked = np.asarray(claims, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadOptionError(
            f"a value of type {type(claims).__name__} is no claims", "give a list of numbers"
        ) from error
    if asked.ndim != 1 or not np.isfinite(asked).all() or (asked < 0).any():
        raise BadOptionError("claims must be numbers of zero or more, one for each", "look for gaps and signs")
    if not np.isfinite(pot) or pot < 0:
        raise BadOptionError(f"a pot of {pot} cannot be shared", "give a number of zero or more")
    enough = pot >= asked.sum() * (1 - 1e-15)
    awards = asked.copy() if enough else RULES[rule](asked, float(pot))
    return whole_units(awards, int(np.floor(pot + 1e-9))).astype(np.float64) if whole else awards
