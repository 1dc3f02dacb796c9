r"""Stages of the double build in exact fractions: no solver takes part, and no step is rounded.

The simplex method on a sparse tableau of fractions: the steepest price enters, and after a step that moves nothing the
first that improves (R. G. Bland, "New finite pivoting rules for the simplex method", Mathematics of Operations Research
2, 1977), so that it ends for any programme. A stage that gives nothing leaves its optimal face, on which a column with
a reduced cost above zero stays at zero; one that gives leaves a row. Meant for small programmes: digits grow with every
step.

Only the entries of the programme are rounded, as quotients of 16 digits: two rows that say one thing may differ in the
last of them, so that a reduced cost, or a row that lacks a point, counts from :data:`ROUNDING` on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from ..statement import state
from .rows import DoubleBuildError
from .stages import Build, is_number

if TYPE_CHECKING:
    from ...scenario.scenario import Scenario

LARGEST = 1500
"""Most rows and columns together; in 2026 the shipped `levelling-up-fund`, 955 of them, took 1.5 s of CPU time."""

DENOMINATOR = 10**12
"""Largest denominator of an entry: the fraction of which a rounded quotient is the nearest, a third being 1/3."""

ROUNDING = Fraction(1, 10**13)
"""Reduced cost, relative to the stage's size, and sum of what rows lack, below which either is rounding of entries.

On 49 drawn scenarios in 2026 rounding left reduced costs of up to 2.5e-15; the least true one was 1.2e-5.
"""

Row = dict[int, Fraction]
ZERO = Fraction(0)


class TooLargeError(Exception):
    """A programme that is not small."""


def exact_optima(scenario: Scenario, stopped: Callable[[], bool] = lambda: False) -> Mapping[str, Fraction]:
    """Find the optimum of every stage exactly.

    Parameters
    ----------
    scenario
        What to build.
    stopped
        Asked before each step; where it says so, the search ends with a :class:`DoubleBuildError`.

    Returns
    -------
    The optimum of each stage by its name, as in ``Settlement.stages``.

    Raises
    ------
    TooLargeError
        The programme has more than :data:`LARGEST` rows and columns; the message says how many.
    DoubleBuildError
        No point satisfies every row, or it was stopped.
    """
    build = Build(state(scenario), stopped)
    tableau = _tableau(build, stopped)
    optima = {}
    for name, (stage, size, give) in build.stages().items():
        if is_number(stage):
            optima[name] = Fraction(float(pyo.value(stage)))
            continue
        optima[name] = tableau.minimise(*_linear(stage))
        if give:
            tableau.hold(build.statement.usable(name, optima[name], Fraction(size)) - optima[name])
        else:
            tableau.take_face(ROUNDING * Fraction(size))
    return optima


def _fraction(value: Any) -> Fraction:
    return Fraction(float(value)).limit_denominator(DENOMINATOR)


def _linear(stage: Any) -> tuple[dict[str, Fraction], Fraction]:
    """Coefficients of a stage by the name of the variable, and what is added."""
    parts = generate_standard_repn(stage)
    costs: dict[str, Fraction] = {}
    for coefficient, variable in zip(parts.linear_coefs, parts.linear_vars, strict=True):
        costs[variable.name] = costs.get(variable.name, ZERO) + _fraction(coefficient)
    return costs, _fraction(pyo.value(parts.constant))


def _tableau(build: Build, stopped: Callable[[], bool]) -> Tableau:
    """Write the rows before any stage as equalities of columns that are at least zero."""
    build.model.objective = pyo.Objective(expr=0.0)
    form = LinearStandardFormCompiler().write(build.model, mixed_form=True)
    build.model.del_component("objective")
    size = sum(form.A.shape)
    if size > LARGEST:
        raise TooLargeError(f"it has {size:,} rows and columns; at most {LARGEST:,}")
    names = [column.name for column in form.columns]
    lower = [_fraction(column.lb or 0) for column in form.columns]
    table = Tableau({name: i for i, name in enumerate(names)}, lower, stopped)
    matrix = form.A.tocsr()
    for i, (_, kind) in enumerate(form.rows):
        entries = slice(matrix.indptr[i], matrix.indptr[i + 1])
        row = {int(j): _fraction(a) for j, a in zip(matrix.indices[entries], matrix.data[entries], strict=True)}
        right = _fraction(form.rhs[i]) - sum((a * lower[j] for j, a in row.items()), ZERO)
        table.add(row, right, kind)
    for j, column in enumerate(form.columns):
        if column.ub is not None:
            table.add({j: Fraction(1)}, _fraction(column.ub) - lower[j], 1)
    table.find_point()
    return table


class Tableau:
    """Rows of fractions, each solved for one basic column; every column is at least zero.

    Parameters
    ----------
    column_of
        Position of a variable by its name; slacks and artificial columns come after them.
    lower
        What is subtracted of each variable.
    stopped
        Asked before each step.
    """

    def __init__(self, column_of: Mapping[str, int], lower: list[Fraction], stopped: Callable[[], bool]) -> None:
        self._column_of, self._lower, self._stopped = column_of, lower, stopped
        self._rows: list[Row] = []
        self._right: list[Fraction] = []
        self._basic: list[int] = []
        self._next = len(lower)
        self._artificial: set[int] = set()
        self._closed: set[int] = set()
        self._reduced: Row = {}

    def add(self, row: Row, right: Fraction, kind: int) -> None:
        """Add a row: at most ``right`` where the kind is 1, at least where it is -1, equal where it is 0."""
        if kind < 0 or (kind == 0 and right < 0):
            row, right, kind = {j: -a for j, a in row.items()}, -right, -kind
        row = {j: a for j, a in row.items() if a}
        if kind:
            slack = self._new()
            row[slack] = Fraction(1)
            if right >= 0:
                self._append(row, right, slack)
                return
            row, right = {j: -a for j, a in row.items()}, -right
        artificial = self._new()
        self._artificial.add(artificial)
        row[artificial] = Fraction(1)
        self._append(row, right, artificial)

    def find_point(self) -> None:
        """Go to a point that satisfies every row, or raise an error where there is none."""
        value = self._run(dict.fromkeys(self._artificial, Fraction(1)))
        if value > ROUNDING:
            raise DoubleBuildError("no point satisfies every row")
        self._closed |= self._artificial
        for i, basic in enumerate(self._basic):
            if basic in self._artificial:
                self._right[i] = ZERO

    def minimise(self, costs: Mapping[str, Fraction], constant: Fraction) -> Fraction:
        """Minimise, and return the least value."""
        by_column = {self._column_of[name]: cost for name, cost in costs.items() if cost}
        at_zero = sum((cost * self._lower[j] for j, cost in by_column.items()), constant)
        return at_zero + self._run(by_column)

    def take_face(self, rounding: Fraction = ZERO) -> None:
        """Keep to the points with the least value of the last objective; a price up to ``rounding`` is none."""
        self._closed |= {j for j, price in self._reduced.items() if price > rounding}

    def hold(self, room: Fraction) -> None:
        """Keep to the points whose value is above the least by no more than ``room``."""
        slack = self._new()
        self._append({**self._reduced, slack: Fraction(1)}, room, slack)

    def _new(self) -> int:
        self._next += 1
        return self._next - 1

    def _append(self, row: Row, right: Fraction, basic: int) -> None:
        self._rows.append(row)
        self._right.append(right)
        self._basic.append(basic)

    def _run(self, costs: Row) -> Fraction:
        """Minimise over the columns that are not closed; ``_reduced`` are the reduced costs at the end."""
        reduced, value, stuck = dict(costs), ZERO, False
        for row, right, basic in zip(self._rows, self._right, self._basic, strict=True):
            if price := reduced.get(basic):
                _subtract(reduced, row, price)
                value += price * right
        while entering := [j for j, price in reduced.items() if price < 0 and j not in self._closed]:
            if self._stopped():
                raise DoubleBuildError("it was stopped")
            column = min(entering) if stuck else min(entering, key=reduced.__getitem__)
            i = self._leaving(column)
            stuck = not self._right[i]
            self._pivot(i, column)
            price = reduced[column]
            _subtract(reduced, self._rows[i], price)
            value += price * self._right[i]
        self._reduced = reduced
        return value

    def _leaving(self, column: int) -> int:
        """Row whose basic column reaches zero first, of several that with the least index."""
        ratios = [
            (self._right[i] / a, self._basic[i], i)
            for i, row in enumerate(self._rows)
            if (a := row.get(column)) and (a > 0 or self._is_spent(i))
        ]
        if not ratios:
            raise DoubleBuildError("a stage has no least value")
        return min(ratios)[2]

    def _is_spent(self, i: int) -> bool:
        """Whether a row has an artificial column at zero, or a closed one, which must not rise from there."""
        return self._basic[i] in self._closed and self._right[i] == 0

    def _pivot(self, i: int, column: int) -> None:
        """Solve a row for a column, and take the column out of all others."""
        factor = self._rows[i][column]
        self._rows[i] = pivot = {j: a / factor for j, a in self._rows[i].items()}
        self._right[i] /= factor
        self._basic[i] = column
        for k, row in enumerate(self._rows):
            if k != i and (a := row.get(column)):
                _subtract(row, pivot, a)
                self._right[k] -= a * self._right[i]


def _subtract(row: Row, other: Row, times: Fraction) -> None:
    for j, a in other.items():
        left = row.get(j, ZERO) - times * a
        if left:
            row[j] = left
        else:
            row.pop(j, None)
