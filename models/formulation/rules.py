"""Which limit binds which cell: the rule with more selectors wins, and a rule replaces, it does not tighten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..scenario.array_types import Booleans, Floats, Integers
from ..scenario.arrays import Arrays
from ..scenario.scenario import Scenario
from ..tables.rule_kinds import BASES

SELECTORS = ("area", "region", "type", "envelope", "objective", "year")
"""Columns of the table ``rules`` that choose where a row holds; empty matches everything."""

EVERYWHERE = ("amount", "per_head")
"""Bases that bind cells without a bid or target too."""


@dataclass(frozen=True, eq=False)
class Limit:
    """One rule as numbers: NaN where it does not bind. Money, objective units, or as the term says."""

    value: Floats

    @property
    def binds(self) -> Booleans:
        """Where the rule holds."""
        return ~np.isnan(self.value)


@dataclass(frozen=True, eq=False)
class PotShare:
    """One row of ``pot_share_floor`` or ``pot_share_ceiling``: which cells, and the limit in money."""

    label: str
    floor: bool
    areas: Booleans
    cells: Booleans
    limit: float


@dataclass(frozen=True, eq=False)
class Rules:
    """Every rule of a scenario as limits over cells.

    Grant limits are A×E×T in money (``grant_step``: the largest change between a year and the one before),
    target limits A×K×T in objective units, ``own_cost_ceiling`` A in money, ``carry_over`` and ``virement``
    E×T in money.
    """

    grant_floor: Limit
    grant_ceiling: Limit
    grant_lock: Limit
    grant_step: Limit
    target_floor: Limit
    target_ceiling: Limit
    target_lock: Limit
    own_cost_ceiling: Limit
    carry_over: Limit
    virement: Limit
    pot_shares: tuple[PotShare, ...]


def resolve(scenario: Scenario, data: Arrays) -> Rules:
    """Work out every rule's limit in every cell."""
    table = scenario.filled("rules")
    general = scenario.settings.rules
    grant, target = data.bid.shape, data.proposed.shape

    def choose(rule: str, shape: tuple[int, ...], axes: tuple[str, ...]) -> _Choice:
        return _choose(table[table["rule"] == rule], general.get(rule), data, shape, axes)

    def on_grants(rule: str) -> Limit:
        choice = choose(rule, grant, ("area", "envelope", "year"))
        return _cell_limit(choice, data, data.bid, data.reference, data.bid > 0)

    def on_targets(rule: str) -> Limit:
        choice = choose(rule, target, ("area", "objective", "year"))
        return _cell_limit(choice, data, data.proposed, np.full(target, np.nan), data.proposed > 0)

    def on_pot(rule: str) -> Limit:
        choice = choose(rule, data.pot.shape, ("envelope", "year"))
        return Limit(np.where(choice.basis == BASES.index("amount"), choice.value, choice.value * data.pot))

    return Rules(
        grant_floor=on_grants("grant_floor"),
        grant_ceiling=on_grants("grant_ceiling"),
        grant_lock=on_grants("grant_lock"),
        grant_step=_step(choose("grant_step", grant, ("area", "envelope", "year")), data),
        target_floor=on_targets("target_floor"),
        target_ceiling=on_targets("target_ceiling"),
        target_lock=on_targets("target_lock"),
        own_cost_ceiling=_own_cost(choose("own_cost_ceiling", (len(data.areas),), ("area",)), data),
        carry_over=on_pot("carry_over"),
        virement=on_pot("virement"),
        pot_shares=_pot_shares(table, data),
    )


@dataclass(frozen=True, eq=False)
class _Choice:
    """The winning value and basis (its place among ``BASES``) in each cell; NaN and -1 where no row matches."""

    value: Floats
    basis: Integers
    names_centre: Booleans


def _choose(
    rows: pd.DataFrame, general: float | None, data: Arrays, shape: tuple[int, ...], axes: tuple[str, ...]
) -> _Choice:
    value = np.full(shape, np.nan if general is None else float(general))
    basis = np.full(shape, -1 if general is None else BASES.index("bid"))
    names_centre = np.zeros(shape, dtype=bool)
    selectors = rows[list(SELECTORS)].to_numpy(dtype=object)
    order = np.argsort((selectors != "").sum(axis=1), kind="stable")
    for position in order:
        row = dict(zip(SELECTORS, selectors[position], strict=True))
        match = np.ones((1,) * len(shape), dtype=bool)
        for axis, name in enumerate(axes):
            reach = tuple(-1 if i == axis else 1 for i in range(len(axes)))
            match = match & _matching(row, name, data).reshape(reach)
        match = np.broadcast_to(match, shape)
        value[match] = float(rows["value"].iloc[position])
        basis[match] = BASES.index(str(rows["basis"].iloc[position]))
        names_centre[match] = row["area"] != "" or row["type"] != ""
    return _Choice(value, basis, names_centre)


def _matching(row: dict[str, str], axis: str, data: Arrays) -> Booleans:
    if axis == "area":
        matches = np.ones(len(data.areas), dtype=bool)
        for selector, labels in (("area", data.areas), ("region", data.region), ("type", data.type)):
            if row[selector]:
                matches &= np.asarray(labels, dtype=object) == row[selector]
        return matches
    labels = getattr(data, f"{axis}s")
    return np.asarray([not row[axis] or label == row[axis] for label in labels], dtype=bool)


def _cell_limit(choice: _Choice, data: Arrays, bid: Floats, reference: Floats, has_bid: Booleans) -> Limit:
    """Turn shares, amounts and per-head values into limits; the centre only where it is bound."""
    heads = data.population[:, None, None]
    by_basis = {
        "bid": np.where(has_bid, choice.value * bid, np.nan),
        "reference": np.where(has_bid, choice.value * reference, np.nan),
        "amount": choice.value,
        "per_head": choice.value * heads,
    }
    limit = np.full(bid.shape, np.nan)
    for basis, values in by_basis.items():
        limit = np.where(choice.basis == BASES.index(basis), values, limit)
    centre_exempt = data.centre[:, None, None] & ~has_bid & ~choice.names_centre
    return Limit(np.where(centre_exempt, np.nan, limit))


def _step(choice: _Choice, data: Arrays) -> Limit:
    """Limit of the change of (grant − bid) from the year before, where both years have a bid."""
    size = {
        "bid": data.bid.mean(axis=2, keepdims=True),
        "reference": np.nan_to_num(data.reference).mean(axis=2, keepdims=True),
        "amount": np.ones((1, 1, 1)),
        "per_head": data.population[:, None, None],
    }
    limit = np.full(data.bid.shape, np.nan)
    for basis, sizes in size.items():
        limit = np.where(choice.basis == BASES.index(basis), choice.value * sizes, limit)
    both = np.zeros(data.bid.shape, dtype=bool)
    both[:, :, 1:] = (data.bid[:, :, 1:] > 0) & (data.bid[:, :, :-1] > 0)
    return Limit(np.where(both, limit, np.nan))


def _own_cost(choice: _Choice, data: Arrays) -> Limit:
    size = {
        "bid": data.bid_of_area,
        "reference": np.nansum(data.reference, axis=(1, 2)),
        "amount": np.ones(len(data.areas)),
        "per_head": data.population,
    }
    limit = np.full(len(data.areas), np.nan)
    for basis, sizes in size.items():
        limit = np.where(choice.basis == BASES.index(basis), choice.value * sizes, limit)
    return Limit(np.where(data.bid_of_area > 0, limit, np.nan))


def _pot_shares(table: pd.DataFrame, data: Arrays) -> tuple[PotShare, ...]:
    rows = table[table["rule"].isin(["pot_share_floor", "pot_share_ceiling"])]
    shares = []
    for row in rows.to_dict("records"):
        selectors = {name: str(row[name]) for name in SELECTORS}
        cells = np.outer(_matching(selectors, "envelope", data), _matching(selectors, "year", data))
        amount = float(row["value"])
        limit = amount if row["basis"] == "amount" else amount * float(data.pot[cells].sum())
        label = " ".join(value for value in selectors.values() if value) or "all"
        floor = row["rule"] == "pot_share_floor"
        shares.append(PotShare(label, floor, _matching(selectors, "area", data), cells, limit))
    return tuple(sorted(shares, key=lambda share: (share.label, share.floor)))
