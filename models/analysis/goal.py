"""Goal seeking: the tightest value of a lever at which national targets can still be met, by one linear programme."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from singlepot.solver import (
    BadOptionError,
    Control,
    Progress,
)

from ..levers.lever import Lever, find_lever, unknown_lever
from ..scenario.scenario import Scenario
from ..scenario.titles import Titles
from ..settings.frozen import FrozenMapping
from ..settlement.settle import settle_scenario
from ..settlement.settlement import Settlement
from .goal_programme import GoalProgramme, is_maximised

DIGITS = 8
"""Significant digits of the value, rounded to the side on which the targets can be met."""

REASONS = {
    "weight": "weights do not change what can be reached",
    "priority": "priorities do not change what can be reached",
    "equity": "equity does not change what can be reached",
    "give": "what stages give does not change what can be reached",
    "lock": "a locked grant has no tight side",
    "bids": "what can be reached is no linear programme in the bids",
    "derive": "what can be reached is no linear programme in how options are derived",
}
"""Why a lever has no goal, by the first part of its name."""


@dataclass(frozen=True, eq=False)
class Goal:
    """The tightest value of a lever at which no national target need be missed by more than is allowed.

    Attributes
    ----------
    lever
        The lever.
    value
        Its value, rounded to the side on which the targets can be met: a factor of what is there, or a value.
    exact
        The value as the linear programme has it.
    miss
        Share of a national target that may be missed.
    objective
        The only objective whose targets count; empty for all.
    levers
        What is set in ``scenario``: the lever at ``value``, and nothing where a stage of shortfalls gave something.
    scenario
        The scenario with these levers.
    """

    lever: Lever
    value: float
    exact: float
    miss: float
    objective: str
    levers: Mapping[str, float]
    scenario: Scenario
    _search: GoalProgramme

    @property
    def most(self) -> bool:
        """Whether the value is the largest possible; otherwise it is the smallest."""
        return is_maximised(self.lever)

    @property
    def amount(self) -> float:
        """The value, or what a factor makes of ``lever.now``; NaN where that has no unit."""
        return self.value * self.lever.now if self.lever.kind == "factor" else self.value

    def what_if(self) -> dict[str, object]:
        """Return the what-if that gives :attr:`scenario`."""
        return {"levers": dict(self.levers)}

    @cached_property
    def settlement(self) -> Settlement:
        """The settlement at the value: where nothing may be missed, it proves that it is enough.

        Where something may, targets of other weight or priority than the rest can miss more in a settlement.
        """
        return settle_scenario(self.scenario)

    @cached_property
    def prices(self) -> pd.DataFrame:
        """The price of the last unit of each national target that counts.

        Returns
        -------
        objective, year, target, less (what the lever gains if the target is one unit lower) and more (what it costs if
        the target is one unit higher; NaN where that cannot be reached); in the lever's unit.
        """
        return self._search.prices(self.exact)


def goal(
    scenario: Scenario,
    lever: str,
    *,
    miss: float = 0.0,
    objective: str = "",
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Goal:
    """Find the tightest value of a lever at which national targets can still be met.

    The least pot, ceiling, step, carry-over, virement or own cost, or the largest national targets or floor. One linear
    programme: what a settlement must satisfy, with the lever as one more column.

    Parameters
    ----------
    scenario
        What to look at.
    lever
        Name of a lever of the pot, of national targets, or of a rule; see :meth:`Scenario.levers`.
    miss
        Share of each national target that may be missed, 0 to 1.
    objective
        Key of the only objective whose targets count; empty for all.
    time_limit_s
        Seconds of wall time.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Raises
    ------
    BadOptionError
        There is no such lever or objective, no such share, or the lever has no tight side.
    NoSettlementError
        No value of the lever is enough, or the rules cannot hold together.

    Examples
    --------
    >>> import singlepot
    >>> bucks = singlepot.read_scenario("bucks-and-burnley")
    >>> found = goal(bucks, "pot")
    >>> round(found.amount, 3), round(float(found.settlement.national["shortfall"].max()), 6)
    (195.0, 0.0)
    """
    titles = Titles(scenario)
    found = find_lever(titles.levers, lever, titles.areas)
    if found is None:
        known, remedy = unknown_lever(titles.levers, lever)
        raise BadOptionError(f"{lever!r} is no lever of this scenario", remedy or f"choose {known}")
    if not found.linear:
        raise BadOptionError(f"{found.name} has no goal", REASONS[found.name.partition(".")[0]])
    if not 0 <= miss < 1:
        raise BadOptionError(f"{miss!r} is no share of a target", "write 0.02 for 2%")
    keys = list(dict.fromkeys(scenario.national["objective"]))
    if not keys or (objective and objective not in keys):
        raise BadOptionError(f"no national target of {objective or 'any objective'}", f"choose of {', '.join(keys)}")
    search = GoalProgramme(scenario, found, miss, objective, Control(time_limit_s, progress))
    exact = search.solve()
    value = _outward(exact, found)
    given = [stage for stage, give in scenario.settings.stages.give.items() if give and stage.startswith("shortfall")]
    levers = FrozenMapping({found.name: value, **{f"give.{stage}": 0.0 for stage in given}})
    return Goal(found, value, exact, miss, objective, levers, scenario.with_levers(levers), search)


def _outward(exact: float, lever: Lever) -> float:
    """Round a value to the side on which the targets can be met, within the lever's bounds."""
    if not exact:
        return exact
    unit = 10.0 ** (math.floor(math.log10(abs(exact))) + 1 - DIGITS)
    steps = exact / unit
    rounded = (math.floor(steps - 0.01) if is_maximised(lever) else math.ceil(steps + 0.01)) * unit
    return float(f"{min(max(rounded, lever.least), lever.most):.12g}")
