"""The model in Pyomo, solved by its current interface to HiGHS: sets, indexed variables, rules."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.contrib.solver.solvers.highs import Highs

from .prepared import Prepared, label
from .solving import HIGHS_OPTIONS, HIGHS_TRIES, Clock, factor, hold_at


def stages(data: Prepared, clock: Clock) -> dict[str, float]:
    """Settle stage by stage; an earlier stage is a constraint of the later ones."""
    with clock("build"):
        model = build(data)
    solver = Highs()  # it remembers the model, and hands over what has changed since the last stage
    optima: dict[str, float] = {}
    for stage, priority in data.order:
        name = label(stage, priority)
        with clock(name):
            expression = stage_expression(model, data, stage, priority)
            if not is_variable(expression):
                optima[name] = pyo.value(expression)
                continue
            enlarged = factor(data, stage) * expression
            optima[name] = minimise(model, solver, enlarged) / factor(data, stage)
            model.held.add(enlarged <= hold_at(optima[name], data, name))
    return optima


def build(data: Prepared) -> pyo.ConcreteModel:
    """Variables and constraints before any stage."""
    model = pyo.ConcreteModel()
    options(model, data)
    grants(model, data)
    targets(model, data)
    pots(model, data)
    shortfall(model, data)
    concession(model, data)
    burden(model, data)
    model.held = pyo.ConstraintList()
    return model


def options(model: Any, data: Prepared) -> None:
    """Take-ups, links to what is scaled back, groups, joint schemes, requirements, own costs."""
    moves = data.moves.table
    most, area_of, part = moves["most"].to_dict(), moves["area"].to_dict(), moves["share"].to_dict()
    model.MOVES = pyo.Set(initialize=list(moves.index))
    low, high, used = moves["low"].to_dict(), moves["high"].to_dict(), moves["used"].to_dict()
    model.take_up = pyo.Var(model.MOVES, bounds=lambda m, j: (low[j], high[j]))
    backs = {area: list(group.index) for area, group in moves[moves["is_scale_back"]].groupby("area")}
    options = moves[~moves["is_scale_back"]]
    model.LINKED = pyo.Set(initialize=[j for j in options.index if area_of[j] in backs])
    groups = {key: list(group.index) for key, group in options[options["group"] != ""].groupby(["area", "group"])}
    schemes = {name: list(parts.index) for name, parts in options[options["scheme"] != ""].groupby("scheme")}
    pairs = [(parts[0], j) for parts in schemes.values() for j in parts[1:]]
    requires = list(data.moves.requires.itertuples(index=False, name=None))
    costly = moves[moves["own_cost"] > 0]
    costs = {area: list(group["own_cost"].items()) for area, group in costly.groupby("area")}

    @model.Expression(backs.keys())
    def gone(m: Any, a: str) -> Any:
        return pyo.quicksum(part[i] * m.take_up[i] for i in backs[a])

    @model.Constraint(model.LINKED)
    def link(m: Any, j: int) -> Any:
        return m.take_up[j] / most[j] + (1 - used[j]) * m.gone[area_of[j]] <= 1 - used[j]

    @model.Constraint(groups.keys())
    def group(m: Any, *key: str) -> Any:
        return pyo.quicksum(m.take_up[j] / most[j] + used[j] for j in groups[key]) <= 1

    @model.Constraint(range(len(pairs)))
    def scheme(m: Any, i: int) -> Any:
        first, j = pairs[i]
        return m.take_up[j] / most[j] == m.take_up[first] / most[first]

    @model.Constraint(range(len(requires)))
    def requirement(m: Any, i: int) -> Any:
        j, required = requires[i]
        return m.take_up[j] / most[j] + used[j] <= m.take_up[required] / most[required] + used[required]

    @model.Expression(costs.keys())
    def own_cost(m: Any, a: str) -> Any:
        return pyo.quicksum(cost * m.take_up[j] for j, cost in costs[a])

    @model.Constraint([a for a in data.own_cost_ceiling.index if a in costs])
    def own_cost_ceiling(m: Any, a: str) -> Any:
        return m.own_cost[a] <= data.own_cost_ceiling[a]


def changes(table: Any, kind: str) -> dict[tuple[str, str, str], list[tuple[int, float]]]:
    """What the moves change, by cell: pairs of move and change at take-up 1."""
    terms = defaultdict(list)
    for move, *cell, change in table[["move", "area", kind, "year", "change"]].itertuples(index=False, name=None):
        terms[tuple(cell)].append((move, change))
    return terms


def grants(model: Any, data: Prepared) -> None:
    """Grants within their limits, steps, shares of the pot."""
    cells = data.grants.set_index(["area", "envelope", "year"])
    bid, low, high = (cells[name].to_dict() for name in ("bid", "low", "high"))
    terms = changes(data.moves.grant, "envelope")
    steps = {row[:3]: row[3:] for row in data.steps.itertuples(index=False, name=None)}
    model.MONEY = pyo.Set(dimen=3, initialize=list(bid))
    model.grant = pyo.Var(model.MONEY, bounds=lambda m, *cell: (low[cell], high[cell]))

    @model.Constraint(model.MONEY)
    def granted(m: Any, *cell: str) -> Any:
        return m.grant[cell] == bid[cell] + pyo.quicksum(change * m.take_up[j] for j, change in terms[cell])

    @model.Constraint(steps.keys())
    def grant_step(m: Any, a: str, e: str, t: str) -> Any:
        before, step = steps[a, e, t]
        change = (m.grant[a, e, t] - bid[a, e, t]) - (m.grant[a, e, before] - bid[a, e, before])
        return pyo.inequality(-step, change, step)

    model.pot_share = pyo.ConstraintList()
    for share, is_floor, limit in data.pot_shares:
        keys = share.itertuples(index=False, name=None)
        total = pyo.quicksum(model.grant[cell] for cell in keys if cell in bid)
        if is_variable(total):
            model.pot_share.add(total >= limit if is_floor else total <= limit)
    model.together = pyo.ConstraintList()
    for limit in data.sums:
        if len(limit.move):
            total = pyo.quicksum(
                change * model.take_up[int(j)] for j, change in zip(limit.move, limit.change, strict=True)
            )
            low, high = (None if np.isinf(end) else end for end in (limit.low, limit.high))
            model.together.add(pyo.inequality(low, total, high))


def targets(model: Any, data: Prepared) -> None:
    """Agreed targets above their floors, and what areas are asked for below its ceiling."""
    cells = data.targets.set_index(["area", "objective", "year"])
    proposed, low, high, ceiling = (cells[name].to_dict() for name in ("proposed", "low", "high", "ceiling"))
    outcome = data.moves.outcome
    terms = changes(outcome, "objective")
    raising = changes(outcome[outcome["meant"] & (outcome["change"] > 0)], "objective")
    model.OUTCOME = pyo.Set(dimen=3, initialize=list(proposed))
    model.target = pyo.Var(model.OUTCOME, bounds=lambda m, *cell: (low[cell], high[cell]))

    @model.Constraint(model.OUTCOME)
    def agreed(m: Any, *cell: str) -> Any:
        return m.target[cell] == proposed[cell] + pyo.quicksum(change * m.take_up[j] for j, change in terms[cell])

    @model.Constraint([cell for cell in raising if ceiling[cell] < float("inf")])
    def target_ceiling(m: Any, *cell: str) -> Any:
        return proposed[cell] + pyo.quicksum(change * m.take_up[j] for j, change in raising[cell]) <= ceiling[cell]


def pots(model: Any, data: Prepared) -> None:
    """No year spends more of an envelope than its pot and what moves into it."""
    pot = data.pot.set_index(["envelope", "year"])
    amount, most_carried, most_vired = (pot[name].to_dict() for name in ("amount", "carry", "vire"))
    before = dict(zip(data.years[1:], data.years, strict=False))
    named = set(pot.index[pot["open"]])
    into = sorted({e for e, _ in named})
    by_place = defaultdict(list)
    for a, e, t in model.MONEY:
        by_place[e, t].append(model.grant[a, e, t])
    model.CARRY = pyo.Set(dimen=2, initialize=[position for position, most in most_carried.items() if most > 0])
    model.VIRE = pyo.Set(
        dimen=3,
        initialize=[
            (e, i, t) for (e, t), most in most_vired.items() for i in into if most > 0 and i != e and (i, t) in named
        ],
    )
    model.carry = pyo.Var(model.CARRY, bounds=lambda m, e, t: (0, most_carried[e, t]))
    model.vire = pyo.Var(model.VIRE, within=pyo.NonNegativeReals)

    @model.Constraint(amount.keys())
    def within_pot(m: Any, e: str, t: str) -> Any:
        leaving = pyo.quicksum(m.vire[e, i, t] for i in into if (e, i, t) in m.VIRE)
        arriving = pyo.quicksum(m.vire[i, e, t] for i in into if (i, e, t) in m.VIRE)
        carried_out = m.carry[e, t] if (e, t) in m.CARRY else 0
        carried_in = m.carry[e, before[t]] if t in before and (e, before[t]) in m.CARRY else 0
        spent = pyo.quicksum(by_place[e, t]) + carried_out + leaving - carried_in - arriving
        return spent <= amount[e, t] if is_variable(spent) else pyo.Constraint.Skip

    @model.Constraint(sorted({(e, t) for e, _, t in model.VIRE}))
    def virement(m: Any, e: str, t: str) -> Any:
        return pyo.quicksum(m.vire[e, i, t] for i in into if (e, i, t) in m.VIRE) <= most_vired[e, t]


def shortfall(model: Any, data: Prepared) -> None:
    """What is missed of each national target, as a share of it."""
    rows = {row.Index: row for row in data.national.itertuples()}
    model.missed = pyo.Var(rows.keys(), within=pyo.NonNegativeReals)
    model.largest_missed = pyo.Var(sorted({row.priority for row in rows.values()}), within=pyo.NonNegativeReals)
    yearly = defaultdict(list)
    for a, k, t in model.OUTCOME:
        yearly[k, t].append(model.target[a, k, t])

    @model.Constraint(rows.keys())
    def national(m: Any, r: int) -> Any:
        span = data.years[rows[r].first : rows[r].last + 1]
        reached = pyo.quicksum(y for t in span for y in yearly[rows[r].objective, t])
        return reached + rows[r].base * m.missed[r] >= rows[r].target

    @model.Constraint(rows.keys())
    def largest_shortfall(m: Any, r: int) -> Any:
        return m.missed[r] <= m.largest_missed[rows[r].priority]


def concession(model: Any, data: Prepared) -> None:
    """What an area gives up of an objective, as a mean share over the years, cut into bands."""
    years = data.concessions.set_index(["area", "objective"])["years"].to_dict()
    proposed = data.given_up.set_index(["area", "objective", "year"])["proposed"].to_dict()
    by_pair = defaultdict(list)
    for a, k, t in proposed:
        by_pair[a, k].append((a, k, t))
    model.PAIRS = pyo.Set(dimen=2, initialize=list(years))
    model.given = pyo.Var(proposed.keys(), within=pyo.NonNegativeReals)
    model.largest_given = pyo.Var(within=pyo.NonNegativeReals)
    model.given_band = pyo.Var(model.PAIRS, range(len(data.widths)), bounds=lambda m, a, k, i: (0, data.widths[i]))

    @model.Constraint(proposed.keys())
    def given_up(m: Any, *cell: str) -> Any:
        return proposed[cell] * m.given[cell] + m.target[cell] >= proposed[cell]

    @model.Expression(model.PAIRS)
    def concession_share(m: Any, *pair: str) -> Any:
        return pyo.quicksum(m.given[cell] for cell in by_pair[pair]) / years[pair]

    @model.Constraint(model.PAIRS)
    def largest_concession(m: Any, *pair: str) -> Any:
        return m.concession_share[pair] <= m.largest_given

    @model.Constraint(model.PAIRS)
    def concession_bands(m: Any, *pair: str) -> Any:
        return pyo.quicksum(m.given_band[(*pair, i)] for i in range(len(data.widths))) >= m.concession_share[pair]


def burden(model: Any, data: Prepared) -> None:
    """Grant below the bid and own costs, as a share of the area's bid, cut into bands."""
    bid = data.grants[data.grants["bid"] > 0].set_index(["area", "envelope", "year"])["bid"].to_dict()
    whole = data.burdens[data.burdens["bid"] > 0].set_index("area")["bid"].to_dict()
    by_area = defaultdict(list)
    for a, e, t in bid:
        by_area[a].append((a, e, t))
    model.BURDENED = pyo.Set(initialize=list(whole))
    model.lost = pyo.Var(bid.keys(), within=pyo.NonNegativeReals)
    model.lost_band = pyo.Var(model.BURDENED, range(len(data.widths)), bounds=lambda m, a, i: (0, data.widths[i]))

    @model.Constraint(bid.keys())
    def cut(m: Any, *cell: str) -> Any:
        return m.lost[cell] + m.grant[cell] >= bid[cell]

    @model.Constraint(model.BURDENED)
    def burden_bands(m: Any, a: str) -> Any:
        own_cost = m.own_cost[a] if a in m.own_cost else 0  # noqa: SIM401 (no dict)
        share = (pyo.quicksum(m.lost[cell] for cell in by_area[a]) + own_cost) / whole[a]
        return pyo.quicksum(m.lost_band[a, i] for i in range(len(data.widths))) >= share


def stage_expression(model: Any, data: Prepared, stage: str, priority: int | None) -> Any:
    """What a stage minimises."""
    bands = list(enumerate(data.slopes))
    if stage == "shortfall.largest":
        return model.largest_missed[priority] if priority in model.largest_missed else 0.0  # noqa: SIM401 (no dict)
    if stage == "shortfall.total":
        return pyo.quicksum(w * model.missed[r] for r, w in data.shortfall_weights(priority).items())
    if stage == "concession.largest":
        return model.largest_given if len(model.PAIRS) else 0.0
    if stage == "concession.total":
        weight = data.concessions.set_index(["area", "objective"])["weight"].items()
        return pyo.quicksum(w * slope * model.given_band[(*pair, i)] for pair, w in weight for i, slope in bands)
    if stage == "burden":
        banded = pyo.quicksum(
            row.equity * row.bid * slope * model.lost_band[row.area, i]
            for row in data.burdens.itertuples()
            if row.bid > 0
            for i, slope in bands
        )
        without_bid = data.burdens[data.burdens["bid"] <= 0].itertuples()
        return banded + pyo.quicksum(
            row.equity * model.own_cost[row.area] for row in without_bid if row.area in model.own_cost
        )
    return pyo.quicksum(model.grant.values())


def is_variable(expression: Any) -> bool:
    """Whether an expression holds a variable."""
    return not isinstance(expression, (int, float)) and expression.is_potentially_variable()


def minimise(model: Any, solver: Highs, expression: Any) -> float:
    """Return the optimum of an expression."""
    model.del_component("objective")
    model.objective = pyo.Objective(expr=expression)
    for method in HIGHS_TRIES:
        results = solver.solve(
            model,
            threads=1,
            solver_options={**method, **HIGHS_OPTIONS},
            load_solutions=False,
            raise_exception_on_nonoptimal_result=False,
        )
        if results.solution_loader.get_number_of_solutions():
            results.solution_loader.load_vars()
            return float(pyo.value(expression))
    raise RuntimeError(f"Pyomo: {results.termination_condition}")
