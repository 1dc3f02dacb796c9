r"""Shadow prices of national targets and pots, in money.

.. math:: \text{price}_r = \frac{y_r}{-y_{\text{pot}}}

y: change of a stage's optimum for one more unit of a bound. design.md section 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from singlepot.solver import Bound, Family, LinearProgramme, Marginals

from ..scenario.array_types import Floats, Integers, Texts
from ..tables.rule_kinds import ROW_WORDS, bounds_of
from .amounts import pot_price_words, price_words
from .solved_stages import SolvedStages

RULE_ROWS = {
    **ROW_WORDS,
    "group": "group",
    "requirement": "requirement",
    "scheme": "joint scheme",
    "link": "link to the scaled-back programme",
    "extra": "further constraint",
}
"""Families of rows that state rules, and what people call them."""

SHARED = "shortfall.largest"
"""Stage whose dual is spread over objectives and years: only their sum is the price of its one number."""


@dataclass(frozen=True)
class Price:
    """Shadow price of one bound.

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
    bound
        Internal: the row or the column whose bound has the price.
    sure
        Whether there is but one price; else it may be one end of a range (see ``singlepot.find_price_range``).
    """

    kind: str
    place: tuple[str, ...]
    stage: str
    marginal: float
    value: float
    unit: str
    removes: float | None
    shared: bool
    bound: Bound
    sure: bool = True

    @property
    def note(self) -> str:
        """Remark on a price that is a part, or not unique; empty for all others."""
        notes = ["a part of one price"] if self.shared else []
        return "; ".join([*notes, *([] if self.sure else ["may be one end of a range"])])

    def words(self, money: str) -> str:
        """Write the price for people, in pounds for each natural unit; empty where there is none.

        Parameters
        ----------
        money
            The scenario's unit of money.
        """
        if not self.stage:
            return ""
        if self.kind == "pot":
            return pot_price_words(self.value, self.stage, money)
        return price_words(self.value, self.unit, money)

    @property
    def label(self) -> str:
        """Kind and labels in one text."""
        return f"{self.kind} {', '.join(self.place)}"


@dataclass(frozen=True)
class Numeraire:
    """Numeraire: the pot whose money measures prices in one stage, by row and name, and the dual of its unit."""

    row: int
    name: str
    worth: float


def national_prices(solved: SolvedStages) -> tuple[Price, ...]:
    """Return the shadow price of every national row, in the order of the rows."""
    data, programme = solved.formulation.data, solved.programme
    rows = programme.rows("national")
    units = solved.units
    prices = []
    for r, row in enumerate(range(rows.start, rows.stop)):
        stage = first_stage(solved, row)
        marginal = float(stage.row[row]) if stage else 0.0
        labels = place_of(programme.row_families, row)
        per, last = units[int(data.national.objective[r])], int(data.national.last[r])
        prices.append(priced(solved, "national", labels, stage, Bound(row), marginal, per, last))
    return with_certainty(solved, prices)


def pot_prices(solved: SolvedStages) -> tuple[Price, ...]:
    """Return the shadow price of money in every pot, in the unit of the first stage in which it matters."""
    programme = solved.programme
    rows = programme.rows("pot")
    money = solved.formulation.scenario.settings.money
    prices = []
    for row in range(rows.start, rows.stop):
        stage = first_stage(solved, row)
        labels = place_of(programme.row_families, row)
        if stage is None:
            prices.append(Price("pot", labels, "", 0.0, 0.0, "", None, False, Bound(row)))
            continue
        worth = -float(stage.row[row])
        unit, removes = f"{stage.unit} per {money}", _removes(stage, worth)
        prices.append(Price("pot", labels, stage.name, -worth, worth, unit, removes, False, Bound(row)))
    return with_certainty(solved, prices)


def with_certainty(solved: SolvedStages, prices: Sequence[Price]) -> tuple[Price, ...]:
    """Mark the prices that are unique.

    It is where its dual is the only one in its stage and, being zero, in every stage before, and where the dual of the
    pot whose money measures it is. Of a lock it is never said: it holds on both sides.
    """
    locked = [price.bound.of_column and price.bound.lower and price.bound.upper for price in prices]
    checked = [replace(price, sure=not both) for price, both in zip(prices, locked, strict=True)]
    position = {stage.name: at for at, stage in enumerate(solved.marginals)}
    for at, stage in enumerate(solved.marginals):
        mine = [i for i, price in enumerate(checked) if position.get(price.stage, at) >= at and price.sure]
        measured = {
            i: measure.row
            for i in mine
            if checked[i].stage == stage.name
            and checked[i].kind != "pot"
            and (measure := numeraire(solved, stage, year_of(solved, checked[i].place))) is not None
        }
        for i in mine:
            bound = checked[i].bound
            sure = bool(solved.determined(stage.position, of_columns=bound.of_column)[bound.index])
            if sure and i in measured:
                sure = bool(solved.determined(stage.position)[measured[i]])
            checked[i] = replace(checked[i], sure=sure)
    return tuple(checked)


def first_stage(solved: SolvedStages, row: int) -> Marginals | None:
    """Return the first stage in which a row has a dual; None where it has none."""
    return next((stage for stage in solved.marginals if stage.row[row] != 0), None)


def numeraire(solved: SolvedStages, stage: Marginals, year: int | None) -> Numeraire | None:
    """Find the numeraire of a stage: the pot of this year or the nearest before, then after; the scarcest envelope.

    None where no pot binds in the stage.
    """
    data, programme = solved.formulation.data, solved.programme
    rows = programme.rows("pot")
    worth = -stage.row[rows]
    if not (worth > 0).any():
        return None
    family = next(candidate for candidate in programme.row_families if candidate.name == "pot")
    years = np.asarray([data.years.index(str(label)) for label in family.keys["year"]])
    wanted = len(data.years) - 1 if year is None else year
    away = np.where(years <= wanted, wanted - years, len(data.years) + years - wanted)
    order = np.lexsort((-worth, away, worth <= 0))
    best = int(order[0])
    envelope, when = str(family.keys["envelope"][best]), str(family.keys["year"][best])
    name = when if len(data.envelopes) == 1 else f"{envelope} {when}"
    return Numeraire(rows.start + best, name, float(worth[best]))


def priced(
    solved: SolvedStages,
    kind: str,
    labels: tuple[str, ...],
    stage: Marginals | None,
    bound: Bound,
    marginal: float,
    per: str,
    year: int | None,
) -> Price:
    """Convert the dual of a bound into money of the numeraire, where a pot binds in the stage."""
    if stage is None:
        return Price(kind, labels, "", 0.0, 0.0, "", None, False, bound)
    measure = numeraire(solved, stage, year)
    amount = marginal if kind == "national" else abs(marginal)
    shared = stage.name.startswith(SHARED)
    if measure is None:
        return Price(kind, labels, stage.name, marginal, amount, f"{stage.unit} per {per}", None, shared, bound)
    unit = f"{solved.formulation.scenario.settings.money} of {measure.name} per {per}"
    removes = _removes(stage, measure.worth)
    return Price(kind, labels, stage.name, marginal, amount / measure.worth, unit, removes, shared, bound)


def _removes(stage: Marginals, worth: float) -> float | None:
    if not stage.name.startswith("shortfall") or stage.value <= 0:
        return None
    return min(worth / stage.value, 1.0)


def bound_kinds(family: str, lower: Floats, upper: Floats, at: Floats) -> Texts:
    """Name the bounds at which grants, targets or carried money stand."""
    words = {sense: rule.words for sense, rule in bounds_of(family).items()}
    if "floor" not in words:
        return np.where(at > (lower + upper) / 2, words["ceiling"], "zero").astype(object)
    there = np.isfinite(upper)
    full = there & (np.abs(at - np.where(there, upper, at)) <= 1e-7 * np.maximum(np.abs(at), 1e-9))
    kinds: Texts = np.where(lower > 0, words["floor"], "nothing below zero").astype(object)
    kinds[full], kinds[lower == upper] = words.get("ceiling", ""), words["lock"]
    return kinds


def cell_kinds(programme: LinearProgramme, columns: Integers, x: Floats) -> Texts:
    """Name the bounds at which some grants and targets stand at a point."""
    grants = programme.columns("grant")
    of_grant = (columns >= grants.start) & (columns < grants.stop)
    bounds = programme.column_lower[columns], programme.column_upper[columns], x[columns]
    kinds: Texts = np.where(of_grant, bound_kinds("grant", *bounds), bound_kinds("target", *bounds))
    return kinds


def place_of(families: Sequence[Family], row: int) -> tuple[str, ...]:
    """Return the labels of a row or column."""
    for family in families:
        if family.start <= row < family.start + family.size:
            return tuple(str(labels[row - family.start]) for labels in family.keys.values())
    raise IndexError(row)


def year_of(solved: SolvedStages, labels: tuple[str, ...]) -> int | None:
    """Return the year that labels name, the last of a range; None where they name none."""
    years = solved.formulation.data.years
    named = (label.rpartition(":")[2] for label in labels)
    return next((years.index(label) for label in named if label in years), None)
