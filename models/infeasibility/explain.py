"""Explanation of infeasibility: which rules and years cannot hold together, with the sums of a Farkas certificate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from singlepot.solver import (
    Control,
    Extra,
    Halt,
    NoSettlementError,
    NotProvenError,
    SolverFailedError,
    StoppedError,
    ended_early,
)
from singlepot.solver.crossed_bounds import crossed
from singlepot.solver.infeasibility.farkas import Conflict, find_conflict

from ..formulation.bounds import grant_bounds, target_bounds
from ..formulation.formulation import Formulation
from ..money import spoken
from ..tables.rule_kinds import GRANTS, POT, POTS, RULES, bounds_of, names_over
from .clash import say_ways_out
from .relaxable import EXTRA, relaxable
from .search import find_clash

MONEY_RULES = {
    POT,
    *names_over(POTS),
    *(rule.name for rule in RULES.values() if rule.over is GRANTS and rule.summed and rule.lower),
}
"""Rules whose sums can be said in money against the pot."""

POINTER = "singlepot repair finds the least change that restores a settlement"
"""What every explanation ends with."""


@dataclass(frozen=True)
class Part:
    """The terms of a certificate for one rule in a year (or all): what they demand or allow, and of how many cells."""

    rule: str
    year: str
    amount: float
    cells: int


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
    reason = _crossed(formulation) or _short_pots(formulation) or _proved(formulation, control, extra)
    if isinstance(reason, NoSettlementError):
        return NoSettlementError(reason.cause, "; ".join(filter(None, [reason.remedy, POINTER])))
    return reason


def _proved(
    formulation: Formulation, control: Control, extra: Extra | None
) -> NoSettlementError | NotProvenError | StoppedError:
    """Read a Farkas certificate as sums of money where it is one, else search for an irreducible infeasible set."""
    programme = formulation.programme
    preferred = np.zeros(programme.shape[0], dtype=bool)
    preferred[programme.rows(POT)] = True
    try:
        conflict = find_conflict(programme, preferred, control)
    except Halt as halt:
        return ended_early(halt, ())
    words = _say_money(formulation, _parts(formulation, conflict))
    if words is not None:
        return NoSettlementError(*words)
    clash = find_clash(relaxable(formulation.scenario, extra), control)
    if clash is None:
        raise SolverFailedError("no settlement was found and none was disproved", "report this scenario as a defect")
    return NoSettlementError(str(clash), say_ways_out(clash) or "relax one of them")


def _crossed(formulation: Formulation) -> NoSettlementError | None:
    """Report cells whose lower bound is above the upper one."""
    data = formulation.data
    for kind, (lower, upper), labels in (
        ("grant", grant_bounds(data, formulation.rules), data.envelopes),
        ("target", target_bounds(data, formulation.rules), data.objectives),
    ):
        cells = np.argwhere(crossed(lower, upper))
        if len(cells):
            a, e, t = cells[0]
            cause = (
                f"the lowest {kind} of {data.areas[a]} for {labels[e]} in {data.years[t]} is {lower[a, e, t]:g}, "
                f"above the highest, {upper[a, e, t]:g} ({len(cells)} such cells)"
            )
            return NoSettlementError(cause, f"change the floor, ceiling or lock of the {kind}")
    return None


def _parts(formulation: Formulation, conflict: Conflict) -> list[Part]:
    """Group the terms of a certificate by rule and year, scaled so that the largest multiplier of a pot is 1."""
    programme = formulation.programme
    rows = np.flatnonzero(conflict.row_multiplier)
    columns = np.flatnonzero(conflict.column_multiplier)
    pots = conflict.row_multiplier[programme.rows(POT)]
    unit = float(np.abs(pots).max(initial=0.0)) or float(np.abs(conflict.row_multiplier).max())
    terms_of: dict[tuple[str, str], list[float]] = {}
    for i in rows:
        y = conflict.row_multiplier[i]
        family = programme.row_family(int(i))
        family_name = {"grant": "bids", "target": "proposed targets"}.get(family.name, family.name)
        if "where" in family.keys or family.name == EXTRA:
            family_name = " of ".join(str(labels[int(i) - family.start]) for labels in family.keys.values())
        bound = programme.row_lower[i] if y > 0 else programme.row_upper[i]
        year = str(family.keys["year"][int(i) - family.start]) if "year" in family.keys else ""
        terms_of.setdefault((family_name, year), []).append(float(y / unit * bound))
    for j in columns:
        r = conflict.column_multiplier[j]
        name, year = _column_rule(formulation, int(j), lower=bool(r > 0))
        bound = programme.column_lower[j] if r > 0 else programme.column_upper[j]
        terms_of.setdefault((name, year), []).append(float(r / unit * bound))
    return [Part(rule, year, sum(terms), len(terms)) for (rule, year), terms in terms_of.items()]


def _column_rule(formulation: Formulation, column: int, *, lower: bool) -> tuple[str, str]:
    """Name the rule that sets a column's bound, and its year."""
    programme, rules = formulation.programme, formulation.rules
    label = programme.column_label(column)
    name, _, inside = label.rstrip("]").partition("[")
    if name not in ("grant", "target"):
        return {"take_up": "max_take_up"}.get(name, name), ""
    year = inside.rpartition(",")[2]
    table = formulation.model.grant if name == "grant" else formulation.model.target
    cell = tuple(np.argwhere(table == column)[0])
    bounds = bounds_of(name)
    for rule in (bounds.get("lock"), bounds.get("floor" if lower else "ceiling")):
        if rule is not None and rules[rule.name].binds[cell]:
            return rule.name, year
    return "bids" if name == "grant" else "proposed targets", year


def _say_money(formulation: Formulation, parts: list[Part]) -> tuple[str, str] | None:
    """Write cause and remedy where floors and locks alone ask for more than the pots."""
    kinds = {part.rule for part in parts if part.amount != 0}
    if not (kinds <= MONEY_RULES and POT in kinds):
        return None
    money = partial(_money, formulation)
    demands = [part for part in parts if part.amount > 0]
    excess = sum(part.amount for part in parts)
    asked = sum(part.amount for part in demands)
    names = " and ".join(sorted({part.rule.replace("grant_", "") + "s" for part in demands}))
    years = sorted({part.year for part in parts if part.year})
    cause = f"{names} add up to {money(asked)} in {' and '.join(years)}, {money(excess)} above the pot"
    return cause, f"lower them or raise the pot by {money(excess)}"


def _short_pots(formulation: Formulation) -> NoSettlementError | None:
    """Compare the lowest grants of each year and envelope with all that its pot could ever hold."""
    data, rules = formulation.data, formulation.rules
    lowest = grant_bounds(data, rules)[0].sum(axis=0)
    carry = np.nan_to_num(rules["carry_over"].value)
    vire = np.nan_to_num(rules["virement"].value)
    most = data.pot + vire.sum(axis=0) - vire
    most[:, 1:] += carry[:, :-1]
    short = np.argwhere(lowest > most * (1 + 1e-12))
    if not len(short):
        return None
    money = partial(_money, formulation)
    causes = []
    for e, t in short:
        of = f" of {data.envelopes[e]}" if len(data.envelopes) > 1 else ""
        what = "the pot" if most[e, t] == data.pot[e, t] else "the pot and what can move into it"
        sums = f"floors{of} add up to {money(lowest[e, t])} in {data.years[t]}"
        causes.append(f"{sums}, {money(lowest[e, t] - most[e, t])} above {what}")
    total = money(float(np.maximum(lowest - most, 0.0).sum()))
    rule = bounds_of("grant")["floor"].name
    floor = formulation.scenario.settings.rules.get(rule)
    if floor is None or len(formulation.scenario.tables["rules"]):
        return NoSettlementError("; ".join(causes), f"lower the floors or raise the pot by {total}")
    share = min(float(most[e, t] / lowest[e, t]) for e, t in short)
    lowered = np.floor(floor * share * 1000) / 1000
    return NoSettlementError("; ".join(causes), f"lower {rule} to {lowered:g} or raise the pot by {total}")


def _money(formulation: Formulation, amount: float) -> str:
    return spoken(amount, formulation.scenario.settings.money)
