"""Explanation of infeasibility: which rules and years cannot hold together, in amounts, and what would end it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from singlepot.solver import (
    Control,
    Extra,
    Halt,
    InfeasibleError,
    NoSettlementError,
    NotProvenError,
    SolverFailedError,
    StoppedError,
    ended_early,
)
from singlepot.solver.infeasibility.elastic import least_change
from singlepot.solver.infeasibility.farkas import NEGLIGIBLE

from ..diagnostics.problems import list_words
from ..formulation.bounds import grant_bounds
from ..formulation.formulation import Formulation
from ..money import decimals_for, outward, spoken, spoken_up
from ..tables.plain_words import plain
from ..tables.rule_kinds import POT, POTS, bounds_of, names_over
from .clash import Clash, called, say_ways_out
from .rates import explain_rates
from .recipient_floors import FLOOR, lacking_by_recipients, most_in_pots, say_recipients_floors
from .relaxable import RelaxableProgramme, relaxable
from .remedies import say_pots, say_value
from .search import find_clash
from .uniform_change import RuleValue

POINTER = "singlepot repair writes a change that restores a settlement"
"""What every explanation ends with."""


def explain_conflict(
    formulation: Formulation, control: Control, extra: Extra | None = None
) -> NoSettlementError | NotProvenError | StoppedError:
    """Find the rules that clash and name them in a sentence with amounts.

    Parameters
    ----------
    formulation
        The programme that has no feasible point.
    control
        How long the search may take.
    extra
        Rows that the calling program added.

    Returns
    -------
    The error to raise: why there is no settlement, or that the search was stopped or proved nothing.
    """
    if formulation.rules.of_rates:
        try:
            error = explain_rates(formulation, control, extra)
        except Halt as halt:
            return ended_early(halt, ())
        if error is not None:
            return error
    words = _short_pots(formulation)
    if words is None:
        elastic = relaxable(formulation.scenario, extra)
        try:
            clash = find_clash(elastic, control)
            ways = "" if clash is None else say_ways_out(clash)
            least = ways or _least_change(elastic, control)
        except Halt as halt:
            return ended_early(halt, ())
        if clash is None:
            return _missed_by_little(least)
        words = _by_recipients(formulation, clash) or (str(clash), least or "relax one of them")
    cause, remedy = words
    return NoSettlementError(cause, f"{remedy}; {POINTER}")


def _by_recipients(formulation: Formulation, clash: Clash) -> tuple[str, str] | None:
    """Say a clash of floors and pots recipient by recipient, where some have a floor of their own: cause and remedy."""
    of_areas = bounds_of("grant")["floor"].name
    moves = (POT, of_areas, FLOOR, *names_over(POTS))
    floored = formulation.rules[FLOOR].binds.any() and not set(clash.kinds) - set(moves) and POT in clash.alone
    lacking = lacking_by_recipients(formulation) if floored else []
    if not lacking:
        return None
    by_pots = say_pots(formulation, lacking)
    return say_recipients_floors(formulation), say_ways_out(replace(clash, ways_out=(by_pots, *clash.ways_out[1:])))


def _missed_by_little(least: str | None) -> NoSettlementError:
    """Say that the rules clash by so little that a repair would find nothing to do."""
    if least is None:
        raise SolverFailedError(
            "no settlement was found and none was disproved: the rules hold together, or miss by less than a solver "
            "can tell",
            "move one of them, or the pot, by a little",
        )
    return NoSettlementError("the rules cannot hold together, by less than a solver can tell from nothing", least)


def _least_change(elastic: RelaxableProgramme, control: Control) -> str | None:
    """Say the least change of all limits together, where none is enough by itself; None where none is needed.

    However small it is: its duals prove that less will not do, and a floor of nearly nothing may be impossible.
    """
    slacks, of, _ = elastic.slacks(elastic.kinds)
    background = elastic.formulation.curvature
    try:
        relaxed = least_change(elastic.keeping(elastic.kinds), slacks, background, control, shared=False)
    except InfeasibleError:
        return None
    if relaxed.total <= 0:
        return None
    change = relaxed.slack / slacks.size
    moved = elastic.limits.iloc[of[change > NEGLIGIBLE * change.max()]]
    rules = list_words(dict.fromkeys(called(str(kind)) for kind in moved["kind"]))
    money = elastic.formulation.scenario.settings.money
    return f"together, {rules} would have to move by {spoken_up(relaxed.total, money)}"


def _short_pots(formulation: Formulation) -> tuple[str, str] | None:
    """Compare the lowest grants of each year and envelope with all that its pot could ever hold: cause and remedy.

    Only where a general floor sets them; what rows of the table set, the search for a clash names.
    """
    data, rules, scenario = formulation.data, formulation.rules, formulation.scenario
    name = bounds_of("grant")["floor"].name
    floor = scenario.settings.rules.get(name)
    if floor is None or len(scenario.tables["rules"]):
        return None
    lowest = grant_bounds(data, rules)[0].sum(axis=0)
    most = most_in_pots(formulation)
    short = np.argwhere(lowest > most * (1 + 1e-12))
    if not len(short):
        return None
    money = scenario.settings.money
    causes, lacking = [], []
    for e, t in short:
        excess = float(lowest[e, t] - most[e, t])
        of = f" of {plain(data.envelopes[e])}" if len(data.envelopes) > 1 else ""
        what = "the pot" if most[e, t] == data.pot[e, t] else "the pot and what can move into it"
        sums = spoken(float(lowest[e, t]), money, decimals_for(excess, money))
        causes.append(f"floors{of} add up to {sums} in {data.years[t]}, {spoken_up(excess, money)} above {what}")
        lacking.append((data.envelopes[e], data.years[t], excess))
    lowered = floor * min(float(most[e, t] / lowest[e, t]) for e, t in short)
    to, decimals = outward(lowered, lowered - floor)
    value = RuleValue(name, None, {}, "bid", floor, to, decimals)
    return "; ".join(causes), f"{say_value(value, scenario)}, or {say_pots(formulation, lacking)}"
