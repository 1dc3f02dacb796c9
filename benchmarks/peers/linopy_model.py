"""The model in linopy: variables over pandas indexes, sums by ``groupby``, one model for all stages."""

from __future__ import annotations

from typing import Any

import linopy
import numpy as np
import pandas as pd

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
            expression = model.expression(stage, priority)
            if expression is None:
                optima[name] = 0.0
                continue
            enlarged = factor(data, stage) * expression
            optima[name] = minimise(model.m, enlarged) / factor(data, stage)
            model.m.add_constraints(enlarged <= hold_at(optima[name], data, name), name=f"held {name}")
    return optima


def total(expression: Any, by: Any, dim: str) -> Any:
    """Sum an expression by group; groups are numbered, in a dimension of that name."""
    return expression.groupby(pd.Series(np.asarray(by), index=expression.indexes[dim_of(expression)], name=dim)).sum()


def dim_of(expression: Any) -> str:
    """Name of the one dimension of an expression, that of its terms aside."""
    return next(name for name in expression.dims if not str(name).startswith("_"))


class Model:
    """Variables and constraints before any stage; every set is a numbered index of rows of a table."""

    def __init__(self, data: Prepared) -> None:
        self.data = data
        self.m = linopy.Model()
        self._options()
        self._grants()
        self._targets()
        self._pots()
        self._shortfall()
        self._concession()
        self._burden()

    def _variable(self, name: str, count: int, low: Any = 0.0, high: Any = np.inf) -> Any:
        index = pd.RangeIndex(count, name=name)
        bounds = [pd.Series(np.broadcast_to(np.asarray(bound, float), count), index) for bound in (low, high)]
        return self.m.add_variables(*bounds, name=name)

    def _terms(self, variable: Any, at: Any, factor_of: Any, name: str) -> Any:
        """factor · variable for each row of a table: positions may repeat."""
        (dim,) = variable.dims
        chosen = variable.isel({dim: np.asarray(at, dtype=int)}).rename({dim: name})
        index = pd.RangeIndex(len(at), name=name)
        return pd.Series(np.asarray(factor_of, float), index) * chosen.assign_coords({name: index})

    def _require(self, name: str, left: Any, sign: str, right: Any) -> None:
        (dim,) = (d for d in left.dims if not str(d).startswith("_"))
        values = pd.Series(np.broadcast_to(np.asarray(right, float), left.sizes[dim]), left.indexes[dim])
        self.m.add_constraints(left, sign, values, name=name)

    def _options(self) -> None:
        """Take-ups, links to what is scaled back, groups, joint schemes, requirements, own costs."""
        moves, _m = self.data.moves.table, self.m
        self.s = self._variable("take_up", len(moves), moves["low"], moves["high"])
        backs, options = moves[moves["is_scale_back"]], moves[~moves["is_scale_back"]]
        linked = options[options["area"].isin(backs["area"])]
        if len(linked):
            gone = linked[["area"]].reset_index(names="move").reset_index(names="row")
            gone = gone.merge(backs[["area", "share"]].reset_index(names="back"), on="area")
            at = [*linked.index, *gone["back"]]
            left = (1 - linked["used"]).to_numpy()
            share = self._terms(self.s, at, [*(1 / linked["most"]), *(gone["share"] * left[gone["row"]])], "linking")
            self._require("link", total(share, [*range(len(linked)), *gone["row"]], "link"), "<=", left)
        grouped = options[options["group"] != ""]
        if len(grouped):
            share = self._terms(self.s, grouped.index, 1 / grouped["most"], "grouping")
            group = grouped.groupby(["area", "group"]).ngroup()
            left = 1 - grouped["used"].groupby(group).sum().to_numpy()
            self._require("group", total(share, group, "group"), "<=", left)
        joint = options[options["scheme"] != ""]
        joint = joint.assign(first=joint["scheme"].map({name: p.index[0] for name, p in joint.groupby("scheme")}))
        joint = joint[joint.index != joint["first"]]
        if len(joint):
            most, first = moves["most"].to_numpy(), joint["first"].to_numpy(dtype=int)
            share, other = (self._terms(self.s, at, 1 / most[at], "joint") for at in (joint.index.to_numpy(), first))
            self._require("scheme", share - other, "==", 0.0)
        requires = self.data.moves.requires
        if len(requires):
            most = moves["most"].to_numpy()
            share, needed = (self._terms(self.s, at, 1 / most[at], "requirement") for at in requires.to_numpy().T)
            before, needed_before = (moves["used"].to_numpy()[at] for at in requires.to_numpy().T)
            self._require("requirement", share - needed, "<=", needed_before - before)
        self.costly = moves[moves["own_cost"] > 0]
        limited = self.costly[self.costly["area"].isin(self.data.own_cost_ceiling.index)]
        if len(limited):
            areas = pd.Index(limited["area"].unique())
            cost = self._terms(self.s, limited.index, limited["own_cost"], "paying")
            paid = total(cost, areas.get_indexer(limited["area"]), "payer")
            self._require("own_cost", paid, "<=", self.data.own_cost_ceiling[areas])

    def _sums(self, name: str, table: pd.DataFrame, cells: pd.MultiIndex, start: Any, names: list[str]) -> None:
        """Start and what the moves change add up to each cell: variable - Σ change · take-up = start."""
        variable = self.m.variables[name]
        at = cells.get_indexer(pd.MultiIndex.from_frame(table[names]))
        both = np.concatenate([np.arange(len(cells)), at])
        changes = self._terms(self.s, table["move"], -table["change"], f"{name}_change")
        own = self._terms(variable, np.arange(len(cells)), np.ones(len(cells)), f"{name}_own")
        if not len(table):
            self._require(f"{name}_sum", own, "=", start)
            return
        terms = linopy.merge(
            [own.rename({f"{name}_own": "term"}), changes.rename({f"{name}_change": "term"})], dim="term"
        )
        terms = terms.assign_coords(term=pd.RangeIndex(len(both), name="term"))
        self._require(f"{name}_sum", total(terms, both, f"{name}_cell"), "=", start)

    def _grants(self) -> None:
        data, grants = self.data, self.data.grants
        self.g = self._variable("grant", len(grants), grants["low"], grants["high"])
        cells = pd.MultiIndex.from_frame(grants[MONEY])
        self._sums("grant", data.moves.grant, cells, grants["bid"], MONEY)
        if len(data.steps):
            now = cells.get_indexer(pd.MultiIndex.from_frame(data.steps[MONEY]))
            before = cells.get_indexer(pd.MultiIndex.from_frame(data.steps[["area", "envelope", "before"]]))
            ones = np.ones(len(now))
            change = self._terms(self.g, now, ones, "step") - self._terms(self.g, before, ones, "step")
            bids, step = grants["bid"].to_numpy()[now] - grants["bid"].to_numpy()[before], data.steps["step"]
            self._require("grant_step_up", change, "<=", bids + step.to_numpy())
            self._require("grant_step_down", change, ">=", bids - step.to_numpy())
        for i, (share, is_floor, limit) in enumerate(data.pot_shares):
            at = cells.get_indexer(pd.MultiIndex.from_frame(share))
            at = at[at >= 0]
            if len(at):
                together = self._terms(self.g, at, np.ones(len(at)), "sharer").sum()
                self.m.add_constraints(together, ">=" if is_floor else "<=", limit, name=f"pot_share_{i}")
        for i, limit in enumerate(data.sums):
            if len(limit.move):
                together = self._terms(self.s, limit.move, limit.change, "together").sum()
                for sign, end in ((">=", limit.low), ("<=", limit.high)):
                    if np.isfinite(end):
                        self.m.add_constraints(
                            together, sign, end, name=f"together_{i}_{'low' if sign == '>=' else 'high'}"
                        )

    def _targets(self) -> None:
        data, targets = self.data, self.data.targets
        if targets.empty:
            return
        self.y = self._variable("target", len(targets), targets["low"], targets["high"])
        self.cells = cells = pd.MultiIndex.from_frame(targets[OUTCOME])
        outcome = data.moves.outcome
        self._sums("target", outcome, cells, targets["proposed"], OUTCOME)
        raising = outcome[outcome["meant"] & (outcome["change"] > 0)]
        at = cells.get_indexer(pd.MultiIndex.from_frame(raising[OUTCOME]))
        binds = np.isfinite(targets["ceiling"].to_numpy()[at])
        raising, at = raising[binds], at[binds]
        if len(raising):
            limited, row = np.unique(at, return_inverse=True)
            raised = total(self._terms(self.s, raising["move"], raising["change"], "raise"), row, "ceiling")
            self._require(
                "target_ceiling", raised, "<=", (targets["ceiling"] - targets["proposed"]).to_numpy()[limited]
            )

    def _pots(self) -> None:
        """No year spends more of an envelope than its pot and what moves into it."""
        data, pot = self.data, self.data.pot
        places = pd.MultiIndex.from_frame(pot[["envelope", "year"]])
        spent_at = places.get_indexer(pd.MultiIndex.from_frame(data.grants[["envelope", "year"]]))
        following = dict(zip(data.years, data.years[1:], strict=False))
        carried = pot[pot["carry"] > 0]
        carried_to = [(row.envelope, following[row.year]) for row in carried.itertuples()]
        pairs = pot[pot["vire"] > 0].reset_index(names="place")
        pairs = pairs.merge(pot.loc[pot["open"], ["envelope", "year"]], on="year", suffixes=("", "_into"))
        pairs = pairs[pairs["envelope"] != pairs["envelope_into"]]
        vired_to = list(zip(pairs["envelope_into"], pairs["year"], strict=True))
        terms, rows = [self._terms(self.g, np.arange(len(spent_at)), np.ones(len(spent_at)), "flow")], [spent_at]
        for name, leaving, arriving, most in (
            ("carry", carried.index.to_numpy(), carried_to, carried["carry"]),
            ("vire", pairs["place"].to_numpy(), vired_to, np.inf),
        ):
            if len(leaving):
                moved = self._variable(name, len(leaving), 0.0, most)
                into = places.get_indexer(pd.MultiIndex.from_tuples(arriving, names=places.names))
                every, ones = np.arange(len(leaving)), np.ones(len(leaving))
                terms += [self._terms(moved, every, sign * ones, "flow") for sign in (1, -1)]
                rows += [leaving, into]
                if name == "vire":
                    out, row = np.unique(leaving, return_inverse=True)
                    left = total(self._terms(moved, every, ones, "viring"), row, "viring_place")
                    self._require("virement", left, "<=", pot["vire"].to_numpy()[out])
        flows = linopy.merge(terms, dim="flow") if len(terms) > 1 else terms[0]
        by = np.concatenate(rows)
        flows = flows.assign_coords(flow=pd.RangeIndex(len(by), name="flow"))
        used, row = np.unique(by, return_inverse=True)
        self._require("pot", total(flows, row, "place"), "<=", pot["amount"].to_numpy()[used])

    def _shortfall(self) -> None:
        """What is missed of each national target, as a share of it."""
        data, national = self.data, self.data.national
        if national.empty:
            return
        self.missed = self._variable("missed", len(national))
        priorities = sorted(national["priority"].unique())
        self.largest_missed = self._variable("largest_missed", len(priorities))
        year = data.targets["year"].map(data.years.index).to_numpy()
        objective = data.targets["objective"].to_numpy()
        for row in national.itertuples():
            at = np.flatnonzero((objective == row.objective) & (row.first <= year) & (year <= row.last))
            own = row.base * self.missed.isel(missed=row.Index)
            reached = self.y.isel(target=at).sum() + own if len(at) else own
            self.m.add_constraints(reached >= row.target, name=f"national_{row.Index}")
            most = self.largest_missed.isel(largest_missed=priorities.index(row.priority))
            self.m.add_constraints(self.missed.isel(missed=row.Index) - most <= 0, name=f"largest_{row.Index}")
        self.priorities = priorities

    def _banded(self, name: str, shares: list[tuple[Any, Any]], right: Any) -> list[Any]:
        """Bands that cover sums of terms (term, row): Σ bands - Σ terms ≥ right."""
        count = len(right)
        bands = [self._variable(f"{name}_{i}", count, 0.0, width) for i, width in enumerate(self.data.widths)]
        every = np.arange(count)
        terms = [self._terms(band, every, np.ones(count), name) for band in bands] + [-1 * term for term, _ in shares]
        rows = np.concatenate([every] * len(bands) + [row for _, row in shares])
        merged = linopy.merge(terms, dim=name).assign_coords({name: pd.RangeIndex(len(rows), name=name)})
        self._require(f"{name}_cover", total(merged, rows, f"{name}_row"), ">=", right)
        return bands

    def _concession(self) -> None:
        """What an area gives up of an objective, as a mean share over the years, cut into bands."""
        data, pairs = self.data, self.data.concessions
        if pairs.empty:
            return
        cells = data.given_up
        d = self._variable("given", len(cells))
        at = self.cells.get_indexer(pd.MultiIndex.from_frame(cells[OUTCOME]))
        every = np.arange(len(cells))
        agreed = self._terms(self.y, at, np.ones(len(at)), "giving")
        self._require(
            "concession", self._terms(d, every, cells["proposed"], "giving") + agreed, ">=", cells["proposed"]
        )
        names = pd.MultiIndex.from_frame(pairs[["area", "objective"]])
        pair = names.get_indexer(pd.MultiIndex.from_frame(cells[["area", "objective"]]))
        mean = 1 / pairs["years"].to_numpy()[pair]
        largest = self._variable("largest_given", 1)
        shares = total(self._terms(d, every, mean, "mean"), pair, "pair")
        self._require(
            "largest_concession", shares - self._terms(largest, [0] * len(pairs), np.ones(len(pairs)), "pair"), "<=", 0
        )
        term = self._terms(d, every, mean, "given_band")
        self.largest_given, self.given_bands = largest, self._banded("given_band", [(term, pair)], np.zeros(len(pairs)))

    def _burden(self) -> None:
        """Grant below the bid and own costs, as a share of the area's bid, cut into bands."""
        data = self.data
        bidding = data.burdens[data.burdens["bid"] > 0]
        areas = pd.Index(bidding["area"])
        at = np.flatnonzero(data.grants["bid"] > 0)
        bid = data.grants["bid"].to_numpy()[at]
        every, ones = np.arange(len(at)), np.ones(len(at))
        z = self._variable("lost", len(at))
        self._require("cut", self._terms(z, every, ones, "cut") + self._terms(self.g, at, ones, "cut"), ">=", bid)
        area = areas.get_indexer(data.grants["area"].iloc[at])
        whole = bidding["bid"].to_numpy()
        shares = [(self._terms(z, every, 1 / whole[area], "burden_band"), area)]
        costly = self.costly[self.costly["area"].isin(areas)]
        if len(costly):
            payer = areas.get_indexer(costly["area"])
            cost = self._terms(self.s, costly.index, costly["own_cost"].to_numpy() / whole[payer], "burden_band")
            shares.append((cost, payer))
        self.burden_bands = self._banded("burden_band", shares, np.zeros(len(areas)))

    def _weighed(self, bands: list[Any], weight: np.ndarray) -> Any:
        """φ of shares, weighed and added."""
        every = np.arange(len(weight))
        pieces = zip(self.data.slopes, bands, strict=True)
        return sum(self._terms(band, every, slope * weight, "weighed").sum() for slope, band in pieces)

    def expression(self, stage: str, priority: int | None) -> Any:
        """What a stage minimises; None where there is nothing."""
        data = self.data
        weights = data.shortfall_weights(priority)
        if stage == "shortfall.largest":
            here = len(data.national) and priority in self.priorities
            return 1.0 * self.largest_missed.isel(largest_missed=self.priorities.index(priority)) if here else None
        if stage == "shortfall.total":
            return self._terms(self.missed, weights.index, weights, "weighed").sum() if len(weights) else None
        if stage.startswith("concession"):
            if data.concessions.empty:
                return None
            if stage == "concession.largest":
                return 1.0 * self.largest_given.sum()
            return self._weighed(self.given_bands, data.concessions["weight"].to_numpy())
        if stage == "cost":
            return 1.0 * self.g.sum()
        bidding = data.burdens[data.burdens["bid"] > 0]
        burden = self._weighed(self.burden_bands, (bidding["equity"] * bidding["bid"]).to_numpy())
        others = data.burdens[data.burdens["bid"] <= 0].set_index("area")["equity"]
        costly = self.costly[self.costly["area"].isin(others.index)]
        if costly.empty:
            return burden
        weighed = costly["own_cost"].to_numpy() * others[costly["area"]].to_numpy()
        return burden + self._terms(self.s, costly.index, weighed, "weighed").sum()


def minimise(model: Any, expression: Any) -> float:
    """Return the optimum of an expression."""
    model.add_objective(expression, overwrite=True)
    for method in HIGHS_TRIES:
        options = {**method, "threads": 1, "output_flag": False, **HIGHS_OPTIONS}
        status, condition = model.solve(solver_name="highs", io_api="direct", progress=False, **options)
        if status == "ok":
            return float(model.objective.value)
    raise RuntimeError(f"linopy: {condition}")
