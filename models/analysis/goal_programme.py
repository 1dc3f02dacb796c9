"""The programme of a goal: what a settlement must satisfy, with a lever as its last column."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from singlepot.solver import (
    BadOptionError,
    Control,
    InfeasibleError,
    LinearProgramme,
    NoSettlementError,
    SolverFailedError,
    Stage,
    Start,
    minimise_in_turn,
)
from singlepot.solver.programme import Family

from ..diagnostics.problems import BadInputError
from ..formulation.formulation import formulate
from ..formulation.model import ABSENT
from ..infeasibility.explain import explain_conflict
from ..infeasibility.relaxable import RelaxableProgramme, relaxable
from ..levers.lever import Lever
from ..scenario.array_types import Floats
from ..scenario.arrays import arrays
from ..scenario.scenario import Scenario
from ..scenario.titles import Titles
from ..tables.rule_kinds import RULES
from .attainable import MET, find_attainable

STRAIGHT = 1e-9
"""Deviation from a straight line, relative to the largest size, up to which a limit is linear in a lever."""

LEAST = 1e-6
"""Factor that stands for no targets, which cannot be nothing."""

LOOSEST = 1e3
"""Value of a rule without a largest one that stands for no limit."""


def is_maximised(lever: Lever) -> bool:
    """Whether a lever is tight where it is large: national targets and floors ask, all others allow."""
    return lever.table == "national" or (lever.path[:1] == ("rules",) and RULES[lever.path[1]].sense == "floor")


@dataclass(frozen=True, eq=False)
class _Line:
    """Numbers that are straight lines of a lever: ``at_zero`` + value · ``slope``; infinite ones do not move."""

    at_zero: Floats
    slope: Floats

    @staticmethod
    def through(points: tuple[float, float, float], numbers: list[Floats], name: str) -> _Line:
        """Draw lines through the first and last of three points; the one between proves that they are straight."""
        (first, middle, last), (low, between, high) = points, numbers
        finite = np.isfinite(low)
        if not np.array_equal(finite, np.isfinite(high)):
            raise BadOptionError(f"{name} has no goal", "limits come and go with it")
        with np.errstate(invalid="ignore"):
            slope = np.where(finite, (high - low) / (last - first), 0.0)
        slope = np.where(np.abs(slope) * (last - first) > STRAIGHT * np.abs(low), slope, 0.0)
        at_zero = np.where(finite, low - first * slope, low)
        size = np.abs(between[finite]).max(initial=1.0)
        if np.abs(at_zero[finite] + middle * slope[finite] - between[finite]).max(initial=0.0) > STRAIGHT * size:
            raise BadOptionError(f"{name} has no goal", "what can be reached is no linear programme in it")
        return _Line(at_zero, slope)


def _points(lever: Lever, nearer: float) -> tuple[float, float, float]:
    """Three values of a lever, between its ends or, the nearer the smaller, at its loose end."""
    if math.isinf(lever.most):
        step = 0.5 / nearer
        first = lever.least + step
    else:
        step = (lever.most - lever.least) / 4 * nearer
        first = lever.least + step if is_maximised(lever) else lever.most - 3 * step
    return first, first + step, first + 2 * step


def _written(scenario: Scenario, lever: Lever) -> tuple[tuple[float, float, float], list[RelaxableProgramme]]:
    """Write the programme at three values of a lever at which the scenario can be.

    Every limit has a row of its own: as bounds of one column, a floor that moves would hide behind a lock. A tight
    value can be refused as an input, such as a floor of members above a ceiling of their recipient.

    Raises
    ------
    BadInputError
        However loose the lever is.
    """
    refusal: BadInputError | None = None
    for nearer in (1.0, 0.25, 0.06, 0.015, 0.004, 0.001):
        points = _points(lever, nearer)
        try:
            return points, [relaxable(scenario.with_levers({lever.name: value})) for value in points]
        except BadInputError as error:
            refusal = error
    assert refusal is not None
    raise refusal


class GoalProgramme:
    """The programme whose last column is the lever."""

    def __init__(self, scenario: Scenario, lever: Lever, miss: float, objective: str, control: Control) -> None:
        self._scenario, self._lever, self._miss, self._control = scenario, lever, miss, control
        points, written = _written(scenario, lever)
        first = written[0].programme
        for other in written[1:]:
            difference = abs(first.matrix - other.programme.matrix) if first.shape == other.programme.shape else None
            if difference is None or difference.max() > STRAIGHT:
                raise BadOptionError(f"{lever.name} has no goal", "what can be reached is no linear programme in it")

        def lines(of: Callable[[RelaxableProgramme], Floats]) -> _Line:
            return _Line.through(points, [of(one) for one in written], lever.name)

        keys = written[0].formulation.model.national_keys()
        counts = np.asarray([not objective or key == objective for key in keys["objective"]], dtype=bool)
        self.keys = {name: np.asarray(labels, dtype=object)[counts] for name, labels in keys.items()}
        self.counted = np.flatnonzero(counts)
        self._base, self._columns = written[0].formulation, first.shape[1]
        self._targets = lines(lambda one: one.formulation.data.national.target)
        column = (lines(lambda one: one.programme.column_lower), lines(lambda one: one.programme.column_upper))
        row = (lines(lambda one: one.programme.row_lower), lines(lambda one: one.programme.row_upper))
        self._programme = self._extended(first, column, row)
        self._start: Start | None = None

    def solve(self) -> float:
        """Return the tightest value."""
        try:
            return self._solved(self._programme)
        except (InfeasibleError, SolverFailedError) as failure:
            raise self._unreachable(failure if isinstance(failure, SolverFailedError) else None) from None

    def _solved(self, programme: LinearProgramme) -> float:
        cost = np.zeros(programme.shape[1])
        cost[-1] = -1.0 if is_maximised(self._lever) else 1.0
        staged = minimise_in_turn(
            programme, [Stage("goal", "", cost)], self._control, start=self._start, values_only=True
        )
        if self._start is None:
            self._start = staged.start
        return float(staged.results[0].value * cost[-1])

    def _moved(self, position: int, change: float) -> float:
        """Return the tightest value where one counted target is changed; NaN where it cannot be reached."""
        lower = self._programme.row_lower.copy()
        lower[self._programme.rows("goal").start + position] += (1 - self._miss) * change
        try:
            return self._solved(replace(self._programme, row_lower=lower))
        except (InfeasibleError, SolverFailedError):
            return math.nan

    def prices(self, exact: float) -> pd.DataFrame:
        """Return what one unit of each counted target is worth, down and up."""
        sign = -1.0 if is_maximised(self._lever) else 1.0
        unit = sign * (self._lever.now if self._lever.kind == "factor" and not math.isnan(self._lever.now) else 1.0)
        targets = arrays(self._scenario).national.target[self.counted]
        rows = [
            (
                target,
                unit * (exact - self._moved(position, -min(1.0, target))),
                unit * (self._moved(position, 1.0) - exact),
            )
            for position, target in enumerate(targets)
        ]
        table = pd.DataFrame(rows, columns=["target", "less", "more"])
        table = table.mask(table.abs() <= STRAIGHT * abs(unit), 0.0)
        return pd.DataFrame({"objective": self.keys["objective"], "year": self.keys["years"]}).join(table)

    def _extended(
        self, first: LinearProgramme, column: tuple[_Line, _Line], row: tuple[_Line, _Line]
    ) -> LinearProgramme:
        """Add the lever as a column; a limit that moves with it becomes a row, and so does each counted target."""
        matrix, blocks = first.matrix.tocsr(), []
        identity = sparse.eye_array(self._columns, format="csr")
        for rows, lines in ((identity, column), (matrix, row)):
            for line, sign in zip(lines, (1.0, -1.0), strict=True):
                moves = np.flatnonzero(line.slope)
                blocks.append((sign * rows[moves], sign * line.slope[moves], sign * line.at_zero[moves]))
        goals = list(self._goal_rows())
        blocks.append(
            (
                sparse.csr_array(np.vstack([coefficients for coefficients, *_ in goals])),
                np.asarray([slope for _, slope, _ in goals]),
                np.asarray([at_zero for *_, at_zero in goals]),
            )
        )
        slopes = np.concatenate([slope for _, slope, _ in blocks])
        if not slopes.any():
            raise BadOptionError(f"{self._lever.name} has no goal", "nothing that counts depends on it")
        moving = sparse.vstack([rows for rows, *_ in blocks])
        top = self._largest()
        body = sparse.vstack([matrix, moving])
        lever = sparse.csr_array(np.concatenate([np.zeros(matrix.shape[0]), -slopes])[:, None])
        names = np.asarray([self._lever.name], dtype=object)
        still = [
            np.where(line.slope != 0, edge, line.at_zero) for line, edge in zip(column, (-np.inf, np.inf), strict=True)
        ]
        reach = [np.abs(line.at_zero) + top * np.abs(line.slope) for line in column]
        implied_lower = np.where(column[0].slope != 0, -reach[0], first.implied_lower)
        implied_upper = np.where(column[1].slope != 0, reach[1], first.implied_upper)
        counted = len(self.counted)
        families = (
            Family(
                "moving",
                matrix.shape[0],
                len(slopes) - counted,
                {"limit": np.arange(len(slopes) - counted).astype(object)},
            ),
            Family("goal", matrix.shape[0] + len(slopes) - counted, counted, self.keys),
        )
        edges = [
            np.where(line.slope != 0, edge, line.at_zero) for line, edge in zip(row, (-np.inf, np.inf), strict=True)
        ]
        return LinearProgramme(
            matrix=sparse.csc_array(sparse.hstack([body, lever])),
            column_lower=np.append(still[0], self._lever.least),
            column_upper=np.append(still[1], self._lever.most),
            row_lower=np.concatenate([edges[0], *(at_zero for *_, at_zero in blocks)]),
            row_upper=np.concatenate([edges[1], np.full(len(slopes), np.inf)]),
            implied_lower=np.append(implied_lower, self._lever.least),
            implied_upper=np.append(implied_upper, min(top, self._lever.most)),
            column_families=(*first.column_families, Family("lever", self._columns, 1, {"lever": names})),
            row_families=(*first.row_families, *(family for family in families if family.size)),
        )

    def _goal_rows(self) -> Iterator[tuple[Floats, float, float]]:
        """List the counted targets: coefficients of agreed targets, and the line that they have to reach."""
        rows, allowed = self._base.data.national, 1 - self._miss
        for row in self.counted:
            years = slice(rows.first[row], rows.last[row] + 1)
            columns = self._base.model.target[:, rows.objective[row], years]
            coefficients = np.zeros(self._columns)
            coefficients[columns[columns != ABSENT]] = 1.0
            yield coefficients, allowed * float(self._targets.slope[row]), allowed * float(self._targets.at_zero[row])

    def _largest(self) -> float:
        """Return a value of the lever that no answer passes."""
        if not math.isinf(self._lever.most):
            return self._lever.most
        programme, lever = self._base.programme, self._lever
        most = [1.0]
        if lever.table == "national":
            for coefficients, slope, _ in self._goal_rows():
                most.append(float(coefficients @ programme.implied_upper) / slope if slope else 0.0)
        elif lever.table == "pot":
            money = programme.implied_upper[programme.columns("grant")]
            most.append(float(money.sum()) / lever.now if lever.now else 0.0)
        else:
            most.append(LOOSEST)
        return 2 * max(most)

    def _unreachable(self, failure: SolverFailedError | None) -> NoSettlementError:
        """Say how far the targets can be reached where the lever is as loose as can be.

        Solvers find it hard to tell a programme that is impossible from one that is hard: the least largest miss, which
        always exists, decides.
        """
        lever = self._lever
        loosest = max(lever.least, LEAST) if is_maximised(lever) else min(lever.most, self._largest())
        loose = self._scenario.with_levers({lever.name: loosest})
        best = self._least_miss(loose)
        if failure is not None and best <= self._miss + MET:
            raise failure
        reach = find_attainable(loose)
        short = reach[reach["share"] < 1 - self._miss - MET]
        short = short[short["objective"].isin(set(self.keys["objective"]))]
        titles = Titles(self._scenario)
        words = [
            f"{titles.objectives[row['objective']]} {row['year']} to {100 * row['share']:.1f}%"
            for row in short.to_dict("records")
        ]
        more = f" and {len(words) - 3} more" if len(words) > 3 else ""
        alone = f"; by itself one can be reached no further: {', '.join(words[:3])}{more}" if words else ""
        least = f"{math.ceil(1e4 * best) / 1e2:.2f}%"
        return NoSettlementError(
            f"no value of {lever.label} lets the national targets be met: at best one is missed by {least}{alone}",
            f"allow a miss of {least}, or add options",
        )

    def _least_miss(self, loose: Scenario) -> float:
        """Return the least largest share of a counted target that is missed."""
        elastic, rows = relaxable(loose), list(self._goal_rows())
        programme, targets = elastic.programme, elastic.formulation.data.national.target[self.counted]
        agreed = sparse.csr_array(np.vstack([coefficients for coefficients, *_ in rows]))
        family = Family("goal", programme.shape[0], len(rows), self.keys)
        with_rows = programme.with_rows(family, agreed, targets, np.full(len(rows), np.inf))
        miss = sparse.csc_array(np.concatenate([np.zeros(programme.shape[0]), targets])[:, None])
        names = np.asarray(["miss"], dtype=object)
        whole = replace(
            with_rows,
            matrix=sparse.csc_array(sparse.hstack([with_rows.matrix, miss])),
            column_lower=np.append(programme.column_lower, 0.0),
            column_upper=np.append(programme.column_upper, 1.0),
            implied_lower=np.append(programme.implied_lower, 0.0),
            implied_upper=np.append(programme.implied_upper, 1.0),
            column_families=(*programme.column_families, Family("miss", programme.shape[1], 1, {"miss": names})),
        )
        cost = np.append(np.zeros(programme.shape[1]), 1.0)
        try:
            staged = minimise_in_turn(whole, [Stage("miss", "", cost)], self._control, values_only=True)
        except InfeasibleError:
            raise explain_conflict(formulate(loose), self._control) from None
        return staged.results[0].value
