r"""What the last unit of a national objective costs, and what every binding rule costs.

.. math:: \text{price}_r = \frac{y_r}{-y_{\text{pot}}}

y: change of a stage's optimum for one more unit of a bound. design.md section 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from singlepot.solver import Family, Marginals

from .workings import Workings

RULE_ROWS = {
    "grant_step": "grant step",
    "target_ceiling": "target ceiling",
    "own_cost": "own-cost ceiling",
    "pot_share": "share of the pot",
    "group": "group",
    "requirement": "requirement",
    "link": "link to the scaled-back programme",
    "virement": "virement",
    "extra": "further constraint",
}
"""Families of rows that state rules, and what people call them."""

SHARED = "shortfall.largest"
"""The stage whose price is shared: only the sum over objectives and years is the price of its one number."""


@dataclass(frozen=True)
class Price:
    """The price of one bound.

    Attributes
    ----------
    kind
        ``national``, ``pot``, or the rule: ``grant floor``, ``grant ceiling``, ``grant step`` and so on.
    place
        Labels of the row: objective and years, envelope and year, area and so on.
    stage
        The first stage in which the bound matters; empty where it matters in none.
    marginal
        Change of that stage's optimum for one more unit of the bound, in the stage's unit.
    value
        The price: for a national row what one more unit costs, for a pot what one more unit of money is worth, for a
        rule what one unit of slack would be worth. In ``unit``.
    unit
        Of ``value``; names the pot whose money it is in.
    removes
        Share of that stage's shortfall that one more unit of money would remove; None where no pot binds or the stage
        is no shortfall.
    shared
        Whether the stage is the largest shortfall, whose one price is spread over objectives and years: then each
        value is a part, and the sum over the rows that bind counts.
    """

    kind: str
    place: tuple[str, ...]
    stage: str
    marginal: float
    value: float
    unit: str
    removes: float | None
    shared: bool

    @property
    def label(self) -> str:
        """Kind and place in one text."""
        return f"{self.kind} {', '.join(self.place)}"


@dataclass(frozen=True)
class Yardstick:
    """The pot whose money measures prices in one stage: its row, name, and what one unit is worth to the stage."""

    row: int
    name: str
    worth: float


def national_prices(workings: Workings) -> tuple[Price, ...]:
    """The price of every national row, in the order of the rows."""
    data, programme = workings.formulation.data, workings.programme
    rows = programme.rows("national")
    units = _objective_units(workings)
    found = []
    for r, row in enumerate(range(rows.start, rows.stop)):
        stage = first_stage(workings, row)
        last = int(data.national.last[r])
        place = _place(programme.row_families, row)
        per = units[int(data.national.objective[r])]
        found.append(_price(workings, "national", place, stage, row, per, last))
    return tuple(found)


def pot_prices(workings: Workings) -> tuple[Price, ...]:
    """What one more unit of money is worth in every pot, in the unit of the first stage in which it matters."""
    programme = workings.programme
    rows = programme.rows("pot")
    money = workings.formulation.scenario.settings.money
    found = []
    for row in range(rows.start, rows.stop):
        stage = first_stage(workings, row)
        place = _place(programme.row_families, row)
        if stage is None:
            found.append(Price("pot", place, "", 0.0, 0.0, "", None, False))
            continue
        worth = -float(stage.row[row])
        found.append(
            Price("pot", place, stage.name, -worth, worth, f"{stage.unit} per {money}", _removes(stage, worth), False)
        )
    return tuple(found)


def rule_prices(workings: Workings) -> tuple[Price, ...]:
    """The price of every rule that binds: what one unit of slack would be worth."""
    found = [*_row_rules(workings), *_bound_rules(workings)]
    return tuple(price for price in found if price.stage)


def first_stage(workings: Workings, row: int) -> Marginals | None:
    """The first stage in which a row's bound matters."""
    return next((stage for stage in workings.marginals if stage.row[row] != 0), None)


def yardstick(workings: Workings, stage: Marginals, year: int | None) -> Yardstick | None:
    """The pot that measures prices in a stage: of this year or the nearest before, then after; the scarcest envelope.

    None where no pot binds in the stage.
    """
    data, programme = workings.formulation.data, workings.programme
    rows = programme.rows("pot")
    worth = -stage.row[rows]
    if not (worth > 0).any():
        return None
    family = next(each for each in programme.row_families if each.name == "pot")
    years = np.asarray([data.years.index(str(label)) for label in family.keys["year"]])
    wanted = len(data.years) - 1 if year is None else year
    away = np.where(years <= wanted, wanted - years, len(data.years) + years - wanted)
    order = np.lexsort((-worth, away, worth <= 0))
    best = int(order[0])
    envelope, when = str(family.keys["envelope"][best]), str(family.keys["year"][best])
    name = when if len(data.envelopes) == 1 else f"{envelope} {when}"
    return Yardstick(rows.start + best, name, float(worth[best]))


def _price(
    workings: Workings,
    kind: str,
    place: tuple[str, ...],
    stage: Marginals | None,
    row: int,
    per: str,
    year: int | None,
    marginal: float | None = None,
) -> Price:
    if stage is None:
        return Price(kind, place, "", 0.0, 0.0, "", None, False)
    marginal = float(stage.row[row]) if marginal is None else marginal
    measure = yardstick(workings, stage, year)
    amount = marginal if kind == "national" else abs(marginal)
    shared = stage.name.startswith(SHARED)
    if measure is None:
        return Price(kind, place, stage.name, marginal, amount, f"{stage.unit} per {per}", None, shared)
    unit = f"{workings.formulation.scenario.settings.money} of {measure.name} per {per}"
    return Price(
        kind, place, stage.name, marginal, amount / measure.worth, unit, _removes(stage, measure.worth), shared
    )


def _removes(stage: Marginals, worth: float) -> float | None:
    if not stage.name.startswith("shortfall") or stage.value <= 0:
        return None
    return min(worth / stage.value, 1.0)


def _row_rules(workings: Workings) -> Iterator[Price]:
    for family in workings.programme.row_families:
        if family.name not in RULE_ROWS:
            continue
        touched = np.zeros(family.size, dtype=bool)
        for stage in workings.marginals:
            touched |= stage.row[family.span] != 0
        for member in np.flatnonzero(touched):
            row = family.start + int(member)
            place = _place((family,), row)
            first = first_stage(workings, row)
            yield _price(workings, RULE_ROWS[family.name], place, first, row, "unit", _year(workings, place))


def _bound_rules(workings: Workings) -> Iterator[Price]:
    """Floors, ceilings and locks of grants and targets, and the limit of carry-over, from reduced costs."""
    programme = workings.programme
    for family in programme.column_families:
        if family.name not in ("grant", "target", "carry_over"):
            continue
        lower, upper = programme.column_lower[family.span], programme.column_upper[family.span]
        done = np.zeros(family.size, dtype=bool)
        for stage in workings.marginals:
            matters = (stage.column[family.span] != 0) & ~done
            done |= matters
            for member in np.flatnonzero(matters):
                at = stage.x[family.start + member]
                kind = bound_kind(family.name, float(lower[member]), float(upper[member]), float(at))
                if kind == "zero" and family.name == "carry_over":
                    continue
                place = _place((family,), family.start + int(member))
                marginal = float(stage.column[family.start + member])
                yield _price(workings, kind, place, stage, 0, "unit", _year(workings, place), marginal)


def bound_kind(family: str, lower: float, upper: float, at: float) -> str:
    """What people call the bound at which a grant, a target or carried money stands."""
    if family == "carry_over":
        return "carry-over" if at > (lower + upper) / 2 else "zero"
    if lower == upper:
        return f"{family} lock"
    size = max(abs(at), 1e-9)
    if np.isfinite(upper) and abs(at - upper) <= 1e-7 * size:
        return f"{family} ceiling"
    return f"{family} floor" if lower > 0 else "nothing below zero"


def _place(families: Sequence[Family], row: int) -> tuple[str, ...]:
    for family in families:
        if family.start <= row < family.start + family.size:
            return tuple(str(labels[row - family.start]) for labels in family.keys.values())
    raise IndexError(row)


def _year(workings: Workings, place: tuple[str, ...]) -> int | None:
    years = workings.formulation.data.years
    return next((years.index(label) for label in place if label in years), None)


def _objective_units(workings: Workings) -> list[str]:
    table = workings.formulation.scenario.filled("objectives").set_index("key")["unit"]
    return [str(table.get(key, "unit")) for key in workings.formulation.data.objectives]
