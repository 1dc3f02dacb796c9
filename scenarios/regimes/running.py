"""Settlement under a regime: the regime fixes the grants, and the stages settle targets and take-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from singlepot.models.formulation.formulation import formulate
from singlepot.models.scenario.arrays import Arrays, arrays
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.scenario.titles import Titles
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.rule_kinds import CAPACITIES, GRANTS, SUMS, TARGETS, names_of, names_over
from singlepot.solver import (
    BadOptionError,
    Control,
    Extra,
    InfeasibleError,
    Progress,
    RunOfMany,
    SinglepotError,
    Stage,
    StoppedError,
    minimise_in_turn,
)

from ..reading.settling import ScenarioSource, scenario_of
from .allocations import Allocation, by_arrival, by_claims
from .competition import competition
from .fixing import settle_fixed, told
from .formula import needs_formula, per_head
from .plan import PlanSource, RegimePlan, read_regime_plan
from .pooling import pooling
from .result import Regimes
from .silos import rows_of, split

NAMES: Mapping[str, str] = {
    "single-pot": "Single pot",
    "pro-rata": "Pro rata",
    "equal-awards": "Equal awards",
    "equal-losses": "Equal losses",
    "talmud": "Talmud",
    "random-arrival": "Random arrival",
    "per-head": "Equal per head",
    "needs-formula": "Needs formula",
    "competition": "Competition",
    "silos": "Silos",
}
"""The regimes by key."""

_CLAIMS = ("pro-rata", "equal-awards", "equal-losses", "talmud")


def settle_regime(
    scenario: ScenarioSource,
    key: str,
    *,
    plan: PlanSource = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Settlement:
    """Settle a scenario under one regime.

    The regime decides the grants; what follows from them for the targets is settled by the same bids, options, links
    and stages as in the single pot, with the grants fixed: each figure is the best that the regime's grants can buy.
    In ``silos`` grants are not fixed, but each silo's money is; ``single-pot`` is :func:`singlepot.settle`.

    Parameters
    ----------
    scenario
        What to settle: a scenario, or its shipped name or path.
    key
        ``single-pot``, ``pro-rata``, ``equal-awards``, ``equal-losses``, ``talmud``, ``random-arrival``, ``per-head``,
        ``needs-formula``, ``competition`` or ``silos``.
    plan
        What the regimes assume: a TOML file, or nested values such as ``{"needs-formula": {"per_head": 0.5}}``.
    time_limit_s
        Seconds of wall time.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Returns
    -------
    Settlement
        ``provenance["regime"]`` lists the rules that were dropped because the regime breaks them, and notes.

    Raises
    ------
    BadOptionError
        There is no such regime.
    BadInputError
        The plan cannot be used.
    NoSettlementError, NotProvenError, StoppedError
        As for :func:`singlepot.settle`.

    Examples
    --------
    >>> import pandas as pd
    >>> scenario = Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
    ...     pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
    ...     bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [4.0, 8.0]}),
    ...     years=["2026-27"],
    ... )
    >>> settle_regime(scenario, "equal-losses").grants["grant"].round(9).tolist()
    [2.5, 6.5]
    """
    if key not in NAMES:
        raise BadOptionError(f"there is no regime {key!r}", f"choose among {', '.join(NAMES)}")
    assumptions = read_regime_plan(plan)
    scenario = scenario_of(scenario)
    title = scenario.settings.title
    named = scenario if key == "single-pot" else scenario.with_(title=f"{title}: {NAMES[key]}" if title else NAMES[key])

    def settled(fixed: Scenario, extra: Extra | None = None) -> Settlement:
        return settle_scenario(fixed, extra=extra, time_limit_s=time_limit_s, progress=progress)

    if key == "single-pot":
        settlement = told(settled(named), [], ())
    elif key == "silos":
        settlement = _silos(named, assumptions, settled, time_limit_s)
    else:
        data = arrays(named)
        settlement = settle_fixed(named, data, _allocation(named, data, key, assumptions), settled)
    return _keyed(settlement, key)


def _keyed(settlement: Settlement, key: str) -> Settlement:
    about = settlement.provenance["regime"]
    assert isinstance(about, dict)
    return replace(settlement, provenance={**settlement.provenance, "regime": {"key": key, **about}})


def _allocation(scenario: Scenario, data: Arrays, key: str, plan: RegimePlan) -> Allocation:
    money = scenario.settings.money
    ways: dict[str, Callable[[], Allocation]] = {
        "random-arrival": lambda: by_arrival(data, plan.arrival, money),
        "per-head": lambda: per_head(data),
        "needs-formula": lambda: needs_formula(scenario, data, plan.needs),
        "competition": lambda: competition(data, plan.competition, money),
    }
    return by_claims(data, key) if key in _CLAIMS else ways[key]()


_OF_SILOS = (GRANTS, SUMS, TARGETS, CAPACITIES, *(over.of_recipients for over in (GRANTS, TARGETS, CAPACITIES)))
"""Index sets of the rules that pots apart may leave no room for."""


def _silos(
    scenario: Scenario, plan: RegimePlan, settled: Callable[..., Settlement], time_limit_s: float | None
) -> Settlement:
    """Settle with a pot for each silo; floors and locks are dropped if they leave no settlement."""
    if plan.silos.by == "envelope" or not len(scenario.objectives):
        apart = without(scenario, ("virement",))
        return told(settled(apart), [], ("Each envelope has its own pot: nothing is vired.",))
    data = arrays(scenario)
    division = split(scenario, data, plan.silos)
    rows = rows_of(data, division)
    dropped: list[str] = []
    if not _possible(scenario, rows, time_limit_s):
        dropped = _rules_of(scenario, names_over(*_OF_SILOS))
        scenario = without(scenario, dropped)
    titles = Titles(scenario)
    parts = _held(division.pot, division.names)
    held = ", ".join(f"{titles.of(plan.silos.by, name)} {share:.1%}" for name, share in parts)
    return told(settled(scenario, rows), dropped, (f"Each has its own pot: {held}.",))


def _held(pot: npt.NDArray[np.float64], names: tuple[str, ...]) -> list[tuple[str, float]]:
    amounts = pot.sum(axis=(1, 2))
    total = max(float(amounts.sum()), np.finfo(float).tiny)
    return [(name, float(amount) / total) for name, amount in zip(names, amounts, strict=True)]


def _possible(scenario: Scenario, rows: Extra, time_limit_s: float | None) -> bool:
    """Whether the programme with the silos' rows is feasible."""
    formulation = formulate(scenario, rows)
    nothing = Stage("silos", "", np.zeros(formulation.programme.shape[1]))
    try:
        minimise_in_turn(formulation.programme, [nothing], Control(time_limit_s))
    except InfeasibleError:
        return False
    return True


def _rules_of(scenario: Scenario, kinds: Iterable[str]) -> list[str]:
    """List the rules of these kinds that a scenario has."""
    table = scenario.filled("rules")
    there = {*scenario.settings.rules, *names_of(table["rule"], table["level"])}
    return [kind for kind in kinds if kind in there]


def without(scenario: Scenario, kinds: Iterable[str]) -> Scenario:
    """Drop the rules of these kinds from a scenario."""
    gone = set(kinds)
    table, filled = scenario.rules, scenario.filled("rules")
    kept = ~np.isin(names_of(filled["rule"], filled["level"]), list(gone))
    general = {name: None for name in gone if name in scenario.settings.rules}
    return scenario.with_(rules=general, rule_rows=table[kept])


def compare_regimes(
    scenario: ScenarioSource,
    keys: Iterable[str] | None = None,
    *,
    plan: PlanSource = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Regimes:
    """Settle a scenario under every regime, side by side.

    Parameters
    ----------
    scenario
        What to settle: a scenario, or its shipped name or path.
    keys
        The regimes, in order; all ten by default.
    plan, time_limit_s
        As for :func:`settle_regime`; the limit holds for each.
    progress
        Called with a :class:`~singlepot.Progress`, in which regimes are counted; returning False stops the run.

    Returns
    -------
    Regimes
        One without a settlement does not end the others; ``failures`` holds the reason.

    Raises
    ------
    BadOptionError, BadInputError
        There is no such regime, or the plan cannot be used.

    Examples
    --------
    >>> import singlepot as sp
    >>> regimes = compare_regimes(sp.read_scenario("bucks-and-burnley"), ["single-pot", "pro-rata"])
    >>> regimes.grants.groupby("regime", sort=False)["grant"].sum().round(6).to_dict()
    {'single-pot': 196.0, 'pro-rata': 196.0}
    """
    wanted = list(dict.fromkeys(NAMES if keys is None else keys))
    unknown = [key for key in wanted if key not in NAMES]
    if unknown or not wanted:
        raise BadOptionError(f"there is no regime {', '.join(unknown)!r}", f"choose among {', '.join(NAMES)}")
    assumptions = read_regime_plan(plan)
    scenario = scenario_of(scenario)
    many = RunOfMany(progress, len(wanted), "regimes")
    outcomes: dict[str, Settlement | SinglepotError] = {}
    for done, key in enumerate(wanted):
        try:
            outcomes[key] = settle_regime(
                scenario, key, plan=assumptions, time_limit_s=time_limit_s, progress=many.within(done)
            )
        except StoppedError:
            raise
        except SinglepotError as reason:
            if reason.exit_code in (2, 3):
                raise
            outcomes[key] = reason
    silos = outcomes.get("silos")
    worth = None
    if isinstance(silos, Settlement) and len(silos.national):
        worth = pooling(silos, Control(time_limit_s))
    return Regimes(scenario, {key: NAMES[key] for key in wanted}, outcomes, worth)
