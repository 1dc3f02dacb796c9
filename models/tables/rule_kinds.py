"""The rules that limit a settlement: what each may be chosen by, a share of, and how large."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

BASES = ("bid", "reference", "amount", "per_head")
"""What the value of a rule is a share or number of."""


@dataclass(frozen=True)
class Rule:
    """What a row of the table rules may say.

    Parameters
    ----------
    name
        The rule.
    explanation
        One sentence for the manual.
    bases
        What its value may be a share or number of.
    least, most
        Smallest and largest value where the basis is ``bid``.
    cells
        What it binds: cells of grants or of targets, areas, cells of the pot, or a sum over areas.
    general
        Whether ``[rules]`` takes it.
    """

    name: str
    explanation: str
    cells: Literal["grants", "targets", "areas", "pot", "sum"]
    bases: tuple[str, ...] = BASES
    least: float = 0.0
    most: float = math.inf
    general: bool = True

    @property
    def selectors(self) -> tuple[str, ...]:
        """Columns that may choose where the rule holds."""
        return _SELECTORS_OF[self.cells]


_SELECTORS_OF = {
    "grants": ("area", "region", "type", "envelope", "year"),
    "targets": ("area", "region", "type", "objective", "year"),
    "areas": ("area", "region", "type"),
    "pot": ("envelope", "year"),
    "sum": ("area", "region", "type", "envelope", "year"),
}

_OF_TARGETS = ("bid", "amount", "per_head")
_OF_POT = ("bid", "amount")

RULES = {
    rule.name: rule
    for rule in (
        Rule("grant_floor", "No grant falls below this.", "grants", most=1.0),
        Rule("grant_ceiling", "No grant rises above this.", "grants", least=1.0),
        Rule("grant_lock", "The grant is fixed.", "grants", general=False),
        Rule("grant_step", "Change of (grant − bid) from one year to the next.", "grants"),
        Rule("target_floor", "No agreed target falls below this.", "targets", _OF_TARGETS, most=1.0),
        Rule("target_ceiling", "No area is asked for more than this.", "targets", _OF_TARGETS, least=1.0),
        Rule("target_lock", "The agreed target is fixed.", "targets", _OF_TARGETS, general=False),
        Rule("own_cost_ceiling", "What an area may be asked to spend itself.", "areas"),
        Rule("carry_over", "What may move from a year into the next.", "pot", _OF_POT, most=1.0),
        Rule("virement", "What may move from an envelope into others.", "pot", _OF_POT, most=1.0),
        Rule("pot_share_floor", "Least that areas get together.", "sum", _OF_POT, most=1.0, general=False),
        Rule("pot_share_ceiling", "Most that areas get together.", "sum", _OF_POT, most=1.0, general=False),
    )
}
"""The rules by name; where the basis is ``bid``, rules of the pot are shares of the pot."""

PERCENTAGE_FROM = {
    "grant_ceiling": 10.0,
    "grant_step": 5.0,
    "target_ceiling": 10.0,
    "own_cost_ceiling": 1.0,
}
"""From which size on a share of the bid is probably a percentage, for rules that may be above 1."""
