r"""The nearest value of a rule of rates that a settlement can reach, where the rule itself cannot hold.

A floor of ratios asks for the largest value, a ceiling of inequality for the least one, at which all rows still hold:

.. math:: \max_x \min_a \frac{b_a(x)}{c_a(x)}, \qquad \min_x \frac{N(x)}{D(x)}

Both are generalised fractional programmes, solved by Dinkelbach's algorithm: each step is a linear programme at the
value reached so far, and the steps converge superlinearly. J.-P. Crouzeix, J. A. Ferland (1991), Algorithms for
generalized fractional programming, Mathematical Programming 52.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from singlepot.solver import Control, Extra, LinearProgramme, NoSettlementError, Stage, minimise_in_turn
from singlepot.solver.infeasibility.farkas import is_possible
from singlepot.solver.programme import Family

from ..diagnostics.problems import list_words
from ..formulation.formulation import Formulation, write
from ..formulation.levelling import together_scale
from ..formulation.rate_limits import gini_of, member_rates
from ..formulation.rules import Limit, Rules
from ..money import outward
from ..scenario.array_types import Floats, Integers, Texts
from ..scenario.titles import Titles
from ..tables.rule_kinds import NATIONS, PAIRS, RULES, Rule
from .clash import Clash

STEPS = 20
"""Most steps of Dinkelbach's algorithm; on England four are enough."""

CLOSE = 1e-9
"""Relative change of the value at which the steps end."""

NAMED = 3
"""Most areas that are named."""


@dataclass(frozen=True, eq=False)
class _Part:
    """The limits of one rule in one year, of one objective where it names one; NaN elsewhere, and over all axes."""

    rule: Rule
    objective: int | None
    year: int
    limit: Floats


@dataclass(frozen=True)
class OutOfReach:
    """A rule of rates that cannot hold beside the other rules.

    Parameters
    ----------
    rule
        Its name.
    objective, year
        Where it cannot hold: key of the objective, empty where it names none, and year.
    factor
        The part of its value that can be reached, or the multiple of a ceiling; 0 for a rule that is on or off.
    cause, remedy
        Both in words.
    least
        The ceiling that can be reached, for one of nothing, of which there is no multiple.
    """

    rule: str
    objective: str
    year: str
    factor: float
    cause: str
    remedy: str
    least: float = np.nan

    def reached(self, value: float) -> float:
        """Return what can be reached in place of a value of the rule."""
        return value * self.factor if value else self.least

    @property
    def clash(self) -> Clash:
        """The rule alone as a clash with all others."""
        return Clash((self.rule,), (), np.nan, ways_out=(self.remedy,), told=self.cause)


def explain_rates(formulation: Formulation, control: Control, extra: Extra | None = None) -> NoSettlementError | None:
    """Say which rule of rates cannot hold, as the error to raise; see :func:`find_out_of_reach`."""
    found = find_out_of_reach(formulation, control, extra)
    return None if found is None else NoSettlementError(found.cause, found.remedy)


def find_out_of_reach(formulation: Formulation, control: Control, extra: Extra | None = None) -> OutOfReach | None:
    """Find the first rule of rates that cannot hold beside all before it, and the value that can be reached.

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
    None where all can hold, or where the other rules cannot hold together by themselves.
    """
    held = formulation.rules.without_rates()
    if not is_possible(_written(formulation, held, extra).programme, control):
        return None
    for part in _parts(formulation):
        tried = _with(held, part, 1.0)
        if is_possible(_written(formulation, tried, extra).programme, control):
            held = tried
        elif part.rule.over is NATIONS:
            least = _least_gini(formulation, held, part, control, extra)
            return _said(formulation, part, least / _gini_of_start(formulation, part.objective or 0), [])
        else:
            factor, stopped = _largest_floor(formulation, held, part, control, extra)
            return _said(formulation, part, factor * _value_of(formulation, part), stopped)
    return None


def _parts(formulation: Formulation) -> Iterator[_Part]:
    """Cut the limits of rules of rates by rule, objective and year, in the order of the table."""
    for rule in (rule for rule in RULES.values() if rule.over.of_rates):
        value, axes = formulation.rules[rule.name].value, rule.over.axes
        index = np.indices(value.shape)
        objective = index[axes.index("objective")] if "objective" in axes else np.zeros(value.shape, dtype=int)
        year = index[axes.index("year")]
        there = ~np.isnan(value)
        for k, t in sorted(set(zip(objective[there].tolist(), year[there].tolist(), strict=True))):
            limit = np.where((objective == k) & (year == t), value, np.nan)
            yield _Part(rule, k if "objective" in axes else None, t, limit)


def _with(rules: Rules, part: _Part, factor: float) -> Rules:
    here = rules[part.rule.name].value
    return rules.with_limits(**{part.rule.name: Limit(np.where(np.isnan(part.limit), here, part.limit * factor))})


def _written(formulation: Formulation, rules: Rules, extra: Extra | None) -> Formulation:
    return write(formulation.scenario, formulation.data, rules, extra, staged=False)


def _minimised(programme: LinearProgramme, cost: Floats, control: Control) -> Floats:
    """Return a point at which a cost is least."""
    staged = minimise_in_turn(programme, [Stage("nearest value", "", cost)], control, values_only=True)
    return np.asarray(staged.x * staged.scaled.column_scale)


def _least_gini(formulation: Formulation, held: Rules, part: _Part, control: Control, extra: Extra | None) -> float:
    """Return the least coefficient that can be reached: N and D are what the row holds of it."""
    whole = replace(part, limit=np.where(np.isnan(part.limit), np.nan, 1.0))
    programme = _written(formulation, _with(held, whole, 0.0), extra).programme
    full = _written(formulation, _with(held, whole, 1.0), extra).programme
    family = next(family for family in programme.row_families if family.name == part.rule.term)
    years = np.asarray(family.keys["year"], dtype=object) == formulation.data.years[part.year]
    objectives = np.asarray(family.keys["objective"], dtype=object) == formulation.data.objectives[part.objective or 0]
    row = family.start + int(np.flatnonzero(years & objectives)[0])
    above, both = (one.matrix.tocsr()[[row]].toarray()[0] for one in (programme, full))
    below = above - both
    constants = -float(programme.row_upper[row]), float(full.row_upper[row] - programme.row_upper[row])
    upper = programme.row_upper.copy()
    upper[row] = np.inf
    free, value = replace(programme, row_upper=upper), float(np.nanmax(part.limit))
    for _ in range(STEPS):
        x = _minimised(free, above - value * below, control)
        better = (above @ x + constants[0]) / (below @ x + constants[1])
        ends = abs(better - value) <= CLOSE * abs(value)
        value = float(better)
        if ends:
            break
    return value


def _largest_floor(
    formulation: Formulation, held: Rules, part: _Part, control: Control, extra: Extra | None
) -> tuple[float, list[str]]:
    """Return the largest factor of the floors that can be reached, and the areas that stop it."""
    made = _written(formulation, held, extra)
    area, mine, other, constant = _ratios(made, part)
    programme, value = made.programme, 0.0
    size = np.where(constant > 0, constant, 1.0)
    least = np.concatenate([np.zeros(programme.shape[1]), [-1.0]])
    for _ in range(STEPS):
        rows = sparse.hstack([mine - value * other, sparse.csr_array(-size[:, None])]).tocsr()
        wide = _with_column(programme, float(size.max()))
        family = Family("ratio", programme.shape[0], len(area), {"area": [str(code) for code in area]})
        wide = wide.with_rows(family, rows, value * constant, np.full(len(area), np.inf))
        x = _minimised(wide, least, control)[:-1]
        below = other @ x + constant
        ratio = np.divide(mine @ x, below, out=np.full(len(area), np.inf), where=below > 0)
        better = float(ratio.min(initial=np.inf))
        ends = abs(better - value) <= CLOSE * max(abs(better), CLOSE)
        value = better
        if ends:
            break
    stopped = area[ratio <= value + 1e-6 * max(abs(value), 1e-3)]
    return value, [str(code) for code in stopped]


def _with_column(programme: LinearProgramme, size: float) -> LinearProgramme:
    """Add a free column that stands in no row yet."""
    rows, columns = programme.shape
    most = 1e3 / size
    return replace(
        programme,
        matrix=sparse.hstack([programme.matrix, sparse.csc_array((rows, 1))]).tocsc(),
        column_lower=np.append(programme.column_lower, -most),
        column_upper=np.append(programme.column_upper, most),
        implied_lower=np.append(programme.implied_lower, -most),
        implied_upper=np.append(programme.implied_upper, most),
        column_families=(*programme.column_families, Family("above", columns, 1, {})),
    )


def _ratios(made: Formulation, part: _Part) -> tuple[Texts, sparse.csr_array, sparse.csr_array, Floats]:
    """Areas of the floors, and rows and constants of b and c, so that a floor is b ≥ factor · (c + constant)."""
    data, model = made.data, made.model
    place: Integers = np.unique(np.argwhere(~np.isnan(part.limit))[:, 0])
    areas, shape = data.labels("areas", place), (len(place), made.programme.shape[1])
    rows = np.arange(len(place))

    def entries(columns: Integers, values: Floats) -> sparse.csr_array:
        return sparse.csr_array((values, (rows, columns)), shape=shape)

    if part.rule.over is PAIRS:
        together = data.levelling.together
        assert together is not None
        scale = together_scale(data, together, part.year)
        mine = entries(model.target[place, together.inclusion, part.year], np.full(len(place), 1 / scale[1]))
        limit = part.limit[place, part.year]
        other = entries(model.target[place, together.prosperity, part.year], limit / scale[0])
        return areas, mine, other, np.zeros(len(place))
    cells = model.target[place, part.objective, part.year]
    limit = part.limit[place, part.objective, part.year]
    return areas, entries(cells, np.ones(len(place))), sparse.csr_array(shape), np.asarray(limit)


def _said(formulation: Formulation, part: _Part, reached: float, areas: list[str]) -> OutOfReach:
    """Say which rule asks for too much, of whom, and the value that can be reached."""
    data, titles = formulation.data, Titles(formulation.scenario)
    name, year = part.rule.name, data.years[part.year]
    key = "" if part.objective is None else data.objectives[part.objective]
    of = f" for {titles.objectives[key]}" if key else ""
    if part.rule.switch:
        off = f"switch {name} off there with a row of value 0"
        return OutOfReach(name, key, year, 0.0, f"{name} cannot hold{of} in {year}", off)
    value = _value_of(formulation, part)
    to, decimals = outward(reached, reached - value)
    stopped = [titles.of("area", code) for code in areas[:NAMED]]
    more = len(areas) - len(stopped)
    who = list_words([*stopped, *([f"{more} more"] if more > 0 else [])])
    by = f": {who} can reach no more" if who else ""
    verb = "lower" if part.rule.lower else "raise"
    way = f"{'at most' if part.rule.lower else 'at least'} {to:.{decimals}f} can be reached"
    cause = f"{name} {value:g}{of} in {year} cannot be met beside the other rules; {way}{by}"
    factor = reached / value if value else np.nan
    return OutOfReach(name, key, year, factor, cause, f"{verb} {name}{of} to {to:.{decimals}f}", reached)


def _value_of(formulation: Formulation, part: _Part) -> float:
    """Value of the rule in the part: the most demanding one where rows differ."""
    data = formulation.data
    if part.rule.over is NATIONS:
        start = formulation.rules[part.rule.name].value[part.objective or 0, part.year]
        return float(start / _gini_of_start(formulation, part.objective or 0))
    limit = part.limit[~np.isnan(part.limit)]
    if part.rule.over is PAIRS:
        return float(limit.max())
    gap = data.levelling.rate_gap[:, part.objective or 0][:, None]
    shares = part.limit[:, part.objective or 0] / np.where(gap > 0, gap, np.nan)
    return float(np.nanmax(shares))


def _gini_of_start(formulation: Formulation, objective: int) -> float:
    start = member_rates(formulation.data, objective)
    return gini_of(start.people, start.rate)
