"""The model in PuLP, solved by HiGHS or CBC: dictionaries of variables, ``lpSum``, one ``LpProblem``."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pulp

from .prepared import Prepared, label
from .solving import HIGHS_OPTIONS, HIGHS_TRIES, SLACK, Clock, factor, hold_at

SLACK_OF = {"highs": SLACK, "cbc": 1e-5}
"""CBC's answers come back through a text file with eight digits, so that what it holds must be held loosely."""

OPTIMAL = 1
"""Status of an optimum, in PuLP 3 and 4."""


def stages(data: Prepared, clock: Clock, solver: str = "highs") -> dict[str, float]:
    """Settle stage by stage; an earlier stage is a constraint of the later ones."""
    with clock("build"):
        model = Model(data)
    optima: dict[str, float] = {}
    for stage, priority in data.order:
        name = label(stage, priority)
        expression = model.expression(stage, priority)
        with clock(name):
            optima[name] = model.minimise(expression, factor(data, stage), solver)
            model.problem += expression * factor(data, stage) <= hold_at(optima[name], data, name, SLACK_OF[solver])
    return optima


class Model:
    """Variables and constraints before any stage."""

    def __init__(self, data: Prepared) -> None:
        self.data = data
        self.problem = pulp.LpProblem("single_pot", pulp.LpMinimize)
        self._options()
        self._grants()
        self._targets()
        self._pots()
        self._shortfall()
        self._concession()
        self._burden()

    def _options(self) -> None:
        """Take-ups, links to what is scaled back, groups, joint schemes, requirements, own costs."""
        data, problem = self.data, self.problem
        moves = data.moves.table
        self.s = {
            j: self.problem.add_variable(f"take_up_{j}", low, high)
            for j, low, high in zip(moves.index, moves["low"], moves["high"], strict=True)
        }
        share = {j: self.s[j] * (1 / most) for j, most in zip(moves.index, moves["most"], strict=True)}
        gone = {
            area: pulp.lpSum(part * self.s[j] for j, part in zip(backs.index, backs["share"], strict=True))
            for area, backs in moves[moves["is_scale_back"]].groupby("area")
        }
        options = moves[~moves["is_scale_back"]]
        left = (1 - moves["used"]).to_dict()
        for j, area in zip(options.index, options["area"], strict=True):
            if area in gone:
                problem += share[j] + left[j] * gone[area] <= left[j]
        for _, members in options[options["group"] != ""].groupby(["area", "group"]):
            problem += pulp.lpSum(share[j] for j in members.index) <= 1 - members["used"].sum()
        for _, members in options[options["scheme"] != ""].groupby("scheme"):
            for j in members.index[1:]:
                problem += share[j] == share[members.index[0]]
        for j, required in zip(data.moves.requires["move"], data.moves.requires["required"], strict=True):
            problem += share[j] - left[j] <= share[required] - left[required]
        costly = moves[moves["own_cost"] > 0]
        self.own_cost = {
            area: pulp.lpSum(cost * self.s[j] for j, cost in zip(group.index, group["own_cost"], strict=True))
            for area, group in costly.groupby("area")
        }
        for area, ceiling in data.own_cost_ceiling.items():
            if area in self.own_cost:
                problem += self.own_cost[area] <= ceiling

    def _changes(self, table: Any, kind: str) -> dict[tuple[str, str, str], list[Any]]:
        """Terms of what the moves change, by cell."""
        terms = defaultdict(list)
        for row in table.itertuples(index=False):
            terms[row.area, getattr(row, kind), row.year].append(row.change * self.s[row.move])
        return terms

    def _grants(self) -> None:
        data, problem = self.data, self.problem
        changes = self._changes(data.moves.grant, "envelope")
        self.grant, bid = {}, {}
        for row in data.grants.itertuples():
            cell = (row.area, row.envelope, row.year)
            g = self.problem.add_variable(f"grant_{row.Index}", row.low, None if row.high == float("inf") else row.high)
            problem += g == row.bid + pulp.lpSum(changes[cell])
            self.grant[cell], bid[cell] = g, row.bid
        for row in data.steps.itertuples():
            now, before = (row.area, row.envelope, row.year), (row.area, row.envelope, row.before)
            change = (self.grant[now] - bid[now]) - (self.grant[before] - bid[before])
            problem += change <= row.step
            problem += change >= -row.step
        for cells, is_floor, limit in data.pot_shares:
            keys = cells.itertuples(index=False, name=None)
            total = pulp.lpSum(self.grant[cell] for cell in keys if cell in self.grant)
            problem += total >= limit if is_floor else total <= limit
        for limit in data.sums:
            total = pulp.lpSum(change * self.s[j] for j, change in zip(limit.move, limit.change, strict=True))
            if len(limit.move) and limit.low > -float("inf"):
                problem += total >= limit.low
            if len(limit.move) and limit.high < float("inf"):
                problem += total <= limit.high

    def _targets(self) -> None:
        data, problem = self.data, self.problem
        outcome = data.moves.outcome
        changes = self._changes(outcome, "objective")
        raising = self._changes(outcome[outcome["meant"] & (outcome["change"] > 0)], "objective")
        self.target = {}
        for row in data.targets.itertuples():
            cell = (row.area, row.objective, row.year)
            low = None if row.low == -float("inf") else row.low
            y = self.problem.add_variable(f"target_{row.Index}", low, None if row.high == float("inf") else row.high)
            problem += y == row.proposed + pulp.lpSum(changes[cell])
            self.target[cell] = y
            if row.ceiling < float("inf") and cell in raising:
                problem += row.proposed + pulp.lpSum(raising[cell]) <= row.ceiling

    def _pots(self) -> None:
        data, problem = self.data, self.problem
        places = {(row.envelope, row.year): row for row in data.pot.itertuples()}
        carry = {
            p: self.problem.add_variable(f"carry_{row.Index}", 0, row.carry)
            for p, row in places.items()
            if row.carry > 0
        }
        vire = {
            (e, into, t): self.problem.add_variable(f"vire_{row.Index}_{into}", 0)
            for (e, t), row in places.items()
            if row.vire > 0
            for into in data.pot["envelope"].unique()
            if into != e and (into, t) in places and places[into, t].open
        }
        spent = defaultdict(list)
        for (_, e, t), g in self.grant.items():
            spent[e, t].append(g)
        for (e, t), row in places.items():
            position = data.years.index(t)
            carried_in = carry.get((e, data.years[position - 1]), 0) if position else 0
            leaving = pulp.lpSum(v for (e1, _, t1), v in vire.items() if (e1, t1) == (e, t))
            arriving = pulp.lpSum(v for (_, e2, t1), v in vire.items() if (e2, t1) == (e, t))
            problem += pulp.lpSum(spent[e, t]) + carry.get((e, t), 0) + leaving <= row.amount + carried_in + arriving
            if row.vire > 0:
                problem += leaving <= row.vire

    def _shortfall(self) -> None:
        """What is missed of each national target, as a share of it."""
        data, problem = self.data, self.problem
        priorities = sorted(data.national["priority"].unique())
        self.largest_missed = {p: self.problem.add_variable(f"largest_missed_{p}", 0) for p in priorities}
        self.missed = {r: self.problem.add_variable(f"missed_{r}", 0) for r in data.national.index}
        yearly = defaultdict(list)
        for (_, objective, year), y in self.target.items():
            yearly[objective, year].append(y)
        for row in data.national.itertuples():
            reached = [y for year in data.years[row.first : row.last + 1] for y in yearly[row.objective, year]]
            problem += pulp.lpSum(reached) + row.base * self.missed[row.Index] >= row.target
            problem += self.missed[row.Index] <= self.largest_missed[row.priority]

    def _concession(self) -> None:
        """What an area gives up of an objective, as a mean share over the years, cut into bands."""
        data, problem = self.data, self.problem
        yearly = defaultdict(list)
        for row in data.given_up.itertuples():
            d = self.problem.add_variable(f"given_{row.Index}", 0)
            problem += row.proposed * d + self.target[row.area, row.objective, row.year] >= row.proposed
            yearly[row.area, row.objective].append(d)
        self.largest_given = self.problem.add_variable("largest_given", 0)
        self.given = []
        for row in data.concessions.itertuples():
            share = pulp.lpSum(yearly[row.area, row.objective]) * (1 / row.years)
            problem += share <= self.largest_given
            self.given.append(row.weight * self._banded(f"given_{row.Index}", share))

    def _burden(self) -> None:
        """Grant below the bid and own costs, as a share of the area's bid, cut into bands."""
        data, problem = self.data, self.problem
        lost = defaultdict(list)
        for row in data.grants[data.grants["bid"] > 0].itertuples():
            z = self.problem.add_variable(f"lost_{row.Index}", 0)
            problem += z + self.grant[row.area, row.envelope, row.year] >= row.bid
            lost[row.area].append(z)
        self.burden = []
        for row in data.burdens.itertuples():
            own_cost = self.own_cost.get(row.area, 0)
            if row.bid > 0:
                share = (pulp.lpSum(lost[row.area]) + own_cost) * (1 / row.bid)
                self.burden.append(row.equity * row.bid * self._banded(f"burden_{row.Index}", share))
            else:
                self.burden.append(row.equity * own_cost)

    def _banded(self, name: str, share: Any) -> Any:
        """φ of a share: the bands that cover it, each with its slope."""
        widths = [None if width == float("inf") else width for width in self.data.widths]
        bands = [self.problem.add_variable(f"{name}_band_{i}", 0, width) for i, width in enumerate(widths)]
        self.problem += pulp.lpSum(bands) >= share
        return pulp.lpSum(slope * band for slope, band in zip(self.data.slopes, bands, strict=True))

    def expression(self, stage: str, priority: int | None) -> Any:
        """What a stage minimises."""
        if stage == "shortfall.largest":
            return pulp.lpSum([self.largest_missed[priority]] if priority in self.largest_missed else [])
        if stage == "shortfall.total":
            return pulp.lpSum(w * self.missed[r] for r, w in self.data.shortfall_weights(priority).items())
        if stage == "concession.largest":
            return pulp.lpSum([self.largest_given] if self.given else [])
        parts = {"concession.total": self.given, "burden": self.burden, "cost": list(self.grant.values())}
        return pulp.lpSum(parts[stage])

    def minimise(self, expression: Any, enlarged: float, solver: str) -> float:
        """Return the optimum of a stage."""
        if not expression:
            return float(expression.constant)
        self.problem.setObjective(expression * enlarged)
        if solver == "cbc":
            cbc = getattr(pulp, "PULP_CBC_CMD", pulp.COIN_CMD)  # PuLP 3 brings CBC; 4 takes what is on the path
            tries = [cbc(msg=False, options=["primalT 1e-9", "dualT 1e-9"])]
        else:
            tries = [pulp.HiGHS(msg=False, threads=1, **method, **HIGHS_OPTIONS) for method in HIGHS_TRIES]
        for attempt in tries:
            answer = self.problem.solve(attempt)
            status = int(getattr(answer, "status", answer))  # PuLP 3 returns the number, 4 an object that holds it
            if status == OPTIMAL:
                return float(expression.value())
        raise RuntimeError(f"PuLP: status {status}")
