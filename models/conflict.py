"""If no settlement exists: which rules and years cannot hold together, with the sums that prove it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from singlepot.solver import Control, Halt, NoSettlement, NotProven, Stopped, ended_early
from singlepot.solver.conflicts import Conflict, find_conflict

from .formulation import Formulation
from .limits import grant_bounds, target_bounds

UNIT = {"GBP million": ("£", "m"), "GBP thousand": ("£", "k"), "GBP": ("£", "")}
"""How an amount of a scenario's money is written."""


@dataclass(frozen=True)
class Part:
    """One rule in one year (or all) within a proof: how much it demands or allows, and of how many cells."""

    rule: str
    year: str
    amount: float
    cells: int


def explain_conflict(formulation: Formulation, control: Control) -> NoSettlement | NotProven | Stopped:
    """Find the rules that clash and say so in a sentence with amounts."""
    crossed = _crossed(formulation)
    if crossed is not None:
        return crossed
    programme = formulation.programme
    preferred = np.zeros(programme.shape[0], dtype=bool)
    preferred[programme.rows("pot")] = True
    try:
        conflict = find_conflict(programme, preferred, control)
    except Halt as halt:
        return ended_early(halt, ())
    parts = _parts(formulation, conflict)
    return NoSettlement(*_say(formulation, parts, conflict))


def _crossed(formulation: Formulation) -> NoSettlement | None:
    """Report cells whose own limits leave no room."""
    data = formulation.data
    for kind, (lower, upper), labels in (
        ("grant", grant_bounds(data, formulation.rules), data.envelopes),
        ("target", target_bounds(data, formulation.rules), data.objectives),
    ):
        cells = np.argwhere(lower > upper * (1 + 1e-12))
        if len(cells):
            a, e, t = cells[0]
            said = (
                f"the lowest {kind} of {data.areas[a]} for {labels[e]} in {data.years[t]} is {lower[a, e, t]:g}, "
                f"above the highest, {upper[a, e, t]:g} ({len(cells)} such cells)"
            )
            return NoSettlement(said, f"change the floor, ceiling or lock of the {kind}")
    return None


def _parts(formulation: Formulation, conflict: Conflict) -> list[Part]:
    """Group the terms of a proof by rule and year, in units of the row that weighs most among the pots."""
    programme = formulation.programme
    rows = np.flatnonzero(conflict.row_multiplier)
    columns = np.flatnonzero(conflict.column_multiplier)
    pots = conflict.row_multiplier[programme.rows("pot")]
    unit = float(np.abs(pots).max(initial=0.0)) or float(np.abs(conflict.row_multiplier).max())
    found: dict[tuple[str, str], list[float]] = {}
    for i in rows:
        y = conflict.row_multiplier[i]
        family = programme.row_family(int(i))
        if family.name in ("grant", "target"):
            family_name = f"{'bids' if family.name == 'grant' else 'proposed targets'}"
        else:
            family_name = family.name
        bound = programme.row_lower[i] if y > 0 else programme.row_upper[i]
        year = str(family.keys["year"][int(i) - family.start]) if "year" in family.keys else ""
        found.setdefault((family_name, year), []).append(float(y / unit * bound))
    for j in columns:
        r = conflict.column_multiplier[j]
        name, year = _column_rule(formulation, int(j), lower=bool(r > 0))
        bound = programme.column_lower[j] if r > 0 else programme.column_upper[j]
        found.setdefault((name, year), []).append(float(r / unit * bound))
    return [Part(rule, year, sum(terms), len(terms)) for (rule, year), terms in found.items()]


def _column_rule(formulation: Formulation, column: int, *, lower: bool) -> tuple[str, str]:
    """Name the rule behind a column's bound."""
    programme, rules = formulation.programme, formulation.rules
    label = programme.column_label(column)
    name, _, inside = label.rstrip("]").partition("[")
    if name not in ("grant", "target"):
        return {"take_up": "max_take_up"}.get(name, name), ""
    year = inside.rpartition(",")[2]
    table = formulation.model.grant if name == "grant" else formulation.model.target
    cell = tuple(np.argwhere(table == column)[0])
    lock = rules.grant_lock if name == "grant" else rules.target_lock
    if not np.isnan(lock.value[cell]):
        return f"{name}_lock", year
    return f"{name}_{'floor' if lower else 'ceiling'}", year


def _say(formulation: Formulation, parts: list[Part], conflict: Conflict) -> tuple[str, str]:
    """Write cause and remedy."""
    before, after = UNIT[formulation.scenario.settings.money]

    def money(amount: float) -> str:
        return f"{before}{amount:,.1f}{after}" if after else f"{before}{amount:,.0f}"

    demands = [p for p in parts if p.amount > 0]
    allows = [p for p in parts if p.amount < 0]
    excess = sum(p.amount for p in parts)
    years = sorted({p.year for p in parts if p.year})
    when = f" in {' and '.join(years)}" if years else ""
    kinds = {p.rule for p in parts if p.amount != 0}
    if kinds <= {"grant_floor", "grant_lock", "pot", "carry_over", "virement"} and "pot" in kinds:
        asked = sum(p.amount for p in demands)
        names = " and ".join(sorted({p.rule.replace("grant_", "") + "s" for p in demands}))
        cause = f"{names} add up to {money(asked)}{when}, {money(excess)} above the pot"
        return cause, _floor_remedy(formulation, asked, excess, money(excess), {p.rule for p in demands})
    listed = [f"{p.rule}{f' {p.year}' if p.year else ''} ({p.cells} cells)" for p in [*demands, *allows]]
    extra = sorted({p.rule for p in parts if p.amount == 0})
    also = f", with {', '.join(extra)}" if extra else ""
    asks = f"{sum(p.amount for p in demands):,.6g} demanded, {-sum(p.amount for p in allows):,.6g} allowed"
    cause = f"these cannot hold together: {'; '.join(listed)}{also}: {asks}"
    return cause, "relax one of the rules named, or raise the pot"


def _floor_remedy(formulation: Formulation, asked: float, excess: float, said: str, rules: set[str]) -> str:
    floor = formulation.scenario.settings.rules.get("grant_floor")
    if floor is None or rules != {"grant_floor"} or formulation.scenario.filled("rules").size:
        return f"lower them or raise the pot by {said}"
    lowered = np.floor(floor * (asked - excess) / asked * 1000) / 1000
    return f"lower grant_floor to {lowered:g} or raise the pot by {said}"
