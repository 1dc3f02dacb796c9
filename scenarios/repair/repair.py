"""A repair: the change of the rules that lets a scenario settle, as a value that explains itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from singlepot.models.diagnostics.problems import list_words
from singlepot.models.infeasibility.clash import Clash, amount, called
from singlepot.models.notebook_display import rich, rich_table
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.copies import CopiedTables
from singlepot.solver import NoSettlementError, SinglepotError

from ..what_if.what_if import apply_what_if

COLUMNS = ("rule", "area", "envelope", "objective", "year", "from", "to", "change", "unit")
"""Columns of the table of changes."""

OPTION = "option"
"""Further column of the table of changes, where a limit of a take-up moves."""

TAKEN = "take-up"
"""Unit of a change of a take-up: a share of the largest one."""

SHARE = "share"
"""Unit of a change of a target: a share of the proposed target, or of the limit where none is proposed."""


class CannotChangeError(SinglepotError):
    """There is no such kind of rule to be changed."""

    exit_code = 2


class NoRepairError(NoSettlementError):
    """No change of the rules that may be changed restores a settlement; the remedy says which would."""


@dataclass(frozen=True, eq=False, repr=False)
class Repair(CopiedTables):
    """A change of the rules of a scenario that lets it settle: of a rule's value, or of single limits by the least.

    Parameters
    ----------
    scenario
        What was to be repaired.
    may_change
        The kinds of rules that were allowed to move.
    changes
        One row a limit that moves: ``rule``; ``area``, ``envelope``, ``objective``, ``year`` (empty where it has
        none; for ``pot_share_…`` the areas together); ``from``, ``to``, ``change`` and ``unit``: the scenario's
        money, ``share``, or ``take-up`` (a share of the largest one); and ``option`` where one moves of a take-up.
        Where a rule changes uniformly, one row a value: areas and years where it is chosen by
        them, ``from`` and ``to`` as they are written in the rule, ``unit`` its basis.
    clashes
        Why there is no settlement: sets of rules that cannot hold together, each the smallest. Empty where there is
        one.
    least
        The least total, a change of a target weighed as :func:`repair` says, before rounding; in money. NaN where only
        rules of rates change.
    rounding
        How the amounts were rounded, in words.
    uniform
        Whether values of rules change, rather than single limits.
    """

    scenario: Scenario
    may_change: tuple[str, ...]
    changes: pd.DataFrame
    clashes: tuple[Clash, ...]
    least: float
    rounding: str
    uniform: bool = False
    _rules: Mapping[str, float] = field(default_factory=dict, repr=False)
    _steps: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @property
    def total(self) -> dict[str, float]:
        """Sum of the changes without their signs, by unit: money, shares of targets, and of largest take-ups."""
        sums = self.changes["change"].abs().groupby(self.changes["unit"], sort=False).sum()
        return {str(unit): float(total) for unit, total in sums.items()}

    @property
    def clash(self) -> str:
        """Why there is no settlement, in words; empty where there is one."""
        return "; ".join(str(clash) for clash in self.clashes)

    @property
    def title(self) -> str:
        """What the repaired scenario is called."""
        named = self.scenario.settings.title or "Scenario"
        return f"{named}, repaired: {self.summary()}" if len(self.changes) else named

    def summary(self) -> str:
        """Say in a line how far each rule moves."""
        money, moves = self.scenario.settings.money, []
        if self.uniform:
            rows, titles = self.changes.to_dict("records"), Titles(self.scenario)
            return list_words(f"{_bare(row['rule'])} {_direction(row, titles)}" for row in rows)
        for (rule, unit), part in self.changes.groupby(["rule", "unit"], sort=False):
            up, down = part["change"].clip(lower=0).sum(), -part["change"].clip(upper=0).sum()
            for word, moved in (("raised", up), ("lowered", down)):
                if moved > 0:
                    sums = {SHARE: 0.0, TAKEN: 0.0, money: 0.0, unit: moved}
                    words = amount(sums[money], sums[SHARE], money, sums[TAKEN])
                    moves.append(f"{_bare(str(rule))} {word} by {words}")
        return list_words(moves)

    def __repr__(self) -> str:
        """One line."""
        return f"<Repair of {self.scenario.settings.title!r}: {self.summary() or 'nothing needs to change'}>"

    def _repr_html_(self) -> str:
        """Show the clash and what changes in a notebook."""
        kind = "One change is enough" if self.uniform else "Least change"
        return rich(
            self.scenario.settings.title or "Repair",
            f"{self.clash}. {kind}: {self.summary()}" if self.clashes else "nothing needs to change",
            rich_table("What changes", self.changes.dropna(axis="columns", how="all")),
        )

    def what_if(self) -> dict[str, Any]:
        """Return the repair as a what-if, as :func:`singlepot.apply_what_if` and its files take it."""
        general = {"rules": dict(self._rules)} if self._rules else {}
        return {"title": self.title, **general, "change": [dict(step) for step in self._steps]}

    def repaired(self) -> Scenario:
        """Return the repaired scenario."""
        return apply_what_if(self.scenario, self.what_if())


def _bare(rule: str) -> str:
    """What people call a rule, without its article."""
    return called(rule).removeprefix("the ")


def _direction(row: Mapping[Any, Any], titles: Titles) -> str:
    """Say from what a value goes to what, and where."""
    where = ", ".join(titles.of(name, str(row[name])) for name in (*COLUMNS[1:5], OPTION) if row.get(name))
    word = "raised" if row["change"] > 0 else "lowered"
    return f"{f'of {where} ' if where else ''}{word} from {row['from']:g} to {row['to']:g}"
