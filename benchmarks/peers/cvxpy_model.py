"""The model in cvxpy: vectors, sparse matrices of who changes what, convex functions for shortfall and bands."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pandas as pd
from scipy import sparse

from .prepared import Prepared, label
from .solving import HIGHS_OPTIONS, HIGHS_TRIES, Clock, factor, hold_at

MONEY = ["area", "envelope", "year"]
OUTCOME = ["area", "objective", "year"]


def stages(data: Prepared, clock: Clock) -> dict[str, float]:
    """Settle stage by stage; an earlier stage is a constraint of the later ones."""
    with clock("build"):
        model = Model(data)
    optima: dict[str, float] = {}
    for stage, priority in data.order:
        name = label(stage, priority)
        with clock(name):
            enlarged = factor(data, stage) * model.expression(stage, priority)
            if enlarged.is_constant():
                optima[name] = float(enlarged.value) / factor(data, stage)
                continue
            optima[name] = minimise(enlarged, model.constraints) / factor(data, stage)
            model.constraints.append(enlarged <= hold_at(optima[name], data, name))
    return optima


class Model:
    """Variables and constraints before any stage."""

    def __init__(self, data: Prepared) -> None:
        self.data = data
        self.constraints: list[cp.Constraint] = []
        self._options()
        self._grants()
        self._targets()
        self._pots()

    def _options(self) -> None:
        """Take-ups, links to what is scaled back, groups, joint schemes, requirements, own costs."""
        moves = self.data.moves.table
        count = len(moves)
        most = moves["most"].to_numpy()
        self.s = cp.Variable(count, bounds=[moves["low"].to_numpy(), moves["high"].to_numpy()])
        share = cp.multiply(1 / most, self.s)
        backs, options = moves[moves["is_scale_back"]], moves[~moves["is_scale_back"]]
        linked = options[options["area"].isin(backs["area"])]
        if len(linked):
            areas = pd.Index(backs["area"].unique())
            gone = matrix(areas.get_indexer(backs["area"]), backs.index, backs["share"], (len(areas), count))
            left = (1 - linked["used"]).to_numpy()
            gone = cp.multiply(left, (gone @ self.s)[areas.get_indexer(linked["area"])])
            self._add(share[linked.index] + gone <= left)
        grouped = options[options["group"] != ""]
        if len(grouped):
            group = grouped.groupby(["area", "group"]).ngroup().to_numpy()
            together = matrix(group, grouped.index, np.ones(len(grouped)), (group.max() + 1, count))
            self._add(together @ share <= 1 - together @ moves["used"].to_numpy())
        joint = options[options["scheme"] != ""]
        if len(joint):
            first = joint["scheme"].map({name: parts.index[0] for name, parts in joint.groupby("scheme")})
            self._add(share[joint.index] == share[first.to_numpy(dtype=int)])
        requires = self.data.moves.requires
        if len(requires):
            so_far = share + moves["used"].to_numpy()
            self._add(so_far[requires["move"].to_numpy()] <= so_far[requires["required"].to_numpy()])
        areas = pd.Index(self.data.burdens["area"])
        at = areas.get_indexer(moves["area"])
        self.own_cost = matrix(at, moves.index, moves["own_cost"], (len(areas), count)) @ self.s
        ceiling = self.data.own_cost_ceiling
        if len(ceiling):
            self._add(self.own_cost[areas.get_indexer(ceiling.index)] <= ceiling.to_numpy())

    def _add(self, constraint: cp.Constraint) -> None:
        self.constraints.append(constraint)

    def _changes(self, table: pd.DataFrame, cells: pd.MultiIndex, names: list[str]) -> sparse.csr_array:
        """Matrix of cells × moves: what take-up 1 of each move changes."""
        row = cells.get_indexer(pd.MultiIndex.from_frame(table[names]))
        return matrix(row, table["move"], table["change"], (len(cells), len(self.data.moves.table)))

    def _within(self, expression: cp.Expression, low: np.ndarray, high: np.ndarray) -> None:
        """Keep an expression between limits where they are finite."""
        for bound, sign in ((low, 1), (high, -1)):
            at = np.flatnonzero(np.isfinite(bound))
            if len(at):
                self._add(sign * expression[at] >= sign * bound[at])

    def _grants(self) -> None:
        data, grants = self.data, self.data.grants
        cells = pd.MultiIndex.from_frame(grants[MONEY])
        self.bid = grants["bid"].to_numpy()
        self.change = self._changes(data.moves.grant, cells, MONEY) @ self.s
        self.grant = self.bid + self.change
        self._within(self.grant, grants["low"].to_numpy(), grants["high"].to_numpy())
        if len(data.steps):
            now = cells.get_indexer(pd.MultiIndex.from_frame(data.steps[MONEY]))
            before = cells.get_indexer(pd.MultiIndex.from_frame(data.steps[["area", "envelope", "before"]]))
            self._add(cp.abs(self.change[now] - self.change[before]) <= data.steps["step"].to_numpy())
        for share, is_floor, limit in data.pot_shares:
            at = cells.get_indexer(pd.MultiIndex.from_frame(share))
            total = cp.sum(self.grant[at[at >= 0]])
            self._add(total >= limit if is_floor else total <= limit)
        if data.sums:
            row = np.repeat(np.arange(len(data.sums)), [len(limit.move) for limit in data.sums])
            moves, changes = (
                np.concatenate([getattr(limit, name) for limit in data.sums]) for name in ("move", "change")
            )
            total = matrix(row, moves, changes, (len(data.sums), len(data.moves.table))) @ self.s
            self._within(total, *(np.asarray([getattr(limit, end) for limit in data.sums]) for end in ("low", "high")))

    def _targets(self) -> None:
        data, targets = self.data, self.data.targets
        if targets.empty:
            return
        cells = pd.MultiIndex.from_frame(targets[OUTCOME])
        self.proposed = targets["proposed"].to_numpy()
        outcome = data.moves.outcome
        self.target = self.proposed + self._changes(outcome, cells, OUTCOME) @ self.s
        self._within(self.target, targets["low"].to_numpy(), targets["high"].to_numpy())
        raising = self._changes(outcome[outcome["meant"] & (outcome["change"] > 0)], cells, OUTCOME)
        at = np.flatnonzero((np.diff(raising.indptr) > 0) & np.isfinite(targets["ceiling"]))
        if len(at):
            self._add(self.proposed[at] + raising[at] @ self.s <= targets["ceiling"].to_numpy()[at])

    def _pots(self) -> None:
        """No year spends more of an envelope than its pot and what moves into it."""
        data, pot = self.data, self.data.pot
        places = pd.MultiIndex.from_frame(pot[["envelope", "year"]])
        at = places.get_indexer(pd.MultiIndex.from_frame(data.grants[["envelope", "year"]]))
        spending = matrix(at, np.arange(len(at)), np.ones(len(at)), (len(pot), len(at))) @ self.grant
        for leaving, arriving, most in (self._carried(places), self._vired(places)):
            if not len(leaving):
                continue
            moved = cp.Variable(len(leaving), nonneg=True)
            ones, shape = np.ones(len(leaving)), (len(pot), len(leaving))
            out = matrix(leaving, np.arange(len(leaving)), ones, shape) @ moved
            self._add(out <= most)
            spending = spending + out - matrix(arriving, np.arange(len(leaving)), ones, shape) @ moved
        self._add(spending <= pot["amount"].to_numpy())

    def _carried(self, places: pd.MultiIndex) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places that money leaves and arrives at in the next year, and how much may leave each place."""
        pot = self.data.pot
        leaving = np.flatnonzero(pot["carry"] > 0)
        following = dict(zip(self.data.years, self.data.years[1:], strict=False))
        arriving = [(row.envelope, following[row.year]) for row in pot.iloc[leaving].itertuples()]
        return leaving, _positions(places, arriving), pot["carry"].to_numpy()

    def _vired(self, places: pd.MultiIndex) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places that money leaves and arrives at in other envelopes, and how much may leave each place."""
        pot = self.data.pot
        open_ = pot[pot["vire"] > 0].reset_index(names="place")
        pairs = open_.merge(pot[pot["open"]][["envelope", "year"]], on="year", suffixes=("", "_into"))
        pairs = pairs[pairs["envelope"] != pairs["envelope_into"]]
        arriving = list(zip(pairs["envelope_into"], pairs["year"], strict=True))
        return pairs["place"].to_numpy(), _positions(places, arriving), pot["vire"].to_numpy()

    def missed(self, rows: pd.DataFrame) -> cp.Expression:
        """What is missed of national targets, as shares."""
        targets, years = self.data.targets, self.data.years
        year = targets["year"].map(years.index).to_numpy()
        counted = [
            (targets["objective"] == row.objective).to_numpy() & (row.first <= year) & (year <= row.last)
            for row in rows.itertuples()
        ]
        base = rows["base"].to_numpy()
        wanted = rows["target"].to_numpy() / base
        return cp.pos(wanted - sparse.csr_array(np.asarray(counted) / base[:, None]) @ self.target)

    def given(self) -> cp.Expression:
        """What each area gives up of each objective, as a mean share over the years."""
        data = self.data
        pairs = pd.MultiIndex.from_frame(data.concessions[["area", "objective"]])
        cells = pd.MultiIndex.from_frame(data.targets[OUTCOME])
        at = cells.get_indexer(pd.MultiIndex.from_frame(data.given_up[OUTCOME]))
        pair = pairs.get_indexer(pd.MultiIndex.from_frame(data.given_up[["area", "objective"]]))
        mean = matrix(pair, np.arange(len(at)), 1 / data.concessions["years"].to_numpy()[pair], (len(pairs), len(at)))
        return mean @ cp.pos(1 - cp.multiply(1 / self.proposed[at], self.target[at]))

    def burden(self, areas: pd.DataFrame) -> cp.Expression:
        """Grant below the bid and own costs, as a share of each area's bid."""
        grants = self.data.grants
        index = pd.Index(areas["area"])
        at = np.flatnonzero(grants["bid"] > 0)
        of_area = index.get_indexer(grants["area"].iloc[at])
        lost = matrix(of_area, np.arange(len(at)), np.ones(len(at)), (len(areas), len(at))) @ cp.pos(-self.change[at])
        return cp.multiply(1 / areas["bid"].to_numpy(), lost + self.own_cost[areas.index.to_numpy()])

    def phi(self, share: cp.Expression) -> cp.Expression:
        """The convex function that weighs shares: the largest of its straight pieces."""
        pieces, value = [], 0.0
        for start, before, slope in zip(
            [0.0, *self.data.ends], [0.0, *self.data.slopes], self.data.slopes, strict=False
        ):
            value += (before - slope) * start
            pieces.append(slope * share + value)
        return cp.maximum(*pieces) if len(pieces) > 1 else pieces[0]

    def expression(self, stage: str, priority: int | None) -> cp.Expression:
        """What a stage minimises."""
        data = self.data
        rows = data.national[data.national["priority"] == priority]
        weights = data.shortfall_weights(priority)
        concessions = data.concessions
        if stage == "shortfall.largest" and len(rows):
            return cp.max(self.missed(rows))
        if stage == "shortfall.total" and len(weights):
            return weights.to_numpy() @ self.missed(rows)
        if stage == "concession.largest" and len(concessions):
            return cp.max(self.given())
        if stage == "concession.total" and len(concessions):
            return concessions["weight"].to_numpy() @ self.phi(self.given())
        if stage == "burden":
            bidding, others = data.burdens[data.burdens["bid"] > 0], data.burdens[data.burdens["bid"] <= 0]
            weight = (bidding["equity"] * bidding["bid"]).to_numpy()
            total = weight @ self.phi(self.burden(bidding)) if len(bidding) else cp.Constant(0.0)
            return (
                total + others["equity"].to_numpy() @ self.own_cost[others.index.to_numpy()] if len(others) else total
            )
        if stage == "cost":
            return cp.sum(self.grant)
        return cp.Constant(0.0)


def _positions(places: pd.MultiIndex, wanted: list[tuple[str, str]]) -> np.ndarray:
    return places.get_indexer(pd.MultiIndex.from_tuples(wanted, names=places.names)) if wanted else np.zeros(0, int)


def matrix(row: object, column: object, value: object, shape: tuple[int, int]) -> sparse.csr_array:
    """Sparse matrix of these entries."""
    entries = (np.asarray(value, dtype=float), (np.asarray(row), np.asarray(column)))
    return sparse.csr_array(sparse.coo_array(entries, shape=shape))


def minimise(expression: cp.Expression, constraints: list[cp.Constraint]) -> float:
    """Return the optimum of an expression."""
    problem = cp.Problem(cp.Minimize(expression), constraints)
    for method in HIGHS_TRIES:
        problem.solve(solver=cp.HIGHS, highs_options={**method, "threads": 1, **HIGHS_OPTIONS})
        if problem.status == cp.OPTIMAL:
            return float(expression.value)
    raise RuntimeError(f"cvxpy: {problem.status}")
