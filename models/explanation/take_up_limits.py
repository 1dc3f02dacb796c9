"""Active floors and ceilings of take-ups: bounds of single columns that rules set inside those of the option itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..scenario.array_types import Booleans, Floats, Texts
from ..tables.rule_kinds import bounds_of
from .solved_stages import SolvedStages

FLOOR, CEILING = (bounds_of("take_up")[sense].words for sense in ("floor", "ceiling"))
"""What people call the rules."""

AT = 1e-9
"""Share of its largest take-up within which an option is at a bound."""


@dataclass(frozen=True, eq=False)
class TakeUpLimits:
    """Bounds of the take-ups, one for each option.

    Attributes
    ----------
    lower, upper
        As the programme holds them.
    limit
        Largest take-up of the option.
    available
        What is left of that, without any rule.
    """

    lower: Floats
    upper: Floats
    limit: Floats
    available: Floats

    def whole(self, take_up: Floats) -> Booleans:
        """Mark the options that are used as far as they go without any rule."""
        return np.asarray(take_up / self.limit >= self.available / self.limit - AT)

    def at_ceiling(self, take_up: Floats) -> Booleans:
        """Mark the options that stand at the ceiling of a rule."""
        return (self.upper < self.available) & (take_up >= self.upper - AT * self.limit)

    def at_floor(self, take_up: Floats) -> Booleans:
        """Mark the options that stand at the floor of a rule."""
        return (self.lower > 0) & (take_up <= self.lower + AT * self.limit)

    def kinds(self, marginal: Floats) -> Texts:
        """Name the rule whose bound has a reduced cost of this sign; empty where the option's own bound has it."""
        kinds: Texts = np.full(len(marginal), "", dtype=object)
        kinds[(marginal > 0) & (self.lower > 0)] = FLOOR
        kinds[(marginal < 0) & (self.upper < self.available)] = CEILING
        return kinds


def take_up_limits(solved: SolvedStages) -> TakeUpLimits:
    """Read the bounds of the take-ups out of the programme, in the order of the options."""
    programme, columns = solved.programme, solved.formulation.model.take_up
    options = solved.formulation.data.options
    lower, upper = programme.column_lower[columns], programme.column_upper[columns]
    return TakeUpLimits(lower, upper, options.limit, options.available)
