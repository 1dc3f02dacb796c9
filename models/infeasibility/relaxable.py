"""Every limit of every rule as a row of its own, so that it can be left out, or moved at a price."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from singlepot.solver import Extra, Family, LinearProgramme
from singlepot.solver.infeasibility.elastic import Slacks

from ..formulation.formulation import Formulation, write
from ..formulation.model import ABSENT, Model, reachable
from ..formulation.rules import Limit, Rules, resolve
from ..scenario.array_types import Floats, Integers
from ..scenario.arrays import arrays
from ..scenario.scenario import Scenario
from .relaxation_costs import price_limits, shares_of_pot

KINDS = (
    "pot",
    "grant_floor",
    "grant_ceiling",
    "grant_lock",
    "grant_step",
    "target_floor",
    "target_ceiling",
    "target_lock",
    "own_cost_ceiling",
    "pot_share",
    "carry_over",
    "virement",
)
"""Kinds of limits that a repair may change; ``pot_share`` is both ``pot_share_floor`` and ``pot_share_ceiling``."""

EXTRA = "extra"
"""Rows that the calling program added: a kind that no repair changes."""


@dataclass(frozen=True, eq=False)
class Movable:
    """A scenario's programme with its limits as rows.

    Attributes
    ----------
    formulation
        Written with carry-over and virement open up to the whole pot; its ``rules`` are those.
    programme
        The same, with no limit left in the bounds of its columns.
    limits
        One row a limit: ``kind``, ``rule``, ``area``, ``envelope``, ``objective``, ``year`` (empty: none), ``row``,
        ``value`` (money or objective units), ``there`` (False: no rule says so, nothing may move), ``below`` and
        ``above`` (whether the lower and the upper bound of the row are the limit's), ``unit`` (what a change of 1
        means in the value), ``share`` (whether it is a share of the proposed target), ``size`` and ``weight`` of a
        change, ``implied_upper``.
    pot_shares
        (rows, limits of kind pot, values): what a larger pot does to limits that are shares of it.
    """

    formulation: Formulation
    programme: LinearProgramme
    limits: pd.DataFrame
    pot_shares: tuple[Integers, Integers, Floats]

    @property
    def kinds(self) -> list[str]:
        """The kinds of which some limit is there, in order; ``extra`` last."""
        there = set(self.limits.loc[self.limits["there"], "kind"])
        kinds = [kind for kind in KINDS if kind in there]
        span = self.programme.rows(EXTRA)
        return kinds + [EXTRA] * (span.stop > span.start)

    def keeping(self, kinds: Collection[str]) -> LinearProgramme:
        """Return the programme without the limits of other kinds."""
        lower, upper = self.programme.row_lower.copy(), self.programme.row_upper.copy()
        gone = self.limits.loc[self.limits["there"] & ~self.limits["kind"].isin(list(kinds)), "row"].to_numpy()
        lower[gone], upper[gone] = -np.inf, np.inf
        if EXTRA not in kinds:
            lower[self.programme.rows(EXTRA)], upper[self.programme.rows(EXTRA)] = -np.inf, np.inf
        return replace(self.programme, row_lower=lower, row_upper=upper)

    def slacks(self, kinds: Collection[str]) -> tuple[Slacks, Integers, Floats]:
        """Return slacks for the limits of these kinds, the limit that each moves, and by how much in its value."""
        limits = self.limits
        chosen = limits["kind"].isin(list(kinds)).to_numpy()
        below = np.flatnonzero(chosen & limits["below"].to_numpy())
        above = np.flatnonzero(chosen & limits["above"].to_numpy())
        of = np.concatenate([below, above])
        entry = np.concatenate([np.ones(len(below)), -np.ones(len(above))]) * limits["unit"].to_numpy()[of]
        step = (limits["rule"] == "grant_step").to_numpy()[of]
        moves = np.where(step, 1.0, -np.sign(entry)) * limits["unit"].to_numpy()[of]
        value, unit = limits["value"].to_numpy()[of], limits["unit"].to_numpy()[of]
        return (
            Slacks(
                row=limits["row"].to_numpy(dtype=np.int64)[of],
                entry=entry,
                most=np.where(moves < 0, value / unit, np.inf),
                implied_upper=np.where(moves < 0, value / unit, limits["implied_upper"].to_numpy()[of]),
                weight=limits["weight"].to_numpy()[of],
                size=limits["size"].to_numpy()[of],
                further=self._further(of),
            ),
            of,
            moves,
        )

    def _further(self, of: Integers) -> tuple[Integers, Integers, Floats]:
        rows, limits, values = self.pot_shares
        slack_of = np.full(len(self.limits), ABSENT, dtype=np.int64)
        slack_of[of] = np.arange(len(of))
        moved = slack_of[limits] != ABSENT
        return rows[moved], slack_of[limits[moved]], values[moved]


def movable(scenario: Scenario, extra: Extra | None = None) -> Movable:
    """Write a scenario's programme with its limits as rows."""
    data = arrays(scenario)
    rules = resolve(scenario, data)
    pot = np.where(data.has_pot, data.pot, np.nan)
    opened = replace(
        rules,
        carry_over=Limit(np.fmax(rules.carry_over.value, pot)),
        virement=Limit(np.fmax(rules.virement.value, pot)),
    )
    formulation = write(scenario, data, opened, extra, staged=extra is not None)
    programme = _without_limits(formulation)
    parts = [*_of_cells(formulation.model, rules), *_of_rows(formulation, rules)]
    programme, parts = _with_new_rows(programme, parts, formulation.model, rules)
    programme = _at_their_own_limit(programme, formulation.model, rules)
    limits = pd.concat([part for part in parts if len(part)], ignore_index=True)
    limits = price_limits(limits, data, rules, formulation)
    return Movable(formulation, programme, limits, shares_of_pot(formulation, scenario, limits))


def _without_limits(formulation: Formulation) -> LinearProgramme:
    """Take floors, ceilings and locks out of the bounds of grants and targets."""
    data, model, programme = formulation.data, formulation.model, formulation.programme
    lower, upper, implied_lower, implied_upper = (
        array.copy()
        for array in (programme.column_lower, programme.column_upper, programme.implied_lower, programme.implied_upper)
    )
    options = data.options
    for table, start, cells, least in (
        (model.grant, data.bid, options.grant, np.zeros(data.bid.shape)),
        (model.target, data.proposed, options.outcome, np.where(data.proposed > 0, 0.0, -np.inf)),
    ):
        at = table != ABSENT
        down, up = reachable(start, cells, options.area, options.limit)
        lower[table[at]], upper[table[at]] = least[at], np.inf
        implied_lower[table[at]], implied_upper[table[at]] = np.maximum(least, down)[at], np.maximum(up, 0.0)[at]
    return replace(
        programme, column_lower=lower, column_upper=upper, implied_lower=implied_lower, implied_upper=implied_upper
    )


def _limits(
    rule: str, keys: Mapping[str, npt.NDArray[np.generic]], value: Floats, sides: str, row: Integers | None = None
) -> pd.DataFrame:
    """List limits of one rule; without a row, theirs is still to be made, of the column in ``column``."""
    size = len(value)
    blank = np.full(size, "", dtype=object)
    columns = {name: keys.get(name, blank) for name in ("area", "envelope", "objective", "year")}
    return pd.DataFrame(
        {
            "kind": "pot_share" if rule.startswith("pot_share") else rule,
            "rule": rule,
            **columns,
            "row": np.full(size, ABSENT, dtype=np.int64) if row is None else row,
            "column": keys.get("column", np.full(size, ABSENT, dtype=np.int64)),
            "value": value,
            "there": True,
            "below": "below" in sides,
            "above": "above" in sides,
        }
    )


def _of_cells(model: Model, rules: Rules) -> list[pd.DataFrame]:
    """List the limits that bind a grant or a target by itself."""
    data, parts = model.data, []
    for rule, sides in (
        ("grant_floor", "below"),
        ("grant_ceiling", "above"),
        ("grant_lock", "below above"),
        ("target_floor", "below"),
        ("target_lock", "below above"),
    ):
        grants = rule.startswith("grant")
        table = model.grant if grants else model.target
        limit: Limit = getattr(rules, rule)
        at = np.nonzero(limit.binds & (table != ABSENT))
        names, across = (("envelope", "envelopes") if grants else ("objective", "objectives")), at[1]
        keys = {
            "area": data.labels("areas", at[0]),
            names[0]: data.labels(names[1], across),
            "year": data.labels("years", at[2]),
            "column": table[at],
        }
        parts.append(_limits(rule, keys, limit.value[at], sides))
    return parts


def _of_rows(formulation: Formulation, rules: Rules) -> list[pd.DataFrame]:
    """List the limits that are rows of the programme already."""
    programme, parts = formulation.programme, []
    for rule, name, sides in (
        ("pot", "pot", "above"),
        ("grant_step", "grant_step", "below above"),
        ("target_ceiling", "target_ceiling", "above"),
        ("own_cost_ceiling", "own_cost", "above"),
        ("virement", "virement", "above"),
        ("pot_share", "pot_share", ""),
    ):
        family = next((each for each in programme.row_families if each.name == name and each.size), None)
        if family is None:
            continue
        rows = np.arange(family.start, family.start + family.size)
        keys = {key: np.asarray(labels, dtype=object) for key, labels in family.keys.items()}
        value = _values(formulation, rules, name, keys)
        if name != "pot_share":
            parts.append(_limits(rule, keys, value, sides, rows))
            continue
        for which, side in (("pot_share_floor", "below"), ("pot_share_ceiling", "above")):
            mine = keys["rule"] == which
            parts.append(_limits(which, {"area": keys["where"][mine]}, value[mine], side, rows[mine]))
    return parts


def _values(formulation: Formulation, rules: Rules, name: str, keys: Mapping[str, npt.NDArray[np.object_]]) -> Floats:
    """The limit behind each row of a family, as its rule says it."""
    data, programme = formulation.data, formulation.programme
    if name == "pot":
        return programme.row_upper[programme.rows(name)]
    if name == "pot_share":
        return np.asarray([share.limit for share in rules.pot_shares], dtype=np.float64)
    limit: Limit = getattr(rules, "own_cost_ceiling" if name == "own_cost" else name)
    places = [
        pd.Index(getattr(data, f"{axis}s")).get_indexer(pd.Index(keys[axis]))
        for axis in ("area", "envelope", "objective", "year")
        if axis in keys
    ]
    return np.asarray(limit.value[tuple(places)])


def _with_new_rows(
    programme: LinearProgramme, parts: list[pd.DataFrame], model: Model, rules: Rules
) -> tuple[LinearProgramme, list[pd.DataFrame]]:
    """Give each limit of a single column a row of its own."""
    envelope, year = np.nonzero(model.carry_over != ABSENT)
    carried = {
        "envelope": model.data.labels("envelopes", envelope),
        "year": model.data.labels("years", year),
        "column": model.carry_over[envelope, year],
    }
    parts = [*parts, _limits("carry_over", carried, rules.carry_over.value[envelope, year], "above")]
    first = programme.shape[0]
    for part in parts:
        if not len(part) or part["row"].iloc[0] != ABSENT:
            continue
        size, rule = len(part), str(part["rule"].iloc[0])
        part["row"] = np.arange(first, first + size)
        columns = part["column"].to_numpy(dtype=np.int64)
        rows = sparse.coo_array((np.ones(size), (np.arange(size), columns)), shape=(size, programme.shape[1]))
        bound = np.nan_to_num(part["value"].to_numpy(dtype=np.float64))
        keys = {name: part[name].to_numpy(dtype=object) for name in ("area", "envelope", "objective", "year")}
        programme = replace(
            programme,
            matrix=sparse.csc_array(sparse.vstack([programme.matrix, rows.tocsr()])),
            row_lower=np.concatenate([programme.row_lower, np.where(part["below"], bound, -np.inf)]),
            row_upper=np.concatenate([programme.row_upper, np.where(part["above"], bound, np.inf)]),
            row_families=(*programme.row_families, Family(rule, first, size, keys)),
        )
        first += size
    return programme, parts


def _at_their_own_limit(programme: LinearProgramme, model: Model, rules: Rules) -> LinearProgramme:
    """Limit virement as the rules do; without a rule, nothing moves."""
    upper = programme.row_upper.copy()
    span = programme.rows("virement")
    if span.stop > span.start:
        moves = model.virement
        assert moves is not None
        pairs = np.unique(np.column_stack([moves.source, moves.year]), axis=0)
        upper[span] = np.nan_to_num(rules.virement.value[pairs[:, 0], pairs[:, 1]])
    return replace(programme, row_upper=upper)
