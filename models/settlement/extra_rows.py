"""Further constraints of a program: what would settle a scenario again without them is refused."""

from __future__ import annotations

from singlepot.solver import BadOptionError

from .settlement import Settlement


def insist_on_own_rules(settlement: Settlement, purpose: str) -> None:
    """Refuse what would settle a scenario again where a program added further constraints: they would be lost.

    Raises
    ------
    BadOptionError
        With the purpose, such as ``stability``.
    """
    if settlement.has_extra_rows:
        raise BadOptionError(
            f"{purpose} cannot be worked out: it settles again, without the further constraints that a program added",
            "settle the scenario without them, or settle what is to be compared in that program",
        )
