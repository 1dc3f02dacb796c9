"""Convergence and inclusion have a price: the same scenario without their aims and rules, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from singlepot.solver import Progress

from ..scenario.scenario import Scenario
from ..settings.levelling import CONVERGENCE_STAGE, INCLUSION_STAGE
from ..settlement.extra_rows import insist_on_own_rules
from ..settlement.settle import settle_scenario
from ..settlement.settlement import Settlement
from ..tables.copies import CopiedTables
from ..tables.rule_kinds import RULES
from .spread import spread


@dataclass(frozen=True, eq=False, repr=False)
class PriceOfConvergence(CopiedTables):
    """What aims and rules of convergence and inclusion cost.

    Attributes
    ----------
    stages
        name, unit, value and without: every stage that both settlements have, with aims and rules and without.
    on_limit, on_limit_without
        Areas on a floor or ceiling of their grants.
    regions
        region, bid, grant, without: money over all years; who pays and who gains.
    """

    stages: pd.DataFrame
    on_limit: int
    on_limit_without: int
    regions: pd.DataFrame

    def __repr__(self) -> str:
        """One line."""
        return f"<PriceOfConvergence in {len(self.stages)} stages>"


def price_convergence(
    settlement: Settlement,
    *,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> PriceOfConvergence | None:
    """Settle again without the sections, stages and rules of convergence and inclusion, and compare.

    Parameters
    ----------
    settlement
        What the other is compared with.
    time_limit_s
        Seconds of wall time.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Returns
    -------
    What they cost; None where the scenario has none of them.

    Raises
    ------
    BadOptionError
        A program added further constraints to the settlement.
    NotProvenError, StoppedError
        The time limit or the caller ended the run.
    """
    without = without_levelling(settlement.scenario)
    if without is None:
        return None
    insist_on_own_rules(settlement, "the price of convergence")
    other = settle_scenario(without, time_limit_s=time_limit_s, progress=progress)
    theirs = other.stages.set_index("name")["final"]
    both = settlement.stages[settlement.stages["name"].isin(theirs.index)]
    stages = pd.DataFrame({"name": both["name"], "unit": both["unit"], "value": both["final"]})
    here, there = (len(limits.floored) + len(limits.ceiled) for limits in map(spread, (settlement, other)))
    return PriceOfConvergence(
        stages=stages.assign(without=theirs.reindex(both["name"]).to_numpy()).reset_index(drop=True),
        on_limit=here,
        on_limit_without=there,
        regions=_by_region(settlement, other),
    )


def without_levelling(scenario: Scenario) -> Scenario | None:
    """Return a scenario without aims and rules of convergence and inclusion; None where it has none."""
    settings = scenario.settings
    names = {rule.name for rule in RULES.values() if rule.over.of_rates}
    rows = scenario.rules
    kept = rows[~rows["rule"].isin(names)].reset_index(drop=True)
    general = {name: None for name in names if name in settings.rules}
    if not settings.sections and not general and len(kept) == len(rows):
        return None
    order = [name for name in settings.stages.order if name not in (CONVERGENCE_STAGE, INCLUSION_STAGE)]
    gone = {name: None for name in (CONVERGENCE_STAGE, INCLUSION_STAGE) if name in settings.stages.give}
    return scenario.with_(
        rules=general,
        rule_rows=kept if len(kept) else None,
        stages={"order": order, "give": gone},
        convergence=None,
        inclusion=None,
    )


def _by_region(settlement: Settlement, other: Settlement) -> pd.DataFrame:
    areas = settlement.scenario.filled("areas").set_index("code")["region"]
    sums = [one.grants.groupby(one.grants["area"].map(areas))[["bid", "grant"]].sum() for one in (settlement, other)]
    table = sums[0].assign(without=sums[1]["grant"]).rename_axis("region")
    return table.reset_index()
