"""Judgement of a given settlement by the double build: violations, stage values, and the optimality of sharing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo

from ..statement import Cell, Place, Statement, state
from .solving import solve
from .stages import Build

if TYPE_CHECKING:
    from ...scenario.scenario import Scenario

ACTIVE = 1e-9
"""Distance from a bound, as a share, within which it is active."""

NOTHING = 1e-13
"""Share missed or conceded below which rounding counts as none."""


@dataclass(frozen=True)
class Position:
    """A settlement to be judged: take-ups by (area, option), money carried and moved, in the scenario's unit."""

    take_up: Mapping[Place, float]
    carried: Mapping[Place, float]
    moved: Mapping[Cell, float]


@dataclass(frozen=True)
class Judgement:
    """Judgement of a settlement by the double build.

    Attributes
    ----------
    violation, violated
        Largest violation of a constraint, as a share, and its name.
    stages
        Value of each stage at the settlement.
    sharing
        How far the optimality conditions of the sharing step are missed, relative to each option's own weight:
        at zero the settlement is the one answer.
    distance
        What that can move any grant at most, as a share of the area's bid in that envelope and year.
    """

    violation: float
    violated: str
    stages: Mapping[str, float]
    sharing: float
    distance: float


class Rebuilt:
    """A scenario built a second time and settled stage by stage.

    ``optima`` maps the name of each stage, as in ``Settlement.stages``, to its optimum.
    """

    def __init__(self, statement: Statement, stopped: Callable[[], bool]) -> None:
        self._build = Build(statement, stopped)
        self.optima: Mapping[str, float] = self._build.optima()

    def judge(self, position: Position) -> Judgement:
        """Judge a settlement by these optima."""
        build = self._build
        set_variables(build, position)
        values = build.values()
        violation, violated = worst(build)
        error = sharing_error(build, hold_what_gives(build, self.optima, values))
        return Judgement(violation, violated, values, error, error * _reach(build))


def rebuild(scenario: Scenario, stopped: Callable[[], bool] = lambda: False) -> Rebuilt:
    """Build a scenario a second time and find the optimum of every stage.

    Parameters
    ----------
    scenario
        What to build.
    stopped
        Asked before each solve; where it says so, the build ends with a :class:`DoubleBuildError`.

    Raises
    ------
    DoubleBuildError
        The solver gave no optimum, for instance because the rules cannot hold together.
    """
    return Rebuilt(state(scenario), stopped)


def set_variables(build: Build, position: Position) -> None:
    """Set the variables to a settlement, every slack at the least that the rows allow."""
    statement, model, value = build.statement, build.model, pyo.value
    for j, move in build.moves.items():
        _put(model.share[j], position.take_up[move.area, move.name] / float(move.most))
    for where in model.carry:
        _put(model.carry[where], position.carried.get(where, 0.0) / float(statement.carry_over[where]))
    for e, i, t in model.vire:
        _put(model.vire[e, i, t], position.moved.get((e, i, t), 0.0) / float(statement.virement[e, t]))
    for r, row in enumerate(statement.national):
        met = sum(value(y) for (_, k, t), y in build.target.items() if k == row.objective and t in row.years)
        model.missed[r] = _positive(1 - met / float(row.target)) * float(row.target / row.base)
    for p in model.most_missed:
        missed = [
            value(model.missed[r]) for r, row in enumerate(statement.national) if statement.priority[row.objective] == p
        ]
        model.most_missed[p] = max(missed, default=0.0)
    for cell in model.given:
        model.given[cell] = _positive(1 - value(build.target[cell]) / float(statement.proposed[cell]))
    model.most_given = max((value(share) for share in build.concession.values()), default=0.0)
    for cell in model.lost:
        model.lost[cell] = _positive(1 - value(build.grant[cell]) / float(statement.bid[cell]))
    for pair, share in build.concession.items():
        _fill(build, model.given_band, pair, value(share))
    for area, share in build.burden.items():
        _fill(build, model.lost_band, (area,), value(share))
    build.set_levelling()


def _put(variable: Any, value: float) -> None:
    """Set a variable even beyond its bounds: :func:`worst` reports that."""
    variable.set_value(value, skip_validation=True)


def _fill(build: Build, bands: Any, key: tuple[str, ...], share: float) -> None:
    for i, (_, width) in enumerate(build.statement.bands):
        part = share if width is None else min(share, float(width))
        bands[(*key, i)] = part
        share -= part


def _positive(share: float) -> float:
    return share if share > NOTHING else 0.0


def worst(build: Build) -> tuple[float, str]:
    """Largest violation of a row or bound where the variables stand, and its name."""
    most, where = 0.0, ""
    for name, row in zip(build.names, build.model.rows.values(), strict=True):
        lack = -min(row.lslack(), row.uslack())
        if lack > most:
            most, where = lack, name
    for variable in build.model.component_data_objects(pyo.Var):
        low = variable.lb - variable.value if variable.lb is not None else 0.0
        high = variable.value - variable.ub if variable.ub is not None else 0.0
        if max(low, high) > most:
            most, where = max(low, high), variable.name
    return most, where


def hold_what_gives(build: Build, optima: Mapping[str, float], values: Mapping[str, float]) -> set[str]:
    """Names of the rows that hold a stage which may give and has given all it may."""
    used = set()
    for name, (_, size, give) in build.stages().items():
        if give > 0 and name in build.held and values[name] > build.most(name, optima[name], size) - ACTIVE * size:
            used.add(build.held[name])
    return used


def sharing_error(build: Build, used_up: set[str]) -> float:
    r"""Return the least error of the optimality conditions of the sharing step.

    .. math:: \min_{\mu, \epsilon} \epsilon : |h_j x_j - A_j^T \mu| \le \epsilon \, h_j

    h: weight that the step gives the square of the variable x. A: rows that are active where the variables stand.
    μ: their multipliers, of either sign where the row is an equality or an earlier stage's optimum holds it. At an
    active bound only the wrong sign counts; a variable that an optimum holds at its bound has no condition.
    """
    weight = _weights(build)
    variables, signs, matrix = _active_rows(build, used_up)
    dual = pyo.ConcreteModel()
    dual.mu = pyo.Var(range(len(signs)), bounds=lambda _, i: signs[i])
    dual.error = pyo.Var(bounds=(0, None))
    dual.rows = pyo.ConstraintList()
    for j, variable in enumerate(variables):
        entries = slice(matrix.indptr[j], matrix.indptr[j + 1])
        if variable.name in build.fixed or (entries.start == entries.stop and not weight.get(variable.name)):
            continue
        _condition(dual, variable, weight.get(variable.name, 0.0), matrix.indices[entries], matrix.data[entries])
    dual.objective = pyo.Objective(expr=dual.error)
    for options in ({"solver": "ipx"}, {"solver": "simplex"}, {"solver": "simplex", "presolve": "off"}):
        if solve(dual, options) is not None:
            return max(float(dual.error.value), 0.0)
    return math.inf


def _condition(dual: Any, variable: Any, weight: float, rows: Any, values: Any) -> None:
    """Stationarity of one variable, in units of its weight, or of its largest entry where it has none."""
    size = weight or float(abs(values).max(initial=0.0))
    force = pyo.quicksum(float(a) / size * dual.mu[int(i)] for i, a in zip(rows, values, strict=True))
    lack = weight * variable.value / size - force
    slack = dual.error if weight else 0.0
    if variable.lb is None or variable.value > variable.lb + ACTIVE:
        dual.rows.add(lack - slack <= 0)
    if variable.ub is None or variable.value < variable.ub - ACTIVE:
        dual.rows.add(lack + slack >= 0)


def _weights(build: Build) -> dict[str, float]:
    """Weight of each variable's square, up to a factor common to all: σ m of a share, limit²/(B ΣB) of money moved."""
    statement, model = build.statement, build.model
    weights = {model.share[j].name: float(statement.curvature(move) * move.most) for j, move in build.moves.items()}
    whole = float(statement.whole_pot)
    for (e, t), x in model.carry.items():
        weights[x.name] = float(statement.carry_over[e, t]) ** 2 / (float(statement.pot[e, t]) * whole)
    for (e, _, t), x in model.vire.items():
        weights[x.name] = float(statement.virement[e, t]) ** 2 / (float(statement.pot[e, t]) * whole)
    return weights


def _reach(build: Build) -> float:
    r"""Bound on how far an error ε of the conditions moves a grant, as a share of its bid.

    The step is strongly convex: :math:`\sum_j h_j \Delta_j^2 \le \epsilon^2 \sum_j h_j`, and by Cauchy and Schwarz
    a grant moves by at most :math:`\epsilon \sqrt{\sum h}\, \sqrt{\sum_j (G_j m_j)^2 / h_j}`.
    """
    statement = build.statement
    if not statement.whole_pot:  # without money no grant can move
        return 0.0
    weight = {j: float(statement.curvature(move) * move.most) for j, move in build.moves.items()}
    squares: dict[Cell, float] = {}
    for j, move in build.moves.items():
        for (envelope, year), change in move.grant.items():
            cell = (move.area, envelope, year)
            squares[cell] = squares.get(cell, 0.0) + float(change * move.most) ** 2 / weight[j]
    shares = [
        math.sqrt(square) / float(statement.bid[cell])
        for cell, square in squares.items()
        if statement.bid.get(cell, 0) > 0
    ]
    return math.sqrt(sum(weight.values())) * max(shares, default=0.0)


def _active_rows(build: Build, used_up: set[str]) -> tuple[list[Any], list[tuple[float | None, float | None]], Any]:
    """Active set: the variables, the signs that multipliers of active rows may have, and the matrix by columns."""
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
    from scipy import sparse

    build.model.del_component("objective")
    build.model.objective = pyo.Objective(expr=0.0)
    form = LinearStandardFormCompiler().write(build.model, mixed_form=True)
    matrix = sparse.csr_array(form.A)
    kept: list[int] = []
    signs: list[tuple[float | None, float | None]] = []
    for i, (row, kind) in enumerate(form.rows):
        is_held = row.parent_component() is build.model.held
        if kind == 0 or (row.name in build.tight and not is_held):
            kept.append(i)
            signs.append((None, None))
        elif row.name in used_up or (not is_held and min(row.lslack(), row.uslack()) <= ACTIVE):
            kept.append(i)
            signs.append((0.0, None) if kind < 0 else (None, 0.0))
    return list(form.columns), signs, sparse.csc_array(matrix[kept])
